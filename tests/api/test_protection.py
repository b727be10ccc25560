"""What a client protects: the words of people, pauses across restarts, servers other than the plan's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from penstock.api.client import Client
from penstock.api.ports import Ports
from penstock.api.rehearse import rehearsal_ports
from penstock.base.errors import StaleError
from penstock.engine.driver import Moment, Observer
from penstock.io.ledger import SqlLedger
from penstock.model.config import Config
from penstock.model.decision import Dispatch
from penstock.model.task import Task, TaskGraph
from penstock.sim.faults import Faults, Scripted
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

DAY_S = 86_400.0
PLACE = {"repository": "octo/widgets"}


def graph(*titles: str, body: str = "") -> TaskGraph:
    """A graph of flat tasks keyed 1, 2, …"""
    tasks = tuple(Task(key=str(no), title=title, body=body) for no, title in enumerate(titles, 1))
    return TaskGraph(name="g", source="g.yaml", format="native", sha256="0" * 64, tasks=tasks)


def stopping_after(client: Client, requests: int) -> Observer:
    """Asks for a stop at every decision from the request of this number on."""

    def observe(moment: Moment) -> None:
        if moment.fold.requests >= requests:
            client.stop("enough")

    return observe


def world(play: Callable[[SimulatedGitHub, Callable[[], Client], LoopClock], Awaitable[None]], state: Path) -> Any:
    """Play a scene; every call of the factory is another process with the same journal and the same ledger file."""

    async def scene() -> None:
        clock = LoopClock()
        sim = SimulatedGitHub(clock=clock, latency=Latency.none())
        alone = rehearsal_ports(sim, clock, 1)
        arguments = {name: getattr(alone, name) for name in Ports.__dataclass_fields__}
        arguments["ledger"] = lambda account_id: SqlLedger(state, alone.host, account_id, clock)
        ports = Ports(**arguments)
        await play(sim, lambda: Client("octo/widgets", ports=ports, config=Config(profile="documented")), clock)

    return run_virtual(scene())


def body_of(sim: SimulatedGitHub, number: int) -> str:
    """The body of an issue as the server holds it."""
    issues = sim.state_json()["repositories"]["octo/widgets"]["issues"]
    return str(next(issue["body"] for issue in issues if issue["number"] == number))


async def stopped_before_its_updates(client: Callable[[], Client], clock: LoopClock) -> None:
    """Two issues stand, a run that changes both was stopped before it sent anything of that."""
    await client().apply(await client().plan(graph("A", "B")))
    await clock.sleep(DAY_S)
    late = client()
    plan = await late.plan(graph("A", "B", *"CDEFGH", body="Changed"))
    result = await late.apply(plan, observer=stopping_after(late, 1))
    assert ("stopped", True) == (result.state, result.left >= 2)


def test_what_people_wrote_while_a_run_was_stopped_survives(tmp_path: Path) -> None:
    """An update that goes out days later replaces Penstock's region of the body as it is then."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client], clock: LoopClock) -> None:
        await stopped_before_its_updates(client, clock)
        for number in (1, 2):
            words = f"Hello\n\n{body_of(sim, number)}\n\nA person's words"
            sim.act({**PLACE, "do": "edit_issue", "number": number, "body": words})
        result = await client().resume()
        bodies = [body_of(sim, number) for number in (1, 2)]
        assert ("finished", 0) == (result.state, result.dead)
        assert all(body.startswith("Hello\n\n<!-- ") for body in bodies)
        assert all(body.endswith("-->\n\nA person's words") for body in bodies)
        assert all("Changed" in body for body in bodies)

    world(play, tmp_path)


def test_a_run_is_not_resumed_when_an_issue_it_was_planned_on_is_gone(tmp_path: Path) -> None:
    """Deleted, transferred, or its marker taken out: only a new plan knows what that means."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client], clock: LoopClock) -> None:
        await stopped_before_its_updates(client, clock)
        sim.act({**PLACE, "do": "edit_issue", "number": 2, "body": "Nothing but a person's words"})
        with pytest.raises(StaleError) as refused:
            await client().resume()
        assert "#2 is gone" == refused.value.cause
        assert "Nothing but a person's words" == body_of(sim, 2)

    world(play, tmp_path)


def test_nothing_is_sent_in_a_pause_that_an_earlier_process_was_told(tmp_path: Path) -> None:
    """Not even the question whose token it is: whoever goes on is paused longer."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client], _clock: LoopClock) -> None:
        first = client()
        plan = await first.plan(graph(*"ABCDEFGH"))
        sim.set_faults(Faults(script=[Scripted(fault="throttle.announced", on="mutation")]))

        def observe(moment: Moment) -> None:
            if moment.fold.throttles:
                first.stop("enough")

        stopped = await first.apply(plan, observer=observe)
        assert ("stopped", 1) == (stopped.state, sum(sim.stats()["refusals"].values()))
        result = await client().resume()
        assert ("finished", 0) == (result.state, sim.stats()["violations"])

    world(play, tmp_path)


def test_a_plan_for_another_server_is_refused(tmp_path: Path) -> None:
    """Servers number their accounts and repositories alike: ids alone do not tell them apart."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client], _clock: LoopClock) -> None:
        plan = await client().plan(graph("A"))
        with pytest.raises(StaleError, match="another server"):
            await client().apply(replace(plan, host="https://ghe.example/api/v3"))
        assert 0 == sim.stats()["issues"]

    world(play, tmp_path)


def test_a_stop_at_every_decision_is_one_stop(tmp_path: Path) -> None:
    """What is in flight gets its answer, then the run halts."""

    async def play(sim: SimulatedGitHub, client: Callable[[], Client], _clock: LoopClock) -> None:
        eager = client()
        asked = 0

        def observe(moment: Moment) -> None:
            nonlocal asked
            asked += 1
            assert asked < 100
            if isinstance(moment.decision, Dispatch) or asked > 1:
                eager.stop("enough")

        result = await eager.apply(await eager.plan(graph(*"ABCDEF")), observer=observe)
        assert "stopped" == result.state
        assert result.succeeded == sim.stats()["issues"] > 0

    world(play, tmp_path)
