"""What goes wrong, seeded and scripted: before, the request has no effect; after, only the answer is lost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Answer, Door, behind_the_door

from penstock.base.errors import AnswerLost, NotSent
from penstock.sim.faults import ITEM_FAULTS, REQUEST_FAULTS, Faults, Scripted


def once(fault: str, **fields: Any) -> Faults:
    """This fault strikes the first request (or item) and no other."""
    return Faults(script=[Scripted(fault=fault)], **fields)


async def create_under(door: Door) -> tuple[str, int]:
    """How one create ends, and how many issues there are then."""
    try:
        answer = await door.call("POST", "/issues", {"title": "x"})
        ended = str(answer.status)
    except (NotSent, AnswerLost) as error:
        ended = type(error).__name__
    return ended, int(door.github.stats()["issues"])


@pytest.mark.parametrize(
    ("fault", "ended", "issues"),
    [
        ("refused", "NotSent", 0),
        ("cut.before", "AnswerLost", 0),
        ("cut.after", "AnswerLost", 1),
        ("500.before", "500", 0),
        ("502.before", "502", 0),
        ("503.before", "503", 0),
        ("504.before", "504", 0),
        ("500.after", "500", 1),
        ("502.after", "502", 1),
        ("503.after", "503", 1),
        ("504.after", "504", 1),
        ("data_null", "502", 1),
        ("slow", "201", 1),
        ("revoked", "401", 0),
        ("item.error", "500", 0),
        ("item.null", "500", 0),
    ],
)
def test_a_fault_strikes_once_and_leaves_its_mark(fault: str, ended: str, issues: int) -> None:
    """The script strikes the first request; whether the issue exists depends on before and after."""

    async def scenario(door: Door) -> tuple[str, int]:
        return await create_under(door)

    assert (ended, issues) == behind_the_door(scenario, faults=once(fault))


def test_a_revoked_token_stays_revoked() -> None:
    """The next request is 401 too."""

    async def scenario(door: Door) -> list[int]:
        return [(await door.call("GET", "/user")).status for _ in range(2)]

    assert [401, 401] == behind_the_door(scenario, faults=once("revoked"))


def test_a_broken_body_has_taken_effect() -> None:
    """Half of it with the length of the whole, or a page of HTML with status 200."""

    async def scenario(door: Door) -> list[Any]:
        headers = {"Authorization": "Bearer t"}
        replies = [
            await door.github.handle("POST", "/repos/octo/widgets/issues", headers, b'{"title": "x"}') for _ in range(2)
        ]
        half, page = replies
        return [
            len(half.body) * 2 - int(half.headers["content-length"]) in (0, -1),
            (page.status, page.headers["content-type"]),
            door.github.stats()["issues"],
        ]

    faults = Faults(script=[Scripted(fault="truncated"), Scripted(fault="not_json", skip=0)])

    assert [True, (200, "text/html; charset=utf-8"), 2] == behind_the_door(scenario, faults=faults)


def test_data_null_says_nothing_of_what_was_done() -> None:
    """All aliases have taken effect; the answer has no data and an apology with the request's id."""

    async def scenario(door: Door) -> tuple[Answer, int]:
        return await door.mutate("a", "b"), door.github.stats()["issues"]

    answer, issues = behind_the_door(scenario, faults=once("data_null"))

    assert (200, None, 2) == (answer.status, answer.value["data"], issues)
    assert answer.headers["x-github-request-id"] in answer.value["errors"][0]["message"]


@pytest.mark.parametrize(("fault", "announced"), [("throttle.announced", True), ("throttle.silent", False)])
def test_a_throttle_is_a_pause_with_or_without_a_time(fault: str, announced: bool) -> None:
    """The pause is real: who sends into it is refused again and counted."""

    async def scenario(door: Door) -> list[Any]:
        first = await door.call("POST", "/issues", {"title": "x"})
        before = door.github.stats()["violations"]
        second = await door.call("POST", "/issues", {"title": "x"})
        after = door.github.stats()["violations"]
        await door.sleep(121)
        third = await door.call("POST", "/issues", {"title": "x"})
        return ["retry-after" in first.headers, before, second.status in (403, 429), after, third.status]

    assert [announced, 0, True, 1, 201] == behind_the_door(scenario, profile="documented", faults=once(fault))


