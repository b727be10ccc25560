"""
How long GitHub takes, and how far its replicas lag behind.

Each kind of work has its own random stream: the n-th issue created takes the same time however the client batches.
On top of that the server may have its good and bad hours (`weather`). The numbers are assumptions; few measurements are
public.

Source: https://github.com/hub4j/github-api and https://github.com/octokit/octokit.rb (recorded answers).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import NamedTuple

from penstock.sim.weather import Weather, WeatherStream

_MEANS_S = {
    "issue.create": 0.35,
    "issue.update": 0.30,
    "issue.close": 0.30,
    "issue.reopen": 0.30,
    "labels.add": 0.30,
    "labels.remove": 0.30,
    "labels.set": 0.30,
    "assignees.add": 0.30,
    "comment.create": 0.35,
    "sub_issue.link": 0.28,
    "sub_issue.unlink": 0.28,
    "blocked_by.link": 0.28,
    "blocked_by.unlink": 0.28,
    "label.create": 0.12,
    "milestone.create": 0.12,
    "read": 0.07,
}
_OTHER_MEAN_S = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """
    Attributes:
        means_s: Mean server seconds of one item, by kind; others take `other_s`.
        sigma: Spread of the lognormal distribution.
        tail_chance, tail_factor: This share of items takes so many times longer.
        request_s: Server seconds of every request beside its items.
        rtt_s: Round trip of the network.
        lag_mean_s: Mean replica lag of reads; 0 switches lag off.
        lag_tail_chance, lag_tail_s: This share of reads sees a lag between the two bounds.
        weather: Good and bad hours of the server; None for a server that is always the same.
    """

    means_s: Mapping[str, float] = field(default_factory=lambda: dict(_MEANS_S))
    other_s: float = _OTHER_MEAN_S
    sigma: float = 0.5
    tail_chance: float = 0.01
    tail_factor: float = 5.0
    request_s: float = 0.05
    rtt_s: float = 0.1
    lag_mean_s: float = 1.0
    lag_tail_chance: float = 0.01
    lag_tail_s: tuple[float, float] = (5.0, 30.0)
    weather: Weather | None = None

    @classmethod
    def none(cls) -> Latency:
        """Everything at once, reads never stale."""
        return cls(means_s={}, other_s=0.0, request_s=0.0, rtt_s=0.0, lag_mean_s=0.0, lag_tail_chance=0.0)

    @classmethod
    def fast(cls, factor: float = 0.01) -> Latency:
        """The usual shape in small: for tests with real processes."""
        usual = cls()
        return cls(
            means_s={kind: mean * factor for kind, mean in usual.means_s.items()},
            other_s=usual.other_s * factor,
            request_s=usual.request_s * factor,
            rtt_s=usual.rtt_s * factor,
            lag_mean_s=usual.lag_mean_s * factor,
            lag_tail_s=(usual.lag_tail_s[0] * factor, usual.lag_tail_s[1] * factor),
        )


LAB = replace(Latency.fast(0.1), lag_tail_s=(0.2, 0.5))
"""A server ten times as fast, to go with windows of seconds: for tests with real processes."""


class Pace(NamedTuple):
    """
    How fast one request is worked on.

    Attributes:
        overhead_s: Server seconds beside its items.
        factor: How many times longer its items take than drawn.
    """

    overhead_s: float
    factor: float = 1.0


class LatencyStream:
    """
    Draws from a `Latency`, the same for the same seed.

    Args:
        began_at: Epoch seconds at which the weather begins.
    """

    def __init__(self, latency: Latency, seed: int, began_at: float = 0.0) -> None:
        self.latency = latency
        self._seed = seed
        self._weather = WeatherStream(latency.weather, seed, began_at) if latency.weather else None
        self._items: dict[str, Random] = {}
        self._lag = Random(f"{seed}:lag")
        # The mean of a lognormal is exp(mu + sigma²/2); the tail raises it further.
        tail = 1.0 + latency.tail_chance * (latency.tail_factor - 1.0)
        self._shift = -(latency.sigma**2) / 2 - math.log(tail)

    def item_s(self, kind: str) -> float:
        """Server seconds of the next item of this kind."""
        mean_s = self.latency.means_s.get(kind, self.latency.other_s)
        if mean_s <= 0:
            return 0.0
        stream = self._items.get(kind)
        if stream is None:
            stream = self._items[kind] = Random(f"{self._seed}:{kind}")
        seconds = mean_s * math.exp(self._shift + self.latency.sigma * stream.gauss(0.0, 1.0))
        if stream.random() < self.latency.tail_chance:
            seconds *= self.latency.tail_factor
        return seconds

    def pace(self, now: float, *, writes: bool) -> Pace:
        """The pace of the next request, taken up now."""
        weather, request_s = self._weather, self.latency.request_s
        if weather is None:
            return Pace(request_s)
        luck, held_s = weather.luck(writes=writes)
        factor = weather.slowness(now) * luck
        return Pace(request_s * factor + held_s, weather.drift(now) * factor)

    def fails(self, now: float) -> bool:
        """Whether the next request, arriving now, is lost to an outage."""
        return self._weather is not None and self._weather.fails(now)

    def lag_s(self) -> float:
        """How far behind the replica of the next reading request is."""
        latency = self.latency
        if latency.lag_mean_s <= 0:
            return 0.0
        if self._lag.random() < latency.lag_tail_chance:
            return self._lag.uniform(*latency.lag_tail_s)
        # The tail is drawn above; the body of the distribution stays below it.
        return min(self._lag.expovariate(1.0 / latency.lag_mean_s), latency.lag_tail_s[0])
