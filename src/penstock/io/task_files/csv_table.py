"""
Tables: a row is a task, and the header says which column holds which field.

A cell is text and nothing else: `=1+1`, `1.10` and `yes` stay what was written.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from penstock.base.errors import InputError
from penstock.io.task_files.csv_columns import LISTS, fields_of, left_out_note
from penstock.io.task_files.draft import TASKS_MAX, Draft, too_many_tasks
from penstock.io.task_files.keys import Named, assign_keys
from penstock.io.task_files.native import STATE_SYNONYMS
from penstock.io.task_files.taskmaster import STATUSES
from penstock.io.task_files.typed import suggestion
from penstock.model.task import Task, TaskState

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]+")
_LEVEL = re.compile(r"[0-9]{1,3}")

_STATES: Mapping[str, tuple[TaskState, str | None]] = {
    **STATUSES,
    **{word: (state, None) for word, state in STATE_SYNONYMS.items()},
    "open": ("open", None),
    "to-do": ("open", None),
    "not-planned": ("not_planned", None),
}
"""Issue state and label of each state word: those of the native format and of Taskmaster."""


class _Row(NamedTuple):
    """
    A task as its row states it. Only cells that are not blank are kept.

    Attributes:
        line: 1-based line where the row begins.
        texts: Field → text.
        lists: Field → names, from all columns of the field.
    """

    line: int
    texts: dict[str, str]
    lists: dict[str, list[str]]


def read_csv(text: str, path: str, columns: Mapping[str, str]) -> Draft:
    """
    Read a table with a header.

    Args:
        text: Cells are separated by `,`, `;` or tabs, whichever splits the header into most columns; in a `.tsv` by
            tabs.
        path: The file as the user named it.
        columns: Field → name of its column, for columns that do not say it themselves.

    Raises:
        InputError: broken quotes, a row with more or fewer cells than the header, no rows, a row without a title, an
            unknown state word or level, or what `fields_of` and `assign_keys` refuse.
    """
    separator = _separator(text, path)
    records = _records(text, separator, path)
    header_line, header = next(records, (1, []))
    header = [name.strip() for name in header]
    fields = fields_of(header, header_line, columns, path)
    rows: list[_Row] = []
    left_out: set[int] = set()
    for line, cells in records:
        if len(cells) != len(header):
            raise InputError(
                f"a row of {len(cells)} below a header of {len(header)} cells",
                path=path,
                line=line,
                hint=f"put a cell that holds {separator!r} into double quotes",
            )
        if len(rows) == TASKS_MAX:
            too_many_tasks(line, path)
        rows.append(_row(line, cells, fields, left_out))
    if not rows:
        raise InputError("the table has no rows", path=path, line=header_line, hint="add a row for each task")
    notes = [left_out_note([header[number] or f"column {number + 1}" for number in sorted(left_out)])]
    return Draft(name=None, tasks=_tasks(rows, path), notes=notes if left_out else [])


def _records(text: str, separator: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line where it begins."""
    lines = (match[0] for match in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            "broken table",
            path=path,
            line=line,
            cause=f"{error}, in the row that begins here",
            hint="close the quote; inside a quoted cell a quote is written twice",
        ) from None


def _separator(text: str, path: str) -> str:
    if Path(path).suffix.lower() == ".tsv":
        return "\t"
    widths: dict[str, int] = {}
    for separator in ",;\t":
        try:
            widths[separator] = len(next(_records(text, separator, path), (1, []))[1])
        except InputError:
            widths[separator] = 0
    return max(widths, key=widths.__getitem__)


def _row(line: int, cells: Sequence[str], fields: Sequence[str | None], left_out: set[int]) -> _Row:
    row = _Row(line, {}, {})
    for number, (cell, field) in enumerate(zip(cells, fields, strict=True)):
        if not (cell := cell.strip()):
            continue
        if field is None:
            left_out.add(number)
        elif field in LISTS:
            row.lists.setdefault(field, []).extend(_names(cell))
        else:
            row.texts[field] = cell
    return row


