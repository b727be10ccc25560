"""
The same simulator over HTTP, on loopback, for real clients and for judges.

Beside GitHub's paths: GET /_sim/stats, GET /_sim/state, POST /_sim/faults, POST /_sim/reset, POST /_sim/act,
POST /_sim/tokens.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from penstock.base.errors import TransportError
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.refusal import SimRefusal
from penstock.sim.replies import SimReply

_BODY_MAX_BYTES = 10 * 1024 * 1024


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
    """
    app = web.Application(client_max_size=_BODY_MAX_BYTES)
    app.router.add_get("/_sim/stats", _judge(lambda _: github.stats()))
    app.router.add_get("/_sim/state", _judge(lambda _: github.state_json()))
    app.router.add_post("/_sim/faults", _judge(lambda body: _set_faults(github, body)))
    app.router.add_post("/_sim/reset", _judge(lambda body: _reset(github, body)))
    app.router.add_post("/_sim/act", _judge(github.act))
    app.router.add_post("/_sim/tokens", _judge(lambda body: _set_token(github, body)))
    app.router.add_route("*", "/{path:.*}", _front_door(github))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound = runner.addresses[0]
    return SimServer(f"http://{host}:{bound[1]}", runner)


def _front_door(github: SimulatedGitHub) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        try:
            reply = await github.handle(request.method, request.raw_path, request.headers, body)
        except TransportError:
            _cut(request)
            return web.Response(status=500)
        if int(reply.headers.get("content-length", 0)) > len(reply.body):
            return await _send_part(request, reply)
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    return answer


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


def _judge(
    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def respond(request: web.Request) -> web.Response:
        try:
            text = await request.text()
            body = json.loads(text) if text else {}
            if not isinstance(body, dict):
                raise TypeError("the body must be a JSON object")
            return web.json_response(answer(body))
        except (ValueError, TypeError, SimRefusal) as error:
            return web.json_response({"message": str(error)}, status=422)

    return respond


def _set_faults(github: SimulatedGitHub, body: Mapping[str, Any]) -> Mapping[str, Any]:
    name = body.get("name")
    github.set_faults(Faults.named(name) if isinstance(name, str) else Faults.from_json(body))
    return {"ok": True}


def _reset(github: SimulatedGitHub, body: Mapping[str, Any]) -> Mapping[str, Any]:
    seed, profile = body.get("seed"), body.get("profile")
    github.reset(seed=seed if isinstance(seed, int) else None, profile=profile if isinstance(profile, str) else None)
    return {"ok": True}


def _set_token(github: SimulatedGitHub, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"login": github.set_token(body).user.login}
