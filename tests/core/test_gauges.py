"""A run's instruments: what they read is what the budget would decide by."""

from __future__ import annotations

from msgspec.structs import replace
from tests.core.worlds import CREATE, QUICK

from penstock.core.budget import Budget, write_charge
from penstock.core.fold import Fold
from penstock.core.gauges import Instruments
from penstock.model.events import Answered, Breaker, Dead, Intent, Looked
from penstock.model.limits import Charge, Profile, Spent, Window
from penstock.model.operation import KIND_BY_NAME, KINDS
from penstock.model.outcome import InDoubt, Outcome, Rate, Rejected, Succeeded, Throttled, Transient

TEN = Window("content, 10 per minute", "content", 10, 60)
WORK = Window("30 s of work per minute", "cpu", 30, 60)
SHORT = replace(QUICK, windows=(TEN, WORK), content_kinds=("issue.create",), guard_s=1.0, primary=True)
READ = Charge(resource="graphql", lane="read", writes=False, meters={})
UPDATE = KIND_BY_NAME["issue.update"].code


def charge_of(size: int, profile: Profile = SHORT) -> Charge:
    """Of a request that creates so many issues in 2 seconds."""
    return write_charge(KINDS[CREATE], size, api="graphql", predicted_s=2.0, profile=profile)


def spend(budget: Budget, name: str, size: int, at: float) -> None:
    """Such a request, sent and answered 2 seconds later."""
    budget.observe(Spent(id=name, charge=charge_of(size), sent_at=at, ends_at=at + 2.0, open=False), at + 2.0)


def test_a_window_tells_what_is_left_and_when_more_comes() -> None:
    """The first unit comes back when the oldest request leaves the window, guard included."""
    budget = Budget(SHORT)
    spend(budget, "a", 3, 100.0)
    spend(budget, "b", 4, 110.0)
    read = [Instruments(Fold(), budget).read(now).limits[0] for now in (120.0, 163.0, 173.0)]

    assert [(3, 163.0), (6, 173.0), (10, 0.0)] == [(gauge.left, gauge.frees_at) for gauge in read]


def test_a_window_over_work_empties_gradually() -> None:
    """Two requests of two seconds; a second later than a minute after the first began, half of it is back."""
    budget = Budget(SHORT)
    spend(budget, "a", 1, 100.0)
    spend(budget, "b", 1, 110.0)
    read = [Instruments(Fold(), budget).read(now).limits[1] for now in (120.0, 161.0, 300.0)]

    assert [(26.0, 160.0), (27.0, 161.0), (30.0, 0.0)] == [(gauge.left, gauge.frees_at) for gauge in read]


def test_what_is_left_is_what_would_be_admitted() -> None:
    """A request of that size goes now, one more waits for the time the gauge names."""
    budget = Budget(SHORT)
    spend(budget, "a", 7, 100.0)
    gauge = Instruments(Fold(), budget).read(120.0).limits[0]

    assert 120.0 == budget.admit(charge_of(int(gauge.left)), 120.0).at
    assert gauge.frees_at == budget.admit(charge_of(int(gauge.left) + 1), 120.0).at


def test_reading_changes_nothing() -> None:
    """However often somebody looks, the same is admitted at the same time."""
    read, unread = Budget(SHORT), Budget(SHORT)
    for budget in (read, unread):
        for number in range(8):
            spend(budget, str(number), 1, 100.0 + number)
    for number in range(50):
        Instruments(Fold(), read).read(101.0 + number)

    assert unread.admit(charge_of(5), 151.0) == read.admit(charge_of(5), 151.0)


def test_a_limit_that_is_waited_for_binds_until_another_one_does() -> None:
    """A gap between two requests, or a back-off, is no limit and leaves the mark where it is."""
    budget = Budget(SHORT)
    instruments = Instruments(Fold(), budget)
    marked = []
    for cause in (TEN.name, "gap between writes", WORK.name, "back-off after an error"):
        instruments.waits(cause)
        marked += [gauge.name for gauge in instruments.read(0.0).limits if gauge.binding]

    assert [TEN.name, TEN.name, WORK.name, WORK.name] == marked


