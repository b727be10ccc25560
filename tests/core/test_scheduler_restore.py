"""Crashes: whatever was written and whatever was not, the next process goes on and everything is done once."""

from __future__ import annotations

import math
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.worlds import (
    CLOSE,
    CREATE,
    DOWN,
    GOOD,
    LINK,
    LOST,
    QUICK,
    SECONDARY,
    TOO_QUICK,
    Fate,
    Once,
    World,
    creates,
    folded,
    picture,
    ref,
    tree,
)

from penstock.core.fold import DEAD, DONE, DOUBT, PENDING
from penstock.github.limits import DOCUMENTED, OBSERVED
from penstock.model.config import BatchConfig
from penstock.model.decision import Dispatch, Finished
from penstock.model.events import Answered, Dead, Ended, Intent, Looked, Pause, Skipped
from penstock.model.limits import Paused
from penstock.model.outcome import InDoubt, Rejected, Transient


def killed(world: World, at: float, away_s: float = 0.0) -> World:
    """The world after its process died at `at` and another came `away_s` later."""
    world.run(until=at)
    world.now += away_s
    world.begin()
    return world


def test_a_request_without_an_answer_in_the_log_is_in_doubt() -> None:
    """What must not be doubled is looked for; what may be repeated is pending again; reads are forgotten."""
    world = killed(World([ref(0, CREATE), ref(1, CLOSE), ref(2, LINK)]), 0.1)

    assert [DOUBT, PENDING, DOUBT] == list(world.fold.phase)
    assert ({}, 3) == (world.fold.open, len(world.events(Answered)))
    assert picture(folded(world)) == picture(world.fold)


def test_a_request_that_was_never_sent_is_sent_in_the_end() -> None:
    """The intent was written and the process died: after the grace its absence is proven."""
    world = World(creates(1))

    assert Finished() == world.run_with_kills([3])
    assert (1, 1) == (world.server.effects[0], world.fold.succeeded)
    assert world.now > 72


def test_the_deadline_of_the_intent_counts_not_the_restart() -> None:
    """An hour later the server has long stopped: three reads, ten seconds."""
    world = World(creates(1))
    world.behaviour = lambda dispatch, now: GOOD if dispatch.batch > 1 else Fate(lands_s=math.inf, answer_s=9.0)
    killed(world, 0.1, away_s=3_600.0)

    assert Finished() == world.run()
    assert world.now - 3_600 < 15


def test_a_look_up_in_flight_at_a_crash_proves_nothing() -> None:
    """Nor does the first half of a chained one: reading starts anew."""
    lost = Once(Fate(lands_s=math.inf, told=InDoubt("network")))

    def paged(dispatch: Dispatch, now: float) -> Fate:
        return Fate(pages=3) if dispatch.purpose == "lookup" else lost(dispatch, now)

    world = World(creates(1), paged)
    killed(world, 0.6)
    killed(world, 1.7)

    assert [] == world.events(Looked)
    assert Finished() == world.run()
    assert (1, True) == (world.server.effects[0], world.effects_sent()[-1].at > 72)


def test_a_pause_is_kept_after_a_restart() -> None:
    """From the journal alone, although the ledger is gone."""
    world = World(creates(5), Once(SECONDARY))
    world.run(until=10.0)
    world.ledger.clear()
    world.begin()
    world.run()

    assert (60.6, 1) == (world.effects_sent()[1].at, len(world.events(Pause)))


def test_a_pause_is_kept_although_the_journal_missed_it() -> None:
    """From the ledger alone: another run was refused."""
    world = World(creates(5))
    world.ledger.append(Paused(scope="account", until=60.0, cause="refused"))
    world.begin()
    world.run()

    assert 60.0 == world.effects_sent()[0].at


def test_the_row_of_refusals_goes_on_after_a_restart() -> None:
    """60 s, then 120 s, though a restart lies between."""
    world = killed(World(creates(1), Once(SECONDARY, times=2)), 30.0)
    world.run()

    assert [1, 2] == [pause.streak for pause in world.events(Pause)]


def test_what_auto_learnt_holds_after_a_restart() -> None:
    """From the journal, although the ledger is gone."""
    world = World(creates(30), Once(TOO_QUICK), profile=DOCUMENTED, fallback=OBSERVED)
    world.run(until=10.0)
    world.ledger.clear()
    world.begin()
    world.run()

    assert {1} == {len(sent.dispatch.refs) for sent in world.effects_sent() if sent.at > 10}


