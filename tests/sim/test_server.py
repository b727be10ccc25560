"""The same simulator over HTTP on loopback, with the judge's own paths."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from tests.sim.graphql_world import HandClock

from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.server import SimServer, serve

HEADERS = {"Authorization": "Bearer sim-token"}
ISSUES = "/repos/octo/widgets/issues"


async def started() -> SimServer:
    return await serve(SimulatedGitHub(clock=HandClock(), profile="observed", latency=Latency.none()))


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


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/nope", b"", 404, "Not Found"),
        ("PUT", ISSUES, b"{}", 404, "Not Found"),
        ("POST", ISSUES, b'{"title":', 400, "Problems parsing JSON"),
        ("POST", ISSUES, b'{"title":"\\ud800"}', 400, "Problems parsing JSON"),
        ("POST", ISSUES, b"[]", 400, "Body should be a JSON object"),
        ("POST", ISSUES, b" " * (10 * 1024 * 1024 + 1), 413, "The body is longer than 10485760 bytes"),
        ("GET", "/_sim/faults", b"", 404, "no GET /_sim/faults; there are GET /_sim/stats, GET /_sim/state"),
        ("POST", "/_sim/reset", b'{"seed":"x"}', 422, "Expected `int | null`, got `str` - at `$.seed`"),
        ("POST", "/_sim/reset", b'{"profile":"fast"}', 422, "no limit profile 'fast'; there are documented"),
        ("POST", "/_sim/faults", b'{"rates":{"rain":1}}', 422, "no fault 'rain'; there are refused, 500.before"),
        ("POST", "/_sim/act", b'{"do":"create_issue","title":5}', 422, "title must be a text; it is 5"),
        ("POST", "/_sim/act", b'{"do":"delete_label"}', 422, "name must be a text; there is none"),
        ("POST", "/_sim/tokens", b'{"login":"mona"}', 422, "Object missing required field `value`"),
        ("POST", "/_sim/tokens", b"{", 422, "Input data was truncated"),
    ],
)
async def test_a_strangers_mistake_is_explained_in_json(
    method: str, path: str, body: bytes, status: int, message: str
) -> None:
    """By GitHub's paths in GitHub's words, by the judge's with what would be right."""
    server = await started()
    try:
        async with (
            aiohttp.ClientSession(server.url) as session,
            session.request(method, path, data=body, headers=HEADERS) as answer,
        ):
            explained = (answer.status, (await answer.json())["message"][: len(message)])
    finally:
        await server.close()

    assert (status, message) == explained


async def test_head_is_get_without_its_body() -> None:
    """Status and headers are those of GET."""
    server = await started()
    try:
        async with (
            aiohttp.ClientSession(server.url) as session,
            session.get(ISSUES, headers=HEADERS) as whole,
            session.head(ISSUES, headers=HEADERS) as head,
        ):
            answers = [(answer.status, answer.headers["Content-Length"]) for answer in (whole, head)]
            body = await head.read()
    finally:
        await server.close()

    assert ([(200, "2"), (200, "2")], b"") == (answers, body)


async def test_a_port_in_use_is_an_error() -> None:
    """And the server that has it goes on."""
    server = await started()
    try:
        with pytest.raises(OSError, match="in use"):
            await serve(SimulatedGitHub(clock=HandClock()), port=int(server.url.rpartition(":")[2]))
        async with aiohttp.ClientSession(server.url) as session:
            stats = await get(session, "/_sim/stats")
    finally:
        await server.close()

    assert 0 == stats["requests"]


async def test_a_request_through_a_proxy_names_the_host_first() -> None:
    """`GET http://host/path` is answered as `GET /path`."""
    server = await started()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(b"GET http://sim.test/_sim/stats HTTP/1.1\r\nHost: sim.test\r\n\r\n")
        judged = await reader.readline()
        writer.write(b"GET http://sim.test/repos/octo/widgets?x=1 HTTP/1.1\r\nHost: sim.test\r\n")
        writer.write(b"Authorization: Bearer sim-token\r\nConnection: close\r\n\r\n")
        rest = await reader.read()
        writer.close()
        await writer.wait_closed()
    finally:
        await server.close()

    assert b"HTTP/1.1 200 OK\r\n" == judged
    assert b'"full_name":"octo/widgets"' in rest


async def test_a_client_that_hangs_up_leaves_the_server_in_peace(caplog: pytest.LogCaptureFixture) -> None:
    """In the middle of a body: nothing took effect, nothing is logged, others are served."""
    server = await started()
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(b"POST /repos/octo/widgets/issues HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        await writer.drain()
        async with aiohttp.ClientSession(server.url) as session:
            await get(session, "/_sim/stats")
            writer.transport.abort()
            stats = await get(session, "/_sim/stats")
    finally:
        await server.close()

    assert (0, 0) == (stats["issues"], stats["requests"])
    assert "" == caplog.text
