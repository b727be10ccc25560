"""A tasks.md of spec-kit as a tree: the feature, its phases, their tasks; every other line is text of one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec

from penstock.base.errors import InputError
from penstock.io.task_files.line_ledger import LineLedger
from penstock.io.task_files.markdown_blocks import Node, read_blocks
from penstock.io.task_files.markdown_inline import Inline
from penstock.io.task_files.spec_kit_order import ID, IDS
from penstock.model.task import TaskState

TITLE_CHARS_MAX = 200
"""What is longer is cut to a title and stands in the body as a whole."""

_BOX = re.compile(r"\[(.)\]\s+(?=\S)")
_STATES: Mapping[str, TaskState] = MappingProxyType(
    {" ": "open", "x": "completed", "X": "completed", "-": "not_planned"}
)
_ID = re.compile(rf"[\[`]?(?P<id>{ID}|T-?X{{2,4}}\b)[\]`]?(?:\s*[:.)](?=\s|$)|\s+[–—-](?=\s)|(?=\s|$))\s*")
_MARK = re.compile(r"\[(?P<what>P|US-?\d+(?:\s*[,/&+]\s*US-?\d+)*)\]:?\s*")
_DEPENDS_GROUP = re.compile(rf"\((?i:depends?\s+on|blocked\s+by):?\s+(?i:tasks?\s+)?{IDS}\)\.?")

_FEATURE = re.compile(r"(?:\w+\s+)?tasks(?:\s+list)?\s*[:–—-]\s*", re.IGNORECASE)
_PHASE = re.compile(r"\W*Phase\s+(?P<number>\d+(?:\.\d+)*[A-Za-z]?|[A-Z])\b", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:dependencies|execution order)\b", re.IGNORECASE)
_RULE = re.compile(r"\s*([-*_])[ \t]*(?:\1[ \t]*){2,}")


class Item(msgspec.Struct, kw_only=True):
    """
    A feature, a phase or a task.

    Attributes:
        id: What the file calls it, e.g. `T012`; of a phase its number; empty when it has none.
        line: 1-based.
        above: Position of the item that it stands below; -1 for the feature.
        parallel: A task with the mark `[P]`.
        stories: What else is marked on a task, e.g. `US1`.
        spoken: All that its title line says, where dependencies may stand.
        whole: The same as written, where the title leaves something out that the body has to repeat.
        column: Where its text begins.
    """

    kind: Literal["feature", "phase", "task"]
    id: str
    title: str
    line: int
    above: int
    parallel: bool = False
    stories: tuple[str, ...] = ()
    state: TaskState = "open"
    spoken: str = ""
    whole: str = ""
    column: int = 0


class Outline(NamedTuple):
    """
    A file, read.

    Attributes:
        items: The feature, then phases and tasks in file order.
        order: 0-based number and text of each line of a section on dependencies.
    """

    items: list[Item]
    order: list[tuple[int, str]]


class _Title(NamedTuple):
    """The title line of a task: what its box, id and marks say, and the lines that belong to it."""

    state: TaskState
    id: str
    parallel: bool
    stories: tuple[str, ...]
    title: str
    spoken: str
    whole: str
    lines: int


def read_outline(ledger: LineLedger, begin: int, path: str) -> Outline:
    """
    Read a document.

    Args:
        ledger: Its lines; each is given to the item, by position, whose text it is.
        begin: How many lines the front matter takes.
        path: The file as the user named it.

    Raises:
        InputError: A box with an unknown mark in front of an id, or what `read_blocks` refuses.
    """
    return _Reader(ledger, begin, path).outline()


class _Reader:
    def __init__(self, ledger: LineLedger, begin: int, path: str) -> None:
        self._nodes = read_blocks("\n" * begin + "\n".join(ledger.lines[begin:]), path)
        self._ledger = ledger
        self._path = path
        self._inline = Inline()
        self._items = [Item(kind="feature", id="", title="Tasks", line=1, above=-1)]
        self._order: list[tuple[int, str]] = []

    def outline(self) -> Outline:
        named = False
        for heading, nodes in self._sections():
            if heading is not None and heading.level == 1 and not named:
                named = True
                self._items[0].line = heading.first + 1
                written = self._inline.plain(heading.text).text
                prefix = _FEATURE.match(written)
                self._items[0].title, self._items[0].whole = _cut(written[prefix.end() if prefix else 0 :] or written)
                self._ledger.read_as("title", range(heading.first, heading.end))
                self._take(nodes, 0, boxes=False)
            elif heading is not None and (_is_phase(heading) or any(map(self._has_task, nodes))):
                self._take(nodes, self._phase(heading, nodes), boxes=True)
            else:
                if heading is not None and nodes and _ORDER.search(heading.text):
                    section = range(heading.end, nodes[-1].end)
                    self._order += [(number, self._ledger.lines[number]) for number in section]
                self._take(nodes, 0, boxes=False)
        return Outline(self._items, self._order)

    def _sections(self) -> Iterator[tuple[Node | None, Sequence[Node]]]:
        """The document cut at headings of the first two levels, and at phases of the third that hold tasks."""
        cuts = [
            number
            for number, node in enumerate(self._nodes)
            if node.kind == "heading" and (node.level <= 2 or self._opens_phase(number))
        ]
        yield None, self._nodes[: cuts[0] if cuts else None]
        for start, end in pairwise([*cuts, len(self._nodes)]):
            yield self._nodes[start], self._nodes[start + 1 : end]

    def _opens_phase(self, number: int) -> bool:
        if self._nodes[number].level != 3 or not _is_phase(self._nodes[number]):
            return False
        for node in self._nodes[number + 1 :]:
            if node.kind == "heading" and node.level <= 3:
                return False
            if self._has_task(node):
                return True
        return False

    def _has_task(self, node: Node) -> bool:
        titles = map(self._title, node.parts) if node.kind == "list" else ()
        return any(title is not None and title.id for title in titles)

    def _phase(self, heading: Node, nodes: Sequence[Node]) -> int:
        title, whole = _cut(self._inline.plain(heading.text).text)
        number = _PHASE.match(heading.text)
        id_ = number["number"] if number else ""
        self._items.append(Item(kind="phase", id=id_, title=title, whole=whole, line=heading.first + 1, above=0))
        self._ledger.give(heading.first, nodes[-1].end if nodes else heading.end, len(self._items) - 1)
        self._ledger.read_as("title", range(heading.first, heading.end))
        return len(self._items) - 1

    def _take(self, nodes: Sequence[Node], owner: int, *, boxes: bool) -> None:
        """
        Find the tasks among blocks; the rest is text of their owner.

        Args:
            nodes: Blocks.
            owner: Position of the item that they stand in.
            boxes: Items with a box but without an id are tasks too.
        """
        for node in nodes:
            for part in node.parts if node.kind == "list" else ():
                title = self._title(part)
                if title is not None and (title.id or boxes):
                    self._task(part, title, owner)
            if node.kind == "ornament" and _RULE.fullmatch(self._ledger.lines[node.first]):
                self._ledger.read_as("title", [node.first])  # it parts two sections, as a heading does

    def _task(self, node: Node, title: _Title, owner: int) -> None:
        self._items.append(
            Item(
                kind="task",
                id=title.id,
                title=title.title,
                line=node.first + 1,
                above=owner,
                parallel=title.parallel,
                stories=title.stories,
                state=title.state,
                spoken=title.spoken,
                whole=title.whole,
                column=node.column,
            )
        )
        position = len(self._items) - 1
        self._ledger.give(node.first, node.end, position)
        self._ledger.give(node.first + title.lines, node.parts[0].end, owner)
        self._ledger.read_as("title", range(node.first, node.first + title.lines))
        self._take(node.parts[1:], position, boxes=False)

    def _title(self, node: Node) -> _Title | None:
        """What an item's first line says; None when it has no box."""
        if not node.parts or node.parts[0].kind != "paragraph":
            return None
        box = _BOX.match(node.parts[0].text)
        if box is None:
            return None
        lines = 1
        while lines < node.parts[0].end - node.first and self._ledger.lines[node.first + lines][:1] in {" ", "\t"}:
            lines += 1
        written = "\n".join(node.parts[0].text.split("\n")[:lines])[box.end() :]
        plain, nothing_lost = self._inline.plain(written)
        id_, place, stories = "", 0, list[str]()
        parallel = False
        while found := _MARK.match(plain, place) or (None if id_ else _ID.match(plain, place)):
            place = found.end()
            if "id" in found.groupdict():
                id_ = found["id"]
            elif found["what"] == "P":
                parallel = True
            else:
                stories += [story.strip() for story in re.split("[,/&+]", found["what"])]
        if box[1] not in _STATES:
            if id_:
                raise self._unknown_box(node, box[1])
            return None
        text = spoken = plain[place:]
        opening = text.rfind("(")
        if opening > 0 and _DEPENDS_GROUP.fullmatch(text, opening):
            text = text[:opening].rstrip()
        title, whole = _cut(text or id_)
        id_ = "" if "X" in id_ else id_
        whole = whole if nothing_lost else written
        return _Title(_STATES[box[1]], id_, parallel, tuple(stories), title, spoken, whole, lines)

    def _unknown_box(self, node: Node, mark: str) -> InputError:
        return InputError(
            f"the box [{mark}] is not known",
            path=self._path,
            line=node.first + 1,
            hint="write [ ] for an open task, [x] for a finished one, [-] for one that is not planned any more",
        )


def _is_phase(heading: Node) -> bool:
    return heading.level in {2, 3} and _PHASE.match(heading.text) is not None


def _cut(text: str) -> tuple[str, str]:
    """A title, and the whole text where the title is only its beginning."""
    if len(text) <= TITLE_CHARS_MAX:
        return text, ""
    end = text.rfind(" ", TITLE_CHARS_MAX // 2, TITLE_CHARS_MAX)
    return text[: end if end > 0 else TITLE_CHARS_MAX].rstrip(" ,;:(–—-") + "…", text
