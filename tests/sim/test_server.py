"""The same simulator over HTTP on loopback, with the judge's own paths."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.server import SimServer, serve
from penstock.sim.virtual_loop import START

HEADERS = {"Authorization": "Bearer sim-token"}
ISSUES = "/repos/octo/widgets/issues"


class StillClock:
    """No time passes: nothing here depends on it."""

    def now(self) -> float:
        """Epoch seconds."""
        return START

    async def sleep(self, delay_s: float) -> None:
        """At once."""


async def started() -> SimServer:
    return await serve(SimulatedGitHub(clock=StillClock(), profile="observed", latency=Latency.none()))


async def post(session: aiohttp.ClientSession, path: str, body: Any) -> tuple[int, Any]:
    async with session.post(path, json=body, headers=HEADERS) as answer:
        return answer.status, await answer.json()


async def get(session: aiohttp.ClientSession, path: str) -> Any:
    async with session.get(path, headers=HEADERS) as answer:
        return await answer.json()


async def test_it_answers_as_in_process() -> None:
    """REST and GraphQL on a free port; addresses in answers lead back to it."""
    server = await started()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            status, issue = await post(session, ISSUES, {"title": "over the wire"})
            _, viewer = await post(session, "/graphql", {"query": "{ viewer { login } }"})
            again = await get(session, issue["url"].removeprefix(server.url))
    finally:
        await server.close()

    assert (201, "over the wire", "octo") == (status, again["title"], viewer["data"]["viewer"]["login"])


async def test_a_label_with_a_space_keeps_it() -> None:
    """The path is taken as it was sent, escapes and all."""
    server = await started()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            label = await get(session, "/repos/octo/widgets/labels/good%20first%20issue")
    finally:
        await server.close()

    assert "good first issue" == label["name"]


async def test_the_judge_has_paths_of_its_own() -> None:
    """Statistics, state, faults, people and a new start; none of them counts as a request."""
    server = await started()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            await post(session, ISSUES, {"title": "x"})
            await post(session, "/_sim/act", {"do": "edit_issue", "number": 1, "title": "y"})
            stats = await get(session, "/_sim/stats")
            state = await get(session, "/_sim/state")
            await post(session, "/_sim/faults", {"script": [{"fault": "503.before"}]})
            struck, _ = await post(session, ISSUES, {"title": "x"})
            wrong = await post(session, "/_sim/act", {"do": "dance"})
            await post(session, "/_sim/reset", {"seed": 4})
            fresh = await get(session, "/_sim/stats")
    finally:
        await server.close()

    assert (1, 1, 0) == (stats["issues"], stats["requests"], stats["violations"])
    assert "y" == state["repositories"]["octo/widgets"]["issues"][0]["title"]
    assert (503, 422) == (struck, wrong[0])
    assert (0, 0) == (fresh["issues"], fresh["requests"])


async def test_tokens_and_repositories_are_set_up_over_http() -> None:
    """A token of a triager without scopes, a private repository of an organisation."""
    server = await started()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            await post(session, "/_sim/tokens", {"value": "sim-token", "login": "mona", "scopes": ["public_repo"]})
            action = {"do": "create_repository", "name": "acme/tools", "owner_kind": "Organization", "watchers": 9}
            await post(session, "/_sim/act", action)
            await post(
                session, "/_sim/act", {"do": "set_role", "repository": "acme/tools", "login": "mona", "role": "write"}
            )
            repository = await get(session, "/repos/acme/tools")
            user = await get(session, "/user")
            await post(session, "/_sim/reset", {"profile": "ghes"})
            limits = await get(session, "/rate_limit")
    finally:
        await server.close()

    assert ("mona", True, 9) == (user["login"], repository["permissions"]["push"], repository["subscribers_count"])
    assert "Rate limiting is not enabled." == limits["message"]


@pytest.mark.parametrize(("fault", "issues"), [("cut.before", 0), ("cut.after", 1), ("truncated", 1)])
async def test_a_cut_connection_is_cut(fault: str, issues: int) -> None:
    """The client sees a broken connection, not an answer."""
    server = await started()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            await post(session, "/_sim/faults", {"script": [{"fault": fault}]})
            with pytest.raises(aiohttp.ClientError):
                await post(session, ISSUES, {"title": "x"})
            stats = await get(session, "/_sim/stats")
    finally:
        await server.close()

    assert issues == stats["issues"]