def test_a_primary_quota_is_known_once_it_was_told() -> None:
    """Behind the windows; full again after its reset; a server without one shows none."""
    budget = Budget(SHORT)
    budget.told(Rate("graphql", 5_000, 4_000, 1_000, 900.0))
    before, after = (Instruments(Fold(), budget).read(now).limits[-1] for now in (100.0, 901.0))
    budget.use(replace(SHORT, primary=False))

    assert ("primary quota of graphql", 5_000, 4_000, 900.0) == (
        before.name,
        before.limit,
        before.left,
        before.frees_at,
    )
    assert (5_000, 0.0) == (after.left, after.frees_at)
    assert [TEN.name, WORK.name] == [gauge.name for gauge in Instruments(Fold(), budget).read(100.0).limits]


def test_more_was_spent_than_the_profile_allows() -> None:
    """After a fall-back a window may hold more than its limit: nothing is left, not less than nothing."""
    wide = replace(SHORT, windows=(replace(TEN, limit=100),))
    budget = Budget(wide, SHORT)
    spend(budget, "a", 30, 100.0)
    budget.use(SHORT)

    assert 0.0 == Instruments(Fold(), budget).read(110.0).limits[0].left


def answered(fold: Fold, batch: int, *outcomes: Outcome, request_id: str = "") -> None:
    """A request of as many operations ends."""
    fold.apply(Intent(batch=batch, ops=tuple(range(len(outcomes))), charge=charge_of(1)), 1.0)
    fold.apply(Answered(batch=batch, status=200, ms=1.0, outcomes=outcomes, request_id=request_id), 2.0)


def test_requests_in_flight_are_told_apart() -> None:
    """Those that write, of those that may; and look-ups and probes beside them."""
    fold = Fold([CREATE] * 3)
    fold.apply(Intent(batch=1, ops=(0, 1), charge=charge_of(2)), 1.0)
    fold.apply(Intent(batch=2, ops=(), purpose="probe", charge=READ), 1.0)
    read = Instruments(fold, Budget(SHORT)).read(1.0)

    assert (1, SHORT.mutations_in_flight, 1, 2) == (read.in_flight, read.slots, read.reading, read.batch_size)


def test_retries_are_counted_by_category() -> None:
    """What failed and is tried again; a refusal by a limit is none, nor what is dead; doubts count when they end."""
    fold = Fold([UPDATE] * 4)
    answered(fold, 1, Transient("server"), InDoubt("timeout"), Throttled("account"), Rejected("no"))
    fold.apply(Dead(3, "no"), 2.0)
    doubtful = Fold([CREATE] * 2)
    answered(doubtful, 1, InDoubt("network"), InDoubt("network"))
    before = dict(doubtful.retries)
    doubtful.apply(Looked(batch=2, as_of=9.0, found=((0, Succeeded(7)),), absent=(1,), settled=(1,)), 9.0)

    assert {"server": 1, "timeout": 1} == Instruments(fold, Budget(SHORT)).read(3.0).retries
    assert ({}, {"network": 1}) == (before, Instruments(doubtful, Budget(SHORT)).read(9.0).retries)


def test_the_breaker_shows_its_next_probe() -> None:
    """Open until then, then probing; opened again after a failed probe is the same trip."""
    fold = Fold()
    instruments = Instruments(fold, Budget(SHORT))
    fold.apply(Breaker("open", "HTTP 502", 10.0), 5.0)
    first, probing = instruments.read(6.0), instruments.read(10.0)
    fold.apply(Breaker("open", "HTTP 502", 18.0), 10.5)
    again = instruments.read(11.0)
    fold.apply(Breaker("closed", "HTTP 200"), 18.5)
    closed = instruments.read(19.0)

    assert [("open", 10.0, 1), ("half_open", 0.0, 1), ("open", 18.0, 1), ("closed", 0.0, 1)] == [
        (read.breaker, read.breaker_until, read.trips) for read in (first, probing, again, closed)
    ]


def test_a_failure_keeps_the_id_of_its_last_request() -> None:
    """For GitHub's support; what stands needs none."""
    fold = Fold([UPDATE] * 2)
    answered(fold, 1, Transient("server"), Transient("server"), request_id="A1")
    answered(fold, 2, Succeeded(), Rejected("no"), request_id="B2")

    assert {1: "B2"} == fold.request_ids
