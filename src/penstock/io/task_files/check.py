"""The checks that every task file passes, whatever its format: after them a graph has no loose end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from penstock.base.errors import InputError
from penstock.io.task_files.cycles import Edges, knots, shortest_cycle, written
from penstock.io.task_files.typed import suggestion
from penstock.model.task import Task

KEY_CHARS_MAX = 128
TITLE_CHARS_MAX = 256
SUB_LEVELS_MAX = 8
"""
Levels of sub-tasks; the tasks at the top are not counted.

Source: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
"""

Where = Callable[[int], tuple[str, int]]
"""From a task's line to the file as the user named it, and the line in it."""

_Problem = tuple[str, str, str]
"""Message, cause and hint."""

_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_NOT_IN_A_BODY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def checked(tasks: Sequence[Task], where: Where) -> tuple[Task, ...]:
    """
    Check a whole file.

    Args:
        tasks: As read; each with its line.
        where: Tells files and lines for messages.

    Returns:
        The same tasks in document order, except that a parent named after its sub-task moves before it.

    Raises:
        InputError: no tasks; an empty, too long or unprintable text; a repeated key; an unknown, repeated or own
            key as dependency or parent; a cycle; more than `SUB_LEVELS_MAX` levels below the top.
    """
    if not tasks:
        raise _broken("the file has no tasks", 0, where, hint='add at least one task below "tasks"')
    for task in tasks:
        _check_texts(task, where)
    by_key = _by_key(tasks, where)
    for task in tasks:
        _check_parent(task, by_key, where)
        _check_dependencies(task, by_key, where)
    parents = {task.key: (task.parent,) for task in tasks if task.parent is not None}
    _check_cycles(parents, by_key, "parents", where)
    _check_cycles({task.key: task.depends_on for task in tasks}, by_key, "dependencies", where)
    ordered = _parents_first(tasks)
    _check_levels(ordered, where)
    return ordered


def _broken(message: str, line: int, where: Where, *, cause: str = "", hint: str = "") -> InputError:
    path, own_line = where(line)
    return InputError(message, path=path, line=own_line, cause=cause, hint=hint)


def _on(line: int, seen_from: int, where: Where) -> str:
    """`on line 7`, or `in other.md on line 7`."""
    path, own_line = where(line)
    return f"on line {own_line}" if path == where(seen_from)[0] else f"in {path} on line {own_line}"


def _check_texts(task: Task, where: Where) -> None:
    problem = _key_problem(task.key) or _title_problem(task) or _names_problem(task)
    if not problem and (bad := _NOT_IN_A_BODY.search(task.body)):
        problem = (f'the body of task "{task.key}" has a character that is not text', f"it is {bad[0]!r}", "")
    if problem:
        message, cause, hint = problem
        raise _broken(message, task.line, where, cause=cause, hint=hint)


def _key_problem(key: str) -> _Problem | None:
    if not key:
        return "a task has an empty key", "", "give it a key that no other task has"
    if key != key.strip() or _NOT_IN_A_LINE.search(key):
        return f"key {key[:60]!r} cannot be used", "a key is one line of text without spaces at its ends", ""
    if len(key) > KEY_CHARS_MAX:
        return f'key "{key[:40]}…" is {len(key)} characters long', f"the most is {KEY_CHARS_MAX}", ""
    return None


def _title_problem(task: Task) -> _Problem | None:
    if not task.title:
        return f'task "{task.key}" has an empty title', "GitHub takes no issue without a title", ""
    if _NOT_IN_A_LINE.search(task.title):
        return f'the title of task "{task.key}" is not one line of text', f"it is {task.title[:60]!r}", ""
    if len(task.title) > TITLE_CHARS_MAX:
        return (
            f'the title of task "{task.key}" is {len(task.title)} characters long',
            f"GitHub takes at most {TITLE_CHARS_MAX}",
            "shorten it and move the rest into the body",
        )
    return None


