"""Time is an argument: pure code takes `now`, the shell takes a `Clock`."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Where the shell reads the time. Virtual in rehearsals and tests, the system's otherwise."""

    def now(self) -> float:
        """Instant in seconds since the Unix epoch."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Return after `delay_s` seconds of this clock."""
        ...
