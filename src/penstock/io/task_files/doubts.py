"""What the author of a document may have meant otherwise, said in notes: boxes that are no tasks, items that are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from penstock.io.task_files.line_ledger import LineLedger
from penstock.io.task_files.markdown_blocks import Node
from penstock.io.task_files.markdown_sections import is_text_label, is_work_section
from penstock.io.task_files.placement import Placed

_SHOWN = 3
_NAME_CHARS = 40

_BOX = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX-]\][ \t]")
_MARKER = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_FENCE = re.compile(r"[ \t>]*(?:`{3}|~{3})")
_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_WAITS = re.compile(r"[(\[]\s*(?:depends on|blocked by)\b[^()\[\]]*[)\]]\s*$", re.IGNORECASE)
_BARE_ID = re.compile(r"(?P<id>(?P<project>[A-Z][A-Z0-9]{1,9})-\d{1,6})\s")


def doubts(blocks: Sequence[Node], placed: Sequence[Placed], ledger: LineLedger) -> list[str]:
    """
    What to tell about a document that was read.

    Args:
        blocks: Its blocks.
        placed: Its tasks.
        ledger: Whose its lines are.

    Returns:
        One sentence for each kind of doubt.
    """
    return [
        *_boxes(blocks, ledger),
        *_tables(blocks, ledger),
        *_open_fences(blocks, ledger),
        *_numbered(placed),
        *_bare_ids(placed),
        *_unread_waits(placed),
    ]


def _boxes(blocks: Sequence[Node], ledger: LineLedger) -> Iterator[str]:
    """Check boxes that became text: in sections of text, in quotes, in HTML."""
    below: defaultdict[str, list[int]] = defaultdict(list)
    for heading, first, end in _sections(blocks, len(ledger.lines)):
        name, coded = heading, False
        for number in range(first, end):
            line = ledger.lines[number]
            if ledger.use[number] != "body":
                name = heading
            elif _FENCE.match(line):
                coded = not coded
            elif not coded and _BOX.match(line):
                below[name].append(number)
            elif not coded and is_text_label(label := _MARKER.sub("", line, count=1)):
                name = label.strip().strip("*_: ")
    count = sum(map(len, below.values()))
    if count:
        what = "1 check box becomes" if count == 1 else f"{count:,} check boxes become"
        yield f"{what} text, not tasks: {_listed(_counted(below))}"


def _tables(blocks: Sequence[Node], ledger: LineLedger) -> Iterator[str]:
    """Tables where tasks are expected."""
    work = ""
    for node in blocks:
        if node.kind == "heading":
            work = node.text if is_work_section(node.text) else ""
        elif (
            work
            and node.kind == "opaque"
            and node.end > node.first + 1
            and _ROW.fullmatch(ledger.lines[node.first + 1])
        ):
            yield f"the table on line {node.first + 1} becomes text, not tasks; a table of tasks is a CSV file"


def _open_fences(blocks: Sequence[Node], ledger: LineLedger) -> Iterator[str]:
    """Code that goes on to the end of the document: what was meant to stand below it is code too."""
    if blocks and blocks[-1].kind == "opaque" and _FENCE.match(ledger.lines[blocks[-1].first]):
        last = next(number for number in range(len(ledger.lines) - 1, -1, -1) if ledger.lines[number].strip())
        if last == blocks[-1].first or not _FENCE.match(ledger.lines[last]):
            yield f"the code block that begins on line {blocks[-1].first + 1} is never closed: all below it is its text"


def _numbered(placed: Sequence[Placed]) -> Iterator[str]:
    """Items that are tasks for their number alone, where others have more to show."""
    numbered = [f'"{_short(one.title.text)}" (line {one.line + 1})' for one in placed if one.counted]
    if numbered and any(one.title.box is not None or one.title.id for one in placed):
        what = "1 numbered item is a task" if len(numbered) == 1 else f"{len(numbered):,} numbered items are tasks"
        yield f"{what}, though no section of work is around: {_listed(numbered)}; bullets would be text"


def _bare_ids(placed: Sequence[Placed]) -> Iterator[str]:
    """Titles that begin with the ids of one project, and are not read as such."""
    projects: defaultdict[str, list[str]] = defaultdict(list)
    for one in placed:
        if not one.title.id and (found := _BARE_ID.match(one.title.text)):
            projects[found["project"]].append(found["id"])
    for ids in projects.values():
        if len(set(ids)) > 1:
            yield (
                f"{len(ids):,} titles begin with what may be ids, and are not read so: {_listed(ids)}; "
                f'an id is written "[{ids[0]}] Title" or "{ids[0]}: Title"'
            )


def _unread_waits(placed: Sequence[Placed]) -> Iterator[str]:
    """Titles that end in what looks like a dependency on something that is not in the document."""
    unread = [f'"{_short(one.title.text)}" (line {one.line + 1})' for one in placed if _WAITS.search(one.title.text)]
    if unread:
        one = len(unread) == 1
        what, then = ("1 title ends", "waits") if one else (f"{len(unread):,} titles end", "wait")
        yield f"{what} in a dependency that names no task, and {then} for nothing: {_listed(unread)}"


def _sections(blocks: Sequence[Node], lines: int) -> Iterator[tuple[str, int, int]]:
    """Name, first line and end of what stands before the first heading, and below each."""
    name, first = "", 0
    for node in blocks:
        if node.kind == "heading":
            yield name, first, node.first
            name, first = node.text.strip("*_# "), node.end
    yield name, first, lines


def _counted(below: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """The sections with most of them first."""
    for name, lines in sorted(below.items(), key=lambda one: -len(one[1])):
        where = f'{len(lines):,} below "{_short(name)}"' if name else f"{len(lines):,} above the first heading"
        yield f"{where} (line {lines[0] + 1}{' and on' if len(lines) > 1 else ''})"


def _short(name: str) -> str:
    return name if len(name) <= _NAME_CHARS else f"{name[: _NAME_CHARS - 1]}…"


def _listed(names: Iterable[str]) -> str:
    everything = list(names)
    rest = len(everything) - _SHOWN
    return ", ".join(everything[:_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")
