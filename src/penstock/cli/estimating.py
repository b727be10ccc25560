"""How long a plan takes on this account, and how much of that is left."""

from __future__ import annotations

from collections.abc import Callable
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


def time_left(estimate: Estimate) -> Callable[[Snapshot, float], float]:
    """
    Seconds still to go.

    The rest cannot be faster than its own bound, nor than the whole was expected to be: only the second knows how
    much of a window is spent already.
    """
    profile = PROFILES[estimate.profile]

    def left(shot: Snapshot, now: float) -> float:
        waiting_s = max(0.0, shot.wait.until - now) if shot.wait else 0.0
        rest_s = lower_bound(shot.left, SERVICE_S, profile, REQUEST_S).seconds
        return max(waiting_s + rest_s, shot.started_at + estimate.expected_s - now)

    return left
