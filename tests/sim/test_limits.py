"""The limits: what counts, when it counts, how a client is refused, and what it costs to go on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.sim.door import Answer, Door, behind_the_door

from penstock.sim.access import Token
from penstock.sim.latency import Latency
from penstock.sim.profiles import LimitProfile, Window, profile_named

BLOCKED = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)
STEADY = Latency(means_s={}, other_s=1.0, sigma=0.0, tail_chance=0.0, request_s=0.0, rtt_s=0.0, lag_mean_s=0.0)
ANNOUNCED = replace(profile_named("documented"), announced=1.0)
SILENT = replace(profile_named("documented"), announced=0.0)


def statuses(answers: list[Answer]) -> list[int]:
    return [answer.status for answer in answers]


async def creates(door: Door, count: int, every_s: float = 0.0) -> list[Answer]:
    answers = []
    for n in range(count):
        answers.append(await door.call("POST", "/issues", {"title": f"t{n}"}))
        await door.sleep(every_s)
    return answers


@pytest.mark.parametrize(("profile", "allowed"), [("documented", 80), ("observed", 20), ("literal", 80), ("lab", 20)])
def test_a_minute_window_admits_so_many_creates(profile: str, allowed: int) -> None:
    """The next one is refused with 403 and without any header that says how long to wait."""

    async def scenario(door: Door) -> list[Answer]:
        return await creates(door, allowed + 1)

    answers = behind_the_door(scenario, profile=profile)

    assert [201] * allowed + [403] == statuses(answers)
    assert BLOCKED == answers[-1].value["message"]
    assert "retry-after" not in answers[-1].headers
    assert 0 < int(answers[-1].headers["x-ratelimit-remaining"])


@pytest.mark.parametrize(("profile", "every_s", "allowed"), [("documented", 1.0, 500), ("observed", 3.5, 150)])
def test_an_hour_window_binds_who_keeps_the_minute(profile: str, every_s: float, allowed: int) -> None:
    """Paced inside the minute, the hour's limit comes."""

    async def scenario(door: Door) -> list[Answer]:
        return await creates(door, allowed + 1, every_s)

    assert [201] * allowed + [403] == statuses(behind_the_door(scenario, profile=profile))


def test_a_window_slides() -> None:
    """Sixty seconds after the first create there is room for one more, and for no second one."""

    async def scenario(door: Door) -> list[int]:
        await creates(door, 1)
        await door.sleep(30)
        await creates(door, 79)
        await door.sleep(30)
        return statuses(await creates(door, 2))

    assert [201, 403] == behind_the_door(scenario, profile="documented")


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("issue", True),
        ("comment", True),
        ("sub_issue", True),
        ("blocked_by", True),
        ("update", False),
        ("close", False),
        ("labels", False),
        ("label", False),
        ("milestone", False),
    ],
)
def test_content_is_what_the_documentation_says(kind: str, counts: bool) -> None:
    """Issues, comments and links count; updates, closes, labels and milestones do not."""
    tight = replace(profile_named("documented"), content=(Window(2, 60.0),))

    async def scenario(door: Door) -> int:
        ids = [(await door.create(f"t{n}"))["id"] for n in range(2)]
        calls: dict[str, tuple[str, str, Any]] = {
            "issue": ("POST", "/issues", {"title": "x"}),
            "comment": ("POST", "/issues/1/comments", {"body": "x"}),
            "sub_issue": ("POST", "/issues/1/sub_issues", {"sub_issue_id": ids[1]}),
            "blocked_by": ("POST", "/issues/1/dependencies/blocked_by", {"issue_id": ids[1]}),
            "update": ("PATCH", "/issues/1", {"title": "x"}),
            "close": ("PATCH", "/issues/1", {"state": "closed"}),
            "labels": ("POST", "/issues/1/labels", {"labels": ["bug"]}),
            "label": ("POST", "/labels", {"name": "x"}),
            "milestone": ("POST", "/milestones", {"title": "x"}),
        }
        return (await door.call(*calls[kind])).status

    assert counts == (behind_the_door(scenario, profile=tight) == 403)


