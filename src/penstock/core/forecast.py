"""
How long a run will take: the same scheduler, on a service model, in virtual time.

The model is the controller's own expectation of response times; nothing fails in it. What it shows is what the limits
and the order of the operations cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush

import msgspec

from penstock.core.bound import lower_bound
from penstock.core.budget import Budget
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.core.scheduler import Scheduler
from penstock.model.config import BatchConfig
from penstock.model.decision import Dispatch, WaitUntil
from penstock.model.limits import Profile
from penstock.model.operation import KINDS, OperationRef
from penstock.model.outcome import Answer, Succeeded

SIMULATED_MAX = 2_000
"""Operations that are played; ten thousand would take a second and a half."""


class Forecast(msgspec.Struct, frozen=True):
    """
    Attributes:
        seconds: From the first request to the last answer.
        binding: What the run waits for longest; `server` when it is always busy sending.
    """

    seconds: float
    binding: str


def expected(operations: Sequence[OperationRef], *, api: str, profile: Profile, config: BatchConfig) -> Forecast:
    """
    Forecast of a run that has the account to itself and meets no fault.

    Args:
        operations: All of them. Of more than `SIMULATED_MAX` the first are played, and the rest is as much above its
            bound as they were.
        api: `graphql` or `rest`.
    """
    played = operations[:SIMULATED_MAX]
    if not played:
        return Forecast(0.0, "nothing to do")
    scheduler = Scheduler(
        run="forecast", budget=Budget(profile), fallback=None, api=api, config=config, uniform=lambda: 0.0
    )
    scheduler.offer(played, 0.0)
    seconds, waited = _play(scheduler)
    binding = max(waited, key=lambda cause: waited[cause], default="server")
    return Forecast(seconds * _bound_s(operations, profile) / _bound_s(played, profile), binding)


def _bound_s(operations: Sequence[OperationRef], profile: Profile) -> float:
    counts = Counter(KINDS[operation.kind].name for operation in operations)
    return lower_bound(counts, dict.fromkeys(counts, ITEM_S), profile, REQUEST_S).seconds


def _play(scheduler: Scheduler) -> tuple[float, dict[str, float]]:
    now = 0.0
    waited: dict[str, float] = {}
    answers: list[tuple[float, int]] = []
    refs: dict[int, tuple[Dispatch, float]] = {}
    while True:
        decision = scheduler.next(now)
        if isinstance(decision, Dispatch):
            heappush(answers, (now + decision.charge.meters["cpu"], decision.batch))
            refs[decision.batch] = (decision, now)
            continue
        at = decision.at if isinstance(decision, WaitUntil) else None
        if answers and (at is None or answers[0][0] <= at):
            now, batch = heappop(answers)
            dispatch, sent_at = refs.pop(batch)
            outcomes = (Succeeded(),) * len(dispatch.refs)
            scheduler.answer(Answer(batch=batch, sent_at=sent_at, received_at=now, outcomes=outcomes), now)
        elif isinstance(decision, WaitUntil):
            waited[decision.cause] = waited.get(decision.cause, 0.0) + decision.at - now
            now = decision.at
        else:
            return now, waited
        scheduler.take_facts()
