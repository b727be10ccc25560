"""What this run tells the account: every request's spend, from its intent to what its answer left of it."""

from __future__ import annotations

import msgspec

from penstock.core.budget import ITEM_METERS, Budget
from penstock.model.decision import Dispatch
from penstock.model.limits import Charge, Fact, Spent
from penstock.model.outcome import Answer, InDoubt, Throttled, Transient


class Spending:
    """
    The open spends of one run, and the facts that the account's ledger does not know yet.

    Args:
        run: Run id: names the spends.
        budget: Is told every spend and pause at once.
    """

    def __init__(self, run: str, budget: Budget) -> None:
        self._run = run
        self._budget = budget
        self._open: dict[int, Spent] = {}
        self._facts: list[Fact] = []

    def sent(self, dispatch: Dispatch, now: float) -> None:
        """A request goes out: all it may spend is held, until its deadline at first."""
        key = f"{self._run}:{dispatch.batch}"
        spent = Spent(id=key, charge=dispatch.charge, sent_at=now, ends_at=dispatch.deadline, open=True)
        self._open[dispatch.batch] = spent
        self.tell(spent, now)

    def answered(self, answer: Answer, now: float) -> None:
        """What was certainly not done costs no content; what may still be done is held until its deadline."""
        spent = self._open.pop(answer.batch)
        done = sum(not isinstance(outcome, Throttled | Transient) for outcome in answer.outcomes)
        in_doubt = any(isinstance(outcome, InDoubt) for outcome in answer.outcomes)
        closed = Spent(
            id=spent.id,
            charge=spent.charge if done == len(answer.outcomes) else _charge_of(spent.charge, done),
            sent_at=spent.sent_at,
            ends_at=max(answer.received_at, spent.ends_at) if in_doubt else answer.received_at,
            open=False,
        )
        self.tell(closed, now)

    def tell(self, fact: Fact, now: float) -> None:
        """Count a fact, and keep it for the ledger."""
        self._facts.append(fact)
        self._budget.observe(fact, now)

    def take_facts(self) -> list[Fact]:
        """What the account's ledger must learn since the last call."""
        facts, self._facts = self._facts, []
        return facts


def _charge_of(charge: Charge, done: int) -> Charge:
    """What is left of a charge when so many of its items count."""
    meters = dict(charge.meters)
    for meter in ITEM_METERS:
        if meter in meters:
            meters[meter] = float(done)
    if "content.requests" in meters:
        meters["content.requests"] = float(done > 0)
    return msgspec.structs.replace(charge, meters=meters)
