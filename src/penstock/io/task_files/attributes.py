"""
Attributes written into Markdown: `(depends on T003; priority: high)` behind a title, `Priority: high` on its own line.

Only what has the form of an attribute is one. `Status: we wait for the lawyers` is text, and stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from penstock.io.task_files.taskmaster import STATUSES
from penstock.model.task import TaskState

Name = Literal["depends_on", "labels", "priority", "assignees", "estimate", "milestone", "type", "status"]

_NAMES: Mapping[str, Name] = MappingProxyType(
    {
        "depends on": "depends_on",
        "blocked by": "depends_on",
        "dependencies": "depends_on",
        "label": "labels",
        "labels": "labels",
        "priority": "priority",
        "assignee": "assignees",
        "assignees": "assignees",
        "owner": "assignees",
        "estimate": "estimate",
        "effort": "estimate",
        "milestone": "milestone",
        "type": "type",
        "status": "status",
    }
)

_WORD = r"dependencies|labels?|priority|assignees?|owner|estimate|effort|milestone|type|status"
_NAME = rf"(?:(?P<needs>depends\s+on|blocked\s+by)\b\s*:?|(?P<name>{_WORD})\s*:)\s*"
_LINE = re.compile(rf"{_NAME}(?P<value>\S.*)", re.IGNORECASE)
_START = re.compile(rf"(?:^|[;,])\s*{_NAME}", re.IGNORECASE)
_GROUP = re.compile(r"\s*\((?P<inside>[^()]*)\)\.?$")
_MAYBE = re.compile(
    r"[\W_]{0,8}(?:depend|blocked|label|prior|assign|owner|estim|effort|milest|type|status)", re.IGNORECASE
)

_SIGNS = re.compile(r"^[\W_]+|[\W_]+$")
_WORDLIKE = re.compile(r"\w[\w-]{0,19}")
_PHRASE = re.compile(r"\w[\w-]*(?: [\w-]+){0,2}")
_LOGIN = re.compile(r"@?(?P<login>[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]+)?)")

LABEL_CHARS_MAX = 50
"""Source: https://docs.github.com/en/rest/issues/labels"""


class Attribute(NamedTuple):
    """
    One attribute.

    Attributes:
        name: What it sets.
        value: As written, without markup.
        line: 0-based line.
        bare: A dependency written without a colon on a line of its own: all of it has to name tasks.
    """

    name: Name
    value: str
    line: int
    bare: bool = False


def may_be_attribute(line: str) -> bool:
    """A quick look that spares most lines the reading of their markup."""
    return _MAYBE.match(line) is not None


def attribute_on_line(text: str, line: int) -> Attribute | None:
    """
    The attribute that a line is.

    Args:
        text: The line without markup and indentation.
        line: Its 0-based number.
    """
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    bare = found["needs"] is not None and ":" not in text[: found.start("value")]
    return _checked(found, found["value"], line, bare=bare)


def attributes_behind(title: str, line: int) -> tuple[str, tuple[Attribute, ...]]:
    """
    Take the groups in brackets off the end of a title. A group is taken when all of it parses.

    Returns:
        What is left of the title, and the attributes in the order they stand in.
    """
    taken: list[Attribute] = []
    while title.endswith((")", ").")) and (found := _GROUP.search(title)):
        group = _group(found["inside"], line)
        if not group or not found.start():
            break
        taken[:0] = group
        title = title[: found.start()]
    return title, tuple(taken)


def _group(inside: str, line: int) -> list[Attribute]:
    starts = list(_START.finditer(inside))
    if not starts or starts[0].start() != 0:
        return []
    ends = [start.start() for start in starts[1:]] + [len(inside)]
    read = [_checked(start, inside[start.end() : end], line) for start, end in zip(starts, ends, strict=True)]
    found = [attribute for attribute in read if attribute is not None]
    return found if len(found) == len(read) else []


def _checked(found: re.Match[str], written: str, line: int, *, bare: bool = False) -> Attribute | None:
    word = " ".join((found["needs"] or found["name"]).lower().split())
    value = written.strip().rstrip(";").strip()
    name = _NAMES[word]
    if name == "priority":
        value = _SIGNS.sub("", value)
    return Attribute(name, value, line, bare) if value and _fits(name, word, value) else None


def _fits(name: Name, word: str, value: str) -> bool:
    match name:
        case "priority":
            return _WORDLIKE.fullmatch(without_quotes(value)) is not None
        case "type":
            return _PHRASE.fullmatch(without_quotes(value)) is not None
        case "status":
            return status_of(value) is not None
        case "assignees":
            # An owner is often a team or a person's name; with an @ it is a login.
            logins = [_LOGIN.fullmatch(one) for one in split_names(value)]
            return bool(logins) and all(one and (one[0][0] == "@" or word != "owner") for one in logins)
        case "labels":
            labels = split_names(value)
            return bool(labels) and all(len(label) <= LABEL_CHARS_MAX for label in labels)
        case _:
            return True


def status_of(value: str) -> tuple[TaskState, str | None] | None:
    """Issue state and label of a status word; None when it is none."""
    word = without_quotes(value).rstrip(".").lower().replace("_", "-").replace(" ", "-")
    return STATUSES.get(word.replace("canceled", "cancelled"))


def split_names(value: str) -> list[str]:
    """Names separated by commas or semicolons, without quotes."""
    return [name for part in re.split("[,;]", value) if (name := without_quotes(part))]


def login(name: str) -> str:
    """A login without its `@`."""
    return name.removeprefix("@")


def without_quotes(text: str) -> str:
    """Without blanks, backticks and quotation marks around it."""
    return text.strip().strip("`\"'“”").strip()
