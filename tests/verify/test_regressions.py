"""Worlds that once broke a promise, by what they showed."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import msgspec
import pytest
from tests.verify.worlds import FAMILY, death, graph, phase, world

from penstock.model.task import Task
from penstock.sim.faults import Faults, Scripted
from penstock.verify.checkers import judge
from penstock.verify.said import said_in
from penstock.verify.trace import Ended
from penstock.verify.world import play


def test_a_task_called_off_by_an_edit_is_closed() -> None:
    """An update that also closes as not planned closes: GraphQL says so by `stateInput`, beside the new body."""
    called_off = msgspec.structs.replace(FAMILY.tasks[0], state="not_planned", body="No longer.")

    history = play(world(phase(), phase(graph(called_off, *FAMILY.tasks[1:]))))

    states = {issue["title"]: issue["state_reason"] for issue in history.episodes[1].after["issues"]}
    assert judge(history) == []
    assert states["Parent"] == "not_planned"


def test_a_death_behind_the_very_last_commit() -> None:
    """A run that is finished stays finished: the next process reports it and writes nothing."""
    steps = bisect_left(range(1, 400), True, key=lambda step: not _dies(step))

    history = play(world(phase(crashes=(death(steps),))))

    assert judge(history) == []
    assert [ended.how for ended in history.trace.of(Ended)][:2] == ["crashed", "finished"]


def test_a_whole_batch_whose_answer_is_lost_while_a_stranger_quotes_its_markers() -> None:
    """The account's own issues are adopted, the stranger's are left alone."""
    lost = Faults(script=(Scripted(fault="502.after", on="mutation", skip=1, times=2),))

    history = play(world(phase(faults=lost, calm_s=60.0, mimic=True, crowd=3)))

    result = history.episodes[0].result
    assert judge(history) == []
    assert result is not None
    assert result.adopted > 0


def test_a_task_worded_anew_while_its_twin_moves() -> None:
    """Both keep an issue: the one that nobody else claims is not left behind, with a third one made."""
    places = [Task(key="1", title="Here"), Task(key="2", title="There")]
    twins = [_twin("1/paint", "1", "Paint the wall"), _twin("2/paint", "2", "Paint the wall")]
    moved = [_twin("paint-again", "1", "Paint the wall again"), _twin("paint", "1", "Paint the wall")]
    old = ("1/paint", "2/paint")
    was = {"paint-again": old, "paint": old}
    later = phase(graph(*places, *moved), renames="accept", was=was, mistakable=frozenset(was))

    history = play(world(phase(graph(*places, *twins)), later))

    assert judge(history) == []
    assert len(history.episodes[0].after["issues"]) == len(history.episodes[1].after["issues"])


@pytest.mark.parametrize("transport", ["graphql", "rest"])
def test_a_server_learns_links_between_two_runs(transport: str) -> None:
    """The words go, links come, also for a parent that waits for its own child; then there is nothing left to do."""
    knotted = msgspec.structs.replace(FAMILY.tasks[0], depends_on=("2",))
    family = graph(knotted, *FAMILY.tasks[1:])

    history = play(world(phase(family, native_links=False), phase(family), transport=transport))

    assert judge(history) == []
    assert [_links(episode.after["issues"]) for episode in history.episodes] == [(0, 3), (4, 0)]


def test_people_name_what_blocks_an_issue_in_its_text() -> None:
    """An update of the links keeps what people added beside them."""
    child = msgspec.structs.replace(FAMILY.tasks[1], depends_on=("3", "4"))
    grown = graph(FAMILY.tasks[0], child, FAMILY.tasks[2], Task(key="4", title="Newcomer"))

    history = play(world(phase(native_links=False), phase(grown, native_links=False), seed=6))

    (after,) = (issue for issue in history.episodes[1].after["issues"] if issue["title"] == "Child")
    (before,) = (issue for issue in history.episodes[1].before["issues"] if issue["title"] == "Child")
    assert judge(history) == []
    assert (2, 3) == (len(said_in(before["body"]).blocked_by), len(said_in(after["body"]).blocked_by))


def _twin(key: str, parent: str, title: str) -> Task:
    return Task(key=key, title=title, parent=parent, derived=True)


def _links(issues: list[dict[str, Any]]) -> tuple[int, int]:
    """How many the server has, and how many issues say some."""
    native = sum(len(issue["sub_issues"]) + len(issue["blocked_by"]) for issue in issues)
    return native, sum(said_in(issue["body"]).written for issue in issues)


def _dies(step: int) -> bool:
    history = play(world(phase(crashes=(death(step),))))
    return any(ended.how == "crashed" for ended in history.trace.of(Ended))
