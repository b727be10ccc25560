"""The time that no schedule can beat."""

from __future__ import annotations

from itertools import permutations
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.bound import Bound, greedy_finish, lower_bound
from penstock.github.limits import DOCUMENTED, GHES, OBSERVED
from penstock.model.limits import Profile, Window

SERVICE = {"issue.create": 0.35, "blocked_by.link": 0.25, "issue.update": 0.3}


def bound(profile: Profile, *, overhead_s: float = 0.0, service_s: float | None = None, **counts: int) -> Bound:
    """`create=3` stands for three `issue.create`."""
    kinds = {"create": "issue.create", "link": "blocked_by.link", "update": "issue.update"}
    service = dict.fromkeys(SERVICE, service_s) if service_s is not None else SERVICE
    return lower_bound({kinds[name]: count for name, count in counts.items()}, service, profile, overhead_s)


MINUTE, HOUR = "content, 80 per minute", "content, 500 per hour"
SLOW_MINUTE, SLOW_HOUR = "creates, 20 per minute", "creates, 150 per hour"


@pytest.mark.parametrize(
    ("profile", "creates", "waits_s", "last_burst", "binding"),
    [
        (DOCUMENTED, 81, 60, 1, MINUTE),
        (DOCUMENTED, 500, 360, 20, MINUTE),
        (DOCUMENTED, 501, 3600, 1, HOUR),
        (DOCUMENTED, 5_000, 9 * 3600 + 360, 20, HOUR),
        (DOCUMENTED, 100_000, 199 * 3600 + 360, 20, HOUR),
        (OBSERVED, 150, 420, 10, SLOW_MINUTE),
        (OBSERVED, 500, 3 * 3600 + 120, 10, SLOW_HOUR),
        (OBSERVED, 5_000, 33 * 3600 + 120, 10, SLOW_HOUR),
    ],
)
def test_creates_wait_for_their_windows(
    profile: Profile, creates: int, waits_s: float, last_burst: int, binding: str
) -> None:
    """The whole waits of W(X; m, h), and the last burst's own seconds."""
    found = bound(profile, create=creates)

    assert pytest.approx(waits_s + last_burst * 0.35) == found.seconds
    assert binding == found.binding


def test_80_creates_wait_for_nothing_but_the_server() -> None:
    """The first burst is free."""
    assert Bound(28.0, "server time on one stream") == bound(DOCUMENTED, create=80)


def test_one_request_overhead_in_all() -> None:
    """A schedule of one request would pay it once."""
    assert bound(DOCUMENTED, create=500).seconds + 0.15 == bound(DOCUMENTED, create=500, overhead_s=0.15).seconds


def test_nothing_to_do_takes_no_time() -> None:
    """Not even the overhead of a request."""
    assert Bound(0.0, "") == bound(DOCUMENTED, create=0, overhead_s=0.15)


def test_updates_are_bound_by_the_server_alone() -> None:
    """No content window counts them."""
    assert Bound(150.0, "server time on one stream") == bound(DOCUMENTED, update=500)


def test_creates_and_links_share_the_content_windows() -> None:
    """The order is free, so the last burst may be of the shorter ones."""
    found = bound(DOCUMENTED, create=400, link=101)

    assert (3600.25, HOUR) == (found.seconds, found.binding)


def test_slow_items_outlast_the_windows() -> None:
    """At a second each, 80 fill more than a minute, but 500 do not fill an hour."""
    assert Bound(500.0, "server time on one stream") == bound(DOCUMENTED, create=500, service_s=1.0)
    assert Bound(3601.0, HOUR) == bound(DOCUMENTED, create=501, service_s=1.0)
    assert Bound(3700.0, HOUR) == bound(DOCUMENTED, create=600, service_s=1.0)


def test_eight_streams_share_the_work() -> None:
    """Without windows the streams are all that binds; one item cannot be shared."""
    assert Bound(pytest.approx(175 / 8), "server time on 8 streams") == bound(GHES, create=500)  # type: ignore[arg-type]
    assert Bound(0.35, "server time on 8 streams") == bound(GHES, create=1)


