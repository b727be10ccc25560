"""
Updates of issues that stand already, put through the client's own core on a simulated server with weather.

Scheduler, budget, breaker, driver, journal and ledger are the real ones; only the controller is exchanged. Updates are
natural kinds that no content window counts, so nothing but the server's own time and the gap between two writes stands
in the way, and a batch that ran out of time is sent again as a whole: its answer told of nothing that was done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import msgspec
from bench._controllers import FIXED, Aimd, Clairvoyant, Fixed, Knowledge, Ratio, SeedRule

from penstock.api.rehearse import API, SimTransport
from penstock.core.adaptive import AdaptiveController
from penstock.core.controller import Controller
from penstock.core.scheduler import Scheduler
from penstock.engine.account import AccountLimits
from penstock.engine.driver import Driver, Moment
from penstock.engine.resolver import Resolver
from penstock.github.limits import DOCUMENTED
from penstock.io.journal import SqlJournal, open_journal
from penstock.io.ledger import SqlLedger
from penstock.model.config import BatchConfig, Config
from penstock.model.decision import Finished
from penstock.model.limits import Served
from penstock.model.observed import Account, Names, RepositoryFacts
from penstock.model.operation import IssueClose, IssueUpdate, LabelsAdd, Operation, Payload, Ref
from penstock.model.plan import Plan
from penstock.model.ports import Request, RunRecord
from penstock.model.task import TaskGraph
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.records import Issue, Label, Repository
from penstock.sim.virtual_loop import LoopClock, run_virtual
from penstock.sim.weather import Weather, WeatherStream

OVERHEAD_S = (0.15, 0.30)
ITEM_S = (0.05, 0.40)
ITEM_SIGMA = 0.5
RTT_S = 0.1
FAILS = 0.004
COSTS = {"issue.update": 1.0, "issue.close": 2.7, "labels.add": 0.4}
BLOCK = 200
ISSUES = 100
"""Updates go round these."""

PAUSE_S = 1.0
NEVER_GIVE_UP = 1_000_000
RUN = "bench"
CLAIRVOYANT = "clairvoyant"
REHEARSED = 500
"""Operations of the run that a warm model learnt from, in other weather."""

OTHER_WEATHER = 1_000_000
"""Added to the seed of that run."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """
    Attributes:
        seed: Of its luck and weather.
        overhead_s: Seconds of a request beside its items, the way there and back included.
        item_s: Mean seconds of an update.
    """

    seed: int
    overhead_s: float
    item_s: float

    @classmethod
    def drawn(cls, seed: int, item_s: float | None = None) -> Server:
        """One of many; `item_s` as given or drawn as well."""
        random = Random(f"{seed}:server")
        overhead_s, log_item_s = random.uniform(*OVERHEAD_S), random.uniform(*map(math.log, ITEM_S))
        return cls(seed=seed, overhead_s=overhead_s, item_s=math.exp(log_item_s) if item_s is None else item_s)

    def latency(self) -> Latency:
        """As the simulator wants it."""
        return Latency(
            means_s={**{kind: cost * self.item_s for kind, cost in COSTS.items()}, "read": 0.07},
            sigma=ITEM_SIGMA,
            tail_chance=0.0,
            request_s=self.overhead_s - RTT_S,
            rtt_s=RTT_S,
            lag_mean_s=0.0,
            weather=Weather(),
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What came of one run.

    Attributes:
        makespan_s: From the first decision to the last.
        finished: Everything was done in the time allowed.
        timeouts: Requests that ran into the server's limit.
        violations: Requests and items against a limit, as the simulator counts them.
        served: What the controller learnt of the server.
    """

    makespan_s: float
    finished: bool
    timeouts: int
    violations: int
    served: Served | None


Made = Callable[["Bench"], Controller]


class Bench:
    """One server with issues on it; made on a virtual loop."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.clock = LoopClock()
        self.latency = server.latency()
        self.sim = SimulatedGitHub(
            clock=self.clock,
            seed=server.seed,
            latency=self.latency,
            faults=Faults(rates={"502.before": FAILS}),
        )
        self.began_at = self.clock.now()
        repository = self.sim.state.repository("octo", "widgets")
        assert repository is not None
        self.repository: Repository = repository
        self.label: Label = repository.labels["bug"]
        state = self.sim.state
        self.issues: list[Issue] = [
            state.create_issue(repository.owner, repository, f"Issue {n}", now=self.began_at) for n in range(ISSUES)
        ]

    def knowledge(self) -> Knowledge:
        """For the clairvoyant."""
        weather = Weather() if self.latency.weather is None else self.latency.weather
        return Knowledge(
            clock=self.clock,
            latency=self.latency,
            weather=weather,
            stream=WeatherStream(weather, self.server.seed, self.began_at),
            fails=FAILS,
            gap_s=DOCUMENTED.mutation_gap_s,
        )

    def plan(self) -> Plan:
        """A plan for this repository, without operations."""
        owner, repository = self.repository.owner, self.repository
        return Plan(
            desired=TaskGraph(name="bench", source="bench", format="native", sha256="", tasks=()),
            created_at=self.began_at,
            host=API,
            transport="graphql",
            repository=RepositoryFacts(
                name=repository.full_name,
                node_id=repository.node_id,
                database_id=repository.id,
                permission="admin",
                visibility="public",
                archived=False,
                has_issues=True,
                watchers=0,
            ),
            account=Account(login=owner.login, id=owner.id, node_id=owner.node_id),
            names=Names(labels={self.label.name.lower(): (self.label.name, self.label.node_id)}),
            high_water=repository.last_number,
        )

    def operations(self, n: int, *, mixed: bool) -> Iterator[Operation]:
        """`n` updates; mixed, they are of three kinds, in blocks of about 200 of one kind in the plan's order."""
        random = Random(f"{self.server.seed}:plan")
        kind, left = "issue.update", n
        for no in range(n):
            if mixed and (no == 0 or left == 0):
                kind, left = random.choice(sorted(COSTS)), max(1, round(random.expovariate(1 / BLOCK)))
            left -= 1
            yield Operation(no=no, key=str(no), payload=self._payload(kind, no))

    def outcome(self, *, finished: bool, served: Served | None = None) -> Outcome:
        """What has come of it so far."""
        stats = self.sim.stats()
        return Outcome(
            makespan_s=self.clock.now() - self.began_at,
            finished=finished,
            timeouts=stats["refusals"].get("timeout", 0),
            violations=stats["violations"] + stats["hurried"],
            served=served,
        )

    def _payload(self, kind: str, no: int) -> Payload:
        issue = self.issues[no % ISSUES]
        ref = Ref(number=issue.number, node_id=issue.node_id, database_id=issue.id)
        if kind == "issue.close":
            return IssueClose(ref)
        if kind == "labels.add":
            return LabelsAdd(ref, (self.label.name,))
        return IssueUpdate(ref, title=f"Issue {issue.number}, change {no}")


