"""Look-ups: whom a read asks after, how it is chained, what it proves when it is whole."""

from __future__ import annotations

from tests.core.worlds import CREATE, LINK

from penstock.core.budget import read_charge
from penstock.core.fold import Fold
from penstock.core.inquiry import REFS_MAX, Inquiry
from penstock.model.events import Answered, Intent, Looked
from penstock.model.outcome import Answer, InDoubt, Outcome, Succeeded, Transient

GRACE_S = 60.0


def doubtful(kind: int, count: int, *, now: float = 10.0, category: str = "network") -> Fold:
    """Operations of one kind, all sent at 0 with a deadline of 12 and in doubt since `now`."""
    fold = Fold([kind] * count)
    for no in range(count):
        charge = read_charge("rest", 0.0)
        fold.apply(Intent(batch=no, ops=(no,), charge=charge, high_water=no + 7, deadline=12.0), 0.0)
        outcome = InDoubt(category)  # type: ignore[arg-type]
        fold.apply(Answered(batch=no, status=0, ms=0.0, outcomes=(outcome,)), now)
    return fold


def read(
    inquiry: Inquiry,
    fold: Fold,
    now: float,
    *found: int,
    kind: int = CREATE,
    more: str = "",
    trouble: Outcome | None = None,
) -> Looked | None:
    """One request of a read, from asking to its answer."""
    refs, _, _ = inquiry.ask(kind, fold, now)
    answer = Answer(
        batch=99,
        sent_at=now,
        received_at=now,
        found=tuple((no, Succeeded(no)) for no in found),
        more=more,
        outcomes=(trouble,) * len(refs) if trouble else (),
    )
    looked = inquiry.answered(kind, answer, fold, GRACE_S)
    if looked:
        fold.apply(looked, now)
    return looked


def test_nothing_in_doubt_nothing_to_ask() -> None:
    """Without a doubt there is no look-up."""
    assert [] == Inquiry().due(Fold([CREATE]), GRACE_S)


def test_the_first_look_is_due_at_once_and_the_next_at_the_deadline() -> None:
    """A look that did not show it is followed by one when the server has certainly stopped working on it."""
    inquiry, fold = Inquiry(), doubtful(CREATE, 1)
    first = inquiry.due(fold, GRACE_S)
    read(inquiry, fold, 10.0)

    assert [[(10.0, CREATE)], [(15.0, CREATE)]] == [first, inquiry.due(fold, GRACE_S)]


def test_a_kind_is_not_asked_after_twice_at_the_same_time() -> None:
    """While a read is under way no second one of its kind is due."""
    inquiry, fold = Inquiry(), doubtful(CREATE, 1)
    inquiry.ask(CREATE, fold, 10.0)

    assert [] == inquiry.due(fold, GRACE_S)


def test_a_read_begins_above_the_least_high_water_mark() -> None:
    """All that are asked after have greater numbers than any issue known when the first of them was sent."""
    assert ((0, 1, 2), "", 7) == Inquiry().ask(CREATE, doubtful(CREATE, 3), 10.0)


def test_a_chained_read_goes_on_at_once_where_it_was_and_means_nothing_before_it_is_whole() -> None:
    """Pages are asked for one after the other, about the same operations; the verdict comes with the last."""
    inquiry, fold = Inquiry(), doubtful(CREATE, 2)

    assert read(inquiry, fold, 10.0, 1, more="page 2") is None
    assert inquiry.due(fold, GRACE_S)[0][0] <= 10.0
    assert ((0, 1), "page 2", 7) == inquiry.ask(CREATE, fold, 11.0)
    looked = inquiry.answered(CREATE, Answer(batch=99, sent_at=11.0, received_at=11.0), fold, GRACE_S)
    assert Looked(batch=99, as_of=10.0, found=((1, Succeeded(1)),), absent=(0,)) == looked


def test_a_read_that_fails_on_a_later_page_starts_anew() -> None:
    """What the first pages showed is read again, and nothing is concluded from half a read."""
    inquiry, fold = Inquiry(), doubtful(CREATE, 1)
    read(inquiry, fold, 10.0, more="page 2")

    assert read(inquiry, fold, 10.5, trouble=Transient("server")) is None
    assert [(15.5, CREATE)] == inquiry.due(fold, GRACE_S)
    assert "" == inquiry.ask(CREATE, fold, 15.5)[1]


def test_failing_reads_do_not_follow_each_other_at_once() -> None:
    """Each failure is followed by a twelfth of the grace, however often it happens."""
    inquiry, fold, now = Inquiry(), doubtful(CREATE, 1), 10.0
    for _ in range(5):
        read(inquiry, fold, now, trouble=Transient("network"))
        (due, _), *_ = inquiry.due(fold, GRACE_S)
        assert due >= now + GRACE_S / 12
        now = due


def test_a_read_too_heavy_for_the_server_asks_after_fewer() -> None:
    """Half as many each time, down to one."""
    inquiry, fold = Inquiry(), doubtful(LINK, 5)
    sizes = []
    for now in (10.0, 20.0, 30.0, 40.0):
        sizes.append(len(inquiry.ask(LINK, fold, now)[0]))
        answer = Answer(batch=99, sent_at=now, received_at=now, outcomes=(Transient("resource", 0.0),))
        inquiry.answered(LINK, answer, fold, GRACE_S)

    assert [5, 2, 1, 1] == sizes


def test_all_get_their_turn_when_more_are_in_doubt_than_one_read_holds() -> None:
    """Those read least go first."""
    inquiry, fold = Inquiry(), doubtful(CREATE, REFS_MAX + 20)
    first = inquiry.ask(CREATE, fold, 20.0)[0]
    inquiry.answered(CREATE, Answer(batch=99, sent_at=20.0, received_at=20.0), fold, GRACE_S)
    fold.apply(Looked(batch=99, as_of=20.0, absent=first), 20.0)

    assert set(range(REFS_MAX, REFS_MAX + 20)) <= set(inquiry.ask(CREATE, fold, 25.0)[0])


def test_an_unseen_create_is_given_up_after_three_reads_over_the_grace() -> None:
    """Reads before the deadline do not count."""
    inquiry, fold = Inquiry(), doubtful(CREATE, 1)
    settled = []
    for now in (10.0, 12.0, 40.0, 71.9, 72.0):
        looked = read(inquiry, fold, now)
        settled.append(looked.settled if looked else None)

    assert [(), (), (), (), (0,)] == settled


def test_an_unseen_link_may_be_sent_again_after_one_look() -> None:
    """A second one would be refused as existing, not doubled."""
    looked = read(Inquiry(), doubtful(LINK, 1), 10.0, kind=LINK)

    assert looked and (0,) == looked.settled


def test_a_link_refused_as_existing_is_looked_for_as_long_as_a_create() -> None:
    """The server says that it stands: a read that does not show it may come from a replica."""
    inquiry, fold = Inquiry(), doubtful(LINK, 1, category="exists")
    settled = [looked.settled for now in (10.0, 12.0, 40.0, 72.0) if (looked := read(inquiry, fold, now, kind=LINK))]

    assert [(), (), (), (0,)] == settled
