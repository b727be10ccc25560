"""Timers of failed operations, and when one is given up: for its own failures soon, for the server's late."""

from __future__ import annotations

import math

import pytest

from penstock.core.attempts import HOPELESS_S, Attempts, is_heavy, weigh
from penstock.model.outcome import InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient


def attempts(most: int = 5) -> Attempts:
    """Without jitter: every delay is its longest."""
    return Attempts(most, lambda: 0.0)


def test_a_failed_operation_comes_back_after_its_delay() -> None:
    """Not before, and once."""
    made = attempts()
    made.failed(7, 1.0, 100.0)
    made.again([(7, "server", "")], 100.0)

    assert [101.0, [], [7], [], math.inf] == [
        *(made.next_at, list(made.matured(100.9)), list(made.matured(101.0)), list(made.matured(200.0))),
        made.next_at,
    ]


def test_what_failed_together_comes_back_together() -> None:
    """A batch of twenty that met a 502 is one request again, not twenty."""
    made = Attempts(5, iter([0.9, 0.1]).__next__)
    for no in range(20):
        made.failed(no, 1.0, 0.0)
    made.again([(no, "server", "") for no in range(20)], 0.0)

    assert list(range(20)) == list(made.matured(made.next_at))


def test_delays_grow_with_the_tries_of_an_operation() -> None:
    """1, 2, 4 s; half attempts count as tries too: 2, 4, 8 s for what is not visible yet."""
    made, waits = attempts(), []
    for category, share in (*[("server", 1.0)] * 3, *[("eventual", 0.5)] * 3):
        no = 0 if category == "server" else 1
        made.failed(no, share, 0.0)
        made.again([(no, category, "")], 0.0)
        waits.append(made.next_at)
        assert [no] == list(made.matured(made.next_at))

    assert [1.0, 2.0, 4.0, 2.0, 4.0, 8.0] == waits


@pytest.mark.parametrize(("share", "failures"), [(1.0, 5), (0.5, 10)])
def test_an_operation_that_fails_while_others_go_through_is_given_up(share: float, failures: int) -> None:
    """At its fifth attempt; half attempts count half."""
    made, verdicts = attempts(), []
    for _ in range(failures):
        made.failed(3, share, 0.0)
        verdicts.append(made.is_worn_out(3, 0.0))
        made.request_went_through()

    assert [False] * (failures - 1) + [True] == verdicts


def test_an_operation_is_not_given_up_for_failures_that_hit_everything() -> None:
    """In an outage it fails again and again, but nothing else goes through: it is not its own fault."""
    made = attempts()
    made.failed(3, 1.0, 0.0)
    made.request_went_through()
    for now in range(100):
        made.failed(3, 1.0, float(now))

    assert not made.is_worn_out(3, 99.0)


def test_the_last_operation_of_all_is_given_up_in_the_end() -> None:
    """Nothing else is left that could go through: twenty attempts over a quarter of an hour are enough."""
    made = attempts()
    for attempt in range(20):
        made.failed(3, 1.0, float(attempt))

    assert [False, True] == [made.is_worn_out(3, HOPELESS_S - 1), made.is_worn_out(3, HOPELESS_S)]


def test_a_settled_operation_leaves_nothing_behind() -> None:
    """A million operations that failed once and then went through cost no memory."""
    made = attempts()
    made.failed(3, 1.0, 0.0)
    made.forget(3)

    assert not made._failures
    assert not made.is_worn_out(3, 0.0)


@pytest.mark.parametrize(
    ("outcome", "alone", "expected"),
    [
        (InDoubt("timeout"), False, ("timeout", 1.0)),
        (Transient("network"), False, ("network", 1.0)),
        (Transient("eventual", 0.5), True, ("eventual", 0.5)),
        (Transient("resource", 0.0), False, ("resource", 0.0)),
        (Transient("resource", 0.0), True, ("server", 1.0)),
    ],
)
def test_what_a_failure_weighs(outcome: InDoubt | Transient, alone: bool, expected: tuple[str, float]) -> None:
    """What is too heavy in a batch is no attempt; what is too heavy by itself is, or it would be sent for ever."""
    assert expected == weigh(outcome, alone=alone)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (InDoubt("timeout"), True),
        (Transient("timeout"), True),
        (Transient("resource", 0.0), True),
        (InDoubt("network"), False),
        (Succeeded(), False),
        (Throttled("lane"), False),
        (Rejected("title is too long"), False),
    ],
)
def test_what_tells_against_the_size_of_a_batch(outcome: Outcome, expected: bool) -> None:
    """Time-outs and resource limits, nothing else."""
    assert expected == is_heavy(outcome)
