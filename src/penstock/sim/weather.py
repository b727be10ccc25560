"""
The server's good and bad hours, which no single request explains and no client can foresee.

The work gets dearer and cheaper in the course of an hour (drift); now and then everything is slow for some minutes;
some requests are held up (noise and spikes); and sometimes nearly nothing is answered (outages). What depends on time
depends on the instant alone, never on what a client sent before, so two clients of one seed meet the same weather. The
numbers are assumptions: GitHub publishes none, but https://www.githubstatus.com/history shows their shape.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

STEP_S = 15.0
"""The drift is constant for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """
    An `every_s` that is infinite, a spread or a chance of 0 switches that part off.

    Attributes:
        drift_sd, drift_s: The logarithm of an item's time wanders around 0 with this deviation, and forgets within
            this time (Ornstein-Uhlenbeck). It begins at 0.
        slow_every_s, slow_for_s: Mean time between two slow spells, and their mean length.
        slow_factor: Bounds of how many times longer everything takes in one.
        request_sigma: Spread of a lognormal factor with mean 1 on each request.
        spike_chance, spike_s: This share of requests takes longer by an exponential time with this mean.
        outage_every_s: Mean time between two outages.
        outage_s: Bounds of their length.
        outage_share: Share of requests that fail at once, with 502, while one lasts.
    """

    drift_sd: float = 0.25
    drift_s: float = 1_800.0
    slow_every_s: float = 2_400.0
    slow_for_s: float = 240.0
    slow_factor: tuple[float, float] = (1.5, 4.0)
    request_sigma: float = 0.18
    spike_chance: float = 0.01
    spike_s: float = 2.0
    outage_every_s: float = 10_080.0
    outage_s: tuple[float, float] = (20.0, 60.0)
    outage_share: float = 0.9


class _Spells:
    """
    Times that come and go by themselves, each with a number; drawn as far as they are asked for.

    Args:
        every_s: Mean time from the end of one to the beginning of the next.
        drawn: Length in seconds and number of the next one.
    """

    def __init__(
        self, random: Random, began_at: float, every_s: float, drawn: Callable[[], tuple[float, float]]
    ) -> None:
        self._random = random
        self._every_s = every_s
        self._drawn = drawn
        self._edges: list[float] = []  # beginnings and ends by turns
        self._numbers: list[float] = []
        self._until = began_at

    def at(self, now: float) -> float | None:
        """The number of the spell that `now` is in; None between two."""
        while self._until <= now and self._every_s < math.inf:
            start = self._until + self._random.expovariate(1.0 / self._every_s)
            length_s, number = self._drawn()
            self._until = start + length_s
            self._edges += (start, self._until)
            self._numbers.append(number)
        passed = bisect_right(self._edges, now)
        return self._numbers[passed // 2] if passed % 2 else None


class WeatherStream:
    """
    The weather of one seed, from `began_at` on (epoch seconds).

    Drift, slow spells and outages are drawn apart from each other and from what strikes requests; reading requests
    have draws of their own, so that the n-th request that writes meets the same luck however often a client looks.
    """

    def __init__(self, weather: Weather, seed: int, began_at: float) -> None:
        self.weather = weather
        self._began_at = began_at
        self._wind = Random(f"{seed}:drift")
        self._drift = [0.0]
        self._keep = math.exp(-STEP_S / weather.drift_s)
        self._kick = weather.drift_sd * math.sqrt(1.0 - self._keep**2)
        slow, outages = Random(f"{seed}:slow spells"), Random(f"{seed}:outages")
        self._slow = _Spells(
            slow,
            began_at,
            weather.slow_every_s,
            lambda: (slow.expovariate(1.0 / weather.slow_for_s), slow.uniform(*weather.slow_factor)),
        )
        self._outages = _Spells(
            outages, began_at, weather.outage_every_s, lambda: (outages.uniform(*weather.outage_s), 1.0)
        )
        self._failing = Random(f"{seed}:requests in outages")
        self._luck = {writes: Random(f"{seed}:requests:{writes}") for writes in (False, True)}

    def drift(self, now: float) -> float:
        """How many times longer an item takes than on a usual day."""
        step = max(0, int((now - self._began_at) / STEP_S))
        drift = self._drift
        while len(drift) <= step:
            drift.append(drift[-1] * self._keep + self._kick * self._wind.gauss(0.0, 1.0))
        return math.exp(drift[step])

    def slowness(self, now: float) -> float:
        """How many times longer everything takes, items and the request itself: 1 outside slow spells."""
        return self._slow.at(now) or 1.0

    def is_out(self, now: float) -> bool:
        """Whether an outage lasts."""
        return self._outages.at(now) is not None

    def fails(self, now: float) -> bool:
        """Whether the next request, arriving now, is lost to an outage."""
        return self.is_out(now) and self._failing.random() < self.weather.outage_share

    def luck(self, *, writes: bool) -> tuple[float, float]:
        """What strikes the next request: a factor on its time, and seconds on top."""
        weather, random = self.weather, self._luck[writes]
        factor = math.exp(weather.request_sigma * random.gauss(0.0, 1.0) - weather.request_sigma**2 / 2)
        struck = random.random() < weather.spike_chance
        return factor, random.expovariate(1.0 / weather.spike_s) if struck else 0.0
