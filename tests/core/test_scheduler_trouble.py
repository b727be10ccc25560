"""Trouble: an outage kills nothing, a poisoned operation does not go round for ever, a stop drains."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.worlds import (
    CLOSE,
    CREATE,
    DOWN,
    GOOD,
    LINK,
    LOST,
    ONE_STREAM,
    QUICK,
    READ_FAILED,
    Fate,
    Once,
    World,
    creates,
    ref,
    tree,
)

from penstock.core.fold import DEAD, DONE, SKIPPED
from penstock.model.config import BatchConfig
from penstock.model.decision import AwaitAnswer, Dispatch, Finished, Halt
from penstock.model.events import Breaker, Checkpoint, Ended
from penstock.model.limits import Profile
from penstock.model.outcome import Fatal, InDoubt, Throttled, Transient

HUNG = Fate(answer_s=math.inf, lands_s=math.inf, told=InDoubt("timeout"), healthy=None)
"""No answer at all; a batch that times out says nothing about the server."""


def outage(begin: float, end: float, fate: Fate = DOWN, *, reads_too: bool = True) -> World:
    """A tree of issues on a server that is down for a while."""

    def down(dispatch: Dispatch, now: float) -> Fate:
        if not begin <= now < end:
            return GOOD
        if dispatch.purpose == "effect":
            return fate
        return READ_FAILED if reads_too else GOOD

    return World(tree(200), down, profile=ONE_STREAM)


def test_the_log_tells_when_an_open_breaker_probes_next() -> None:
    """So whoever only reads the log can say what the run waits for, until when."""
    world = outage(20.0, 80.0)
    world.run()
    opened, *_ = [(at, event) for at, event in world.journal if isinstance(event, Breaker)]
    probe, *_ = [sent for sent in world.sent if sent.dispatch.purpose == "probe"]

    assert ("open", 5.0) == (opened[1].state, opened[1].until - opened[0])
    assert opened[1].until == probe.at
    assert 0.0 == world.events(Breaker)[-1].until


@pytest.mark.parametrize("length_s", [60.0, 600.0, 7_200.0])
def test_an_outage_fails_nothing(length_s: float) -> None:
    """However long: the breaker holds and probes, and everything is done afterwards."""
    world = outage(20.0, 20.0 + length_s)

    assert Finished() == world.run()
    assert {DONE} == set(world.fold.phase)
    assert [] == world.doubled()


@pytest.mark.parametrize("fate", [DOWN, HUNG], ids=["503", "hangs"])
def test_an_outage_of_writes_alone_fails_nothing(fate: Fate) -> None:
    """Probes read, and reads go well: ten minutes of that are no reason to give an operation up."""
    world = outage(20.0, 620.0, fate, reads_too=False)

    assert Finished() == world.run()
    assert {DONE} == set(world.fold.phase)
    assert [] == world.doubled()


def test_while_the_breaker_is_open_only_single_probes_are_sent() -> None:
    """And at most one every five seconds or so."""
    world = outage(20.0, 320.0)
    world.run()
    (tripped, *_), *_ = [(at, event) for at, event in world.journal if isinstance(event, Breaker)]
    during = [sent for sent in world.sent if tripped < sent.at < 320]

    assert {"probe"} == {sent.dispatch.purpose for sent in during}
    assert 300 / 13 < len(during) < 300 / 5
    assert all(later.at - sooner.at >= 5 for sooner, later in pairwise(during))
    assert "closed" == world.events(Breaker)[-1].state


def test_after_an_outage_the_run_goes_on_soon() -> None:
    """A young outage is probed every twelve seconds at most."""
    world = outage(20.0, 80.0)
    world.run()

    assert min(sent.at for sent in world.effects_sent() if sent.at >= 80) < 80 + 12 + 1


def test_a_probe_that_meets_a_limit_waits_for_the_pause() -> None:
    """A refusal says nothing about the server's health, and is kept to."""

    def limited(dispatch: Dispatch, now: float) -> Fate:
        if now < 5:
            return DOWN
        return Fate(told=Throttled("account", until=60.0), healthy=None) if now < 60 else GOOD

    world = World([ref(no, CLOSE) for no in range(40)], limited, profile=ONE_STREAM)

    assert Finished() == world.run()
    assert 1 == len([sent for sent in world.sent if 5 <= sent.at < 60])