def _names(cell: str) -> list[str]:
    """Separated by `;` or line breaks; by `,` only where neither is in the cell, so that a name may hold one."""
    names = re.split(r"[;\r\n]", cell)
    if len(names) == 1:
        names = cell.split(",")
    return [name.strip() for name in names if name.strip()]


def _tasks(rows: Sequence[_Row], path: str) -> list[Task]:
    above = _above(rows, path)
    keys = assign_keys(
        [
            Named(row.texts.get("key", ""), _title(row, path), position, row.line)
            for row, position in zip(rows, above, strict=True)
        ],
        path,
    )
    uses = Counter(row.texts["title"] for row in rows)
    known = {row.texts["title"]: key for row, key in zip(rows, keys, strict=True) if uses[row.texts["title"]] == 1}
    known |= {key: key for key in keys}
    tasks: list[Task] = []
    for row, key, position in zip(rows, keys, above, strict=True):
        parent = row.texts.get("parent")
        if parent is not None:
            parent = known.get(parent, parent)
        elif position >= 0:
            parent = keys[position]
        depends_on = dict.fromkeys(known.get(name, name) for name in row.lists.get("depends_on", ()))
        tasks.append(_task(row, key, parent, tuple(depends_on), path))
    return tasks


def _task(row: _Row, key: str, parent: str | None, depends_on: tuple[str, ...], path: str) -> Task:
    state, label = _state(row, path)
    labels = [*row.lists.get("labels", ()), *([label] if label else ())]
    if priority := row.texts.get("priority"):
        labels.append(f"priority: {priority.lower()}")
    return Task(
        key=key,
        title=row.texts["title"],
        body=row.texts.get("body", ""),
        parent=parent,
        depends_on=depends_on,
        labels=tuple(dict.fromkeys(labels)),
        assignees=tuple(dict.fromkeys(row.lists.get("assignees", ()))),
        milestone=row.texts.get("milestone"),
        issue_type=row.texts.get("type"),
        state=state,
        derived="key" not in row.texts,
        line=row.line,
    )


def _title(row: _Row, path: str) -> str:
    if "title" not in row.texts:
        raise InputError("a row has no title", path=path, line=row.line, hint="give it one, or remove the row")
    return row.texts["title"]


def _above(rows: Sequence[_Row], path: str) -> list[int]:
    """
    The position of the task above each task among the rows before it, -1 where there is none: the row that `parent`
    names by its key, else the nearest row with a smaller `level`.
    """
    positions: dict[str, int] = {}
    levels: list[tuple[int, int]] = []
    above: list[int] = []
    for position, row in enumerate(rows):
        level = _level(row, path)
        while levels and levels[-1][0] >= level:
            levels.pop()
        nearest = levels[-1][1] if levels else -1
        above.append(positions.get(row.texts["parent"], -1) if "parent" in row.texts else nearest)
        if level >= 0:
            levels.append((level, position))
        if "key" in row.texts:
            positions[row.texts["key"]] = position
    return above


def _level(row: _Row, path: str) -> int:
    """The level as a number; -1 for none: such a row stands at the top, and nothing stands below it."""
    level = row.texts.get("level")
    if level is None:
        return -1
    if not _LEVEL.fullmatch(level):
        raise InputError(
            f"{level[:60]!r} is not a level", path=path, line=row.line, cause="a level is a number, e.g. 1 or 2"
        )
    return int(level)


def _state(row: _Row, path: str) -> tuple[TaskState, str | None]:
    written = row.texts.get("state", "open")
    word = re.sub(r"[\s_-]+", "-", written.casefold()).replace("canceled", "cancelled")
    if word not in _STATES:
        raise InputError(
            f'"{written[:60]}" is not a state',
            path=path,
            line=row.line,
            cause=f"the states are {', '.join(_STATES)}",
            hint=suggestion(word, _STATES),
        )
    return _STATES[word]
