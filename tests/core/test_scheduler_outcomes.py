"""Each row of the table of outcomes: what becomes of the operation, of the attempt count, and of the breaker."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace
from tests.core.worlds import (
    CLOSE,
    CREATE,
    DOWN,
    FIXED,
    GOOD,
    LABEL,
    LINK,
    LOST,
    ONE_STREAM,
    Fate,
    Once,
    World,
    creates,
    ref,
)

from penstock.core.fold import DEAD, DONE, PENDING, SKIPPED
from penstock.model.config import BatchConfig
from penstock.model.decision import Dispatch, Finished, Halt
from penstock.model.events import Dead, Ended, Looked, Pause, Skipped
from penstock.model.operation import OperationRef
from penstock.model.outcome import Fatal, InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient


def told(outcome: Outcome, *, healthy: bool | None = None, lands: bool = False) -> Fate:
    """All operations of the request are told this."""
    return Fate(lands_s=0.2 if lands else float("inf"), told=outcome, healthy=healthy)


CHAIN = [ref(0, CREATE), ref(1, CREATE), ref(2, LINK, 0, 1), ref(3, CLOSE, 1)]


def test_success_releases_dependants() -> None:
    """Everything is done, in the order of needs, each once."""
    world = World(CHAIN)

    assert Finished() == world.run()
    assert [DONE] * 4 == list(world.fold.phase)
    assert {0: 1, 1: 1, 2: 1, 3: 1} == world.server.effects
    assert [(0, 1), (2,), (3,)] == [sent.dispatch.refs for sent in world.sent]


def test_a_run_without_operations_is_finished() -> None:
    """Nothing is sent."""
    world = World([])

    assert (Finished(), []) == (world.run(), world.sent)


@pytest.mark.parametrize(
    ("outcome", "scope"),
    [
        (Throttled("account"), "account"),
        (Throttled("lane"), "lane:create"),
        (Throttled("lane", content=True), "content"),
        (Throttled("graphql", until=30.0), "graphql"),
    ],
)
def test_a_throttle_is_no_attempt(outcome: Throttled, scope: str) -> None:
    """Refused fifty times, with a maximum of one attempt: it is paused, sent again and done."""
    world = World(creates(1), Once(told(outcome), times=50), config=BatchConfig(max_attempts=1))

    assert Finished() == world.run()
    assert [scope] * 50 == [pause.scope for pause in world.events(Pause)]
    assert "closed" == world.scheduler.breaker.state


def test_what_was_not_sent_is_tried_again_after_a_delay() -> None:
    """A connection that was refused changed nothing: no look-up, a back-off, then the same operations."""
    world = World(creates(3), Once(told(Transient("network"), healthy=False)))

    assert Finished() == world.run()
    assert [(0, 1, 2), (0, 1, 2)] == [sent.dispatch.refs for sent in world.sent]
    assert 0 < world.sent[1].at - 0.5 <= 1.0


def test_what_is_not_visible_yet_is_tried_again_after_two_four_and_eight_seconds() -> None:
    """NOT_FOUND on an issue created just now: half an attempt each."""
    world = World([ref(0, CLOSE)], Once(told(Transient("eventual", 0.5)), times=4), config=BatchConfig(max_attempts=3))
    world.run()
    starts = [sent.at for sent in world.sent]

    assert pytest.approx([2.5, 4.5, 8.5, 8.5]) == [later - sooner for sooner, later in pairwise(starts)]


@pytest.mark.parametrize("kind", [CREATE, LINK, LABEL])
def test_a_lost_answer_of_what_must_not_be_doubled_is_looked_for(kind: int) -> None:
    """It stands: found, adopted, not sent again."""
    world = World([ref(0, kind)], Once(LOST))

    assert Finished() == world.run()
    assert ["effect", "lookup"] == [sent.dispatch.purpose for sent in world.sent]
    assert (1, 1, 1) == (world.server.effects[0], world.fold.adopted, len(world.events(Looked)))


def test_a_lost_answer_of_what_can_be_repeated_is_sent_again_without_a_look() -> None:
    """Setting a field twice is harmless."""
    world = World([ref(0, CLOSE)], Once(LOST))

    assert Finished() == world.run()
    assert ["effect", "effect"] == [sent.dispatch.purpose for sent in world.sent]


def test_a_batch_too_heavy_for_the_server_is_halved_and_sent_again_at_once() -> None:
    """What was done stays done; the rest goes in smaller batches and is no attempt."""
    heavy = Fate(told={no: Transient("resource", 0.0) for no in range(4, 20)}, healthy=None)
    refs = [ref(no, CLOSE) for no in range(20)]
    world = World(refs, Once(heavy), profile=ONE_STREAM, config=replace(FIXED, max_attempts=1))

    assert Finished() == world.run()
    assert [20, 10, 6] == [len(sent.dispatch.refs) for sent in world.sent]
    assert {1} == set(world.server.effects.values())


def test_an_operation_too_heavy_by_itself_is_not_sent_for_ever() -> None:
    """It is dead in the end, and the wait between its tries grows."""

    def heavy(dispatch: Dispatch, now: float) -> Fate:
        return told(Transient("resource", 0.0)) if 0 in dispatch.refs else GOOD

    world = World([ref(0, CLOSE), ref(1, CLOSE)], heavy)

    assert Finished() == world.run()
    assert [DEAD, DONE] == list(world.fold.phase)
    assert len(world.sent) < 100


def test_a_rejected_operation_is_dead_and_all_below_it_are_skipped() -> None:
    """At once, without another try; the rest goes on."""
    refs = [*CHAIN, ref(4, CLOSE, 0), ref(5, CLOSE, 2)]
    world = World(refs, Once(Fate(told={1: Rejected("title is too long", 422)})))

    assert Finished() == world.run()
    assert [DONE, DEAD, SKIPPED, SKIPPED, DONE, SKIPPED] == list(world.fold.phase)
    assert ([Dead(1, "title is too long")], [Skipped((2, 3, 5), 1)]) == (world.events(Dead), world.events(Skipped))
    assert [Ended(2, 4)] == world.events(Ended)


def test_a_fatal_answer_stops_the_run_after_what_is_in_flight() -> None:
    """Nothing more is started; what was refused stays to do; the run can be resumed."""
    world = World(creates(40), Once(told(Fatal("bad credentials", "renew the token"))))

    assert Halt("bad credentials", "renew the token", access=True) == world.run()
    assert 35 == world.fold.succeeded
    assert [PENDING] * 5 == list(world.fold.phase)[:5]


@pytest.mark.parametrize("purpose", ["lookup", "probe"])
def test_a_fatal_answer_to_a_read_stops_the_run_too(purpose: str) -> None:
    """A token that was revoked during an outage is not probed for ever."""

    def revoked(dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose == purpose:
            return told(Fatal("bad credentials"))
        return DOWN if purpose == "probe" else LOST

    world = World([ref(no, LINK) for no in range(9)], revoked)

    assert Halt("bad credentials", access=True) == world.run()


def test_a_link_that_exists_already_is_verified() -> None:
    """The first did it, reads do not show it yet, the second is refused as existing: adopted in the end, not dead."""
    world = World([ref(0, LINK)], Once(LOST), lag_s=20.0)

    assert Finished() == world.run()
    assert 2 == len(world.effects_sent())
    assert (DONE, 1, 1) == (world.fold.phase[0], world.server.effects[0], world.fold.adopted)


def test_a_link_refused_for_another_that_stands_is_dead() -> None:
    """It never shows: after the whole grace it is given up with the server's words, and not sent in a circle."""
    other = InDoubt("exists", "the issue has another parent")
    world = World([ref(0, LINK), ref(1, CLOSE, 0)], Once(told(other), times=9))

    assert Finished() == world.run()
    assert [Dead(0, "the issue has another parent")] == world.events(Dead)
    assert 1 == len(world.effects_sent())
    assert world.now >= 12 + 60


