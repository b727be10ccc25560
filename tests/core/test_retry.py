"""Retry delays: caps, growth, jitter, and the budget that stops a storm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.retry import BACKOFF, CAPACITY, RetryBudget, delay_s


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("network", [1.0, 1.5, 2.25, 10.0]),
        ("server", [1.0, 2.0, 4.0, 30.0]),
        ("timeout", [1.0, 1.2, 1.44, 5.0]),
        ("eventual", [2.0, 4.0, 8.0, 8.0]),
        ("resource", [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_delays_grow_by_category_up_to_their_cap(category: str, expected: list[float]) -> None:
    """The table of the design: network ×1.5 up to 10 s, server ×2 up to 30 s, time-out ×1.2 up to 5 s."""
    longest = [delay_s(category, tries, 0.0) for tries in (1, 2, 3, 100)]

    assert pytest.approx(expected) == longest


@given(st.sampled_from(sorted(BACKOFF)), st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_over_the_whole_delay_and_never_beyond(category: str, tries: int, uniform: float) -> None:
    """Full jitter: between nothing and the delay; however many tries, the cap holds and no number overflows."""
    delay, longest = delay_s(category, tries, uniform), delay_s(category, tries, 0.0)

    assert 0 <= delay <= longest <= BACKOFF[category].cap_s
    if BACKOFF[category].jitter:
        assert pytest.approx(longest * (1 - uniform)) == delay


def test_a_spent_budget_makes_every_retry_wait_its_longest() -> None:
    """Twenty retries without a success between them, and the next wait the cap."""
    budget = RetryBudget()
    first = [budget.delay_s("server", 1, 0.5) for _ in range(int(CAPACITY))]

    assert [0.5] * 20 == first
    assert 30.0 == budget.delay_s("server", 1, 0.5)


def test_successes_refill_the_budget_slowly_and_not_beyond_its_size() -> None:
    """Five successes pay for one retry; a hundred do not pay for more than twenty."""
    budget = RetryBudget()
    for _ in range(20):
        budget.delay_s("server", 1, 0.5)
    for _ in range(5):
        budget.succeeded()

    assert [0.5, 30.0] == [budget.delay_s("server", 1, 0.5), budget.delay_s("server", 1, 0.5)]
    for _ in range(500):
        budget.succeeded()
    assert CAPACITY == budget.tokens
