"""Random task graphs, and what becomes of them when their author goes on writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from penstock.model.task import Task, TaskGraph, TaskState

LABELS = ("area: docs", "area: tests", "bug", "Größe: klein", "later")
MILESTONES = ("1.0", "Über 2.0")
ASSIGNEES = ("hubot", "mona")
_STATES: tuple[TaskState, ...] = ("open", "open", "open", "completed", "not_planned")
_BODIES = ("", "Do it.", "First line\n\n- [ ] a box\n- [x] another", "```\ncode\n```", "Ends with a space ")


def random_graph(random: Random, size: int) -> TaskGraph:
    """
    A tree of tasks with dependencies, labels, milestones and states.

    Args:
        size: Number of tasks.
    """
    wide = random.choice((0.2, 0.5, 0.9))
    tasks: list[Task] = []
    for no in range(1, size + 1):
        tasks.append(_task(random, str(no), tasks, under=random.random() > wide, needs=random.choice((0, 0, 1, 2))))
    return _graph(tasks)


def grown_graph(random: Random, graph: TaskGraph) -> TaskGraph:
    """The same graph after an edit: some tasks are worded anew, moved, finished; some are added. None is taken out."""
    tasks: list[Task] = []
    for task in graph.tasks:
        tasks.append(_edited(random, task, tasks) if random.random() < 0.4 else task)
    for no in range(len(tasks) + 1, len(tasks) + 1 + random.choice((0, 1, 3))):
        tasks.append(_task(random, str(no), tasks, under=random.random() < 0.5, needs=1))
    return _graph(tasks)


def knotted(random: Random, graphs: Sequence[TaskGraph]) -> list[TaskGraph]:
    """
    The same graphs with parents that wait for their own children, as far as no dependency goes round in a circle.

    Args:
        graphs: One after the other; nothing that a task waits for is ever taken away.
    """
    first, last = graphs[0], graphs[-1]
    needs = {task.key: set(task.depends_on) for task in last.tasks}
    knots: dict[str, tuple[str, ...]] = {}
    for task in first.tasks:
        if task.parent and random.random() < 0.3 and not _waits_for(needs, task.key, task.parent):
            needs[task.parent].add(task.key)
            knots[task.parent] = (*knots.get(task.parent, ()), task.key)
    return [
        msgspec.structs.replace(
            graph,
            tasks=tuple(
                msgspec.structs.replace(task, depends_on=(*task.depends_on, *knots.get(task.key, ())))
                for task in graph.tasks
            ),
        )
        for graph in graphs
    ]


def _waits_for(needs: Mapping[str, set[str]], key: str, other: str) -> bool:
    """Whether one task waits for another, at once or through others."""
    reached, ahead = set(), [key]
    while ahead:
        one = ahead.pop()
        if one not in reached:
            reached.add(one)
            ahead.extend(needs[one])
    return other in reached


def _graph(tasks: list[Task]) -> TaskGraph:
    return TaskGraph(name="world", source="world", format="native", sha256="", tasks=tuple(tasks))


def _task(random: Random, key: str, before: list[Task], *, under: bool, needs: int) -> Task:
    return Task(
        key=key,
        title=f"Task {key}",
        body=random.choice(_BODIES),
        parent=random_place(random, before) if under else None,
        depends_on=_keys(random, before, needs),
        labels=tuple(random.sample(LABELS, random.choice((0, 0, 1, 2)))),
        assignees=tuple(random.sample(ASSIGNEES, random.choice((0, 0, 1)))),
        milestone=random.choice((None, None, *MILESTONES)),
        state=random.choice(_STATES),
    )


def random_place(random: Random, before: Sequence[Task]) -> str | None:
    """The key of a task that is not too deep to be a parent; None when there is none."""
    depths: dict[str, int] = {}
    for task in before:
        depths[task.key] = depths[task.parent] + 1 if task.parent else 1
    shallow = [key for key, depth in depths.items() if depth < 4]
    return random.choice(shallow) if shallow else None


def _keys(random: Random, before: list[Task], count: int) -> tuple[str, ...]:
    return tuple(task.key for task in random.sample(before, min(count, len(before))))


def _edited(random: Random, task: Task, before: list[Task]) -> Task:
    match random.choice(("title", "body", "labels", "state", "needs", "parent")):
        case "title":
            return msgspec.structs.replace(task, title=f"{task.title}, again")
        case "body":
            return msgspec.structs.replace(task, body=f"{task.body}\n\nMore of it.".strip())
        case "labels":
            return msgspec.structs.replace(task, labels=tuple(random.sample(LABELS, random.choice((0, 1, 2)))))
        case "state":
            return msgspec.structs.replace(task, state=random.choice(_STATES))
        case "needs":
            needs = dict.fromkeys((*task.depends_on, *_keys(random, before, 1)))
            return msgspec.structs.replace(task, depends_on=tuple(needs))
        case _:  # one that stands free stays free: nothing is taken away without being asked
            return msgspec.structs.replace(task, parent=random_place(random, before)) if task.parent else task
