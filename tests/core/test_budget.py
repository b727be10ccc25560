"""The budget: nothing it admits exceeds a window, whenever the server counts it; and nothing waits without need."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.worlds import CLOSE, CREATE, LINK, ONE_STREAM, QUICK

from penstock.core.budget import Admission, Budget, item_meters, read_charge, scopes_of, write_charge
from penstock.github.limits import DOCUMENTED, OBSERVED
from penstock.model.limits import Charge, Learnt, Paused, Profile, Spent, Window
from penstock.model.operation import KINDS
from penstock.model.outcome import Rate

Interval = tuple[float, float, float]
"""Sent at, answered at, units: the server counts the units at some instant between the two."""

FOUR_PER_TEN = replace(
    QUICK, windows=(Window("content, 4 per 10 s", "content", 4, 10),), content_kinds=("issue.create",)
)


def create(size: int, profile: Profile = FOUR_PER_TEN, kind: int = CREATE, predicted_s: float = 0.5) -> Charge:
    """A request that creates so many issues."""
    return write_charge(KINDS[kind], size, api="graphql", predicted_s=predicted_s, profile=profile)


class Account:
    """A budget and what was spent from it."""

    def __init__(self, profile: Profile, fallback: Profile | None = None) -> None:
        self.budget = Budget(profile, fallback)
        self.count = 0

    def send(self, charge: Charge, now: float, answer_s: float | None = None) -> Spent:
        """A request that is answered after so long, or not at all."""
        self.count += 1
        deadline = now + self.budget.profile.request_timeout_s
        spent = Spent(id=f"run:{self.count}", charge=charge, sent_at=now, ends_at=deadline, open=True)
        self.budget.observe(spent, now)
        if answer_s is not None:
            spent = replace(spent, ends_at=now + answer_s, open=False)
            self.budget.observe(spent, now + answer_s)
        return spent

    def admits_at(self, charge: Charge, now: float) -> float:
        """When it is admitted, asked again at each instant that was named."""
        for _ in range(10_000):
            admission = self.budget.admit(charge, now)
            if admission.at <= now:
                return now
            assert now < admission.at < math.inf
            now = admission.at
        raise AssertionError("never admitted")


def most_in_any_span(spends: list[Interval], span_s: float) -> float:
    """The most units that a server can count in one span, both its ends included, whenever it counts each request."""
    return max(
        (
            sum(units for sent, end, units in spends if end >= start and sent <= start + span_s)
            for start in [end for _, end, _ in spends]
        ),
        default=0.0,
    )


@settings(deadline=None)
@given(
    limits=st.tuples(st.integers(1, 6), st.integers(4, 20)),
    spans=st.tuples(st.sampled_from([5.0, 10.0]), st.sampled_from([30.0, 60.0])),
    in_flight=st.integers(1, 4),
    seed=st.integers(0, 2**32),
)
def test_no_window_is_exceeded_whenever_the_server_counts(
    limits: tuple[int, int], spans: tuple[float, float], in_flight: int, seed: int
) -> None:
    """Two windows, random sizes, gaps and answer times, lost answers: no span ever holds more than its limit."""
    windows = tuple(
        Window(f"{limit} per {span}", "content", limit, span) for limit, span in zip(limits, spans, strict=True)
    )
    profile = replace(FOUR_PER_TEN, windows=windows, mutations_in_flight=in_flight, request_timeout_s=12.0)
    random, account, now = Random(seed), Account(profile), 0.0
    spends: list[Interval] = []
    answers: list[tuple[float, Spent, bool]] = []
    while len(spends) < 40:
        charge = create(random.randint(1, min(limits)))
        admission = account.budget.admit(charge, now)
        if admission.at <= now:
            units = charge.meters["content"]
            spent = account.send(charge, now)
            lost = random.random() < 0.2
            end = spent.ends_at if lost else now + random.choice([0.0, 0.5, 3.0, 11.9])
            answers.append((end, spent, lost))
            spends.append((now, end, units))
            now += random.choice([0.0, 0.0, 0.01, 2.0])
        else:
            first = min(answers, key=lambda answer: answer[0], default=None)
            now = min(admission.at, first[0] if first else math.inf)
        for answer in sorted((a for a in answers if a[0] <= now), key=lambda answer: answer[0]):
            answers.remove(answer)
            account.budget.observe(replace(answer[1], ends_at=answer[0], open=False), now)

    for window in windows:
        assert most_in_any_span(spends, window.span_s) <= window.limit


def test_identical_items_go_as_early_as_any_schedule_could_send_them() -> None:
    """Greedy: four at once, four more the instant the first four are certainly out of the window."""
    account, now, starts = Account(FOUR_PER_TEN), 0.0, []
    for _ in range(12):
        now = account.admits_at(create(1), now)
        starts.append(now)
        account.send(create(1), now, answer_s=0.5)

    assert pytest.approx([0.0] * 4 + [10.6] * 4 + [21.2] * 4) == starts


def test_an_item_is_held_from_its_intent_until_a_span_and_a_guard_after_its_answer() -> None:
    """Unanswered: until its deadline, a span and a guard."""
    account = Account(FOUR_PER_TEN)
    spent = account.send(create(4), 0.0)

    assert Admission(22.1, "content, 4 per 10 s") == account.budget.admit(create(1), 12.0)
    account.budget.observe(replace(spent, ends_at=3.0, open=False), 3.0)
    assert Admission(13.1, "content, 4 per 10 s") == account.budget.admit(create(1), 12.0)
    assert Admission(13.1) == account.budget.admit(create(1), 13.1)


def test_items_that_were_refused_are_given_back() -> None:
    """The later fact of a request replaces the earlier one."""
    account = Account(FOUR_PER_TEN)
    spent = account.send(create(4), 0.0)
    left = replace(spent.charge, meters={**spent.charge.meters, "content": 1.0})
    account.budget.observe(replace(spent, charge=left, ends_at=0.5, open=False), 0.5)

    assert 3.0 == account.budget.room(("content",), 0.5)
    assert Admission(0.5) == account.budget.admit(create(3), 0.5)


def test_a_spend_that_is_told_twice_is_counted_once() -> None:
    """Also when the later fact ends when the earlier one did: the third place is free with the second request."""
    account = Account(FOUR_PER_TEN)
    first = account.send(create(2), 0.0)
    account.send(create(2), 5.0)
    account.budget.observe(replace(first, open=False), 12.0)

    assert pytest.approx([22.1, 27.1]) == [account.budget.admit(create(size), 13.0).at for size in (2, 3)]


def test_the_room_is_the_least_of_all_windows_on_these_meters() -> None:
    """What several windows admit together; without a window there is no end."""
    account = Account(OBSERVED)
    account.send(create(15, OBSERVED), 0.0, answer_s=1.0)

    assert [5.0, 65.0, math.inf] == [
        account.budget.room(meters, 1.0) for meters in (("content", "create"), ("content",), ())
    ]


def test_a_batch_larger_than_a_whole_window_goes_when_nothing_else_is_in_it() -> None:
    """It must not wait for ever."""
    account = Account(FOUR_PER_TEN)
    account.send(create(1), 0.0, answer_s=0.0)

    assert 10.1 == account.admits_at(create(9), 0.0)


def test_other_limits_know_what_was_sent_before_they_held() -> None:
    """Falling back to `observed` after 30 creates in a minute leaves no room for one more."""
    account = Account(DOCUMENTED, OBSERVED)
    for second in range(15):
        account.send(create(2, DOCUMENTED), float(second), answer_s=0.5)
    account.budget.use(OBSERVED)

    assert -10.0 == account.budget.room(("create",), 15.0)
    assert pytest.approx(5.5 + 60.2) == account.admits_at(create(1, OBSERVED), 15.0)


def test_spends_of_other_processes_count_like_own_ones() -> None:
    """They come as facts of the ledger."""
    account = Account(FOUR_PER_TEN)
    account.budget.observe(Spent(id="other:1", charge=create(4), sent_at=0.0, ends_at=1.0, open=False), 5.0)

    assert "content, 4 per 10 s" == account.budget.admit(create(1), 5.0).because


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.1, 8)), min_size=1, max_size=40))
def test_server_seconds_stay_within_their_window(requests: list[tuple[float, float]]) -> None:
    """Requests that take as long as expected never fill more than 5 of any 20 seconds."""
    window = Window("5 s of work per 20 s", "cpu", 5, 20)
    account, now = Account(replace(QUICK, windows=(window,))), 0.0
    busy: list[tuple[float, float]] = []
    for pause_s, takes_s in requests:
        charge = create(1, predicted_s=min(takes_s, 5.0))
        now = account.admits_at(charge, now + pause_s)
        account.send(charge, now, answer_s=charge.meters["cpu"])
        busy.append((now, now + charge.meters["cpu"]))
        now = busy[-1][1]

    for _, end in busy:
        inside = sum(max(0.0, min(stop, end) - max(start, end - 20)) for start, stop in busy)
        assert inside <= 5 + 1e-6


def test_a_request_that_takes_longer_than_expected_is_busy_until_it_ends() -> None:
    """The windows over server seconds see what it really costs, also before its answer comes."""
    account = Account(replace(QUICK, windows=(Window("cpu", "cpu", 5, 20),)))
    account.send(create(1, predicted_s=1.0), 0.0)

    admissions = [account.budget.admit(create(1, predicted_s=1.0), now).because for now in (2.0, 4.5)]

    assert ["", "cpu"] == admissions


def test_a_request_expected_to_take_longer_than_a_window_goes_alone() -> None:
    """A batch of 200 predicted at 70 s must not wait for ever behind a window of 60 s."""
    account = Account(DOCUMENTED)

    assert 0.0 == account.admits_at(create(1, DOCUMENTED, kind=CLOSE, predicted_s=70.15), 0.0)


def test_requests_that_write_start_a_second_apart() -> None:
    """Start to start; reads do not wait."""
    account = Account(ONE_STREAM)
    account.send(create(1), 100.0, answer_s=0.1)

    assert Admission(101.0, "gap between writes") == account.budget.admit(create(1), 100.2)
    assert Admission(100.2) == account.budget.admit(read_charge("rest", 0.4), 100.2)


def test_so_many_in_flight_and_no_more() -> None:
    """Writes and reads have slots of their own; only an answer frees one."""
    account = Account(replace(QUICK, mutations_in_flight=2, reads_in_flight=1))
    spents = [account.send(create(1), 0.0) for _ in range(2)]

    assert Admission(math.inf, "requests in flight") == account.budget.admit(create(1), 0.5)
    assert [True, False] == [account.budget.has_slot(0.5, writes=writes) for writes in (False, True)]
    account.budget.observe(replace(spents[0], ends_at=0.6, open=False), 0.6)
    assert (True, 1) == (account.budget.has_slot(0.6, writes=True), account.budget.in_flight(0.6))


def test_the_slot_of_a_process_that_died_is_free_after_the_deadline() -> None:
    """Nobody tells of its answer."""
    account = Account(ONE_STREAM)
    account.send(create(1), 0.0)

    assert [False, True] == [account.budget.has_slot(now, writes=True) for now in (11.9, 12.0)]


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ("account", {"create", "link", "update", "read"}),
        ("graphql", {"create", "link", "update"}),
        ("core", {"read"}),
        ("lane:link", {"link"}),
        ("content", {"create", "link"}),
    ],
)
def test_a_pause_holds_its_scope_and_nothing_else(scope: str, held: set[str]) -> None:
    """One throttled lane does not hold back another."""
    budget = Budget(DOCUMENTED)
    budget.observe(Paused(scope=scope, until=60.0, cause="refused"), 0.0)
    charges = {KINDS[kind].lane: create(1, DOCUMENTED, kind=kind) for kind in (CREATE, LINK, CLOSE)}
    charges["read"] = read_charge("rest", 0.4)

    assert held == {
        str(lane) for lane, charge in charges.items() if budget.admit(charge, 1.0) == Admission(60.0, "refused")
    }
    assert all(budget.admit(charge, 60.0).at == 60.0 for charge in charges.values())


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    """What another process was told later but for less long changes nothing."""
    budget = Budget(QUICK)
    for until in (60.0, 5.0):
        budget.observe(Paused(scope="account", until=until, cause="refused"), 0.0)

    assert 60.0 == budget.admit(create(1), 1.0).at


def test_refusals_are_in_a_row_until_a_request_of_the_refused_lane_goes_through() -> None:
    """A success elsewhere says nothing about the refused lane; while the pause lasts nothing does."""
    budget = Budget(QUICK)
    budget.observe(Paused(scope="account", until=60.0, cause="refused", streak=2, lane="create"), 0.0)
    streaks = [budget.streak("account", 60.0)]
    for now, kind in ((30.0, CREATE), (61.0, CLOSE), (62.0, CREATE)):
        budget.went_through(create(1, kind=kind), now)
        streaks.append(budget.streak("account", 70.0))

    assert [2, 2, 2, 0] == streaks


def test_requests_refused_together_are_one_refusal() -> None:
    """Eight in flight that meet one limit must not make one minute four hours."""
    budget = Budget(QUICK)
    budget.observe(Paused(scope="account", until=60.0, cause="refused", streak=1), 0.0)

    assert [0, 1] == [budget.streak("account", now) for now in (0.1, 60.0)]


def test_a_used_up_quota_is_waited_for() -> None:
    """Until a second after its reset; requests in flight count as if they had drawn already."""
    account = Account(ONE_STREAM)
    budget = Budget(replace(ONE_STREAM, primary=True, reads_in_flight=9))
    budget.told(Rate("core", 5_000, 2, 4_998, 600.0))
    account.budget = budget
    admissions = []
    for now in (1.0, 2.0, 3.0, 601.0):
        admissions.append(budget.admit(read_charge("rest", 0.4), now))
        account.send(read_charge("rest", 0.4), now)

    assert [Admission(1.0), Admission(2.0), Admission(601.0, "primary quota of core"), Admission(601.0)] == admissions
    assert 0.0 == budget.admit(create(1), 0.0).at, "the other API has a quota of its own"


def test_nodes_that_disagree_about_the_quota_are_taken_at_their_lowest() -> None:
    """A reset a few seconds off is the same window; a later one is a new window; an old one is late news."""
    budget = Budget(replace(QUICK, primary=True))
    for remaining, reset in ((10, 600.0), (0, 603.0), (7, 601.0), (5_000, 300.0)):
        budget.told(Rate("core", 5_000, remaining, 0, reset))

    assert 604.0 == budget.admit(read_charge("rest", 0.4), 1.0).at
    budget.told(Rate("core", 5_000, 4_999, 1, 4_200.0))
    budget.told(Rate("core", 5_000, 0, 5_000, 600.0))
    assert 1.0 == budget.admit(read_charge("rest", 0.4), 1.0).at


def test_what_kinds_cost() -> None:
    """Five points a write, one a read; items count one by one on the meters of the profile, and once as a request."""
    observed = write_charge(KINDS[CREATE], 3, api="rest", predicted_s=0.7, profile=OBSERVED)
    close = write_charge(KINDS[CLOSE], 3, api="graphql", predicted_s=0.7, profile=OBSERVED)

    assert {"points.rest": 5.0, "cpu": 0.7, "content": 3.0, "content.requests": 1.0, "create": 3.0} == observed.meters
    assert {"points.graphql": 5.0, "cpu": 0.7, "cpu.graphql": 0.7} == close.meters
    assert {"points.rest": 1.0, "cpu": 0.4} == read_charge("rest", 0.4).meters
    assert [("content", "create"), ("content",), ()] == [
        item_meters(KINDS[kind], OBSERVED) for kind in (CREATE, LINK, CLOSE)
    ]
    assert ("account", "core", "lane:create", "content") == scopes_of(observed)
    assert ("account", "graphql", "lane:update") == scopes_of(close)


def test_nothing_is_kept_longer_than_its_window() -> None:
    """A hundred thousand requests under an hourly window of 500 leave at most two entries for each of its items."""
    account, now = Account(DOCUMENTED), 0.0
    for _ in range(3_000):
        now = account.admits_at(create(2, DOCUMENTED), now)
        account.send(create(2, DOCUMENTED), now, answer_s=0.5)
        now += 0.5

    kept = [len(log._releases) for log in account.budget._binding if hasattr(log, "_releases")]
    assert max(kept) <= 1_000
    assert {} == account.budget._open


def test_what_was_learnt_is_the_schedulers_to_adopt() -> None:
    """The budget alone changes no profile."""
    budget = Budget(DOCUMENTED, OBSERVED)
    budget.observe(Learnt(profile="observed", at=0.0, why="refused"), 0.0)

    assert DOCUMENTED == budget.profile


def test_starts_are_never_closer_than_the_gap_even_for_others() -> None:
    """Another process's write counts for the gap too."""
    account, starts, now = Account(ONE_STREAM), [], 0.0
    for request in range(5):
        now = account.admits_at(create(1), now)
        starts.append(now)
        if request % 2:
            account.budget.observe(
                Spent(id=f"o:{request}", charge=create(1), sent_at=now, ends_at=now, open=False), now
            )
        else:
            account.send(create(1), now, answer_s=0.1)

    assert all(later - sooner >= 1 for sooner, later in pairwise(starts))
