"""One operation on one line: a sign, the task, what changes, where it is planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from rich.cells import cell_len

from penstock.model.operation import (
    KIND_BY_NAME,
    BlockedByLink,
    BlockedByUnlink,
    CommentCreate,
    IssueClose,
    IssueCreate,
    IssueReopen,
    IssueUpdate,
    LabelCreate,
    LabelsAdd,
    LabelsRemove,
    MilestoneCreate,
    Operation,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.task import TaskGraph
from penstock.output.ink import Ink
from penstock.output.text import clean, count_of, listed, pad, place

KEY_COLUMNS = 20
TITLE_COLUMNS = 38
NARROW_TITLE_COLUMNS = 28
GONE = "no longer in the plan"
WIDE = 100
"""Columns from which on a terminal is wide."""

SIGNS: Mapping[str, str] = MappingProxyType({"+": "green", "~": "yellow", "=": "dim", "-": "red", "&": "cyan"})
"""In the order in which they are counted: made, changed, the same, closed, linked."""


class KindWords(msgspec.Struct, frozen=True):
    """
    What a kind is called on screens.

    Attributes:
        sign: One of `SIGNS`.
        short: Beside the sign in the line of counts.
        long: One and many, in sentences.
    """

    sign: str
    short: str
    long: tuple[str, str]


_WORDS: Mapping[str, KindWords] = MappingProxyType(
    {
        "issue.create": KindWords("+", "create", ("issue", "issues")),
        "issue.update": KindWords("~", "update", ("update", "updates")),
        "issue.reopen": KindWords("~", "reopen", ("reopening", "reopenings")),
        "labels.add": KindWords("~", "label", ("labelling", "labellings")),
        "labels.remove": KindWords("~", "label", ("unlabelling", "unlabellings")),
        "comment.create": KindWords("+", "comment", ("comment", "comments")),
        "issue.close": KindWords("-", "close", ("close", "closes")),
        "sub_issue.link": KindWords("&", "sub-issue", ("sub-issue link", "sub-issue links")),
        "sub_issue.unlink": KindWords("&", "unlink", ("sub-issue link cut", "sub-issue links cut")),
        "blocked_by.link": KindWords("&", "blocked-by", ("blocked-by link", "blocked-by links")),
        "blocked_by.unlink": KindWords("&", "unblock", ("blocked-by link cut", "blocked-by links cut")),
        "label.create": KindWords("+", "new label", ("new label", "new labels")),
        "milestone.create": KindWords("+", "new milestone", ("new milestone", "new milestones")),
    }
)


def kind_words(kind: str) -> KindWords:
    """What a kind is called on screens."""
    return _WORDS[kind]


def kind_seen(operation: Operation) -> str:
    """Its kind; an update that also closes or opens an issue is called by what people see of it."""
    match operation.payload:
        case IssueUpdate(state=str(state)):
            return "issue.reopen" if state == "open" else "issue.close"
        case _:
            return operation.kind.name


def seen_counts(operations: Iterable[Operation]) -> Counter[str]:
    """Operations by `kind_seen`, in the order of `KINDS`."""
    kinds = sorted(map(kind_seen, operations), key=lambda kind: KIND_BY_NAME[kind].code)
    return Counter(kinds)


def sentence_of(operations: Iterable[Operation]) -> str:
    """`16 new labels, 550 issues and 637 blocked-by links`."""
    return listed(count_of(count, *kind_words(kind).long) for kind, count in seen_counts(operations).items())


def shown_first(operations: Sequence[Operation]) -> list[Operation]:
    """Operations in the order in which a reader wants to see them: issues, links, and what they need last."""
    return sorted(operations, key=lambda operation: reading_order(kind_seen(operation)))


def reading_order(kind: str) -> int:
    """Position of a kind where a person reads: issues first."""
    return list(_WORDS).index(kind)


def change_lines(operations: Sequence[Operation], graph: TaskGraph, *, ink: Ink, width: int = 0) -> list[str]:
    """
    A line for each operation, cut to `width` columns (0 for no limit).

    Example:
        `  + PLT-1.1      Choose the hosting region              programme, research   plan.yaml:20`
    """
    keys = {operation.key for operation in operations}
    titles = {task.key: task.title for task in graph.tasks if task.key in keys}
    narrow = 0 < width < WIDE
    rows = [_row(operation, titles.get(operation.key, ""), "" if narrow else graph.source) for operation in operations]
    columns = (
        _widest((row.key for row in rows), KEY_COLUMNS),
        _widest((row.title for row in rows), NARROW_TITLE_COLUMNS if narrow else TITLE_COLUMNS),
    )
    return [_line(row, columns, ink, width) for row in rows]


class _Row(NamedTuple):
    sign: str
    key: str
    title: str
    detail: str
    where: str


def _row(operation: Operation, task_title: str, source: str) -> _Row:
    """Without a source, as on a narrow terminal, the line's number stands alone."""
    title, detail = _about(operation, task_title)
    where = place(source, operation.line) if source else f"line {operation.line}"
    where = f"  {where}" if operation.line else ""
    return _Row(kind_words(kind_seen(operation)).sign, operation.key, clean(title), clean(detail), where)


