"""The same simulator over HTTP, on loopback, for real clients and for judges (`judge`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from penstock.base.errors import TransportError
from penstock.sim.github import SimulatedGitHub
from penstock.sim.judge import PREFIX, Judge
from penstock.sim.replies import SimReply, message_reply

_BODY_MAX_BYTES = 10 * 1024 * 1024
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class SimServer:
    """A running server. `url` is `http://127.0.0.1:PORT`."""

    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening and drop open connections."""
        await self.runner.cleanup()


async def serve(github: SimulatedGitHub, *, host: str = "127.0.0.1", port: int = 0) -> SimServer:
    """
    Listen.

    Args:
        port: 0 takes a free one; see `SimServer.url`.

    Raises:
        OSError: The port is in use, or not ours to take.
    """
    app = web.Application(client_max_size=_BODY_MAX_BYTES)
    app.router.add_route("*", PREFIX + "{path:.*}", _whole_body(_judge(github)))
    app.router.add_route("*", "/{path:.*}", _whole_body(_front_door(github)))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0]
    return SimServer(f"http://{host}:{bound[1]}", runner)


def _whole_body(answer: _Handler) -> _Handler:
    """Read the body first; one that is too long is refused in JSON like everything else."""

    async def respond(request: web.Request) -> web.StreamResponse:
        try:
            await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _response(message_reply(413, f"The body is longer than {_BODY_MAX_BYTES} bytes"))
        except ConnectionError:
            return web.Response(status=400)  # for nobody: the client hung up
        return await answer(request)

    return respond


def _judge(github: SimulatedGitHub) -> _Handler:
    judge = Judge(github)

    async def answer(request: web.Request) -> web.StreamResponse:
        return _response(judge.answer(request.method, request.path, await request.read()))

    return answer


def _front_door(github: SimulatedGitHub) -> _Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            reply = await github.handle(request.method, _path(request), request.headers, await request.read())
        except TransportError:
            _cut(request)
            return web.Response(status=500)
        if int(reply.headers.get("content-length", 0)) > len(reply.body):
            return await _send_part(request, reply)
        return _response(reply)

    return answer


def _path(request: web.Request) -> str:
    """Path and query with every escape as it was sent; what goes through a proxy names the host before them."""
    return request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path_qs


def _response(reply: SimReply) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _send_part(request: web.Request, reply: SimReply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    await response.prepare(request)
    await response.write(reply.body)
    if request.transport is not None:
        request.transport.close()
    return response
