"""Doubt: nothing is sent again before it is certain that the first time did nothing, and nothing waits for ever."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.worlds import (
    CLOSE,
    COMMENT,
    CREATE,
    DOWN,
    GOOD,
    LINK,
    LOST,
    QUICK,
    READ_FAILED,
    Fate,
    Once,
    World,
    creates,
    ref,
    tree,
)

from penstock.core.fold import DONE
from penstock.model.config import BatchConfig
from penstock.model.decision import Dispatch, Finished
from penstock.model.events import Looked
from penstock.model.outcome import InDoubt, Transient

DEADLINE_S, GRACE_S = QUICK.request_timeout_s, QUICK.doubt_grace_s
NOTHING_DONE = Fate(lands_s=math.inf, told=InDoubt("network"), healthy=False)


def looks(world: World) -> list[float]:
    """When look-ups were sent."""
    return [sent.at for sent in world.purposes("lookup")]


def test_a_create_is_sent_again_only_after_its_absence_is_proven() -> None:
    """Three whole reads after the deadline, the last after the grace; then once more, and done."""
    world = World(creates(1), Once(NOTHING_DONE))

    assert Finished() == world.run()
    assert pytest.approx([0.5, 12.0, 17.0, 27.0, 72.0]) == looks(world)
    _, second = world.effects_sent()
    assert second.at > DEADLINE_S + GRACE_S
    assert 1 == world.server.effects[0]


@pytest.mark.parametrize("lag_s", [0.0, 3.0, 13.0, 59.0])
def test_an_effect_that_shows_within_the_grace_is_adopted(lag_s: float) -> None:
    """However late a read shows it: it is never made twice."""
    world = World(creates(1), Once(LOST), lag_s=lag_s)

    assert Finished() == world.run()
    assert (1, 1, 1) == (len(world.effects_sent()), world.fold.adopted, world.server.effects[0])


def test_an_effect_that_takes_place_at_the_deadline_is_adopted() -> None:
    """The server may go on after its client gave up."""
    world = World(
        creates(1), Once(Fate(answer_s=1.0, lands_s=11.9, told=InDoubt("network"), healthy=False)), lag_s=30.0
    )

    assert Finished() == world.run()
    assert 1 == world.server.effects[0]


def test_no_create_is_sent_while_one_is_in_doubt_and_all_else_goes_on() -> None:
    """Closes and links are not held up by it; nor are comments, which are another kind."""
    others = [ref(no, (CLOSE, LINK, COMMENT)[no % 3]) for no in range(20, 80)]
    lost = Once(NOTHING_DONE, when=lambda dispatch: dispatch.refs[0] < 20)
    world = World([*creates(20), *others], lost, profile=replace(QUICK, mutations_in_flight=2))
    world.run()

    doubtful = [sent.at for sent in world.effects_sent(CREATE)]
    assert not [at for at in doubtful if 0.5 <= at < DEADLINE_S + GRACE_S]
    elsewhere = [sent.at for kind in (CLOSE, LINK, COMMENT) for sent in world.effects_sent(kind)]
    assert max(elsewhere) < 10
    assert {1} == set(world.server.effects.values())


def test_a_link_is_sent_again_after_one_look() -> None:
    """It cannot be doubled: waiting for the grace would only cost time."""
    world = World([ref(0, LINK)], Once(NOTHING_DONE))

    assert Finished() == world.run()
    assert (2, 1) == (len(world.effects_sent()), len(looks(world)))
    assert world.now < DEADLINE_S


def test_a_read_of_several_requests_goes_on_from_its_cursor() -> None:
    """Pages follow each other at once, and the verdict is as of the first."""

    def paged(dispatch: Dispatch, now: float) -> Fate:
        return Fate(pages=3) if dispatch.purpose == "lookup" else LOST if dispatch.batch == 1 else GOOD

    world = World(creates(1), paged)

    assert Finished() == world.run()
    assert ["", "2", "3"] == [sent.dispatch.cursor for sent in world.purposes("lookup")]
    assert pytest.approx([0.5, 1.0, 1.5]) == looks(world)
    assert [0.5] == [looked.as_of for looked in world.events(Looked)]


def test_look_ups_that_fail_prove_nothing_and_are_repeated_with_distance() -> None:
    """An hour in which reads fail: the create is neither given up nor sent again, and the server is not hammered."""

    def blind(dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose != "effect" and now < 3_600:
            return READ_FAILED
        return NOTHING_DONE if dispatch.batch == 1 else GOOD

    world = World(creates(1), blind)

    assert Finished() == world.run()
    _, second = world.effects_sent()
    assert second.at > 3_600
    assert 1 == world.server.effects[0]
    assert len(world.sent) < 3_600 / (GRACE_S / 12)


def test_all_lost_at_once_are_settled_by_shared_reads() -> None:
    """Forty creates of eight requests are asked after together."""
    world = World(creates(40), Once(LOST, times=8))

    assert Finished() == world.run()
    assert (40, []) == (world.fold.adopted, world.doubled())
    assert len(looks(world)) <= 3


def test_no_more_is_sent_of_a_kind_than_one_read_can_ask_after() -> None:
    """While a hundred links are in doubt the rest waits: doubts do not pile up in an outage."""

    def blind(dispatch: Dispatch, now: float) -> Fate:
        told = InDoubt("timeout") if dispatch.purpose == "effect" else Transient("timeout")
        return GOOD if now > 30 else Fate(told=told, healthy=None)

    world = World([ref(no, LINK) for no in range(1_000)], blind)
    worst = 0
    while world.run(world.now + 0.1) is None:
        worst = max(worst, len(world.fold.doubt))

    assert worst <= 100 + 8 * 20
    assert 1_000 == world.fold.succeeded


def test_a_create_that_is_always_lost_is_dead_in_the_end_while_others_go_through() -> None:
    """Five attempts, each proven absent before the next."""

    def poisoned(dispatch: Dispatch, now: float) -> Fate:
        return Fate(told={0: InDoubt("null")}, lands_s=math.inf) if dispatch.refs == (0,) else GOOD

    world = World(creates(40), poisoned, api="rest", config=BatchConfig(max_attempts=3))

    assert Finished() == world.run()
    assert (39, 1) == (world.fold.succeeded, world.fold.dead)
    assert 3 == len([sent for sent in world.effects_sent() if 0 in sent.dispatch.refs])


def test_a_look_up_begins_above_the_mark_of_the_lost_intent() -> None:
    """Others were made meanwhile and raised the mark: the lost one may stand below them."""
    slow = Once(Fate(answer_s=5.0, lands_s=0.1, told=InDoubt("network")))
    world = World(creates(10), slow, profile=replace(QUICK, mutations_in_flight=2))

    assert Finished() == world.run()
    assert ([], 5, 0) == (world.doubled(), world.fold.adopted, world.purposes("lookup")[0].dispatch.high_water)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), lag_s=st.sampled_from([0.0, 2.0, 40.0]), api=st.sampled_from(["graphql", "rest"]))
def test_whatever_is_lost_everything_is_done_once(seed: int, lag_s: float, api: str) -> None:
    """Answers lost before and after the effect, failing reads, late effects: every operation stands once."""
    random = Random(seed)
    fates = [GOOD, GOOD, GOOD, LOST, NOTHING_DONE, DOWN, Fate(answer_s=1.0, lands_s=9.0, told=InDoubt("network"))]

    def swarm(dispatch: Dispatch, now: float) -> Fate:
        if now > 2_000:
            return GOOD
        if dispatch.purpose != "effect":
            return random.choice([GOOD, GOOD, READ_FAILED, Fate(pages=2)])
        return random.choice(fates)

    world = World(tree(12), swarm, lag_s=lag_s, api=api, config=BatchConfig(max_attempts=1_000))

    assert Finished() == world.run()
    assert {DONE} == set(world.fold.phase)
    assert ([], len(world.refs)) == (world.doubled(), len(world.server.effects))
