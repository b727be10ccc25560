"""A client and tasks that were renamed in their file: asked about, and one issue each whatever happens on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest

from penstock.api.client import Client
from penstock.api.rehearse import rehearsal_ports
from penstock.base.errors import PlanError
from penstock.engine.driver import Moment
from penstock.model.config import Config
from penstock.model.task import Task, TaskGraph
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

DAY_S = 86_400.0
NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
Play = Callable[[SimulatedGitHub, Callable[..., Client]], Awaitable[None]]


def book(*titles: str, above: str = "Book") -> TaskGraph:
    """A book and its parts, each waiting for the one before; keys are made from titles."""
    parts = [
        Task(
            key=title.lower(),
            title=title,
            parent=above.lower(),
            depends_on=tuple(before.lower() for before in titles[no - 1 : no]) if no else (),
            labels=("draft",),
            derived=True,
        )
        for no, title in enumerate(titles)
    ]
    tasks = (Task(key=above.lower(), title=above, derived=True), *parts)
    return TaskGraph(name="g", source="g.md", format="prd", sha256="0" * 64, tasks=tasks)


BEFORE = book(*(f"Write {number} chapter" for number in NUMBERS))
AFTER = book(*(f"Write the {number} chapter" for number in NUMBERS), above="The book")


def world(play: Play, **sim_arguments: Any) -> None:
    """
    Play a scene on which `BEFORE` stands.

    Every call of the factory is another process with the same journal. It speaks REST, one operation at a time, so that
    a stop strikes between any two.
    """

    async def scene() -> None:
        clock = LoopClock()
        sim = SimulatedGitHub(clock=clock, latency=Latency.none(), **sim_arguments)
        ports = rehearsal_ports(sim, clock, 1)

        def client(transport: Literal["graphql", "rest"] = "rest") -> Client:
            return Client("octo/widgets", ports=ports, config=Config(profile="documented", transport=transport))

        await client("graphql").apply(await client("graphql").plan(BEFORE))
        await clock.sleep(DAY_S)
        await play(sim, client)

    run_virtual(scene())


def titles(sim: SimulatedGitHub) -> dict[int, str]:
    """Number → title, as the server holds it."""
    issues = sim.state_json()["repositories"]["octo/widgets"]["issues"]
    return {issue["number"]: issue["title"] for issue in issues}


def stopping(client: Client, after: int) -> Callable[[Moment], None]:
    """Asks for a stop when so many operations are done."""

    def observe(moment: Moment) -> None:
        if moment.fold.succeeded >= after:
            client.stop("enough")

    return observe


WANTED = {number: task.title for number, task in enumerate(AFTER.tasks, 1)}


def test_an_undecided_rename_is_not_applied() -> None:
    """Nine tasks look renamed: nothing is sent before somebody says what they are."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        asked = await client().plan(AFTER)
        with pytest.raises(PlanError, match="9 errors"):
            await client().apply(asked)
        assert 9 == len(titles(sim))

    world(play)


def test_accepted_renames_keep_their_issues() -> None:
    """One update each; links stand as they stood; nothing is left to do or to ask."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        plan = await client().plan(AFTER, renames="accept")
        result = await client().apply(plan)

        assert ({"issue.update": 9}, 9) == (plan.counts(), len(plan.renames))
        assert ("finished", WANTED) == (result.state, titles(sim))
        again = await client().plan(AFTER)
        assert ((), ()) == (again.operations, again.findings)
        assert (await client().audit(AFTER)).clean

    world(play)


def test_refused_renames_are_new_issues() -> None:
    """The old ones stay, and are not asked about again."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        await client().apply(await client().plan(AFTER, renames="refuse"))
        again = await client().plan(AFTER)

        assert (18, 0) == (len(titles(sim)), sim.stats()["duplicates"])
        assert ((), ()) == (again.operations, again.findings)
        assert 9 == len(again.extra)

    world(play)


@pytest.mark.parametrize("after", [0, 1, 4, 6])
@pytest.mark.parametrize("native_links", [True, False])
def test_a_stopped_run_of_renames_goes_on(after: int, native_links: bool) -> None:
    """Some issues have the new key, some the old one: resume ends it, with each issue once."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        careful = client()
        sim.set_faults(Faults(rates={"cut.after": 0.2, "item.null": 0.2}))
        plan = await careful.plan(AFTER, renames="accept")
        stopped = await careful.apply(plan, observer=stopping(careful, after))
        await client().resume()
        sim.set_faults(Faults())

        assert "stopped" == stopped.state
        assert WANTED == titles(sim)
        again = await client().plan(AFTER)
        assert ((), True) == (again.operations, (await client().audit(AFTER)).clean)

    world(play, native_links=native_links)


@pytest.mark.parametrize("after", [1, 4, 6])
def test_a_stopped_run_of_renames_can_be_planned_anew(after: int) -> None:
    """What was renamed is known by its new key; the rest is asked about again, and pairs as it did."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        careful = client()
        plan = await careful.plan(AFTER, renames="accept")
        stopped = await careful.apply(plan, observer=stopping(careful, after))
        done = stopped.succeeded
        asked = await client().plan(AFTER)
        rest = await client().plan(AFTER, renames="accept")
        await client().apply(rest)

        assert 0 < done < 9
        assert 9 - done == len(rest.renames) == sum(finding.level == "error" for finding in asked.findings)
        assert {pair.number for pair in rest.renames} <= {pair.number for pair in plan.renames}
        assert WANTED == titles(sim)
        assert () == (await client().plan(AFTER)).operations

    world(play)


def test_a_rename_can_be_taken_back() -> None:
    """The old title is a rename as well."""

    async def play(sim: SimulatedGitHub, client: Callable[..., Client]) -> None:
        for wanted in (AFTER, BEFORE):
            await client().apply(await client().plan(wanted, renames="accept"))

        assert {number: task.title for number, task in enumerate(BEFORE.tasks, 1)} == titles(sim)
        assert () == (await client().plan(BEFORE)).operations

    world(play)
