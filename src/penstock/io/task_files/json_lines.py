"""JSON Lines: one task of the native format per line, so that a program can write a plan as it goes."""

from __future__ import annotations

from typing import Any

from penstock.base.errors import InputError
from penstock.io.task_files.draft import TASKS_MAX, Draft, too_many_tasks
from penstock.io.task_files.native import read_native
from penstock.io.task_files.syntax import Block
from penstock.io.task_files.syntax_json import read_json

_HEADER = frozenset({"graph", "defaults", "$schema"})
"""Fields that speak for the whole file; the first line may hold them instead of a task."""


def read_json_lines(text: str, path: str) -> Draft:
    """
    Read one task per line; blank lines are skipped.

    Args:
        text: Lines end with `\\n`, `\\r\\n` or `\\r`.
        path: The file as the user named it.

    Raises:
        InputError: What `read_json` and `read_native` refuse, with the line in the file; a line that is not an
            object; a header anywhere but first.
    """
    file = Block(1)
    tasks: list[Block] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line or line.isspace():
            continue
        block = _object(read_json(line, path, first_line=number), path, number)
        if not _HEADER.isdisjoint(block):
            _check_header(block, first=not tasks and not file, path=path)
            file.update(block)
            file.key_lines.update(block.key_lines)
        elif len(tasks) == TASKS_MAX:
            too_many_tasks(number, path)
        else:
            tasks.append(block)
    if not tasks:
        raise InputError("the file has no tasks", path=path, hint="add a line for each task")
    file["tasks"] = tasks
    return read_native(file, path)


def _object(value: Any, path: str, line: int) -> Block:
    if not isinstance(value, Block):
        raise InputError(
            "a line is not a task",
            path=path,
            line=line,
            cause="each line of this format is one task between { and }",
            hint="a file that is one document is called .json",
        )
    return value


def _check_header(block: Block, first: bool, path: str) -> None:
    field = min(_HEADER & block.keys(), key=block.key_lines.__getitem__)
    if not first:
        raise InputError(
            f'"{field}" may stand in the first line only',
            path=path,
            line=block.line,
            cause="what speaks for the whole file comes before the tasks",
            hint="put it into the first line, and make a file of its own for each graph",
        )
    if other := sorted(block.keys() - _HEADER):
        raise InputError(
            f'"{other[0]}" cannot stand beside "{field}"',
            path=path,
            line=block.line,
            cause="a line is either a task or speaks for the whole file",
            hint=f'put "{field}" into a line of its own before the tasks',
        )
