"""What a request at the server would write, read from its bytes alone: the client's own code is not asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

_ALIAS = re.compile(r"(\w+):\s*(\w+)\(input:\s*\$(\w+)\)")
_MARKER = re.compile(r"<!-- penstock:v1 graph=(\S+) key=(\S+) op=(\d+) run=(\S+) ")

_FIELDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "createIssue": ("issue.create", "", ""),
        "updateIssue": ("issue.change", "id", ""),
        "closeIssue": ("issue.change", "issueId", ""),
        "reopenIssue": ("issue.change", "issueId", ""),
        "createLabel": ("label.create", "", "name"),
        "addLabelsToLabelable": ("labels.add", "labelableId", ""),
        "removeLabelsFromLabelable": ("labels.remove", "labelableId", ""),
        "addComment": ("comment.create", "subjectId", ""),
        "addSubIssue": ("sub_issue.link", "subIssueId", "issueId"),
        "removeSubIssue": ("sub_issue.unlink", "subIssueId", "issueId"),
        "addBlockedBy": ("blocked_by.link", "issueId", "blockingIssueId"),
        "removeBlockedBy": ("blocked_by.unlink", "issueId", "blockingIssueId"),
    }
)
"""GraphQL mutation → kind, and the inputs that name the subject and the other end."""

_REST: Sequence[tuple[str, re.Pattern[str], str, str, str]] = (
    ("POST", re.compile(r"/issues"), "issue.create", "", ""),
    ("PATCH", re.compile(r"/issues/(\d+)"), "issue.change", "1", ""),
    ("POST", re.compile(r"/labels"), "label.create", "", "name"),
    ("POST", re.compile(r"/milestones"), "milestone.create", "", "title"),
    ("POST", re.compile(r"/issues/(\d+)/labels"), "labels.add", "1", ""),
    ("DELETE", re.compile(r"/issues/(\d+)/labels/.+"), "labels.remove", "1", ""),
    ("PUT", re.compile(r"/issues/(\d+)/labels"), "labels.remove", "1", ""),
    ("POST", re.compile(r"/issues/(\d+)/comments"), "comment.create", "1", ""),
    ("POST", re.compile(r"/issues/(\d+)/sub_issues"), "sub_issue.link", "sub_issue_id", "1"),
    ("DELETE", re.compile(r"/issues/(\d+)/sub_issue"), "sub_issue.unlink", "sub_issue_id", "1"),
    ("POST", re.compile(r"/issues/(\d+)/dependencies/blocked_by"), "blocked_by.link", "1", "issue_id"),
    ("DELETE", re.compile(r"/issues/(\d+)/dependencies/blocked_by/(\d+)"), "blocked_by.unlink", "1", "2"),
)
"""Method and path below the repository → kind, and where subject and other end are named: a path group or a field."""

_SAME = frozenset({"issue.update", "issue.close", "issue.reopen"})


class Marker(NamedTuple):
    """The marker that a body begins with."""

    graph: str
    key: str
    op: int
    run: str


class Write(NamedTuple):
    """
    One effect.

    Attributes:
        kind: As in the plan, but updates, closes and reopens are all `issue.change`.
        subject, other: Node id, database id or number of the issues concerned; a label's or milestone's name.
        marker: Of a created issue.
    """

    kind: str
    subject: str
    other: str
    marker: Marker | None = None


def change_of(kind: str) -> str:
    """The kind as `Write` calls it."""
    return "issue.change" if kind in _SAME else kind


def marker_of(body: str | None) -> Marker | None:
    """The first marker in a body."""
    match = _MARKER.search(body or "")
    return Marker(match[1], match[2], int(match[3]), match[4]) if match else None


def read_writes(method: str, path: str, body: bytes) -> tuple[Write, ...]:
    """The effects that this request asks for, in order; none for a read."""
    if path == "/graphql":
        document = json.loads(body)
        if not document["query"].lstrip().startswith("mutation"):
            return ()
        return tuple(
            _graphql(field, document["variables"][variable]) for _, field, variable in _ALIAS.findall(document["query"])
        )
    if method == "GET":
        return ()
    return (_rest(method, path, json.loads(body) if body else {}),)


def _graphql(field: str, values: Mapping[str, Any]) -> Write:
    kind, subject, other = _FIELDS[field]
    marker = marker_of(values.get("body")) if kind == "issue.create" else None
    return Write(kind, str(values.get(subject, "")), str(values.get(other, "")), marker)


def _rest(method: str, path: str, fields: Any) -> Write:
    below = "/" + path.split("/", 4)[4]
    for known, pattern, kind, subject, other in _REST:
        match = pattern.fullmatch(below)
        if known != method or match is None:
            continue
        values = fields if isinstance(fields, dict) else {}
        named = [match[int(place)] if place.isdigit() else values.get(place, "") for place in (subject, other)]
        marker = marker_of(values.get("body")) if kind == "issue.create" else None
        return Write(kind, str(named[0]), str(named[1]), marker)
    raise ValueError(f"no known write: {method} {path}")
