"""What a format's reader hands on: tasks as the file states them, before the checks that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from penstock.base.errors import InputError
from penstock.model.task import Prose, Task

TASKS_MAX = 2_000_000
"""How many lines or rows with a task are read, in about 3 GB of memory."""


class Draft(NamedTuple):
    """
    One file, read but not checked.

    Attributes:
        name: The name the file gives its graph; None when it gives none.
        tasks: In document order. References may still be unknown, keys may still repeat.
        notes: What the reader had to decide on the user's behalf.
        prose: Which lines became body text, in document order.
    """

    name: str | None
    tasks: list[Task]
    notes: list[str]
    prose: Sequence[Prose] = ()


def too_many_tasks(line: int, path: str) -> NoReturn:
    """Raises: InputError, always."""
    raise InputError(
        f"the task file has more than {TASKS_MAX:,} tasks",
        path=path,
        line=line,
        hint="split the plan into several files, each with a graph name of its own",
    )
