"""
A document's outline: its headings and items in each other, and which of them are tasks.

Built in one pass from the blocks, top down, since what a heading means depends on the sections around it. Whether an
entry is a task is settled afterwards, bottom up, since a heading is one when a task stands anywhere below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

import msgspec

from penstock.io.task_files.attributes import Attribute, attribute_on_line, may_be_attribute
from penstock.io.task_files.markdown_blocks import Node
from penstock.io.task_files.markdown_inline import Inline
from penstock.io.task_files.markdown_sections import (
    is_text_label,
    is_text_section,
    is_unit_of_work,
    is_work_section,
)
from penstock.io.task_files.references import fold, name_tasks
from penstock.io.task_files.titles import Title, read_title

_BRACKET = re.compile(r"[()]")


# A tree has no cycles: the collector has nothing to look for, and large files have hundreds of thousands of these.
class Entry(msgspec.Struct, kw_only=True, gc=False):
    """
    A heading with its section, or an item: a task, or text of the task above.

    Attributes:
        title: Taken apart; None for the document as a whole.
        first, end: 0-based lines of all that belongs to it, `end` not included.
        level: Of a heading; 0 for an item and for the document.
        column: How far its text is indented.
        title_lines: 0-based lines of the title.
        attributes: Those on lines of their own.
        closed: All below it is text.
        work: Outermost bullets below it are tasks.
        gathers: It is a heading that names a work section: the headings right below it are tasks.
        signed: It is a task by what it says itself, attributes on lines apart.
        counted: Of a signed item: nothing but its number says so.
        task: It is a task.
        below: Headings and items in it, in order. Those that can only be text are left out.
    """

    title: Title | None
    first: int
    end: int
    level: int = 0
    column: int = 0
    title_lines: list[int] = msgspec.field(default_factory=list)
    attributes: list[Attribute] = msgspec.field(default_factory=list)
    closed: bool = False
    work: bool = False
    gathers: bool = False
    signed: bool = False
    counted: bool = False
    task: bool = False
    below: list[Entry] = msgspec.field(default_factory=list)


def read_outline(nodes: Sequence[Node], lines: int, inline: Inline) -> tuple[Entry, Entry | None]:
    """
    Find the tasks of a document.

    Args:
        nodes: Its blocks.
        lines: How many lines it has.
        inline: Reads titles.

    Returns:
        The document as a whole, and the heading that is its task: the first one, when no other has its level 1 and
        no task stands before it. Its `task` is True.
    """
    headings = [node for node in nodes if node.kind == "heading"]
    lone = sum(node.level == 1 for node in headings) == 1 and headings[0].level == 1
    top = _Builder(inline, headings[0] if lone else None).build(nodes, lines)
    _settle(top, frozenset(_names(top)))
    lead = next((entry for entry in top.below if entry.level == 1), None) if lone else None
    if (
        lead is None
        or lead.title is None
        or not lead.title.text
        or any(entry.task for entry in top.below[: top.below.index(lead)])
    ):
        return top, None
    lead.task = True
    return top, lead


class _Builder:
    def __init__(self, inline: Inline, lone: Node | None) -> None:
        self._inline = inline
        self._lone = lone

    def build(self, nodes: Sequence[Node], lines: int) -> Entry:
        top = Entry(title=None, first=0, end=lines)
        stack = [top]
        for number, node in enumerate(nodes):
            if node.kind == "heading":
                while stack[-1].level >= node.level:
                    stack.pop().end = node.first
                stack.append(self._heading(node, stack[-1], lines))
            elif not stack[-1].closed:
                self._block(node, nodes[number - 1] if number else None, stack[-1])
        return top

    def _heading(self, node: Node, above: Entry, lines: int) -> Entry:
        entry = Entry(title=None, first=node.first, end=lines, level=node.level, closed=above.closed)
        if above.closed:
            return entry
        title = entry.title = read_title(node.text, node.first, self._inline, heading=True)
        counted_work = above.work and title.numbered
        if not title.text:
            entry.work = above.work
            above.below.append(entry)
            return entry
        if node is not self._lone and not counted_work and (not title.id or title.counted):
            entry.closed = is_text_section(title.text, in_work=above.work)
        named = is_work_section(title.text)
        entry.work = above.work or named
        entry.gathers = named and node is not self._lone
        entry.signed = (
            counted_work
            or above.gathers
            or bool(title.id)
            or is_unit_of_work(title.nick)
            or any(map(_certain, title.attributes))
        )
        entry.title_lines = list(range(node.first, node.end))
        if not entry.closed:
            above.below.append(entry)
        return entry

    def _block(self, node: Node, before: Node | None, above: Entry) -> None:
        if node.kind == "paragraph" and above.title is not None:
            self._take_attributes(node.text.split("\n"), node.first, above)
        elif node.kind == "list" and not (before and _introduces_text(before)):
            for item in node.parts:
                self._item(item, above)

    def _item(self, node: Node, above: Entry) -> None:
        first = node.parts[0] if node.parts else None
        if first is None or first.kind != "paragraph":
            self._untitled(node, above)
            return
        lines = first.text.split("\n")
        plain_bullet = not node.ordered and len(node.parts) == 1 and len(lines) == 1
        if plain_bullet and above.title is not None and self._take_attributes(lines, first.first, above):
            return
        if not node.ordered and is_text_label(lines[0]):
            return
        entry = Entry(title=None, first=node.first, end=node.end, column=node.column, work=above.work)
        title_lines = self._title_lines(lines, first.first, entry)
        title = entry.title = read_title("\n".join(title_lines), first.first, self._inline, heading=False)
        if not title.text:
            self._untitled(node, above)
            return
        outermost = above.work and above.level > 0
        named = bool(title.id) and not (title.counted and title.text[0].islower())
        entry.signed = title.box is not None or node.ordered or named or outermost
        told = title.box or named or title.attributes or entry.attributes or above.work
        entry.counted = node.ordered and not told and not (above.level and above.signed)
        above.below.append(entry)
        for number, part in enumerate(node.parts[1:]):
            self._block(part, node.parts[number], entry)

    def _untitled(self, node: Node, above: Entry) -> None:
        """An item that cannot be a task; tasks in it belong to what stands above it."""
        for number, part in enumerate(node.parts):
            if part.kind == "list":
                self._block(part, node.parts[number - 1] if number else None, above)

    def _title_lines(self, lines: Sequence[str], first: int, entry: Entry) -> list[str]:
        """The lines of a first paragraph up to one that introduces text, without attributes on lines of their own."""
        title = [lines[0]]
        entry.title_lines = list(range(entry.first, first + 1))  # the marker may stand on a line of its own
        bracketed = _bracketed(lines)
        free = [place for place in range(1, len(lines)) if not bracketed[place]]
        taken = {place for place in free if self._take_attributes([lines[place]], first + place, entry)}
        for place, line in enumerate(lines[1:], 1):
            if is_text_label(line):
                break
            if place not in taken:
                title.append(line)
                entry.title_lines.append(first + place)
        return title

    def _take_attributes(self, lines: Sequence[str], first: int, entry: Entry) -> list[int]:
        """Take the attributes among the lines of a paragraph; returns their 0-based lines."""
        taken: list[int] = []
        for number, line in enumerate(lines, first):
            if may_be_attribute(line) and (found := attribute_on_line(self._inline.plain(line).text, number)):
                entry.attributes.append(found)
                taken.append(number)
        return taken


def _bracketed(lines: Sequence[str]) -> list[bool]:
    """Of each line: whether it begins inside a bracket that is closed on it or later."""
    opened: list[int] = []
    depth_changes = [0] * (len(lines) + 1)
    for number, line in enumerate(lines):
        for bracket in _BRACKET.findall(line):
            if bracket == "(":
                opened.append(number)
            elif opened:
                depth_changes[opened.pop() + 1] += 1
                depth_changes[number + 1] -= 1
    return [depth > 0 for depth in accumulate(depth_changes[:-1])]


def _introduces_text(node: Node) -> bool:
    return node.kind == "paragraph" and is_text_label(node.text.rpartition("\n")[2])


def _certain(attribute: Attribute, known: frozenset[str] = frozenset()) -> bool:
    """Whether it is an attribute beyond doubt; a dependency is one when it names a task."""
    return attribute.name != "depends_on" or name_tasks(attribute.value, known, all_of_it=attribute.bare)


def _names(top: Entry) -> Iterator[str]:
    """What a dependency may name, before it is known what is a task."""
    pending = [top]
    while pending:
        entry = pending.pop()
        if entry.title is not None and (entry.signed or entry.level):
            yield fold(entry.title.text)
        pending.extend(entry.below)


def _settle(entry: Entry, known: frozenset[str]) -> None:
    for below in entry.below:
        _settle(below, known)
    if entry.title is not None and entry.title.text and not entry.closed:
        entry.task = (
            entry.signed
            or any(below.task for below in entry.below)
            or (entry.level > 0 and any(_certain(one, known) for one in (*entry.title.attributes, *entry.attributes)))
        )
