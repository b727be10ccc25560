"""Conditional reads: the tag of an answer, and what it is worth."""

from __future__ import annotations

from typing import Any

from tests.sim.door import Answer, Door, behind_the_door


async def read(door: Door, path: str, known: str = "") -> Answer:
    """GET with `If-None-Match`."""
    headers = {"Authorization": "Bearer sim-token", "If-None-Match": known}
    reply = await door.github.handle("GET", f"/repos/octo/widgets{path}", headers, b"")
    return Answer(reply.status, reply.headers, reply.body)


def test_an_answer_that_is_known_is_not_sent_again() -> None:
    """By its own tag, weak or strong, alone or among others, and by the star; not by another's."""

    async def scenario(door: Door) -> tuple[str, list[int], bytes]:
        await door.create("One")
        tag = (await read(door, "/issues/1")).headers["etag"]
        tags = (tag, tag.removeprefix("W/"), f'"other", {tag}', "*", '"other"', "")
        answers = [await read(door, "/issues/1", known) for known in tags]
        return tag, [answer.status for answer in answers], answers[0].value

    tag, statuses, body = behind_the_door(scenario)

    assert ('W/"', '"') == (tag[:3], tag[-1])
    assert [304, 304, 304, 304, 200, 200] == statuses
    assert b"" == body


def test_a_change_makes_another_tag() -> None:
    """Of the issue and of the list it stands in."""

    async def scenario(door: Door) -> list[int]:
        await door.create("One")
        tags = {path: (await read(door, path)).headers["etag"] for path in ("/issues/1", "/issues", "/labels")}
        await door.call("PATCH", "/issues/1", {"title": "Uno"})
        return [(await read(door, path, tag)).status for path, tag in tags.items()]

    assert [200, 200, 304] == behind_the_door(scenario)


def test_only_a_304_is_free() -> None:
    """Of the hourly quota; the answer still says what is left of it."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("One")
        first = await read(door, "/issues/1")
        again = await read(door, "/issues/1", first.headers["etag"])
        missing = await read(door, "/issues/99", "*")
        return [answer.headers["x-ratelimit-used"] for answer in (first, again, missing)]

    assert ["2", "2", "3"] == behind_the_door(scenario, profile="documented")


def test_writes_and_rate_limits_are_never_known() -> None:
    """A write takes effect whatever its header says; `/rate_limit` has no tag."""

    async def scenario(door: Door) -> tuple[int, int, bool]:
        headers = {"Authorization": "Bearer sim-token", "If-None-Match": "*"}
        written = await door.github.handle("POST", "/repos/octo/widgets/issues", headers, b'{"title": "One"}')
        limits = await door.github.handle("GET", "/rate_limit", headers, b"")
        return written.status, limits.status, "etag" in limits.headers

    assert (201, 200, False) == behind_the_door(scenario, profile="documented")
