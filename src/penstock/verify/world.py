"""
The world: a scenario carried out in virtual time, with everything that judges need kept.

A process plans and applies, dies and starts again over the same journal, ledger and server, whose work in flight goes
on. Then the faults end for good and the run must come to its end; at last everything is read and planned once more.
"""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from penstock.base.errors import PenstockError
from penstock.core.forecast import expected
from penstock.engine.account import profile_named
from penstock.io.database import open_database
from penstock.io.journal import SqlJournal
from penstock.io.journal.tables import TABLES as JOURNAL_TABLES
from penstock.io.journal.tables import VERSION as JOURNAL_VERSION
from penstock.io.ledger import TABLES as LEDGER_TABLES
from penstock.io.ledger import VERSION as LEDGER_VERSION
from penstock.model.config import BatchConfig, Config
from penstock.model.events import Pause
from penstock.model.operation import Operation, OperationRef
from penstock.model.plan import AuditReport, Plan
from penstock.model.ports import Entry
from penstock.model.result import RunResult
from penstock.model.task import TaskGraph
from penstock.sim.access import Token
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.virtual_loop import LoopClock, run_virtual
from penstock.verify.people import ACCOUNT, People
from penstock.verify.process import TOKEN, Living, Machine
from penstock.verify.scenario import Crash, Phase, Scenario
from penstock.verify.steps import Died, Steps
from penstock.verify.trace import Around, Began, Ended, Trace, Wrote

REPOSITORY = "octo/widgets"
LIVES_MAX = 100
SPARE_S = 600.0
"""For what the forecast does not know: breaker, back-off, look-ups' pages."""

REFUSED_WAIT_S = 30.0
"""After an error that is told to the user, the user tries again this much later."""


@dataclass(frozen=True, kw_only=True)
class Episode:
    """
    One phase as it went.

    Attributes:
        run: Id; empty when no run was ever stored.
        renames: Issue number → the key that the run's plan gives it.
        result: What the run reported at its end; None when it never came there.
        start: The repository before the run, as `people.world_json` gives it.
        before, after: The same, when people last touched it, and after the run.
        rerun: Operations that planning again finds; None when the run never came to its end.
        asked: What planning again wants to know.
        closed: Numbers of issues that people closed.
    """

    phase: Phase
    run: str
    renames: Mapping[int, str]
    operations: Sequence[Operation]
    log: Sequence[Entry]
    result: RunResult | None
    start: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    rerun: int | None
    asked: Sequence[str]
    audit: AuditReport | None
    closed: frozenset[int]

    @property
    def graph(self) -> TaskGraph:
        """What the run was to make."""
        return self.phase.graph


@dataclass(frozen=True, kw_only=True)
class History:
    """
    A whole world, over.

    Attributes:
        stats: What the simulator counted.
        seconds: Virtual seconds it took.
    """

    scenario: Scenario
    episodes: Sequence[Episode]
    trace: Trace
    stats: Mapping[str, Any]
    seconds: float


def play(scenario: Scenario) -> History:
    """Carry a scenario out."""
    return run_virtual(_World(scenario).play())


