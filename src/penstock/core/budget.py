"""
What may be sent now: every window, gap, slot, quota and pause of one account, reserved together.

Windows are exact sliding logs, spent greedily: for identical items the earliest feasible schedule is the shortest
one. A window holds an item from its intent until answer + span + guard, because the server may stamp it at any moment
between. Counts of all meters are kept whatever the profile, so a change of profile knows what was already sent.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

import msgspec

from penstock.model.limits import Charge, Fact, Learnt, Paused, Profile, Spent, Window
from penstock.model.operation import Kind
from penstock.model.outcome import Rate

LONGEST_SPAN_S = 3600.0
RESET_SLACK_S = 1.0


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


def write_charge(kind: Kind, size: int, *, api: str, predicted_s: float, profile: Profile) -> Charge:
    """
    What a request that does `size` operations of one kind spends.

    Args:
        api: `rest` or `graphql`.
        predicted_s: Expected response time; the CPU windows settle with the real one.

    Source: points per request https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    meters = _server_meters(api, 5.0, predicted_s)
    if kind.name in profile.content_kinds:
        meters["content"] = float(size)
        meters["content.requests"] = 1.0
    if kind.name in profile.create_kinds:
        meters["create"] = float(size)
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


def _server_meters(api: str, points: float, predicted_s: float) -> dict[str, float]:
    meters = {f"points.{api}": points, "cpu": predicted_s}
    if api == "graphql":
        meters["cpu.graphql"] = predicted_s
    return meters


class _CountLog:
    """Exact log of one counting window."""

    def __init__(self, window: Window, guard_s: float) -> None:
        self.window = window
        self._hold_s = window.span_s + guard_s
        self._releases: list[tuple[float, str]] = []
        self._entries: dict[str, tuple[float, float]] = {}
        self._held = 0.0

    def put(self, spent: Spent) -> None:
        units = spent.charge.meters.get(self.window.meter, 0.0)
        old = self._entries.pop(spent.id, None)
        if old:
            self._held -= old[1]
        if units:
            release = spent.ends_at + self._hold_s
            self._entries[spent.id] = (release, units)
            self._held += units
            heappush(self._releases, (release, spent.id))

    def admit(self, charge: Charge, now: float) -> float:
        units = charge.meters.get(self.window.meter, 0.0)
        if not units:
            return now
        room = self.room(now)
        if units <= room:
            return now
        return self._earliest(min(units, self.window.limit) - room)

    def room(self, now: float) -> float:
        while self._releases and self._releases[0][0] <= now:
            self._drop(heappop(self._releases))
        return self.window.limit - self._held

    def _drop(self, item: tuple[float, str]) -> None:
        entry = self._entries.get(item[1])
        if entry and entry[0] == item[0]:
            self._held -= entry[1]
            del self._entries[item[1]]

    def _earliest(self, missing: float) -> float:
        seen = []
        at = math.inf
        while missing > 0 and self._releases:
            item = heappop(self._releases)
            entry = self._entries.get(item[1])
            if entry and entry[0] == item[0]:
                seen.append(item)
                missing -= entry[1]
                at = item[0]
        for item in seen:
            heappush(self._releases, item)
        return at


