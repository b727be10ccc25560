"""A run at one instant, counted: what progress bars, plain lines and `status` show."""

from __future__ import annotations

import math
from collections import Counter

import msgspec

from penstock.core.fold import DEAD, DONE, DOUBT, SENT, SKIPPED, Fold
from penstock.model.decision import Decision, WaitUntil
from penstock.model.operation import KINDS
from penstock.output.changes import kind_words

BRIEF_S = 2.0
"""A shorter wait is the ordinary rhythm of sending, and not worth a word."""


class Bar(msgspec.Struct, frozen=True):
    """One kind: how many operations there are, stand, and failed or were skipped."""

    name: str
    total: int
    done: int
    failed: int


class Wait(msgspec.Struct, frozen=True):
    """What holds the run back, until when in epoch seconds."""

    cause: str
    until: float


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        bars: In the order of `KINDS`.
        left: Kind → operations not settled.
        wait: What holds the run back; None while it sends.
        started_at: Epoch seconds of the run's first start.
    """

    bars: tuple[Bar, ...]
    left: dict[str, int]
    total: int
    done: int
    failed: int
    in_doubt: int
    in_flight: int
    requests: int
    throttles: int
    started_at: float
    wait: Wait | None = None

    @property
    def settled(self) -> int:
        """Operations that are done, failed or skipped."""
        return self.done + self.failed

    @property
    def percent(self) -> int:
        """Settled of all, rounded down: 100 means all."""
        return 100 * self.settled // self.total if self.total else 100


def snapshot(fold: Fold, wait: Wait | None = None) -> Snapshot:
    """Count a fold. Takes about 60 ms for a million operations."""
    counts = Counter(zip(fold.kinds, fold.phase, strict=True))
    totals = Counter(fold.kinds)
    bars = []
    left: dict[str, int] = {}
    for kind in KINDS:
        if total := totals[kind.code]:
            done, dead, skipped = (counts[kind.code, phase] for phase in (DONE, DEAD, SKIPPED))
            bars.append(Bar(kind_words(kind.name).long[1], total, done, dead + skipped))
            left[kind.name] = total - done - dead - skipped
    phases = Counter(fold.phase)
    return Snapshot(
        bars=tuple(bars),
        left=left,
        total=len(fold.kinds),
        done=phases[DONE],
        failed=phases[DEAD] + phases[SKIPPED],
        in_doubt=phases[DOUBT],
        in_flight=phases[SENT],
        requests=fold.requests,
        throttles=fold.throttles,
        started_at=fold.started_at,
        wait=wait,
    )


def wait_of(decision: Decision, now: float) -> Wait | None:
    """What the decision says about waiting; None while it sends, and for waits too short to tell."""
    match decision:
        case WaitUntil(at=at, cause=cause) if BRIEF_S <= at - now < math.inf:
            return Wait(cause, at)
        case _:
            return None
