"""What failed, told so that a person can mend it."""

from __future__ import annotations

from tests.output.samples import garden

from penstock.core.fold import Fold
from penstock.engine.failures import FAILURES_LISTED, failures_of, lost
from penstock.model.events import Answered, Dead, Intent, Skipped
from penstock.model.limits import Charge
from penstock.model.outcome import Rejected
from penstock.model.result import Failure

CHARGE = Charge(resource="graphql", lane="create", writes=True, meters={})


def test_a_failure_has_its_line_its_page_and_its_request() -> None:
    """An update leads to its issue; a create has none, and its line says where to mend it."""
    plan = garden()
    by_kind = {operation.kind.name: operation for operation in plan.operations}
    create, update, link = (by_kind[kind] for kind in ("issue.create", "issue.update", "blocked_by.link"))
    fold = Fold(operation.kind.code for operation in plan.operations)
    fold.apply(Intent(batch=1, ops=(create.no, update.no), charge=CHARGE), 0.0)
    refused = (Rejected("no label"), Rejected("too long"))
    fold.apply(Answered(batch=1, status=200, ms=1.0, outcomes=refused, request_id="4A1B"), 0.0)
    fold.apply(Dead(create.no, "no label"), 0.0)
    fold.apply(Skipped((link.no,), create.no), 0.0)
    fold.apply(Dead(update.no, "too long"), 0.0)

    assert (
        Failure("issue.create beds.soil", "no label", 11, request_id="4A1B"),
        Failure("issue.update fence", "too long", 18, url="https://github.com/octo/garden/issues/4", request_id="4A1B"),
    ) == failures_of((create, update), fold, plan)
    assert [create.no, update.no, link.no] == lost(fold)


def test_of_many_the_dead_are_listed_first() -> None:
    """One dead parent skips thousands: it is not lost among them."""
    fold = Fold([2] * 3_000)
    fold.apply(Dead(0, "no"), 0.0)
    fold.apply(Skipped(tuple(range(1, 2_999)), 0), 0.0)
    fold.apply(Dead(2_999, "no"), 0.0)

    assert ([0, 2_999], FAILURES_LISTED) == (lost(fold)[:2], len(lost(fold)))