def _names_problem(task: Task) -> _Problem | None:
    names = (*task.labels, *task.assignees, task.milestone, task.issue_type)
    for name in names:
        if name is not None and (not name.strip() or _NOT_IN_A_LINE.search(name)):
            return (
                f'task "{task.key}" has a name that cannot be used: {name[:60]!r}',
                "labels, assignees, milestone and type are one line of text, not empty",
                "",
            )
    return None


def _by_key(tasks: Sequence[Task], where: Where) -> dict[str, Task]:
    by_key: dict[str, Task] = {}
    for task in tasks:
        first = by_key.setdefault(task.key, task)
        if first is not task:
            raise _broken(
                f'two tasks have the key "{task.key}"',
                task.line,
                where,
                cause=f'the first is "{first.title}" {_on(first.line, task.line, where)}',
                hint="a key names one task; change one of the two",
            )
    return by_key


def _check_parent(task: Task, by_key: Mapping[str, Task], where: Where) -> None:
    if task.parent == task.key:
        raise _broken(f'task "{task.key}" is its own parent', task.line, where)
    if task.parent is not None and task.parent not in by_key:
        raise _broken(
            f'task "{task.key}" has the parent "{task.parent}", which is not in the file',
            task.line,
            where,
            hint=suggestion(task.parent, by_key),
        )


def _check_dependencies(task: Task, by_key: Mapping[str, Task], where: Where) -> None:
    seen: set[str] = set()
    for other in task.depends_on:
        if other == task.key:
            raise _broken(f'task "{task.key}" depends on itself', task.line, where)
        if other in seen:
            raise _broken(
                f'task "{task.key}" depends on "{other}" twice',
                task.line,
                where,
                hint="keep one of the two",
            )
        if other not in by_key:
            raise _broken(
                f'task "{task.key}" depends on "{other}", which is not in the file',
                task.line,
                where,
                hint=_begins_with(other, task, by_key, where) or suggestion(other, by_key),
            )
        seen.add(other)


def _begins_with(name: str, task: Task, by_key: Mapping[str, Task], where: Where) -> str:
    """A hint when the name is at the front of a title, where its author took it for the key."""
    meant = next((one for one in by_key.values() if one.title.startswith(f"{name} ")), None)
    if meant is None:
        return ""
    return (
        f'the title {_on(meant.line, task.line, where)} begins so, but its key is "{meant.key}"; '
        f'in Markdown "[{name}] Title" gives a key'
    )


def _check_cycles(edges: Edges, by_key: Mapping[str, Task], what: str, where: Where) -> None:
    found = knots(edges)
    if not found:
        return
    position = {key: number for number, key in enumerate(by_key)}
    start = min((min(knot, key=position.__getitem__) for knot in found), key=position.__getitem__)
    more = f"; the file has {len(found) - 1} more" if len(found) > 1 else ""
    raise _broken(
        f"{what} form a cycle: {written(shortest_cycle(start, edges))}",
        by_key[start].line,
        where,
        cause=f"each task waits for the next{more}" if what == "dependencies" else f"no task stands on top{more}",
        hint="remove one of these links",
    )


def _parents_first(tasks: Sequence[Task]) -> tuple[Task, ...]:
    placed: dict[str, Task] = {}
    waiting: dict[str, list[Task]] = {}
    for task in tasks:
        if task.parent is not None and task.parent not in placed:
            waiting.setdefault(task.parent, []).append(task)
            continue
        ready = [task]
        while ready:
            first = ready.pop()
            placed[first.key] = first
            ready.extend(reversed(waiting.pop(first.key, ())))
    return tuple(placed.values())


def _check_levels(ordered: Sequence[Task], where: Where) -> None:
    levels: dict[str, int] = {}
    for task in ordered:
        levels[task.key] = 0 if task.parent is None else levels[task.parent] + 1
        if levels[task.key] > SUB_LEVELS_MAX:
            raise _broken(
                f'task "{task.key}" stands {levels[task.key]} levels below the top',
                task.line,
                where,
                cause=f"GitHub holds {SUB_LEVELS_MAX} levels of sub-issues",
                hint="move the task up",
            )
