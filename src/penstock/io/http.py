"""
The one way to the server: every request is sent once, and every failure says whether it may have arrived.

The line is drawn when a connection stands: a failure before that is `NotSent`, one after it may have had an effect.
"""

from __future__ import annotations

import asyncio
import urllib.request
from importlib.metadata import version
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from penstock.base.errors import AnswerLost, NotSent, TimedOut, TransportError, UsageError
from penstock.io.auth import is_loopback, redact
from penstock.model.ports import Reply, Request

API_VERSION = "2022-11-28"
BODY_LIMIT_BYTES = 64 * 1024 * 1024
"""No answer that Penstock asks for comes near it; anything larger is an accident or an attack."""


class HttpTransport:
    """
    `ports.Transport` over HTTP/1.1 with connections kept alive; made for one event loop.

    Args:
        api_url: Root of the REST API, e.g. `https://api.github.com` or `https://ghe.example/api/v3`.
        token: Sent as a bearer to this server only. In no text that this class makes.
        body_limit_bytes: Longest answer that is read, decompressed.

    Raises:
        UsageError: The URL cannot be an API root.
    """

    def __init__(self, api_url: str, token: str, *, body_limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self._root = _checked_root(api_url)
        self._graphql = graphql_url(self._root)
        self._body_limit_bytes = body_limit_bytes
        self._headers = {
            "Authorization": f"Bearer {token}",
            "User-Agent": f"penstock/{version('penstock')}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        self._proxy, self._proxy_auth = _proxy_for(self._root)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """
        The answer, whatever its status. Redirects are answers like any other.

        Args:
            timeout_s: From the call to the last byte of the answer.

        Raises:
            NotSent: Nothing reached the server: no address, no connection, no TLS, also within the time.
            AnswerLost: Sent, and no whole answer: connection cut, body truncated, damaged or too long.
            TimedOut: Sent, and no whole answer in time.
        """
        progress = SimpleNamespace(connected=False)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._exchange(request, progress)
        except TimeoutError:
            failure: TransportError = (
                TimedOut(f"no answer within {timeout_s:g} s")
                if progress.connected
                else NotSent(f"no connection within {timeout_s:g} s")
            )
        except (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError, _Failed) as error:
            failure = (AnswerLost if progress.connected else NotSent)(_words(error))
        # Raised out here so that it carries no context: aiohttp's errors hold the request's headers.
        raise failure

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, request: Request, progress: SimpleNamespace) -> Reply:
        # On each request and not on the session: aiohttp gives a session's headers to the proxy as well.
        headers = {**self._headers, "Accept": request.accept}
        if request.body:
            headers["Content-Type"] = "application/json"
        async with self._open_session().request(
            request.method,
            self._url(request.path),
            data=request.body or None,
            headers=headers,
            allow_redirects=False,
            proxy=self._proxy,
            proxy_auth=self._proxy_auth,
            trace_request_ctx=progress,
        ) as response:
            return Reply(response.status, _lower(response), await self._body(response))

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        chunks = []
        length_bytes = 0
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            length_bytes += len(chunk)
            if length_bytes > self._body_limit_bytes:
                response.close()
                raise _Failed(f"the answer is longer than {self._body_limit_bytes} bytes")
        return b"".join(chunks)

    def _url(self, path: str) -> URL:
        if not path.startswith("/"):
            raise ValueError(f"a path below the API root begins with a slash: {path!r}")
        # encoded: quoting is the caller's; %2F in a label's name must stay what it is.
        return URL(self._graphql if path == "/graphql" else self._root + path, encoded=True)

    def _open_session(self) -> aiohttp.ClientSession:
        """Made at the first request, because a session belongs to the running loop."""
        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_create_end.append(_connected)
            tracing.on_connection_reuseconn.append(_connected)
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                trace_configs=[tracing],
                middlewares=(_once,),
            )
        return self._session


class _Failed(Exception):
    """A failure that aiohttp does not know, or must not see."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """
    Keep aiohttp from sending a GET, PUT or DELETE again when a kept-alive connection turns out to be closed.

    It does so for two of its own errors; under another name they pass. The ledger counts what is sent, and whether
    to send again is the core's decision.
    """
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        words = _words(error)
    raise _Failed(words)


async def _connected(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:  # noqa: ARG001
    context.trace_request_ctx.connected = True


def graphql_url(api_url: str) -> str:
    """
    Where GraphQL lives beside a REST root.

    Source: https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql
    """
    return f"{api_url.removesuffix('/v3')}/graphql" if api_url.endswith("/api/v3") else f"{api_url}/graphql"


def _checked_root(api_url: str) -> str:
    root = api_url.rstrip("/")
    try:
        parts = urlsplit(root)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"{redact(api_url)!r} cannot be an API root",
            cause="it must be http:// or https:// with a host, and without user, query or fragment",
            hint="e.g. https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server",
        )
    return root


def _proxy_for(root: str) -> tuple[URL | None, aiohttp.BasicAuth | None]:
    """
    The proxy that the environment names, never one for this machine.

    Why not aiohttp's `trust_env`: it also reads `~/.netrc`, and refuses to send when the host is in it.
    """
    parts = urlsplit(root)
    host = parts.hostname or ""
    named = urllib.request.getproxies().get(parts.scheme)
    if not named or is_loopback(host) or urllib.request.proxy_bypass(host):
        return None, None
    url = URL(named if "://" in named else f"http://{named}")
    return url.with_user(None), aiohttp.BasicAuth.from_url(url)


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Headers with lower-case names; several of one name become one, as HTTP allows."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _words(error: Exception) -> str:
    """What happened, without the request."""
    if isinstance(error, _Failed):
        return str(error)
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{type(error).__name__}: {redact(error.message)}"
    return f"{type(error).__name__}: {redact(str(error))}"
