"""The fields of everything stored: how a record looks through GraphQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.sim.graphql_connections import Connection, Order, ranked_connection, sorted_connection
from penstock.sim.graphql_issues import issues_of
from penstock.sim.graphql_scope import Arguments, Scope, Table
from penstock.sim.records import Comment, Issue, Label, Milestone, Record, Repository, User


def type_name(value: Any) -> str:
    """The name of the object type of a record."""
    match value:
        case Issue():
            return "PullRequest" if value.is_pull else "Issue"
        case User():
            return value.kind
        case Comment():
            return "IssueComment"
        case _:
            return type(value).__name__


def path_of(record: Record) -> str:
    """`resourcePath` of a record, from the slash after the host."""
    match record:
        case User():
            return f"/{record.login}"
        case Repository():
            return f"/{record.full_name}"
        case Issue():
            return f"/{record.repository.full_name}/{'pull' if record.is_pull else 'issues'}/{record.number}"
        case Comment():
            return f"{path_of(record.issue)}#issuecomment-{record.id}"
        case Label():
            return f"/{record.repository.full_name}/labels/{record.name.replace(' ', '%20')}"
        case Milestone():
            return f"/{record.repository.full_name}/milestone/{record.number}"
        case _:
            return f"/{type_name(record)}/{record.id}"


def _addresses() -> Table:
    return {
        "id": lambda record, _a, _s: record.node_id,
        "databaseId": lambda record, _a, _s: record.id,
        "fullDatabaseId": lambda record, _a, _s: str(record.id),
        "resourcePath": lambda record, _a, _s: path_of(record),
        "url": lambda record, _a, scope: scope.session.html_url + path_of(record),
    }


def _times() -> Table:
    return {
        "createdAt": lambda record, _a, scope: scope.session.iso(record.created_at),
        "updatedAt": lambda record, _a, scope: scope.session.iso(record.updated_at),
    }


def _closable() -> Table:
    return {
        "closed": lambda record, _a, _s: record.state == "closed",
        "closedAt": lambda record, _a, scope: None if record.closed_at is None else scope.session.iso(record.closed_at),
        "state": lambda record, _a, _s: record.state.upper(),
        "viewerCanClose": lambda record, _a, scope: scope.session.can(record.repository, "triage"),
        "viewerCanReopen": lambda record, _a, scope: scope.session.can(record.repository, "triage"),
    }


def _issue_like() -> Table:
    """What issues and pull requests share."""
    return {
        **_addresses(),
        **_times(),
        **_closable(),
        "number": lambda issue, _a, _s: issue.number,
        "title": lambda issue, _a, _s: issue.title,
        "body": lambda issue, _a, _s: issue.body or "",
        "author": lambda issue, _a, _s: issue.author,
        "repository": lambda issue, _a, _s: issue.repository,
        "labels": lambda issue, args, scope: sorted_connection(scope.reads.all_seen(issue.labels), args, LABEL_ORDER),
        "assignees": lambda issue, args, _s: ranked_connection(issue.assignees, args),
        "milestone": lambda issue, _a, scope: scope.reads.seen(issue.milestone),
        "comments": lambda issue, args, scope: sorted_connection(
            scope.reads.comments(issue), args, {"UPDATED_AT": lambda comment: comment.updated_at}
        ),
        "viewerCanLabel": lambda issue, _a, scope: scope.session.can(issue.repository, "triage"),
    }


def _dependencies(issues: Sequence[Issue], arguments: Arguments) -> Connection:
    order = arguments["orderBy"] or {"field": "CREATED_AT", "direction": "ASC"}
    descending = order["direction"] == "DESC"
    if order["field"] == "DEPENDENCY_ADDED_AT":
        return ranked_connection(issues, arguments, descending=descending)
    return Connection(sorted(issues, key=lambda issue: issue.id), arguments, descending=descending)


def _sub_issues_summary(issue: Issue, _arguments: Arguments, scope: Scope) -> dict[str, int]:
    children = scope.reads.sub_issues(issue)
    completed = sum(child.state == "closed" for child in children)
    percent = completed * 100 // len(children) if children else 0
    return {"total": len(children), "completed": completed, "percentCompleted": percent}


def _dependencies_summary(issue: Issue, _arguments: Arguments, scope: Scope) -> dict[str, int]:
    blockers, blocked = scope.reads.blocked_by(issue), scope.reads.blocking(issue)
    return {
        "blockedBy": sum(other.state == "open" for other in blockers),
        "blocking": sum(other.state == "open" for other in blocked),
        "totalBlockedBy": len(blockers),
        "totalBlocking": len(blocked),
    }


def _state_reason(issue: Issue, arguments: Arguments, _scope: Scope) -> str | None:
    """Unless asked for, `DUPLICATE` is shown as `NOT_PLANNED`, as before it existed."""
    if issue.state_reason == "duplicate" and not arguments["enableDuplicate"]:
        return "NOT_PLANNED"
    return issue.state_reason and issue.state_reason.upper()


def _may_edit(record: Issue | Comment, _arguments: Arguments, scope: Scope) -> bool:
    return record.author is scope.session.actor or scope.session.can(record.repository, "triage")


LABEL_ORDER: Order = {"CREATED_AT": lambda label: label.id, "NAME": lambda label: label.name.lower()}

ACCOUNT: Table = {
    **_addresses(),
    "login": lambda user, _a, _s: user.login,
    "name": lambda user, _a, _s: user.login,
}

PULL_REQUEST: Table = _issue_like()

ISSUE: Table = {
    **_issue_like(),
    "stateReason": _state_reason,
    "locked": lambda _i, _a, _s: False,
    "issueType": lambda issue, _a, _s: issue.type,
    "parent": lambda issue, _a, scope: scope.reads.parent(issue),
    "subIssues": lambda issue, args, scope: ranked_connection(scope.reads.sub_issues(issue), args),
    "subIssuesSummary": _sub_issues_summary,
    "blockedBy": lambda issue, args, scope: _dependencies(scope.reads.blocked_by(issue), args),
    "blocking": lambda issue, args, scope: _dependencies(scope.reads.blocking(issue), args),
    "issueDependenciesSummary": _dependencies_summary,
    "viewerCanUpdate": _may_edit,
    "viewerDidAuthor": lambda issue, _a, scope: issue.author is scope.session.actor,
}

COMMENT: Table = {
    **_addresses(),
    **_times(),
    "body": lambda comment, _a, _s: comment.body,
    "author": lambda comment, _a, _s: comment.author,
    "issue": lambda comment, _a, scope: scope.reads.seen(comment.issue) or comment.issue,
    "repository": lambda comment, _a, _s: comment.repository,
    "viewerDidAuthor": lambda comment, _a, scope: comment.author is scope.session.actor,
}

LABEL: Table = {
    **_addresses(),
    "name": lambda label, _a, _s: label.name,
    "color": lambda label, _a, _s: label.color,
    "description": lambda label, _a, _s: label.description,
    "isDefault": lambda label, _a, _s: label.is_default,
    "repository": lambda label, _a, _s: label.repository,
    "issues": lambda label, args, scope: issues_of(
        label.repository, args, scope, lambda issue: any(own.id == label.id for own in issue.labels)
    ),
}

MILESTONE: Table = {
    **_addresses(),
    **_times(),
    **_closable(),
    "number": lambda milestone, _a, _s: milestone.number,
    "title": lambda milestone, _a, _s: milestone.title,
    "description": lambda milestone, _a, _s: milestone.description,
    "dueOn": lambda milestone, _a, _s: milestone.due_on,
    "repository": lambda milestone, _a, _s: milestone.repository,
    "issues": lambda milestone, args, scope: issues_of(
        milestone.repository,
        args,
        scope,
        lambda issue: issue.milestone is not None and issue.milestone.id == milestone.id,
    ),
}

ISSUE_TYPE: Table = {
    **_addresses(),
    "name": lambda issue_type, _a, _s: issue_type.name,
    "description": lambda issue_type, _a, _s: issue_type.description,
    "color": lambda issue_type, _a, _s: issue_type.color.upper(),
    "isEnabled": lambda _t, _a, _s: True,
    "isPrivate": lambda _t, _a, _s: False,
}
