"""
The time that no schedule can beat, and the limit that sets it.

Items go one by one, each as early as every window allows. That is the least solution of
`start[i] >= start[i-1] + service` and `start[i] >= start[i-L] + W` for every window of L items in W seconds, so nothing
is faster. Its end is the longest way from the first start to the last end, by steps over one item (they cost its
service) and jumps over L items (they cost W): that way has a closed form, and a million items cost no more than ten.

Source: Le Boudec and Thiran, Network Calculus, chapter 1.5 (greedy shapers).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, product

import msgspec

from penstock.model.limits import Profile, Window

PRIMARY_PER_HOUR = 5_000
"""
Requests of one user and API in an hour; a GraphQL request of mutations costs one point.

Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

ITEMS_PER_REQUEST = 50
"""The most that one request carries unless `max_batch_size` says otherwise."""


class Bound(msgspec.Struct, frozen=True):
    """
    A lower bound.

    Attributes:
        seconds: From the first request to the last answer.
        binding: What decides it, e.g. `content, 500 per hour`; empty when there is nothing to do.
    """

    seconds: float
    binding: str


def lower_bound(
    counts: Mapping[str, int], service_s: Mapping[str, float], profile: Profile, overhead_s: float
) -> Bound:
    """
    The largest of what server time, each meter's windows and the hourly request quota demand.

    Args:
        counts: Kind → number of operations.
        service_s: Kind → seconds the server works on one.
        profile: Limits that hold. Windows of the meters `content` and `create` count items and bind here.
        overhead_s: Seconds of a request beyond its items' service; there is at least one request.
    """
    counts = {kind: count for kind, count in counts.items() if count}
    if not counts:
        return Bound(0.0, "")
    bounds = [_by_service(counts, service_s, profile), *_by_windows(counts, service_s, profile)]
    if profile.primary:
        requests = sum(-(-count // ITEMS_PER_REQUEST) for count in counts.values())
        bounds.append(Bound((requests - 1) // PRIMARY_PER_HOUR * 3600.0, f"primary, {PRIMARY_PER_HOUR:,} per hour"))
    longest = max(bounds, key=lambda bound: bound.seconds)
    return Bound(longest.seconds + overhead_s, longest.binding)


def greedy_finish(items_service_s: Sequence[float], windows: Sequence[Window]) -> float:
    """
    When the last of these items ends if each starts as early as it can, in this order, on one stream.

    Args:
        items_service_s: Seconds the server works on each item, in order.
        windows: All count every item, one unit each.
    """
    spans = [(int(window.limit), window.span_s) for window in _binding_ones(windows)]
    starts: list[float] = []
    free = 0.0
    for number, service in enumerate(items_service_s):
        start = free
        for limit, span_s in spans:
            if number >= limit:
                start = max(start, starts[number - limit] + span_s)
        starts.append(start)
        free = start + service
    return free


def _by_service(counts: Mapping[str, int], service_s: Mapping[str, float], profile: Profile) -> Bound:
    streams = profile.mutations_in_flight
    work = sum(count * service_s[kind] for kind, count in counts.items())
    longest = max(service_s[kind] for kind in counts)
    where = "one stream" if streams == 1 else f"{streams} streams"
    return Bound(max(work / streams, longest), f"server time on {where}")


def _by_windows(counts: Mapping[str, int], service_s: Mapping[str, float], profile: Profile) -> Iterator[Bound]:
    """For each meter the way of its items, through the windows of every meter that counts all of them."""
    meters = {"content": profile.content_kinds, "create": profile.create_kinds}
    counted = {meter: {kind for kind in kinds if kind in counts} for meter, kinds in meters.items()}
    for kinds in counted.values():
        windows = [window for window in profile.windows if kinds and kinds <= counted.get(window.meter, set())]
        if windows:
            services = sorted((service_s[kind], counts[kind]) for kind in kinds)
            yield from _longest_way(services, _binding_ones(windows), profile.mutations_in_flight)


def _longest_way(services: Sequence[tuple[float, int]], windows: Sequence[Window], streams: int) -> Iterator[Bound]:
    """
    The longest way over all items; nothing where it has no jump.

    Args:
        services: (seconds, items) with ascending seconds: whatever the order of the items, the steps of a way are over
            no shorter items than the shortest ones.
        windows: At least one; the last has the smallest limit.
    """
    total = sum(count for _, count in services)
    *slower, fastest = windows
    best, jumps_of_best = 0.0, (0,) * len(windows)
    for jumps in product(*(range((total - 1) // int(window.limit) + 1) for window in slower)):
        left = total - sum(count * int(window.limit) for count, window in zip(jumps, slower, strict=True))
        if left < 1:
            continue
        waited = sum(count * window.span_s for count, window in zip(jumps, slower, strict=True))
        # The short items come first, so each further step costs no less than the one before: one of the ends is best.
        for last in {0, (left - 1) // int(fastest.limit)}:
            steps = left - last * int(fastest.limit)
            seconds = waited + last * fastest.span_s + _steps_s(services, steps, streams)
            if seconds > best:
                best, jumps_of_best = seconds, (*jumps, last)
    weights = [count * window.span_s for count, window in zip(jumps_of_best, windows, strict=True)]
    if any(weights):
        yield Bound(best, windows[weights.index(max(weights))].name)


def _steps_s(services: Sequence[tuple[float, int]], steps: int, streams: int) -> float:
    """Least seconds for so many items one after the other; on several streams, for as many rounds of the shortest."""
    if streams > 1:
        return services[0][0] * -(-steps // streams)
    taken = list(accumulate((count for _, count in services), initial=0))
    place = bisect_left(taken, steps) - 1
    before = sum(seconds * count for seconds, count in services[:place])
    return before + services[place][0] * (steps - taken[place])


def _binding_ones(windows: Sequence[Window]) -> list[Window]:
    """Windows that no other makes needless (fewer units in a longer span), the longest span first."""
    kept: list[Window] = []
    for window in sorted(windows, key=lambda window: (window.limit, -window.span_s)):
        if all(window.span_s > other.span_s for other in kept):
            kept.append(window)
    return kept[::-1]
