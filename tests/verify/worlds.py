"""Small worlds made by hand: what judges and regressions are tested on."""

from __future__ import annotations

import math
from typing import Any

from penstock.model.task import Task, TaskGraph
from penstock.sim.faults import Faults
from penstock.sim.latency import Latency
from penstock.verify.scenario import Crash, Phase, Scenario


def graph(*tasks: Task) -> TaskGraph:
    """A graph of these tasks."""
    return TaskGraph(name="world", source="world", format="native", sha256="", tasks=tasks)


FAMILY = graph(
    Task(key="1", title="Parent", body="Above.", labels=("later",), milestone="1.0"),
    Task(key="2", title="Child", parent="1", depends_on=("3",), state="completed"),
    Task(key="3", title="Other child", parent="1"),
)
"""A parent with two children, one of which waits for the other and is finished."""


def phase(tasks: TaskGraph = FAMILY, **fields: Any) -> Phase:
    """A run in fair weather, unless told otherwise."""
    usual: dict[str, Any] = {
        "faults": Faults(),
        "calm_s": 1.0,
        "crashes": (),
        "first": 0,
        "crowd": 0,
        "edited": False,
        "mimic": False,
        "native_links": True,
        "renames": "ask",
        "was": {},
        "mistakable": frozenset(),
    }
    return Phase(graph=tasks, **usual | fields)


def world(*phases: Phase, **fields: Any) -> Scenario:
    """A scenario on a documented github.com, unless told otherwise."""
    usual: dict[str, Any] = {
        "seed": 1,
        "server": "documented",
        "client": "documented",
        "transport": "graphql",
        "batch_size": 5,
        "latency": Latency(),
        "skew_s": 0.0,
        "strangers": 1,
        "people_edit": True,
    }
    return Scenario(phases=phases or (phase(),), **usual | fields)


def death(step: int = 0, *, flight_s: float = 0.0, alive_s: float = math.inf, down_s: float = 0.0) -> Crash:
    """A crash at a step, or after some time."""
    return Crash(step=step, flight_s=flight_s, alive_s=alive_s, down_s=down_s)
