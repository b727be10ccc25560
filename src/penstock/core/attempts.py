"""Failed operations: when each is tried again, and when one is given up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from penstock.core.retry import RetryBudget
from penstock.model.outcome import InDoubt, Transient

HOPELESS = 4
"""Attempts, as a multiple of the maximum, after which an operation is dead though no other went through meanwhile."""


class Attempts:
    """
    Timers of the operations that wait for another try.

    An operation is given up only when others went through while it failed: failures that hit everything are the
    server's, and the breaker's to wait out.

    Args:
        attempts_max: Tries per operation; throttles do not count.
        uniform: Draws from [0, 1), for jitter.
    """

    def __init__(self, attempts_max: int, uniform: Callable[[], float]) -> None:
        self._max = attempts_max
        self._uniform = uniform
        self._budget = RetryBudget()
        self._timers: list[tuple[float, int]] = []
        self._through = 0
        self._failing_since: dict[int, int] = {}

    @property
    def next_at(self) -> float:
        """When the next timer ends; infinity when none runs."""
        return self._timers[0][0] if self._timers else math.inf

    def matured(self, now: float) -> Iterator[int]:
        """Operations whose wait is over."""
        while self._timers and self._timers[0][0] <= now:
            yield heappop(self._timers)[1]

    def request_went_through(self) -> None:
        """A request had success."""
        self._through += 1
        self._budget.succeeded()

    def succeeded(self, no: int) -> None:
        """The operation is done: forget its failures."""
        self._failing_since.pop(no, None)

    def failed(self, no: int) -> None:
        """Remember since when the operation fails."""
        self._failing_since.setdefault(no, self._through)

    def is_worn_out(self, no: int, attempts: float) -> bool:
        """Whether the operation, failed `attempts` times, is to be given up."""
        others_went_through = self._through > self._failing_since.get(no, self._through)
        return attempts >= self._max * (1 if others_went_through else HOPELESS)

    def again(self, no: int, outcome: Transient | InDoubt, attempts: float, now: float) -> None:
        """Start the operation's timer."""
        delay_s = self._budget.delay_s(outcome.category, max(1, math.ceil(attempts)), self._uniform())
        heappush(self._timers, (now + delay_s, no))
