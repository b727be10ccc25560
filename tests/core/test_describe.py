"""Times and limits in words."""

from __future__ import annotations

import pytest

from penstock.core.describe import both_times, format_duration, format_windows
from penstock.model.limits import Window

MINUTE, HOUR = Window("a", "content", 80, 60), Window("b", "content", 500, 3600)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (3.44, "3.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (119.4, "119 s"),
        (119.6, "2 min"),
        (367, "6 min"),
        (3569, "59 min"),
        (3571, "1 h"),
        (10_920, "3 h 2 min"),
        (86_369, "23 h 59 min"),
        (86_371, "1 d"),
        (717_000, "8 d 7 h"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float, expected: str) -> None:
    """Rounded to the nearest, and never 60 min."""
    assert expected == format_duration(seconds)


def test_windows_read_as_people_quote_them() -> None:
    """The short span first."""
    assert "80/min and 500/h" == format_windows([HOUR, MINUTE])
    assert "1,000/d" == format_windows([Window("c", "content", 1000, 86_400)])
    assert "20/2 s, 80/min and 500/h" == format_windows([Window("d", "content", 20, 2), HOUR, MINUTE])
    assert "no limit" == format_windows([])


def test_two_times_say_what_they_hang_on() -> None:
    """One is enough where both are the same."""
    observed = [Window("a", "create", 20, 60), Window("b", "create", 150, 3600)]

    assert "6 min if 80/min and 500/h hold, 3 h 2 min at 20/min and 150/h, which users observe" == both_times(
        367, [MINUTE, HOUR], 10_920, observed
    )
    assert "45 s" == both_times(45, [MINUTE, HOUR], 45.2, observed)
