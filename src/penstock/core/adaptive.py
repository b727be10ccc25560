"""
The adaptive controller: batch size by predicted seconds.

With one request at a time and a pause between two, more items in a request are always faster, until the server's time
limit eats the whole request. So the best size is the one whose expected goodput, time-outs counted, is largest. Around
that stand caps for what no model knows: a cap on work that shrinks at a time-out, a cap on the count that grows with
clean evidence, and the user's own bounds.
"""

from __future__ import annotations

import math
from collections import deque

from penstock.core.controller import ITEM_S, Controller, FixedController, Sizing, at_risk, need
from penstock.core.ratio import RatioSizes
from penstock.core.service_model import ServiceModel
from penstock.model.config import BatchConfig
from penstock.model.limits import Profile, Served
from penstock.model.operation import Kind

SERVER_LIMIT_S = 10.0
"""GitHub stops working on a request then: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api"""

RECOVERY_S = 1.5
"""What a time-out costs beside the time itself: the back-off."""

ALWAYS_FAILS = 0.004
"""Requests that fail whatever their size."""

SHARES = tuple(0.02 + 0.02 * step for step in range(48))
"""Response times that are weighed, as shares of the server's limit."""

SD_MIN = 0.08
COUNT_MAX_AT_FIRST = 20
"""A cap on aliases that is not published: so many are known to go through; more are tried step by step."""

COUNT_GROWTH, CLEAN_BATCHES = 1.5, 2
COUNT_SHRINK = 0.6
WORK_GROWTH, WORK_AHEAD, WORK_SHRINK = 1.6, 2.2, 0.55
WORK_MIN_S, RECOVERED_WORK_S, WARM_WORK_S = 0.4, 1.0, 5.0
IN_USE = 0.6

CALIBRATION = 60
CALIBRATED = 0.90
QUANTILE_SD = 1.96
"""Of the last 60 requests 97.5 % should take no longer than this many deviations above the prediction."""

ERRORS_SHRINK, ERRORS_GROW, ERRORS_MIN = 0.7, 1.1, 0.25


def controller_for(config: BatchConfig, profile: Profile, warm: Served | None = None) -> Controller:
    """The controller that the settings ask for."""
    if config.enable_adaptive_batching:
        return AdaptiveController(config, profile, warm)
    return FixedController(config.base_batch_size, profile)