class _World:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._trace = Trace()
        self._lives = itertools.count(1)
        self._begun: set[str] = set()
        self._profile, _ = profile_named(scenario.client)

    async def play(self) -> History:
        scenario, clock = self._scenario, LoopClock()
        self._clock = clock
        self._started_at = clock.now()
        self._sim = SimulatedGitHub(
            clock=clock,
            seed=scenario.seed,
            profile=scenario.server,
            latency=scenario.latency,
            graphql=scenario.transport == "graphql",
            native_links=scenario.phases[0].native_links,
        )
        numbers = itertools.count(1)
        self._machine = Machine(
            sim=self._sim,
            repository=REPOSITORY,
            journal=open_database(None, "journal", JOURNAL_TABLES, JOURNAL_VERSION),
            ledger=open_database(None, "ledger", LEDGER_TABLES, LEDGER_VERSION),
            clock=clock,
            config=Config(
                profile=scenario.client,
                batch=BatchConfig(
                    min_batch_size=1,
                    base_batch_size=scenario.batch_size,
                    checkpoint_interval=3,
                    max_attempts=2 if scenario.only_throttles else 5,
                ),
            ),
            random=Random(f"{scenario.seed}:process"),
            number=lambda: next(numbers),
        )
        random, words = Random(f"{scenario.seed}:people"), Random(f"{scenario.seed}:words")
        self._people = People(self._sim, REPOSITORY, random, words, self._note)
        self._people.before(scenario.strangers, [task.key for task in scenario.phases[0].graph.tasks])
        episodes = []
        for index, phase in enumerate(scenario.phases):
            if index and scenario.people_edit:
                await self._edited()
            episodes.append(await self._phase(index, phase))
            if episodes[-1].rerun is None:
                break
        return History(
            scenario=scenario,
            episodes=episodes,
            trace=self._trace,
            stats=self._sim.stats(),
            seconds=clock.now() - self._started_at,
        )

    async def _phase(self, index: int, phase: Phase) -> Episode:
        self._begun = {run.id for run in self._journal().runs()}
        if phase.native_links and not self._sim.native_links:
            self._sim.upgrade()
            self._note("the server learns sub-issues and dependencies")
        start = self._before = self._repository()
        self._sim.set_faults(replace(phase.faults, clock_skew_s=self._scenario.skew_s))
        calm_at = self._clock.now() + phase.calm_s
        calm, crowd = asyncio.ensure_future(self._calm(calm_at)), asyncio.ensure_future(self._crowd(phase))
        result = await self._lives_of(index, phase, calm_at)
        calm.cancel()
        self._sim.set_faults(Faults(clock_skew_s=self._scenario.skew_s))
        await crowd
        run, _ = self._current()
        again, audit = None, None
        if result is not None and result.state == "finished":
            again, audit = await self._again(index, phase)
        return Episode(
            phase=phase,
            run=run,
            renames={one.number: one.key for one in self._journal().run(run).plan.renames} if run else {},
            operations=self._journal().operations(run) if run else (),
            log=tuple(self._journal().log(run)) if run else (),
            result=result,
            start=start,
            before=self._before,
            after=self._repository(),
            rerun=len(again.operations) if again else None,
            asked=[finding.message for finding in again.findings if finding.level == "error"] if again else (),
            audit=audit,
            closed=frozenset(self._people.closed),
        )

    # -- the process

    async def _lives_of(self, index: int, phase: Phase, calm_at: float) -> RunResult | None:
        """One life after the other until the run is finished, or never will be."""
        crashes = list(phase.crashes)
        first = phase.first
        for _ in range(LIVES_MAX):
            crash = crashes.pop(0) if crashes else None
            result, how = await self._life(index, phase, crash, first, calm_at)
            if how in {"finished", "broken"}:
                return result
            first = 0
            if phase.edited and crash and how == "crashed":
                await self._edited()
            await self._clock.sleep(crash.down_s if crash and how == "crashed" else REFUSED_WAIT_S)
        return None

    async def _life(
        self, index: int, phase: Phase, crash: Crash | None, first: int, calm_at: float
    ) -> tuple[RunResult | None, str]:
        self._renew_token()
        steps = Steps(next(self._lives), self._clock, self._trace, crash)
        self._trace.add(Began(at=self._clock.now(), life=steps.life, phase=index))
        result = None
        try:
            async with asyncio.timeout_at(self._over_at(phase, calm_at)), self._mortal(crash):
                result = await self._run(steps, phase, first)
            how, why = result.state, result.cause
        except Died as death:
            how, why = "crashed", str(death)
        except TimeoutError:
            how, why = "broken", "not finished long after the last fault"
        except PenstockError as error:
            how, why = "refused", f"{error.message} ({error.cause})"
        except Exception as error:  # noqa: BLE001 (whatever it is: no fault of the world excuses it)
            how, why = "broken", f"{type(error).__name__}: {error}"
        steps.dead = True
        self._trace.add(Ended(at=self._clock.now(), life=steps.life, how=how, why=why))
        return result, how

    @asynccontextmanager
    async def _mortal(self, crash: Crash | None) -> AsyncIterator[None]:
        """The process dies when its time has come, wherever it is: nothing of it happens from then on."""
        try:
            async with asyncio.timeout(crash.alive_s if crash and crash.alive_s < math.inf else None) as time:
                yield
        except TimeoutError:
            if not time.expired():
                raise
            raise Died("its time had come") from None

    async def _run(self, steps: Steps, phase: Phase, first: int) -> RunResult:
        living = Living(self._machine, steps)
        run, state = self._current()
        if state == "finished":  # it died after the very last commit
            return living.result(run)
        if run:
            return await living.resume(run)
        run = await living.begin(phase.graph, phase.renames)
        if phase.mimic:
            self._people.mimic(run, phase.graph.name, self._journal().operations(run))
        return await living.drive(run, first=first)

    async def _again(self, index: int, phase: Phase) -> tuple[Plan, AuditReport]:
        """Read everything once more when no replica lags any longer: what is there still to write?"""
        await self._replicas()
        self._renew_token()
        steps = Steps(next(self._lives), self._clock, self._trace, None)
        self._trace.add(Began(at=self._clock.now(), life=steps.life, phase=index))
        living = Living(self._machine, steps)
        plan, report = await living.plan(phase.graph), await living.audit(phase.graph)
        self._trace.add(Ended(at=self._clock.now(), life=steps.life, how="stopped", why="read everything again"))
        return plan, report

    def _over_at(self, phase: Phase, calm_at: float) -> float:
        """When a run that starts now must have come to its end."""
        refs = [
            OperationRef(operation.no, operation.kind.code, operation.needs, operation.conflict)
            for operation in (self._journal().operations(self._current()[0]) if self._current()[0] else ())
        ]
        config = BatchConfig(min_batch_size=1, base_batch_size=1)
        api = self._scenario.transport
        forecast = expected(refs, api=api, profile=self._profile, config=config).seconds if refs else 0.0
        planned = 6.0 * len(phase.graph.tasks) if not refs else 0.0
        pauses = [event.until for wrote in self._trace.of(Wrote) for event in wrote.events if isinstance(event, Pause)]
        quiet_at = max([self._clock.now(), calm_at, *pauses])
        spans = max((window.span_s for window in self._profile.windows), default=0.0)
        profile = self._profile
        return quiet_at + forecast + planned + spans + profile.pause_max_s + 4 * profile.doubt_grace_s + SPARE_S

    # -- the world around it

    async def _calm(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.now())
        self._sim.set_faults(Faults(clock_skew_s=self._scenario.skew_s))
        self._note("the faults end")

    async def _edited(self) -> None:
        """People edit when no request of a dead process can come after them, and are seen by every replica."""
        await self._clock.sleep(self._profile.request_timeout_s)
        if not self._sim.native_links:
            self._people.link_in_words(self._repository()["issues"])
        self._people.edit(self._repository()["issues"])
        self._before = self._repository()
        await self._replicas()

    async def _replicas(self) -> None:
        """Wait until no replica lags behind what stands now: what was not yet visible cannot be planned with."""
        await self._clock.sleep(self._scenario.latency.lag_tail_s[1] + 1.0)

    async def _crowd(self, phase: Phase) -> None:
        random = Random(f"{self._scenario.seed}:crowd")
        for _ in range(phase.crowd):
            await self._clock.sleep(random.choice((0.5, 3.0, 20.0)))
            self._people.somebody()

    def _renew_token(self) -> None:
        owner = self._sim.state.user(ACCOUNT)
        if owner is not None:
            self._sim.tokens.register(Token(value=TOKEN, user=owner))

    def _current(self) -> tuple[str, str]:
        """Id and state of this phase's run; empty while none is stored."""
        return next(((run.id, run.state) for run in self._journal().runs() if run.id not in self._begun), ("", ""))

    def _journal(self) -> SqlJournal:
        return SqlJournal(self._machine.journal, "the world")

    def _repository(self) -> Mapping[str, Any]:
        repository: Mapping[str, Any] = self._sim.state_json()["repositories"][REPOSITORY]
        return repository

    def _note(self, what: str) -> None:
        self._trace.add(Around(at=self._clock.now(), life=0, what=what))
