"""Sub-issues and dependencies over REST, with the rules GitHub holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from tests.sim.door import Answer, Door, behind_the_door

from penstock.sim.latency import Latency

SUB_ISSUE_REFUSED = "An error occurred while adding the sub-issue to the parent issue."
STEADY = replace(Latency(), sigma=0.0, tail_chance=0.0, lag_mean_s=0.0, lag_tail_chance=0.0)


async def issues(door: Door, count: int) -> list[int]:
    """Open issues 1 to `count`; their database ids."""
    return [(await door.create(f"t{n}"))["id"] for n in range(count)]


async def link(door: Door, parent: int, child_id: int, **more: Any) -> Answer:
    return await door.call("POST", f"/issues/{parent}/sub_issues", {"sub_issue_id": child_id, **more})


async def block(door: Door, issue: int, blocker_id: int) -> Answer:
    return await door.call("POST", f"/issues/{issue}/dependencies/blocked_by", {"issue_id": blocker_id})


def test_a_sub_issue_is_seen_from_both_ends() -> None:
    """The answer is the parent; the summary counts closed children; `updated_at` does not move."""

    async def scenario(door: Door) -> list[Any]:
        _, child, other = await issues(door, 3)
        before = (await door.call("GET", "/issues/1")).value["updated_at"]
        await door.sleep(5)
        linked = await link(door, 1, child)
        await link(door, 1, other)
        await door.call("PATCH", "/issues/2", {"state": "closed"})
        children = await door.call("GET", "/issues/1/sub_issues")
        parent = await door.call("GET", "/issues/2/parent")
        after = (await door.call("GET", "/issues/1")).value
        return [
            (linked.status, linked.value["number"]),
            [found["number"] for found in children.value],
            parent.value["number"],
            after["sub_issues_summary"],
            before == after["updated_at"],
        ]

    assert [
        (201, 1),
        [2, 3],
        1,
        {"total": 2, "completed": 1, "percent_completed": 50},
        True,
    ] == behind_the_door(scenario)


def test_an_issue_has_one_parent() -> None:
    """A second one is refused unless it replaces the first; the same again is refused with GitHub's long sentence."""

    async def scenario(door: Door) -> list[Any]:
        _, child, _ = await issues(door, 3)
        await link(door, 1, child)
        again, second = await link(door, 1, child), await link(door, 3, child)
        replaced = await link(door, 3, child, replace_parent=True)
        left = await door.call("GET", "/issues/1/sub_issues")
        return [again.value["message"], second.value["message"], second.status, replaced.status, left.value]

    assert [
        f"{SUB_ISSUE_REFUSED} Issue may not contain duplicate sub-issues and Sub issue may only have one parent",
        f"{SUB_ISSUE_REFUSED} Sub issue may only have one parent",
        422,
        201,
        [],
    ] == behind_the_door(scenario)


def test_a_parent_has_room_for_a_hundred() -> None:
    """The hundredth sub-issue is linked, the next is not, closed ones count."""

    async def scenario(door: Door) -> tuple[int, Answer]:
        ids = await issues(door, 102)
        answers = [await link(door, 1, child) for child in ids[1:101]]
        await door.call("PATCH", "/issues/2", {"state": "closed"})
        return answers[-1].status, await link(door, 1, ids[101])

    last, refused = behind_the_door(scenario)

    assert (201, 422) == (last, refused.status)
    assert f"{SUB_ISSUE_REFUSED} Parent cannot have more than 100 sub-issues" == refused.value["message"]


def test_sub_issues_nest_eight_levels() -> None:
    """A chain of eight below its root holds; a ninth does not, whether it is added below or the root above."""

    async def scenario(door: Door) -> list[int]:
        ids = await issues(door, 11)
        below = [(await link(door, n, ids[n])).status for n in range(1, 10)]
        above = await link(door, 11, ids[0])
        return [*below, above.status]

    assert [201] * 8 + [422, 422] == behind_the_door(scenario)


def test_no_issue_is_its_own_ancestor() -> None:
    """Neither at once nor around a corner."""

    async def scenario(door: Door) -> list[int]:
        ids = await issues(door, 3)
        await link(door, 1, ids[1])
        await link(door, 2, ids[2])
        return [(await link(door, 3, ids[0])).status, (await link(door, 1, ids[0])).status]

    assert [422, 422] == behind_the_door(scenario)


def test_two_requests_below_one_parent_collide() -> None:
    """Whoever read the same priority and comes second is refused; one after the other both are linked."""

    async def scenario(door: Door) -> tuple[list[Any], int]:
        ids = await issues(door, 4)
        at_once = await asyncio.gather(link(door, 1, ids[1]), link(door, 1, ids[2]))
        later = await link(door, 1, ids[3])
        return sorted(answer.status for answer in at_once), later.status

    statuses, later = behind_the_door(scenario, latency=STEADY)

    assert ([201, 422], 201) == (statuses, later)


