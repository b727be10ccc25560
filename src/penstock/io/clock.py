"""The system's time on one line: instants compare with the server's, and never run backwards."""

from __future__ import annotations

import asyncio
import time

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that also counts while the machine sleeps: Linux calls it BOOTTIME, macOS's MONOTONIC does it already."""

_NAP_S = 20.0
"""Timers of the event loop stand still while the machine sleeps, so long waits look at the clock in between."""


class SystemClock:
    """
    The wall clock, read once, plus the steady clock since then.

    Setting the machine's clock while a run is on neither opens nor closes a window; sending a laptop to sleep counts.
    """

    def __init__(self) -> None:
        self._offset_s = time.time() - time.clock_gettime(_STEADY)

    def now(self) -> float:
        """Instant in seconds since the Unix epoch; never smaller than one returned before."""
        return self._offset_s + time.clock_gettime(_STEADY)

    async def sleep(self, delay_s: float) -> None:
        """Return after `delay_s` seconds; at once, but after other tasks had a turn, when it is 0 or less."""
        until = self.now() + delay_s
        while (left_s := until - self.now()) > _NAP_S:  # noqa: ASYNC110 (time is no event)
            await asyncio.sleep(_NAP_S)
        await asyncio.sleep(max(0.0, left_s))