def test_a_poisoned_operation_is_dead_after_its_attempts_while_others_go_through() -> None:
    """Five tries, its dependants skipped, everything else done."""

    def poisoned(dispatch: Dispatch, now: float) -> Fate:
        return Fate(told={3: Transient("server")}) if dispatch.purpose == "effect" else GOOD

    refs = [*(ref(no, CLOSE) for no in range(300)), ref(300, CLOSE, 3)]
    world = World(refs, poisoned, profile=ONE_STREAM)

    assert Finished() == world.run()
    assert (DEAD, SKIPPED, 299) == (world.fold.phase[3], world.fold.phase[300], world.fold.succeeded)
    assert 5 == len([sent for sent in world.sent if 3 in sent.dispatch.refs])
    assert not world.scheduler._attempts._failures, "what is settled leaves nothing behind"


def test_a_poisoned_operation_that_is_left_alone_is_dead_in_the_end() -> None:
    """Nothing can go through beside it; it is tried for a quarter of an hour and not for ever."""

    def poisoned(dispatch: Dispatch, now: float) -> Fate:
        return Fate(told=Transient("server"), healthy=False) if dispatch.purpose == "effect" else GOOD

    world = World([ref(0, CLOSE)], poisoned)

    assert Finished() == world.run()
    assert DEAD == world.fold.phase[0]
    assert 900 <= world.now < 1_200


def test_time_outs_make_batches_smaller_before_they_open_the_breaker() -> None:
    """A batch that takes too long is the batch's fault: half as many, and half again."""

    def slow(dispatch: Dispatch, now: float) -> Fate:
        return HUNG if len(dispatch.refs) > 5 else GOOD

    world = World([ref(no, CLOSE) for no in range(60)], slow, profile=ONE_STREAM)

    assert Finished() == world.run()
    assert [20, 10] == [len(sent.dispatch.refs) for sent in world.sent[:2]]
    assert (5, []) == (len(world.sent[2].dispatch.refs), world.events(Breaker))


def test_a_stop_drains_and_halts() -> None:
    """Nothing more is started; what is in flight ends and is taken in; then it halts and stays so."""
    world = World(creates(200))
    world.run(until=0.1)
    world.scheduler.stop("signal")
    decision = world.scheduler.next(0.1)
    sent = len(world.sent)

    assert (AwaitAnswer(), Halt("signal")) == (decision, world.run())
    assert (8, 40, Halt("signal")) == (sent, world.fold.succeeded, world.scheduler.next(99.0))
    assert sent == len(world.sent)


def test_a_stop_does_not_wait_for_doubts() -> None:
    """They are settled when the run is resumed."""
    world = World(creates(5), Once(LOST), lag_s=30.0)
    world.run(until=1.1)
    world.scheduler.stop("signal")

    assert (Halt("signal"), 5) == (world.run(), len(world.fold.doubt))
    world.begin()
    assert (Finished(), 5) == (world.run(), world.fold.adopted)


def test_a_stop_that_comes_when_all_is_done_changes_nothing() -> None:
    """The last answer settles everything while the signal waits: finished, not stopped."""
    world = World(creates(5))
    world.run(until=0.1)
    world.scheduler.stop("signal")

    assert Finished() == world.run()
    assert [Ended(5, 0)] == world.events(Ended)


