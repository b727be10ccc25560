"""
Due dates of milestones: GitHub keeps the day only, as midnight in Pacific time.

A script that sends midnight UTC gets the day before.

Source: https://github.com/microsoft/PowerShellForGitHub/pull/133 and
https://github.com/PyGithub/PyGithub/tree/main/tests/ReplayData (Repository.testCreateMilestone: sent
2012-06-15T00:00:00Z, got 2012-06-14T07:00:00Z; Milestone.testEditWithAllParameters: sent 2012-06-16, got
2012-06-16T07:00:00Z).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

_WINTER = timezone(timedelta(hours=-8))
_SUMMER = timezone(timedelta(hours=-7))


def due_on(text: str) -> str:
    """
    What GitHub makes of a date, `2027-02-01`, or of an instant, `2027-02-01T12:00:00Z`.

    Raises:
        ValueError: It is neither, or lies outside the years that can be told.
    """
    if len(text) == len("2027-02-01"):
        day = date.fromisoformat(text)
    else:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(f"{text} lacks a time zone")
        day = _day(instant)
    midnight = datetime.combine(day, time(), _zone(day))
    try:
        return midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _day(instant: datetime) -> date:
    """The day on which it is that instant in Pacific time; the hour of the change itself is taken for winter."""
    try:
        summer_day = instant.astimezone(_SUMMER).date()
        return summer_day if _zone(summer_day) is _SUMMER else instant.astimezone(_WINTER).date()
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _zone(day: date) -> timezone:
    """Summer time begins after midnight of the second Sunday in March and ends after that of the first in November."""
    begins, ends = _sunday_from(date(day.year, 3, 8)), _sunday_from(date(day.year, 11, 1))
    return _SUMMER if begins < day <= ends else _WINTER


def _sunday_from(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)
