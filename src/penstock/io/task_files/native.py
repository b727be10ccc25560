"""The native format: a list of tasks in YAML or JSON, nested or with `parent`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from penstock.base.errors import InputError
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.schema import NativeDefaults, NativeFile, NativeTask
from penstock.io.task_files.syntax import Block
from penstock.io.task_files.typed import typed
from penstock.model.task import Task, TaskState

FIELD_SYNONYMS: Mapping[str, str] = {
    "id": "key",
    "name": "title",
    "summary": "title",
    "description": "body",
    "details": "body",
    "status": "state",
    "label": "labels",
    "assignee": "assignees",
    "dependencies": "depends_on",
    "depends": "depends_on",
    "blocked_by": "depends_on",
    "children": "tasks",
    "subtasks": "tasks",
    "sub_issues": "tasks",
    "issue_type": "type",
}
"""What other tools call our fields."""

STATE_SYNONYMS: Mapping[str, TaskState] = {
    "pending": "open",
    "todo": "open",
    "closed": "completed",
    "done": "completed",
    "cancelled": "not_planned",
}
"""What other tools call our states."""


def read_native(document: Any, path: str) -> Draft:
    """
    Read a native document.

    Args:
        document: What `syntax` made of the file.
        path: The file as the user named it.

    Raises:
        InputError: a field is missing, unknown or of the wrong type, or a nested task names another parent.
    """
    file = typed(document, NativeFile, path, {**FIELD_SYNONYMS, **STATE_SYNONYMS})
    defaults = file.defaults or NativeDefaults()
    tasks: list[Task] = []
    pending: list[tuple[NativeTask, Block, str | None]] = [
        (item, block, None) for item, block in zip(reversed(file.tasks), reversed(document["tasks"]), strict=True)
    ]
    while pending:
        item, block, above = pending.pop()
        tasks.append(_task(item, block, above, defaults, path))
        below = zip(reversed(item.tasks or []), reversed(block.get("tasks") or []), strict=True)
        pending.extend((child, child_block, item.key) for child, child_block in below)
    return Draft(name=file.graph, tasks=tasks, notes=[])


def _task(item: NativeTask, block: Block, above: str | None, defaults: NativeDefaults, path: str) -> Task:
    if above is not None and item.parent not in {None, above}:
        raise InputError(
            f'task "{item.key}" has two parents',
            path=path,
            line=block.key_lines["parent"],
            cause=f'it is nested under "{above}" and names "{item.parent}" as its parent',
            hint='drop "parent", or move the task out of the nesting',
        )
    labels = dict.fromkeys([*(defaults.labels or []), *(item.labels or [])])
    assignees = defaults.assignees if item.assignees is UNSET else item.assignees
    return Task(
        key=item.key,
        title=item.title,
        body=item.body or "",
        parent=above if above is not None else item.parent,
        depends_on=tuple(item.depends_on or ()),
        labels=tuple(labels),
        assignees=tuple(dict.fromkeys(assignees or ())),
        milestone=defaults.milestone if item.milestone is UNSET else item.milestone,
        issue_type=defaults.type if item.type is UNSET else item.type,
        state=item.state,
        line=block.line,
    )
