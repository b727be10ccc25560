"""The live screen at every size."""

from __future__ import annotations

from datetime import UTC

import pytest
from tests.output.moments import BAND, HINT, sending, waiting
from tests.output.samples import NOW

from penstock.output.bars import line_of, picture
from penstock.output.ink import Ink
from penstock.output.rows import columns, painted
from penstock.output.snapshot import Bar, Snapshot


def drawn(shot: Snapshot, width: int, height: int) -> list[str]:
    """A picture as plain lines."""
    rows = picture(shot, BAND, NOW, width=width, height=height, hint=HINT, zone=UTC)
    assert all(columns(row) <= width for row in rows)
    return [painted(row, Ink(False)) for row in rows]


@pytest.mark.parametrize("width", [1, 20, 59, 60, 61, 79, 98, 99, 100, 119, 199, 400])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 8, 12, 17, 23, 29, 39, 49])
@pytest.mark.parametrize("shot", [waiting(), sending()], ids=["waiting", "sending"])
def test_a_picture_never_leaves_the_screen(shot: Snapshot, width: int, height: int) -> None:
    """Whatever the terminal's size is: no row is wider, and there are no more rows."""
    assert len(drawn(shot, width, height)) <= height


@pytest.mark.parametrize("width", [60, 79, 99, 119, 199])
@pytest.mark.parametrize("height", [5, 8, 12, 17, 23, 39])
def test_what_matters_most_is_never_given_up(width: int, height: int) -> None:
    """How far, how long still, what is waited for until when, and what Ctrl-C does."""
    text = "\n".join(drawn(waiting(), width, height))

    for word in ("346/1,277", "27 %", "after 41:12, 1 h 23 min to 2 h 13 min left", HINT):
        assert word in text
    assert "waits for content, 500 per hour, until 08:12 (12:20)" in text


def test_the_limit_that_binds_is_the_last_one_to_go() -> None:
    """A terminal of few rows shows the binding window with its mark, in a list that keeps its order."""
    rows = drawn(waiting(troubles=()), 79, 15)

    marked = [row for row in rows if "← limiting" in row]
    assert ["content, 500 per hour" in row for row in marked] == [True]
    assert not any("900 REST points" in row for row in rows)


@pytest.mark.parametrize(("width", "together"), [(98, False), (99, True)])
def test_panels_stand_side_by_side_where_there_is_room(width: int, together: bool) -> None:
    """From 100 columns on, of which the last stays free."""
    (head,) = [row for row in drawn(waiting(), width, 49) if "left of each limit" in row]

    assert together == ("engine" in head)


def test_kinds_that_are_over_are_drawn_as_one() -> None:
    """On a small terminal the kinds under way keep their bars; the others are added up, and nothing is lost."""
    rows = drawn(waiting(), 79, 23)

    assert ["issues", "closes", "blocked-by links", "2 more kinds"] == [row[:16].strip() for row in rows[:4]]
    assert rows[3].endswith("29/29")


def test_a_narrow_terminal_gets_one_line() -> None:
    """Below 60 columns there is no room for panels."""
    assert ["27 % 346/1,277, waits for content, 500 per hour,…"] == drawn(waiting(), 50, 24)


def test_a_run_that_ended_leaves_bars_alone() -> None:
    """What is left of limits, and what Ctrl-C does, is of no use any more."""
    rows = drawn(waiting(state="stopped", wait=None, troubles=()), 79, 40)

    assert 6 == len(rows)
    assert rows[-1].endswith("27 %  after 41:12")


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        (Bar("all", 1_000, 1, 0), "─" * 20),
        (Bar("all", 1_000, 999, 0), "━" * 19 + "─"),
        (Bar("all", 1_000, 999, 1), "━" * 20),
        (Bar("all", 1_000, 0, 1), "━" + "─" * 19),
        (Bar("all", 1_000, 1_000, 0), "━" * 20),
    ],
)
def test_a_bar_is_whole_when_everything_is_settled(bar: Bar, expected: str) -> None:
    """Not before; and a single failure is seen."""
    assert expected == "".join(text for text, _ in line_of(bar, 20))
