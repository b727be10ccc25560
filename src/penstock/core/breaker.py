"""
The circuit breaker: one table. Open means "hold and probe"; it never fails an operation.

Only the server's health counts: rate limits, refusals and validation errors are not evidence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Literal

State = Literal["closed", "open", "half_open"]

TRANSITIONS: Mapping[tuple[State, str], State] = {
    ("closed", "trip"): "open",
    ("open", "elapsed"): "half_open",
    ("half_open", "success"): "closed",
    ("half_open", "failure"): "open",
}

WINDOW = 20
MINIMUM_CALLS = 5
FAILURE_RATE = 0.5
OPEN_FIRST_S = 5.0
OPEN_GROWTH = 1.5
OPEN_YOUNG_MAX_S = 12.0
YOUNG_OUTAGE_S = 300.0
OPEN_MAX_S = 300.0


class CircuitBreaker:
    """Breaker of one host and API. Results of requests sent before it last opened are ignored in half-open state."""

    def __init__(self) -> None:
        self.state: State = "closed"
        self.until = 0.0
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._open_s = 0.0
        self._outage_since = 0.0

    def ask(self, now: float) -> State:
        """State at `now`; an open breaker whose wait is over becomes half-open."""
        if self.state == "open" and now >= self.until:
            self._move("elapsed")
        return self.state

    def record(self, healthy: bool | None, now: float, *, probe: bool = False) -> bool:
        """
        Take in one request's evidence.

        Args:
            healthy: True worked, False failed, None says nothing.
            now: Epoch seconds.
            probe: It was the breaker's own probe.

        Returns:
            Whether the state changed.
        """
        if healthy is None:
            if probe:  # inconclusive: let the next probe decide
                self.state, self.until = "open", now + self._open_s
            return False
        if self.state == "closed":
            self._recent.append(healthy)
            failures = self._recent.count(False)
            if healthy or len(self._recent) < MINIMUM_CALLS or failures < FAILURE_RATE * len(self._recent):
                return False
            self._outage_since = now
            self._open(now, OPEN_FIRST_S, "trip")
            return True
        if not probe:
            return False
        if healthy:
            self._recent.clear()
            self._move("success")
            return True
        young = now - self._outage_since < YOUNG_OUTAGE_S
        wait_s = min(self._open_s * OPEN_GROWTH, OPEN_YOUNG_MAX_S) if young else min(self._open_s * 2, OPEN_MAX_S)
        self._open(now, wait_s, "failure")
        return True

    def _open(self, now: float, wait_s: float, event: str) -> None:
        self._move(event)
        self._open_s = wait_s
        self.until = now + wait_s

    def _move(self, event: str) -> None:
        self.state = TRANSITIONS[self.state, event]
