"""From paths to one checked graph: bytes, text, tasks, in this order, and an `InputError` at any step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from penstock.base.canonical import digest, sha256_hex
from penstock.base.errors import InputError, UsageError
from penstock.io.task_files.check import Where, checked
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.finished import count_finished, without_finished
from penstock.io.task_files.formats import read_draft
from penstock.io.task_files.mentions import defuse, defuse_line
from penstock.io.task_files.source import decode, read_bytes
from penstock.model.task import Task, TaskGraph

_NO_COLUMNS: Mapping[str, str] = MappingProxyType({})


class _File(NamedTuple):
    """
    One file, read.

    Attributes:
        first: Added to its line numbers, so that in a graph of several files each line has a number of its own.
    """

    path: str
    name: str
    format: str
    sha256: str
    draft: Draft
    first: int


def load_graph(
    path: str,
    *more: str,
    name: str | None = None,
    tag: str | None = None,
    columns: Mapping[str, str] = _NO_COLUMNS,
    open_only: bool = False,
    keep_mentions: bool = False,
    text: bytes | None = None,
) -> TaskGraph:
    """
    Read a task file, or several that are parts of one graph. Suffix and content tell the format, see `formats`.

    Args:
        path: The file, as the user named it; used in messages.
        more: Further parts of the same graph. A task may depend on one of another file. The tasks of such a graph
            name no lines.
        name: Name of the graph; by default the file's own, else the Taskmaster tag, else the file's stem.
        tag: Which tag of a Taskmaster file.
        columns: Field → column of a table whose columns are called otherwise.
        open_only: Leave finished tasks out, see `without_finished`.
        keep_mentions: Leave `@name` and `#123` live in titles and bodies.
        text: The first file's bytes when they were read already; then `path` is not opened.

    Returns:
        The graph, checked as `checked` promises.

    Raises:
        InputError: A file cannot be read, or is not a task file, or the graph is broken.
        UsageError: The files hold graphs of several names.
    """
    files: list[_File] = []
    lines = 0
    for number, one in enumerate((path, *more)):
        data = read_bytes(one) if number or text is None else text
        content = decode(data, one)
        kind, draft = read_draft(content, one, tag=tag, columns=columns)
        files.append(_File(one, _graph_name(name, draft, one), kind, sha256_hex(data), draft, lines))
        lines += content.count("\n") + 1
    _check_names(files)
    tasks = checked([_cleaned(task, keep_mentions) for task in _joined(files)], _where(files))
    tasks, notes = _scoped(tasks, open_only)
    if more:
        tasks = tuple(msgspec.structs.replace(task, line=0) for task in tasks)
    return TaskGraph(
        name=files[0].name,
        source=", ".join(file.path for file in files),
        files=tuple(file.path for file in files),
        format=", ".join(dict.fromkeys(file.format for file in files)),
        sha256=digest([file.sha256 for file in files]) if more else files[0].sha256,
        tasks=tasks,
        notes=(*(note for file in files for note in file.draft.notes), *notes),
        prose=tuple(
            msgspec.structs.replace(prose, source=file.path if more else "")
            for file in files
            for prose in file.draft.prose
        ),
    )


def _joined(files: list[_File]) -> list[Task]:
    """The tasks of all files, each with a line of its own."""
    return [
        msgspec.structs.replace(task, line=task.line + file.first) if file.first else task
        for file in files
        for task in file.draft.tasks
    ]


def _where(files: list[_File]) -> Where:
    """From a line of `_joined` to the file and the line in it."""
    firsts = [file.first for file in files]

    def where(line: int) -> tuple[str, int]:
        file = files[bisect_right(firsts, max(line - 1, 0)) - 1]
        return file.path, line - file.first

    return where


def _check_names(files: list[_File]) -> None:
    names = list(dict.fromkeys(file.name for file in files))
    if len(names) > 1:
        raise UsageError(
            f"the files hold {len(names)} graphs: {', '.join(names)}",
            cause="a plan is made for one graph",
            hint="plan them one by one, or give them one name with --graph",
        )


def _cleaned(task: Task, keep_mentions: bool) -> Task:
    title = task.title.strip()
    body = task.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if not keep_mentions:
        title, body = defuse_line(title), defuse(body)
    return msgspec.structs.replace(task, title=title, body=body)


def _scoped(tasks: tuple[Task, ...], open_only: bool) -> tuple[tuple[Task, ...], tuple[str, ...]]:
    if open_only:
        return without_finished(tasks)
    finished = count_finished(tasks)
    note = f"finished tasks, which are created and closed: {finished} (--open-only leaves them out)"
    return tasks, (note,) if finished else ()


def _graph_name(name: str | None, draft: Draft, path: str) -> str:
    given = next((text for text in (name, draft.name) if text is not None), Path(path).stem)
    chosen = given.strip()
    if not chosen or not chosen.isprintable():
        raise InputError(
            f"{given[:60]!r} cannot be the name of a graph",
            path=path,
            cause="a name is one line of text, not empty",
            hint='name the graph with --graph, or with "graph" in the file',
        )
    return chosen
