"""The fold: what each event says about operations, and that it says the same live and after a crash."""

from __future__ import annotations

import pytest
from tests.core.worlds import CLOSE, CREATE, LINK, LOST, QUICK, TOO_QUICK, Fate, World, folded, picture, tree

from penstock.core.budget import read_charge
from penstock.core.fold import DEAD, DONE, DOUBT, PENDING, SENT, SKIPPED, Fold
from penstock.model.decision import Dispatch
from penstock.model.events import (
    Answered,
    Breaker,
    Checkpoint,
    Dead,
    Ended,
    Event,
    Intent,
    Looked,
    Pause,
    Skipped,
    Started,
    Stopped,
    Switched,
)
from penstock.model.outcome import Fatal, InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient

CHARGE = read_charge("rest", 0.0)


def sent(*kinds: int) -> Fold:
    """One request with one operation of each of these kinds."""
    fold = Fold(kinds)
    fold.apply(Intent(batch=1, ops=tuple(range(len(kinds))), charge=CHARGE, high_water=5, deadline=12.0), 0.0)
    return fold


def answered(fold: Fold, *outcomes: Outcome) -> Fold:
    """Its answer, at second 3."""
    fold.apply(Answered(batch=1, status=200, ms=1.0, outcomes=outcomes), 3.0)
    return fold


def test_an_intent_says_that_operations_are_on_their_way() -> None:
    """From the intent on an operation may have happened."""
    fold = sent(CREATE, CLOSE)

    assert [SENT, SENT] == list(fold.phase)
    assert ([1], 1, 1) == (list(fold.open), fold.last_batch, fold.requests)


@pytest.mark.parametrize(
    ("kind", "outcome", "expected"),
    [
        (CREATE, Succeeded(9), DONE),
        (CREATE, Throttled("account"), PENDING),
        (CREATE, Transient("network"), PENDING),
        (CREATE, InDoubt("timeout"), DOUBT),
        (LINK, InDoubt("exists"), DOUBT),
        (CLOSE, InDoubt("timeout"), PENDING),
        (CREATE, Rejected("title is too long"), PENDING),
        (CREATE, Fatal("bad credentials"), PENDING),
    ],
)
def test_what_an_outcome_says(kind: int, outcome: Outcome, expected: int) -> None:
    """Doubt only where sending again could do harm; what was rejected is dead by an event of its own."""
    assert expected == answered(sent(kind), outcome).phase[0]


def test_what_was_created_is_known_by_its_ids() -> None:
    """Later operations refer to it; its number raises the high-water mark, and a link's does not."""
    fold = answered(sent(CREATE, LINK), Succeeded(17, "I_1", 99), Succeeded(80))

    assert (17, "I_1", 99, 3.0) == (fold.number[0], fold.node_id[0], fold.database_id[0], fold.done_at[0])
    assert (17, 2, 2) == (fold.high_water, fold.succeeded, fold.settled)


def test_a_doubt_knows_what_a_look_up_needs() -> None:
    """The mark and deadline of its intent, and since when it is."""
    fold = answered(sent(CREATE, LINK), InDoubt("timeout"), Succeeded())
    doubt = fold.doubt[0]

    assert (5, 12.0, 3.0, 0) == (doubt.high_water, doubt.deadline, doubt.since, doubt.reads)
    assert 1 == fold.doubtful[CREATE]


def test_what_a_look_up_found_is_done_and_adopted() -> None:
    """It stands: no second one is made."""
    fold = answered(sent(CREATE), InDoubt("timeout"))
    fold.apply(Looked(batch=2, as_of=4.0, found=((0, Succeeded(17, adopted=True)),)), 4.0)

    assert (DONE, 17, 1, 1) == (fold.phase[0], fold.number[0], fold.succeeded, fold.adopted)
    assert ({}, 0) == (fold.doubt, fold.doubtful[CREATE])


def test_only_reads_after_the_deadline_count_against_an_operation() -> None:
    """And it is free to be sent again only when the event says so."""
    fold = answered(sent(CREATE), InDoubt("timeout"))
    for as_of in (11.0, 12.0, 13.0):
        fold.apply(Looked(batch=2, as_of=as_of, absent=(0,)), as_of)

    assert (DOUBT, 2) == (fold.phase[0], fold.doubt[0].reads)
    fold.apply(Looked(batch=2, as_of=99.0, absent=(0,), settled=(0,)), 99.0)
    assert (PENDING, {}, 0) == (fold.phase[0], fold.doubt, fold.doubtful[CREATE])


def test_the_dead_and_the_skipped_are_settled_with_a_reason() -> None:
    """A report can say why each was not done."""
    fold = answered(sent(CREATE, LINK), Rejected("title is too long"), Throttled("account"))
    fold.apply(Dead(0, "title is too long"), 3.0)
    fold.apply(Skipped((1,), 0), 3.0)

    assert ([DEAD, SKIPPED], 1, 1, 2) == (list(fold.phase), fold.dead, fold.skipped, fold.settled)
    assert {0: "title is too long", 1: "operation 0 is dead"} == fold.reasons


def test_what_is_remembered_beside_operations() -> None:
    """Pauses by scope, the profile, the breaker, how the run began and stopped; a new start clears what ended."""
    fold = Fold([CREATE])
    events: list[Event] = [
        Started(1, "here", "1"),
        Pause(scope="account", until=60.0, cause="why", streak=1),
        Pause(scope="account", until=180.0, cause="why", streak=2),
        Switched("observed", "refused"),
        Breaker("open", "HTTP 502"),
        Checkpoint(0, 0, 0),
        Stopped("signal"),
    ]
    for at, event in enumerate(events, start=10):
        fold.apply(event, float(at))

    assert (180.0, 2) == (fold.pauses["account"].until, fold.throttles)
    assert ("observed", "open", "signal") == (fold.profile, fold.breaker, fold.stopped)
    fold.apply(Started(2, "there", "1"), 50.0)
    assert ("closed", "", 10.0, 50.0) == (fold.breaker, fold.stopped, fold.started_at, fold.last_at)
    fold.apply(Ended(1, 0), 60.0)
    assert fold.ended


def test_a_request_without_operations_leaves_no_trace_but_its_count() -> None:
    """Look-ups and probes open and close like any other."""
    fold = Fold([CREATE])
    fold.apply(Intent(batch=4, ops=(), purpose="probe", charge=CHARGE), 0.0)
    fold.apply(Answered(batch=4, status=502, ms=1.0, outcomes=(Transient("server"),)), 1.0)

    assert ({}, 4, 1, [PENDING]) == (fold.open, fold.last_batch, fold.requests, list(fold.phase))


def test_the_journal_alone_tells_what_the_scheduler_knows_at_any_moment() -> None:
    """After every single event, with refusals, lost answers and look-ups: folded anew, it is the live state."""

    def troubled(dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose == "effect" and dispatch.batch % 5 == 1:
            return LOST
        return TOO_QUICK if dispatch.purpose == "effect" and dispatch.batch % 7 == 3 else Fate(answer_s=0.3 + now % 1)

    world = World(tree(30), troubled, profile=QUICK, lag_s=1.0)
    while (end := world.run(world.now + 0.25)) is None:
        assert picture(folded(world)) == picture(world.fold)

    assert end and world.fold.ended
    assert picture(folded(world)) == picture(world.fold)
