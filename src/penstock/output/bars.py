"""
The live screen of a run: bars, limits, engine, what failed last, and what it waits for.

It is composed anew for the size the terminal has at each picture. What matters most is never given up: how far, how
long still, what is waited for, and what Ctrl-C does. The rest goes step by step until the picture fits.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple, TextIO

from penstock.output.canvas import Canvas
from penstock.output.ink import Ink
from penstock.output.panels import budget_rows, engine_rows
from penstock.output.progress import facts_of, state_words
from penstock.output.rows import Row, boxed, clipped, columns, filled, side_by_side
from penstock.output.snapshot import Band, Bar, Snapshot, Trouble
from penstock.output.text import cut

TWO_COLUMNS = 100
"""From so many columns on the panels stand side by side."""

PANELS = 60
"""On a narrower terminal the picture is one line."""

ENGINE_COLUMNS = 42
BUDGET_COLUMNS = 84
NAME_COLUMNS = 20
BAR_COLUMNS = (10, 50)
EVERYTHING = 99


class Room(NamedTuple):
    """How many rows each part of the picture may have."""

    kinds: int = EVERYTHING
    limits: int = EVERYTHING
    engine: int = EVERYTHING
    troubles: int = 3


ROOMS = (
    Room(),
    Room(kinds=6),
    Room(kinds=5, limits=5, engine=6),
    Room(kinds=4, limits=4, engine=4),
    Room(kinds=4, limits=3, engine=3),
    Room(kinds=3, limits=3, engine=2, troubles=2),
    Room(kinds=3, limits=2, engine=2, troubles=1),
    Room(kinds=3, limits=2, engine=0, troubles=1),
    Room(kinds=2, limits=0, engine=0, troubles=1),
    Room(kinds=0, limits=0, engine=0, troubles=1),
    Room(kinds=0, limits=0, engine=0, troubles=0),
)
"""From the richest picture to the poorest: the first one that fits is drawn."""


class BarPicture:
    """
    `progress.Picture` on a terminal.

    Args:
        color: Whether to paint.
        hint: The last line, as long as the run goes on.
    """

    def __init__(self, *, color: bool, hint: str, file: TextIO | None = None) -> None:
        self._hint = hint
        self._canvas = Canvas(file or sys.stderr, Ink(color))

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Draw over the last picture."""
        width, height = self._canvas.size()
        self._canvas.draw(picture(shot, left, now, width=width, height=height, hint=self._hint))

    def say(self, line: str) -> None:
        """From now on this is the last line."""
        self._hint = line

    def close(self) -> None:
        """Leave the last picture where it stands."""
        self._canvas.close()


def picture(
    shot: Snapshot, left: Band, now: float, *, width: int, height: int, hint: str = "", zone: tzinfo | None = None
) -> list[Row]:
    """
    The rows of one picture.

    Args:
        width, height: Most columns and rows.
        hint: The last line.
        zone: Of times; the machine's own when None.
    """
    if width < PANELS or height < 3:
        return [one_line(shot, left, now, width)]
    state: Row = ((state_words(shot, now, zone), "bold" if shot.wait else ""),)
    facts = facts_of(shot, left, now)
    running = shot.state == "running"
    tail: list[Row] = [((hint, "dim"),)] if hint and running else []
    for room in ROOMS:
        rows = [
            *shot.about,
            *_bars(shot, facts, width, room.kinds),
            *([state] if running else []),
            *_panels(shot, now, width, room),
            *_troubles(shot.troubles if running else (), width, room.troubles),
            *tail,
        ]
        if len(rows) <= height:
            break
    return [clipped(row, width) for row in rows[-height:]]


def one_line(shot: Snapshot, left: Band, now: float, width: int) -> Row:
    """All that a narrow terminal has room for."""
    words = f"{shot.percent} % {shot.settled:,}/{shot.total:,}, {state_words(shot, now)}, {facts_of(shot, left, now)}"
    return ((cut(words, width), ""),)


# -- bars


