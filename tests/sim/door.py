"""A client of the simulated GitHub for tests: one call, one answer, on virtual time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.profiles import LimitProfile
from penstock.sim.virtual_loop import LoopClock, run_virtual

T = TypeVar("T")
WIDGETS = "/repos/octo/widgets"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `value` is the parsed body, None when it is empty or not JSON."""

    status: int
    headers: dict[str, str]
    value: Any


class Door:
    """Sends requests to a simulated GitHub in process."""

    def __init__(self, github: SimulatedGitHub, bearer: str = "sim-token") -> None:
        self.github = github
        self.bearer = bearer

    async def call(
        self, method: str, path: str, body: Any = None, *, bearer: str | None = None, raw: bytes | None = None
    ) -> Answer:
        """Paths that start with `/issues` and the like are taken below `octo/widgets`."""
        full = path if path.startswith(_ROOTS) else WIDGETS + path
        sent = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.bearer if bearer is None else bearer}"}
        reply = await self.github.handle(method, full, headers, sent)
        try:
            value = json.loads(reply.body) if reply.body else None
        except ValueError:
            value = None
        return Answer(reply.status, reply.headers, value)

    async def create(self, title: str = "Task", **fields: Any) -> Any:
        """Open an issue and return it; fails when it is refused."""
        answer = await self.call("POST", "/issues", {"title": title, **fields})
        assert answer.status == 201, answer
        return answer.value

    async def mutate(self, *titles: str) -> Answer:
        """Open issues with one GraphQL request, an alias each: a0, a1, ..."""
        repository = self.github.state.repository("octo", "widgets")
        assert repository is not None
        names = range(len(titles))
        head = ", ".join(f"$i{n}: CreateIssueInput!" for n in names)
        fields = " ".join(f"a{n}: createIssue(input: $i{n}) {{ issue {{ id number }} }}" for n in names)
        inputs = {f"i{n}": {"repositoryId": repository.node_id, "title": titles[n]} for n in names}
        return await self.call("POST", "/graphql", {"query": f"mutation({head}) {{ {fields} }}", "variables": inputs})

    async def sleep(self, delay_s: float) -> None:
        """Let virtual time pass."""
        await self.github.clock.sleep(delay_s)


_ROOTS = ("/repos/", "/repositories/", "/user", "/rate_limit", "/orgs/", "/graphql", "/api/", "/_")


def behind_the_door(
    scenario: Callable[[Door], Awaitable[T]],
    *,
    profile: str | LimitProfile = "ghes",
    latency: Latency | None = None,
    faults: Faults | None = None,
    seed: int = 0,
) -> T:
    """Run a scenario against a fresh simulated GitHub, in no time at all unless a latency is given."""

    async def run() -> T:
        github = SimulatedGitHub(
            clock=LoopClock(), seed=seed, profile=profile, latency=latency or Latency.none(), faults=faults
        )
        return await scenario(Door(github))

    running: Coroutine[Any, Any, T] = run()
    return run_virtual(running)
