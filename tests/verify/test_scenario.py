"""What seeds draw: every sort of world, and graphs that a file could hold."""

from __future__ import annotations

from itertools import pairwise

import pytest

from penstock.model.task import TaskGraph
from penstock.verify.scenario import Scenario, scenario

SEEDS = range(300)


def known_by_titles(world: Scenario) -> bool:
    """Some of its tasks have no key of their own."""
    return any(task.derived for phase in world.phases for task in phase.graph.tasks)


def test_every_sort_of_world_is_drawn() -> None:
    """Old servers and upgrades on both transports, renames with both answers, circles, and worlds without all that."""
    worlds = [scenario(seed) for seed in SEEDS]
    sorts = {
        (world.transport, world.phases[0].native_links, world.phases[-1].native_links, known_by_titles(world))
        for world in worlds
    }

    links = ((True, True), (False, False), (False, True))
    assert sorts == {(api, *linked, titled) for api in ("graphql", "rest") for linked in links for titled in (0, 1)}
    assert {phase.renames for world in worlds for phase in world.phases} == {"ask", "accept", "refuse"}
    assert any(phase.was for world in worlds for phase in world.phases)
    assert any(phase.mistakable for world in worlds for phase in world.phases)


@pytest.mark.parametrize("seed", [1, 3, 4, 5, 17])
def test_a_world_without_a_turn_is_as_plain_as_ever(seed: int) -> None:
    """Its server has links, its tasks have keys, and there is nothing to ask."""
    world = scenario(seed)

    assert not known_by_titles(world)
    assert {(phase.native_links, phase.renames, len(phase.was)) for phase in world.phases} == {(True, "ask", 0)}


def test_a_graph_could_come_from_a_file() -> None:
    """Keys are unique, a parent stands before its children, and dependencies lead to tasks and never round."""
    for phase in (phase for seed in SEEDS for phase in scenario(seed).phases):
        known: set[str] = set()
        for task in phase.graph.tasks:
            assert task.key not in known
            assert task.parent is None or task.parent in known
            known.add(task.key)
        assert known >= {key for task in phase.graph.tasks for key in task.depends_on}
        assert not _left_when_taken_in_order(phase.graph)


def test_what_a_task_was_called_before_is_right() -> None:
    """Keys that a rename leads from were there in the run before and are gone now; those it leads to are new."""
    for before, after in (pair for seed in SEEDS for pair in pairwise(scenario(seed).phases)):
        old, new = ({task.key for task in phase.graph.tasks} for phase in (before, after))
        assert set(after.was) <= new - old
        assert all(set(keys) <= old - new for keys in after.was.values())


def _left_when_taken_in_order(graph: TaskGraph) -> dict[str, tuple[str, ...]]:
    """Tasks that can never begin because what they wait for waits for them."""
    waiting = {task.key: task.depends_on for task in graph.tasks}
    while free := [key for key, needs in waiting.items() if not set(needs) & waiting.keys()]:
        for key in free:
            del waiting[key]
    return waiting
