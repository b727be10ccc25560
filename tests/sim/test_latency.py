"""Time at the server: how long items take, when a request is cut off, and what lagging replicas show."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.sim.door import Door, behind_the_door

from penstock.sim.latency import Latency, LatencyStream

STEADY = Latency(means_s={}, other_s=1.0, sigma=0.0, tail_chance=0.0, lag_mean_s=0.0, lag_tail_chance=0.0)
LAGGING = replace(Latency.none(), lag_mean_s=5.0)


@pytest.mark.parametrize(("kind", "mean_s"), [("issue.create", 0.35), ("issue.update", 0.30), ("read", 0.07)])
def test_the_mean_is_what_it_says(kind: str, mean_s: float) -> None:
    """Spread and tail included, over 20,000 items."""
    stream = LatencyStream(Latency(), seed=1)

    mean = sum(stream.item_s(kind) for _ in range(20_000)) / 20_000

    assert mean_s == pytest.approx(mean, rel=0.03)


def test_the_nth_item_of_a_kind_takes_the_same_time_however_it_is_batched() -> None:
    """Other kinds in between change nothing, so two strategies do the same work."""
    alone, mixed = LatencyStream(Latency(), seed=5), LatencyStream(Latency(), seed=5)
    expected = [alone.item_s("issue.create") for _ in range(50)]

    actual = []
    for n in range(50):
        mixed.item_s("read")
        actual.append(mixed.item_s("issue.create"))
        if n % 3 == 0:
            mixed.item_s("issue.close")

    assert expected == actual


def test_lag_has_a_mean_of_a_second_and_a_tail() -> None:
    """One read in a hundred sees a replica 5 to 30 seconds behind."""
    stream = LatencyStream(Latency(), seed=2)
    lags = [stream.lag_s() for _ in range(20_000)]
    tail = [lag for lag in lags if lag > 5.0]

    assert 0.01 == pytest.approx(len(tail) / len(lags), rel=0.25)
    assert max(lags) <= 30.0
    assert 1.0 == pytest.approx(sum(lags) / len(lags), rel=0.25)


def test_a_request_takes_round_trip_overhead_and_its_items() -> None:
    """0.1 + 0.05 + 3 × 1 seconds for three aliases."""

    async def scenario(door: Door) -> float:
        start = door.github.clock.now()
        await door.mutate("a", "b", "c")
        return door.github.clock.now() - start

    assert 3.15 == pytest.approx(behind_the_door(scenario, latency=STEADY))


def test_a_time_out_has_applied_what_was_done() -> None:
    """Ten seconds of work are nine items and the overhead; of twelve aliases nine stay, and no answer tells."""

    async def scenario(door: Door) -> tuple[int, Any, dict[str, Any]]:
        answer = await door.mutate(*(f"t{n}" for n in range(12)))
        return answer.status, answer.value, door.github.stats()

    status, value, stats = behind_the_door(scenario, latency=STEADY)

    assert status in (200, 502, 504)
    assert value.get("data") is None
    assert (9, 1) == (stats["issues"], stats["refusals"]["timeout"])


def test_time_outs_come_in_all_forms() -> None:
    """502, 504, and 200 with data null and GitHub's apology."""

    async def scenario(door: Door) -> set[tuple[int, str]]:
        seen = set()
        for _ in range(20):
            answer = await door.mutate(*["x"] * 12)
            message = answer.value.get("message") or answer.value["errors"][0]["message"]
            seen.add((answer.status, message.split(".")[0]))
        return seen

    assert {
        (502, "We couldn't respond to your request in time"),
        (504, "We couldn't respond to your request in time"),
        (200, "Something went wrong while executing your query"),
    } == behind_the_door(scenario, latency=STEADY)


def test_a_time_out_costs_extra_points() -> None:
    """Five of the next hour's, beside the one of the request."""

    async def scenario(door: Door) -> str:
        await door.mutate(*["x"] * 12)
        return (await door.call("POST", "/graphql", {"query": "{ viewer { login } }"})).headers["x-ratelimit-used"]

    assert "7" == behind_the_door(scenario, latency=STEADY, profile="documented")


def test_a_client_that_gives_up_does_not_stop_the_server() -> None:
    """The write lands although nobody waits for the answer."""

    async def scenario(door: Door) -> tuple[bool, int, int]:
        try:
            await asyncio.wait_for(door.call("POST", "/issues", {"title": "x"}), timeout=0.5)
            answered = True
        except TimeoutError:
            answered = False
        at_once = door.github.stats()["issues"]
        await door.sleep(5)
        return answered, at_once, door.github.stats()["issues"]

    assert (False, 0, 1) == behind_the_door(scenario, latency=STEADY)


def test_a_read_may_not_see_what_was_just_written() -> None:
    """A new issue is missing, a changed one is old; after the longest lag both are seen."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("old")
        await door.sleep(60)
        await door.call("PATCH", "/issues/1", {"title": "new", "state": "closed"})
        await door.create("young")
        stale = await door.call("GET", "/issues/1")
        missing = await door.call("GET", "/issues/2")
        listed = await door.call("GET", "/issues?state=all")
        await door.sleep(60)
        fresh = await door.call("GET", "/issues/1")
        everything = await door.call("GET", "/issues?state=all")
        return [
            (stale.value["title"], stale.value["state"]),
            missing.status,
            [issue["title"] for issue in listed.value],
            (fresh.value["title"], fresh.value["state"]),
            [issue["title"] for issue in everything.value],
        ]

    assert [
        ("old", "open"),
        404,
        ["old"],
        ("new", "closed"),
        ["young", "new"],
    ] == behind_the_door(scenario, latency=LAGGING)


def test_links_labels_and_comments_lag_too() -> None:
    """Every relation is shown as of the same instant."""

    async def scenario(door: Door) -> list[Any]:
        ids = [(await door.create(f"t{n}"))["id"] for n in range(2)]
        await door.sleep(60)
        await door.call("POST", "/issues/1/sub_issues", {"sub_issue_id": ids[1]})
        await door.call("POST", "/issues/1/dependencies/blocked_by", {"issue_id": ids[1]})
        await door.call("POST", "/issues/1/labels", {"labels": ["bug"]})
        await door.call("POST", "/issues/1/comments", {"body": "x"})
        paths = ("sub_issues", "dependencies/blocked_by", "labels", "comments")
        lagging = [len((await door.call("GET", f"/issues/1/{path}")).value) for path in paths]
        await door.sleep(60)
        return [lagging, [len((await door.call("GET", f"/issues/1/{path}")).value) for path in paths]]

    assert [[0, 0, 0, 0], [1, 1, 1, 1]] == behind_the_door(scenario, latency=LAGGING)


def test_writes_see_the_newest_state() -> None:
    """Only reads lag: a write finds what was created this instant, and its answer shows it."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("x")
        changed = await door.call("PATCH", "/issues/1", {"title": "y"})
        return [changed.status, changed.value["title"]]

    assert [200, "y"] == behind_the_door(scenario, latency=LAGGING)


def test_without_lag_reads_see_everything_at_once() -> None:
    """Lag can be switched off."""

    async def scenario(door: Door) -> list[int]:
        return [(await door.call("GET", f"/issues/{(await door.create())['number']}")).status for _ in range(20)]

    assert {200} == set(behind_the_door(scenario, latency=replace(Latency(), lag_mean_s=0.0)))
