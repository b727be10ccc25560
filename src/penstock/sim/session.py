"""
One HTTP request being answered: who asks, what they may see, and how each item is timed and counted.

An item of work (one alias, or one REST call) goes through three steps, the last two without an `await` between:

    await session.work("issue.create")      # takes its time; may raise SimTimeout
    session.admit("issue.create")           # counts it at this instant; may raise SimRefusal
    session.state.create_issue(...)         # takes effect; may raise SimRefusal

Items applied before a `SimTimeout` stay applied, as on GitHub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penstock.sim.isotime import iso
from penstock.sim.records import LEVELS, Issue, Record, Repository, User
from penstock.sim.refusal import SimRefusal, archived, forbidden, gone, not_found, unresolved

if TYPE_CHECKING:
    from penstock.base.clock import Clock
    from penstock.sim.access import Token
    from penstock.sim.faults import RequestFaults
    from penstock.sim.latency import LatencyStream
    from penstock.sim.limits import Visit
    from penstock.sim.reads import Reads
    from penstock.sim.state import State

__all__ = ["TIMEOUT_S", "Session", "SimRefusal", "SimTimeout"]

TIMEOUT_S = 10.0
"""Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts"""

API_VERSION = "2022-11-28"
"""What GitHub answers for unless asked otherwise."""


class SimTimeout(Exception):
    """The request used up its 10 seconds. What it applied stays; the rest never starts."""


class Session:
    """
    Attributes:
        actor: The user the token belongs to.
        token: What the token may do.
        state: The primary database: mutations read and write here.
        view: What a replica shows: the same reads as `state`, possibly some seconds old.
        request_id: `x-github-request-id`.
        api_url: Base of REST addresses, e.g. `https://api.github.com`.
        html_url: Base of web addresses, e.g. `https://github.com`.
        api_version: REST version the client asked for, e.g. `2022-11-28`.
        native_links: Whether the server has sub-issues and dependencies.
        cost: Points this request costs the hourly quota: more for a query with many connections, 0 for a 304.
        worked_s: Seconds of work so far, on the server.
        items_s: The same for its items, by kind.
        rendered_users: Users already rendered for this answer, by id.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        request_id: str,
        token: Token,
        state: State,
        view: Reads,
        visit: Visit,
        latency: LatencyStream,
        faults: RequestFaults,
        api_url: str,
        html_url: str,
        api_version: str = API_VERSION,
        native_links: bool = True,
    ) -> None:
        self.actor: User = token.user
        self.token = token
        self.state = state
        self.view = view
        self.request_id = request_id
        self.api_url = api_url
        self.html_url = html_url
        self.api_version = api_version
        self.native_links = native_links
        self.cost = 1
        self.worked_s = 0.0
        self.items_s: dict[str, float] = {}
        self.rendered_users: dict[int, dict[str, Any]] = {}
        self._clock = clock
        self._visit = visit
        self._latency = latency
        self._pace = latency.pace(visit.entered_at, writes=visit.writes)
        self._faults = faults

    def now(self) -> float:
        """This instant in epoch seconds: the `now` of every write to `state`."""
        return self._clock.now()

    @property
    def clock_skew_s(self) -> float:
        """How far the server's clock is ahead of the truth."""
        return self._faults.clock_skew_s

    def quotas(self) -> dict[str, dict[str, int | str]]:
        """The user's hourly quotas by resource, as `GET /rate_limit` shows them; empty where there are none."""
        return self._visit.account.quotas_json(self._clock.now(), self.clock_skew_s)

    def iso(self, at: float) -> str:
        """An instant as GitHub prints it, by the server's clock, which may be skewed: `2026-11-23T18:44:05Z`."""
        return iso(int(at + self.clock_skew_s))

    async def begin(self) -> None:
        """
        Take as long as a request takes beside its items.

        Raises:
            SimTimeout: its 10 seconds are over before any item is begun.
        """
        await self._take(self._pace.overhead_s)

    async def work(self, kind: str) -> None:
        """
        Take as long as one item of this kind takes.

        Raises:
            SimTimeout: the request has used its 10 seconds in total; the item must not take effect.
        """
        need_s = self._latency.item_s(kind) * self._pace.factor
        await self._take(need_s)
        self.items_s[kind] = self.items_s.get(kind, 0.0) + need_s

    async def _take(self, need_s: float) -> None:
        left_s = TIMEOUT_S - self.worked_s
        await self._spend(min(need_s, left_s))
        if need_s > left_s:
            raise SimTimeout

    async def _spend(self, seconds: float) -> None:
        if seconds > 0:
            self.worked_s += seconds
            await self._clock.sleep(seconds)

    def admit(self, kind: str) -> None:
        """
        Count one item at this instant. Call it right before the state changes.

        Raises:
            SimRefusal: a content window is full (`was submitted too quickly`), the request's resource limit is
                reached, or a fault strikes this alias.
        """
        self._faults.before_item()
        self._visit.admit(kind, self._clock.now())

    def resolve(self, node_id: str) -> Record:
        """
        The record behind a global id, for a mutation.

        Raises:
            SimRefusal: NOT_FOUND when there is none, when the actor may not see it, or for a moment right after
                its creation when the fault `item.fresh` strikes.
        """
        record = self.state.node(node_id)
        if record is None or not self.sees(record):
            raise unresolved(node_id)
        if isinstance(record, Issue) and self.hides(record):
            raise unresolved(node_id)
        return record

    def hides(self, issue: Issue) -> bool:
        """Does a fault hide this issue because it is so young?"""
        return self._faults.hides(self._clock.now() - issue.created_at)

    def sees(self, record: Record) -> bool:
        """May the actor read it?"""
        repository = record if isinstance(record, Repository) else getattr(record, "repository", None)
        return repository is None or self.level(repository) != "none"

    def level(self, repository: Repository) -> str:
        """The actor's role, one of `LEVELS`; `none` out of the token's reach."""
        if not self.token.reaches(repository):
            return "none"
        return self.state.level(self.actor, repository)

    def can(self, repository: Repository, level: str) -> bool:
        """Has the actor at least this role there?"""
        return LEVELS.index(self.level(repository)) >= LEVELS.index(level)

    def repository(self, owner: str, name: str) -> Repository:
        """
        The repository of this name, for a query or mutation.

        Raises:
            SimRefusal: NOT_FOUND when it does not exist or the actor may not see it.
        """
        found = self.state.repository(owner, name) or self.state.tables.renamed.get(f"{owner}/{name}".lower())
        if found is None or self.level(found) == "none":
            raise not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return found

    def require_write(self, repository: Repository, level: str = "read") -> None:
        """
        Check that this actor with this token may write issues here.

        Args:
            repository: Where.
            level: The role needed: `read` to open an issue, `triage` for links and closing, `write` for labels.

        Raises:
            SimRefusal: FORBIDDEN (archived, missing role, missing right of the token), or issues are switched off.
        """
        if repository.archived:
            raise archived()
        if not self.token.writes_issues(repository):
            raise forbidden(
                "Resource not accessible by personal access token",
                X_Accepted_GitHub_Permissions="issues=write",
            )
        if not repository.has_issues:
            raise gone("Issues has been disabled in this repository.")
        if not self.can(repository, level):
            raise forbidden(f"{self.actor.login} does not have the correct permissions to execute this")

    def require_edit(self, issue: Issue) -> None:
        """
        Check that the actor may change or close this issue: its author may, and whoever has triage.

        Raises:
            SimRefusal: See `require_write`.
        """
        self.require_write(issue.repository, "read" if issue.author is self.actor else "triage")
