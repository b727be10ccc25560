"""Limits: windows are filled to the last place, pauses are kept, refusals teach, the canary does not overshoot."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.worlds import (
    CLOSE,
    CREATE,
    GOOD,
    LINK,
    LOST,
    MILESTONE,
    ONE_STREAM,
    QUICK,
    SECONDARY,
    TOO_QUICK,
    Fate,
    Once,
    World,
    creates,
    ref,
    tree,
)

from penstock.core.budget import write_charge
from penstock.github.limits import DOCUMENTED, GHES, OBSERVED
from penstock.model.decision import Dispatch, Finished, Halt
from penstock.model.events import Intent, Pause, Switched
from penstock.model.limits import Learnt, Paused, Profile, Spent, Window
from penstock.model.operation import KINDS
from penstock.model.outcome import InDoubt, Rate, Rejected, Throttled, Transient

TEN_PER_MINUTE = replace(QUICK, windows=(Window("ten", "content", 10, 60),), content_kinds=("issue.create",))


def starts(world: World, kind: int = CREATE) -> list[tuple[float, int]]:
    """When requests of a kind were sent, and with how many operations."""
    return [(sent.at, len(sent.dispatch.refs)) for sent in world.effects_sent(kind)]


def pauses_kept(world: World) -> bool:
    """No effect was sent between a pause's event and its end, in its lane."""
    told = [(at, event) for at, event in world.journal if isinstance(event, Pause)]
    return not any(at < sent.at < pause.until for at, pause in told for sent in world.effects_sent(CREATE))


def test_a_window_is_filled_to_its_last_place_and_waited_for_by_name() -> None:
    """Whatever has room goes, down to the last place; a wait says what it waits for."""
    profile = replace(TEN_PER_MINUTE, mutation_gap_s=18.0, mutations_in_flight=1)
    world = World(creates(23), profile=profile)
    world.run()

    assert [3, 3, 3, 1, 3, 3, 3, 1, 3] == [size for _, size in starts(world)]
    assert {"gap between writes"} == {wait.cause for wait in world.waits}


def test_a_full_window_is_waited_for_by_name_and_not_longer_than_for_its_first_place() -> None:
    """Ten at once, the next when the first of them is out of the window."""
    world = World(creates(12), lambda dispatch, now: Fate(answer_s=float(dispatch.batch)), profile=TEN_PER_MINUTE)
    world.run()

    assert [(0.0, 5), (0.0, 5), (61.1, 2)] == [(round(at, 6), size) for at, size in starts(world)]
    assert {"ten"} == {wait.cause for wait in world.waits}


@pytest.mark.parametrize("profile", [DOCUMENTED, OBSERVED], ids=lambda profile: profile.name)
def test_alone_on_its_account_a_run_exceeds_no_window(profile: Profile) -> None:
    """Whatever instant between intent and answer the server counts an item at, in no span are there too many."""
    world = World(tree(120), lambda dispatch, now: Fate(0.1 + dispatch.batch % 7, lands_s=0.1), profile=profile)
    assert Finished() == world.run()

    ends = {sent.dispatch.batch: sent.at + 0.1 + sent.dispatch.batch % 7 for sent in world.sent}
    for window in profile.windows[:4]:
        counted = [(sent.at, ends[sent.dispatch.batch], sent.dispatch.charge) for sent in world.effects_sent()]
        spends = [(at, end, charge.meters.get(window.meter, 0.0)) for at, end, charge in counted]
        for _, since, _ in spends:
            assert window.limit >= sum(n for at, end, n in spends if end >= since and at <= since + window.span_s)


def test_a_throttled_lane_does_not_hold_back_another() -> None:
    """Closes go on while creates are paused."""
    refs = [*creates(10), *(ref(no, CLOSE) for no in range(10, 200))]
    lane = Fate(lands_s=math.inf, told=Throttled("lane"), healthy=None)
    world = World(refs, Once(lane, when=lambda dispatch: dispatch.refs[0] < 10), profile=ONE_STREAM)
    world.run()

    assert max(at for at, _ in starts(world, CLOSE)) < 30
    assert [at for at, _ in starts(world) if at > 60]
    assert pauses_kept(world)


def test_a_pause_is_in_the_journal_and_in_the_ledger() -> None:
    """Both a restart and other processes keep to it."""
    world = World(creates(5), Once(SECONDARY))
    world.run()

    (pause,) = world.events(Pause)
    assert ("account", 60.6, 1, "create") == (pause.scope, pause.until, pause.streak, pause.lane)
    assert [pause.until] == [fact.until for fact in world.ledger if isinstance(fact, Paused)]


def test_refusals_in_a_row_wait_longer_and_longer() -> None:
    """60, 120, 240 s; going on as before risks a ban."""
    world = World(creates(1), Once(SECONDARY, times=4))
    world.run()

    assert pytest.approx([0.0, 60.6, 181.2, 421.8, 902.4]) == [at for at, _ in starts(world)]


