"""Profiles, what each window of the current one holds, and what an account taught us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

import msgspec

from penstock.core.describe import format_windows
from penstock.model.limits import Learnt, Profile, Served, Spent, Window
from penstock.output.ink import Ink
from penstock.output.text import Page, count_of, listed, pad, time_of_day


class LimitsView(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        profiles: All that can be chosen.
        current: The one that paces this account now.
        chosen: What was asked for, e.g. `auto`.
        account: Login; empty when nobody was asked.
        learnt: What the account taught us, oldest first.
        served: How long the server takes, as runs have learnt it.
        spent: Requests of the last hour, by any process of this machine.
    """

    profiles: tuple[Profile, ...]
    current: Profile
    chosen: str
    account: str = ""
    learnt: tuple[Learnt, ...] = ()
    served: tuple[Served, ...] = ()
    spent: tuple[Spent, ...] = ()


def limits_lines(view: LimitsView, now: float, *, ink: Ink, width: int = 0, zone: tzinfo | None = None) -> list[str]:
    """The current profile's windows with what is spent of each, then every profile with its source."""
    page = Page(ink, width, gutter=12)
    who = f", account {view.account}" if view.account else ""
    page.row("profile", f"{view.chosen}: paced as {view.current.name}{who}", "bold")
    for fact in view.learnt:
        page.row("learnt", f"{fact.profile}, {time_of_day(fact.at, now, zone)}: {fact.why}", "yellow")
    for served in view.served:
        page.row("pace", _pace(served, now, zone), "yellow")
    page.row("rhythm", _rhythm(view.current))
    for window in view.current.windows:
        held = used(window, view.spent, now)
        page.lines.append(f"  {pad(window.name, 36)} {held:>7,.0f} of {window.limit:>6,.0f} spent")
    page.gap()
    for profile in view.profiles:
        page.row(profile.name, _content(profile), "bold")
        page.more(f"source: {profile.source}")
    return page.lines


def limits_document(view: LimitsView, now: float) -> dict[str, Any]:
    """The same for programs, every field of every profile."""
    return {
        "schema": "penstock.limits/1",
        "chosen": view.chosen,
        "current": view.current.name,
        "account": view.account,
        "learnt": msgspec.to_builtins(view.learnt),
        "served": msgspec.to_builtins(view.served),
        "windows": [
            {
                "name": window.name,
                "limit": window.limit,
                "span_s": window.span_s,
                "spent": used(window, view.spent, now),
            }
            for window in view.current.windows
        ],
        "profiles": {profile.name: msgspec.to_builtins(profile) for profile in view.profiles},
    }


def used(window: Window, spent: Sequence[Spent], now: float) -> float:
    """Units that still count in a window."""
    return sum(one.charge.meters.get(window.meter, 0.0) for one in spent if one.ends_at > now - window.span_s)


def _pace(served: Served, now: float, zone: tzinfo | None) -> str:
    """What a request and its operations take, and from how many answers that is known."""
    costs = [f"{cost_s:.2f} s for each {kind}" for kind, cost_s in served.cost_s.items()]
    known = f"learnt from {count_of(served.samples, 'answer')}, the last at {time_of_day(served.at, now, zone)}"
    return f"{served.api}: {served.overhead_s:.2f} s a request and {listed(costs)}; {known}"


def _rhythm(profile: Profile) -> str:
    writes = (
        "1 writing request" if profile.mutations_in_flight == 1 else f"{profile.mutations_in_flight} writing requests"
    )
    gap = f", {profile.mutation_gap_s:g} s from start to start" if profile.mutation_gap_s else ""
    return f"{writes} at a time{gap}"


def _content(profile: Profile) -> str:
    meters: Mapping[str, str] = {
        "content": "content items",
        "create": "creates",
        "content.requests": "content requests",
    }
    parts = []
    for meter, what in meters.items():
        windows = [window for window in profile.windows if window.meter == meter]
        if windows:
            parts.append(f"{format_windows(windows)} {what}")
    return listed(parts) or "no limits"