def test_a_batch_may_end_in_all_ways_at_once() -> None:
    """Every operation goes its own way."""
    mixed: dict[int, Outcome] = {
        1: Transient("resource", 0.0),
        2: Rejected("no such user"),
        3: InDoubt("null"),
        4: Throttled("account", until=5.0),
    }
    world = World(creates(5), Once(Fate(told=mixed)))

    assert Finished() == world.run()
    assert [DONE, DONE, DEAD, DONE, DONE] == list(world.fold.phase)
    assert (1, [], 1) == (world.server.effects[3], world.doubled(), world.fold.adopted)


def refs_of(world: World) -> list[tuple[int, ...]]:
    """Operations of each effect request."""
    return [sent.dispatch.refs for sent in world.effects_sent()]


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_the_size_of_requests_by_api(api: str) -> None:
    """GraphQL carries twenty, and five of what must not be doubled; REST one."""
    refs: list[OperationRef] = [*creates(10), *(ref(no, CLOSE) for no in range(10, 50))]
    world = World(refs, api=api)
    world.run()

    expected = {1} if api == "rest" else {5, 20}
    assert expected == {len(one) for one in refs_of(world)}
    assert list(range(50)) == sorted(no for one in refs_of(world) for no in one)


def test_a_request_is_of_one_kind() -> None:
    """Aliases of one document share one mutation."""
    world = World([ref(no, (CREATE, CLOSE, LINK)[no % 3]) for no in range(30)])
    world.run()

    assert {1} == {len({world.refs[no].kind for no in one}) for one in refs_of(world)}


def test_a_late_success_needs_no_look_up() -> None:
    """An answer just before the deadline is an answer."""
    world = World(creates(1), Once(Fate(answer_s=11.9, lands_s=11.8, told=Succeeded(7, "N", 7))))

    assert (Finished(), []) == (world.run(), world.purposes("lookup"))
