"""
The front door of the simulated GitHub: one HTTP request in, one answer out, or none at all.

Between the two stand, in this order: the network, faults, the token, the limits, the work, and faults again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from penstock.base.clock import Clock
from penstock.base.errors import AnswerLost, NotSent
from penstock.sim import people
from penstock.sim.access import Token, Tokens
from penstock.sim.arrival import Arrival, arrival
from penstock.sim.faults import Faults, Injector, RequestFaults
from penstock.sim.isotime import http_date
from penstock.sim.latency import LAB, Latency, LatencyStream
from penstock.sim.limits import Account, Turned, Visit
from penstock.sim.profiles import LimitProfile, profile_named
from penstock.sim.reads import Reads
from penstock.sim.records import Repository, User
from penstock.sim.refusal import SimRefusal
from penstock.sim.replies import (
    SimReply,
    data_null,
    html_page,
    json_reply,
    message_reply,
    refusal_body,
    scopes_missing,
    server_error,
    sso_required,
    timed_out,
    truncated,
    turned_away,
    unauthorised,
)
from penstock.sim.rest_conditional import conditional, points
from penstock.sim.rest_request import RestRequest
from penstock.sim.rest_routes import Router
from penstock.sim.session import API_VERSION, Session, SimTimeout
from penstock.sim.state import State
from penstock.sim.stats import Stats

_log = logging.getLogger(__name__)
_NEEDS_SSO = ("/repos/", "/orgs/", "/repositories/", "/graphql")


class SimulatedGitHub:
    """
    GitHub's REST and GraphQL API for issues, in memory.

    The world begins with the repository `octo/widgets`, the users octo, hubot and mona who can be assigned there,
    and octo's token `sim-token`. Any other token is taken for octo's too, unless it is registered otherwise.

    Args:
        clock: The simulator's time; virtual in tests and rehearsals.
        seed: Same seed, same requests: same answers.
        profile: Limits, by name or as they are.
        latency: How long everything takes.
        faults: What goes wrong; None for nothing.
        graphql: Whether `/graphql` exists.
        native_links: Whether issues have sub-issues and dependencies; False is an enterprise server that is too old.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int = 0,
        profile: str | LimitProfile = "documented",
        latency: Latency | None = None,
        faults: Faults | None = None,
        graphql: bool = True,
        native_links: bool = True,
    ) -> None:
        self.clock = clock
        self.graphql = graphql
        self.native_links = native_links
        self.profile = profile_named(profile) if isinstance(profile, str) else profile
        self.latency = latency or (LAB if self.profile.name == "lab" else Latency())
        self.seed = seed
        self._router = Router(native_links=native_links)
        self._running: set[asyncio.Task[SimReply]] = set()
        self.reset(faults=faults)

    def reset(self, *, seed: int | None = None, profile: str | None = None, faults: Faults | None = None) -> None:
        """Start again with an empty world; without arguments with the same seed and limits, and no faults."""
        self.seed = self.seed if seed is None else seed
        self.profile = self.profile if profile is None else profile_named(profile)
        self.state = State()
        self._stats = Stats()
        self._accounts: dict[int, Account] = {}
        self._latency = LatencyStream(self.latency, self.seed, self.clock.now())
        self._random = Random(f"{self.seed}:front door")
        self.set_faults(faults or Faults())
        owner = self.state.add_user("octo")
        self.tokens = Tokens(owner)
        self.tokens.register(Token(value="sim-token", user=owner))
        repository = self.add_repository("octo", "widgets")
        for login in ("hubot", "mona"):
            self.add_assignee(repository, login)

    def upgrade(self) -> None:
        """From now on there are sub-issues and dependencies. What stands stays as it is."""
        self.native_links = True
        self._router = Router()

    def set_faults(self, faults: Faults) -> None:
        """From now on these things go wrong."""
        self._injector = Injector(faults, self.seed)

    def add_repository(self, owner: str, name: str, *, owner_kind: str = "User", **fields: Any) -> Repository:
        """
        Open a repository, and sign its owner up if need be.

        Args:
            owner_kind: `User` or `Organization`, for a new owner.
            fields: `private`, `archived`, `has_issues`, `watchers`, `description`.
        """
        user = self.state.user(owner) or self.state.add_user(owner, owner_kind)
        return self.state.add_repository(user, name, now=self.clock.now(), **fields)

    def add_assignee(self, repository: Repository, login: str, role: str = "triage") -> User:
        """Give a user, signed up if need be, a role in a repository; with one it can be assigned."""
        user = self.state.user(login) or self.state.add_user(login)
        repository.roles[user.id] = role
        repository.assignable[login.lower()] = user
        return user

    def stats(self) -> dict[str, Any]:
        """
        What a judge asks for.

        Returns:
            `issues` (pull requests excluded), `duplicates` (surplus issues with the same marker), `requests`,
            `mutations` (writes that took effect, one per alias or REST write), `violations` (items or requests
            that went against a limit or into a known pause), `by_kind`, and what `Stats.as_json` gives.
        """
        repositories = self.state.tables.repositories.values()
        return {
            "issues": sum(not issue.is_pull for repository in repositories for issue in repository.issues),
            "duplicates": self.state.markers.duplicates,
            "mutations": sum(self.state.applied.values()),
            "by_kind": dict(sorted(self.state.applied.items())),
            **self._stats.as_json(),
        }

    def state_json(self) -> dict[str, Any]:
        """Everything stored, as plain values: see `people.world_json`."""
        return people.world_json(self.state)

    def act(self, action: Mapping[str, Any]) -> dict[str, Any]:
        """Let somebody else do something in the web interface: see `people.act`. Costs no limits, takes no time."""
        return people.act(self.state, action, self.clock.now())

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> SimReply:
        """
        Answer one request. A caller that is cancelled gives up the answer, not the work.

        Args:
            path: With the query string; `/api/v3` and `/api/graphql` work as on a GitHub Enterprise Server.

        Raises:
            NotSent: Nothing reached the server.
            AnswerLost: The connection broke; whether the request took effect is unknown to the caller.
        """
        task = asyncio.ensure_future(self._handle(method, path, headers, body))
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[SimReply]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()

    async def _handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> SimReply:
        self._stats.requests += 1
        number = self._stats.requests
        request_id = f"{number:04X}:{self.seed & 0xFFFFF:05X}:{self._random.getrandbits(40):010X}"
        request = arrival(request_id, method, path, headers, body)
        self._stats.write_requests += request.writes
        faults = self._injector.begin(request.name, request.id)
        sent_at = self.clock.now()
        if faults.request == "refused":
            raise NotSent("connection refused")
        await self._travel()
        if faults.request == "cut.before":
            raise AnswerLost("connection reset before the server did anything")
        honest, visit = await self._serve(request, faults, sent_at)
        reply = await self._spoil(honest, request, faults)
        self._finish_headers(reply, request, visit)
        await self._travel()
        if visit is not None and reply is honest:
            visit.answered(self.clock.now())
        return reply

    async def _travel(self) -> None:
        if self.latency.rtt_s > 0:
            await self.clock.sleep(self.latency.rtt_s / 2)

    async def _serve(self, request: Arrival, faults: RequestFaults, sent_at: float) -> tuple[SimReply, Visit | None]:
        if faults.request is not None and faults.request.endswith(".before"):
            return server_error(int(faults.request[:3])), None
        if self._latency.fails(self.clock.now()):
            self._stats.refusals["outage"] += 1
            return server_error(502), None
        token = self._token(request, revoke=faults.request == "revoked")
        if isinstance(token, SimReply):
            return token, None
        account = self._accounts.get(token.user.id)
        if account is None:
            random = Random(f"{self.seed}:account:{token.user.login}")
            account = self._accounts[token.user.id] = Account(self.profile, random, self._stats)
        visit = Visit(
            account=account,
            resource="graphql" if request.graphql else "core",
            writes=request.writes,
            request_id=request.id,
            sent_at=sent_at,
            entered_at=self.clock.now(),
            free=request.path == "/rate_limit",
        )
        turned = _throttled(account, visit, faults) or account.enter(visit)
        if turned is not None:
            self._stats.refusals[turned.by] += 1
            reply = turned_away(
                turned, self._random, graphql=request.graphql, user_id=token.user.id, request_id=request.id
            )
        else:
            reply = await self._work(request, token, visit, faults)
        if token.scopes is not None:
            reply.headers["x-oauth-scopes"] = ", ".join(token.scopes)
        return reply, visit

    def _token(self, request: Arrival, *, revoke: bool) -> Token | SimReply:
        value = request.header("Authorization").partition(" ")[2].strip()
        token = self.tokens.find(value)
        if token is not None and revoke:
            self.tokens.revoke(value)
            token = None
        if token is None:
            return unauthorised(given=bool(value))
        if token.sso_url is not None and request.path.startswith(_NEEDS_SSO):
            return sso_required(token.sso_url, graphql=request.graphql)
        return token

    async def _work(self, request: Arrival, token: Token, visit: Visit, faults: RequestFaults) -> SimReply:
        session = self._session(request, token, visit, faults)
        extra_points = 0
        try:
            await session.begin()
            reply = await (self._graphql if request.graphql else self._rest)(request, session)
        except SimTimeout:
            extra_points = self.profile.timeout_points
            self._stats.refusals["timeout"] += 1
            reply = timed_out(self._random, graphql=request.graphql, request_id=request.id)
        except Exception:  # noqa: BLE001 - whatever it is, a server goes on
            # A mistake of the simulator's own. A client sees what GitHub shows for one of its own.
            _log.exception("%s failed", request.name)
            self._stats.refusals["crash"] += 1
            reply = data_null(request.id) if request.graphql else server_error(500)
        finally:
            self._stats.items_s.update(session.items_s)
            visit.account.leave(visit, session.worked_s, self.clock.now(), extra_points=session.cost - 1 + extra_points)
        return reply

    def _session(self, request: Arrival, token: Token, visit: Visit, faults: RequestFaults) -> Session:
        view: Reads = self.state
        if not request.writes and (lag_s := self._latency.lag_s()) > 0:
            view = Reads(self.state.tables, self.clock.now() - lag_s)
        host = request.header("Host")
        base = f"http://{host}" if host else "https://api.github.com"
        return Session(
            clock=self.clock,
            request_id=request.id,
            token=token,
            state=self.state,
            view=view,
            visit=visit,
            latency=self._latency,
            faults=faults,
            api_url=f"{base}/api/v3" if request.enterprise else base,
            html_url=f"http://{host}" if host else "https://github.com",
            api_version=request.header("X-GitHub-Api-Version") or API_VERSION,
            native_links=self.native_links,
        )

    async def _rest(self, request: Arrival, session: Session) -> SimReply:
        found = self._router.find(request.method, request.path)
        if found is None:
            return message_reply(404, "Not Found")
        if request.malformed:
            return message_reply(400, request.malformed)
        handler, parameters = found
        parts = request.path.split("/", 4 if request.path.startswith("/repos/") else 3)
        rest = RestRequest(
            session=session,
            method=request.method,
            path=request.path,
            rest="/" + parts[-1] if "repo" in parameters and len(parts) == 5 else "",
            parameters=parameters,
            query=dict(parse_qsl(request.query)) if request.query else {},
            body=request.body or {},
        )
        try:
            answer = await handler(rest)
        except SimRefusal as refusal:
            return json_reply(refusal.status, refusal_body(refusal), refusal.headers)
        reply = json_reply(answer.status, answer.body, answer.headers)
        if request.path == "/rate_limit":
            return reply
        reply = conditional(reply, request.method, request.header("If-None-Match"))
        session.cost = points(reply)
        return reply

    async def _graphql(self, request: Arrival, session: Session) -> SimReply:
        if not self.graphql or request.method != "POST":
            return message_reply(404, "Not Found")
        if request.malformed or request.body is None:
            return message_reply(400, request.malformed or "Problems parsing JSON")
        if request.writes and session.token.scopes is not None and session.token.lacks_write_scope:
            return scopes_missing(session.token.scopes)
        from penstock.sim.graphql_api import execute

        return json_reply(200, await execute(session, request.body))

    def _finish_headers(self, reply: SimReply, request: Arrival, visit: Visit | None) -> None:
        now, skew_s = self.clock.now(), self._injector.faults.clock_skew_s
        headers = reply.headers
        headers["date"] = http_date(int(now + skew_s))
        headers["x-github-request-id"] = request.id
        headers["x-github-media-type"] = "github.v3; format=json"
        if request.enterprise or not self.native_links:
            # Sub-issues came with 3.16, dependencies with 3.19.
            # Source: https://github.com/github/docs/blob/main/data/features/sub-issues.yml and
            # https://github.com/github/docs/blob/main/content/rest/issues/issue-dependencies.md
            headers["x-github-enterprise-version"] = "3.20.0" if self.native_links else "3.15.0"
        else:
            headers["x-github-api-version-selected"] = request.header("X-GitHub-Api-Version") or API_VERSION
        if visit is not None and reply.status < 500:
            quota = visit.account.quotas_json(now, skew_s).get(visit.resource)
            for name, value in (quota or {}).items():
                headers[f"x-ratelimit-{name}"] = str(value)

    async def _spoil(self, reply: SimReply, request: Arrival, faults: RequestFaults) -> SimReply:
        fault = faults.request
        if fault is None:
            return reply
        if fault == "slow":
            await self.clock.sleep(faults.slow_s)
        elif fault == "cut.after":
            raise AnswerLost("connection reset before the answer arrived")
        elif fault == "truncated":
            return truncated(reply)
        elif fault == "not_json":
            return html_page()
        elif fault == "data_null":
            return data_null(request.id) if request.graphql else server_error(502)
        elif fault.endswith(".after"):
            return server_error(int(fault[:3]))
        return reply


def _throttled(account: Account, visit: Visit, faults: RequestFaults) -> Turned | None:
    if faults.request == "exhausted":
        return account.exhaust(visit)
    if faults.request in ("throttle.announced", "throttle.silent"):
        return account.impose(visit, announced=faults.request == "throttle.announced")
    return None