def test_a_pause_nobody_was_told_about_is_no_violation() -> None:
    """The refusal's answer was lost, so the client could not know; the next refusal tells it."""
    script = [Scripted(fault="503.after", skip=900)]

    async def scenario(door: Door) -> list[int]:
        violations = []
        for _ in range(903):
            await door.call("GET", "/issues")
            violations.append(door.github.stats()["violations"])
        return violations[899:]

    assert [0, 1, 1, 2] == behind_the_door(scenario, profile="documented", faults=Faults(script=script))


def test_an_exhausted_quota_ends() -> None:
    """Somebody else used it up; after its reset it goes on."""

    async def scenario(door: Door) -> list[Any]:
        refused = await door.call("GET", "/issues")
        await door.sleep(61)
        return [refused.headers["x-ratelimit-remaining"], (await door.call("GET", "/issues")).status]

    assert ["0", 200] == behind_the_door(scenario, profile="documented", faults=once("exhausted"))


def test_one_alias_fails_and_the_others_go_on() -> None:
    """`item.error` has an entry in errors, `item.null` has none; neither takes effect."""

    async def scenario(door: Door) -> tuple[Answer, int]:
        return await door.mutate("a", "b", "c"), door.github.stats()["issues"]

    script = [Scripted(fault="item.error"), Scripted(fault="item.null", skip=1)]
    answer, issues = behind_the_door(scenario, faults=Faults(script=script))

    assert [True, False, True] == [answer.value["data"][name] is None for name in ("a0", "a1", "a2")]
    assert [["a0"]] == [error["path"] for error in answer.value["errors"]]
    assert 1 == issues


def test_resource_limits_stop_the_rest_of_the_request() -> None:
    """With room for two items the third and fourth are RESOURCE_LIMITS_EXCEEDED; a new request has room again."""

    async def scenario(door: Door) -> tuple[Answer, Answer]:
        return await door.mutate("a", "b", "c", "d"), await door.mutate("c", "d")

    first, second = behind_the_door(scenario, faults=Faults(resource_items=2))

    assert [("RESOURCE_LIMITS_EXCEEDED", ["a2"]), ("RESOURCE_LIMITS_EXCEEDED", ["a3"])] == [
        (error["type"], error["path"]) for error in first.value["errors"]
    ]
    assert "errors" not in second.value


def test_a_fresh_issue_is_not_found_for_a_moment() -> None:
    """The fault hides young issues from reads and writes; older ones are found."""

    async def scenario(door: Door) -> list[int]:
        await door.create()
        young = await door.call("POST", "/issues/1/comments", {"body": "x"})
        read = await door.call("GET", "/issues/1")
        await door.sleep(4)
        return [young.status, read.status, (await door.call("POST", "/issues/1/comments", {"body": "x"})).status]

    assert [404, 404, 201] == behind_the_door(scenario, faults=Faults(rates={"item.fresh": 1.0}))


def test_a_skewed_clock_shows_in_every_time() -> None:
    """Date, created_at and reset are ahead by as much; `since` is read by the same clock."""

    async def scenario(door: Door) -> list[Any]:
        issue = await door.create()
        answer = await door.call("GET", f"/issues?since={issue['created_at']}")
        later = await door.call("GET", "/issues?since=2027-01-15T08:10:01Z")
        reset_s = float(answer.headers["x-ratelimit-reset"]) - door.github.clock.now()
        return [issue["created_at"], answer.headers["date"], len(answer.value), len(later.value), reset_s]

    assert [
        "2027-01-15T08:10:00Z",
        "Fri, 15 Jan 2027 08:10:00 GMT",
        1,
        0,
        4200.0,
    ] == behind_the_door(scenario, profile="documented", faults=Faults(clock_skew_s=600.0))


