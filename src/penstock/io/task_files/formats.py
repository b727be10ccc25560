"""Which reader a file gets: the suffix decides, and where one suffix has two formats, the content does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penstock.base.errors import InputError
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.syntax import Block

# Each reader is imported when a file needs it: nobody waits for a Markdown parser to read JSON.


def read_draft(text: str, path: str, *, tag: str | None, columns: Mapping[str, str]) -> tuple[str, Draft]:
    """
    Read one file's text.

    Args:
        tag: Which tag of a Taskmaster file.
        columns: Field → column of a table.

    Returns:
        The format's name, and what the file states.

    Raises:
        InputError: The file is broken, or it is not of a format that has tags, or columns.
    """
    name, draft = _read(text, path, tag, columns)
    if tag is not None and name != "taskmaster":
        raise InputError(
            f'there is no tag "{tag}" here',
            path=path,
            cause="only Taskmaster files have tags",
            hint="leave the tag out",
        )
    if columns and name != "csv":
        raise InputError("there are no columns here", path=path, cause="only tables have them", hint="leave --map out")
    return name, draft


def _read(text: str, path: str, tag: str | None, columns: Mapping[str, str]) -> tuple[str, Draft]:
    match Path(path).suffix.lower():
        case ".md" | ".markdown":
            return _markdown(text, path)
        case ".jsonl" | ".ndjson":
            from penstock.io.task_files.json_lines import read_json_lines

            return "jsonl", read_json_lines(text, path)
        case ".csv" | ".tsv":
            from penstock.io.task_files.csv_table import read_csv

            return "csv", read_csv(text, path, columns)
        case ".json":
            return _json(text, path, tag)
        case ".yaml" | ".yml":
            return _yaml(text, path)
        case _:
            return _json(text, path, tag) if text.lstrip()[0] in "{[" else _presumed_yaml(text, path)


def _markdown(text: str, path: str) -> tuple[str, Draft]:
    from penstock.io.task_files.spec_kit import looks_like_spec_kit, read_spec_kit

    if looks_like_spec_kit(text):
        return "spec-kit", read_spec_kit(text, path)
    from penstock.io.task_files.prd import read_prd

    return "markdown", read_prd(text, path)


def _json(text: str, path: str, tag: str | None) -> tuple[str, Draft]:
    from penstock.io.task_files.syntax_json import read_json
    from penstock.io.task_files.taskmaster import looks_like_taskmaster, read_taskmaster

    document = _block(read_json(text, path), path)
    if looks_like_taskmaster(document):
        return "taskmaster", read_taskmaster(document, tag, path)
    return _native(document, path)


def _yaml(text: str, path: str) -> tuple[str, Draft]:
    from penstock.io.task_files.syntax_yaml import read_yaml

    return _native(_block(read_yaml(text, path), path), path)


def _presumed_yaml(text: str, path: str) -> tuple[str, Draft]:
    """A file whose suffix says nothing: when it is no YAML, most often because it is something else."""
    from penstock.io.task_files.syntax_yaml import read_yaml

    try:
        document = _block(read_yaml(text, path), path)
    except InputError as error:
        raise InputError(
            error.message,
            path=path,
            line=error.line,
            cause=error.cause,
            hint="it was read as YAML, since its name does not tell; Markdown is called .md, a table .csv",
        ) from None
    return _native(document, path)


def _native(document: Block, path: str) -> tuple[str, Draft]:
    from penstock.io.task_files.native import read_native

    return "native", read_native(document, path)


def _block(document: Any, path: str) -> Block:
    if document is None:
        raise InputError("the task file is empty", path=path)
    if not isinstance(document, Block):
        raise InputError(
            "this is not a task file",
            path=path,
            cause='a task file is a block with the key "tasks", or with one key for each Taskmaster tag',
            hint='put the list of tasks below "tasks"' if isinstance(document, list) else "",
        )
    return document