class Attempt:
    """All updates of one plan on one server, under one controller."""

    def __init__(self, bench: Bench, made: Made, n: int, *, mixed: bool, at_most_s: float) -> None:
        self._bench = bench
        self._ends_at = bench.began_at + at_most_s
        self._controller = made(bench)
        self._journal: SqlJournal = open_journal(None)
        plan = bench.plan()
        record = RunRecord(
            id=RUN,
            kind="apply",
            plan=plan,
            plan_sha="",
            config=Config(profile=DOCUMENTED.name),
            created_at=bench.began_at,
            total=n,
        )
        self._journal.create_run(record, bench.operations(n, mixed=mixed))
        limits = AccountLimits(SqlLedger(None, API, plan.account.id, bench.clock), DOCUMENTED.name, bench.began_at)
        scheduler = Scheduler(
            run=RUN,
            budget=limits.budget,
            fallback=None,
            api="graphql",
            config=BatchConfig(max_attempts=NEVER_GIVE_UP),
            uniform=Random(f"{bench.server.seed}:jitter").random,
            controller=self._controller,
        )
        scheduler.offer(self._journal.refs(RUN), bench.began_at)
        self._driver = Driver(
            run=RUN,
            scheduler=scheduler,
            limits=limits,
            resolver=Resolver(plan, RUN, scheduler.fold, self._journal, {}),
            journal=self._journal,
            transport=SimTransport(bench.sim),
            clock=bench.clock,
            api="graphql",
            observer=self._observe,
        )

    def _observe(self, moment: Moment) -> None:
        if moment.now >= self._ends_at:
            self._driver.stop("too slow")

    async def run(self) -> Outcome:
        """To its end, or to where it is given up."""
        end = await self._driver.run()
        served = self._controller.served("graphql", self._bench.clock.now())
        return self._bench.outcome(finished=isinstance(end, Finished), served=served)


def attempt(server: Server, made: Made, n: int, *, mixed: bool = False, at_most_s: float = math.inf) -> Outcome:
    """
    Do `n` updates on this server, in virtual time.

    Args:
        at_most_s: Given up after this time.
    """

    async def scene() -> Outcome:
        return await Attempt(Bench(server), made, n, mixed=mixed, at_most_s=at_most_s).run()

    return run_virtual(scene())


def one_by_one(server: Server, n: int) -> Outcome:
    """The same updates over REST, one at a time, with a pause after each answer; what failed is tried again."""

    async def scene() -> Outcome:
        bench = Bench(server)
        transport = SimTransport(bench.sim)
        for operation in bench.operations(n, mixed=False):
            payload = operation.payload
            assert isinstance(payload, IssueUpdate)
            path = f"/repos/{bench.repository.full_name}/issues/{payload.issue.number}"
            request = Request("PATCH", path, msgspec.json.encode({"title": payload.title}))
            while (await transport.send(request, math.inf)).status >= 500:
                await bench.clock.sleep(PAUSE_S)
            await bench.clock.sleep(PAUSE_S)
        return bench.outcome(finished=True)

    return run_virtual(scene())


def made(name: str, server: Server, *, mixed: bool = False) -> Made:
    """
    How the controller of this name is made for a run on this server.

    Raises:
        KeyError: There is none.
    """
    if name in FIXED:
        return lambda _bench: Fixed(FIXED[name])
    if name == "rls_warm":
        elsewhen = replace(server, seed=server.seed + OTHER_WEATHER)
        warm = attempt(elsewhen, made("rls_cold", elsewhen), REHEARSED, mixed=mixed).served
        return lambda _bench: AdaptiveController(BatchConfig(), DOCUMENTED, warm)
    return _MADE[name]


_MADE: dict[str, Made] = {
    "seed_rule": lambda _bench: SeedRule(),
    "aimd": lambda _bench: Aimd(),
    "ratio": lambda _bench: Ratio(),
    "rls_cold": lambda _bench: AdaptiveController(BatchConfig(), DOCUMENTED),
    CLAIRVOYANT: lambda bench: Clairvoyant(bench.knowledge()),
}

NAMES = (*FIXED, "seed_rule", "aimd", "ratio", "rls_cold", "rls_warm")
"""Of all controllers that are judged."""
