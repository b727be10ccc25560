"""
What may be sent now: every window, gap, slot, quota and pause of one account, reserved together.

Windows are exact sliding logs, spent greedily: for identical items the earliest feasible schedule is the shortest
one. A window holds an item from its intent until answer + span + guard, because the server may stamp it at any moment
between. The windows of the profile to fall back to are counted from the start, so that a change knows what was sent.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from heapq import heappop, heappush

import msgspec

from penstock.model.gauges import Gauge
from penstock.model.limits import RESET_SLACK_S, Charge, Fact, Learnt, Paused, Profile, Served, Spent, Window
from penstock.model.operation import Kind
from penstock.model.outcome import Rate

RESET_JITTER_S = 5.0
"""Nodes name the end of one window differently: https://github.com/badges/shields/issues/4590"""

BUSY_STEP_S = 0.05
"""A window over server seconds empties while it is waited for: it is not looked at more often than this."""


class Admission(msgspec.Struct, frozen=True):
    """
    When a request may be sent.

    Attributes:
        at: The instant asked about (send now), a later one (ask again then), or infinity (only an answer can tell).
        because: What binds, for people; empty when it may be sent now.
    """

    at: float
    because: str = ""


ITEM_METERS = ("content", "create")
"""Meters that count the items of a request one by one."""


def item_meters(kind: Kind, profile: Profile) -> tuple[str, ...]:
    """Of `ITEM_METERS`, those that count this kind."""
    counting = (profile.content_kinds, profile.create_kinds)
    return tuple(meter for meter, kinds in zip(ITEM_METERS, counting, strict=True) if kind.name in kinds)


def write_charge(kind: Kind, size: int, *, api: str, predicted_s: float, profile: Profile) -> Charge:
    """
    What a request that does `size` operations of one kind spends.

    Args:
        api: `rest` or `graphql`.
        predicted_s: Expected response time; the CPU windows settle with the real one.

    Source: points per request https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    meters = _server_meters(api, 5.0, predicted_s)
    for meter in item_meters(kind, profile):
        meters[meter] = float(size)
    if "content" in meters:
        meters["content.requests"] = 1.0
    return Charge(resource=_resource(api), lane=kind.lane, writes=True, meters=meters)


def read_charge(api: str, predicted_s: float) -> Charge:
    """What a request that only reads spends. Arguments as in `write_charge`."""
    return Charge(resource=_resource(api), lane="read", writes=False, meters=_server_meters(api, 1.0, predicted_s))


def scopes_of(charge: Charge) -> tuple[str, ...]:
    """What may be paused that this request belongs to."""
    content = ("content",) if charge.meters.get("content") else ()
    return ("account", charge.resource, f"lane:{charge.lane}", *content)


def _resource(api: str) -> str:
    return "graphql" if api == "graphql" else "core"


def _quota_name(resource: str) -> str:
    return f"primary quota of {resource}"


def _server_meters(api: str, points: float, predicted_s: float) -> dict[str, float]:
    meters = {f"points.{api}": points, "cpu": predicted_s}
    if api == "graphql":
        meters["cpu.graphql"] = predicted_s
    return meters


class _CountLog:
    """Exact log of one counting window. Units are whole numbers, so their sum is exact."""

    def __init__(self, window: Window, guard_s: float) -> None:
        self.window = window
        self._hold_s = window.span_s + guard_s
        self._releases: list[tuple[float, str]] = []
        self._entries: dict[str, tuple[float, float]] = {}
        self._held = 0.0

    def put(self, spent: Spent) -> None:
        units = spent.charge.meters.get(self.window.meter, 0.0)
        old_release, old_units = self._entries.pop(spent.id, (math.nan, 0.0))
        self._held += units - old_units
        if units:
            release = spent.ends_at + self._hold_s
            self._entries[spent.id] = (release, units)
            if release != old_release:
                heappush(self._releases, (release, spent.id))

    def admit(self, charge: Charge, now: float) -> float:
        # what is larger than the whole window goes when nothing else is in it
        units = min(charge.meters.get(self.window.meter, 0.0), self.window.limit)
        if not units:
            return now
        missing = units - self.room(now)
        return now if missing <= 0 else self._earliest(missing)

    def room(self, now: float) -> float:
        while self._releases and self._releases[0][0] <= now:
            release, key = heappop(self._releases)
            if self._is_current(release, key):
                self._held -= self._entries.pop(key)[1]
        return self.window.limit - self._held

    def frees_at(self, now: float) -> float:
        """When the first unit comes back; 0 when nothing is held."""
        self.room(now)
        while self._releases and not self._is_current(*self._releases[0]):
            heappop(self._releases)
        return self._releases[0][0] if self._releases else 0.0

    def _is_current(self, release: float, key: str) -> bool:
        return key in self._entries and self._entries[key][0] == release

    def _earliest(self, missing: float) -> float:
        seen = []
        while missing > 0:
            release, key = heappop(self._releases)
            if self._is_current(release, key):
                seen.append((release, key))
                missing -= self._entries[key][1]
        for item in seen:
            heappush(self._releases, item)
        return seen[-1][0]


class _BusyLog:
    """Log of a window over server seconds: what counts is how much of each request lies inside the window."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._requests: dict[str, tuple[float, float, float]] = {}
        self._at_most_s = 0.0  # of all requests kept, those outside the window included

    def put(self, spent: Spent) -> None:
        predicted_s = spent.charge.meters.get(self.window.meter, 0.0)
        if predicted_s:
            self._drop(spent.id)
            expected_end = min(spent.ends_at, spent.sent_at + predicted_s) if spent.open else spent.ends_at
            self._requests[spent.id] = (spent.sent_at, expected_end, spent.ends_at)
            self._at_most_s += spent.ends_at - spent.sent_at

    def _drop(self, key: str) -> None:
        request = self._requests.pop(key, None)
        if request:
            self._at_most_s -= request[2] - request[0]

    def admit(self, charge: Charge, now: float) -> float:
        predicted_s = min(charge.meters.get(self.window.meter, 0.0), self.window.limit)
        if not predicted_s or self._at_most_s + predicted_s <= self.window.limit:
            return now
        since = now + predicted_s - self.window.span_s
        excess_s = predicted_s + self._busy_s(since, now) - self.window.limit
        return now if excess_s <= 0 else now + max(excess_s, BUSY_STEP_S)

    def room(self, now: float) -> float:
        return self.window.limit - self._busy_s(now - self.window.span_s, now)

    def frees_at(self, now: float) -> float:
        """When the first second comes back; 0 when none is held."""
        self._busy_s(now - self.window.span_s, now)
        first = min((sent_at for sent_at, _, _ in self._requests.values()), default=-math.inf)
        return max(now, first + self.window.span_s) if self._requests else 0.0

    def _busy_s(self, since: float, now: float) -> float:
        """Seconds of work after `since`; what has left the window is dropped."""
        busy_s = 0.0
        for key, (sent_at, expected_end, last_end) in list(self._requests.items()):
            if last_end < now - self.window.span_s:
                self._drop(key)
            else:  # one that takes longer than expected is busy until now
                ends_at = max(expected_end, min(now, last_end))
                busy_s += max(0.0, ends_at - max(sent_at, since))
        return busy_s


