"""
The one fold: what the log of a run says about every operation.

The scheduler keeps its state here while it runs and rebuilds it here after a crash, so both are the same by
construction; status and reports read it too. Operations are numbers, their state stands in arrays.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable

from penstock.model.events import (
    Answered,
    Breaker,
    Dead,
    Ended,
    Event,
    Intent,
    Looked,
    Pause,
    Skipped,
    Started,
    Stopped,
    Switched,
)
from penstock.model.operation import KINDS
from penstock.model.outcome import InDoubt, Outcome, Succeeded, Transient

PENDING, SENT, DOUBT, DONE, DEAD, SKIPPED = range(6)
PHASES = ("pending", "sent", "in doubt", "done", "dead", "skipped")
ISSUE_CREATE = next(kind.code for kind in KINDS if kind.name == "issue.create")


class Doubt:
    """
    What is known about one operation in doubt.

    Attributes:
        high_water: Greatest issue number known before it was sent.
        deadline: Epoch seconds after which the server no longer worked on the request.
        since: Epoch seconds at which it came into doubt.
        reads: Whole reads since the deadline that did not show it.
        cause: Why it is in doubt.
    """

    __slots__ = ("cause", "deadline", "high_water", "reads", "since")

    def __init__(self, high_water: int, deadline: float, since: float, cause: InDoubt) -> None:
        self.high_water = high_water
        self.deadline = deadline
        self.since = since
        self.cause = cause
        self.reads = 0


class Fold:
    """
    State of a run after the events applied so far.

    Args:
        kinds: Kind code of every operation, by number.

    Attributes:
        kinds, phase, number, node_id, database_id, done_at: By operation. Ids are 0 or empty, and times 0, where none
            is known; times are epoch seconds.
        open: Requests without an answer, by batch.
        doubt, doubtful: Operations in doubt, and how many there are of each kind.
        pauses: The last one of every scope.
        reasons: Why an operation is dead or skipped.
        profile: Limits that the run switched to; empty while it has not.
        breaker, breaker_until, trips: State of the circuit breaker, the next probe while it is open, in epoch seconds,
            and how often it opened.
        last_batch, high_water: Greatest batch and issue number so far.
        requests, throttles: Requests sent, refusals met.
        batch_size: Operations of the last request that did some.
        retries: Error category → tries that failed with it, each to be made again.
        request_ids: GitHub's id of the last failed try, of operations that do not stand.
        started_at, last_at: Of the first start and the last event.
        ended: Every operation is settled.
        stopped: Why the process let go of the run; empty while one holds it.
    """

    def __init__(self, kinds: Iterable[int] = ()) -> None:
        self.kinds = bytearray()
        self.phase = bytearray()
        self.number = array("q")
        self.database_id = array("q")
        self.done_at = array("d")
        self.node_id: list[str] = []
        self.extend(kinds)
        self.open: dict[int, Intent] = {}
        self.doubt: dict[int, Doubt] = {}
        self.doubtful = [0] * len(KINDS)
        self.pauses: dict[str, Pause] = {}
        self.reasons: dict[int, str] = {}
        self.profile = ""
        self.breaker = "closed"
        self.breaker_until = 0.0
        self.trips = 0
        self.last_batch = 0
        self.high_water = 0
        self.succeeded = self.adopted = self.dead = self.skipped = 0
        self.requests = self.throttles = self.batch_size = 0
        self.retries: Counter[str] = Counter()
        self.request_ids: dict[int, str] = {}
        self.started_at = self.last_at = 0.0
        self.ended = False
        self.stopped = ""

    def extend(self, kinds: Iterable[int]) -> None:
        """Add operations; they are pending."""
        before = len(self.kinds)
        self.kinds.extend(kinds)
        added = len(self.kinds) - before
        self.phase.extend(bytes(added))
        for column in (self.number, self.database_id, self.done_at):
            column.frombytes(bytes(column.itemsize * added))
        self.node_id.extend([""] * added)

    @property
    def settled(self) -> int:
        """Operations that are done, dead or skipped."""
        return self.succeeded + self.dead + self.skipped

    def apply(self, event: Event, at: float) -> None:
        """Take one event in, written at `at` epoch seconds."""
        self.last_at = at
        match event:
            case Intent():
                self._intent(event)
            case Answered():
                self._answered(event, at)
            case Looked():
                self._looked(event, at)
            case Dead() | Skipped():
                self._lost(event)
            case _:
                self._note(event, at)

    def _note(self, event: Event, at: float) -> None:
        match event:
            case Pause():
                self.pauses[event.scope] = event
                self.throttles += 1
            case Switched(profile=profile):
                self.profile = profile
            case Breaker(state=state, until=until):
                self.trips += state == "open" and self.breaker == "closed"
                self.breaker, self.breaker_until = state, until
            case Started():
                self.started_at = self.started_at or at
                self.breaker, self.stopped = "closed", ""
            case Stopped(cause=cause):
                self.stopped = cause
            case Ended():
                self.ended = True

    def _lost(self, event: Dead | Skipped) -> None:
        if isinstance(event, Dead):
            self._leave(event.op, DEAD)
            self.dead += 1
            self.reasons[event.op] = event.why
            return
        why = f"operation {event.because} is dead"
        for op in event.ops:
            self._leave(op, SKIPPED)
            self.reasons[op] = why
        self.skipped += len(event.ops)

    def _intent(self, event: Intent) -> None:
        self.open[event.batch] = event
        self.last_batch = max(self.last_batch, event.batch)
        self.requests += 1
        if event.purpose == "effect":
            self.batch_size = len(event.ops)
            for op in event.ops:
                self.phase[op] = SENT

    def _answered(self, event: Answered, at: float) -> None:
        intent = self.open.pop(event.batch)
        if intent.purpose == "effect":
            for op, outcome in zip(intent.ops, event.outcomes, strict=True):
                if isinstance(outcome, Succeeded):
                    self._done(op, outcome, at)
                else:
                    self._undone(op, outcome, intent, at)
                    self.request_ids[op] = event.request_id

    def _undone(self, op: int, outcome: Outcome, intent: Intent, at: float) -> None:
        match outcome:
            case InDoubt() if KINDS[self.kinds[op]].idempotency != "natural":
                self.phase[op] = DOUBT
                self.doubt[op] = Doubt(intent.high_water, intent.deadline, at, outcome)
                self.doubtful[self.kinds[op]] += 1
                return
            case InDoubt(category=category) | Transient(category=category):
                self.retries[category] += 1
        self.phase[op] = PENDING  # not done, or harmless to do again; a Dead event follows what was rejected

    def _looked(self, event: Looked, at: float) -> None:
        for op, found in event.found:
            if self.phase[op] == DOUBT:
                self._done(op, found, at)
        settled = set(event.settled)
        for op in event.absent:
            doubt = self.doubt.get(op)
            if doubt is None:
                continue
            if event.as_of >= doubt.deadline:
                doubt.reads += 1
            if op in settled:
                self.retries[doubt.cause.category] += 1
                self._leave(op, PENDING)

    def _done(self, op: int, outcome: Succeeded, at: float) -> None:
        self._leave(op, DONE)
        self.request_ids.pop(op, None)
        self.number[op] = outcome.number
        self.database_id[op] = outcome.database_id
        self.node_id[op] = outcome.node_id
        self.done_at[op] = at
        self.succeeded += 1
        self.adopted += outcome.adopted
        if self.kinds[op] == ISSUE_CREATE:
            self.high_water = max(self.high_water, outcome.number)

    def _leave(self, op: int, phase: int) -> None:
        if self.phase[op] == DOUBT:
            del self.doubt[op]
            self.doubtful[self.kinds[op]] -= 1
        self.phase[op] = phase