def test_the_hourly_requests_bind_cheap_work() -> None:
    """Fifty items a request, 5,000 requests an hour: the first item of the next request waits an hour."""
    assert Bound(100.0, "server time on one stream") == bound(DOCUMENTED, update=100_000, service_s=0.001)
    assert Bound(3600.0, "primary, 5,000 per hour") == bound(DOCUMENTED, update=250_001, service_s=0.001)
    assert pytest.approx(100.001) == bound(GHES, update=800_008, service_s=0.001).seconds


@pytest.mark.parametrize(("profile", "creates"), [(DOCUMENTED, 1_000_000), (OBSERVED, 1_000_000)])
def test_a_million_items_are_quick(profile: Profile, creates: int) -> None:
    """The closed form does not walk over them."""
    began = process_time()
    found = bound(profile, create=creates)

    assert process_time() - began < 1.0
    limit = 500 if profile is DOCUMENTED else 150
    assert (creates - 1) // limit * 3600 < found.seconds < ((creates - 1) // limit + 1) * 3600


WINDOWS = st.lists(
    st.builds(Window, st.sampled_from("ab"), st.just("content"), st.integers(1, 6), st.integers(1, 40)),
    max_size=3,
)


def reference(services: list[float], windows: list[Window]) -> float:
    """The least solution of the inequalities, found by pushing every start until all hold."""
    starts = [0.0] * len(services)
    changed = True
    while changed:
        changed = False
        for later in range(1, len(starts)):
            needs = [starts[later - 1] + services[later - 1]]
            needs += [starts[later - int(one.limit)] + one.span_s for one in windows if later >= one.limit]
            if max(needs) > starts[later]:
                starts[later] = max(needs)
                changed = True
    return starts[-1] + services[-1]


def profile_of(windows: list[Window], streams: int = 1) -> Profile:
    """A profile with these windows on content, and no hourly quota."""
    kinds = ("issue.create", "blocked_by.link")
    return Profile(
        name="t", source="", windows=tuple(windows), content_kinds=kinds, mutations_in_flight=streams, primary=False
    )


@given(st.lists(st.integers(0, 8).map(float), min_size=1, max_size=14), WINDOWS)
def test_greedy_is_the_least_solution(services: list[float], windows: list[Window]) -> None:
    """No window is broken, and nothing starts later than it must."""
    assert reference(services, windows) == greedy_finish(services, windows)


@given(st.integers(1, 30), st.integers(0, 8), WINDOWS)
def test_the_bound_of_equal_items_is_exact(count: int, service: int, windows: list[Window]) -> None:
    """The closed form is the greedy schedule's end."""
    found = bound(profile_of(windows), service_s=float(service), create=count)

    assert greedy_finish([float(service)] * count, windows) == found.seconds


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9), st.integers(0, 9), WINDOWS)
def test_no_order_of_unequal_items_beats_the_bound(
    creates: int, links: int, create_s: int, link_s: int, windows: list[Window]
) -> None:
    """Short first, long first or mixed."""
    if creates + links == 0:
        return
    service = {"issue.create": float(create_s), "blocked_by.link": float(link_s)}
    found = lower_bound({"issue.create": creates, "blocked_by.link": links}, service, profile_of(windows), 0.0)

    orders = set(permutations([float(create_s)] * creates + [float(link_s)] * links))
    assert found.seconds <= min(greedy_finish(order, windows) for order in orders)


def on_streams(services: list[float], windows: list[Window], streams: int) -> float:
    """The end of the greedy schedule on several streams."""
    starts: list[float] = []
    free = [0.0] * streams
    for number, service in enumerate(services):
        free.sort()
        start = max([free[0], *starts[-1:]])
        start = max([start, *(starts[number - int(one.limit)] + one.span_s for one in windows if number >= one.limit)])
        starts.append(start)
        free[0] = start + service
    return max(free)


@given(st.lists(st.sampled_from([2.0, 5.0]), min_size=1, max_size=12), WINDOWS, st.integers(2, 4))
def test_no_schedule_on_several_streams_beats_the_bound(
    services: list[float], windows: list[Window], streams: int
) -> None:
    """Streams overlap service, never windows."""
    service = {"issue.create": 5.0, "blocked_by.link": 2.0}
    counts = {"issue.create": services.count(5.0), "blocked_by.link": services.count(2.0)}

    found = lower_bound(counts, service, profile_of(windows, streams), 0.0)

    assert found.seconds <= on_streams(services, windows, streams)
