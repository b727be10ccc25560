"""
How long the server works on a request, learnt while the run goes on: a regression, and one number for its mood.

A request takes `speed x (overhead + items x cost of the kind)`, times noise. Overhead and costs are the structure: they
hardly change, and a Kalman filter estimates them with the doubt that is left. Speed follows the server's good and bad
minutes. A time-out is a censored sample: all it says is "longer than that".

Source: A. Vahidi, A. Stefanopoulou, H. Peng, Recursive least squares with forgetting for online estimation of vehicle
mass and road grade, 2005 (two time scales); here with random-walk noise on excited directions, which cannot wind up.
"""

from __future__ import annotations

import math

from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.model.limits import Served

OVERHEAD_SD_S, COST_SD_S = 0.15, 0.30
NOISE = 0.22**2
WARM_DOUBT = 0.3
"""How far off a learnt value may be in the next run, as a share of it."""

DRIFT = 0.02
"""Random walk of structure per request, as a share of each value."""

SPEED_GAIN, SURPRISED_GAIN, CENSORED_GAIN = 0.25, 0.8, 0.7
SPEED_DECAY = 0.995
SPEED_RANGE = (-3.0, 3.0)
SURPRISE_SD, BIG_SURPRISE_SD = 1.8, 3.5
"""Two samples in a row off by the first, or one by the second: the speed has changed, and is followed at once."""

OVERHEAD_RANGE_S = (0.01, 1.5)
COST_MIN_S = 0.003
NOISE_GAIN = 0.05
NOISE_RANGE = (0.01, 0.30)
NOISE_MIN = 0.02
NOISE_ITEMS_MIN = 5
"""Smaller batches say little about the noise of large ones."""

CENSORED = 1.15
"""A request that ran out of time would have taken so many times longer than it was given."""


