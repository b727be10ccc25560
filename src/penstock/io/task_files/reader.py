"""From a path to a checked graph: bytes, text, values, tasks, in this order, and an `InputError` at any step."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import msgspec

from penstock.base.canonical import sha256_hex
from penstock.base.errors import InputError
from penstock.io.task_files.check import checked
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.finished import count_finished, without_finished
from penstock.io.task_files.mentions import defuse, defuse_line
from penstock.io.task_files.native import read_native
from penstock.io.task_files.syntax import Block
from penstock.io.task_files.syntax_json import read_json
from penstock.io.task_files.syntax_yaml import read_yaml
from penstock.io.task_files.taskmaster import looks_like_taskmaster, read_taskmaster
from penstock.model.task import Task, TaskGraph

FILE_BYTES_MAX = 100_000_000


def load_graph(
    path: str,
    *,
    name: str | None = None,
    tag: str | None = None,
    open_only: bool = False,
    keep_mentions: bool = False,
    text: bytes | None = None,
) -> TaskGraph:
    """
    Read a task file. The suffix tells YAML from JSON, or else the first character does; the content tells the format.

    Args:
        path: The file, as the user named it; used in messages.
        name: Name of the graph; by default the file's own, else the Taskmaster tag, else the file's stem.
        tag: Which tag of a Taskmaster file.
        open_only: Leave finished tasks out, see `without_finished`.
        keep_mentions: Leave `@name` and `#123` live in titles and bodies.
        text: The file's bytes when they were read already; then `path` is not opened.

    Returns:
        The graph, checked as `checked` promises.

    Raises:
        InputError: the file cannot be read, or is not a task file, or its graph is broken. Never anything else.
    """
    data = _read(path) if text is None else text
    content = _decode(data, path)
    is_json = _is_json(content, path)
    document = read_json(content, path) if is_json else read_yaml(content, path)
    if document is None:
        raise InputError("the task file is empty", path=path)
    if not isinstance(document, Block):
        raise _not_a_task_file(document, path)
    taskmaster = is_json and looks_like_taskmaster(document)
    if tag is not None and not taskmaster:
        raise InputError(
            f'there is no tag "{tag}" here',
            path=path,
            cause="only Taskmaster files have tags",
            hint="leave the tag out",
        )
    draft = read_taskmaster(document, tag, path) if taskmaster else read_native(document, path)
    tasks = checked([_cleaned(task, keep_mentions) for task in draft.tasks], path)
    tasks, notes = _scoped(tasks, open_only)
    return TaskGraph(
        name=_graph_name(name, draft, path),
        source=path,
        format="taskmaster" if taskmaster else "native",
        sha256=sha256_hex(data),
        tasks=tasks,
        notes=(*draft.notes, *notes),
    )


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise InputError("the task file cannot be read", path=path, cause=cause[:1].lower() + cause[1:]) from None


def _decode(data: bytes, path: str) -> str:
    if len(data) > FILE_BYTES_MAX:
        raise InputError(
            "the task file is too large",
            path=path,
            cause=f"the most is {FILE_BYTES_MAX // 1_000_000} MB",
            hint="split the plan into several files, each with a graph name of its own",
        )
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"the task file is not {encoding.removesuffix('-sig').upper()}",
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
            cause=f"byte 0x{data[error.start]:02x} at offset {error.start} fits no character",
            hint="save the file as UTF-8",
        ) from None
    if (nul := text.find("\0")) >= 0:
        raise InputError(
            "the task file is not text",
            path=path,
            line=text.count("\n", 0, nul) + 1,
            cause="it has a NUL character",
            hint="save the file as UTF-8",
        )
    if not text.strip():
        raise InputError("the task file is empty", path=path)
    return text


def _is_json(content: str, path: str) -> bool:
    suffix = Path(path).suffix.lower()
    return suffix == ".json" or (suffix not in {".yaml", ".yml"} and content.lstrip()[0] in "{[")


def _not_a_task_file(document: Any, path: str) -> InputError:
    return InputError(
        "this is not a task file",
        path=path,
        cause='a task file is a block with the key "tasks", or with one key for each Taskmaster tag',
        hint='put the list of tasks below "tasks"' if isinstance(document, list) else "",
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
