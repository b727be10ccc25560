"""One life of the process: what a client does from start to end, on ports that can die under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from penstock.base.clock import Clock
from penstock.base.errors import StaleError
from penstock.core.audit import audit
from penstock.core.planner import Renames, make_plan
from penstock.core.staleness import gone, moved, taken
from penstock.engine.account import AccountLimits
from penstock.engine.gateway import Gateway
from penstock.engine.run import Process, Runs
from penstock.github.limits import CAPS
from penstock.github.reads import observe
from penstock.io.database import Database
from penstock.io.journal import SqlJournal
from penstock.io.ledger import SqlLedger
from penstock.io.plan_file import plan_sha
from penstock.model.config import Config
from penstock.model.observed import Observation
from penstock.model.plan import AuditReport, Plan
from penstock.model.result import RunResult
from penstock.model.task import TaskGraph
from penstock.sim.github import SimulatedGitHub
from penstock.verify.steps import SteppedJournal, SteppedLedger, SteppedTransport, Steps

API = "https://api.github.com"
TOKEN = "sim-token"  # noqa: S105 (the simulator takes any)
ACCOUNT = 1


@dataclass(frozen=True, kw_only=True)
class Machine:
    """
    What survives the death of a process, and what every process of it gets.

    Attributes:
        journal, ledger: Databases in memory.
        number: Gives every request its number.
    """

    sim: SimulatedGitHub
    repository: str
    journal: Database
    ledger: Database
    clock: Clock
    config: Config
    random: Random
    number: Callable[[], int]


class Living:
    """
    A process that is up.

    Args:
        steps: Its ports' steps; one of them may be its last.
    """

    def __init__(self, machine: Machine, steps: Steps) -> None:
        self._machine = machine
        self._transport = SteppedTransport(machine.sim, TOKEN, steps, machine.number)
        self._journal = SteppedJournal(SqlJournal(machine.journal, f"life {steps.life}"), steps)
        ledger = SteppedLedger(SqlLedger(machine.ledger, API, ACCOUNT, machine.clock), steps)
        self._limits = AccountLimits(ledger, machine.config.profile, machine.clock.now())
        self._gateway = Gateway(
            session=f"life {steps.life}",
            limits=self._limits,
            transport=self._transport,
            clock=machine.clock,
            uniform=machine.random.random,
        )
        self._runs = Runs(
            journal=self._journal,
            clock=machine.clock,
            process=Process(steps.life, "world", "0"),
            entropy=machine.random.randbytes,
            uniform=machine.random.random,
        )

    async def begin(self, graph: TaskGraph, renames: Renames) -> str:
        """Plan, and store the run."""
        plan = await self.plan(graph, renames)
        run = self._runs.new_id()
        self._runs.create(run, plan, plan_sha(plan), self._machine.config)
        return run

    async def drive(self, run: str, *, first: int) -> RunResult:
        """Do what is left of a run that was begun by this process."""
        return await self._runs.drive(run, limits=self._limits, transport=self._transport, creates_max=first)

    async def resume(self, run: str) -> RunResult:
        """
        Go on with a run that an earlier process began.

        Raises:
            StaleError: What it was made from is no longer there.
        """
        plan = self._journal.run(run).plan
        seen = await self._observe(plan.desired)
        missed = (*moved(plan, seen), *gone(plan, seen), *taken(self._runs.uncreated(run), seen))
        if missed:
            raise StaleError(f"run {run} cannot go on", cause=", ".join(missed))
        bodies = {issue.number: issue.body for issue in seen.issues}
        return await self._runs.drive(run, limits=self._limits, transport=self._transport, bodies=bodies)

    def result(self, run: str) -> RunResult:
        """What the journal says of a run."""
        return self._runs.result(run)

    async def plan(self, graph: TaskGraph, renames: Renames = "ask") -> Plan:
        """What would have to be written."""
        seen = await self._observe(graph)
        return make_plan(graph, seen, now=self._machine.clock.now(), host=API, caps=CAPS, renames=renames)

    async def audit(self, graph: TaskGraph) -> AuditReport:
        """What a fresh read shows against the graph."""
        return audit(graph, await self._observe(graph))

    async def _observe(self, graph: TaskGraph) -> Observation:
        machine = self._machine
        logins = sorted({login for task in graph.tasks for login in task.assignees})
        return await self._gateway.hold(
            observe(
                machine.repository,
                graph.name,
                now=machine.clock.now(),
                transport=machine.config.transport,
                logins=logins,
            )
        )
