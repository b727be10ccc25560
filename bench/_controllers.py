"""
The controllers that Penstock's own must beat, and the one that nobody can: it knows the server.

All of them stay between 1 and 50 operations. What the seed rule, AIMD and the ratio rule leave open is chosen as their
authors' descriptions suggest, not tuned against them.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from penstock.base.clock import Clock
from penstock.core.controller import FixedController
from penstock.core.ratio import RatioSizes
from penstock.github.limits import DOCUMENTED
from penstock.model.operation import Kind
from penstock.sim.latency import Latency
from penstock.sim.session import TIMEOUT_S
from penstock.sim.weather import Weather, WeatherStream

SIZE_MAX = 50
BASE = 15


class Fixed(FixedController):
    """Keeps its size, whatever it is told; those below learn what they say."""

    def __init__(self, size: int = BASE) -> None:
        super().__init__(size, DOCUMENTED)
        self._size = size

    def size(self, kind: Kind) -> int:  # noqa: ARG002 (one size for all kinds)
        """As it stands."""
        return self._size

    def why(self, kind: Kind) -> str:  # noqa: ARG002
        """The controller's name says it."""
        return type(self).__name__

    def predict_s(self, kind: Kind, size: int) -> float:  # noqa: ARG002
        """Too little to hold anything back: one request at a time cannot overrun the windows on server seconds."""
        return 1.0

    def timed_out(self, kind: Kind, size: int) -> None:
        """Not even then is it smaller."""


class SeedRule(Fixed):
    """
    From 15, between 5 and 50: three tenths less while more than a tenth of the last 50 operations failed or less than a
    fifth of the quota is left; else three more when throughput rose with the last request, three fewer when it fell.
    """

    LEAST, STEP, SHRINK = 5, 3, 0.7
    ERROR_RATE, QUOTA = 0.1, 0.2

    def __init__(self) -> None:
        super().__init__()
        self._timed_out: deque[bool] = deque(maxlen=50)
        self._others = 0.0
        self._quota = 1.0
        self._rate = 0.0

    def answered(self, kind: Kind, size: int, took_s: float) -> None:  # noqa: ARG002
        """Compare operations per second with the request before."""
        self._timed_out.extend([False] * size)
        rate, before = size / took_s, self._rate
        self._rate = rate
        if self._errors() > self.ERROR_RATE or self._quota < self.QUOTA:
            self._shrink()
        else:
            self._move(self._size + (self.STEP if rate >= before else -self.STEP))

    def timed_out(self, kind: Kind, size: int) -> None:  # noqa: ARG002
        """These are errors too."""
        self._timed_out.extend([True] * size)
        if self._errors() > self.ERROR_RATE:
            self._shrink()

    def failed(self, share: float) -> None:
        """Counted beside the time-outs."""
        self._others = share

    def quota(self, share: float) -> None:
        """What is left of it."""
        self._quota = share

    def _errors(self) -> float:
        return self._timed_out.count(True) / max(1, len(self._timed_out)) + self._others

    def _shrink(self) -> None:
        self._move(int(self._size * self.SHRINK))

    def _move(self, size: int) -> None:
        self._size = max(self.LEAST, min(size, SIZE_MAX))


class Aimd(Fixed):
    """One more after a full batch that went through, half after a time-out: TCP's rule on the batch."""

    def answered(self, kind: Kind, size: int, took_s: float) -> None:  # noqa: ARG002
        """Grow when the size was used."""
        if size >= self._size:
            self._size = min(self._size + 1, SIZE_MAX)

    def timed_out(self, kind: Kind, size: int) -> None:  # noqa: ARG002
        """Halve."""
        self._size = max(1, self._size // 2)


class Ratio(Fixed):
    """Penstock's fallback on its own: towards a target response time, kind by kind, without a model."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes = RatioSizes(BASE, SIZE_MAX, TIMEOUT_S)

    def size(self, kind: Kind) -> int:
        """As it stands for this kind."""
        return self._sizes.size(kind.name)

    def answered(self, kind: Kind, size: int, took_s: float) -> None:
        """Towards the target."""
        self._sizes.answered(kind.name, size, took_s)

    def timed_out(self, kind: Kind, size: int) -> None:
        """Away from the limit."""
        self._sizes.timed_out(kind.name, size)


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """
    All that can be known of a server, except for luck and outages.

    Attributes:
        clock: The server's.
        latency: The server's, with its weather.
        stream: A second stream of the same weather.
        fails: Share of requests that fail at once.
        gap_s: Start to start between two requests.
    """

    clock: Clock
    latency: Latency
    weather: Weather
    stream: WeatherStream
    fails: float
    gap_s: float


class Clairvoyant(Fixed):
    """The size with the largest expected goodput at this instant, luck apart."""

    def __init__(self, known: Knowledge) -> None:
        super().__init__()
        self._known = known

    def size(self, kind: Kind) -> int:
        """Tried one by one."""
        now, known = self._known.clock.now(), self._known
        slowness = known.stream.slowness(now)
        overhead_s = known.latency.request_s * slowness
        item_s = known.latency.means_s[kind.name] * known.stream.drift(now) * slowness
        return max(range(1, SIZE_MAX + 1), key=lambda size: self._goodput(size, overhead_s, item_s))

    def _goodput(self, size: int, overhead_s: float, item_s: float) -> float:
        known, took_s = self._known, overhead_s + size * item_s
        timed_out = self._timed_out(took_s, size * item_s**2)
        done = (1 - timed_out) * (1 - known.fails)
        rtt_s = known.latency.rtt_s
        cycle_s = max(known.gap_s, took_s + rtt_s) * (1 - timed_out) + (TIMEOUT_S + rtt_s) * timed_out
        return size * done / cycle_s

    def _timed_out(self, mean_s: float, squares: float) -> float:
        """Chance to run into the limit, of a lognormal time with this mean, or of a spike on top of the mean."""
        weather = self._known.weather
        spread = math.expm1(self._known.latency.sigma**2) * squares / mean_s**2
        variance = math.log((1 + spread) * math.exp(weather.request_sigma**2))
        sd = math.sqrt(variance)
        beyond = 0.5 * math.erfc((math.log(TIMEOUT_S / mean_s) + variance / 2) / sd / math.sqrt(2))
        spike = weather.spike_chance * math.exp(-max(0.0, TIMEOUT_S - mean_s) / weather.spike_s)
        return min(1.0, beyond + spike)


FIXED: Mapping[str, int] = {"fixed_5": 5, "fixed_15": 15, "fixed_20": 20, "fixed_50": 50}
