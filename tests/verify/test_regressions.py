"""Worlds that once broke a promise, by what they showed."""

from __future__ import annotations

from bisect import bisect_left

import msgspec
from tests.verify.worlds import FAMILY, death, graph, phase, world

from penstock.sim.faults import Faults, Scripted
from penstock.verify.checkers import judge
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


def _dies(step: int) -> bool:
    history = play(world(phase(crashes=(death(step),))))
    return any(ended.how == "crashed" for ended in history.trace.of(Ended))
