"""Which column of a table holds which field: what the user maps, then a field's own name, then a usual other name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from penstock.base.errors import InputError
from penstock.io.task_files.native import FIELD_SYNONYMS
from penstock.io.task_files.typed import suggestion

LISTS = frozenset({"labels", "assignees", "depends_on"})
"""Fields that hold several values; they may have several columns."""

FIELDS = (
    *("key", "title", "body", "state", "labels", "assignees", "milestone", "type", "priority"),
    *("parent", "level", "depends_on"),
)
"""What a column can hold."""

_SYNONYMS: Mapping[str, str] = {
    **{name: field for name, field in FIELD_SYNONYMS.items() if field in FIELDS},
    "issue_key": "key",
    "outline_level": "level",
    "indent": "level",
}

COLUMNS_MAX = 1_000

_NAMES_SHOWN_MAX = 8
_ALIKE_MIN = 0.7
"""From where on a left-out column looks like a misspelt field: `asignee` does, `Sprint` is not `parent`."""


def fields_of(header: Sequence[str], line: int, columns: Mapping[str, str], path: str) -> list[str | None]:
    """
    The field of each column, or None where a column holds none.

    Args:
        header: Names of the columns, without blanks around them.
        line: Where the header stands.
        columns: Field → name of its column, for columns that do not say it themselves.
        path: The file as the user named it.

    Raises:
        InputError: an unknown field or column in `columns`, two columns for one field that is not a list, or none
            for the title.
    """
    if len(header) > COLUMNS_MAX:
        raise InputError(
            f"the header has {len(header):,} cells", path=path, line=line, cause=f"the most is {COLUMNS_MAX}"
        )
    fields: list[str | None] = [None] * len(header)
    for field, wanted in columns.items():
        for number in _mapped(field, wanted, header, line, path):
            if fields[number] is not None:
                raise InputError(
                    f'column "{wanted}" is mapped to "{fields[number]}" and to "{field}"',
                    path=path,
                    line=line,
                    hint="a column holds one field",
                )
            fields[number] = field
    for field, numbers in _by_name(header, fields).items():
        if field in columns:
            continue
        if len(numbers) > 1 and field not in LISTS:
            raise _several(field, [header[number] for number in numbers], line, path)
        for number in numbers:
            fields[number] = field
    if "title" not in fields:
        raise InputError(
            "no column holds the title",
            path=path,
            line=line,
            cause=f"the columns are {_shown([name for name in header if name])}",
            hint="name it with --map title=COLUMN",
        )
    return fields


def left_out_note(names: Sequence[str]) -> str:
    """A note on columns that hold no field, with the field that a misspelt one may mean."""
    shown = []
    for name in names:
        close = difflib.get_close_matches(_plain(name), FIELDS, n=1, cutoff=_ALIKE_MIN)
        shown.append(f'"{name}" (did you mean "{close[0]}"?)' if close else f'"{name}"')
    shown.sort(key=lambda text: not text.endswith(")"))
    more = f" and {len(shown) - _NAMES_SHOWN_MAX} more" if len(shown) > _NAMES_SHOWN_MAX else ""
    return f"columns left out: {', '.join(shown[:_NAMES_SHOWN_MAX])}{more}"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _mapped(field: str, wanted: str, header: Sequence[str], line: int, path: str) -> list[int]:
    """The columns that `--map field=wanted` means."""
    if field not in FIELDS:
        raise InputError(
            f'no column can hold "{field}"',
            path=path,
            cause=f"the fields are {', '.join(FIELDS)}",
            hint=suggestion(field, FIELDS, _SYNONYMS),
        )
    numbers = [number for number, name in enumerate(header) if name == wanted.strip()]
    numbers = numbers or [number for number, name in enumerate(header) if _plain(name) == _plain(wanted)]
    if not numbers:
        raise InputError(
            f'there is no column "{wanted}"',
            path=path,
            line=line,
            cause=f"the columns are {_shown([name for name in header if name])}",
            hint=suggestion(wanted, header),
        )
    if len(numbers) > 1 and field not in LISTS:
        raise _several(field, [header[number] for number in numbers], line, path)
    return numbers


def _by_name(header: Sequence[str], fields: Sequence[str | None]) -> dict[str, list[int]]:
    """The columns that name a field themselves; of a field that is no list, its own name wins over others."""
    plain = [_plain(name) for name in header]
    found: dict[str, list[int]] = {}
    for number, name in enumerate(plain):
        field = name if name in FIELDS else _SYNONYMS.get(name)
        if field is not None and fields[number] is None:
            found.setdefault(field, []).append(number)
    for field in found.keys() - LISTS:
        found[field] = [number for number in found[field] if plain[number] == field] or found[field]
    return found


def _several(field: str, names: Sequence[str], line: int, path: str) -> InputError:
    return InputError(
        f'several columns could be the "{field}"',
        path=path,
        line=line,
        cause=f"they are {_shown(names)}",
        hint=f"choose one with --map {field}=COLUMN" if len(set(names)) > 1 else "give each column a name of its own",
    )


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return ", ".join(f'"{name[:60]}"' for name in names[:_NAMES_SHOWN_MAX]) + more