def _bars(shot: Snapshot, facts: str, width: int, kinds: int) -> list[Row]:
    """One for each kind, and one for all with the time beside it, or below where it is too narrow."""
    whole = Bar("all", shot.total, shot.done, shot.failed)
    shown = _collapsed(shot.bars if len(shot.bars) > 1 else (), kinds)
    names = min(NAME_COLUMNS, max(len(bar.name) for bar in (*shown, whole)))
    counts = max(len(_count(bar)) for bar in (*shown, whole))
    tail = f"{shot.percent:>3} %  {facts}"
    free = width - names - counts - 2
    beside = free - len(tail) - 2 >= BAR_COLUMNS[0]
    length = max(BAR_COLUMNS[0], min(BAR_COLUMNS[1], free - (len(tail) if beside else 12) - 2))
    rows = [_bar_row(bar, names, length, counts) for bar in shown]
    last = _bar_row(whole, names, length, counts)
    if beside:
        return [*rows, (*last, (f"  {tail}", "bold"))]
    return [*rows, (*last, (f"  {shot.percent:>3} %", "bold")), ((facts, "bold"),)]


def _collapsed(bars: Sequence[Bar], most: int) -> list[Bar]:
    """So many bars in their order, the last one for all kinds that have none of their own: those not under way."""
    if len(bars) <= most or most == 0:
        return list(bars)[:most]
    first = sorted(bars, key=lambda bar: (_settled(bar) == bar.total, _settled(bar) == 0))[: most - 1]
    others = [bar for bar in bars if bar not in first]
    sums = (sum(getattr(bar, field) for bar in others) for field in ("total", "done", "failed"))
    return [*(bar for bar in bars if bar in first), Bar(f"{len(others)} more kinds", *sums)]


def _settled(bar: Bar) -> int:
    return bar.done + bar.failed


def _bar_row(bar: Bar, names: int, length: int, counts: int) -> Row:
    failed = f"  {bar.failed:,} failed" if bar.failed and bar.name != "all" else ""
    return (
        *filled(((bar.name, ""),), names + 1),
        *line_of(bar, length),
        (f" {_count(bar):>{counts}}", ""),
        (failed, "red"),
    )


def line_of(bar: Bar, length: int) -> Row:
    """Done, failed and open: whole when nothing is open, and a single failure is seen."""
    done = length * bar.done // bar.total if bar.total else length
    failed = -(-length * bar.failed // bar.total) if bar.total else 0
    done = min(done, length - failed)
    style = "green" if bar.done == bar.total else "cyan"
    return ("━" * done, style), ("━" * failed, "red"), ("─" * (length - done - failed), "dim")


def _count(bar: Bar) -> str:
    return f"{_settled(bar):,}/{bar.total:,}"


# -- panels


def _panels(shot: Snapshot, now: float, width: int, room: Room) -> list[Row]:
    """Limits and engine, side by side or one below the other; a panel with nothing in it is left out."""
    gauges = shot.gauges
    if shot.state != "running" or not gauges.slots:
        return []
    title = f"left of each limit ({gauges.profile})"
    if width >= TWO_COLUMNS - 1:
        engine = min(ENGINE_COLUMNS, width - 60)
        budget = min(BUDGET_COLUMNS, width - engine - 1)
        left = budget_rows(gauges.limits, now, budget - 4, room.limits)
        right = engine_rows(shot, now, engine - 4, room.engine)
        high = max(len(left), len(right))
        if not left or not right:
            return [*_boxed(title, left, budget), *_boxed("engine", right, engine)]
        left, right = ([*rows, *[()] * (high - len(rows))] for rows in (left, right))
        return side_by_side(boxed(title, left, budget), boxed("engine", right, engine), budget)
    whole = min(width, BUDGET_COLUMNS)
    return [
        *_boxed(title, budget_rows(gauges.limits, now, whole - 4, room.limits), whole),
        *_boxed("engine", engine_rows(shot, now, whole - 4, room.engine), whole),
    ]


def _boxed(title: str, rows: Sequence[Row], width: int) -> list[Row]:
    return boxed(title, rows, width) if rows else []


# -- what failed last


def _troubles(troubles: Sequence[Trouble], width: int, most: int) -> list[Row]:
    """The last ones, each with its page, or its line where it has none; the words below where they do not fit."""
    rows: list[Row] = []
    for trouble in troubles[len(troubles) - most :] if most else ():
        head: Row = (("! ", "red"), (trouble.operation, ""), (f"  {trouble.url or trouble.where}", ""))
        if columns(head) + len(trouble.why) + 2 <= width:
            rows.append((*head, (f"  {trouble.why}", "")))
        else:
            rows += [head, ((f"  {trouble.why}", ""),)]
    return rows
