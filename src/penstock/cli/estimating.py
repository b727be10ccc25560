"""How long a plan takes: the bound and the forecast, under each profile that may hold for the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from penstock.core.bound import lower_bound
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.core.forecast import expected
from penstock.engine.account import profile_named
from penstock.io.clock import SystemClock
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.config import Config
from penstock.model.limits import Learnt, Profile
from penstock.model.operation import KIND_BY_NAME, OperationRef
from penstock.model.plan import Plan
from penstock.output.estimate import Estimate

if TYPE_CHECKING:
    from penstock.output.snapshot import Snapshot

SERVICE_S = dict.fromkeys(KIND_BY_NAME, ITEM_S)
"""Seconds the server works on one operation of each kind."""


def estimates(plan: Plan, config: Config) -> tuple[Estimate, ...]:
    """One for the profile that will pace the run; with `auto` a second for the one it may fall back to."""
    refs = [
        OperationRef(operation.no, operation.kind.code, operation.needs, operation.conflict)
        for operation in plan.operations
    ]
    api = "graphql" if plan.transport == "graphql" else "rest"
    found = []
    for profile in profiles_in_force(config.profile, learnt(plan.host, plan.account.id)):
        bound = lower_bound(plan.counts(), SERVICE_S, profile, REQUEST_S)
        forecast = expected(refs, api=api, profile=profile, config=config.batch)
        found.append(
            Estimate(
                profile=profile,
                bound_s=bound.seconds,
                expected_s=max(bound.seconds, forecast.seconds),
                binding=bound.binding,
            )
        )
    return tuple(found)


def profiles_in_force(chosen: str, facts: list[Learnt]) -> tuple[Profile, ...]:
    """The profile that paces an account, and the one it falls back to, if it has not yet."""
    first, fallback = profile_named(chosen)
    if fallback is None:
        return (first,)
    if any(fact.profile == fallback.name for fact in facts):
        return (fallback,)
    return first, fallback


def learnt(host: str, account_id: int) -> list[Learnt]:
    """What an account taught the processes of this machine."""
    if not (user_state_directory()).exists():
        return []
    ledger = SqlLedger(user_state_directory(), host, account_id, SystemClock())
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

    def left(shot: Snapshot, now: float) -> float:
        waiting_s = max(0.0, shot.wait.until - now) if shot.wait else 0.0
        rest_s = lower_bound(shot.left, SERVICE_S, estimate.profile, REQUEST_S).seconds
        return max(waiting_s + rest_s, shot.started_at + estimate.expected_s - now)

    return left
