"""What a format's reader hands on: tasks as the file states them, before the checks that all formats share."""

from __future__ import annotations

from typing import NamedTuple

from penstock.model.task import Task


class Draft(NamedTuple):
    """
    One file, read but not checked.

    Attributes:
        name: The name the file gives its graph; None when it gives none.
        tasks: In document order. References may still be unknown, keys may still repeat.
        notes: What the reader had to decide on the user's behalf.
    """

    name: str | None
    tasks: list[Task]
    notes: list[str]
