"""What a run tells the account: all a request may spend when it goes out, what it did spend when it came back."""

from __future__ import annotations

from msgspec.structs import replace
from tests.core.worlds import CREATE, QUICK

from penstock.core.budget import Budget, write_charge
from penstock.core.spending import Spending
from penstock.model.decision import Dispatch
from penstock.model.limits import Fact, Spent, Window
from penstock.model.operation import KINDS
from penstock.model.outcome import Answer, Fatal, InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient

PROFILE = replace(
    QUICK,
    windows=(Window("content", "content", 10, 60), Window("requests", "content.requests", 10, 60)),
    content_kinds=("issue.create",),
)


def spend(*outcomes: Outcome) -> tuple[Budget, list[Fact]]:
    """A request of so many creates, sent at 0 with a deadline of 12 and answered at 3."""
    budget = Budget(PROFILE)
    spending = Spending("run", budget)
    charge = write_charge(KINDS[CREATE], len(outcomes), api="graphql", predicted_s=1.0, profile=PROFILE)
    refs = tuple(range(len(outcomes)))
    spending.sent(Dispatch(batch=4, refs=refs, purpose="effect", charge=charge, deadline=12.0), 0.0)
    spending.answered(Answer(batch=4, sent_at=0.0, received_at=3.0, outcomes=outcomes), 3.0)
    return budget, spending.take_facts()


def test_a_spend_is_told_twice_under_one_name() -> None:
    """Open until its deadline when it goes out; closed at its answer when it comes back."""
    _, (first, last) = spend(Succeeded(), Succeeded())

    assert isinstance(first, Spent) and isinstance(last, Spent)
    assert ("run:4", 0.0, 12.0, True) == (first.id, first.sent_at, first.ends_at, first.open)
    assert ("run:4", 0.0, 3.0, False, 2.0) == (
        last.id,
        last.sent_at,
        last.ends_at,
        last.open,
        last.charge.meters["content"],
    )


def test_what_was_certainly_not_done_is_given_back() -> None:
    """Refused and unsent items cost no content; rejected ones may have been counted before they were rejected."""
    budget, _ = spend(Succeeded(), Throttled("lane"), Transient("resource", 0.0), Rejected("title"), Fatal("scope"))

    assert [7.0, 9.0] == [budget.room((meter,), 3.0) for meter in ("content", "content.requests")]


def test_a_request_of_which_nothing_was_done_is_no_content_request() -> None:
    """A whole refusal leaves the windows as they were."""
    budget, _ = spend(Throttled("account"), Throttled("account"))

    assert [10.0, 10.0] == [budget.room((meter,), 3.0) for meter in ("content", "content.requests")]


def test_what_is_in_doubt_is_held_until_its_deadline_a_span_and_the_guard() -> None:
    """The server may do it, and count it, until it stops working on the request."""
    budget, (_, last) = spend(InDoubt("network"), Succeeded())

    assert isinstance(last, Spent) and 12.0 == last.ends_at
    assert [8.0, 10.0] == [budget.room(("content",), now) for now in (72.0, 72.1)]


def test_facts_are_handed_over_once() -> None:
    """The ledger writes each once."""
    spending = Spending("run", Budget(PROFILE))
    charge = write_charge(KINDS[CREATE], 1, api="rest", predicted_s=1.0, profile=PROFILE)
    spending.sent(Dispatch(batch=1, refs=(0,), purpose="effect", charge=charge, deadline=12.0), 0.0)

    assert [1, 0] == [len(spending.take_facts()), len(spending.take_facts())]
