"""What failed, told so that a person can mend it: the operation, the server's words, its line and its page."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.core.fold import DEAD, SKIPPED, Fold
from penstock.github.pages import page_of
from penstock.model.operation import Operation
from penstock.model.plan import Plan
from penstock.model.result import Failure

FAILURES_LISTED = 1000


def lost(fold: Fold) -> list[int]:
    """Operations that are dead or skipped, the dead ones first; of many, the first thousand."""
    dead_first = sorted(fold.reasons, key=lambda no: fold.phase[no] != DEAD)
    return dead_first[:FAILURES_LISTED]


def failures_of(operations: Iterable[Operation], fold: Fold, plan: Plan) -> tuple[Failure, ...]:
    """
    Operations that the fold holds for dead or skipped.

    Args:
        plan: Where they belong; its own operations are not asked for.
    """
    return tuple(
        Failure(
            operation=operation.name,
            why=fold.reasons[operation.no],
            line=operation.line,
            skipped=fold.phase[operation.no] == SKIPPED,
            url=page_of(operation, fold.number, plan.host, plan.repository.name),
            request_id=fold.request_ids.get(operation.no, ""),
        )
        for operation in operations
    )
