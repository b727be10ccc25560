"""How long a plan takes, under each profile that may hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from penstock.api.estimate import Estimate
from penstock.core.describe import both_times, format_duration
from penstock.github.limits import PROFILES
from penstock.model.limits import Window
from penstock.output.text import Page, pad

_COLUMNS = (12, 11, 11)


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
        table.append((estimate.profile, *times, estimate.binding))
    for *cells, last in table:
        page.more("".join(pad(cell, width) for cell, width in zip(cells, _COLUMNS, strict=True)) + last)


def time_document(estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """One object for each profile."""
    return [msgspec.structs.asdict(estimate) for estimate in estimates]


def content_windows(profile: str) -> list[Window]:
    """The windows people quote: those on creates where a profile has them, else those on content."""
    windows = PROFILES[profile].windows
    creates = [window for window in windows if window.meter == "create"]
    return creates or [window for window in windows if window.meter.startswith("content")]
