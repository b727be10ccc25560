"""What a run learns of the server's pace is there for the next one."""

from __future__ import annotations

from dataclasses import replace as with_ports
from pathlib import Path

from msgspec.structs import replace

from penstock.api.client import Client
from penstock.api.rehearse import rehearsal_ports
from penstock.engine.driver import Moment
from penstock.io.ledger import SqlLedger
from penstock.model.config import Config
from penstock.model.events import Intent, Sized
from penstock.model.task import Task, TaskGraph
from penstock.sim.github import SimulatedGitHub
from penstock.sim.virtual_loop import LoopClock, run_virtual

TASKS = tuple(Task(key=f"t{number}", title=f"Task {number}") for number in range(400))
GRAPH = TaskGraph(name="pace", source="pace.yaml", format="native", sha256="", tasks=TASKS)


def renamed(word: str) -> TaskGraph:
    """Every title changed: 400 updates and nothing else."""
    return replace(GRAPH, tasks=tuple(replace(task, title=f"{task.title} {word}") for task in TASKS))


class Watch:
    """Sizes of the requests of a run, and the changes that were told."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.told: list[Sized] = []

    def observe(self, moment: Moment) -> None:
        """As the driver's observer."""
        self.sizes += [len(event.ops) for event in moment.events if isinstance(event, Intent)]
        self.told += [event for event in moment.events if isinstance(event, Sized)]


def test_the_next_run_begins_with_the_pace_of_the_last(tmp_path: Path) -> None:
    """Another process, the same ledger: the first updates begin carefully and grow, the second where those ended."""
    runs: list[Watch] = []

    async def scene() -> None:
        clock = LoopClock()
        sim = SimulatedGitHub(clock=clock, seed=1, profile="documented")
        alone = rehearsal_ports(sim, clock, 1)
        ports = with_ports(alone, ledger=lambda account: SqlLedger(tmp_path, alone.host, account, clock))
        for graph in (GRAPH, renamed("once"), renamed("twice")):
            runs.append(Watch())
            client = Client("octo/widgets", config=Config(profile="documented"), ports=ports)
            result = await client.apply(await client.plan(graph), observer=runs[-1].observe)
            assert ("finished", 400) == (result.state, result.succeeded)

    run_virtual(scene())
    _, first, second = runs
    assert first.sizes[0] < second.sizes[0]
    assert abs(first.told[-1].after - second.sizes[0]) <= 4
    assert all(change.before != change.after and change.why for change in first.told)