def _widest(cells: Iterable[str], most: int) -> int:
    return min(most, max(map(cell_len, cells), default=0))


def _line(row: _Row, columns: tuple[int, int], ink: Ink, width: int) -> str:
    text = f"{pad(row.key, columns[0])}  {pad(row.title, columns[1])}  {row.detail}".rstrip()
    if width:
        text = pad(text, max(20, width - 4 - len(row.where)))
    return f"  {ink.paint(row.sign, SIGNS[row.sign])} {text}{ink.paint(row.where, 'dim')}".rstrip()


def _about(operation: Operation, title: str) -> tuple[str, str]:
    """The title of the task, or what else the operation is about, and the detail."""
    payload = operation.payload
    match payload:
        case IssueCreate():
            return title, "; ".join(_on_create(payload, operation.conflict))
        case IssueUpdate(issue=issue):
            return f"{_number(issue.number)}{title or GONE}", ", ".join(_updated(payload))
        case IssueClose() | IssueReopen() | LabelsAdd() | LabelsRemove():
            return f"{_number(payload.issue.number)}{title or GONE}", _done_to(payload)
        case LabelCreate() | MilestoneCreate() | CommentCreate():
            return f"{kind_words(operation.kind.name).long[0]} {operation.qualifier}", ""
        case _:
            return _linked(payload, operation.qualifier), ""


def _linked(payload: SubIssueLink | SubIssueUnlink | BlockedByLink | BlockedByUnlink, other: str) -> str:
    match payload:
        case SubIssueLink(replace=replace):
            return f"{'moves ' if replace else ''}below {other}"
        case SubIssueUnlink():
            return f"no longer below {other}"
        case BlockedByLink():
            return f"blocked by {other}"
        case BlockedByUnlink():
            return f"no longer blocked by {other}"


def _done_to(payload: IssueClose | IssueReopen | LabelsAdd | LabelsRemove) -> str:
    match payload:
        case IssueClose(reason=reason):
            return f"close as {reason.replace('_', ' ')}"
        case IssueReopen():
            return "reopen"
        case LabelsAdd(labels=labels):
            return f"labels + {', '.join(labels)}"
        case LabelsRemove(labels=labels):
            return f"labels - {', '.join(labels)}"


def _number(number: int) -> str:
    return f"#{number} " if number else ""


def _on_create(payload: IssueCreate, above: str) -> Iterator[str]:
    if payload.labels:
        yield ", ".join(payload.labels)
    if payload.assignees:
        yield "to " + ", ".join(payload.assignees)
    if payload.parent is not None:
        yield f"below {above}"


def _updated(payload: IssueUpdate) -> Iterator[str]:
    if payload.title is not None:
        yield "new title"
    if payload.region is not None and not payload.state:
        yield "new text"
    if payload.state is not None:
        yield "reopen" if payload.state == "open" else f"close as {payload.state.replace('_', ' ')}"
    if payload.assignees is not None:
        yield f"assignees → {', '.join(payload.assignees)}"
    if payload.milestone is not None:
        yield f"milestone → {payload.milestone}"
    if payload.issue_type is not None:
        yield f"type → {payload.issue_type}"
