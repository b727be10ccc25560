"""The forecast: the same scheduler in virtual time."""

from __future__ import annotations

import pytest
from tests.core.worlds import creates, tree

from penstock.core.bound import lower_bound
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.core.forecast import SIMULATED_MAX, expected
from penstock.github.limits import DOCUMENTED, GHES, OBSERVED
from penstock.model.config import BatchConfig
from penstock.model.limits import Profile
from penstock.model.operation import OperationRef


def seconds(refs: list[OperationRef], profile: Profile, api: str = "graphql") -> float:
    """Forecast of a run."""
    return expected(refs, api=api, profile=profile, config=BatchConfig()).seconds


def test_nothing_takes_no_time() -> None:
    """An empty plan."""
    assert 0.0 == seconds([], DOCUMENTED)


def test_five_hundred_creates_take_six_minutes_as_documented() -> None:
    """80 a minute, in bursts, within 4 % of what no schedule can beat."""
    forecast = expected(creates(500), api="graphql", profile=DOCUMENTED, config=BatchConfig())
    bound = lower_bound({"issue.create": 500}, {"issue.create": ITEM_S}, DOCUMENTED, REQUEST_S)

    assert 360 < bound.seconds < forecast.seconds < 1.04 * bound.seconds
    assert "content, 80 per minute" == forecast.binding


def test_five_hundred_creates_take_three_hours_as_observed() -> None:
    """150 an hour: the last fifty go in the fourth hour."""
    forecast = expected(creates(500), api="graphql", profile=OBSERVED, config=BatchConfig())

    assert 3 * 3_600 < forecast.seconds < 3 * 3_600 + 300
    assert "creates, 150 per hour" == forecast.binding


def test_without_windows_eight_streams_share_the_work() -> None:
    """500 creates in batches of five on eight streams: under 45 s."""
    rounds = -(-100 // 8)

    assert pytest.approx(rounds * (REQUEST_S + 5 * ITEM_S)) == seconds(creates(500), GHES)


def test_one_by_one_takes_longer() -> None:
    """REST sends a request per operation."""
    assert seconds(tree(200), GHES, "rest") > seconds(tree(200), GHES)


def test_what_goes_beyond_the_played_part_goes_on_at_its_pace() -> None:
    """Twice the operations, twice the time, where the server's work decides."""
    whole = seconds(creates(SIMULATED_MAX), GHES)

    assert pytest.approx(2 * whole, rel=0.001) == seconds(creates(2 * SIMULATED_MAX), GHES)


def test_what_goes_beyond_the_played_part_keeps_to_the_windows() -> None:
    """Where windows decide, the bound does: 500 in the first six minutes, then 500 an hour."""
    for count in (2_000, 5_000, 20_000):
        hours = count / 500 - 1
        assert hours * 3_600 + 360 <= seconds(creates(count), DOCUMENTED) <= (hours * 3_600 + 420) * 1.01