def test_spends_of_the_process_that_died_still_count() -> None:
    """The windows know them from the ledger."""
    world = killed(World(creates(200), profile=DOCUMENTED), 30.0)
    room = world.scheduler.budget.room(("content",), world.now)

    assert 80 - len([no for sent in world.effects_sent() for no in sent.dispatch.refs]) == room


def test_batches_are_numbered_on() -> None:
    """A spend's name is never used for two requests that went out."""
    world = killed(World(creates(100)), 0.6)
    world.run()
    batches = [event.batch for event in world.events(Intent)]

    assert sorted(set(batches)) == batches


def test_a_log_cut_before_the_skipped_is_completed() -> None:
    """The process died between the dead and the skipped: nothing waits for ever for what will not come."""
    refs = [ref(0, CREATE), ref(1, CLOSE, 0), ref(2, CLOSE, 1), ref(3, CREATE)]
    world = World(refs, Once(Fate(told={0: Rejected("no")})))
    world.run(until=1.0)
    cut = next(at for at, (_, event) in enumerate(world.journal) if isinstance(event, Dead)) + 1
    del world.journal[cut:]
    world.begin()

    assert [Skipped((1, 2), 0)] == world.events(Skipped)
    assert Finished() == world.run()
    assert ([Ended(1, 3)], DEAD) == (world.events(Ended), world.fold.phase[0])


def test_a_log_cut_before_the_end_is_completed() -> None:
    """All was settled, only the last mark is missing."""
    world = World(creates(3))
    world.run()
    assert isinstance(world.journal.pop()[1], Ended)
    world.begin()

    assert (Finished(), [Ended(3, 0)]) == (world.run(), world.events(Ended))


def test_a_finished_run_taken_up_again_sends_and_writes_nothing() -> None:
    """Resume of what is done."""
    world = World(tree(20))
    world.run()
    before = len(world.journal), len(world.sent)
    world.begin()

    assert (Finished(), before) == (world.run(), (len(world.journal), len(world.sent)))


def swarm(seed: int) -> object:
    """Random trouble for half an hour, then none."""
    random = Random(seed)
    fates = [
        *([GOOD] * 4),
        *(LOST, DOWN, SECONDARY, TOO_QUICK),
        Fate(answer_s=3.0, lands_s=9.0, told=InDoubt("network")),
        Fate(lands_s=math.inf, told=Transient("network"), healthy=False),
    ]

    def fate(dispatch: Dispatch, now: float) -> Fate:
        if now > 1_800:
            return GOOD
        if dispatch.purpose != "effect":
            return random.choice([GOOD, GOOD, Fate(pages=2), Fate(told=Transient("server"), healthy=False)])
        return random.choice(fates)

    return fate


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    kills=st.lists(st.integers(1, 60), max_size=8),
    away_s=st.sampled_from([0.0, 1.0, 30.0, 4_000.0]),
    lag_s=st.sampled_from([0.0, 5.0, 45.0]),
)
def test_killed_between_any_two_steps_everything_is_done_once(
    seed: int, kills: list[int], away_s: float, lag_s: float
) -> None:
    """Up to eight deaths, between any two events written, intents and sends, under random trouble."""
    config = BatchConfig(max_attempts=1_000)
    world = World(tree(10), swarm(seed), profile=QUICK, lag_s=lag_s, config=config)  # type: ignore[arg-type]

    assert Finished() == world.run_with_kills(kills, away_s)
    assert {DONE} == set(world.fold.phase)
    assert ([], len(world.refs)) == (world.doubled(), len(world.server.effects))
    assert picture(folded(world)) == picture(world.fold)


def test_killed_at_each_step_of_a_small_run() -> None:
    """Every single step, one after the other, with lost answers and a rejection."""
    for step in range(1, 60):

        def fate(dispatch: Dispatch, now: float) -> Fate:
            if dispatch.purpose == "effect" and dispatch.batch % 3 == 1 and now < 60:
                return LOST
            return Fate(told={4: Rejected("no")}) if 4 in dispatch.refs and dispatch.purpose == "effect" else GOOD

        refs = [*creates(6), ref(6, LINK, 0, 1), ref(7, CLOSE, 4), ref(8, LINK, 2, 3)]
        world = World(refs, fate, api="rest", profile=QUICK)
        assert Finished() == world.run_with_kills([step]), step
        assert (7, 1, 1) == (world.fold.succeeded, world.fold.dead, world.fold.skipped), step
        assert [] == world.doubled(), step
        assert 1 == len(world.events(Ended)), step
