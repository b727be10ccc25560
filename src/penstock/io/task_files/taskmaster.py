"""Taskmaster's tasks.json, tagged or not, as it is found in the wild."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from penstock.base.errors import InputError
from penstock.io.task_files.body import markdown_body
from penstock.io.task_files.cycles import knots, shortest_cycle, written
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.syntax import Block
from penstock.io.task_files.typed import suggestion, typed
from penstock.model.task import Task, TaskState

_DEFAULT_TAG = "master"

STATUSES: Mapping[str, tuple[TaskState, str | None]] = {
    "pending": ("open", None),
    "in-progress": ("open", "status: in-progress"),
    "review": ("open", "status: review"),
    "blocked": ("open", "status: blocked"),
    "deferred": ("open", "deferred"),
    "done": ("completed", None),
    "completed": ("completed", None),
    "cancelled": ("not_planned", None),
}
"""Issue state and label of each status."""


_NATIVE_ONLY = frozenset({"key", "body", "state", "parent", "depends_on", "labels", "graph", "defaults"})
"""Fields that the native format has and Taskmaster has not."""


class _Item(msgspec.Struct):
    """A task or subtask. Fields that are not named here are ignored: the format grows."""

    id: str
    title: str
    description: str | None = None
    details: str | list[str] | None = None
    test_strategy: str | list[str] | None = msgspec.field(default=None, name="testStrategy")
    acceptance_criteria: str | list[str] | None = msgspec.field(default=None, name="acceptanceCriteria")
    status: str | None = None
    priority: str | None = None
    dependencies: list[str] | None = None
    subtasks: list[_Item] | None = None


class _Tasks(msgspec.Struct):
    tasks: list[_Item]


class _Placed(msgspec.Struct):
    """
    An item with its place.

    Attributes:
        item: As decoded.
        id: Its id among its siblings, e.g. `2`.
        copy: 1, or more for the second, third … subtask with this id.
        key: Its key in the graph, e.g. `5.2`.
        parent: Key of the task above.
        siblings: Id and key of each task in the same list, itself included; of copies only the first.
        block: Its place in the file.
    """

    item: _Item
    id: str
    copy: int
    key: str
    parent: str | None
    siblings: dict[str, str]
    block: Block


def looks_like_taskmaster(document: Block) -> bool:
    """
    Whether a JSON document is a Taskmaster file: it has tags with tasks, or tasks with ids and nothing native.

    Why so strict: unknown fields of a Taskmaster file are ignored, so a native file with a mistake in it must
    not be taken for one.
    """
    tasks = document.get("tasks")
    if not isinstance(tasks, list):
        return bool(_tags(document))
    first = tasks[0] if tasks else None
    return isinstance(first, Block) and "id" in first and not _NATIVE_ONLY & (first.keys() | document.keys())


def read_taskmaster(document: Any, tag: str | None, path: str) -> Draft:
    """
    Read a Taskmaster document.

    Args:
        document: What `syntax` made of the file.
        tag: Which tag; None for the only one, or `master`.
        path: The file as the user named it.

    Raises:
        InputError: no such tag, no tag chosen among several, a field of the wrong type, an unknown status,
            or a dependency on an id that several subtasks share.

    Source: https://docs.task-master.dev/capabilities/task-structure
    """
    chosen, block = _choose(document, tag, path)
    where = f'tag "{chosen}"' if chosen else "the file"
    content = typed(block, _Tasks, path)
    if not content.tasks:
        raise InputError(f"{where} has no tasks", path=path, line=block.line)
    placed = _place(content.tasks, block)
    shared = _shared_ids(placed)
    by_key = {one.key: one for one in placed}
    tasks = [_task(one, by_key, shared, path) for one in placed]
    notes = [
        f"{count} subtasks have the id {first}: keyed {first}, {first}~2 … in file order; give each its own id"
        for first, count in shared.items()
    ]
    tasks, settled = _without_settled_cycles(tasks)
    return Draft(name=chosen, tasks=tasks, notes=[*notes, *settled])


def _tags(document: Block) -> dict[str, Block]:
    return {
        name: content
        for name, content in document.items()
        if isinstance(content, Block) and isinstance(content.get("tasks"), list)
    }


def _choose(document: Block, tag: str | None, path: str) -> tuple[str | None, Block]:
    """The block that holds the tasks, and the name of its tag."""
    if isinstance(document.get("tasks"), list):
        if tag not in {None, _DEFAULT_TAG}:
            raise InputError(
                f'there is no tag "{tag}"', path=path, cause="the file has no tags", hint="leave the tag out"
            )
        return tag, document
    tags = _tags(document)
    if tag is None:
        if len(tags) > 1 and _DEFAULT_TAG not in tags:
            raise InputError(
                "the file has several tags and none was chosen",
                path=path,
                cause=f"its tags are {', '.join(sorted(tags))}",
                hint="choose one with --tag",
            )
        tag = next(iter(tags)) if len(tags) == 1 else _DEFAULT_TAG
    if tag not in tags:
        raise InputError(
            f'there is no tag "{tag}"',
            path=path,
            cause=f"the file has {', '.join(sorted(tags))}",
            hint=suggestion(tag, tags),
        )
    return tag, tags[tag]


def _place(tasks: list[_Item], holder: Block) -> list[_Placed]:
    """All tasks and subtasks in file order, each with its key."""
    placed: list[_Placed] = []
    pending = list(reversed(list(_level(tasks, holder["tasks"], None))))
    while pending:
        one = pending.pop()
        placed.append(one)
        below = _level(one.item.subtasks or [], one.block.get("subtasks") or [], one.key)
        pending.extend(reversed(list(below)))
    return placed


def _level(items: list[_Item], blocks: list[Block], parent: str | None) -> Iterator[_Placed]:
    """
    One list of siblings with their keys: `5` at the top, `5.2` below.

    Subtasks that share an id are told apart by `~2`, `~3` …: real files have them, and they are tasks of their own.
    Tasks at the top that share an id are left for the shared check to refuse, since all else refers to them.
    """
    siblings: dict[str, str] = {}
    copies: Counter[str] = Counter()
    for item, block in zip(items, blocks, strict=True):
        id_ = item.id.strip()
        key = id_
        if parent is not None:
            id_ = id_.removeprefix(f"{parent}.")
            copies[id_] += 1
            key = f"{parent}.{id_}" if copies[id_] == 1 else f"{parent}.{id_}~{copies[id_]}"
        siblings.setdefault(id_, key)
        yield _Placed(item=item, id=id_, copy=copies[id_], key=key, parent=parent, siblings=siblings, block=block)


def _shared_ids(placed: list[_Placed]) -> dict[str, int]:
    """Keys whose id several subtasks share, with how many they are."""
    return {one.siblings[one.id]: one.copy for one in placed if one.copy > 1}


def _task(one: _Placed, by_key: Mapping[str, _Placed], shared: Mapping[str, int], path: str) -> Task:
    item = one.item
    state, label = _status(one, path)
    labels = [label] if label else []
    if item.priority and item.priority.strip():
        labels.append(f"priority: {item.priority.strip().lower()}")
    return Task(
        key=one.key,
        title=item.title,
        body=markdown_body(item.description, item.details, item.test_strategy, item.acceptance_criteria),
        parent=one.parent,
        depends_on=tuple(_dependency(one, id_, by_key, shared, path) for id_ in item.dependencies or ()),
        labels=tuple(labels),
        state=state,
        line=one.block.line,
    )


def _status(one: _Placed, path: str) -> tuple[TaskState, str | None]:
    status = (one.item.status or "pending").strip().lower().replace("_", "-").replace("canceled", "cancelled")
    if status not in STATUSES:
        raise InputError(
            f'task "{one.key}" has the unknown status "{one.item.status}"',
            path=path,
            line=one.block.key_lines["status"],
            cause=f"the statuses are {', '.join(STATUSES)}",
            hint=suggestion(status, STATUSES),
        )
    return STATUSES[status]


def _dependency(one: _Placed, id_: str, by_key: Mapping[str, _Placed], shared: Mapping[str, int], path: str) -> str:
    """
    The key that a dependency means: in a subtask a bare id is a sibling's, else a top-level task's; an id with dots
    is a key. What means nothing is handed on as written, for the shared check to refuse.
    """
    id_ = id_.strip()
    key = id_
    if one.parent is not None and "." not in id_:
        key = one.siblings.get(id_, id_)
    if key in shared and key in by_key:
        raise InputError(
            f'task "{one.key}" depends on "{key}", which is not one task',
            path=path,
            line=one.block.line,
            cause=f"{shared[key]} subtasks have this id",
            hint="give each of them its own id",
        )
    return key


def _without_settled_cycles(tasks: list[Task]) -> tuple[list[Task], list[str]]:
    """
    Drop dependencies that form a cycle among finished tasks: nothing waits for them any more, and GitHub refuses
    them. Cycles with an open task in them stay, for the shared check to refuse.
    """
    by_key = {task.key: task for task in tasks}
    edges = {task.key: task.depends_on for task in tasks}
    notes: list[str] = []
    for knot in knots(edges):
        if any(key not in by_key or by_key[key].state == "open" for key in knot):
            continue
        start = next(key for key in edges if key in knot)
        notes.append(f"dependencies in a cycle of finished tasks dropped: {written(shortest_cycle(start, edges))}")
        edges |= {key: tuple(other for other in edges[key] if other == key or other not in knot) for key in knot}
    return [msgspec.structs.replace(task, depends_on=edges[task.key]) for task in tasks], notes
