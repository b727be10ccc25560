"""From an outline to tasks with a place: numbered in document order, each with a task above and lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from penstock.base.errors import InputError
from penstock.io.task_files.attributes import Attribute
from penstock.io.task_files.front_matter import FrontMatter
from penstock.io.task_files.line_ledger import LineLedger
from penstock.io.task_files.markdown_blocks import Node
from penstock.io.task_files.outline import Entry
from penstock.io.task_files.titles import Title

OWN = 0
"""Number of the document's own task, whether it has one or not: what belongs to no other task is its."""


class Placed(msgspec.Struct, kw_only=True, gc=False):
    """
    A task before it has a key.

    Attributes:
        title: Taken apart.
        line: 0-based line.
        above: Number of the task above; -1 for the document's own.
        column: How far its text is indented.
        attributes: Those on lines of their own.
        counted: It is a task for its number alone.
    """

    title: Title
    line: int
    above: int = -1
    column: int = 0
    attributes: Sequence[Attribute] = ()
    counted: bool = False


def place_tasks(
    top: Entry, lead: Entry | None, blocks: Sequence[Node], front: FrontMatter, ledger: LineLedger, *, path: str
) -> tuple[list[Placed], bool]:
    """
    Number the tasks and give each its lines.

    Args:
        top: The document's outline.
        lead: The heading in it that is the document's task.
        blocks: The document's blocks.
        front: Its front matter.
        ledger: Its lines; here they get their owners.
        path: The file as the user named it.

    Returns:
        The tasks, the document's own first, and whether it exists: it does when a heading is it, when front matter
        describes it, or when there is text that belongs to no other task.

    Raises:
        InputError: There is no task, or a document that nobody called a task is the only one.
    """
    ledger.read_as("front matter", range(front.end))
    placed = [_own(lead, front, ledger, path)]
    _number(top, OWN, lead, placed, ledger)
    stray = [line for line, owner in enumerate(ledger.owner) if owner == OWN and _is_text(line, ledger)]
    exists = lead is not None or front.describes_a_task
    if not exists and stray and len(placed) > 1:
        ornaments = {line for node in blocks if node.kind == "ornament" for line in range(node.first, node.end)}
        if ornaments.issuperset(stray):
            for line in stray:
                ledger.give(line, line + 1, OWN + 1)
        else:
            exists = True
    called = bool(front.texts.keys() & {"task_id", "title"}) or (lead is not None and bool(placed[OWN].title.id))
    if len(placed) == 1 and not called:
        raise InputError(
            "the file has no tasks",
            path=path,
            cause="no box to tick, no numbered item, no id, no section of work with bullets in it",
            hint='write a task as "- [ ] Title", or bullets below the heading "Tasks"',
        )
    return placed, exists


def _is_text(line: int, ledger: LineLedger) -> bool:
    return ledger.use[line] == "body" and bool(ledger.lines[line].strip())


def _own(lead: Entry | None, front: FrontMatter, ledger: LineLedger, path: str) -> Placed:
    """The document's own task, if it has one: its heading, called as front matter says."""
    heading = lead.title if lead is not None else None
    given = front.texts.get("title")
    text = given or (heading.text if heading else front.texts.get("graph") or Path(path).stem)
    title = Title(text=text, full=text, id=front.texts.get("task_id", ""))
    if lead is None or heading is None:
        line = front.lines.get("title", front.lines.get("task_id", 1)) - 1
        return Placed(title=title, line=line)
    if given in {None, heading.text, heading.full}:
        ledger.read_as("title", lead.title_lines)
        title = heading._replace(id=title.id or heading.id)
    else:
        title = title._replace(id=title.id or heading.id, attributes=heading.attributes)
    return Placed(title=title, line=lead.first, attributes=lead.attributes)


def _number(entry: Entry, above: int, lead: Entry | None, placed: list[Placed], ledger: LineLedger) -> None:
    for below in entry.below:
        number = above
        if below.task and below is not lead and below.title is not None:
            number = len(placed)
            placed.append(
                Placed(
                    title=below.title,
                    line=below.first,
                    above=above,
                    column=below.column,
                    attributes=below.attributes,
                    counted=below.counted,
                )
            )
            ledger.give(below.first, below.end, number)
            ledger.read_as("title", below.title_lines)
        _number(below, number, lead, placed, ledger)
