"""Virtual time: nobody waits, everything happens in order."""

from __future__ import annotations

import asyncio

import pytest

from penstock.sim.virtual_loop import START, LoopClock, run_virtual


def test_timers_fire_in_order_at_their_time() -> None:
    """A day, an hour and a millisecond, whatever the order they were set in."""

    async def main() -> list[tuple[str, float]]:
        clock, seen = LoopClock(), list[tuple[str, float]]()

        async def after(delay_s: float, name: str) -> None:
            await clock.sleep(delay_s)
            seen.append((name, round(clock.now() - START, 6)))

        await asyncio.gather(after(86_400.0, "day"), after(0.001, "tick"), after(3600.0, "hour"))
        return seen

    assert [("tick", 0.001), ("hour", 3600.0), ("day", 86_400.0)] == run_virtual(main())


def test_every_sleep_ends() -> None:
    """Delays that no float of epoch seconds can hold exactly still pass."""

    async def main() -> float:
        clock = LoopClock()
        for n in range(1, 2000):
            await clock.sleep(1.0 / n)
        return clock.now() - START

    assert sum(1.0 / n for n in range(1, 2000)) == pytest.approx(run_virtual(main()), abs=0.01)


def test_a_thread_is_waited_for() -> None:
    """With no timer set the loop waits for real."""

    async def main() -> int:
        return await asyncio.to_thread(lambda: 7)

    assert 7 == run_virtual(main())
