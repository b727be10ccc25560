"""The circuit breaker: its table, what trips it, how long it stays open."""

from __future__ import annotations

from itertools import product

import pytest

from penstock.core.breaker import TRANSITIONS, CircuitBreaker, State

EVENTS = ("trip", "elapsed", "success", "failure", "nothing")
STATES: tuple[State, ...] = ("closed", "open", "half_open")


def tripped(now: float = 0.0) -> CircuitBreaker:
    """A breaker that opened at `now`."""
    breaker = CircuitBreaker()
    for _ in range(5):
        breaker.record(False, now, sent_at=now)
    return breaker


def probed(breaker: CircuitBreaker, healthy: bool | None) -> float:
    """One probe as soon as it may be sent. Returns how long the breaker is open after it."""
    now = breaker.until
    assert "half_open" == breaker.ask(now)
    breaker.record(healthy, now, sent_at=now, probe=True)
    return breaker.until - now


def test_the_table_is_whole() -> None:
    """Five moves, and no other."""
    expected = {
        ("closed", "trip"): "open",
        ("open", "elapsed"): "half_open",
        ("half_open", "success"): "closed",
        ("half_open", "failure"): "open",
        ("half_open", "nothing"): "open",
    }

    assert expected == TRANSITIONS


@pytest.mark.parametrize(("state", "event"), sorted(set(product(STATES, EVENTS)) - set(TRANSITIONS)))
def test_no_other_move_is_possible(state: State, event: str) -> None:
    """An illegal transition is a bug and says so."""
    breaker = CircuitBreaker()
    breaker.state = state

    with pytest.raises(KeyError):
        breaker._move(event)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([False] * 4, "closed"),
        ([False] * 5, "open"),
        ([False] * 4 + [True], "closed"),
        ([True] * 3 + [False] * 2, "closed"),
        ([True] * 5 + [False] * 4, "closed"),
        ([True] * 5 + [False] * 5, "open"),
        ([None] * 50, "closed"),
        ([False] * 4 + [None] * 50, "closed"),
        ([True] * 100 + [False] * 9, "closed"),
        ([True] * 100 + [False] * 10, "open"),
    ],
)
def test_half_of_the_last_twenty_and_at_least_five_must_fail(answers: list[bool | None], expected: str) -> None:
    """A few failures do not stop a run; what says nothing about the server does not count; old successes expire."""
    breaker = CircuitBreaker()
    for answer in answers:
        breaker.record(answer, 1.0, sent_at=1.0)

    assert expected == breaker.state


def test_it_holds_then_lets_one_probe_decide() -> None:
    """Open for five seconds; then half-open; a good probe closes it."""
    breaker = tripped(100.0)

    assert ["open", "open", "half_open"] == [breaker.ask(now) for now in (100.0, 104.999, 105.0)]
    assert breaker.record(True, 105.5, sent_at=105.0, probe=True)
    assert "closed" == breaker.ask(105.5)


def test_a_young_outage_is_probed_at_least_every_twelve_seconds() -> None:
    """5 s, then × 1.5, at most 12 s, while the outage is younger than five minutes."""
    breaker = tripped()
    waits = [breaker.until]
    while breaker.until < 300:
        waits.append(probed(breaker, False))

    assert pytest.approx([5, 7.5, 11.25, 12, 12]) == waits[:5]
    assert 12 == max(waits)


def test_an_old_outage_is_probed_less_and_less_down_to_every_five_minutes() -> None:
    """After five minutes the wait doubles, at most 300 s."""
    breaker = tripped()
    while breaker.until < 300:
        probed(breaker, False)

    assert [24.0, 48.0, 96.0, 192.0, 300.0, 300.0] == [probed(breaker, False) for _ in range(6)]


def test_a_probe_that_says_nothing_leaves_the_next_one_to_decide() -> None:
    """A probe that met a rate limit neither closes the breaker nor counts as a failure."""
    breaker = tripped()

    assert [5.0, 5.0] == [probed(breaker, None), probed(breaker, None)]
    assert 7.5 == probed(breaker, False)


def test_only_probes_are_evidence_while_it_is_not_closed() -> None:
    """Answers of requests sent before it opened change nothing."""
    breaker = tripped()

    changes = [breaker.record(True, 1.0, sent_at=0.0)]
    states = [breaker.state, breaker.ask(5.0)]
    changes += [breaker.record(healthy, 6.0, sent_at=0.0) for healthy in (True, False)]

    assert [False, False, False] == changes
    assert ["open", "half_open", "half_open"] == [*states, breaker.state]


def test_failures_of_requests_from_before_do_not_trip_it_again() -> None:
    """Once a probe showed that the server works, the late answers of the outage are no evidence."""
    breaker = tripped()
    probed(breaker, True)
    for _ in range(8):
        breaker.record(False, 9.0, sent_at=0.0)

    assert "closed" == breaker.state


def test_failures_of_the_last_outage_do_not_count_towards_the_next() -> None:
    """Once closed it takes five new calls to trip it again."""
    breaker = tripped()
    probed(breaker, True)
    for _ in range(4):
        breaker.record(False, 9.0, sent_at=9.0)

    assert "closed" == breaker.state


def test_a_new_outage_starts_with_a_short_wait() -> None:
    """What was learnt of the last outage is forgotten when it is over."""
    breaker = tripped()
    for _ in range(3):
        probed(breaker, False)
    probed(breaker, True)
    for _ in range(5):
        breaker.record(False, 1000.0, sent_at=1000.0)

    assert 1005.0 == breaker.until
