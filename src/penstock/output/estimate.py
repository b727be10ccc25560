"""How long a plan takes, under each profile that may hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from penstock.core.describe import both_times, format_duration
from penstock.model.limits import Profile, Window
from penstock.output.text import Page, listed, pad

_COLUMNS = (12, 11, 11)


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        bound_s: No schedule is faster.
        expected_s: What the scheduler makes of it on an account of its own.
        binding: The limit that decides the bound, or what is waited for longest.
    """

    profile: Profile
    bound_s: float
    expected_s: float
    binding: str


def time_sentence(estimates: Sequence[Estimate]) -> str:
    """`6 min if 80/min and 500/h hold, 3 h 2 min at 20/min and 150/h, which users observe`, or the one time."""
    hoped, feared = estimates[0], estimates[-1]
    return both_times(
        hoped.expected_s, content_windows(hoped.profile), feared.expected_s, content_windows(feared.profile)
    )


def time_rows(page: Page, estimates: Sequence[Estimate]) -> None:
    """The sentence, and below it a line for each profile."""
    page.row("time", time_sentence(estimates))
    table = [("profile", "expected", "at least", "what decides")]
    for estimate in estimates:
        times = (format_duration(estimate.expected_s), format_duration(estimate.bound_s))
        table.append((estimate.profile.name, *times, estimate.binding or "nothing to do"))
    for row in table:
        page.more("".join(pad(cell, width) for cell, width in zip(row, _COLUMNS, strict=False)) + row[-1])


def time_document(estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """One object for each profile."""
    return [
        {
            "profile": estimate.profile.name,
            "expected_s": round(estimate.expected_s, 3),
            "bound_s": round(estimate.bound_s, 3),
            "binding": estimate.binding,
        }
        for estimate in estimates
    ]


def content_windows(profile: Profile) -> list[Window]:
    """The windows people quote: those on creates where a profile has them, else those on content."""
    creates = [window for window in profile.windows if window.meter == "create"]
    return creates or [window for window in profile.windows if window.meter.startswith("content")]


def pace_of(profiles: Sequence[Profile]) -> str:
    """The names of the profiles, for a heading."""
    return listed(profile.name for profile in profiles)