class _BusyLog:
    """Log of a window over server seconds: what counts is how much of each request lies inside the window."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._requests: dict[str, tuple[float, float]] = {}

    def put(self, spent: Spent) -> None:
        predicted_s = spent.charge.meters.get(self.window.meter, 0.0)
        if predicted_s:
            ends_at = min(spent.ends_at, spent.sent_at + predicted_s) if spent.open else spent.ends_at
            self._requests[spent.id] = (spent.sent_at, ends_at)

    def admit(self, charge: Charge, now: float) -> float:
        predicted_s = charge.meters.get(self.window.meter, 0.0)
        if not predicted_s:
            return now
        since = now + predicted_s - self.window.span_s
        busy_s = predicted_s
        for key, (sent_at, ends_at) in list(self._requests.items()):
            if ends_at < now - self.window.span_s:
                del self._requests[key]
            else:
                busy_s += max(0.0, ends_at - max(sent_at, since))
        excess_s = busy_s - self.window.limit
        return now if excess_s <= 0 else now + max(excess_s, 0.05)


class _Quota:
    """The primary limit of one resource, as headers told it. Nodes disagree: the lowest of one window counts."""

    def __init__(self) -> None:
        self.reset = 0.0
        self.remaining = 0

    def told(self, rate: Rate) -> None:
        if rate.reset > self.reset + 5:
            self.reset, self.remaining = rate.reset, rate.remaining
        elif rate.reset > self.reset - 5:
            self.reset, self.remaining = max(self.reset, rate.reset), min(self.remaining, rate.remaining)


class Budget:
    """All limits of one account, fed by what is sent, by answers' headers and by other processes' facts."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._spends: dict[str, Spent] = {}
        self._kept: deque[str] = deque()
        self._pauses: dict[str, Paused] = {}
        self._quotas: dict[str, _Quota] = {}
        self._last_write_at = -math.inf
        self._open: dict[str, Spent] = {}
        self._logs: list[_CountLog | _BusyLog] = []
        self.use(profile)

    def use(self, profile: Profile) -> None:
        """Hold other limits from now on, counting what was sent before."""
        self.profile = profile
        self._logs = [
            _BusyLog(window) if window.meter.startswith("cpu") else _CountLog(window, profile.guard_s)
            for window in profile.windows
        ]
        for spent in self._spends.values():
            for log in self._logs:
                log.put(spent)

    def observe(self, fact: Fact, now: float) -> None:
        """Take in a spend or a pause, this process's or another's. Learnt profiles are the scheduler's to adopt."""
        match fact:
            case Spent():
                self._spend(fact, now)
            case Paused():
                old = self._pauses.get(fact.scope)
                if old is None or fact.until >= old.until:
                    self._pauses[fact.scope] = fact
            case Learnt():
                pass

    def told(self, rate: Rate) -> None:
        """Take in the primary limit of an answer's headers."""
        self._quotas.setdefault(rate.resource, _Quota()).told(rate)

    def streak(self, scope: str) -> int:
        """Refusals in a row that paused the scope."""
        paused = self._pauses.get(scope)
        return paused.streak if paused else 0

    def went_through(self, scopes: tuple[str, ...], now: float) -> None:
        """A request in these scopes was not refused: their next pause starts short again."""
        for scope in scopes:
            paused = self._pauses.get(scope)
            if paused and paused.until <= now:
                del self._pauses[scope]

    def admit(self, charge: Charge, now: float) -> Admission:
        """When a request with this charge may be sent, and what binds until then."""
        at, because = now, ""
        for until, cause in self._paused(charge, now):
            if until > at:
                at, because = until, cause
        for log in self._logs:
            when = log.admit(charge, now)
            if when > at:
                at, because = when, log.window.name
        quota = self._quotas.get(charge.resource)
        if quota and self.profile.primary and quota.reset > now:
            in_flight = sum(spent.charge.resource == charge.resource for spent in self._open.values())
            if quota.remaining - in_flight < 1 and quota.reset + RESET_SLACK_S > at:
                at, because = quota.reset + RESET_SLACK_S, f"primary quota of {charge.resource}"
        if charge.writes and self._last_write_at + self.profile.mutation_gap_s > at:
            at, because = self._last_write_at + self.profile.mutation_gap_s, "gap between writes"
        if at <= now and not self._slot(charge, now):
            return Admission(math.inf, "requests in flight")
        return Admission(at, because)

    def room(self, meters: Iterable[str], now: float) -> float:
        """Units that every window on these meters admits now, together in one request."""
        counted = set(meters)
        logs = [log for log in self._logs if isinstance(log, _CountLog) and log.window.meter in counted]
        return min((log.room(now) for log in logs), default=math.inf)

    def _paused(self, charge: Charge, now: float) -> list[tuple[float, str]]:
        found = [self._pauses[scope] for scope in scopes_of(charge) if scope in self._pauses]
        return [(paused.until, paused.cause) for paused in found if paused.until > now]

    def _slot(self, charge: Charge, now: float) -> bool:
        self._open = {key: spent for key, spent in self._open.items() if spent.ends_at > now}
        same = sum(spent.charge.writes == charge.writes for spent in self._open.values())
        limit = self.profile.mutations_in_flight if charge.writes else self.profile.reads_in_flight
        return same < limit

    def _spend(self, spent: Spent, now: float) -> None:
        if spent.id not in self._spends:
            self._kept.append(spent.id)
        self._spends[spent.id] = spent
        if spent.open:
            self._open[spent.id] = spent
        else:
            self._open.pop(spent.id, None)
        if spent.charge.writes:
            self._last_write_at = max(self._last_write_at, spent.sent_at)
        for log in self._logs:
            log.put(spent)
        while self._kept and self._spends[self._kept[0]].ends_at < now - LONGEST_SPAN_S - 60:
            del self._spends[self._kept.popleft()]
