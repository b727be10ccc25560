"""Many seeds, one after the other or on several processors: which worlds break a promise?"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

import msgspec

from penstock.verify.checkers import Violation, judge
from penstock.verify.scenario import scenario
from penstock.verify.world import play


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """
    What came of one seed.

    Attributes:
        violations: Checker and what it found.
        seconds: Virtual.
    """

    seed: int
    violations: tuple[tuple[str, str], ...]
    seconds: float
    requests: int
    deaths: int


def verdict(seed: int) -> Verdict:
    """Play one seed and judge it."""
    found: list[Violation]
    seconds, requests, deaths = 0.0, 0, 0
    try:
        history = play(scenario(seed))
        found = judge(history)
        seconds, requests = history.seconds, history.stats["requests"]
        deaths = sum(len(phase.crashes) for phase in history.scenario.phases)
    except Exception:  # noqa: BLE001 (a world that cannot be played or judged must be looked at like any other)
        found = [Violation("world", traceback.format_exc(limit=-3))]
    return Verdict(
        seed=seed,
        violations=tuple((violation.checker, violation.what) for violation in found),
        seconds=seconds,
        requests=requests,
        deaths=deaths,
    )


def explore(seeds: Iterable[int], jobs: int = 1) -> Iterator[Verdict]:
    """Verdicts in the order of the seeds."""
    if jobs == 1:
        yield from map(verdict, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(verdict, seeds, chunksize=8)


class Summary(msgspec.Struct):
    """What an exploration adds up to."""

    seeds: int = 0
    violations: int = 0
    failing: list[int] = msgspec.field(default_factory=list)
    requests: int = 0
    crashes: int = 0
    virtual_hours: float = 0.0
    wall_s: float = 0.0

    def add(self, verdict: Verdict) -> None:
        """Count one more."""
        self.seeds += 1
        self.violations += len(verdict.violations)
        self.requests += verdict.requests
        self.crashes += verdict.deaths
        self.virtual_hours += verdict.seconds / 3600
        if verdict.violations:
            self.failing.append(verdict.seed)


def stopwatch() -> float:
    """Real seconds, for the speed of an exploration alone."""
    return time.perf_counter()
