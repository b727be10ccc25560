"""What the title line of a heading or item says: a box, a number, an id, the title itself, attributes behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from penstock.io.task_files.attributes import Attribute, attributes_behind
from penstock.io.task_files.markdown_inline import Inline
from penstock.model.task import TaskState

_BOX = re.compile(r"\[(?P<mark>[ xX-])\](?:\s+|$)")

_BOXES: Mapping[str, TaskState] = MappingProxyType(
    {" ": "open", "x": "completed", "X": "completed", "-": "not_planned"}
)

_END = r"(?:\s*[:.)](?=\s|$)|\s+[-–—](?=\s)|(?=\s|$))\s*"
_NUMBER = r"\d+(?:\.\d+){1,2}"
_LOWER = r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*"
_UPPER = r"[A-Z][A-Z0-9]*(?:[-_.][A-Z0-9]+)*"
_ID = re.compile(
    rf"""
      `?(?P<task>T\d{{2,}})`? {_END}
    | `?(?P<number>{_NUMBER})`? {_END}
    | `?\[`?(?P<bracket>(?!P\d\])(?=[^\]]*\d)(?:{_LOWER}|{_NUMBER}))`?\]`? {_END}
    | `?(?P<upper>(?!P\d\b)(?=[A-Z_.-]*\d){_UPPER})`? (?:\s*:(?=\s)|\s+[-–—](?=\s)) \s*
    """,
    re.VERBOSE,
)
"""`[P1]` and `P1:` are priorities in most files, and no file has one task of each."""

_COUNT = re.compile(r"\d+[.)]\s+(?=\S)")
_NICK = re.compile(
    r"(?:[^\w\s\[(`\"'“<]+\s+)?(?P<nick>[^\W\d_]+(?: [^\W\d_]+)? \d+(?:\.\d+){0,2})(?:\s*[:.–—](?=\s)|\s+-(?=\s)|$)"
)


class Title(NamedTuple):
    """
    A title, taken apart.

    Attributes:
        text: The title itself, plain.
        full: The same with the attributes behind it, should they turn out to be none.
        id: What the file calls the task; empty when it has no id.
        counted: The id is a number with dots, or a number was taken off the front: it may just count sections.
        nick: `Epic 2` of `Epic 2: Billing`; empty when there is none.
        box: What a check box says.
        attributes: Those behind the title.
        source: What to repeat in the body, since the plain title leaves something out; empty when it does not.
    """

    text: str
    full: str
    id: str = ""
    counted: bool = False
    nick: str = ""
    box: TaskState | None = None
    attributes: tuple[Attribute, ...] = ()
    source: str = ""

    @property
    def numbered(self) -> bool:
        """It counts itself: `1. Accounts`, `1.2 Sign in`, `Epic 2: Billing`."""
        return self.counted or bool(self.nick)


def read_title(written: str, line: int, inline: Inline, *, heading: bool) -> Title:
    """
    Take a title apart.

    Args:
        written: The line, or lines, without the marker of the heading or item.
        line: 0-based line of its first line.
        heading: Numbers in front of a heading's title count sections; an item has its number as marker.
    """
    written = written.strip()
    box = _BOX.match(written)
    if box:
        written = written[box.end() :]
    plain, whole = inline.plain(written)
    text, id_, counted, nick = plain, "", False, ""
    if found := _ID.match(plain):
        id_ = found[found.lastgroup or 0]
        counted = found.lastgroup == "number"
        text = plain[found.end() :] or id_
    elif heading and (count := _COUNT.match(plain)):
        counted = True
        text = plain[count.end() :]
    if heading and (found := _NICK.match(text)):
        nick = found["nick"]
    title, attributes = attributes_behind(text, line)
    return Title(
        text=title,
        full=text,
        id=id_,
        counted=counted,
        nick=nick,
        box=_BOXES[box["mark"]] if box else None,
        attributes=attributes,
        source="" if whole else attributes_behind(written, line)[0],
    )
