"""How long a plan takes on this account, and how much of that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from penstock.api.estimate import Estimate, estimates
from penstock.core.bound import lower_bound
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.engine.account import profile_named
from penstock.github.limits import PROFILES
from penstock.io.clock import SystemClock
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.config import Config
from penstock.model.limits import Learnt
from penstock.model.operation import KIND_BY_NAME
from penstock.model.plan import Plan

if TYPE_CHECKING:
    from penstock.output.snapshot import Snapshot

SERVICE_S = dict.fromkeys(KIND_BY_NAME, ITEM_S)
"""Seconds the server works on one operation of each kind."""

MEASURED_OPERATIONS = 10
"""From so many on the server's pace is known."""


def estimates_here(plan: Plan, config: Config) -> tuple[Estimate, ...]:
    """As `estimates`, but `auto` means one profile where the account has already been taught the other."""
    return estimates(plan, msgspec.structs.replace(config, profile=in_force(config.profile, learnt(plan))))


def in_force(chosen: str, facts: list[Learnt]) -> str:
    """The profile that paces an account: the chosen one, or what `auto` fell back to."""
    _, fallback = profile_named(chosen)
    return fallback.name if fallback and any(fact.profile == fallback.name for fact in facts) else chosen


def learnt(plan: Plan) -> list[Learnt]:
    """What the plan's account taught the processes of this machine."""
    ledger = SqlLedger(user_state_directory(), plan.host, plan.account.id, SystemClock())
    try:
        return ledger.learnt()
    finally:
        ledger.close()


class TimeLeft:
    """
    Seconds still to go, asked again and again while a run goes on.

    Where windows decide, the rest cannot be faster than its own bound, nor than the whole was expected to be: only the
    second knows how much of a window is spent already. Where the server's own pace decides, it is measured.
    """

    def __init__(self, estimate: Estimate) -> None:
        self._profile = PROFILES[estimate.profile]
        self._expected_s = estimate.expected_s
        self._first: tuple[float, int] | None = None

    def __call__(self, shot: Snapshot, now: float) -> float:
        """From a snapshot, at an instant in epoch seconds."""
        self._first = self._first or (now, shot.settled)
        rest = lower_bound(shot.left, SERVICE_S, self._profile, REQUEST_S)
        settled = shot.settled - self._first[1]
        if rest.binding.startswith("server time") and settled >= MEASURED_OPERATIONS:
            return (now - self._first[0]) / settled * (shot.total - shot.settled)
        waiting_s = max(0.0, shot.wait.until - now) if shot.wait else 0.0
        return max(waiting_s + rest.seconds, shot.started_at + self._expected_s - now)
