"""
What one user has spent, and whether the next request or item may go on.

A request enters, its items are admitted one by one at the instant they take effect, and it leaves. Refusals impose
pauses; who goes on sending in a pause it was told about waits longer.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from penstock.sim.profiles import CONTENT_KINDS, LimitProfile, Window
from penstock.sim.refusal import too_quick
from penstock.sim.stats import Stats

Resource = Literal["core", "graphql"]
READ_POINTS = 1
WRITE_POINTS = 5


class Sliding:
    """A window's log: how much was spent in the last `period_s` seconds."""

    __slots__ = ("_entries", "_sum", "window")

    def __init__(self, window: Window) -> None:
        self.window = window
        self._entries: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def spent(self, now: float) -> float:
        """Units spent in the period that ends now."""
        entries, horizon = self._entries, now - self.window.period_s
        while entries and entries[0][0] <= horizon:
            self._sum -= entries.popleft()[1]
        return self._sum

    def admits(self, units: float, now: float) -> bool:
        """Is there room for this much?"""
        return self.spent(now) + units <= self.window.limit

    def add(self, units: float, now: float) -> None:
        """Spend."""
        self._entries.append((now, units))
        self._sum += units

    def __str__(self) -> str:
        return f"{self.window.limit:g} per {self.window.period_s:g} s"


class Busy:
    """Server seconds in the last `period_s` seconds; a span across the edge counts with its part inside."""

    __slots__ = ("_spans", "window")

    def __init__(self, window: Window) -> None:
        self.window = window
        self._spans: deque[tuple[float, float]] = deque()

    def exceeded(self, now: float) -> bool:
        """Is the limit overrun?"""
        spans, horizon = self._spans, now - self.window.period_s
        while spans and spans[0][1] <= horizon:
            spans.popleft()
        busy_s = math.fsum(end - max(start, horizon) for start, end in spans)
        return busy_s > self.window.limit * (1 + 1e-9)

    def add(self, start: float, end: float) -> None:
        """A request was worked on from `start` to `end`."""
        if end > start:
            self._spans.append((start, end))


@dataclass(slots=True)
class Pause:
    """
    A time in which the user is refused.

    Attributes:
        until: End, epoch seconds.
        length_s: Its present length; doubles with every request that ignores it.
        known_at: When the client had the first answer that told of it; infinite until then.
    """

    until: float
    length_s: float
    known_at: float = math.inf

    def extend(self, longest_s: float, now: float) -> None:
        """The client goes on sending: twice as long, from now on."""
        self.length_s = min(self.length_s * 2, longest_s)
        self.until = max(self.until, now + self.length_s)


@dataclass(slots=True)
class Quota:
    """
    An hourly quota. The hour starts with its first request.

    Attributes:
        known_at: From when on the client can know that it is used up: always, since it can count, unless somebody else
            used it up; then from the first answer that told of it.
    """

    window: Window
    used: int = 0
    reset_at: float = -math.inf
    known_at: float = -math.inf

    def turn(self, now: float) -> None:
        """Start a new hour when the last one is over."""
        if now >= self.reset_at:
            self.used, self.reset_at = 0, now + self.window.period_s
            self.known_at = -math.inf

    @property
    def remaining(self) -> int:
        """Points left; never negative."""
        return max(0, int(self.window.limit) - self.used)


@dataclass(frozen=True, slots=True)
class Turned:
    """
    A request that is not let in.

    Attributes:
        by: `primary` or `secondary`.
        retry_after_s: Announced wait; None when the client is left to guess.
    """

    by: Literal["primary", "secondary"]
    retry_after_s: int | None = None


@dataclass(slots=True, eq=False)
class Visit:
    """
    One request inside the limits.

    Attributes:
        sent_at: When the client sent it.
        entered_at: When the server took it up.
        free: Costs nothing of the hourly quota.
        told: Pauses and used-up quotas that its answer tells the client about.
    """

    account: Account
    resource: Resource
    writes: bool
    request_id: str
    sent_at: float
    entered_at: float
    free: bool = False
    told: list[Pause | Quota] = field(default_factory=list)
    counted: bool = False
    blamed: bool = False

    def admit(self, kind: str, now: float) -> None:
        """
        Count one item at this instant.

        Raises:
            SimRefusal: `was submitted too quickly`.
        """
        if kind in CONTENT_KINDS:
            self.account.admit_content(self, kind, now)

    def answered(self, now: float) -> None:
        """The answer reached the client: it knows of the pauses now."""
        for limit in self.told:
            limit.known_at = min(limit.known_at, now)


