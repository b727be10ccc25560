"""When an operation is tried again: a table per category, full jitter, no sleeping inside a try."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Backoff(msgspec.Struct, frozen=True):
    """
    Delays of one category: `base_s`, then times `factor`, never above `cap_s`; jittered over (0, delay] when `jitter`.
    """

    base_s: float
    factor: float
    cap_s: float
    jitter: bool = True


BACKOFF: Mapping[str, Backoff] = {
    "network": Backoff(1.0, 1.5, 10.0),
    "server": Backoff(1.0, 2.0, 30.0),
    "timeout": Backoff(1.0, 1.2, 5.0),
    "null": Backoff(1.0, 2.0, 30.0),
    "exists": Backoff(1.0, 2.0, 30.0),
    "eventual": Backoff(2.0, 2.0, 8.0, jitter=False),
    "resource": Backoff(0.0, 1.0, 0.0, jitter=False),
}

CAPACITY = 20.0
REFILL = 0.2


def delay_s(category: str, tries: int, uniform: float) -> float:
    """
    How long to wait before the next try.

    Args:
        category: Key of `BACKOFF`.
        tries: Tries made so far, at least 1.
        uniform: A draw from [0, 1).

    Returns:
        Seconds. Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    backoff = BACKOFF[category]
    ceiling = min(backoff.cap_s, backoff.base_s * backoff.factor ** min(tries - 1, 64))
    return ceiling * (1.0 - uniform) if backoff.jitter else ceiling


class RetryBudget:
    """
    Stops retries from multiplying the load of a server in trouble.

    A retry costs 1, a success gives 0.2 back, at most 20. When it is empty, a retry waits its category's full cap.
    """

    def __init__(self) -> None:
        self.tokens = CAPACITY

    def succeeded(self) -> None:
        """A request went through."""
        self.tokens = min(CAPACITY, self.tokens + REFILL)

    def delay_s(self, category: str, tries: int, uniform: float) -> float:
        """As `delay_s`, and spend one token; the cap when none is left."""
        if self.tokens < 1:
            return BACKOFF[category].cap_s
        self.tokens -= 1
        return delay_s(category, tries, uniform)
