"""
Look-ups over REST: one thing per request, so the cursor counts steps.

New issues: `PAGE:NUMBER,NUMBER,…`, the page of the list to read (0 after the last) and the likely numbers not seen
yet, which are read one by one after the list. Everything else: `POSITION:PAGE`, the operation and the page to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from penstock.github.context import Context
from penstock.github.errors import decode, words_of
from penstock.github.refusals import gone
from penstock.github.sighting import Page, creator, numbers_above, ours
from penstock.model.operation import (
    BlockedByLink,
    CommentCreate,
    IssueCreate,
    LabelCreate,
    MilestoneCreate,
    Operation,
    SubIssueLink,
)
from penstock.model.outcome import Succeeded
from penstock.model.ports import Reply, Request

_IDS = ("node_id", "id")


def request(context: Context, operations: Sequence[Operation], high_water: int, cursor: str) -> Request:
    """The next request of the read."""
    if isinstance(operations[0].payload, IssueCreate):
        page, unseen = _issue_step(operations, high_water, cursor)
        if not page:
            return Request("GET", f"{context.path}/issues/{unseen[0]}")
        login = creator(context)
        by = f"&creator={quote(login)}" if login else ""
        query = f"state=all{by}&sort=created&direction=desc&per_page=100&page={page}"
        return Request("GET", f"{context.path}/issues?{query}")
    position, page = _step(cursor)
    return Request("GET", context.path + _path(context, operations[position], page))


def read(context: Context, operations: Sequence[Operation], reply: Reply, *, high_water: int, cursor: str) -> Page:
    """What the answer shows. A thing that cannot be found shows nothing, a list of the repository's is trouble."""
    if isinstance(operations[0].payload, IssueCreate):
        return _read_issues(context, operations, reply, high_water=high_water, cursor=cursor)
    document = decode(reply.body) if reply.status == 200 else None
    one_list = isinstance(operations[0].payload, MilestoneCreate)
    if one_list and document is None:
        return Page(trouble=gone(context, words_of(decode(reply.body))))
    position, page = _step(cursor)
    asked = operations if one_list else [operations[position]]
    found = tuple(pair for operation in asked for pair in _standing(context, operation, document))
    if _has_next(reply) and len(found) < len(asked):
        return Page(found, f"{position}:{page + 1}")
    last = one_list or position + 1 == len(operations)
    return Page(found, "" if last else f"{position + 1}:1")


def _path(context: Context, operation: Operation, page: int) -> str:
    """Where it shows whether this operation was done, below the repository's path."""
    paging = f"per_page=100&page={page}"
    match operation.payload:
        case LabelCreate(name=name):
            return f"/labels/{quote(name, safe='')}"
        case MilestoneCreate():
            return f"/milestones?state=all&{paging}"
        case CommentCreate(issue=issue):
            return f"/issues/{context.resolve(issue).number}/comments?{paging}"
        case SubIssueLink(child=child):
            return f"/issues/{context.resolve(child).number}/parent"
        case BlockedByLink(issue=issue):
            return f"/issues/{context.resolve(issue).number}/dependencies/blocked_by?{paging}"
    raise ValueError(f"{operation.kind.name} is not looked up")


def _standing(context: Context, operation: Operation, document: Any) -> tuple[tuple[int, Succeeded], ...]:
    """The operation with what its look-up found; empty when it does not stand."""
    if not document:
        return ()
    stands = False
    match operation.payload:
        case LabelCreate():
            return ((operation.no, Succeeded(0, document["node_id"], document["id"], adopted=True)),)
        case MilestoneCreate(title=title):
            for item in document:
                if item["title"] == title:
                    made = Succeeded(item["number"], item["node_id"], item["id"], adopted=True)
                    return ((operation.no, made),)
        case CommentCreate():
            return ours(context, [operation], document, "user", _IDS)
        case SubIssueLink(parent=parent):
            stands = document["id"] == context.resolve(parent).database_id
        case BlockedByLink(blocker=blocker):
            stands = context.resolve(blocker).database_id in {issue["id"] for issue in document}
    return ((operation.no, Succeeded(adopted=True)),) if stands else ()


def _read_issues(
    context: Context, operations: Sequence[Operation], reply: Reply, *, high_water: int, cursor: str
) -> Page:
    """A page of the list, or after its end the issue with one of the likely numbers."""
    document = decode(reply.body)
    page, unseen = _issue_step(operations, high_water, cursor)
    if not page:
        issues = [document] if reply.status == 200 else []
        return Page(ours(context, operations, issues, "user", _IDS), _cursor(0, unseen[1:]))
    if reply.status != 200:
        return Page(trouble=gone(context, words_of(document)))
    found = ours(context, operations, document, "user", _IDS)
    if len(found) == len(operations):
        return Page(found)
    numbers = {issue["number"] for issue in document}
    reached = any(number <= high_water for number in numbers) or not _has_next(reply)
    return Page(found, _cursor(0 if reached else page + 1, [number for number in unseen if number not in numbers]))


def _issue_step(operations: Sequence[Operation], high_water: int, cursor: str) -> tuple[int, tuple[int, ...]]:
    if not cursor:
        return 1, tuple(numbers_above(high_water, operations))
    page, _, numbers = cursor.partition(":")
    return int(page), tuple(int(number) for number in numbers.split(",") if number)


def _cursor(page: int, unseen: Sequence[int]) -> str:
    return f"{page}:{','.join(map(str, unseen))}" if page or unseen else ""


def _step(cursor: str) -> tuple[int, int]:
    position, _, page = (cursor or "0:1").partition(":")
    return int(position), int(page)


def _has_next(reply: Reply) -> bool:
    return 'rel="next"' in reply.headers.get("link", "")
