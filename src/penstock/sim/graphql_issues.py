"""Connections of the issues of a repository, of one of its labels or milestones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penstock.sim.graphql_connections import Connection, Order, sorted_connection
from penstock.sim.graphql_filters import issue_filter
from penstock.sim.graphql_scope import Arguments, Scope
from penstock.sim.records import Issue, Repository
from penstock.sim.refusal import forbidden

_ORDER: Order = {
    "UPDATED_AT": lambda issue: issue.updated_at,
    "COMMENTS": lambda issue: len(issue.comments),
}


def readable_issues(repository: Repository, scope: Scope) -> Sequence[Issue]:
    """
    Issues and pull requests of a repository, oldest first.

    Raises:
        SimRefusal: the token has no right to read issues there.
    """
    if not scope.session.token.reads_issues(repository):
        raise forbidden("Resource not accessible by personal access token")
    return scope.reads.issues(repository)


def issues_of(
    repository: Repository, arguments: Arguments, scope: Scope, keep: Callable[[Issue], bool] | None = None
) -> Connection:
    """
    One page of issues, without pull requests.

    Args:
        arguments: Those of `Repository.issues`.
        keep: One more condition.
    """
    items = readable_issues(repository, scope)
    chosen = issue_filter(arguments, scope)

    def wanted(issue: Issue) -> bool:
        return not issue.is_pull and (keep is None or keep(issue)) and chosen(issue)

    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    if order["field"] == "CREATED_AT":
        # They are stored in this order: a page is found without sorting everything.
        return Connection(items, arguments, wanted=wanted, descending=order["direction"] == "DESC")
    return sorted_connection([issue for issue in items if wanted(issue)], arguments, _ORDER)
