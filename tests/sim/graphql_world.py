"""A small simulated GitHub for the GraphQL tests: one user, one organisation, a repository of each, time by hand."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from penstock.sim.access import Token
from penstock.sim.faults import Faults, Injector
from penstock.sim.graphql_api import execute
from penstock.sim.latency import Latency, LatencyStream
from penstock.sim.limits import Account, Visit
from penstock.sim.profiles import profile_named
from penstock.sim.reads import Reads
from penstock.sim.records import Issue, Repository, User
from penstock.sim.session import Session
from penstock.sim.state import State
from penstock.sim.stats import Stats

START = 1_800_000_000.0
CREATE = "mutation($i:CreateIssueInput!){createIssue(input:$i){issue{id number}}}"


class HandClock:
    """Time passes only where somebody sleeps; meanwhile others go on."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> float:
        """Epoch seconds."""
        return self.at

    async def sleep(self, delay_s: float) -> None:
        """Let the time pass."""
        self.at += delay_s
        await asyncio.sleep(0)


class World:
    """
    `octo/widgets` belongs to the user octo who asks, `acme/tools` to an organisation that octo may write in.

    Args:
        profile: Name of the limit profile.
        faults: What goes wrong.
        latency: None takes no time at all.
    """

    def __init__(self, profile: str = "ghes", faults: Faults | None = None, latency: Latency | None = None) -> None:
        self.clock = HandClock()
        self.state = State()
        self.octo = self.state.add_user("octo")
        self.hubot = self.state.add_user("hubot")
        self.acme = self.state.add_user("acme", "Organization")
        self.widgets = self.state.add_repository(self.octo, "widgets", now=START - 1000, watchers=3)
        self.widgets.assignable["hubot"] = self.hubot
        self.tools = self.state.add_repository(self.acme, "tools", now=START - 1000)
        self.tools.roles[self.octo.id] = "write"
        self.stats = Stats()
        self.account = Account(profile_named(profile), Random(1), self.stats)
        self._latency = LatencyStream(latency or Latency.none(), 1)
        self._injector = Injector(faults or Faults(), 1)

    def token(self, user: User | None = None, **rights: Any) -> Token:
        """A token of octo, or of somebody else."""
        return Token(value="t", user=user or self.octo, **rights)

    def session(self, token: Token | None = None, lag_s: float | None = None) -> Session:
        """One request of the owner of the token."""
        now = self.clock.now()
        view = self.state if lag_s is None else Reads(self.state.tables, now - lag_s)
        visit = Visit(self.account, "graphql", True, "R", now, now)
        return Session(
            clock=self.clock,
            request_id="R",
            token=token or self.token(),
            state=self.state,
            view=view,
            visit=visit,
            latency=self._latency,
            faults=self._injector.begin("POST /graphql mutation", "R"),
            api_url="https://api.github.com",
            html_url="https://github.com",
        )

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a document."""
        return await execute(self.session(), {"query": query, "variables": variables})

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The same, without errors."""
        answer = await self.run(query, **variables)
        assert "errors" not in answer, answer
        data = answer["data"]
        assert isinstance(data, dict)
        return data

    def issue(self, title: str = "An issue", repository: Repository | None = None, **fields: Any) -> Issue:
        """An issue that is there already."""
        where = repository or self.widgets
        return self.state.create_issue(self.octo, where, title, now=self.clock.now(), **fields)

    def issues(self, count: int) -> list[Issue]:
        """Several of them, a second apart."""
        made = []
        for number in range(1, count + 1):
            made.append(self.issue(f"Issue {number}"))
            self.clock.at += 1
        return made


def creates(count: int) -> str:
    """A document with so many aliases `a0`, `a1`, … and one variable `$i0`, `$i1`, … each."""
    variables = ",".join(f"$i{n}:CreateIssueInput!" for n in range(count))
    aliases = " ".join(f"a{n}:createIssue(input:$i{n}){{issue{{number}}}}" for n in range(count))
    return f"mutation({variables}){{{aliases}}}"
