"""The system's clock, on one line."""

from __future__ import annotations

import itertools
import time

from penstock.io.clock import SystemClock


def test_it_shows_the_time_of_day() -> None:
    """Instants compare with those the server sends."""
    before = time.time()
    shown = SystemClock().now()

    assert abs(shown - before) < 1.0


def test_it_never_runs_backwards() -> None:
    """Of two instants the later one is not smaller."""
    clock = SystemClock()
    shown = [clock.now() for _ in range(10_000)]

    assert all(earlier <= later for earlier, later in itertools.pairwise(shown))


async def test_it_sleeps_by_its_own_time() -> None:
    """Never too short, and not at all for what is past."""
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.02)
    after = clock.now()
    await clock.sleep(-5.0)

    assert 0.02 <= after - before < 5.0
