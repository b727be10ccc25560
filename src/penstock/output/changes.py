"""One operation on one line: a sign, the task, what changes, where it is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from penstock.model.operation import (
    BlockedByLink,
    BlockedByUnlink,
    IssueClose,
    IssueCreate,
    IssueReopen,
    IssueUpdate,
    LabelsAdd,
    LabelsRemove,
    Operation,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.task import TaskGraph
from penstock.output.ink import Ink
from penstock.output.text import clean, cut, pad, place

KEY_COLUMNS = 12
TITLE_COLUMNS = 38

SIGNS: Mapping[str, str] = MappingProxyType({"+": "green", "~": "yellow", "=": "dim", "-": "red", "&": "cyan"})
"""In the order in which they are counted: made, changed, the same, closed, linked."""

CONTENT = ("issue.create", "comment.create", "sub_issue.link", "blocked_by.link")
"""What counts as content where no profile says so."""


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


def shown_first(operations: Sequence[Operation]) -> list[Operation]:
    """Operations in the order in which a reader wants to see them: issues, links, and what they need last."""
    order = list(_WORDS)
    return sorted(operations, key=lambda operation: order.index(operation.kind.name))


def change_line(operation: Operation, graph: TaskGraph, *, ink: Ink, width: int = 0) -> str:
    """
    One line, cut to `width` columns (0 for no limit).

    Example:
        `  + PLT-1.1     Choose the hosting region              programme, research   plan.yaml:20`
    """
    sign = kind_words(operation.kind.name).sign
    title, detail = _about(operation)
    key = pad(operation.key, max(KEY_COLUMNS, len(operation.key)))
    where = f"  {place(graph.source, operation.line)}" if operation.line else ""
    text = f"{key} {pad(clean(title), TITLE_COLUMNS)} {clean(detail)}".rstrip()
    if width:
        room = width - 4 - len(where)
        text = pad(text, room) if len(where) < width // 2 else cut(text, width - 4)
        where = where if len(where) < width // 2 else ""
    return f"  {ink.paint(sign, SIGNS[sign])} {text}{ink.paint(where, 'dim')}".rstrip()


def _about(operation: Operation) -> tuple[str, str]:
    """The title of the task, or what else the operation is about, and the detail."""
    payload = operation.payload
    match payload:
        case IssueCreate(title=title):
            return title, "; ".join(_on_create(payload, operation.conflict))
        case IssueUpdate():
            return f"#{payload.issue.number}", ", ".join(_updated(payload))
        case IssueClose(issue=issue, reason=reason):
            return _issue(issue.number), f"close as {reason.replace('_', ' ')}"
        case IssueReopen(issue=issue):
            return _issue(issue.number), "reopen"
        case LabelsAdd(issue=issue, labels=labels):
            return _issue(issue.number), f"labels + {', '.join(labels)}"
        case LabelsRemove(issue=issue, labels=labels):
            return _issue(issue.number), f"labels - {', '.join(labels)}"
        case SubIssueLink():
            return f"below {operation.qualifier}", "moved" if payload.replace else ""
        case SubIssueUnlink():
            return f"no longer below {operation.qualifier}", ""
        case BlockedByLink():
            return f"blocked by {operation.qualifier}", ""
        case BlockedByUnlink():
            return f"no longer blocked by {operation.qualifier}", ""
        case _:
            return kind_words(operation.kind.name).long[0], operation.qualifier


def _issue(number: int) -> str:
    return f"#{number}" if number else "once created"


def _on_create(payload: IssueCreate, above: str) -> Iterator[str]:
    if payload.labels:
        yield ", ".join(payload.labels)
    if payload.assignees:
        yield "to " + ", ".join(payload.assignees)
    if payload.parent is not None:
        yield f"below {above}"


def _updated(payload: IssueUpdate) -> Iterator[str]:
    if payload.title is not None:
        yield f"title → {payload.title}"
    if payload.region is not None:
        yield "text"
    if payload.state is not None:
        yield f"state → {payload.state.replace('_', ' ')}"
    if payload.assignees is not None:
        yield f"assignees → {', '.join(payload.assignees)}"
    if payload.milestone is not None:
        yield f"milestone → {payload.milestone}"
    if payload.issue_type is not None:
        yield f"type → {payload.issue_type}"
