"""Due dates of milestones are days in Pacific time, whatever the client sends."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.sim.due_dates import due_on

PACIFIC = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2012-06-15T00:00:00Z", "2012-06-14T07:00:00Z"),
        ("2012-06-16", "2012-06-16T07:00:00Z"),
        ("2027-02-01T12:00:00Z", "2027-02-01T08:00:00Z"),
        ("2027-02-01T08:00:00Z", "2027-02-01T08:00:00Z"),
        ("2027-02-01T00:00:00+14:00", "2027-01-31T08:00:00Z"),
    ],
)
def test_a_due_date_is_midnight_pacific(sent: str, kept: str) -> None:
    """The first two were recorded on github.com."""
    assert kept == due_on(sent)


@pytest.mark.skipif(PACIFIC not in available_timezones(), reason="no time zone database here")
@given(st.datetimes(datetime(2007, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_it_is_what_the_time_zone_database_says(instant: datetime) -> None:
    """On every day under today's rules, but for the hour in which the clocks change."""
    local = instant.astimezone(ZoneInfo(PACIFIC))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if local.hour < 3 and local.utcoffset() != midnight.utcoffset():
        return

    assert midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == due_on(instant.isoformat())


@pytest.mark.parametrize("text", ["soon", "2027-13-01", "2027-02-01T08:00:00", "0001-01-01T00:00:00Z"])
def test_another_text_is_no_date(text: str) -> None:
    """Nor is an instant without a time zone, or one at the end of time."""
    with pytest.raises(ValueError, match=r"."):
        due_on(text)
