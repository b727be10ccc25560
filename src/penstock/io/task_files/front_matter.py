"""Front matter: a block of YAML above a Markdown document, about its graph and the document's own task."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from penstock.base.errors import InputError
from penstock.io.task_files.attributes import split_names
from penstock.io.task_files.syntax import Block
from penstock.io.task_files.syntax_yaml import read_yaml
from penstock.io.task_files.typed import suggestion

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "graph": "graph",
        "task_id": "task_id",
        "id": "task_id",
        "key": "task_id",
        "title": "title",
        "priority": "priority",
        "labels": "labels",
        "label": "labels",
        "milestone": "milestone",
        "assignee": "assignees",
        "assignees": "assignees",
        "type": "type",
        "dependencies": "depends_on",
        "depends_on": "depends_on",
        "blocked_by": "depends_on",
    }
)
_LISTS = frozenset({"labels", "assignees", "depends_on"})
_OF_THE_DOCUMENT = frozenset({"task_id", "title", "priority", "assignees", "depends_on"})

_ALIKE = 0.8
"""How much a field has to look like a known one to be taken for a slip of the pen, from 0 to 1."""

_FENCE = "---"
_ENDS = frozenset({_FENCE, "..."})
_FIELD = re.compile(r"""["']?[A-Za-z_$][\w $.-]*["']?\s*:(?:\s|$)""")


class FrontMatter(NamedTuple):
    """
    What it says.

    Attributes:
        end: How many lines it takes, fences included; 0 when there is none.
        texts: Field → text: `graph`, `task_id`, `title`, `priority`, `milestone`, `type`.
        lists: Field → names: `labels`, `assignees`, `depends_on`.
        lines: Field → 1-based line, of those two.
        others: All other fields as lines of Markdown, each with its 1-based first and last line.
    """

    end: int
    texts: Mapping[str, str]
    lists: Mapping[str, list[str]]
    lines: Mapping[str, int]
    others: list[tuple[str, int, int]]

    @property
    def describes_a_task(self) -> bool:
        """It says something about the document's own task, not just about the file."""
        return bool(self.others) or any(field in _OF_THE_DOCUMENT for field in self.lines)


def read_front_matter(lines: list[str], path: str) -> FrontMatter:
    """
    Read the front matter of a document.

    Args:
        lines: The document.
        path: The file as the user named it.

    Raises:
        InputError: It does not end, is no YAML, has a field of the wrong form, or one that looks like a known one.
    """
    end = _end(lines, path)
    found = FrontMatter(end=end, texts={}, lists={}, lines={}, others=[])
    # The opening fence is YAML's own mark of a document, so line numbers are those of the file.
    document = read_yaml("\n".join(lines[: end - 1]), path) if end else None
    if document is None:
        return found
    if not isinstance(document, Block):
        raise InputError("the front matter is not a block of fields", path=path, line=1, hint="write field: value")
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    known: dict[str, int] = {}
    for name, value in document.items():
        line = document.key_lines[name]
        field = _field(name, line, path)
        if field is None:
            later = [other for other in document.key_lines.values() if other > line]
            found.others.append((f"**{name}:** {_flat(value)}".rstrip(), line, _last(lines, min(later, default=end))))
            continue
        if field in known:
            _refuse_twice(name, line, known[field], path)
        known[field] = line
        if field in _LISTS:
            lists[field] = _list(name, value, line, path)
        elif (text := _text(name, value, line, path)) is not None:
            texts[field] = text
    return found._replace(texts=texts, lists=lists, lines=known)


def _end(lines: list[str], path: str) -> int:
    """How many lines the front matter takes. A rule at the top of a document is none: no field follows it."""
    if lines[0].rstrip() != _FENCE:
        return 0
    end = next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in _ENDS), 0)
    first = next((line for line in lines[1:end] if line.strip() and not line.startswith("#")), "")
    if first.rstrip() in _ENDS or _FIELD.match(first):
        return end
    if not end and len(lines) > 1 and _FIELD.match(lines[1]):
        raise InputError(
            "the front matter does not end",
            path=path,
            line=1,
            cause="it begins with --- and no later line is --- again",
            hint="put --- below its last field",
        )
    return 0


def _field(name: str, line: int, path: str) -> str | None:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in _FIELDS:
        return _FIELDS[plain]
    if difflib.get_close_matches(plain, _FIELDS, n=1, cutoff=_ALIKE):
        raise InputError(
            f'unknown field "{name}" in the front matter',
            path=path,
            line=line,
            cause="it looks like a slip of the pen",
            hint=suggestion(plain, _FIELDS),
        )
    return None


def _refuse_twice(name: str, line: int, first: int, path: str) -> None:
    raise InputError(
        f'"{name}" says again what line {first} says',
        path=path,
        line=line,
        cause="both fields mean the same",
        hint="keep one of the two",
    )


def _text(name: str, value: Any, line: int, path: str) -> str | None:
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    raise InputError(f'"{name}" must be text, not {_kind(value)}', path=path, line=line)


def _list(name: str, value: Any, line: int, path: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return split_names(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        what = _kind(value) if not isinstance(value, list) else "a list of something else"
        raise InputError(f'"{name}" must be a list of names, not {what}', path=path, line=line)
    return [one.strip() for one in value if one.strip()]


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a block of fields"


def _flat(value: Any) -> str:
    """A value of any form on one line."""
    if isinstance(value, Block):
        return ", ".join(f"{name}: {_flat(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return " ".join(str(value).split()) if value is not None else ""


def _last(lines: list[str], before: int) -> int:
    """The last line, 1-based, in front of a line that holds something."""
    last = before - 1
    while last > 1 and not lines[last - 1].strip():
        last -= 1
    return last
