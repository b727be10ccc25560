"""The fields of everything stored: how a record looks through GraphQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from penstock.sim.graphql_connections import Connection, ranked_connection, sorted_connection
from penstock.sim.graphql_filters import issue_filter
from penstock.sim.graphql_scope import Arguments, Scope, Table
from penstock.sim.records import Comment, Issue, IssueType, Label, Milestone, Record, Repository, User
from penstock.sim.refusal import forbidden

WEB = "https://github.com"


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


def iso(instant: float | None) -> str | None:
    """Epoch seconds as GitHub writes them, e.g. `2026-03-10T09:30:00Z`."""
    if instant is None:
        return None
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        "url": lambda record, _a, _s: WEB + path_of(record),
    }


def _times() -> Table:
    return {
        "createdAt": lambda record, _a, _s: iso(record.created_at),
        "updatedAt": lambda record, _a, _s: iso(record.updated_at),
    }


def _closable() -> Table:
    return {
        "closed": lambda record, _a, _s: record.state == "closed",
        "closedAt": lambda record, _a, _s: iso(record.closed_at),
        "state": lambda record, _a, _s: record.state.upper(),
        "viewerCanClose": lambda record, _a, scope: scope.session.can(record.repository, "triage"),
        "viewerCanReopen": lambda record, _a, scope: scope.session.can(record.repository, "triage"),
    }


def readable_issues(repository: Repository, scope: Scope) -> Sequence[Issue]:
    """Issues and pull requests of a repository, if the token has the right to read them."""
    if not scope.session.token.reads_issues(repository):
        raise forbidden("Resource not accessible by personal access token")
    return scope.reads.issues(repository)


def _issues(repository: Repository, arguments: Arguments, scope: Scope, keep: Callable[[Issue], bool]) -> Connection:
    items = readable_issues(repository, scope)
    chosen = issue_filter(arguments, scope)

    def wanted(issue: Issue) -> bool:
        return not issue.is_pull and keep(issue) and chosen(issue)

    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    if order["field"] == "CREATED_AT":
        # Stored in this order: a page is found without sorting everything.
        return Connection(items, arguments, wanted=wanted, descending=order["direction"] == "DESC")
    return sorted_connection([issue for issue in items if wanted(issue)], arguments, _ISSUE_ORDER)


_ISSUE_ORDER: dict[str, Callable[[Any], Any]] = {
    "UPDATED_AT": lambda issue: issue.updated_at,
    "COMMENTS": lambda issue: len(issue.comments),
}