def test_the_collision_has_githubs_words() -> None:
    """`Priority has already been taken`."""

    async def scenario(door: Door) -> set[str]:
        ids = await issues(door, 3)
        answers = await asyncio.gather(link(door, 1, ids[1]), link(door, 1, ids[2]))
        return {answer.value["message"] for answer in answers if answer.status == 422}

    assert {f"{SUB_ISSUE_REFUSED} Priority has already been taken"} == behind_the_door(scenario, latency=STEADY)


def test_sub_issues_are_unlinked_and_moved() -> None:
    """`sub_issue` in the singular removes; `priority` puts one behind or before another."""

    async def scenario(door: Door) -> list[Any]:
        ids = await issues(door, 4)
        for child in ids[1:]:
            await link(door, 1, child)
        moved = {"sub_issue_id": ids[3], "before_id": ids[1]}
        await door.call("PATCH", "/issues/1/sub_issues/priority", moved)
        order = [child["number"] for child in (await door.call("GET", "/issues/1/sub_issues")).value]
        removed = await door.call("DELETE", "/issues/1/sub_issue", {"sub_issue_id": ids[1]})
        gone = await door.call("DELETE", "/issues/1/sub_issue", {"sub_issue_id": ids[1]})
        orphan = await door.call("GET", "/issues/2/parent")
        return [order, removed.status, gone.status, orphan.status]

    assert [[4, 2, 3], 200, 404, 404] == behind_the_door(scenario)


def test_a_dependency_is_seen_from_both_ends() -> None:
    """The answer is the issue that waits, with its repository; open and total are counted apart."""

    async def scenario(door: Door) -> list[Any]:
        ids = await issues(door, 3)
        linked = await block(door, 1, ids[1])
        await block(door, 1, ids[2])
        await door.call("PATCH", "/issues/2", {"state": "closed"})
        blockers = await door.call("GET", "/issues/1/dependencies/blocked_by")
        blocking = await door.call("GET", "/issues/3/dependencies/blocking")
        issue = (await door.call("GET", "/issues/1")).value
        return [
            (linked.status, linked.value["number"], linked.value["repository"]["full_name"]),
            linked.headers["location"],
            [found["number"] for found in blockers.value],
            [found["number"] for found in blocking.value],
            issue["issue_dependencies_summary"],
        ]

    assert [
        (201, 1, "octo/widgets"),
        "https://api.github.com/repos/octo/widgets/issues/1",
        [2, 3],
        [1],
        {"blocked_by": 1, "total_blocked_by": 2, "blocking": 0, "total_blocking": 0},
    ] == behind_the_door(scenario)


def test_dependencies_are_refused_in_githubs_words() -> None:
    """A duplicate, itself, a pull request; an unknown issue is not found."""

    async def scenario(door: Door) -> list[tuple[int, str]]:
        ids = await issues(door, 2)
        number = door.github.act({"do": "create_pull"})["number"]
        pull = (await door.call("GET", f"/issues/{number}")).value["id"]
        await block(door, 1, ids[1])
        answers = [await block(door, 1, target) for target in (ids[1], ids[0], pull, 7)]
        return [(answer.status, answer.value["message"]) for answer in answers]

    assert [
        (422, "Validation failed: Target issue has already been taken"),
        (422, "Validation failed: Target issue cannot be the same as the source issue"),
        (422, "Validation failed: Target issue may only be an issue"),
        (404, "Not Found"),
    ] == behind_the_door(scenario)


def test_fifty_dependencies_in_each_direction() -> None:
    """The fifty-first blocker is refused, and so is the fifty-first issue that one blocks."""

    async def scenario(door: Door) -> list[int]:
        ids = await issues(door, 52)
        inward = [(await block(door, 1, blocker)).status for blocker in ids[1:]]
        outward = [(await block(door, number, ids[0])).status for number in range(2, 53)]
        return [inward[49], inward[50], outward[49], outward[50]]

    assert [201, 422, 201, 422] == behind_the_door(scenario)


def test_removing_a_dependency_twice_succeeds() -> None:
    """DELETE is idempotent, POST is not."""

    async def scenario(door: Door) -> list[Any]:
        ids = await issues(door, 2)
        await block(door, 1, ids[1])
        path = f"/issues/1/dependencies/blocked_by/{ids[1]}"
        statuses = [(await door.call("DELETE", path)).status for _ in range(2)]
        return [*statuses, (await door.call("GET", "/issues/1/dependencies/blocked_by")).value]

    assert [200, 200, []] == behind_the_door(scenario)