def test_refusals_of_requests_in_flight_together_are_one() -> None:
    """Eight at once meet the same limit: one minute, not four hours."""
    world = World(creates(40), Once(SECONDARY, times=8))
    world.run()

    assert [1] * 8 == [pause.streak for pause in world.events(Pause)]
    assert world.now < 70


def test_after_a_success_in_the_lane_the_next_pause_is_short_again() -> None:
    """Two refusals with a success between them are not in a row."""
    refused = iter([SECONDARY, GOOD, SECONDARY])
    world = World(creates(15), lambda dispatch, now: next(refused, GOOD), profile=ONE_STREAM)
    world.run()

    assert [1, 1] == [pause.streak for pause in world.events(Pause)]


def test_an_unannounced_refusal_makes_auto_fall_back() -> None:
    """From then on `observed` holds, counting what was sent before; it is journaled, and the account learns it."""
    refuse_after = 30

    def stricter(dispatch: Dispatch, now: float) -> Fate:
        done = sum(world.server.effects.values())
        return TOO_QUICK if done >= refuse_after and now < 60 else GOOD

    world = World(creates(60), stricter, profile=DOCUMENTED, fallback=OBSERVED)

    assert Finished() == world.run()
    assert ["observed"] == [switched.profile for switched in world.events(Switched)]
    assert ["observed"] == [fact.profile for fact in world.ledger if isinstance(fact, Learnt)]
    assert 1 == len(world.events(Pause))
    refused_at = world.events(Pause)[0].until - 60.2
    later = [(at, size) for at, size in starts(world) if at > refused_at]
    assert {1} == {size for _, size in later}
    assert all(sum(since <= at < since + 60 for at, _ in later) <= 20 for since, _ in later)
    assert min(at for at, _ in later) > 60 + 10


def test_what_another_process_learnt_holds_here_too() -> None:
    """The fact comes from the ledger; nothing is journaled twice."""
    world = World(creates(30), profile=DOCUMENTED, fallback=OBSERVED)
    world.scheduler.observe(Learnt(profile="observed", at=0.0, why="refused"), 0.0)
    world.run()

    assert {1} == {size for _, size in starts(world)}
    assert [] == world.events(Switched)


def test_a_chosen_profile_is_kept_whatever_is_refused() -> None:
    """Without a fallback a refusal is a pause and nothing more."""
    world = World(creates(10), Once(TOO_QUICK), profile=DOCUMENTED)

    assert Finished() == world.run()
    assert ([], 2) == (world.events(Switched), starts(world)[-1][1])


def test_a_budget_that_fell_back_already_does_not_fall_back_again() -> None:
    """A second run of the same process is refused once more: a pause, and nothing new to learn."""
    world = World(creates(2), Once(TOO_QUICK), profile=OBSERVED, fallback=OBSERVED)

    assert Finished() == world.run()
    assert ([], 1) == (world.events(Switched), len(world.events(Pause)))


def test_a_used_up_quota_told_by_an_answer_is_waited_for() -> None:
    """Headers say that nothing is left until second 100."""
    rate = Rate("graphql", 5_000, 0, 5_000, 100.0)
    world = World(creates(10), Once(Fate(rate=rate)), profile=replace(ONE_STREAM, primary=True))
    world.run()

    assert [0.0, 101.0] == [at for at, _ in starts(world)]
    assert "primary quota of graphql" in {wait.cause for wait in world.waits}


def test_refused_items_do_not_count() -> None:
    """Of a batch of three one was done: two places are free again."""
    partly = Fate(told={1: Throttled("lane"), 2: Throttled("lane")}, healthy=None)
    world = World(creates(3), Once(partly), profile=TEN_PER_MINUTE)
    world.run(until=1.0)

    assert 9.0 == world.scheduler.budget.room(("content",), 0.6)


def test_an_unanswered_create_stays_charged_until_its_deadline_a_span_and_the_guard() -> None:
    """It may be counted at any moment until then, whether it is found or not."""
    profile = replace(TEN_PER_MINUTE, mutations_in_flight=1)
    world = World(creates(1), Once(LOST), profile=profile)
    world.run()

    room = [world.scheduler.budget.room(("content",), at) for at in (72.0, 72.2)]
    assert [9.0, 10.0] == room


def test_other_processes_requests_are_waited_for_by_asking_again() -> None:
    """Their answers are not announced: the slot is asked for every second, and taken when it is free."""
    world = World(creates(1), profile=ONE_STREAM)
    charge = write_charge(KINDS[CREATE], 1, api="graphql", predicted_s=1.0, profile=ONE_STREAM)
    world.scheduler.observe(Spent(id="other:1", charge=charge, sent_at=-9.0, ends_at=3.0, open=True), 0.0)
    world.run()

    assert [3.0] == [at for at, _ in starts(world)]
    assert {"requests in flight"} == {wait.cause for wait in world.waits}