def test_a_script_picks_requests_by_name() -> None:
    """The second mutation is struck, no query and no REST request."""

    async def scenario(door: Door) -> list[int]:
        query = {"query": "{ viewer { login } }"}
        answers = [
            await door.call("POST", "/graphql", query),
            await door.mutate("a"),
            await door.call("POST", "/issues", {"title": "x"}),
            await door.mutate("b"),
            await door.mutate("c"),
        ]
        return [answer.status for answer in answers]

    faults = Faults(script=[Scripted(fault="503.after", on="mutation", skip=1)])

    assert [200, 200, 201, 503, 200] == behind_the_door(scenario, faults=faults)


async def troubled(door: Door) -> list[Any]:
    """A hundred creates under chance; everything that can be seen of it."""
    seen: list[Any] = [await create_under(door) for _ in range(100)]
    return [*seen, door.github.clock.now(), door.github.state_json(), door.github.stats()]


def test_chance_is_the_same_for_the_same_seed() -> None:
    """Answers, time and state are equal; another seed gives another story."""
    faults = Faults.named("harsh")

    first, second, other = (behind_the_door(troubled, faults=faults, seed=seed) for seed in (7, 7, 8))

    assert first == second
    assert first != other


def test_every_fault_can_be_drawn() -> None:
    """At a rate of one it strikes always."""
    for fault in REQUEST_FAULTS:
        ended, _ = behind_the_door(create_under, profile="documented", faults=Faults(rates={fault: 1.0}))
        assert (ended == "201") == (fault in ("slow", "truncated")) or (fault, ended) == ("not_json", "200"), fault


def test_rates_are_kept() -> None:
    """Five lost answers in a hundred, give or take."""

    async def scenario(door: Door) -> int:
        ended = [(await create_under(door))[0] for _ in range(2000)]
        assert 2000 == door.github.stats()["issues"]
        return ended.count("AnswerLost")

    assert 100 == pytest.approx(behind_the_door(scenario, faults=Faults.named("cut.after=0.05")), rel=0.25)


def test_a_swarm_is_another_bad_day_for_every_seed() -> None:
    """Each leaves some faults out, so that the others are met alone."""
    swarms = [Faults.swarm(seed) for seed in range(20)]

    assert 20 == len({tuple(sorted(swarm.rates.items())) for swarm in swarms})
    assert set(REQUEST_FAULTS) | set(ITEM_FAULTS) == {name for swarm in swarms for name in swarm.rates} | {"revoked"}
    assert Faults.swarm(3) == Faults.swarm(3)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"rates": {"503": 0.1}}, "no fault '503'"),
        ({"script": [{"fault": "flood"}]}, "no fault 'flood'"),
        ({"rates": {"slow": 2}}, "the chance of 'slow' is 2.0; a chance is between 0 and 1"),
        ({"rates": {"slow": "often"}}, "Expected `float`, got `str`"),
        ({"rate": {}}, "no field 'rate'; there are rates, script"),
        ({"script": [{"fault": "slow", "time": 2}]}, "unknown field `time` - at `\\$.script"),
        ({"slow_s": [1]}, "length 2, got 1 - at `\\$.slow_s`"),
    ],
)
def test_a_bad_set_of_faults_is_explained(value: dict[str, Any], error: str) -> None:
    """What is wrong, where, and what there is instead."""
    with pytest.raises(ValueError, match=error):
        Faults.from_json(value)


def test_a_set_of_faults_has_a_name() -> None:
    """none, usual, harsh, or rates; anything else is an error."""
    assert Faults() == Faults.named("none")
    assert {"502.before": 0.01, "cut.after": 0.05} == Faults.named("cut.after=0.05, 502.before=0.01").rates
    with pytest.raises(ValueError, match="no set of faults 'chaos'"):
        Faults.named("chaos")