class _Quota:
    """The primary limit of one resource, as headers told it. Nodes disagree: the lowest of one window counts."""

    def __init__(self) -> None:
        self.reset = 0.0
        self.remaining = self.limit = 0

    def told(self, rate: Rate) -> None:
        self.limit = rate.limit
        if rate.reset > self.reset + RESET_JITTER_S:
            self.reset, self.remaining = rate.reset, rate.remaining
        elif rate.reset > self.reset - RESET_JITTER_S:
            self.reset, self.remaining = max(self.reset, rate.reset), min(self.remaining, rate.remaining)


class Budget:
    """
    All limits of one account, fed by what is sent, by answers' headers and by other processes' facts.

    Args:
        profile: The limits that hold.
        fallback: Those that `use` may be asked to hold later.
    """

    def __init__(self, profile: Profile, fallback: Profile | None = None) -> None:
        self._pauses: dict[str, Paused] = {}
        self._quotas: dict[str, _Quota] = {}
        self._last_write_at = -math.inf
        self._open: dict[str, Spent] = {}
        self._logs: dict[tuple[Window, float], _CountLog | _BusyLog] = {}
        for known in (profile, fallback) if fallback else (profile,):
            for window in known.windows:
                log = _BusyLog(window) if window.meter.startswith("cpu") else _CountLog(window, known.guard_s)
                self._logs.setdefault((window, known.guard_s), log)
        self.use(profile)

    def use(self, profile: Profile) -> None:
        """Hold the limits of this profile from now on: the first one, or the one to fall back to."""
        self.profile = profile
        self._binding = [self._logs[window, profile.guard_s] for window in profile.windows]

    def observe(self, fact: Fact, now: float) -> None:
        """Take in a spend or a pause, this process's or another's. Learnt profiles are the scheduler's to adopt."""
        match fact:
            case Spent():
                self._spend(fact, now)
            case Paused():
                old = self._pauses.get(fact.scope)
                if old is None or fact.until >= old.until:
                    self._pauses[fact.scope] = fact
            case Learnt() | Served():
                pass

    def told(self, rate: Rate) -> None:
        """Take in the primary limit of an answer's headers."""
        self._quotas.setdefault(rate.resource, _Quota()).told(rate)

    def streak(self, scope: str, now: float) -> int:
        """
        Refusals in a row before one that is met now.

        Requests in flight together are refused together: what is refused while the scope is paused is no further one.
        """
        paused = self._pauses.get(scope)
        if paused is None:
            return 0
        return paused.streak if paused.until <= now else paused.streak - 1

    def went_through(self, charge: Charge, now: float) -> None:
        """A request was not refused: the next pause of what was refused in its lane starts short again."""
        for scope in scopes_of(charge):
            paused = self._pauses.get(scope)
            if paused and paused.until <= now and paused.lane in {"", charge.lane}:
                del self._pauses[scope]

    def admit(self, charge: Charge, now: float) -> Admission:
        """When a request with this charge may be sent, and what binds until then."""
        at, because = now, ""
        for until, cause in self._paused(charge, now):
            if until > at:
                at, because = until, cause
        for log in self._binding:
            when = log.admit(charge, now)
            if when > at:
                at, because = when, log.window.name
        quota = self._quotas.get(charge.resource)
        if quota and self.profile.primary and quota.reset > now:
            in_flight = sum(spent.charge.resource == charge.resource for spent in self._in_flight(now))
            if quota.remaining - in_flight < 1 and quota.reset + RESET_SLACK_S > at:
                at, because = quota.reset + RESET_SLACK_S, _quota_name(charge.resource)
        if charge.writes and self._last_write_at + self.profile.mutation_gap_s > at:
            at, because = self._last_write_at + self.profile.mutation_gap_s, "gap between writes"
        if at <= now and not self.has_slot(now, writes=charge.writes):
            return Admission(math.inf, "requests in flight")
        return Admission(at, because)

    def room(self, meters: Iterable[str], now: float) -> float:
        """Units that every window on these meters admits now, together in one request."""
        counted = set(meters)
        logs = [log for log in self._binding if isinstance(log, _CountLog) and log.window.meter in counted]
        return min((log.room(now) for log in logs), default=math.inf)

    def gauges(self, now: float, held_by: str) -> Iterator[Gauge]:
        """
        What is left of every window of the profile in force, then of every primary quota that is known.

        Args:
            held_by: Name of the limit that binds.
        """
        for log in self._binding:
            name, limit = log.window.name, log.window.limit
            left = min(limit, max(0.0, log.room(now)))
            yield Gauge(name=name, limit=limit, left=left, frees_at=log.frees_at(now), binding=name == held_by)
        for resource, quota in self._quotas.items() if self.profile.primary else ():
            name, holds = _quota_name(resource), quota.reset > now
            left = max(0, quota.remaining) if holds else quota.limit
            frees_at = quota.reset if holds else 0.0
            yield Gauge(name=name, limit=quota.limit, left=left, frees_at=frees_at, binding=name == held_by)

    def is_limit(self, name: str) -> bool:
        """Whether `gauges` has one of this name."""
        return any(log.window.name == name for log in self._binding) or name in map(_quota_name, self._quotas)

    def has_slot(self, now: float, *, writes: bool) -> bool:
        """Whether one more request of this sort may be in flight."""
        limit = self.profile.mutations_in_flight if writes else self.profile.reads_in_flight
        return sum(spent.charge.writes == writes for spent in self._in_flight(now)) < limit

    def in_flight(self, now: float) -> int:
        """Requests of all processes whose answer is not known."""
        return len(self._in_flight(now))

    def _in_flight(self, now: float) -> Collection[Spent]:
        for key in [key for key, spent in self._open.items() if spent.ends_at <= now]:
            del self._open[key]  # its process died: nobody works on it any more
        return self._open.values()

    def _paused(self, charge: Charge, now: float) -> list[tuple[float, str]]:
        found = [self._pauses[scope] for scope in scopes_of(charge) if scope in self._pauses]
        return [(paused.until, paused.cause) for paused in found if paused.until > now]

    def _spend(self, spent: Spent, now: float) -> None:
        if spent.open and spent.ends_at > now:
            self._open[spent.id] = spent
        else:
            self._open.pop(spent.id, None)
        if spent.charge.writes:
            self._last_write_at = max(self._last_write_at, spent.sent_at)
        for log in self._logs.values():
            log.put(spent)
