"""A run as journal and ledger tell it, seen without a token and without the process that drives it."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Self

import msgspec

from penstock.cli.estimating import TimeLeft
from penstock.cli.history import shown_state
from penstock.core.budget import write_charge
from penstock.core.fold import DEAD, DONE, PENDING, SKIPPED, Fold
from penstock.core.gauges import Instruments
from penstock.engine.account import AccountLimits
from penstock.engine.failures import failures_of, lost
from penstock.io.clock import SystemClock
from penstock.io.journal import SqlJournal
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.events import Answered, Event, Started
from penstock.model.operation import KINDS, Kind
from penstock.model.result import Failure
from penstock.output.progress import TROUBLES_KEPT
from penstock.output.snapshot import BRIEF_S, Pace, Snapshot, Wait, snapshot, trouble_of
from penstock.output.status import RunView

REQUEST_S = 0.5
"""What a request is assumed to take, for the windows over server time."""


class Onlooker:
    """Follows one run; each look reads only what is new. Use it as a context manager."""

    def __init__(self, journal: SqlJournal, run_id: str, now: float) -> None:
        self._journal = journal
        self._record = journal.run(run_id)
        refs = list(journal.refs(run_id))
        self._needs = [ref.needs for ref in refs]
        self._fold = Fold(ref.kind for ref in refs)
        self._seq = 0
        self._started = Started(0, "", "")
        self._since = 0.0
        self._settled_before = 0
        self._pace = Pace()
        self._failures: tuple[Failure, ...] = ()
        self._looked = False
        plan = self._record.plan
        ledger = SqlLedger(user_state_directory(), plan.host, plan.account.id, SystemClock())
        self._limits = AccountLimits(ledger, self._record.config.profile, now)
        self._instruments = Instruments(self._fold, self._limits.budget)
        self._left = TimeLeft.of_rest(plan, self._record.config)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.close()

    def look(self, now: float) -> RunView:
        """The run as its log has it now."""
        self._record = self._journal.run(self._record.id)
        for entry in self._journal.log(self._record.id, self._seq):
            self._seq = entry.seq
            self._take_in(entry.event, entry.at)
        with self._limits.reading(now):
            pass
        state = shown_state(self._record.state, self._started)
        shot = self._shot(state, now)
        return RunView(
            run=self._record.id,
            repository=self._record.plan.repository.name,
            graph=self._record.plan.desired.name,
            source=self._record.plan.desired.source,
            state=state,
            shot=shot,
            left=self._left(shot, now),
            pid=self._started.pid,
            host=self._started.host,
            at=self._fold.last_at,
            cause=self._fold.stopped,
            failures=self._failures,
        )

    def _take_in(self, event: Event, at: float) -> None:
        self._fold.apply(event, at)
        self._pace.note(self._fold.settled, at)
        if isinstance(event, Started):
            self._started, self._since = event, at
            self._settled_before = self._fold.settled
        elif isinstance(event, Answered) and event.rate:
            self._limits.budget.told(event.rate)

    def _shot(self, state: str, now: float) -> Snapshot:
        news = self._news()
        source = self._record.plan.desired.source
        dead = [trouble_of(failure, source) for failure in self._failures if not failure.skipped]
        self._pace.note(self._fold.settled, now)
        wait = self.wait(now) if state == "running" and not self._fold.open else None
        if wait:
            self._instruments.waits(wait.cause)
        return msgspec.structs.replace(
            snapshot(self._fold, wait),
            state=state,
            since=self._since,
            settled_before=self._settled_before,
            per_minute=self._pace.per_minute(now),
            gauges=self._instruments.read(now),
            troubles=tuple(dead[-TROUBLES_KEPT:]),
            news=tuple(dead[len(dead) - news :]),
        )

    def _news(self) -> int:
        """How many operations failed since the last look; none at the first one."""
        before = sum(not failure.skipped for failure in self._failures)
        numbers = lost(self._fold)
        if len(numbers) > len(self._failures):
            operations = self._journal.operations(self._record.id, numbers)
            self._failures = failures_of(operations, self._fold, self._record.plan)
        now_dead = sum(not failure.skipped for failure in self._failures)
        first, self._looked = not self._looked, True
        return 0 if first else now_dead - before

    def wait(self, now: float) -> Wait | None:
        """What the scheduler has to wait for, asked of the same ledger: the kind that may go on first decides."""
        if self._fold.breaker == "open" and self._fold.breaker_until >= now + BRIEF_S:
            return Wait("server trouble, probing again", self._fold.breaker_until)
        budget = self._limits.budget
        api = "graphql" if self._record.plan.transport == "graphql" else "rest"
        admissions = [
            budget.admit(write_charge(kind, 1, api=api, predicted_s=REQUEST_S, profile=budget.profile), now)
            for kind in self._ready()
        ]
        first = min(admissions, key=lambda admission: admission.at, default=None)
        return Wait(first.because, first.at) if first and BRIEF_S <= first.at - now < math.inf else None

    def _ready(self) -> list[Kind]:
        """Kinds of which an operation could be sent."""
        settled = {DONE, DEAD, SKIPPED}
        phase = self._fold.phase
        codes = {
            self._fold.kinds[no]
            for no, needs in enumerate(self._needs)
            if phase[no] == PENDING and all(phase[need] in settled for need in needs)
        }
        return [KINDS[code] for code in codes]
