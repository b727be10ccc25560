"""Limits and engine, as a person reads them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.output.moments import GAUGES, LIMITS, sending, waiting
from tests.output.samples import NOW

from penstock.output.ink import Ink
from penstock.output.panels import budget_rows, engine_rows, limit_words
from penstock.output.rows import columns, painted
from penstock.output.snapshot import Snapshot


def test_the_binding_limit_is_marked_without_colour() -> None:
    """An arrow and a word; how much is left is a bar and a number."""
    rows = [painted(row, Ink(False)) for row in budget_rows(LIMITS, NOW, 90, 99)]

    assert [False, True, False, False, False, False, False] == ["← limiting" in row for row in rows]
    assert "content, 500 per hour           ░░░░░░░░░░░░░░░░     0 more in 12:20 ← limiting" == rows[1]
    assert "900 REST points per minute      ████████████████   900" == rows[2].rstrip()


def test_a_limit_that_is_spent_a_little_shows_it() -> None:
    """1,995 of 2,000 is not a full bar; what is left of almost nothing is not an empty one."""
    little = [replace(LIMITS[0], left=1, limit=2_000, name="a"), replace(LIMITS[0], left=1_999, limit=2_000, name="b")]

    assert ["█" + "░" * 15, "█" * 15 + "░"] == [
        painted(row[2:4], Ink(False)) for row in budget_rows(little, NOW, 90, 9)
    ]


@pytest.mark.parametrize("most", range(1, 8))
def test_the_scarcest_limits_are_shown(most: int) -> None:
    """The binding one first of all; those that are shown keep their order."""
    shown = [painted(row, Ink(False)) for row in budget_rows(LIMITS, NOW, 90, most)]
    names = [gauge.name for gauge in LIMITS if any(row.startswith(gauge.name) for row in shown)]

    assert most == len(names) == len(shown)
    assert "content, 500 per hour" in names


@pytest.mark.parametrize("width", [55, 60, 70, 80, 120])
def test_rows_of_limits_fit(width: int) -> None:
    """When it is narrow, the time of the next unit goes; the mark stays."""
    rows = budget_rows(LIMITS, NOW, width, 99)

    assert all(columns(row) <= width for row in rows)
    assert 1 == sum("← limiting" in painted(row, Ink(False)) for row in rows)


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        (waiting(), ["0 a minute, 8.4 overall", "closed, 2 trips", "0 of 1, 1 reading", "7 server, 2 timeout"]),
        (sending(), ["98,765 a minute, 99,999 overall", "open for 8 s, 1 trip", "8 of 8", "1,204 network"]),
        (sending(per_minute=None, gauges=replace(GAUGES, breaker="half_open")), ["not known yet", "probing, 2 trips"]),
    ],
)
def test_the_engine_says_how_it_turns(shot: Snapshot, expected: list[str]) -> None:
    """Rate, breaker with the next probe, requests in flight, retries by category."""
    text = "\n".join(painted(row, Ink(False)) for row in engine_rows(shot, NOW, 70, 99))

    for words in expected:
        assert f" {words}" in text


def test_two_facts_share_a_wide_row() -> None:
    """So a stacked panel is half as high."""
    assert (7, 4) == tuple(len(engine_rows(waiting(), NOW, width, 99)) for width in (71, 72))


def test_a_limit_in_words() -> None:
    """For those who read lines instead of looking at bars."""
    assert "content, 500 per hour: 0 of 500 left, more in 12:20, limiting" == limit_words(LIMITS[1], NOW)
    assert "900 REST points per minute: 900 of 900 left" == limit_words(LIMITS[2], NOW)
