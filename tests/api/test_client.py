"""A client against the simulator in virtual time: what protects a plan between being made and being carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from penstock.api.client import Client
from penstock.api.rehearse import rehearsal_ports
from penstock.base.errors import StaleError
from penstock.model.config import Config
from penstock.model.task import Task, TaskGraph
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

SLOW_REPLICAS = Latency(lag_mean_s=20.0, lag_tail_chance=0.3, lag_tail_s=(25.0, 30.0))


def graph(*titles: str, name: str = "g") -> TaskGraph:
    """A graph of flat tasks keyed 1, 2, …"""
    tasks = tuple(Task(key=str(no), title=title) for no, title in enumerate(titles, 1))
    return TaskGraph(name=name, source="g.yaml", format="native", sha256="0" * 64, tasks=tasks)


def world(play: Callable[[SimulatedGitHub, Callable[[], Client]], Awaitable[None]], **sim_arguments: Any) -> Any:
    """Play a scene on a simulator; every call of the factory is another process with the same journal."""

    async def scene() -> None:
        clock = LoopClock()
        sim = SimulatedGitHub(clock=clock, **sim_arguments)
        ports = rehearsal_ports(sim, clock, 1)
        await play(sim, lambda: Client("octo/widgets", ports=ports, config=Config(profile="documented")))

    return run_virtual(scene())


def test_two_plans_of_one_graph_do_not_double_it() -> None:
    """The second plan was made before the first was carried out: it is refused, not applied on top."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        first, second = client(), client()
        plans = await first.plan(graph("A", "B")), await second.plan(graph("A", "B", "C"))
        await first.apply(plans[0])
        with pytest.raises(StaleError, match="stale"):
            await second.apply(plans[1])
        assert (2, 0) == (sim.stats()["issues"], sim.stats()["duplicates"])

    world(play)


@pytest.mark.parametrize("seed", range(6))
def test_a_rerun_at_once_writes_nothing_though_replicas_lag(seed: int) -> None:
    """A read right after a run may miss its issues; the rerun waits until it shows them."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        await client().apply(await client().plan(graph("A", "B", "C")))
        again = await client().plan(graph("A", "B", "C"))
        assert () == again.operations
        assert 3 == sim.stats()["issues"]

    world(play, seed=seed, latency=SLOW_REPLICAS)


def test_a_stranger_does_not_make_a_plan_stale() -> None:
    """Only issues of the graph and the names the plan uses count."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        plan = await client().plan(graph("A"))
        sim.act({"do": "create_issue", "repository": "octo/widgets", "by": "mona", "title": "Hello"})
        result = await client().apply(plan)
        assert ("finished", 2) == (result.state, sim.stats()["issues"])

    world(play, latency=Latency.none())


def test_a_superseded_run_is_not_resumed() -> None:
    """An old run that was left unfinished must not create again what a newer run created."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        old = client()
        old.config = Config(profile="documented", first=1)
        stopped = await old.apply(await old.plan(graph("A", "B", "C")))
        await client().apply(await client().plan(graph("A", "B", "C", "D")))
        with pytest.raises(StaleError, match="superseded"):
            await client().resume(stopped.run)
        assert ("stopped", 4, 0) == (stopped.state, sim.stats()["issues"], sim.stats()["duplicates"])

    world(play)


def test_a_run_does_not_create_what_stands_by_now() -> None:
    """Another machine finished the graph while the run was stopped: resume refuses instead of doubling it."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        old = client()
        old.config = Config(profile="documented", first=1)
        stopped = await old.apply(await old.plan(graph("A", "B")))
        elsewhere = Client("octo/widgets", ports=rehearsal_ports(sim, LoopClock(), 2))
        await elsewhere.apply(await elsewhere.plan(graph("A", "B")))
        with pytest.raises(StaleError, match="cannot go on"):
            await client().resume(stopped.run)
        assert (2, 0) == (sim.stats()["issues"], sim.stats()["duplicates"])

    world(play, latency=Latency.none())


def test_the_canary_stops_and_resume_finishes() -> None:
    """`first` creates exactly so many, then the run can be resumed and creates the rest once."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        careful = client()
        careful.config = Config(profile="documented", first=2)
        stopped = await careful.apply(await careful.plan(graph(*"ABCDE")))
        assert ("stopped", 2) == (stopped.state, sim.stats()["issues"])
        done = await client().resume()
        assert ("finished", 5, 0) == (done.state, sim.stats()["issues"], sim.stats()["duplicates"])

    world(play)


def test_a_plan_made_by_another_account_is_refused() -> None:
    """Look-ups recognise an issue by its author: a plan belongs to the account that made it."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client]) -> None:
        plan = await client().plan(graph("A"))
        user = sim.add_assignee(sim.add_repository("octo", "other"), "hubot", "admin")
        stranger = type(plan.account)("hubot", user.id, "U_1")
        with pytest.raises(StaleError, match="stale"):
            await client().apply(replace(plan, account=stranger))
        assert 0 == sim.stats()["issues"]

    world(play)
