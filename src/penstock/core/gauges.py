"""A run's instruments: read from its state and its account's budget whenever somebody looks, never kept up to date."""

from __future__ import annotations

from penstock.core.budget import Budget
from penstock.core.fold import Fold
from penstock.model.gauges import Gauges


class Instruments:
    """
    Reads the gauges of one run.

    Args:
        fold: State of the run.
        budget: Of its account.
    """

    def __init__(self, fold: Fold, budget: Budget) -> None:
        self._fold = fold
        self._budget = budget
        self._held_by = ""

    def waits(self, cause: str) -> None:
        """The run waits for this. What is no limit (a gap, a back-off) leaves the limit before it the binding one."""
        if self._budget.is_limit(cause):
            self._held_by = cause

    def read(self, now: float) -> Gauges:
        """All of them at `now`, in epoch seconds."""
        fold, profile = self._fold, self._budget.profile
        writing = sum(intent.charge.writes for intent in fold.open.values())
        probes = fold.breaker == "open" and fold.breaker_until <= now
        return Gauges(
            profile=profile.name,
            limits=tuple(self._budget.gauges(now, self._held_by)),
            batch_size=fold.batch_size,
            in_flight=writing,
            slots=profile.mutations_in_flight,
            reading=len(fold.open) - writing,
            breaker="half_open" if probes else fold.breaker,
            breaker_until=fold.breaker_until if fold.breaker == "open" and not probes else 0.0,
            trips=fold.trips,
            retries=dict(fold.retries),
        )
