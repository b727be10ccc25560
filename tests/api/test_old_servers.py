"""A client against an enterprise server without sub-issues and dependencies: the texts say what links would."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from penstock.api.client import Client
from penstock.api.rehearse import SimTransport, rehearsal_ports
from penstock.engine.driver import Moment
from penstock.model.config import Config
from penstock.model.ports import Reply, Request
from penstock.model.task import Task, TaskGraph
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

Api = Literal["graphql", "rest"]
Play = Callable[[SimulatedGitHub, Callable[..., Client]], Awaitable[None]]

TASKS = (
    Task(key="book", title="Book", depends_on=("book.2",), labels=("kitchen",), state="completed"),
    Task(key="book.1", title="Write", parent="book", depends_on=("paper",), body="Twelve chapters."),
    Task(key="book.2", title="Print", parent="book", depends_on=("book.1", "paper")),
    Task(key="paper", title="Buy paper"),
)


def graph(*tasks: Task) -> TaskGraph:
    """A graph of these tasks."""
    return TaskGraph(name="g", source="g.yaml", format="native", sha256="0" * 64, tasks=tasks)


class Enterprise(SimTransport):
    """The simulator where an enterprise server has its APIs."""

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """As `Transport.send`."""
        path = "/api/graphql" if request.path == "/graphql" else f"/api/v3{request.path}"
        return await super().send(replace(request, path=path), timeout_s)


def world(play: Play, api: Api, **sim_arguments: Any) -> None:
    """
    Play a scene on an old server.

    Every call of the factory is another process with the same journal, on the same server unless it is given another.
    """

    async def scene() -> None:
        clock = LoopClock()
        sim = server(clock, api, native_links=False, **sim_arguments)
        ports = dataclasses.replace(rehearsal_ports(sim, clock, 1), host="https://ghe.example/api/v3")

        def client(of: SimulatedGitHub = sim) -> Client:
            reached = dataclasses.replace(ports, transport=Enterprise(of))
            return Client("octo/widgets", ports=reached, config=Config(profile="ghes"))

        await play(sim, client)

    run_virtual(scene())


def server(clock: LoopClock, api: Api, **arguments: Any) -> SimulatedGitHub:
    """An enterprise server without limits."""
    settings: dict[str, Any] = {"latency": Latency.none(), "profile": "ghes"} | arguments
    return SimulatedGitHub(clock=clock, graphql=api == "graphql", **settings)


def issues(sim: SimulatedGitHub) -> dict[str, dict[str, Any]]:
    """Title → issue, as the server holds it."""
    return {issue["title"]: issue for issue in sim.state_json()["repositories"]["octo/widgets"]["issues"]}


def words(sim: SimulatedGitHub, title: str) -> list[str]:
    """The lines that the body of an issue begins with, titles in the place of numbers."""
    numbers = {f"#{issue['number']}": other for other, issue in issues(sim).items()}
    links = issues(sim)[title]["body"].split("-->\n")[1].removesuffix("<!-- /penstock:links ").splitlines()
    return [" ".join(numbers.get(word.strip(","), word.strip(",")) for word in line.split()) for line in links]


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_hierarchy_and_dependencies_stand_in_the_texts(api: Api) -> None:
    """From an empty repository: planned, applied, audited, planned again, and a changed dependency is one write."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        plan = await client().plan(graph(*TASKS))
        result = await client().apply(plan)

        assert {"label.create": 1, "issue.create": 4, "issue.update": 1} == plan.counts()
        assert any("ghe.example has no sub-issues" in finding.message for finding in plan.findings)
        assert ("finished", 0, api) == (result.state, result.dead, plan.transport)
        assert ["Part of Book", "Blocked by Buy paper"] == words(sim, "Write")
        assert ["Part of Book", "Blocked by Buy paper Write"] == words(sim, "Print")
        assert (["Blocked by Print"], "closed") == (words(sim, "Book"), issues(sim)["Book"]["state"])
        assert (await client().audit(graph(*TASKS))).clean
        assert () == (await client().plan(graph(*TASKS))).operations

        edited = graph(*TASKS[:3], replace(TASKS[3], depends_on=()), Task(key="ink", title="Buy ink"))
        edited = graph(*edited.tasks[:2], replace(TASKS[2], depends_on=("book.1", "paper", "ink")), *edited.tasks[3:])
        second = await client().plan(edited)
        await client().apply(second)

        assert {"issue.create": 1, "issue.update": 1} == second.counts()
        assert ["Part of Book", "Blocked by Buy paper Write Buy ink"] == words(sim, "Print")
        assert () == (await client().plan(edited)).operations

    world(play, api)


