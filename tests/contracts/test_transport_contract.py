"""What every transport promises about a request: sent once, and honest about whether it may have arrived."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest

from penstock.base.errors import AnswerLost, NotSent, TimedOut, TransportError
from penstock.io.http import HttpTransport
from penstock.model.ports import Reply, Request, Transport

CANARY = "ghp_Canary0123456789Canary0123456789"
BODY_LIMIT_BYTES = 100_000
IMPLEMENTATIONS: dict[str, Callable[[str], Transport]] = {
    "http": lambda url: HttpTransport(url, CANARY, body_limit_bytes=BODY_LIMIT_BYTES)
}
HURRY_S = 0.1
PLENTY_S = 30.0
GET = Request("GET", "/user")
POST = Request("POST", "/graphql", b'{"query":"mutation"}')
DELETE = Request("DELETE", "/repos/o/r/issues/1/labels/a%2Fb%20c%7E")
CUT: Final = None


class Server:
    """
    Just enough of HTTP to misbehave: answers each request with the next script, bytes as they go over the wire.

    `CUT` closes the connection without an answer, `Ellipsis` at the end of a script leaves it hanging, and a script
    that ends otherwise keeps the connection alive unless it says `Connection: close`.
    """

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.scripts: list[bytes | tuple[bytes, object] | None] = []
        self.url = ""
        self.hanging = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        self.requests.append(head + await reader.readexactly(int(length[0]) if length else 0))
        script = self.scripts.pop(0) if self.scripts else answer()
        if script is CUT:
            return False
        data = script[0] if isinstance(script, tuple) else script
        writer.write(data)
        await writer.drain()
        if isinstance(script, tuple):
            self.hanging.set()
            await asyncio.Event().wait()
        return b"connection: close" not in data.lower()


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An HTTP answer, whole unless `length` says more than there is."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server on this machine."""
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()


@pytest.fixture(params=IMPLEMENTATIONS)
def make(request: pytest.FixtureRequest) -> Callable[[str], Transport]:
    """The implementation under test."""
    return IMPLEMENTATIONS[request.param]


@pytest.fixture
async def transport(make: Callable[[str], Transport], server: Server) -> AsyncIterator[Transport]:
    """One that talks to the server."""
    made = make(server.url)
    yield made
    await made.close()


async def failure(sending: Awaitable[Reply]) -> TransportError:
    """The error that a request ends with."""
    with pytest.raises(TransportError) as caught:
        await sending
    return caught.value


async def test_an_answer_comes_back_whole(transport: Transport, server: Server) -> None:
    """Status, headers under lower-case names, the body's bytes."""
    server.scripts = [answer(b'{"a":1}', "X-RateLimit-Remaining: 5", "Link: <a>", "Link: <b>", status="201 Created")]

    reply = await transport.send(GET, PLENTY_S)

    assert (201, b'{"a":1}') == (reply.status, reply.body)
    assert ("5", "<a>, <b>") == (reply.headers["x-ratelimit-remaining"], reply.headers["link"])


@pytest.mark.parametrize(
    "status", ["204 No Content", "302 Found", "307 Temporary Redirect", "404 Not Found", "502 Bad"]
)
@pytest.mark.parametrize("request_sent", [GET, POST, DELETE])
async def test_every_status_is_an_answer(
    transport: Transport, server: Server, status: str, request_sent: Request
) -> None:
    """No status raises, and no redirect is followed."""
    server.scripts = [answer(b"", f"Location: {server.url}/elsewhere", status=status)]

    assert int(status[:3]) == (await transport.send(request_sent, PLENTY_S)).status
    assert 1 == len(server.requests)


async def test_compressed_answers_are_unpacked(transport: Transport, server: Server) -> None:
    """The body is what was meant, not what was on the wire."""
    server.scripts = [answer(gzip.compress(b'{"a":1}'), "Content-Encoding: gzip")]

    assert b'{"a":1}' == (await transport.send(GET, PLENTY_S)).body


async def test_chunked_answers_are_joined(transport: Transport, server: Server) -> None:
    """GitHub sends long lists so."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.scripts = [head + b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"]

    assert b"[1,2]" == (await transport.send(GET, PLENTY_S)).body


async def test_requests_say_who_asks(transport: Transport, server: Server) -> None:
    """Bearer, agent, API version and media type on each; the path as it was quoted; the body as it is."""
    await transport.send(POST, PLENTY_S)
    await transport.send(DELETE, PLENTY_S)

    post, delete = (request.decode() for request in server.requests)
    assert post.startswith("POST /graphql HTTP/1.1\r\n")
    assert post.endswith('\r\n\r\n{"query":"mutation"}')
    assert "Content-Type: application/json\r\n" in post
    assert delete.startswith("DELETE /repos/o/r/issues/1/labels/a%2Fb%20c%7E HTTP/1.1\r\n")
    for request in (post, delete):
        assert f"Authorization: Bearer {CANARY}\r\n" in request
        assert "User-Agent: penstock/" in request
        assert "Accept: application/vnd.github+json\r\n" in request
        assert "X-GitHub-Api-Version: 2022-11-28\r\n" in request


async def test_cookies_are_not_kept(transport: Transport, server: Server) -> None:
    """One request does not change the next."""
    server.scripts = [answer(b"{}", "Set-Cookie: logged_in=no; Path=/")]
    await transport.send(GET, PLENTY_S)
    await transport.send(GET, PLENTY_S)

    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("request_sent", [GET, POST, DELETE])
async def test_a_refused_connection_means_not_sent(make: Callable[[str], Transport], request_sent: Request) -> None:
    """Nobody listens on the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    transport = make(f"http://127.0.0.1:{port}")

    assert NotSent is type(await failure(transport.send(request_sent, PLENTY_S)))
    await transport.close()