class ServiceModel:
    """
    Response times of one host and API.

    Args:
        warm: What earlier runs learnt.

    Attributes:
        samples: Requests that taught it, in all runs.
        sd: Standard deviation of the logarithm of response times.
    """

    def __init__(self, warm: Served | None = None) -> None:
        self.samples = warm.samples if warm else 0
        self._noise = warm.noise if warm else NOISE
        self._speed = 0.0  # its logarithm
        self._streak = 0
        self._place: dict[str, int] = {}
        self._theta = [warm.overhead_s if warm else REQUEST_S]
        self._cov = [[(WARM_DOUBT * warm.overhead_s if warm else OVERHEAD_SD_S) ** 2]]
        for kind, cost_s in (warm.cost_s if warm else {}).items():
            self._add(kind, cost_s, WARM_DOUBT * cost_s)

    @property
    def sd(self) -> float:
        """Standard deviation of the logarithm of response times."""
        return math.sqrt(self._noise)

    def overhead_s(self) -> float:
        """Expected seconds of a request beside its items, now."""
        return self._theta[0] * math.exp(self._speed)

    def cost_s(self, kind: str) -> float:
        """Expected seconds of one item, now."""
        return self._theta[self._of(kind)] * math.exp(self._speed)

    def predict_s(self, kind: str, items: int) -> float:
        """Expected response time, now."""
        return self.overhead_s() + items * self.cost_s(kind)

    def answered(self, kind: str, items: int, took_s: float) -> None:
        """Learn from a request that was done."""
        place, base_s = self._of(kind), self._base_s(kind, items)
        off = math.log(max(took_s, 1e-3) / base_s) - self._speed
        surprised, share = self._is_surprised(off), self._share(place, items, base_s)
        # A jump is the speed's, but for the share that a kind hardly known may explain.
        self._correct(place, items, base_s * math.exp(share * off if surprised else off), base_s)
        gain = SURPRISED_GAIN if surprised else SPEED_GAIN
        self._speed = _within((self._speed + gain * (1 - share) * off) * SPEED_DECAY, SPEED_RANGE)
        if items >= NOISE_ITEMS_MIN:
            square = min(abs(off), 2.5 * self.sd) ** 2
            self._noise = _within(self._noise + NOISE_GAIN * (1.05 * square - self._noise), NOISE_RANGE)
        self.samples += 1

    def timed_out(self, kind: str, items: int, limit_s: float) -> None:
        """Learn from a request that was still not done after `limit_s`."""
        place, base_s = self._of(kind), self._base_s(kind, items)
        off = math.log(CENSORED * limit_s / base_s) - self._speed
        if off > 0:  # otherwise it says nothing new
            share = self._share(place, items, base_s)
            self._correct(place, items, base_s * math.exp(share * off), base_s)
            self._speed = _within(self._speed + CENSORED_GAIN * (1 - share) * off, SPEED_RANGE)
        self._streak = 0

    def served(self, api: str, now: float) -> Served:
        """What to keep for other runs: the structure, not the mood."""
        costs = {kind: self._theta[place] for kind, place in self._place.items()}
        return Served(api=api, at=now, overhead_s=self._theta[0], cost_s=costs, noise=self._noise, samples=self.samples)

    def _of(self, kind: str) -> int:
        """Position of a kind's cost; one that was never met is taken for the dearest that was."""
        if kind not in self._place:
            dearest_s = max(self._theta[1:], default=ITEM_S)
            self._add(kind, dearest_s, max(dearest_s, COST_SD_S))
        return self._place[kind]

    def _add(self, kind: str, cost_s: float, sd_s: float) -> None:
        place = self._place[kind] = len(self._theta)
        self._theta.append(cost_s)
        for row in self._cov:
            row.append(0.0)
        self._cov.append([*[0.0] * place, sd_s**2])

    def _base_s(self, kind: str, items: int) -> float:
        return self._theta[0] + items * self._theta[self._of(kind)]

    def _is_surprised(self, off: float) -> bool:
        if abs(off) <= SURPRISE_SD * self.sd:
            self._streak = 0
            return False
        sign = 1 if off > 0 else -1
        self._streak = self._streak + sign if self._streak * sign > 0 else sign
        return abs(self._streak) > 1 or abs(off) > BIG_SURPRISE_SD * self.sd

    def _share(self, place: int, items: int, base_s: float) -> float:
        """How much of a surprise is structure, from 0 to 1: a kind that is new explains more than one well known."""
        relative = self._leverage(place, items)[1] / base_s**2
        return relative / (relative + NOISE_MIN)

    def _leverage(self, place: int, items: int) -> tuple[list[float], float]:
        """How far each value moves with this request, and the variance that structure gives it."""
        moves = [row[0] + items * row[place] for row in self._cov]
        return moves, moves[0] + items * moves[place]

    def _correct(self, place: int, items: int, took_s: float, base_s: float) -> None:
        """One Kalman step on overhead and one cost."""
        leverage, spread = self._leverage(place, items)
        total = base_s**2 * max(self._noise, NOISE_MIN) + spread
        for i, one in enumerate(leverage):
            self._theta[i] += one / total * (took_s - base_s)
            for j, other in enumerate(leverage):
                self._cov[i][j] -= one / total * other
        for i in (0, place):
            self._walk(i)
        self._theta[0] = _within(self._theta[0], OVERHEAD_RANGE_S)
        self._theta[1:] = [max(COST_MIN_S, cost_s) for cost_s in self._theta[1:]]

    def _walk(self, i: int) -> None:
        """What was just measured may drift; its doubt never grows beyond the value itself."""
        most = self._theta[i] ** 2
        self._cov[i][i] += DRIFT**2 * most
        if self._cov[i][i] > most:
            scale = math.sqrt(most / self._cov[i][i])
            for j in range(len(self._cov)):
                self._cov[i][j] *= scale
                self._cov[j][i] *= scale


def _within(value: float, limits: tuple[float, float]) -> float:
    return max(limits[0], min(limits[1], value))
