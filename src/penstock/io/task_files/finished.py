"""Leaving finished tasks out of a graph, without tearing open ones from their place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from penstock.model.task import Task


def count_finished(tasks: Sequence[Task]) -> int:
    """How many tasks become closed issues."""
    return sum(task.state != "open" for task in tasks)


def without_finished(tasks: Sequence[Task]) -> tuple[tuple[Task, ...], tuple[str, ...]]:
    """
    Leave finished tasks out.

    A finished task stays, finished, when an open task stands anywhere below it: without it the open task would
    move to the top. Dependencies on tasks that are left out are dropped, since what they wait for is done.

    Args:
        tasks: Checked tasks, parents before their sub-tasks.

    Returns:
        The tasks that stay, in order, and notes that say how many went.
    """
    stays = {task.key for task in tasks if task.state == "open"}
    for task in reversed(tasks):
        if task.key in stays and task.parent is not None:
            stays.add(task.parent)
    kept: list[Task] = []
    dropped = 0
    for task in tasks:
        if task.key in stays:
            depends_on = tuple(key for key in task.depends_on if key in stays)
            dropped += len(task.depends_on) - len(depends_on)
            kept.append(msgspec.structs.replace(task, depends_on=depends_on))
    notes = [f"finished tasks left out: {len(tasks) - len(kept)}"]
    if still := count_finished(kept):
        notes.append(f"finished tasks that stay because open tasks stand below them: {still}")
    if dropped:
        notes.append(f"dependencies on left-out tasks dropped: {dropped}")
    return tuple(kept), tuple(notes)