def test_an_alias_counts_at_the_instant_it_executes() -> None:
    """Of 25 aliases in one request, `observed` creates 20 and refuses 5, each as an error of its own."""

    async def scenario(door: Door) -> tuple[Answer, dict[str, Any]]:
        answer = await door.mutate(*(f"t{n}" for n in range(25)))
        return answer, door.github.stats()

    answer, stats = behind_the_door(scenario, profile="observed")

    assert [f"a{n}" for n in range(20, 25)] == [error["path"][0] for error in answer.value["errors"]]
    assert {("UNPROCESSABLE", "was submitted too quickly")} == {
        (error["type"], error["message"]) for error in answer.value["errors"]
    }
    assert [False] * 20 + [True] * 5 == [answer.value["data"][f"a{n}"] is None for n in range(25)]
    assert (20, 5) == (stats["issues"], stats["violations"])


def test_aliases_leave_the_window_one_by_one() -> None:
    """Two aliases a second apart make room a second apart."""
    tight = replace(profile_named("documented"), content=(Window(2, 60.0),))

    async def scenario(door: Door) -> list[int]:
        await door.mutate("a", "b")
        await door.sleep(58.5)
        answers = await asyncio.gather(creates(door, 1), creates(door, 1))
        return sorted(statuses([*answers[0], *answers[1]]))

    assert [201, 403] == behind_the_door(scenario, profile=tight, latency=STEADY)


def test_the_literal_profile_counts_requests() -> None:
    """80 requests of 20 aliases pass; the next request is refused."""

    async def scenario(door: Door) -> tuple[int, list[int]]:
        for _ in range(80):
            await door.mutate(*["x"] * 20)
        return door.github.stats()["issues"], statuses(await creates(door, 1))

    assert (1600, [403]) == behind_the_door(scenario, profile="literal")


def test_enterprise_servers_have_no_windows_but_eight_writes_at_once() -> None:
    """A ninth write at the same time is refused, however long ago the first began; reads go on."""

    unpaused = replace(profile_named("ghes"), pause_s=(0, 0))

    async def scenario(door: Door) -> tuple[list[int], int, dict[str, Any]]:
        writes = [asyncio.ensure_future(door.call("POST", "/issues", {"title": "x"})) for _ in range(9)]
        await asyncio.sleep(0.5)
        read = await door.call("GET", "/labels")
        answers = await asyncio.gather(*writes)
        return sorted(statuses(answers)), read.status, door.github.stats()

    written, read, stats = behind_the_door(scenario, latency=STEADY, profile=unpaused)

    assert [201] * 8 == written[:8]
    assert written[8] in (403, 429)
    assert (200, 1) == (read, stats["violations"])


def test_enterprise_servers_send_no_quota_headers() -> None:
    """And `/rate_limit` is not there."""

    async def scenario(door: Door) -> tuple[list[str], Answer]:
        answer = await door.call("GET", "/issues")
        limited = [name for name in answer.headers if name.startswith("x-ratelimit")]
        return limited, await door.call("GET", "/rate_limit")

    limited, answer = behind_the_door(scenario)

    assert ([], 404, "Rate limiting is not enabled.") == (limited, answer.status, answer.value["message"])


def test_rest_points_a_minute() -> None:
    """180 writes of five points fill the 900; a read more is refused too."""

    async def scenario(door: Door) -> list[Answer]:
        await door.create()
        for _ in range(179):
            await door.call("PATCH", "/issues/1", {"title": "x"})
        return [await door.call("GET", "/issues/1")]

    [answer] = behind_the_door(scenario, profile=ANNOUNCED)

    assert answer.status in (403, 429)
    assert "60" == answer.headers["retry-after"]
    assert answer.value["message"].startswith("You have exceeded a secondary rate limit. Please wait a few minutes")
    assert answer.value["documentation_url"].endswith("#about-secondary-rate-limits")


