"""A run at one instant, counted: what live screens, plain lines and `status` show."""

from __future__ import annotations

import math
from collections import Counter, deque

import msgspec

from penstock.core.fold import DEAD, DONE, DOUBT, PHASES, SENT, SKIPPED, Fold
from penstock.model.decision import Decision, WaitUntil
from penstock.model.gauges import Gauges
from penstock.model.operation import KINDS
from penstock.model.result import Failure
from penstock.output.changes import kind_words
from penstock.output.rows import Row
from penstock.output.text import clean, place

BRIEF_S = 2.0
"""A shorter wait is the ordinary rhythm of sending, and not worth a word."""

PACE_S = 60.0
"""Over how long a pace is measured."""


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


class Trouble(msgspec.Struct, frozen=True):
    """
    An operation that failed, as it is told while the run goes on.

    Attributes:
        operation: e.g. `issue.update 21.4`.
        why: The server's words.
        where: `file:line` of its task; empty where no line is known.
        url: Page of what it is about; empty for an issue that does not exist.
    """

    operation: str
    why: str
    where: str = ""
    url: str = ""


class Band(msgspec.Struct, frozen=True):
    """Seconds that what is left will take: at least, and at most as far as is known."""

    low_s: float
    high_s: float


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        bars: In the order of `KINDS`.
        left: Kind → operations not settled.
        wait: What holds the run back; None while it sends.
        state: `running`, `interrupted` (its process is gone), `stopped` or `finished`.
        since: Epoch seconds at which this process took the run up.
        settled_before: Operations that were settled then.
        per_minute: Operations settled in the last minute; None while that is not known.
        gauges: The instruments.
        troubles: What failed in this process: the last ones, the latest last.
        about: Rows above all others, where a run is looked at from outside.
        news: Those of them that failed since the snapshot before, and more if there were more.
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
    state: str = "running"
    since: float = 0.0
    settled_before: int = 0
    per_minute: float | None = None
    wait: Wait | None = None
    gauges: Gauges = Gauges()
    troubles: tuple[Trouble, ...] = ()
    news: tuple[Trouble, ...] = ()
    about: tuple[Row, ...] = ()

    @property
    def settled(self) -> int:
        """Operations that are done, failed or skipped."""
        return self.done + self.failed

    @property
    def percent(self) -> int:
        """Settled of all, rounded down: 100 means all."""
        return 100 * self.settled // self.total if self.total else 100


class Pace:
    """How fast operations are settled, over the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, settled: int, now: float) -> None:
        """So many are settled now."""
        self._seen.append((now, settled))
        while len(self._seen) > 1 and self._seen[1][0] <= now - PACE_S:
            self._seen.popleft()

    def per_minute(self, now: float) -> float | None:
        """Operations a minute; None while too little was seen."""
        if not self._seen or now - self._seen[0][0] < BRIEF_S:
            return None
        (began, before), (_, settled) = self._seen[0], self._seen[-1]
        return (settled - before) * 60.0 / (now - began)


def snapshot(fold: Fold, wait: Wait | None = None) -> Snapshot:
    """Count a fold. Takes about 60 ms for a million operations."""
    counts = Counter(zip(fold.kinds, fold.phase, strict=True))
    bars = []
    left: dict[str, int] = {}
    phases: Counter[int] = Counter()
    for kind in KINDS:
        of_kind = {phase: counts[kind.code, phase] for phase in range(len(PHASES))}
        phases.update(of_kind)
        if total := sum(of_kind.values()):
            failed = of_kind[DEAD] + of_kind[SKIPPED]
            bars.append(Bar(kind_words(kind.name).long[1], total, of_kind[DONE], failed))
            left[kind.name] = total - of_kind[DONE] - failed
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
        wait=wait,
    )


def trouble_of(failure: Failure, source: str) -> Trouble:
    """A failure, with its line in the task file."""
    where = place(source, failure.line) if failure.line else ""
    return Trouble(failure.operation, clean(failure.why), where, failure.url)


def wait_of(decision: Decision, now: float) -> Wait | None:
    """What the decision says about waiting; None while it sends, and for waits too short to tell."""
    match decision:
        case WaitUntil(at=at, cause=cause) if BRIEF_S <= at - now < math.inf:
            return Wait(cause, at)
        case _:
            return None