class Account:
    """
    The limits of one user; all tokens of the user share them.

    Args:
        random: Draws the lengths of pauses and whether they are announced.
        stats: Where violations are noted.
    """

    def __init__(self, profile: LimitProfile, random: Random, stats: Stats) -> None:
        self.profile = profile
        self.quotas: dict[str, Quota] = {}
        if profile.core is not None and profile.graphql is not None:
            self.quotas = {"core": Quota(profile.core), "graphql": Quota(profile.graphql)}
        self._random = random
        self._stats = stats
        self._pause = Pause(-math.inf, 0.0)
        self._block = Pause(-math.inf, 0.0)
        self._content = _slidings(profile.content)
        self._create = _slidings(profile.create)
        self._points = {"core": _slidings(profile.rest_points), "graphql": _slidings(profile.graphql_points)}
        self._cpu = [Busy(window) for window in profile.cpu_s]
        self._graphql_cpu = [Busy(window) for window in profile.graphql_cpu_s]
        self._in_flight = 0
        self._writes_in_flight = 0
        self._last_write_at = -math.inf

    def enter(self, visit: Visit) -> Turned | None:
        """Let a request in, or say what turns it away. Who is let in must `leave`."""
        now = visit.entered_at
        turned = self._paused(visit) or self._over_quota(visit) or self._over_limit(visit)
        if turned is not None:
            return turned
        for points in self._points[visit.resource]:
            points.add(_points(visit), now)
        if visit.resource in self.quotas and not visit.free:
            self.quotas[visit.resource].used += 1
        self._in_flight += 1
        if visit.writes:
            self._writes_in_flight += 1
            if visit.sent_at - self._last_write_at < self.profile.gap_s:
                self._stats.hurried += 1
            self._last_write_at = visit.sent_at
        return None

    def leave(self, visit: Visit, worked_s: float, now: float, *, extra_points: int = 0) -> None:
        """The request is done after so many server seconds."""
        self._in_flight -= 1
        self._writes_in_flight -= visit.writes
        if visit.resource in self.quotas:
            self.quotas[visit.resource].used += extra_points
        for busy in (*self._cpu, *(self._graphql_cpu if visit.resource == "graphql" else ())):
            busy.add(now - worked_s, now)

    def admit_content(self, visit: Visit, kind: str, now: float) -> None:
        """See `Visit.admit`."""
        if self.profile.per_request and visit.counted:
            return
        windows = (*self._create, *self._content) if kind == "issue.create" else self._content
        full = next((window for window in windows if not window.admits(1, now)), None)
        blocked = now < self._block.until
        if full is None and not blocked:
            for window in windows:
                window.add(1, now)
            visit.counted = True
            return
        warned = blocked and visit.sent_at >= self._block.known_at
        if warned and not visit.blamed:
            self._block.extend(self.profile.pause_max_s, now)
        if not blocked:
            length_s = float(self.profile.pause_s[0])
            self._block = Pause(now + length_s, length_s)
        if full is not None or warned:
            reason = f"{kind} against {full}" if full is not None else f"{kind} while blocked"
            self._stats.violate(now, reason, visit.request_id)
        self._stats.refusals["content"] += 1
        visit.blamed = True
        visit.told.append(self._block)
        raise too_quick()

    def quotas_json(self, now: float, skew_s: float) -> dict[str, dict[str, int | str]]:
        """The hourly quotas by resource, `reset` by a clock that is so far ahead."""
        shown: dict[str, dict[str, int | str]] = {}
        for resource, quota in self.quotas.items():
            quota.turn(now)
            shown[resource] = {
                "limit": int(quota.window.limit),
                "remaining": quota.remaining,
                "reset": math.ceil(quota.reset_at + skew_s),
                "used": quota.used,
                "resource": resource,
            }
        return shown

    def _paused(self, visit: Visit) -> Turned | None:
        now, pause = visit.entered_at, self._pause
        if now >= pause.until:
            return None
        if visit.sent_at >= pause.known_at:
            pause.extend(self.profile.pause_max_s, now)
            self._stats.violate(now, "request in a pause", visit.request_id)
        visit.told.append(pause)
        return self._secondary(now)

    def _over_quota(self, visit: Visit) -> Turned | None:
        quota = self.quotas.get(visit.resource)
        if quota is None or visit.free:
            return None
        quota.turn(visit.entered_at)
        if quota.remaining > 0:
            return None
        if visit.sent_at >= quota.known_at:
            self._stats.violate(visit.entered_at, f"hourly quota of {visit.resource} used up", visit.request_id)
        visit.told.append(quota)
        return Turned("primary")

    def _over_limit(self, visit: Visit) -> Turned | None:
        now, reason = visit.entered_at, None
        points = next((w for w in self._points[visit.resource] if not w.admits(_points(visit), now)), None)
        busy = self._cpu if visit.resource == "core" else (*self._cpu, *self._graphql_cpu)
        most = self.profile.writes_in_flight
        if points is not None:
            reason = f"points of {visit.resource}, {points}"
        elif any(window.exceeded(now) for window in busy):
            reason = "server seconds"
        elif self._in_flight >= self.profile.in_flight:
            reason = f"more than {self.profile.in_flight} requests at once"
        elif visit.writes and most is not None and self._writes_in_flight >= most:
            reason = f"more than {most} writes at once"
        if reason is None:
            return None
        self._stats.violate(now, reason, visit.request_id)
        return self.impose(visit, announced=self._random.random() < self.profile.announced)

    def impose(self, visit: Visit, *, announced: bool) -> Turned:
        """Begin a secondary pause with this request's refusal."""
        shortest, longest = self.profile.pause_s
        length_s = self._random.randint(shortest, longest) if announced else shortest
        self._pause = Pause(visit.entered_at + length_s, float(length_s))
        visit.told.append(self._pause)
        return Turned("secondary", length_s if announced else None)

    def exhaust(self, visit: Visit) -> Turned:
        """Somebody else used the quota up: refused until it turns, after as long as a long pause."""
        quota = self.quotas.get(visit.resource)
        if quota is None:
            return self.impose(visit, announced=False)
        quota.used = int(quota.window.limit)
        quota.reset_at = visit.entered_at + self.profile.pause_s[1]
        quota.known_at = math.inf
        visit.told.append(quota)
        return Turned("primary")

    def _secondary(self, now: float) -> Turned:
        announced = self._random.random() < self.profile.announced
        return Turned("secondary", math.ceil(self._pause.until - now) if announced else None)


def _points(visit: Visit) -> int:
    return WRITE_POINTS if visit.writes else READ_POINTS


def _slidings(windows: Iterable[Window]) -> list[Sliding]:
    return [Sliding(window) for window in windows]
