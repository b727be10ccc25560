"""
A run while it goes: a live screen on a terminal, plain lines anywhere else.

The observer only remembers what it was told; `tick`, called a few times a second, draws. So a run that waits for an
hour still counts the minutes down, and a run of a million operations is not slowed by its own picture.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import Protocol

import msgspec

from penstock.core.fold import DEAD, Fold
from penstock.engine.driver import Moment
from penstock.engine.failures import failures_of
from penstock.model.decision import Decision, Finished, Halt
from penstock.model.operation import Operation
from penstock.model.plan import Plan
from penstock.output.snapshot import Band, Pace, Snapshot, Trouble, snapshot, trouble_of, wait_of
from penstock.output.text import band_words, ticking, time_of_day

PLAIN_EVERY_S = 30.0
PLAIN_EVERY_PERCENT = 5
LIVE_EVERY_S = 0.125
OPERATIONS_PER_S = 500_000
"""Drawing counts every operation; a picture a second for so many keeps that under a tenth of a core."""

TROUBLES_KEPT = 3

Left = Callable[[Snapshot, float], Band]
"""How long what is left takes, from a snapshot and the present instant."""

Look = Callable[[Fold, Sequence[int]], Iterable[Trouble]]
"""Operations by number, as they failed."""


class Picture(Protocol):
    """Where progress is drawn."""

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Show the run as it stands."""
        ...

    def say(self, line: str) -> None:
        """Show what holds from now on."""
        ...

    def close(self) -> None:
        """Nothing more will be shown."""
        ...


class Progress:
    """
    Stands between a run and its picture.

    Args:
        look: Names operations that failed.
        left: Says how long the rest takes.

    Attributes:
        begun: The run has made its first decision: something may have been sent.
        shot: The last one that was drawn.
    """

    def __init__(self, picture: Picture, *, look: Look, left: Left) -> None:
        self.begun = False
        self.shot: Snapshot | None = None
        self._picture = picture
        self._look = look
        self._left = left
        self._moment: Moment | None = None
        self._since = 0.0
        self._settled_before = 0
        self._pace = Pace()
        self._told: set[int] = set()
        self._troubles: deque[Trouble] = deque(maxlen=TROUBLES_KEPT)
        self._next_at = -math.inf
        self._drawn_at = 0.0

    def observe(self, moment: Moment) -> None:
        """Take in a decision."""
        if self._moment is None:
            self._since, self._settled_before = moment.now, moment.fold.settled
            self._told.update(moment.fold.reasons)
        self.begun = True
        self._moment = moment

    def tick(self, now: float, real_now: float | None = None) -> None:
        """
        Draw, if the last picture is old enough.

        Args:
            now: Epoch seconds of the run's clock.
            real_now: Seconds of the viewer's clock, where the run's is virtual.
        """
        at = now if real_now is None else real_now
        if self._moment and at >= self._next_at:
            self._draw(self._moment, now)
            self._next_at = at + max(LIVE_EVERY_S, len(self._moment.fold.kinds) / OPERATIONS_PER_S)

    def say(self, line: str) -> None:
        """Show what holds from now on, at once."""
        self._picture.say(line)
        self._draw_again()

    def close(self) -> None:
        """Draw how it ended."""
        self._draw_again()
        self._picture.close()

    def _draw_again(self) -> None:
        """As of the last instant that is known: a run that waits decided long ago."""
        if self._moment:
            self._draw(self._moment, max(self._drawn_at, self._moment.now))

    def _draw(self, moment: Moment, now: float) -> None:
        self._drawn_at = now
        fold = moment.fold
        news = tuple(self._look(fold, self._newly_dead(fold)))
        self._troubles.extend(news)
        self._pace.note(fold.settled, now)
        self.shot = msgspec.structs.replace(
            snapshot(fold, wait_of(moment.decision, now)),
            state=_state_of(moment.decision),
            since=self._since,
            settled_before=self._settled_before,
            per_minute=self._pace.per_minute(now),
            gauges=moment.gauges(),
            troubles=tuple(self._troubles),
            news=news,
        )
        self._picture.draw(self.shot, self._left(self.shot, now), now)

    def _newly_dead(self, fold: Fold) -> list[int]:
        if len(fold.reasons) == len(self._told):  # an operation that has a reason keeps it
            return []
        new = [no for no in fold.reasons if no not in self._told]
        self._told.update(new)
        return [no for no in new if fold.phase[no] == DEAD]


def _state_of(decision: Decision) -> str:
    match decision:
        case Finished():
            return "finished"
        case Halt():
            return "stopped"
        case _:
            return "running"


def looking_up(plan: Plan, look: Callable[[list[int]], list[Operation]]) -> Look:
    """A `Look` that finds operations by number, and tells where they belong."""

    def found(fold: Fold, numbers: Sequence[int]) -> Iterable[Trouble]:
        failures = failures_of(look(list(numbers)), fold, plan) if numbers else ()
        return [trouble_of(failure, plan.desired.source) for failure in failures]

    return found


class PlainPicture:
    """A line every 30 seconds or 5 percent, whichever comes first, and one for each failure. Never overwrites one."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._percent = -PLAIN_EVERY_PERCENT
        self._at = 0.0

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Lines, if there is something new to say."""
        for trouble in shot.news:
            self._write(trouble_line(trouble))
        step = shot.percent - shot.percent % PLAIN_EVERY_PERCENT
        ended = shot.percent == 100 and self._percent < 100
        if ended or step >= self._percent + PLAIN_EVERY_PERCENT or now >= self._at + PLAIN_EVERY_S:
            self._percent = 100 if ended else step
            self._at = now
            self._write(plain_line(shot, left, now))

    def say(self, line: str) -> None:
        """A line of its own."""
        self._write(line)

    def close(self) -> None:
        """Nothing to put away."""


def plain_line(shot: Snapshot, left: Band, now: float, zone: tzinfo | None = None) -> str:
    """`12 %  77/640 waits for content, 80 per minute, until 14:32:07 (49 s), after 1:35, 6 to 8 min left`."""
    failed = f"{shot.failed:,} failed, " if shot.failed else ""
    words = f"{failed}{state_words(shot, now, zone)}, {facts_of(shot, left, now)}"
    return f"{shot.percent:>3} %  {shot.settled:,}/{shot.total:,} {words}"


def trouble_line(trouble: Trouble) -> str:
    """`failed issue.create T077 (docs/prd.md:118): label "p9" does not exist`, and the page where there is one."""
    where = f" ({trouble.where})" if trouble.where else ""
    page = f"  {trouble.url}" if trouble.url else ""
    return f"failed {trouble.operation}{where}: {trouble.why}{page}"


def state_words(shot: Snapshot, now: float, zone: tzinfo | None = None) -> str:
    """What the run does: `sending`, `finished`, or what it waits for, until when, and how long that is."""
    if shot.state != "running":
        return shot.state
    if shot.wait is None:
        return "sending"
    until = shot.wait.until
    return f"waits for {shot.wait.cause}, until {time_of_day(until, now, zone)} ({ticking(until - now)})"


def facts_of(shot: Snapshot, left: Band, now: float) -> str:
    """`after 41:12, 35 to 42 min left`."""
    after = f"after {ticking(now - shot.since)}"
    open_still = shot.state == "running" and shot.settled < shot.total and left.high_s >= 1
    return f"{after}, {band_words(left.low_s, left.high_s)} left" if open_still else after
