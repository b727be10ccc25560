"""
Operations as GraphQL: n aliased mutations of one kind in one request.

The document's text depends on the kind and n alone, and every alias has one variable of its own, so a server that
keeps parsed documents by their text parses each once. Aliases are `i0`, `i1`, … in the order of the operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

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
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.ports import Request
from penstock.model.task import TaskState

PATH = "/graphql"


class Mutation(msgspec.Struct, frozen=True):
    """
    How a kind is called.

    Attributes:
        field: Name of the mutation.
        input: Type of its input.
        selection: What is asked of the payload: ids where something is created, else the least that can be asked.
        result: Path in the payload to what must not be null.
    """

    field: str
    input: str
    selection: str
    result: tuple[str, ...]


_CREATED_ISSUE = "issue{id number databaseId}"
_ISSUE = "issue{id}"
_LABELABLE = "labelable{...on Issue{id}}"

MUTATIONS: Mapping[str, Mutation] = MappingProxyType(
    {
        "label.create": Mutation("createLabel", "CreateLabelInput", "label{id}", ("label",)),
        "issue.create": Mutation("createIssue", "CreateIssueInput", _CREATED_ISSUE, ("issue",)),
        "issue.update": Mutation("updateIssue", "UpdateIssueInput", _ISSUE, ("issue",)),
        "issue.close": Mutation("closeIssue", "CloseIssueInput", _ISSUE, ("issue",)),
        "issue.reopen": Mutation("reopenIssue", "ReopenIssueInput", _ISSUE, ("issue",)),
        "labels.add": Mutation("addLabelsToLabelable", "AddLabelsToLabelableInput", _LABELABLE, ("labelable",)),
        "labels.remove": Mutation(
            "removeLabelsFromLabelable", "RemoveLabelsFromLabelableInput", _LABELABLE, ("labelable",)
        ),
        "comment.create": Mutation(
            "addComment", "AddCommentInput", "commentEdge{node{id databaseId}}", ("commentEdge", "node")
        ),
        "sub_issue.link": Mutation("addSubIssue", "AddSubIssueInput", _ISSUE, ("issue",)),
        "sub_issue.unlink": Mutation("removeSubIssue", "RemoveSubIssueInput", _ISSUE, ("issue",)),
        "blocked_by.link": Mutation("addBlockedBy", "AddBlockedByInput", _ISSUE, ("issue",)),
        "blocked_by.unlink": Mutation("removeBlockedBy", "RemoveBlockedByInput", _ISSUE, ("issue",)),
    }
)
"""
By kind.

Source: https://docs.github.com/en/graphql/reference/mutations
"""


def alias(position: int) -> str:
    """The alias, and the variable, of the operation at this position of the batch."""
    return f"i{position}"


def document(kind: str, size: int) -> str:
    """The document for `size` operations of a kind."""
    mutation = MUTATIONS[kind]
    aliases = [alias(position) for position in range(size)]
    variables = ",".join(f"${name}:{mutation.input}!" for name in aliases)
    fields = " ".join(f"{name}:{mutation.field}(input:${name}){{{mutation.selection}}}" for name in aliases)
    return f"mutation({variables}){{{fields}}}"


def request(text: str, variables: Mapping[str, Any]) -> Request:
    """A GraphQL request."""
    return Request("POST", PATH, msgspec.json.encode({"query": text, "variables": variables}))


def effect(context: Context, operations: Sequence[Operation]) -> Request:
    """
    One request for operations of one kind.

    Raises:
        StaleError: A label, milestone, assignee or type is not known in the repository.
    """
    text = document(operations[0].kind.name, len(operations))
    return request(text, {alias(i): mutation_input(context, operation) for i, operation in enumerate(operations)})


def mutation_input(context: Context, operation: Operation) -> dict[str, Any]:
    """
    The `input` of one operation.

    Raises:
        StaleError: A label, milestone, assignee or type is not known in the repository.
    """
    payload = operation.payload
    match payload:
        case IssueCreate():
            return _create(context, operation, payload)
        case IssueUpdate():
            return _update(context, operation, payload)
        case CommentCreate(issue=issue):
            return {"subjectId": context.resolve(issue).node_id, "body": body_of(context, operation)}
        case LabelCreate():
            label = {"name": payload.name, "color": payload.color, "description": payload.description}
            return {"repositoryId": context.repository.node_id, **label}
        case IssueClose(issue=issue, reason=reason):
            return {"issueId": context.resolve(issue).node_id, "stateReason": reason.upper()}
        case IssueReopen(issue=issue):
            return {"issueId": context.resolve(issue).node_id}
        case LabelsAdd() | LabelsRemove():
            labels = context.label_ids(payload.labels)
            return {"labelableId": context.resolve(payload.issue).node_id, "labelIds": labels}
        case SubIssueLink() | SubIssueUnlink() | BlockedByLink() | BlockedByUnlink():
            return _link(context, payload)
        case MilestoneCreate():
            raise ValueError("GraphQL cannot create milestones")


def _link(context: Context, payload: SubIssueLink | SubIssueUnlink | BlockedByLink | BlockedByUnlink) -> dict[str, Any]:
    match payload:
        case SubIssueLink() | SubIssueUnlink():
            parent, child = context.resolve(payload.parent).node_id, context.resolve(payload.child).node_id
            move = {"replaceParent": True} if isinstance(payload, SubIssueLink) and payload.replace else {}
            return {"issueId": parent, "subIssueId": child, **move}
        case BlockedByLink() | BlockedByUnlink():
            issue, blocker = context.resolve(payload.issue).node_id, context.resolve(payload.blocker).node_id
            return {"issueId": issue, "blockingIssueId": blocker}


def _create(context: Context, operation: Operation, payload: IssueCreate) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "repositoryId": context.repository.node_id,
        "title": payload.title,
        "body": body_of(context, operation),
    }
    if payload.labels:
        fields["labelIds"] = context.label_ids(payload.labels)
    if payload.assignees:
        fields["assigneeIds"] = context.user_ids(payload.assignees)
    if payload.milestone:
        fields["milestoneId"] = context.milestone(payload.milestone)[1]
    if payload.issue_type:
        fields["issueTypeId"] = context.type_id(payload.issue_type)
    if payload.parent is not None:
        fields["parentIssueId"] = context.resolve(payload.parent).node_id
    return fields


def _update(context: Context, operation: Operation, payload: IssueUpdate) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": context.resolve(payload.issue).node_id}
    if payload.title is not None:
        fields["title"] = payload.title
    if payload.region is not None:
        fields["body"] = body_of(context, operation)
    if payload.assignees is not None:
        fields["assigneeIds"] = context.user_ids(payload.assignees)
    if payload.milestone is not None:
        fields["milestoneId"] = context.milestone(payload.milestone)[1] if payload.milestone else None
    if payload.issue_type is not None:
        fields["issueTypeId"] = context.type_id(payload.issue_type) if payload.issue_type else None
    return fields | _state(payload.state)


def _state(state: TaskState | None) -> dict[str, Any]:
    """`state` and `stateInput` exclude each other; only the newer one has reasons other than completed."""
    match state:
        case None:
            return {}
        case "open":
            return {"state": "OPEN"}
        case "completed":
            return {"state": "CLOSED"}
        case "not_planned":
            return {"stateInput": {"value": "CLOSED", "stateReason": "NOT_PLANNED"}}