@settings(deadline=None)
@given(first=st.integers(1, 12), seed=st.integers(0, 999), api=st.sampled_from(["graphql", "rest"]))
def test_the_canary_never_overshoots(first: int, seed: int, api: str) -> None:
    """However many fail, are lost, refused or rejected: at most so many creates stand, and the run can be resumed."""

    def swarm(dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose != "effect" or now > 1_000:
            return GOOD
        nothing = Fate(lands_s=math.inf, told=InDoubt("network"))
        return (GOOD, LOST, nothing, SECONDARY, Fate(told={dispatch.refs[0]: Rejected("no")}))[
            (seed + dispatch.batch * 7) % 5
        ]

    world = World(tree(30), swarm, creates_max=first, api=api)
    end = world.run()

    made = [no for no, count in world.server.effects.items() if count and world.refs[no].kind == CREATE]
    assert len(made) <= first
    assert Halt("the first creates are done", hint="look at them, then resume") == end or world.fold.ended


def test_the_canary_stops_only_when_nothing_else_can_go() -> None:
    """What hangs on the first creates is done too: one can look at them whole."""
    closes = [ref(20 + no, CLOSE, no) for no in range(20)]
    links = [ref(40 + no, LINK, 3, no) for no in range(20)]
    world = World([*creates(20), *closes, *links], creates_max=7)

    assert isinstance(world.run(), Halt)
    assert {*range(7), *range(20, 27), *range(40, 47)} == set(world.server.effects)


@pytest.mark.parametrize(
    "fate", [SECONDARY, Fate(lands_s=math.inf, told=InDoubt("network"))], ids=["refused", "absent"]
)
def test_the_canary_gives_back_what_was_not_done(fate: Fate) -> None:
    """Five were wanted and five are made, though the first five had to be sent twice."""
    world = World(creates(20), Once(fate), profile=ONE_STREAM, creates_max=5)

    assert isinstance(world.run(), Halt)
    assert 5 == len(world.server.effects)


def test_the_canary_waits_for_what_is_tried_again() -> None:
    """A close that is in its back-off is still one of those that can go."""
    refs = [ref(0, CREATE), ref(1, CREATE), ref(2, CLOSE, 0)]
    not_sent = Fate(lands_s=math.inf, told=Transient("network"), healthy=False)
    world = World(refs, Once(not_sent, when=lambda dispatch: dispatch.refs == (2,)), creates_max=1)

    assert isinstance(world.run(), Halt)
    assert {0, 2} == set(world.server.effects)


def test_a_second_canary_counts_anew_and_not_what_the_first_left_in_doubt() -> None:
    """Five more creates, although three of the last process's turned out not to have happened."""
    world = World(creates(30), lambda dispatch, now: Fate(lands_s=math.inf, answer_s=9.0), creates_max=3)
    world.run(until=1.0)
    world._settings["creates_max"] = 5
    world.behaviour = lambda dispatch, now: GOOD
    world.begin()

    assert isinstance(world.run(), Halt)
    assert 5 == len(world.server.effects)


def test_milestones_go_over_rest_one_by_one() -> None:
    """GraphQL cannot create them."""
    world = World([ref(no, MILESTONE) for no in range(3)])
    world.run()

    assert [("core", 1)] * 3 == [(sent.dispatch.charge.resource, len(sent.dispatch.refs)) for sent in world.sent]


def test_eight_are_in_flight_where_the_profile_allows_it() -> None:
    """And never more; those that share a conflict key never together (every world checks that)."""
    world = World(tree(400), profile=GHES)
    open_at_once = []
    while world.run(world.now + 0.05) is None:
        open_at_once.append(len(world._in_flight()))

    assert 8 == max(open_at_once)
    assert {1} == set(world.server.effects.values())


def test_every_request_is_preceded_by_its_intent_and_charged() -> None:
    """Whatever is sent is in the journal and in the ledger before."""
    world = World(tree(40), Once(LOST))
    world.run()
    intents = {event.batch: event for event in world.events(Intent)}
    spends = {fact.id for fact in world.ledger if isinstance(fact, Spent) and fact.open}

    assert {sent.dispatch.batch for sent in world.sent} == set(intents)
    assert {f"run:{batch}" for batch in intents} == spends
    assert all(intents[sent.dispatch.batch].charge == sent.dispatch.charge for sent in world.sent)


def test_the_canary_counts_issues_alone() -> None:
    """Links go on without being counted; two issues are made, not fewer."""
    world = World([*(ref(no, LINK) for no in range(9)), *(ref(no, CREATE) for no in range(9, 14))], creates_max=2)

    assert isinstance(world.run(), Halt)
    assert {*range(9), 9, 10} == set(world.server.effects)
