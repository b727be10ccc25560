"""A run from its first row to its last: created from a plan, driven, stopped, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from penstock.base.canonical import ulid
from penstock.base.clock import Clock
from penstock.core.adaptive import controller_for
from penstock.core.fold import DOUBT, ISSUE_CREATE, PENDING, Fold
from penstock.core.scheduler import Scheduler
from penstock.engine.account import AccountLimits
from penstock.engine.driver import Driver, Observer
from penstock.engine.failures import failures_of, lost
from penstock.engine.resolver import Resolver
from penstock.github.context import Api
from penstock.model.config import Config
from penstock.model.decision import Halt
from penstock.model.events import Event, Started, Stopped
from penstock.model.plan import Plan
from penstock.model.ports import Journal, RunRecord, Transport
from penstock.model.result import Failure, RunResult


class Process(msgspec.Struct, frozen=True):
    """Who drives a run: what its log says in `started`."""

    pid: int
    host: str
    version: str


class Runs:
    """
    The runs of one journal on one account.

    Args:
        process: This process.
        entropy: Random bytes, for run ids.
        uniform: Draws from [0, 1), for jitter.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        process: Process,
        entropy: Callable[[int], bytes],
        uniform: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._process = process
        self._entropy = entropy
        self._uniform = uniform
        self._driver: Driver | None = None

    def new_id(self) -> str:
        """An id for a run that begins now."""
        return ulid(self._clock.now(), self._entropy(10))

    def create(self, run_id: str, plan: Plan, plan_sha: str, config: Config) -> None:
        """Write a run into the journal. Nothing is sent."""
        now = self._clock.now()
        run = RunRecord(
            id=run_id,
            kind="apply",
            plan=msgspec.structs.replace(plan, operations=()),
            plan_sha=plan_sha,
            config=config,
            created_at=now,
            total=len(plan.operations),
        )
        self._journal.create_run(run, plan.operations)

    async def drive(
        self,
        run_id: str,
        *,
        limits: AccountLimits,
        transport: Transport,
        creates_max: int = 0,
        observer: Observer | None = None,
        bodies: Mapping[int, str] | None = None,
    ) -> RunResult:
        """
        Do what is left of a run.

        Args:
            creates_max: Stop, resumable, after this many creates; 0 is no limit.
            bodies: Issue number → body, where issues were read again since the plan was made.

        Raises:
            JournalError: No such run, or another process took it over.
        """
        record = self._journal.run(run_id)
        self._journal.claim(run_id)
        now = self._clock.now()
        api: Api = "graphql" if record.plan.transport == "graphql" else "rest"
        batch = record.config.batch
        scheduler = Scheduler(
            run=run_id,
            budget=limits.budget,
            fallback=limits.fallback,
            api=api,
            config=batch,
            controller=controller_for(batch, limits.budget.profile, limits.served.get(api)),
            uniform=self._uniform,
            high_water=record.plan.high_water,
            creates_max=creates_max,
        )
        log = ((entry.at, entry.event) for entry in self._journal.log(run_id))
        orphans = scheduler.restore(self._journal.refs(run_id), log, now)
        started = Started(self._process.pid, self._process.host, self._process.version)
        self._journal.append(run_id, [started, *orphans], now, durable=False, state="running")
        scheduler.fold.apply(started, now)
        self._driver = Driver(
            run=run_id,
            scheduler=scheduler,
            limits=limits,
            resolver=Resolver(record.plan, run_id, scheduler.fold, self._journal, bodies or {}),
            journal=self._journal,
            transport=transport,
            clock=self._clock,
            api=api,
            observer=observer,
        )
        try:
            end = await self._driver.run()
        finally:
            self._driver = None
        return self._close(record, scheduler.fold, end if isinstance(end, Halt) else None)

    def stop(self, cause: str) -> None:
        """Let what is in flight end, then stop."""
        if self._driver:
            self._driver.stop(cause)

    def result(self, run_id: str) -> RunResult:
        """What the journal says of a run, whether it is running or not."""
        record = self._journal.run(run_id)
        return self._result(record, self._fold(run_id), record.state, None)

    def uncreated(self, run_id: str) -> list[str]:
        """Keys of the tasks whose issues the run has yet to create; those in doubt are not among them."""
        fold = self._fold(run_id)
        numbers = [no for no, kind in enumerate(fold.kinds) if kind == ISSUE_CREATE and fold.phase[no] == PENDING]
        return [operation.key for operation in self._journal.operations(run_id, numbers)]

    def _fold(self, run_id: str) -> Fold:
        fold = Fold(ref.kind for ref in self._journal.refs(run_id))
        for entry in self._journal.log(run_id):
            fold.apply(entry.event, entry.at)
        return fold

    def _close(self, record: RunRecord, fold: Fold, halt: Halt | None) -> RunResult:
        now = self._clock.now()
        if halt is None:
            self._journal.append(record.id, (), now, durable=False, state="finished")
            return self._result(record, fold, "finished", None)
        stopped: Event = Stopped(halt.cause)
        self._journal.append(record.id, [stopped], now, durable=False, state="stopped")
        fold.apply(stopped, now)
        return self._result(record, fold, "stopped", halt)

    def _result(self, record: RunRecord, fold: Fold, state: str, halt: Halt | None) -> RunResult:
        return RunResult(
            run=record.id,
            state=state,
            graph=record.plan.desired.name,
            repository=record.plan.repository.name,
            total=record.total,
            succeeded=fold.succeeded,
            adopted=fold.adopted,
            dead=fold.dead,
            skipped=fold.skipped,
            in_doubt=fold.phase.count(DOUBT),
            left=record.total - fold.settled,
            requests=fold.requests,
            throttles=fold.throttles,
            started_at=fold.started_at,
            ended_at=fold.last_at,
            cause=halt.cause if halt else fold.stopped,
            hint=halt.hint if halt else "",
            access=halt.access if halt else False,
            failures=self._failures(record, fold),
        )

    def _failures(self, record: RunRecord, fold: Fold) -> tuple[Failure, ...]:
        return failures_of(self._journal.operations(record.id, lost(fold)), fold, record.plan)
