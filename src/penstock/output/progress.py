"""
A run while it goes: bars on a terminal, plain lines anywhere else.

The observer only remembers what it was told; `tick`, called a few times a second, draws. So a run that waits for an
hour still counts the minutes down, and a run of a million operations is not slowed by its own picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Protocol

from penstock.core.describe import format_duration
from penstock.core.fold import DEAD, Fold
from penstock.engine.driver import Moment
from penstock.model.decision import Decision
from penstock.model.operation import Operation
from penstock.output.snapshot import Snapshot, snapshot, wait_of
from penstock.output.text import clean, place, time_of_day

PLAIN_EVERY_S = 30.0
PLAIN_EVERY_PERCENT = 5
LIVE_EVERY_S = 0.125
OPERATIONS_PER_S = 500_000
"""Drawing counts every operation; a picture a second for so many keeps that under a tenth of a core."""

Left = Callable[[Snapshot, float], float]
"""Seconds still to go, from a snapshot and the present instant."""

Look = Callable[[list[int]], list[Operation]]
"""Operations by number."""


class Picture(Protocol):
    """Where progress is drawn."""

    def draw(self, shot: Snapshot, left_s: float, now: float) -> None:
        """Show the run as it stands."""
        ...

    def say(self, line: str) -> None:
        """Show a line that stays."""
        ...

    def close(self) -> None:
        """Nothing more will be shown."""
        ...


class Progress:
    """
    Stands between a run and its picture.

    Args:
        look: Operations by number, to name those that failed.
        source: The task file, for line references.
        left: Says how long the rest takes.

    Attributes:
        begun: The run has made its first decision: something may have been sent.
        shot: The last one that was drawn.
    """

    def __init__(self, picture: Picture, *, look: Look, source: str, left: Left) -> None:
        self.begun = False
        self.shot: Snapshot | None = None
        self._picture = picture
        self._look = look
        self._source = source
        self._left = left
        self._fold: Fold | None = None
        self._decision: Decision | None = None
        self._told: set[int] = set()
        self._next_at = -math.inf
        self._now = 0.0

    def observe(self, moment: Moment) -> None:
        """Take in a decision."""
        if self._fold is None:
            self._told.update(moment.fold.reasons)
        self.begun = True
        self._fold, self._decision, self._now = moment.fold, moment.decision, moment.now

    def tick(self, now: float, real_now: float | None = None) -> None:
        """
        Draw, if the last picture is old enough.

        Args:
            now: Epoch seconds of the run's clock.
            real_now: Seconds of the viewer's clock, where the run's is virtual.
        """
        at = now if real_now is None else real_now
        if self._fold is not None and at >= self._next_at:
            self._draw(self._fold, now)
            self._next_at = at + max(LIVE_EVERY_S, len(self._fold.kinds) / OPERATIONS_PER_S)

    def say(self, line: str) -> None:
        """Show a line that stays."""
        self._picture.say(line)

    def close(self) -> None:
        """Draw how it ended."""
        if self._fold is not None:
            self._draw(self._fold, self._now)
        self._picture.close()

    def _draw(self, fold: Fold, now: float) -> None:
        new = [no for no in fold.reasons if no not in self._told]
        self._told.update(new)
        dead = [no for no in new if fold.phase[no] == DEAD]
        for operation in self._look(dead) if dead else []:
            where = f" ({place(self._source, operation.line)})" if operation.line else ""
            self._picture.say(f"failed {operation.name}{where}: {clean(fold.reasons[operation.no])}")
        self.shot = snapshot(fold, wait_of(self._decision, now) if self._decision else None)
        self._picture.draw(self.shot, self._left(self.shot, now), now)


class PlainPicture:
    """A line every 30 seconds or 5 percent, whichever comes first. Never overwrites one."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._percent = -PLAIN_EVERY_PERCENT
        self._at = 0.0

    def draw(self, shot: Snapshot, left_s: float, now: float) -> None:
        """A line, if there is something new to say."""
        step = shot.percent - shot.percent % PLAIN_EVERY_PERCENT
        ended = shot.percent == 100 and self._percent < 100
        if ended or step >= self._percent + PLAIN_EVERY_PERCENT or now >= self._at + PLAIN_EVERY_S:
            self._percent = 100 if ended else step
            self._at = now
            self._write(plain_line(shot, left_s, now))

    def say(self, line: str) -> None:
        """A line of its own."""
        self._write(line)

    def close(self) -> None:
        """Nothing to put away."""


def plain_line(shot: Snapshot, left_s: float, now: float) -> str:
    """`12 %  77/640 after 95 s, waits for content, 80 per minute, until 14:32:07, about 6 min left`."""
    return f"{shot.percent:>3} %  {shot.settled:,}/{shot.total:,} " + ", ".join(_facts(shot, left_s, now))


def state_lines(shot: Snapshot, left_s: float, now: float) -> list[str]:
    """What stands below the bars: what it does, and what it met."""
    first = "sending" if shot.settled < shot.total else "done"
    met = f"{shot.requests:,} requests, {shot.throttles:,} refused by a limit, {shot.in_doubt:,} in doubt"
    *rest, tail = [part for part in _facts(shot, left_s, now) if not part.startswith("waits")] or [""]
    facts = ", ".join([*rest, tail])
    if shot.wait:
        first = f"waits for {shot.wait.cause}, until {time_of_day(shot.wait.until, now)}"
        first += f" ({format_duration(max(0.0, shot.wait.until - now))})"
    return [first, f"{facts}; {met}"]


def _facts(shot: Snapshot, left_s: float, now: float) -> Iterable[str]:
    yield f"after {format_duration(max(0.0, now - shot.started_at))}"
    if shot.failed:
        yield f"{shot.failed:,} failed"
    if shot.wait:
        yield f"waits for {shot.wait.cause}, until {time_of_day(shot.wait.until, now)}"
    if left_s >= 1 and shot.settled < shot.total:
        yield f"about {format_duration(left_s)} left"
