"""
An event loop on virtual time: when nothing can run, the clock jumps to the next timer. An hour takes a second.

Whatever is real and outside the loop (threads, other processes, sockets) looks idle to it, so keep it out.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from penstock.base.clock import Clock

T = TypeVar("T")
START = 1_800_000_000.0
"""Epoch seconds at which virtual time begins: 2027-01-15T08:00:00Z."""


_PATIENCE_S = 5.0


class _Selector(selectors.SelectSelector):
    """A wait for a timer is a jump of the loop's clock; without any timer a thread may still wake the loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(_PATIENCE_S if timeout is None else 0)
        if not ready and timeout is None:
            raise RuntimeError("deadlock: nothing can run and no timer is set")
        if not ready and timeout:
            self._loop.jump(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose `time()` is virtual and starts at `START`."""

    def __init__(self) -> None:
        self._virtual_now = START
        super().__init__(_Selector(self))
        # a timer is due within this much: epoch seconds are floats a quarter of a microsecond apart
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Virtual epoch seconds."""
        return self._virtual_now

    def jump(self, delay_s: float) -> None:
        """Let so much time pass."""
        self._virtual_now += delay_s


class LoopClock(Clock):
    """The clock of a running virtual loop."""

    def now(self) -> float:
        """Virtual epoch seconds."""
        return asyncio.get_running_loop().time()

    async def sleep(self, delay_s: float) -> None:
        """Return after so many virtual seconds."""
        await asyncio.sleep(delay_s)


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on virtual time and return its result."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
