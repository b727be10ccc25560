"""
The circuit breaker: one table. Open means "hold and probe"; it never fails an operation.

Only the server's health counts: rate limits, refusals and validation errors are not evidence.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Literal

State = Literal["closed", "open", "half_open"]

TRANSITIONS: Mapping[tuple[State, str], State] = {
    ("closed", "trip"): "open",
    ("open", "elapsed"): "half_open",
    ("half_open", "success"): "closed",
    ("half_open", "failure"): "open",
    ("half_open", "nothing"): "open",
}
"""(state, event) → state. A probe that says nothing about the server's health leaves the next one to decide."""

WINDOW = 20
MINIMUM_CALLS = 5
FAILURE_RATE = 0.5
OPEN_FIRST_S = 5.0
OPEN_GROWTH = 1.5
OPEN_YOUNG_MAX_S = 12.0
YOUNG_OUTAGE_S = 300.0
OPEN_MAX_S = 300.0


class CircuitBreaker:
    """
    Breaker of one host and API.

    While it is not closed only its own probes are evidence, and afterwards only what was sent since it closed.

    Attributes:
        until: Epoch seconds of the next probe while it is not closed; else 0.
    """

    def __init__(self) -> None:
        self.state: State = "closed"
        self.until = 0.0
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._open_s = 0.0
        self._outage_since = 0.0
        self._closed_at = -math.inf

    def ask(self, now: float) -> State:
        """State at `now`; an open breaker whose wait is over becomes half-open."""
        if self.state == "open" and now >= self.until:
            self._move("elapsed")
        return self.state

    def record(self, healthy: bool | None, now: float, *, sent_at: float, probe: bool = False) -> bool:
        """
        Take in one request's evidence.

        Args:
            healthy: True worked, False failed, None says nothing.
            now, sent_at: Epoch seconds, of the answer and of the request.
            probe: It was the breaker's own probe.

        Returns:
            Whether it tripped, opened again after a failed probe, or closed.
        """
        if self.state == "closed":
            return healthy is not None and sent_at >= self._closed_at and self._weigh(healthy, now)
        if self.state == "open" or not probe:
            return False
        if healthy is None:
            self._open("nothing", now, self._open_s)
            return False
        if healthy:
            self._move("success")
            self._recent.clear()
            self._closed_at = now
            self.until = 0.0
        else:
            young = now - self._outage_since < YOUNG_OUTAGE_S
            growth, most = (OPEN_GROWTH, OPEN_YOUNG_MAX_S) if young else (2.0, OPEN_MAX_S)
            self._open("failure", now, min(self._open_s * growth, most))
        return True

    def _weigh(self, healthy: bool, now: float) -> bool:
        self._recent.append(healthy)
        failures = self._recent.count(False)
        if healthy or len(self._recent) < MINIMUM_CALLS or failures < FAILURE_RATE * len(self._recent):
            return False
        self._outage_since = now
        self._open("trip", now, OPEN_FIRST_S)
        return True

    def _open(self, event: str, now: float, wait_s: float) -> None:
        self._move(event)
        self._open_s = wait_s
        self.until = now + wait_s

    def _move(self, event: str) -> None:
        self.state = TRANSITIONS[self.state, event]
