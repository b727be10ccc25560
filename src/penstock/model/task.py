"""What a user plans: tasks, and the graph they form."""

from __future__ import annotations

from typing import Literal

import msgspec

TaskState = Literal["open", "completed", "not_planned"]
"""What the issue's state shall be: open, closed as completed, or closed as not planned."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """
    One item of a plan; becomes one issue.

    Attributes:
        key: Stable identity inside the graph, e.g. `21.4`. Renames and moves keep it.
        title: Issue title, not empty, at most 256 characters.
        body: Markdown of the managed region, without marker. May be empty.
        parent: Key of the task this one is a sub-issue of.
        depends_on: Keys of the tasks that block this one.
        labels: Names of labels the issue shall carry.
        assignees: Logins.
        milestone: Title of the milestone.
        issue_type: Name of the organisation's issue type.
        state: What the issue's state shall be.
        derived: The file gave no key, so it was made from the title: a rename makes another one.
        line: 1-based line of the task in its source file; 0 when unknown, or when a graph has several files.
    """

    key: str
    title: str
    body: str = ""
    parent: str | None = None
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    issue_type: str | None = None
    state: TaskState = "open"
    derived: bool = False
    line: int = 0


class Prose(msgspec.Struct, frozen=True):
    """
    Lines of a source file that became body text.

    Attributes:
        key: The task whose body they are.
        first, last: 1-based line numbers, both included.
        source: The file, where a graph has several.
    """

    key: str
    first: int
    last: int
    source: str = ""


class TaskGraph(msgspec.Struct, frozen=True, kw_only=True):
    """
    A named set of tasks, checked: keys are unique, references resolve, no cycles in parents or dependencies.

    Attributes:
        name: The graph's name: part of every operation's key and of every marker. Never a path.
        source: The file as the user named it, for messages; several are separated by a comma and a space.
        files: The same one by one, for commands; empty for a graph that no file holds.
        format: Reader that made it, e.g. `taskmaster`, `native`.
        sha256: Of the source file's bytes; of the digests of several.
        tasks: In document order; a parent stands before its children.
        notes: What the reader wants the user to know, e.g. finished tasks left out.
        prose: Of a format that mixes tasks with text: which lines became text, in document order.
    """

    name: str
    source: str
    format: str
    sha256: str
    tasks: tuple[Task, ...]
    notes: tuple[str, ...] = ()
    prose: tuple[Prose, ...] = ()
    files: tuple[str, ...] = ()
