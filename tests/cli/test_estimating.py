"""How much of a run is left, and under which limits."""

from __future__ import annotations

import msgspec
import pytest
from tests.output.samples import NOW

from penstock.api.estimate import Estimate
from penstock.cli.estimating import TimeLeft, in_force
from penstock.model.limits import Learnt
from penstock.output.snapshot import Snapshot, Wait


def shot(done: int, **fields: object) -> Snapshot:
    """A run of 600 creates that began at `NOW`."""
    given: dict[str, object] = {
        "bars": (),
        "left": {"issue.create": 600 - done},
        "total": 600,
        "done": done,
        "failed": 0,
        "in_doubt": 0,
        "in_flight": 0,
        "requests": done,
        "throttles": 0,
        "started_at": NOW,
    }
    return Snapshot(**(given | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "learnt", "expected"),
    [
        ("auto", [], "auto"),
        ("auto", ["observed"], "observed"),
        ("documented", ["observed"], "documented"),
        ("ghes", ["observed"], "ghes"),
    ],
)
def test_auto_means_what_the_account_has_taught(chosen: str, learnt: list[str], expected: str) -> None:
    """A learnt limit holds for `auto`; a profile that was asked for is kept."""
    assert expected == in_force(chosen, [Learnt(profile=name, at=NOW, why="") for name in learnt])


def test_a_window_spent_already_is_not_forgotten() -> None:
    """100 creates alone take a minute; after 500 others they wait for the hour."""
    left = TimeLeft(Estimate(profile="documented", bound_s=3_660, expected_s=3_700, binding="content, 500 per hour"))

    assert 3_300 == left(shot(500), NOW + 400)


def test_a_wait_comes_before_the_rest() -> None:
    """A resumed run, long after it began: the wait, then what is left at its own bound."""
    left = TimeLeft(Estimate(profile="documented", bound_s=3_660, expected_s=3_700, binding="content, 500 per hour"))
    waiting = shot(520, wait=Wait("content, 500 per hour", NOW + 90_600))

    assert 600 + 28 == pytest.approx(left(waiting, NOW + 90_000), abs=1)


def test_the_servers_own_pace_is_measured() -> None:
    """Without windows the model may be wrong by far; what this process has seen is not, downtime left out."""
    left = TimeLeft(Estimate(profile="ghes", bound_s=30, expected_s=40, binding="server time on 8 streams"))
    left(shot(100), NOW + 5_000)
    later = msgspec.structs.replace(shot(200), left={"issue.create": 400})

    assert 40 == left(later, NOW + 5_010)