def test_a_run_is_not_finished_while_a_probe_is_in_flight() -> None:
    """All is settled, by deaths and a late answer: the probe's answer still belongs into the log."""

    def failing(dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose == "probe":
            return Fate(answer_s=3.0)
        return Fate(answer_s=6.5) if dispatch.refs == (5,) else Fate(0.1, told=Transient("server"), healthy=False)

    refs = [ref(no, CLOSE) for no in range(6)]
    world = World(refs, failing, api="rest", config=BatchConfig(max_attempts=1))

    assert Finished() == world.run()
    assert (1, {}, 5) == (len(world.purposes("probe")), world.fold.open, world.fold.dead)


def test_late_failures_of_an_outage_do_not_open_the_breaker_again() -> None:
    """Eleven requests of before are answered with failures just after a probe showed that the server works."""

    def failing(dispatch: Dispatch, now: float) -> Fate:
        if now > 0 or dispatch.purpose == "probe":
            return Fate(answer_s=0.2)
        return Fate(0.1 if dispatch.refs[0] < 5 else 5.5, math.inf, Transient("server"), healthy=False)

    world = World(
        [ref(no, CLOSE) for no in range(16)], failing, api="rest", profile=replace(QUICK, mutations_in_flight=16)
    )

    assert Finished() == world.run()
    assert ["open", "closed"] == [event.state for event in world.events(Breaker)]


def test_a_stop_does_not_hide_why_the_run_had_to_stop() -> None:
    """The token was refused; then the user pressed Ctrl-C."""
    world = World(creates(40), Once(Fate(told=Fatal("bad credentials"), healthy=None)))
    world.run(until=0.5)
    world.scheduler.stop("signal")

    assert Halt("bad credentials", access=True) == world.run()


def test_checkpoints_are_marked_as_often_as_wanted() -> None:
    """Every 25 settled operations, with counts."""
    world = World(creates(60), config=BatchConfig(checkpoint_interval=25))
    world.run()

    assert [25, 50] == [mark.settled // 5 * 5 for mark in world.events(Checkpoint)]
    assert all(mark.succeeded == mark.settled and not mark.failed for mark in world.events(Checkpoint))
    assert [Ended(60, 0)] == world.events(Ended)


def test_operations_that_wait_for_each_other_halt_the_run() -> None:
    """A broken plan is said to be broken; it does not hang."""
    world = World([ref(0, CLOSE, 0)])

    assert Halt("the operations that are left wait for each other", hint="make the plan anew") == world.run()


def test_what_is_offered_later_is_done_too() -> None:
    """Needs may have been settled before."""
    world = World([ref(0, CREATE)])
    world.run()
    world.refs = world.server.refs = [ref(0, CREATE), ref(1, CLOSE, 0), ref(2, CREATE), ref(3, LINK, 0, 2)]

    assert 3 == world.scheduler.offer(world.refs[1:], world.now)
    assert (Finished(), {DONE}) == (world.run(), set(world.fold.phase))


def test_what_is_offered_while_requests_are_in_flight_does_not_disturb_them() -> None:
    """Their answers are still awaited."""
    world = World([ref(0, CREATE)])
    world.run(until=0.1)
    world.refs = world.server.refs = [ref(0, CREATE), ref(1, CREATE)]
    world.scheduler.offer(world.refs[1:], world.now)

    assert (Finished(), 0) == (world.run(), len(world.purposes("lookup")))


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32), profile=st.sampled_from([QUICK, ONE_STREAM]), api=st.sampled_from(["graphql", "rest"])
)
def test_every_run_ends_and_no_call_is_wasted(seed: int, profile: Profile, api: str) -> None:
    """Random trouble of every sort: each wait lies ahead, something is in flight when answers are awaited, it ends."""
    random = Random(seed)
    fates = [
        *([GOOD] * 6),
        *(LOST, DOWN, HUNG),
        Fate(lands_s=math.inf, told=Throttled("account"), healthy=None),
        Fate(lands_s=math.inf, told=Throttled("lane", content=True), healthy=None),
        Fate(lands_s=math.inf, told=Transient("network"), healthy=False),
        Fate(lands_s=math.inf, told=Transient("resource", 0.0), healthy=None),
    ]

    def swarm(dispatch: Dispatch, now: float) -> Fate:
        fate = random.choice(fates)
        if dispatch.purpose == "effect" or fate is GOOD:
            return fate
        return READ_FAILED

    world = World(tree(12), swarm, profile=profile, api=api)

    assert Finished() == world.run()
    assert world.fold.settled == len(world.refs)
    assert [] == world.doubled()
