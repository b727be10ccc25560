"""The same plan on a simulated GitHub, in virtual time: an hour takes about a second, nothing is sent anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any

import msgspec

from penstock.api.client import Client
from penstock.api.ports import Ports
from penstock.base.errors import TimedOut, UsageError
from penstock.core.bound import lower_bound
from penstock.engine.account import profile_named
from penstock.engine.driver import Observer
from penstock.io.journal import open_journal
from penstock.io.ledger import SqlLedger
from penstock.model.config import Config
from penstock.model.plan import AuditReport, Plan
from penstock.model.ports import Reply, Request
from penstock.model.result import RunResult
from penstock.model.task import TaskGraph
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.virtual_loop import LoopClock, run_virtual

TOKEN = "sim-token"  # noqa: S105 (the simulator takes any)
API = "https://api.github.com"


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a rehearsal showed.

    Attributes:
        plan: The plan that was applied.
        result: How the run went.
        audit: A fresh read of the simulated repository against the graph.
        makespan_s: Virtual seconds from the run's first event to its last.
        bound_s: No schedule can be faster under these limits.
        violations: Requests that the simulator counted against a limit or a pause.
        stats: All that the simulator counted.
    """

    plan: Plan
    result: RunResult
    audit: AuditReport
    makespan_s: float
    bound_s: float
    violations: int
    stats: Mapping[str, Any]

    def summary(self) -> dict[str, Any]:
        """The machine-readable summary."""
        return {
            "run": self.result.run,
            "operations": self.result.total,
            "succeeded": self.result.succeeded,
            "failed": self.result.dead + self.result.skipped,
            "makespan_s": round(self.makespan_s, 3),
            "bound_s": round(self.bound_s, 3),
            "violations": self.violations,
            "audit": {
                "missing": len(self.audit.missing),
                "extra": len(self.audit.extra),
                "duplicate": len(self.audit.duplicate),
                "different": len(self.audit.different),
            },
        }


class SimTransport:
    """The simulator as a transport, in process. A request that its client gives up goes on at the server."""

    def __init__(self, sim: SimulatedGitHub, token: str = TOKEN) -> None:
        self._sim = sim
        self._headers = {"authorization": f"Bearer {token}", "user-agent": "penstock"}

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """As `Transport.send`."""
        headers = {**self._headers, "accept": request.accept}
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._sim.handle(request.method, request.path, headers, request.body)
        except TimeoutError:
            raise TimedOut(f"no answer within {timeout_s:.0f} s") from None
        return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)

    async def close(self) -> None:
        """Nothing to let go of."""


class _NoLock:
    """A simulated repository has nobody else."""

    def acquire(self, run: str, now: float) -> None:
        """Always granted."""

    def release(self) -> None:
        """Nothing to let go of."""


def rehearsal_ports(sim: SimulatedGitHub, clock: LoopClock, seed: int) -> Ports:
    """Ports on a simulator: journal and ledger in memory, nothing random."""
    generator = Random(seed)
    journal = open_journal(None)
    return Ports(
        host=API,
        transport=SimTransport(sim),
        journal=lambda: journal,
        ledger=lambda account_id: SqlLedger(None, API, account_id, clock),
        lock=lambda _repository_id: _NoLock(),
        clock=clock,
        entropy=generator.randbytes,
        uniform=generator.random,
        process=(0, "rehearsal"),
    )


def rehearse(
    graph: TaskGraph,
    *,
    profile: str = "documented",
    faults: str = "none",
    seed: int = 0,
    native_links: bool = True,
    config: Config | None = None,
    planned: Callable[[Plan], None] | None = None,
    observer: Observer | None = None,
) -> Rehearsal:
    """
    Plan, apply and audit a graph on a simulated GitHub.

    Args:
        profile: Limits that the simulated server holds; with `auto` it holds the documented ones.
        faults: `none`, `usual`, `harsh`, or `FAULT=RATE,…`.
        seed: The same seed gives the same rehearsal.
        native_links: Whether the simulated server has sub-issues and dependencies; old enterprise servers have none.
        config: Settings of the run; its profile is the server's when None.
        planned: Told the plan before it is applied.

    Raises:
        UsageError: Unknown profile or faults.
        PlanError: The plan holds errors.
    """
    started, _ = profile_named(profile)
    config = config or Config(profile=profile)
    try:
        fault_set = Faults.named(faults)
    except ValueError as error:
        raise UsageError(f"cannot use faults {faults!r}", cause=str(error)) from None
    world = partial(SimulatedGitHub, seed=seed, profile=started.name, faults=fault_set, native_links=native_links)
    return run_virtual(_rehearse(graph, world, config=config, planned=planned, observer=observer))


async def _rehearse(
    graph: TaskGraph,
    world: Callable[..., SimulatedGitHub],
    *,
    config: Config,
    planned: Callable[[Plan], None] | None,
    observer: Observer | None,
) -> Rehearsal:
    clock = LoopClock()
    sim = world(clock=clock)
    repository = sim.add_repository("octo", "rehearsal")
    for login in sorted({login for task in graph.tasks for login in task.assignees}):
        sim.add_assignee(repository, login)
    async with Client(repository.full_name, config=config, ports=rehearsal_ports(sim, clock, sim.seed)) as client:
        plan = await client.plan(graph)
        if planned:
            planned(plan)
        result = await client.apply(plan, observer=observer)
        stats = sim.stats()
        report = await client.audit(graph)
    service_s = {kind: sim.latency.means_s.get(kind, sim.latency.other_s) for kind in plan.counts()}
    overhead_s = sim.latency.request_s + sim.latency.rtt_s
    bound = lower_bound(plan.counts(), service_s, profile_named(sim.profile.name)[0], overhead_s)
    return Rehearsal(
        plan=plan,
        result=result,
        audit=report,
        makespan_s=result.ended_at - result.started_at,
        bound_s=bound.seconds,
        violations=stats["violations"],
        stats=stats,
    )