def test_graphql_points_a_minute_are_apart() -> None:
    """REST may go on while 400 mutation requests a minute are the most."""
    wide = replace(ANNOUNCED, content=(), gap_s=0.0)

    async def scenario(door: Door) -> tuple[list[bool], dict[str, Any]]:
        answers = [await door.mutate("x") for _ in range(401)]
        return [answer.status == 200 and "errors" not in answer.value for answer in answers], door.github.stats()

    passed, stats = behind_the_door(scenario, profile=wide)

    assert [True] * 400 + [False] == passed
    assert ["points of graphql, 2000 per 60 s"] == [found["reason"] for found in stats["first_violations"]]


def test_one_busy_stream_keeps_the_server_seconds_and_two_do_not() -> None:
    """60 seconds of GraphQL work in 60 seconds is one stream without a pause."""
    wide = replace(SILENT, content=(), graphql_points=())

    async def streams(door: Door, count: int) -> int:
        async def stream() -> None:
            for _ in range(30):
                await door.mutate("a", "b", "c", "d")

        await asyncio.gather(*(stream() for _ in range(count)))
        return int(door.github.stats()["violations"])

    assert 0 == behind_the_door(lambda door: streams(door, 1), profile=wide, latency=STEADY)
    assert 0 < behind_the_door(lambda door: streams(door, 2), profile=wide, latency=STEADY)


def test_a_hundred_requests_at_once() -> None:
    """The hundred-and-first is refused."""

    async def scenario(door: Door) -> list[int]:
        answers = await asyncio.gather(*(door.call("GET", "/issues") for _ in range(101)))
        return statuses(answers)

    refused = [status for status in behind_the_door(scenario, profile="documented", latency=STEADY) if status != 200]

    assert 1 == len(refused)


def quota_of(core: int) -> LimitProfile:
    return replace(profile_named("documented"), core=Window(core, 3600.0), graphql=Window(core, 3600.0))


def test_the_hourly_quota_is_announced_in_every_answer() -> None:
    """Limit, remaining, used, reset and resource count along; `/rate_limit` costs nothing."""

    async def scenario(door: Door) -> list[tuple[str, ...]]:
        answers = [await door.call("GET", "/issues"), await door.call("GET", "/rate_limit"), await door.mutate("x")]
        names = ("limit", "remaining", "used", "resource")
        return [tuple(answer.headers[f"x-ratelimit-{name}"] for name in names) for answer in answers]

    assert [
        ("5000", "4999", "1", "core"),
        ("5000", "4999", "1", "core"),
        ("5000", "4999", "1", "graphql"),
    ] == behind_the_door(scenario, profile="documented")


def test_a_used_up_quota_refuses_until_its_reset() -> None:
    """REST answers 403 or 429 with remaining 0; after the reset it goes on."""

    async def scenario(door: Door) -> list[Any]:
        for _ in range(3):
            await door.call("GET", "/issues")
        refused = await door.call("GET", "/issues")
        await door.sleep(float(refused.headers["x-ratelimit-reset"]) - door.github.clock.now())
        again = await door.call("GET", "/issues")
        return [refused.headers["x-ratelimit-remaining"], refused.value["message"], again.status]

    assert ["0", "API rate limit exceeded for user ID 1001.", 200] == behind_the_door(scenario, profile=quota_of(3))


def test_a_used_up_graphql_quota_answers_200() -> None:
    """The error's type is RATE_LIMITED, or RATE_LIMIT in the newer form; nothing is executed."""

    async def scenario(door: Door) -> tuple[list[Answer], int]:
        await door.mutate("x")
        return [await door.mutate("y") for _ in range(20)], door.github.stats()["issues"]

    answers, issues = behind_the_door(scenario, profile=quota_of(1))

    assert {200} == set(statuses(answers))
    assert {"RATE_LIMITED", "RATE_LIMIT"} == {answer.value["errors"][0]["type"] for answer in answers}
    assert 1 == issues


