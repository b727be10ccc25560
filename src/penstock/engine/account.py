"""One account's limits in this process, kept in step with the ledger that all processes of the machine share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from penstock.base.errors import UsageError
from penstock.core.budget import Budget
from penstock.github.limits import DOCUMENTED, OBSERVED, PROFILES
from penstock.model.limits import Fact, Learnt, Profile, Served
from penstock.model.ports import Ledger, LedgerTransaction


def profile_named(name: str) -> tuple[Profile, Profile | None]:
    """
    The profile to start with, and the one to fall back to when an unannounced limit shows.

    Raises:
        UsageError: No such profile.
    """
    if name == "auto":
        return DOCUMENTED, OBSERVED
    if name not in PROFILES:
        raise UsageError(f"unknown profile {name!r}", hint=f"choose one of auto, {', '.join(PROFILES)}")
    return PROFILES[name], None


class AccountLimits:
    """
    Budget and ledger of one account.

    Attributes:
        budget: What may be sent now.
        fallback: Profile to fall back to; None once that has happened, or when none is wanted.
        served: API → how long the server takes, as earlier runs learnt it.
    """

    def __init__(self, ledger: Ledger, profile: str, now: float) -> None:
        started, self.fallback = profile_named(profile)
        self.budget = Budget(started, self.fallback)
        self.served: dict[str, Served] = {}
        self._ledger = ledger
        with self.exchange(self._learn, now):
            pass

    def _learn(self, fact: Fact, now: float) -> None:
        self.budget.observe(fact, now)
        if isinstance(fact, Served):
            self.served[fact.api] = fact
        if isinstance(fact, Learnt) and self.fallback and fact.profile == self.fallback.name:
            self.budget.use(self.fallback)
            self.fallback = None

    @contextmanager
    def exchange(self, observe: Callable[[Fact, float], None], now: float) -> Iterator[LedgerTransaction]:
        """One ledger transaction: `observe` is told what others spent, then the body decides and writes its own."""
        with self._ledger.transaction() as transaction:
            for fact in transaction.news():
                observe(fact, now)
            yield transaction

    @contextmanager
    def reading(self, now: float) -> Iterator[LedgerTransaction]:
        """As `exchange`, for readers outside a run."""
        with self.exchange(self._learn, now) as transaction:
            yield transaction

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()
