"""How long a plan will take, before anything is sent: the bound, the expected time, and the limit that binds."""

from __future__ import annotations

import msgspec

from penstock.core.bound import lower_bound
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.core.forecast import expected
from penstock.engine.account import profile_named
from penstock.model.config import Config
from penstock.model.operation import OperationRef
from penstock.model.plan import Plan


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        profile: Limits assumed to hold.
        bound_s: No schedule can be faster.
        expected_s: What this run will take, alone on its account and without faults.
        binding: The limit that decides the bound.
    """

    profile: str
    bound_s: float
    expected_s: float
    binding: str


def estimates(plan: Plan, config: Config) -> tuple[Estimate, ...]:
    """One estimate for the chosen profile; two for `auto`: documented, and observed should those not hold."""
    started, fallback = profile_named(config.profile)
    refs = [
        OperationRef(operation.no, operation.kind.code, operation.needs, operation.conflict)
        for operation in plan.operations
    ]
    service_s = dict.fromkeys(plan.counts(), ITEM_S)
    found = []
    for profile in (started, fallback):
        if profile is None:
            continue
        bound = lower_bound(plan.counts(), service_s, profile, REQUEST_S)
        forecast = expected(refs, api=plan.transport, profile=profile, config=config.batch)
        found.append(
            Estimate(
                profile=profile.name,
                bound_s=bound.seconds,
                expected_s=max(forecast.seconds, bound.seconds),
                binding=bound.binding,
            )
        )
    return tuple(found)