async def test_an_unknown_name_means_not_sent(make: Callable[[str], Transport]) -> None:
    """The name does not exist: RFC 6761 keeps `.invalid` free."""
    transport = make("http://nowhere.invalid")

    assert NotSent is type(await failure(transport.send(POST, PLENTY_S)))
    await transport.close()


async def test_failed_tls_means_not_sent(make: Callable[[str], Transport]) -> None:
    """The other end speaks no TLS."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as mail:
        transport = make(f"https://127.0.0.1:{mail.sockets[0].getsockname()[1]}")

        assert NotSent is type(await failure(transport.send(POST, PLENTY_S)))
        await transport.close()


async def test_no_connection_in_time_means_not_sent(make: Callable[[str], Transport]) -> None:
    """The server takes the connection and never finishes the TLS handshake."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        transport = make(f"https://127.0.0.1:{mute.getsockname()[1]}")

        assert NotSent is type(await failure(transport.send(POST, HURRY_S)))
        await transport.close()


LOST = {
    "cut before the answer": CUT,
    "cut in the headers": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Le",
    "truncated body": answer(b'{"data":', "Connection: close", length=500),
    "truncated chunk": b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{",
    "missing last chunk": b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "no HTTP": b"<html>Connection: close</html>\r\n\r\n",
    "damaged compression": answer(b"not gzip", "Content-Encoding: gzip", "Connection: close"),
    "too long": answer(b" " * (BODY_LIMIT_BYTES + 1)),
    "too long when unpacked": answer(gzip.compress(b" " * (BODY_LIMIT_BYTES + 1)), "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize("request_sent", [GET, POST, DELETE], ids=lambda request: request.method)
async def test_a_broken_answer_is_lost(
    transport: Transport, server: Server, script: bytes | None, request_sent: Request
) -> None:
    """The request may have had its effect; it is not sent again."""
    server.scripts = [script]

    assert AnswerLost is type(await failure(transport.send(request_sent, PLENTY_S)))
    assert 1 == len(server.requests)


@pytest.mark.parametrize("request_sent", [GET, POST, DELETE], ids=lambda request: request.method)
async def test_a_kept_connection_that_breaks_is_no_reason_to_send_again(
    transport: Transport, server: Server, request_sent: Request
) -> None:
    """HTTP libraries like to repeat what they call idempotent; here that is the core's decision."""
    server.scripts = [answer(), CUT]
    await transport.send(GET, PLENTY_S)

    assert AnswerLost is type(await failure(transport.send(request_sent, PLENTY_S)))
    assert 2 == len(server.requests)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", answer(b"{", length=9)], ids=["mute", "head", "body"])
async def test_no_answer_in_time_is_timed_out(transport: Transport, server: Server, begun: bytes) -> None:
    """However much of it came."""
    server.scripts = [(begun, ...)]

    assert TimedOut is type(await failure(transport.send(POST, HURRY_S)))
    assert 1 == len(server.requests)


async def test_a_failure_leaves_the_transport_usable(transport: Transport, server: Server) -> None:
    """The next request gets its own answer, never the rest of another's."""
    server.scripts = [answer(b'{"first":', "Connection: close", length=50), (b"", ...), answer(b'{"third":1}')]
    await failure(transport.send(GET, PLENTY_S))
    await failure(transport.send(GET, HURRY_S))

    assert b'{"third":1}' == (await transport.send(GET, PLENTY_S)).body


async def test_a_cancelled_request_stays_cancelled(transport: Transport, server: Server) -> None:
    """Stopping is not mistaken for a time-out."""
    server.scripts = [(b"", ...)]
    sending = asyncio.ensure_future(transport.send(POST, PLENTY_S))
    await server.hanging.wait()
    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_the_token_is_in_no_text(
    make: Callable[[str], Transport], server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in a representation, an error, what led to the error, or a log line."""
    caplog.set_level(logging.DEBUG)
    transport = make(server.url)
    texts = [repr(transport), str(vars(type(transport)))]
    for script in LOST.values():
        server.scripts = [script]
        error: BaseException | None = await failure(transport.send(POST, PLENTY_S))
        texts += traceback.format_exception(error)
        while error is not None:
            texts += [repr(error), repr(error.args), repr(vars(error))]
            error = error.__cause__ or error.__context__
    await transport.close()

    assert CANARY not in "".join([*texts, caplog.text])
