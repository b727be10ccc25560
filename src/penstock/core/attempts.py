"""Failed operations: when each is tried again, and when one is given up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

from penstock.core.retry import RetryBudget
from penstock.model.outcome import InDoubt, Outcome, Transient

HOPELESS = 4
"""Attempts, as a multiple of the maximum, that kill an operation though no request went through."""

HOPELESS_S = 900.0
"""How long it must have failed for that."""


def weigh(outcome: Transient | InDoubt, *, alone: bool) -> tuple[str, float]:
    """
    Category of a failure, and how much of an attempt it was.

    Args:
        alone: The request had no other operation: what is too heavy by itself will not get lighter.
    """
    if isinstance(outcome, InDoubt):
        return outcome.category, 1.0
    if outcome.category == "resource" and alone:
        return "server", 1.0
    return outcome.category, outcome.attempt


def is_heavy(outcome: Outcome) -> bool:
    """Whether the outcome tells against the size of its request."""
    return isinstance(outcome, Transient | InDoubt) and outcome.category in {"timeout", "resource"}


class _Failures:
    """What one operation met since the process began."""

    __slots__ = ("attempts", "own_attempts", "since", "through", "tries")

    def __init__(self, since: float) -> None:
        self.since = since
        self.tries = 0
        self.attempts = 0.0
        self.own_attempts = 0.0
        self.through = -1


class Attempts:
    """
    Failures and timers of the operations that wait for another try. A resumed run tries anew.

    An operation is given up only when others went through between its failures: failures that hit everything are the
    server's, and the breaker's to wait out.

    Args:
        attempts_max: Tries per operation; throttles do not count.
        uniform: Draws from [0, 1), for jitter.
    """

    def __init__(self, attempts_max: int, uniform: Callable[[], float]) -> None:
        self._max = attempts_max
        self._uniform = uniform
        self._budget = RetryBudget()
        self._timers: list[tuple[float, tuple[int, ...]]] = []
        self._through = 0
        self._failures: dict[int, _Failures] = {}

    @property
    def next_at(self) -> float:
        """When the next timer ends; infinity when none runs."""
        return self._timers[0][0] if self._timers else math.inf

    def matured(self, now: float) -> Iterator[int]:
        """Operations whose wait is over."""
        while self._timers and self._timers[0][0] <= now:
            yield from heappop(self._timers)[1]

    def request_went_through(self) -> None:
        """A request had success."""
        self._through += 1
        self._budget.succeeded()

    def forget(self, no: int) -> None:
        """The operation is settled."""
        self._failures.pop(no, None)

    def failed(self, no: int, attempt: float, now: float) -> None:
        """Count a failure as so much of an attempt; as its own when a request went through since the one before."""
        failures = self._failures.setdefault(no, _Failures(now))
        failures.tries += 1
        failures.attempts += attempt
        if self._through > failures.through:
            failures.own_attempts += attempt
        failures.through = self._through

    def is_worn_out(self, no: int, now: float) -> bool:
        """Whether the operation is to be given up."""
        failures = self._failures.get(no)
        if failures is None:
            return False
        hopeless = failures.attempts >= self._max * HOPELESS and now >= failures.since + HOPELESS_S
        return hopeless or failures.own_attempts >= self._max

    def again(self, failed: Iterable[tuple[int, str, str]], now: float) -> list[tuple[int, str]]:
        """
        Start timers for operations that failed together, as (number, category, why).

        Returns:
            Those to give up, with the reason.
        """
        given_up: list[tuple[int, str]] = []
        together: dict[str, list[int]] = {}
        for no, category, why in failed:
            another_stands = category == "exists"  # refused for it, and the look-ups prove that it is not ours
            if another_stands or self.is_worn_out(no, now):
                given_up.append((no, why or category))
            else:
                together.setdefault(category, []).append(no)
        for category, numbers in together.items():
            self._start(category, tuple(numbers), now)
        return given_up

    def _start(self, category: str, together: tuple[int, ...], now: float) -> None:
        """One timer for one category: what shared a request can share the next."""
        tries = max((self._failures[no].tries for no in together if no in self._failures), default=1)
        heappush(self._timers, (now + self._budget.delay_s(category, tries, self._uniform()), together))
