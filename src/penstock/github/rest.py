"""Operations as REST: one per request, for every kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from penstock.github.body import body_of
from penstock.github.context import Context
from penstock.model.operation import (
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
    Ref,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.ports import Request
from penstock.model.task import TaskState


def effect(context: Context, operation: Operation) -> Request:
    """
    The request that does one operation. A create leaves its parent out: REST links it in a request of its own.

    Raises:
        StaleError: A milestone is not known in the repository.
        ValueError: `labels.remove` with several labels; REST takes off one at a time.

    Source: https://docs.github.com/en/rest/issues
    """
    payload, root = operation.payload, context.path
    match payload:
        case IssueCreate():
            return _write("POST", f"{root}/issues", _create(context, operation, payload))
        case IssueUpdate():
            return _write("PATCH", _issue(context, payload.issue), _update(context, operation, payload))
        case IssueClose():
            fields = {"state": "closed", "state_reason": payload.reason}
            return _write("PATCH", _issue(context, payload.issue), fields)
        case IssueReopen():
            return _write("PATCH", _issue(context, payload.issue), {"state": "open"})
        case LabelsAdd():
            return _write("POST", f"{_issue(context, payload.issue)}/labels", {"labels": payload.labels})
        case LabelsRemove():
            (label,) = payload.labels
            return Request("DELETE", f"{_issue(context, payload.issue)}/labels/{quote(label, safe='')}")
        case CommentCreate():
            text = body_of(context, operation)
            return _write("POST", f"{_issue(context, payload.issue)}/comments", {"body": text})
        case LabelCreate() | MilestoneCreate():
            return _define(context, payload)
        case SubIssueLink() | SubIssueUnlink() | BlockedByLink() | BlockedByUnlink():
            return _link(context, payload)


def _define(context: Context, payload: LabelCreate | MilestoneCreate) -> Request:
    match payload:
        case LabelCreate(name=name, color=color, description=description):
            fields = {"name": name, "color": color, "description": description}
            return _write("POST", f"{context.path}/labels", fields)
        case MilestoneCreate(title=title):
            return _write("POST", f"{context.path}/milestones", {"title": title})


def _link(context: Context, payload: SubIssueLink | SubIssueUnlink | BlockedByLink | BlockedByUnlink) -> Request:
    """Links name the other issue by its database id, not by its number."""
    match payload:
        case SubIssueLink(replace=replace):
            fields = {"sub_issue_id": context.resolve(payload.child).database_id}
            move = {"replace_parent": True} if replace else {}
            return _write("POST", f"{_issue(context, payload.parent)}/sub_issues", fields | move)
        case SubIssueUnlink():
            fields = {"sub_issue_id": context.resolve(payload.child).database_id}
            return _write("DELETE", f"{_issue(context, payload.parent)}/sub_issue", fields)
        case BlockedByLink():
            fields = {"issue_id": context.resolve(payload.blocker).database_id}
            return _write("POST", f"{_issue(context, payload.issue)}/dependencies/blocked_by", fields)
        case BlockedByUnlink():
            blocker = context.resolve(payload.blocker).database_id
            return Request("DELETE", f"{_issue(context, payload.issue)}/dependencies/blocked_by/{blocker}")


def _create(context: Context, operation: Operation, payload: IssueCreate) -> dict[str, Any]:
    fields: dict[str, Any] = {"title": payload.title, "body": body_of(context, operation)}
    if payload.labels:
        fields["labels"] = payload.labels
    if payload.assignees:
        fields["assignees"] = payload.assignees
    if payload.milestone:
        fields["milestone"] = context.milestone(payload.milestone)[0]
    if payload.issue_type:
        fields["type"] = payload.issue_type
    return fields


def _update(context: Context, operation: Operation, payload: IssueUpdate) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if payload.title is not None:
        fields["title"] = payload.title
    if payload.region is not None:
        fields["body"] = body_of(context, operation)
    if payload.assignees is not None:
        fields["assignees"] = payload.assignees
    if payload.milestone is not None:
        fields["milestone"] = context.milestone(payload.milestone)[0] if payload.milestone else None
    if payload.issue_type is not None:
        fields["type"] = payload.issue_type or None
    return fields | _state(payload.state)


def _state(state: TaskState | None) -> dict[str, str]:
    match state:
        case None:
            return {}
        case "open":
            return {"state": "open"}
        case reason:
            return {"state": "closed", "state_reason": reason}


def _issue(context: Context, issue: Ref) -> str:
    return f"{context.path}/issues/{context.resolve(issue).number}"


def _write(method: str, path: str, fields: dict[str, Any]) -> Request:
    return Request(method, path, msgspec.json.encode(fields))
