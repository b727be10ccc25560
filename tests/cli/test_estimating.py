"""How much of a run is left, and under which limits."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.output.samples import NOW

from penstock.cli.estimating import TimeLeft, in_force
from penstock.model.gauges import Gauge, Gauges
from penstock.model.limits import Learnt
from penstock.output.snapshot import Band, Snapshot, Wait


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
        "since": NOW,
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


HOUR = Gauge(name="content, 500 per hour", limit=500, left=0, frees_at=NOW + 3_600)


def at_most(left: TimeLeft, shown: Snapshot, now: float) -> float:
    """The upper end."""
    return left(shown, now).high_s


def test_a_window_spent_already_is_not_forgotten() -> None:
    """100 creates alone take a minute; after 500 others they wait for the hour."""
    fresh = TimeLeft("documented")(shot(500), NOW + 400)
    spent = TimeLeft("documented")(shot(500, gauges=Gauges(profile="documented", limits=(HOUR,))), NOW + 400)

    assert fresh.low_s < 100
    assert 3_200 <= spent.low_s <= 3_300


def test_what_a_window_has_room_for_does_not_wait_for_it() -> None:
    """Half an hour of the window's past is no reason to wait as long as there is room; in flight is charged already."""
    roomy = Gauges(profile="documented", limits=(replace(HOUR, left=90.0),))

    assert TimeLeft("documented")(shot(510, gauges=roomy), NOW).low_s < 100
    assert TimeLeft("documented")(shot(500, gauges=roomy, in_flight=10), NOW).low_s < 100
    assert 3_600 <= TimeLeft("documented")(shot(500, gauges=roomy), NOW).low_s


def test_a_wait_comes_before_the_rest() -> None:
    """A resumed run, long after it began: the wait, then what is left at its own bound."""
    waiting = shot(520, wait=Wait("content, 500 per hour", NOW + 90_600))
    band = TimeLeft("documented")(waiting, NOW + 90_000)

    assert 600 + 28 == pytest.approx(band.low_s, abs=1)
    assert band.low_s == band.high_s


def test_a_forecast_holds_until_there_is_a_pace() -> None:
    """Before anything was done, the forecast is all there is."""
    left = TimeLeft("ghes", hoped_s=500.0)

    assert 490.0 == at_most(left, shot(0), NOW + 10)
    assert 490.0 > at_most(left, shot(300), NOW + 30)


def test_nothing_left_takes_no_time() -> None:
    """Whatever was forecast."""
    left = TimeLeft("documented", hoped_s=500.0)
    left(shot(0), NOW)

    assert Band(0.0, 0.0) == left(shot(600), NOW + 5)


def test_the_servers_own_pace_is_measured() -> None:
    """Without windows the model may be wrong by far; what this process has seen is not, downtime left out."""
    left = TimeLeft("ghes", hoped_s=40.0)
    left(shot(100), NOW + 5_000)
    band = left(shot(200), NOW + 5_010)

    assert 40 == band.high_s
    assert band.low_s < 10


def test_waiting_is_no_pace() -> None:
    """Fifty minutes of waiting for a window say nothing about how fast the rest goes."""
    left = TimeLeft("documented")
    wait = Wait("content, 500 per hour", NOW + 3_000)
    left(shot(0), NOW)
    left(shot(100), NOW + 50)
    for second in range(51, 3_001):
        left(shot(100, wait=wait), NOW + second)

    assert at_most(left, shot(100), NOW + 3_001) < 3_000


def test_the_feared_limits_count_until_they_are_refuted() -> None:
    """`auto` does not know its server: the band is wide, until more was created than the other profile allows."""
    left = TimeLeft("documented", "observed", hoped_s=3_700.0, feared_s=12_000.0)
    first = left(shot(0), NOW)
    later = left(shot(150), NOW + 120)
    refuted = left(shot(151), NOW + 121)

    assert 12_000 == first.high_s
    assert first.low_s < 3_700
    assert 11_880 == later.high_s
    assert refuted.high_s < 4_000


def test_a_profile_fallen_back_to_is_all_there_is() -> None:
    """The forecast was made for another one."""
    left = TimeLeft("documented", "observed", hoped_s=3_700.0, feared_s=11_000.0)
    band = left(shot(100, gauges=Gauges(profile="observed")), NOW + 100)

    assert band.low_s == band.high_s
    assert 10_000 < band.low_s
