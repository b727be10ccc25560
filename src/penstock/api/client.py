"""One repository, seen through one account: plan, apply, resume, audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from penstock.api.ports import Ports, system_ports
from penstock.api.version import VERSION
from penstock.base.errors import PlanError, StaleError, UsageError
from penstock.core.audit import audit
from penstock.core.planner import Renames, make_plan
from penstock.core.staleness import changed, gone, moved, taken
from penstock.engine.account import AccountLimits
from penstock.engine.driver import Observer
from penstock.engine.gateway import Gateway
from penstock.engine.run import Process, Runs
from penstock.github.limits import CAPS
from penstock.github.reads import observe
from penstock.github.whoami import whoami
from penstock.io.auth import find_token, host_of
from penstock.io.plan_file import plan_sha
from penstock.model.config import Config
from penstock.model.observed import Account, Observation
from penstock.model.plan import AuditReport, Plan
from penstock.model.ports import Journal, RunSummary
from penstock.model.result import RunResult
from penstock.model.task import TaskGraph

GITHUB = "https://api.github.com"
AUDIT_READS = 4
SETTLING_READS = 20
STALE_LISTED = 5


class Client:
    """
    Makes a GitHub repository match a task graph. Use it as an async context manager.

    Args:
        repository: `owner/name`.
        api_url: API root: github.com's, a GHES root ending in `/api/v3`, or a simulator's.
        token: Access token; looked up in the environment and `gh` when None.
        config: Profile, transport, batch settings.
        state_dir: Where the journal lies.
        ports: Everything that touches the world; the system's when None.

    Raises:
        AccessError: No token was found.
    """

    def __init__(
        self,
        repository: str,
        *,
        api_url: str = GITHUB,
        token: str | None = None,
        config: Config | None = None,
        state_dir: str | Path = ".penstock",
        ports: Ports | None = None,
    ) -> None:
        owner, _, name = repository.partition("/")
        if not owner or not name or "/" in name:
            raise UsageError(f"{repository!r} does not name a repository", hint="write it as OWNER/NAME")
        self.repository = repository
        self.config = config or Config()
        if ports is None:
            api_url = api_url.rstrip("/")
            ports = system_ports(api_url, token or find_token(host_of(api_url)).value, Path(state_dir))
        self._ports = ports
        self._journal: Journal | None = None
        self._limits: AccountLimits | None = None
        self._runs: Runs | None = None
        self._session = self._ports.entropy(8).hex()
        self._account: Account | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of connections and files."""
        await self._ports.transport.close()
        if self._limits:
            self._limits.close()
        if self._journal:
            self._journal.close()

    # -- reading

    async def observe(self, graph: str, logins: Sequence[str] = ()) -> Observation:
        """
        Read the repository: what a plan is made from.

        Args:
            graph: Name of the graph whose issues are wanted.
            logins: Whom the graph wants to assign.

        Raises:
            AccessError: The token lacks a right, or the repository is hidden from it.
            ServerError: The server cannot be reached.
        """
        gateway = await self._gateway()
        return await gateway.hold(
            observe(
                self.repository,
                graph,
                now=self._ports.clock.now(),
                transport=self.config.transport,
                authors=self.config.authors,
                logins=logins,
            )
        )

    async def plan(
        self, graph: TaskGraph, *, prune: bool = False, without_labels: bool = False, renames: Renames = "ask"
    ) -> Plan:
        """
        What would have to be done for the repository to match the graph. Only reads.

        Args:
            prune: Also close issues whose task is gone, and cut links that are no longer planned.
            without_labels: Leave labels out where the token may not set them.
            renames: Whether tasks without a key of their own that look renamed keep their issues (`accept`) or get
                new ones (`refuse`); `ask` makes it an error of the plan.

        Returns:
            A plan whose `findings` may hold errors; such a plan cannot be applied.
        """
        seen = await self._settled(graph)
        return make_plan(
            graph,
            seen,
            now=self._ports.clock.now(),
            host=self._ports.host,
            caps=CAPS,
            prune=prune,
            without_labels=without_labels,
            renames=renames,
        )

    async def audit(self, graph: TaskGraph) -> AuditReport:
        """
        Compare a fresh read with the graph. Differences are read again over the grace period before they count.
        """
        limits = await self._account_limits()
        grace_s = limits.budget.profile.doubt_grace_s
        for attempt in range(AUDIT_READS):
            report = audit(graph, await self.observe(graph.name))
            if report.clean or attempt == AUDIT_READS - 1:
                break
            await self._ports.clock.sleep(grace_s / (AUDIT_READS - 1))
        return report

    # -- writing

    async def apply(self, plan: Plan, *, observer: Observer | None = None) -> RunResult:
        """
        Carry a plan out, if the repository still is what it was made from.

        Args:
            observer: Told after every decision.

        Raises:
            PlanError: The plan holds errors, or more writes than `max_writes`.
            StaleError: The repository changed since the plan was made, or the plan was begun already.
            LockedError: Another run holds the repository.
        """
        self.check(plan)
        self._refuse_other_host(plan)
        sha = plan_sha(plan)
        earlier = next((run for run in self.journal.runs() if run.plan_sha == sha), None)
        if earlier and earlier.state == "finished":
            return self.runs.result(earlier.id)
        if earlier:
            raise StaleError(f"this plan was begun as run {earlier.id}", hint=f"penstock resume {earlier.id}")
        run_id = self.runs.new_id()
        with self._locked(plan, run_id):
            _refuse(changed(plan, await self._settled(plan.desired)), "the plan is stale", "make a new plan")
            self.runs.create(run_id, plan, sha, self.config)
            return await self._drive(run_id, creates_max=self.config.first, observer=observer)

    async def resume(self, run_id: str | None = None, *, observer: Observer | None = None) -> RunResult:
        """
        Go on with a run; the newest unfinished one of this repository when None.

        Raises:
            UsageError: There is no such run.
            LockedError: Another process holds the repository.
        """
        run_id = run_id or self.unfinished()
        record = self.journal.run(run_id)
        if record.state == "finished":
            return self.runs.result(run_id)
        self._refuse_other_host(record.plan)
        newest = self._newest(record.plan.desired.name)
        if newest and newest.id != run_id:
            raise StaleError(
                f"run {run_id} is superseded", cause=f"run {newest.id} of the same graph began later", hint="plan again"
            )
        with self._locked(record.plan, run_id):
            seen = await self.observe(record.plan.desired.name)
            missed = (*gone(record.plan, seen), *taken(self.runs.uncreated(run_id), seen))
            _refuse((*moved(record.plan, seen), *missed), f"run {run_id} cannot go on", "make a new plan")
            bodies = {issue.number: issue.body for issue in seen.issues}
            return await self._drive(run_id, creates_max=0, observer=observer, bodies=bodies)

    def stop(self, cause: str) -> None:
        """Let what is in flight end, then stop; the run can be resumed."""
        self.runs.stop(cause)

    # -- the journal

    @property
    def journal(self) -> Journal:
        """The journal, opened when first asked for."""
        if self._journal is None:
            self._journal = self._ports.journal()
        return self._journal

    @property
    def runs(self) -> Runs:
        """The runs of the journal."""
        if self._runs is None:
            pid, host = self._ports.process
            self._runs = Runs(
                journal=self.journal,
                clock=self._ports.clock,
                process=Process(pid, host, VERSION),
                entropy=self._ports.entropy,
                uniform=self._ports.uniform,
            )
        return self._runs

    def unfinished(self) -> str:
        """Id of the newest run of this repository that is not finished."""
        for run in self.journal.runs():
            if run.state != "finished" and run.repository.lower() == self.repository.lower():
                return run.id
        raise UsageError(
            f"no run of {self.repository} is waiting to be resumed", hint="penstock runs lists what there is"
        )

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first."""
        return self.journal.runs()

    # -- inside

    @contextmanager
    def _locked(self, plan: Plan, run_id: str) -> Iterator[None]:
        lock = self._ports.lock(plan.repository.database_id)
        lock.acquire(run_id, self._ports.clock.now())
        try:
            yield
        finally:
            lock.release()

    async def _drive(
        self, run_id: str, *, creates_max: int, observer: Observer | None, bodies: Mapping[int, str] | None = None
    ) -> RunResult:
        return await self.runs.drive(
            run_id,
            limits=await self._account_limits(),
            transport=self._ports.transport,
            creates_max=creates_max,
            observer=observer,
            bodies=bodies,
        )

    def _refuse_other_host(self, plan: Plan) -> None:
        """Servers number repositories and accounts alike: their ids do not tell servers apart."""
        if plan.host != self._ports.host:
            raise StaleError(
                "the plan was made for another server",
                cause=f"it was made for {plan.host}, this is {self._ports.host}",
                hint=f"name that server with --api-url {plan.host}, or make a new plan",
            )

    def check(self, plan: Plan) -> None:
        """
        What `apply` asks of a plan before it reads or writes anything.

        Raises:
            PlanError: The plan holds errors, or more writes than `max_writes`.
        """
        errors = [finding for finding in plan.findings if finding.level == "error"]
        if errors:
            raise PlanError(f"the plan has {len(errors)} errors", cause=errors[0].message, hint=errors[0].hint)
        if self.config.max_writes and len(plan.operations) > self.config.max_writes:
            raise PlanError(
                f"the plan holds {len(plan.operations)} writes, more than the {self.config.max_writes} allowed",
                hint="raise --max-writes, or plan fewer tasks",
            )

    def _newest(self, graph: str) -> RunSummary | None:
        """The newest run of a graph on this repository."""
        place = (graph, self.repository.lower())
        return next((run for run in self.journal.runs() if (run.graph, run.repository.lower()) == place), None)

    async def _settled(self, graph: TaskGraph) -> Observation:
        """
        A read that shows what the last run of the graph on this machine did.

        Replicas lag: right after a run a read may still miss its issues, and a plan from it would make them again.
        """
        logins = sorted({login for task in graph.tasks for login in task.assignees})
        limits = await self._account_limits()
        newest = self._newest(graph.name)
        if newest is None:
            return await self.observe(graph.name, logins)
        profile = limits.budget.profile
        until = self.runs.result(newest.id).ended_at + profile.request_timeout_s + profile.doubt_grace_s
        wanted = self.journal.run(newest.id).plan.desired
        while True:
            seen = await self.observe(graph.name, logins)
            if self._ports.clock.now() >= until or audit(wanted, seen).clean:
                return seen
            await self._ports.clock.sleep(profile.doubt_grace_s / SETTLING_READS)

    async def _known_account(self) -> Account:
        if self._account is None:
            limits = AccountLimits(self._ports.ledger(0), self.config.profile, self._ports.clock.now())
            try:
                asked = whoami(self.config.transport, self._ports.clock.now())
                self._account = await self._gateway_on(limits).hold(asked)
            finally:
                limits.close()
        return self._account

    async def _account_limits(self) -> AccountLimits:
        if self._limits is None:
            account = await self._known_account()
            self._limits = AccountLimits(self._ports.ledger(account.id), self.config.profile, self._ports.clock.now())
        return self._limits

    async def _gateway(self) -> Gateway:
        return self._gateway_on(await self._account_limits())

    def _gateway_on(self, limits: AccountLimits) -> Gateway:
        return Gateway(
            session=f"{self._session}.{self._ports.entropy(4).hex()}",
            limits=limits,
            transport=self._ports.transport,
            clock=self._ports.clock,
            uniform=self._ports.uniform,
        )


def _refuse(differences: Sequence[str], message: str, hint: str) -> None:
    if differences:
        more = f" and {len(differences) - STALE_LISTED} more" if len(differences) > STALE_LISTED else ""
        raise StaleError(message, cause=", ".join(differences[:STALE_LISTED]) + more, hint=hint)
