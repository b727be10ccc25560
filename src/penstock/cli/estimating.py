"""How long a plan takes on this account, and how much of that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from penstock.api.estimate import Estimate, estimates
from penstock.core.bound import lower_bound
from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.engine.account import profile_named
from penstock.github.limits import PROFILES
from penstock.io.clock import SystemClock
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.config import Config
from penstock.model.gauges import Gauges
from penstock.model.limits import Learnt, Profile
from penstock.model.operation import KIND_BY_NAME
from penstock.model.plan import Plan
from penstock.output.snapshot import Band, Snapshot

CREATE = "issue.create"

MEASURED_OPERATIONS = 50
"""From so many on this process's pace is known."""


def estimates_here(plan: Plan, config: Config) -> tuple[Estimate, ...]:
    """As `estimates`, but `auto` means one profile where the account has already been taught the other."""
    return estimates(plan, msgspec.structs.replace(config, profile=in_force(config.profile, learnt(plan))))


def in_force(chosen: str, facts: list[Learnt]) -> str:
    """The profile that paces an account: the chosen one, or what `auto` fell back to."""
    _, fallback = profile_named(chosen)
    return fallback.name if fallback and any(fact.profile == fallback.name for fact in facts) else chosen


def learnt(plan: Plan) -> list[Learnt]:
    """What the plan's account taught the processes of this machine."""
    ledger = SqlLedger(user_state_directory(), plan.host, plan.account.id, SystemClock())
    try:
        return ledger.learnt()
    finally:
        ledger.close()


class TimeLeft:
    """
    How long what is left takes, asked again and again while a run goes on.

    At least what no schedule beats, given what the windows hold already. At most the longest of what this process's
    pace makes of it, while it was free to send (before there is one, what was forecast), and of the limits that `auto`
    would fall back to: those count until more was created than they allow.

    Args:
        hoped, feared: Names of the profile in force and of the one to fall back to; empty for none.
        hoped_s, feared_s: Seconds that the whole run takes under each, where this process does the whole; else 0.
    """

    def __init__(self, hoped: str, feared: str = "", *, hoped_s: float = 0.0, feared_s: float = 0.0) -> None:
        self._hoped = hoped
        self._feared = feared
        self._hoped_s = hoped_s
        self._feared_s = feared_s
        self._first: tuple[float, Snapshot] | None = None
        self._last_at = 0.0
        self._waited_s = 0.0

    @classmethod
    def of_whole(cls, times: Sequence[Estimate]) -> TimeLeft:
        """For a run that is about to begin."""
        hoped, feared = times[0], times[-1]
        other = feared.profile if feared is not hoped else ""
        return cls(hoped.profile, other, hoped_s=hoped.expected_s, feared_s=feared.expected_s)

    @classmethod
    def of_rest(cls, plan: Plan, config: Config) -> TimeLeft:
        """For a run of which a part is done."""
        started, fallback = profile_named(in_force(config.profile, learnt(plan)))
        return cls(started.name, fallback.name if fallback else "")

    def __call__(self, shot: Snapshot, now: float) -> Band:
        """From a snapshot, at an instant in epoch seconds."""
        if self._first is None:
            self._first = (now, shot)
        elif shot.wait:
            self._waited_s += now - self._last_at
        self._last_at = now
        if shot.settled == shot.total:
            return Band(0.0, 0.0)
        in_force = shot.gauges.profile or self._hoped
        each_s = self._pace_s(shot, now)
        low_s = least_s(shot, PROFILES[in_force], now, each_s or ITEM_S)
        high_s = max(low_s, each_s * (shot.total - shot.settled))
        if in_force == self._hoped:
            if not each_s:
                high_s = max(high_s, shot.since + self._hoped_s - now)
            if self._feared and not self._is_refuted(shot, now):
                feared_s = least_s(_without_gauges(shot), PROFILES[self._feared], now, each_s or ITEM_S)
                high_s = max(high_s, feared_s, shot.since + self._feared_s - now)
        return Band(low_s, high_s)

    def _pace_s(self, shot: Snapshot, now: float) -> float:
        """Seconds for each operation in which nothing was waited for; 0 while that is not known."""
        began, first = self._first or (now, shot)
        settled = shot.settled - first.settled
        return (now - began - self._waited_s) / settled if settled >= MEASURED_OPERATIONS else 0.0

    def _is_refuted(self, shot: Snapshot, now: float) -> bool:
        """More was created in the longest window than the feared profile allows: it is not what this server holds."""
        began, first = self._first or (now, shot)
        windows = [window for window in PROFILES[self._feared].windows if window.meter == "create"]
        longest = max(windows, key=lambda window: window.span_s, default=None)
        created = first.left.get(CREATE, 0) - shot.left.get(CREATE, 0)
        if longest and now - began <= longest.span_s and created > longest.limit:
            self._feared = ""
        return not self._feared


def least_s(shot: Snapshot, profile: Profile, now: float, item_s: float) -> float:
    """
    Seconds that no schedule beats: the present wait and then the bound of what is left; or, for a window, the time
    until it gives the first unit back and then the bound of what it has no room for now.

    Args:
        item_s: Seconds the server works on one operation.
    """
    service_s = dict.fromkeys(KIND_BY_NAME, min(item_s, ITEM_S))
    waiting_s = max(0.0, shot.wait.until - now) if shot.wait else 0.0
    seconds = [waiting_s + _bound_s(shot.left, service_s, profile)]
    charged = shot.in_flight + shot.in_doubt
    windows = {window.name: window for window in profile.windows}
    for gauge in shot.gauges.limits:
        meter = windows[gauge.name].meter if gauge.name in windows else ""
        counted = {"content": profile.content_kinds, "create": profile.create_kinds}.get(meter, ())
        beyond = sum(shot.left.get(kind, 0) for kind in counted) - charged - int(gauge.left)
        if beyond > 0 and gauge.frees_at > now:
            later = _last_ones({kind: count for kind, count in shot.left.items() if kind in counted}, beyond)
            seconds.append(gauge.frees_at - now + _bound_s(later, service_s, profile))
    return max(seconds)


def _bound_s(counts: Mapping[str, int], service_s: Mapping[str, float], profile: Profile) -> float:
    return lower_bound(counts, service_s, profile, REQUEST_S).seconds


def _last_ones(counts: Mapping[str, int], most: int) -> dict[str, int]:
    """So many operations of these: creates, which meet the most limits, as few as possible."""
    later = {}
    for kind in sorted(counts, key=lambda kind: kind == CREATE):
        later[kind] = min(counts[kind], most)
        most -= later[kind]
    return later


def _without_gauges(shot: Snapshot) -> Snapshot:
    """Of a profile that is not in force no windows were read."""
    return msgspec.structs.replace(shot, gauges=Gauges())