@pytest.mark.parametrize("api", ["graphql", "rest"])
@pytest.mark.parametrize("seed", range(4))
def test_lost_answers_and_stops_change_nothing(api: Api, seed: int) -> None:
    """A run that is stopped after each few requests, on a server that loses answers, comes to the same texts."""
    many = graph(
        *TASKS,
        *(
            Task(key=f"s{no}", title=f"Step {no}", parent="book" if no % 2 else None, depends_on=(f"s{no - 1}",))
            for no in range(1, 12)
        ),
        Task(key="s0", title="Step 0"),
    )

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        plan = await client().plan(many)
        sim.set_faults(Faults(rates={"cut.after": 0.15, "502.after": 0.1, "item.null": 0.1}))
        careful = client()

        def stop_soon(moment: Moment) -> None:
            if moment.fold.succeeded - before >= 4:
                careful.stop("enough")

        before = 0
        result = await careful.apply(plan, observer=stop_soon)
        while result.state != "finished":
            before, careful = result.succeeded, client()
            result = await careful.resume(observer=stop_soon)
        sim.set_faults(Faults())

        assert (0, 16, 0) == (result.dead + result.skipped, sim.stats()["issues"], sim.stats()["duplicates"])
        assert ["Part of Book", "Blocked by Step 4"] == words(sim, "Step 5")
        assert ["Blocked by Print"] == words(sim, "Book")
        assert (await client().audit(many)).clean
        assert () == (await client().plan(many)).operations

    world(play, api, seed=seed)


def test_what_people_wrote_into_a_new_issue_survives_its_second_write() -> None:
    """The run was stopped between the create of a parent and the update that names what it waits for."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        careful = client()
        careful.config = Config(profile="ghes", first=3)
        await careful.apply(await careful.plan(graph(*TASKS)))
        body = issues(sim)["Book"]["body"]
        sim.act(
            {
                "do": "edit_issue",
                "repository": "octo/widgets",
                "number": issues(sim)["Book"]["number"],
                "body": f"{body}\n\nA person's words",
            }
        )

        assert "finished" == (await client().resume()).state
        assert ["Blocked by Print"] == words(sim, "Book")
        assert issues(sim)["Book"]["body"].endswith("A person's words")
        assert " op=" + body.split(" op=")[1].split(" ")[0] + " " in issues(sim)["Book"]["body"]

    world(play, "graphql")


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_a_server_that_learns_links_gets_links_for_words(api: Api) -> None:
    """After its upgrade the next plan takes the words away and makes links, once."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        await client().apply(await client().plan(graph(*TASKS)))
        newer = server(LoopClock(), api)
        newer.state, newer.tokens = sim.state, sim.tokens
        plan = await client(newer).plan(graph(*TASKS))
        await client(newer).apply(plan)

        assert {"issue.update": 3, "sub_issue.link": 2, "blocked_by.link": 4} == plan.counts()
        assert not any("penstock:links" in issue["body"] for issue in issues(sim).values())
        assert issues(sim)["Book"]["number"] == issues(sim)["Write"]["parent"]
        assert (await client(newer).audit(graph(*TASKS))).clean
        assert () == (await client(newer).plan(graph(*TASKS))).operations

    world(play, api)
