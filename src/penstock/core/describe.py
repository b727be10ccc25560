"""Times and limits in words: the same on every screen and in every report."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.model.limits import Window

_UNITS = {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "d"}


def format_duration(seconds: float) -> str:
    """
    A length of time in at most two units, rounded to the nearest: `3.4 s`, `95 s`, `6 min`, `3 h 2 min`, `8 d 7 h`.

    Args:
        seconds: Not negative.
    """
    if seconds < 0.05:
        return "0 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _two_units(minutes, 60, "h", "min")
    return _two_units(round(seconds / 3600), 24, "d", "h")


def format_windows(windows: Sequence[Window]) -> str:
    """Limits as people quote them, the short span first: `80/min and 500/h`; `no limit` for none."""
    rates = [f"{window.limit:,g}/{_span(window.span_s)}" for window in sorted(windows, key=lambda one: one.span_s)]
    if len(rates) < 2:
        return rates[0] if rates else "no limit"
    return f"{', '.join(rates[:-1])} and {rates[-1]}"


def both_times(
    hoped_s: float, hoped_windows: Sequence[Window], feared_s: float, feared_windows: Sequence[Window]
) -> str:
    """
    What to expect of a server whose limits are not known for sure.

    Args:
        hoped_s, hoped_windows: Time under the limits that are documented.
        feared_s, feared_windows: Time under those that users have met.

    Returns:
        `6 min if 80/min and 500/h hold, 3 h 2 min at 20/min and 150/h, which users observe`, or one time for both.
    """
    hoped, feared = format_duration(hoped_s), format_duration(feared_s)
    if hoped == feared:
        return hoped
    return (
        f"{hoped} if {format_windows(hoped_windows)} hold, "
        f"{feared} at {format_windows(feared_windows)}, which users observe"
    )


def _two_units(count: int, per_unit: int, large: str, small: str) -> str:
    whole, rest = divmod(count, per_unit)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def _span(span_s: float) -> str:
    return _UNITS.get(span_s, f"{span_s:g} s")