def test_who_waits_as_told_has_no_second_violation() -> None:
    """The announced pause is over when `retry-after` says so."""

    async def scenario(door: Door) -> list[int]:
        for _ in range(901):
            answer = await door.call("GET", "/issues")
        before = door.github.stats()["violations"]
        await door.sleep(float(answer.headers["retry-after"]))
        await door.call("GET", "/issues")
        return [before, door.github.stats()["violations"]]

    assert [1, 1] == behind_the_door(scenario, profile=ANNOUNCED)


def test_who_goes_on_in_a_pause_waits_twice_as_long_each_time() -> None:
    """Three requests into the pause make it 480 seconds, and each of them is a violation."""

    async def scenario(door: Door) -> tuple[list[str], int]:
        answers = [await door.call("GET", "/issues") for _ in range(904)]
        waits = [answer.headers["retry-after"] for answer in answers[900:]]
        return waits, door.github.stats()["violations"]

    assert (["60", "120", "240", "480"], 4) == behind_the_door(scenario, profile=ANNOUNCED)


def test_who_could_not_know_is_refused_without_blame() -> None:
    """Requests on their way while another one is refused are no violations."""
    latency = replace(STEADY, rtt_s=1.0, other_s=0.0)

    async def scenario(door: Door) -> tuple[int, int]:
        wide = [door.call("GET", "/issues") for _ in range(90)]
        for _ in range(9):
            await asyncio.gather(*(door.call("GET", "/issues") for _ in range(99)))
        answers = await asyncio.gather(*wide)
        refused = sum(answer.status != 200 for answer in answers)
        return refused, door.github.stats()["violations"]

    assert (81, 1) == behind_the_door(scenario, profile=ANNOUNCED, latency=latency)


def test_a_content_block_stops_content_and_nothing_else() -> None:
    """Reads and updates go on; going on with creates makes the block longer."""

    async def scenario(door: Door) -> list[list[int]]:
        await creates(door, 21)
        others = [await door.call("GET", "/issues/1"), await door.call("PATCH", "/issues/1", {"title": "x"})]
        await door.sleep(30)
        insist = await creates(door, 1)
        await door.sleep(61)
        too_early = await creates(door, 1)
        await door.sleep(241)
        return [statuses(others), statuses(insist), statuses(too_early), statuses(await creates(door, 1))]

    assert [[200, 200], [403], [403], [201]] == behind_the_door(scenario, profile="observed")


def test_a_silent_secondary_limit_names_no_time() -> None:
    """The client is left to wait at least a minute."""

    async def scenario(door: Door) -> Answer:
        for _ in range(901):
            answer = await door.call("GET", "/issues")
        return answer

    answer = behind_the_door(scenario, profile=SILENT)

    assert answer.status in (403, 429)
    assert "retry-after" not in answer.headers


def test_writes_that_follow_too_closely_are_counted_not_refused() -> None:
    """GitHub recommends a second between writes and does not enforce it."""

    async def scenario(door: Door) -> tuple[int, int]:
        await creates(door, 3, 1.0)
        await creates(door, 2)
        stats = door.github.stats()
        return stats["hurried"], stats["violations"]

    assert (1, 0) == behind_the_door(scenario, profile="documented")


def test_limits_are_counted_per_user_not_per_token() -> None:
    """A second token of the same user does not help; another user is free."""

    async def scenario(door: Door) -> list[int]:
        mona = door.github.state.user("mona")
        assert mona is not None
        door.github.tokens.register(Token(value="monas", user=mona))
        await creates(door, 20)
        second = await door.call("POST", "/issues", {"title": "x"}, bearer="another")
        other = await door.call("POST", "/issues", {"title": "x"}, bearer="monas")
        return [second.status, other.status]

    assert [403, 201] == behind_the_door(scenario, profile="observed")


def test_an_unknown_profile_is_named() -> None:
    """Together with those that exist."""
    with pytest.raises(ValueError, match="no limit profile 'fast'; there are documented, observed, literal, ghes, lab"):
        profile_named("fast")