class AdaptiveController:
    """
    `Controller` for one account on one API.

    Args:
        config: The user's bounds; `base_batch_size` is the first size.
        warm: What earlier runs learnt of this server.
    """

    def __init__(self, config: BatchConfig, profile: Profile, warm: Served | None = None) -> None:
        self._config = config
        self._profile = profile
        self._limit_s = min(SERVER_LIMIT_S, profile.request_timeout_s)
        self.model = ServiceModel(warm)
        self._ratio = RatioSizes(config.base_batch_size, config.max_batch_size, self._limit_s)
        first_s = config.base_batch_size * ITEM_S
        self._work_s = max(WARM_WORK_S, first_s) if warm else first_s
        self._count = float(max(COUNT_MAX_AT_FIRST, config.base_batch_size))
        self._clean = 0
        self._foreseen: deque[bool] = deque(maxlen=CALIBRATION)
        self._distrusted = 0
        self._quota = 1.0
        self._restraint = 1.0
        self._best: float | None = None
        self._untaught = warm is None

    def size(self, kind: Kind) -> int:
        """Most operations for the next request of this kind."""
        return self._sizing(kind).size

    def why(self, kind: Kind) -> str:
        """What keeps it from being larger."""
        return self._sizing(kind).why

    def predict_s(self, kind: Kind, size: int) -> float:
        """Expected response time."""
        return self.model.predict_s(kind.name, size)

    # -- learning

    def answered(self, kind: Kind, size: int, took_s: float) -> None:
        """Learn, and let the caps grow where they were in use."""
        self._best, self._untaught = None, False
        self._foresaw(took_s <= self.model.predict_s(kind.name, size) * math.exp(QUANTILE_SD * self.model.sd))
        self.model.answered(kind.name, size, took_s)
        self._ratio.answered(kind.name, size, took_s)
        work_s = size * self.model.cost_s(kind.name)
        if work_s >= IN_USE * self._work_s:
            self._work_s = max(self._work_s, min(WORK_GROWTH * self._work_s, WORK_AHEAD * max(work_s, took_s)))
        if size >= int(self._count):
            self._clean += 1
            if self._clean >= CLEAN_BATCHES:
                self._count, self._clean = self._count * COUNT_GROWTH, 0

    def timed_out(self, kind: Kind, size: int) -> None:
        """Less work in the next request, whatever the model thinks."""
        self._best, self._untaught = None, False
        self._foresaw(False)
        work_s = size * self.model.cost_s(kind.name)
        self.model.timed_out(kind.name, size, self._limit_s)
        self._ratio.timed_out(kind.name, size)
        self._work_s = max(WORK_MIN_S, WORK_SHRINK * min(work_s, self._work_s, self._limit_s))
        self._clean = 0

    def too_heavy(self, kind: Kind, size: int) -> None:  # noqa: ARG002 (the count is what is refused)
        """Fewer in one request, until that many went through again."""
        self._count, self._clean = max(1.0, COUNT_SHRINK * size), 0

    def failed(self, share: float) -> None:
        """Smaller while more fail than the user's threshold."""
        if share > self._config.error_rate_threshold:
            self._restraint = max(ERRORS_MIN, self._restraint * ERRORS_SHRINK)
        else:
            self._restraint = min(1.0, self._restraint * ERRORS_GROW)

    def quota(self, share: float) -> None:
        """Smaller while less is left than the user's threshold."""
        self._quota = share

    def recovered(self) -> None:
        """A server that was down begins with little work."""
        self._work_s = min(self._work_s, RECOVERED_WORK_S)

    def use(self, profile: Profile) -> None:
        """Other windows hold from now on."""
        self._profile = profile
        self._best = None

    def served(self, api: str, now: float) -> Served:
        """What to keep for other runs."""
        return self.model.served(api, now)

    # -- deciding

    def _sizing(self, kind: Kind) -> Sizing:
        config = self._config
        bounds = [
            Sizing(config.max_batch_size, "max_batch_size"),
            Sizing(int(self._count), "more at once have yet to go through"),
            self._by_time(kind.name),
        ]
        bounds += [bound for bound in (need(kind, self._profile) or at_risk(kind),) if bound]
        if self._quota < config.rate_limit_threshold:
            allowed = int(config.base_batch_size * self._quota / config.rate_limit_threshold)
            bounds.append(Sizing(allowed, f"{self._quota:.0%} of the hourly quota left"))
        if self._restraint < 1:
            bounds.append(Sizing(int(config.base_batch_size * self._restraint), "too many errors"))
        size, why = min(bounds, key=lambda bound: bound.size)
        return Sizing(max(1, size), why)

    def _by_time(self, kind: str) -> Sizing:
        if self._untaught:
            return Sizing(self._config.base_batch_size, "base_batch_size")
        if self._distrusted:
            return Sizing(self._ratio.size(kind), "towards the target time, without the model")
        cost_s = self.model.cost_s(kind)
        best_s = self._best = self._best or self._best_s()
        by_model = max(int((best_s - self.model.overhead_s()) / cost_s), self._config.min_batch_size)
        by_cap = int(self._work_s / cost_s)
        if by_cap < by_model:
            return Sizing(by_cap, "growing step by step")
        return Sizing(by_model, f"{best_s:.1f} s of {self._limit_s:.0f} s")

    def _best_s(self) -> float:
        """The expected response time with the largest goodput, where requests start a gap apart at the least."""
        overhead_s, gap_s = self.model.overhead_s(), self._profile.mutation_gap_s
        sd = max(SD_MIN, self.model.sd)

        def goodput(share: float) -> float:
            took_s = share * self._limit_s
            fails = min(1.0, _normal(math.log(share) / sd) + ALWAYS_FAILS)
            cycle_s = max(gap_s, took_s) * (1 - fails) + (self._limit_s + RECOVERY_S) * fails
            return (took_s - overhead_s) * (1 - fails) / cycle_s

        return max(SHARES, key=goodput) * self._limit_s

    def _foresaw(self, foreseen: bool) -> None:
        """A model that is wrong too often is set aside for a while."""
        self._distrusted = max(0, self._distrusted - 1)
        self._foreseen.append(foreseen)
        if len(self._foreseen) == CALIBRATION and self._foreseen.count(True) < CALIBRATED * CALIBRATION:
            self._distrusted = CALIBRATION
            self._foreseen.clear()


def _normal(z: float) -> float:
    """The normal distribution's share below z."""
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
