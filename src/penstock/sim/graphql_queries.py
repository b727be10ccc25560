"""The fields of `Query`, and of a repository."""

from __future__ import annotations

from typing import Any

from penstock.sim.graphql_connections import Connection, Order, ranked_connection, sorted_connection
from penstock.sim.graphql_issues import issues_of, readable_issues
from penstock.sim.graphql_records import LABEL_ORDER, path_of
from penstock.sim.graphql_scope import Arguments, Scope, Table
from penstock.sim.isotime import iso
from penstock.sim.records import Issue, IssueType, Record, Repository, User
from penstock.sim.refusal import SimRefusal, not_found, unresolved

_MILESTONE_ORDER: Order = {
    "CREATED_AT": lambda milestone: milestone.id,
    "DUE_DATE": lambda milestone: milestone.due_on or "9999",
    "NUMBER": lambda milestone: milestone.number,
    "UPDATED_AT": lambda milestone: milestone.updated_at,
}
_TYPE_ORDER: Order = {"CREATED_AT": lambda each: each.id, "NAME": lambda each: each.name.lower()}


class _Watchers(Connection):
    """The simulator knows how many watch, not who."""

    def __init__(self, repository: Repository, arguments: Arguments) -> None:
        super().__init__((), arguments)
        self._count = repository.watchers

    def total_count(self) -> int:
        return self._count


def _account(login: str, kind: str, scope: Scope) -> User:
    user = scope.reads.user(login)
    if user is None or user.kind != kind:
        article = "an" if kind == "Organization" else "a"
        raise not_found(f"Could not resolve to {article} {kind} with the login of '{login}'.")
    return user


def _node(node_id: str, scope: Scope) -> Record:
    record = scope.reads.node(node_id)
    if record is None or not scope.session.sees(record):
        raise unresolved(node_id)
    if isinstance(record, Issue):
        readable_issues(record.repository, scope)
    return record


def _nodes(_root: None, arguments: Arguments, scope: Scope) -> list[Record | SimRefusal]:
    """A refusal in the list becomes null with its own entry of `errors`."""
    found: list[Record | SimRefusal] = []
    for node_id in arguments["ids"]:
        try:
            found.append(_node(node_id, scope))
        except SimRefusal as refusal:
            found.append(refusal)
    return found


def _repository(_root: None, arguments: Arguments, scope: Scope) -> Repository:
    owner, name = arguments["owner"], arguments["name"]
    found = scope.session.repository(owner, name)
    if found.full_name.lower() != f"{owner}/{name}".lower() and arguments["followRenames"] is False:
        raise not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _issue(repository: Repository, arguments: Arguments, scope: Scope) -> Issue:
    found = _numbered(repository, arguments["number"], scope)
    if found is None or found.is_pull:
        raise not_found(f"Could not resolve to an Issue with the number of {arguments['number']}.")
    return found


def _issue_or_pull_request(repository: Repository, arguments: Arguments, scope: Scope) -> Issue:
    found = _numbered(repository, arguments["number"], scope)
    if found is None:
        text = f"Could not resolve to an issue or pull request with the number of {arguments['number']}."
        raise not_found(text)
    return found


def _numbered(repository: Repository, number: int, scope: Scope) -> Issue | None:
    readable_issues(repository, scope)
    found = scope.reads.issue(repository, number)
    return None if found is None or scope.session.hides(found) else found


def _labels(repository: Repository, arguments: Arguments, scope: Scope) -> Connection:
    query = (arguments.get("query") or "").lower()
    found = [
        label
        for label in scope.reads.labels(repository)
        if query in label.name.lower() or query in (label.description or "").lower()
    ]
    return sorted_connection(found, arguments, LABEL_ORDER)


def _milestones(repository: Repository, arguments: Arguments, scope: Scope) -> Connection:
    query = (arguments.get("query") or "").lower()
    states = {state.lower() for state in arguments.get("states") or ("OPEN", "CLOSED")}
    found = [
        milestone
        for milestone in scope.reads.milestones(repository)
        if milestone.state in states and query in milestone.title.lower()
    ]
    return sorted_connection(found, arguments, _MILESTONE_ORDER)


def _assignable_users(repository: Repository, arguments: Arguments, _scope: Scope) -> Connection:
    query = (arguments.get("query") or "").lower()
    return ranked_connection([u for login, u in repository.assignable.items() if query in login], arguments)


def _issue_types(repository: Repository, arguments: Arguments, _scope: Scope) -> Connection | None:
    """Only organisations have issue types."""
    if repository.owner.kind != "Organization":
        return None
    return sorted_connection(repository.owner.issue_types, arguments, _TYPE_ORDER)


def _issue_type(repository: Repository, arguments: Arguments, _scope: Scope) -> IssueType | None:
    wanted = arguments["name"].lower()
    return next((each for each in repository.owner.issue_types if each.name.lower() == wanted), None)


def _permission(repository: Repository, _arguments: Arguments, scope: Scope) -> str | None:
    level = scope.session.level(repository)
    return None if level == "none" else level.upper()


def _rate_limit(_root: None, _arguments: Arguments, scope: Scope) -> dict[str, Any] | None:
    """Null where the server has no limits."""
    quota = scope.session.quotas().get("graphql")
    if quota is None:
        return None
    return {
        "cost": scope.cost,
        "limit": quota["limit"],
        "nodeCount": scope.node_count,
        "remaining": quota["remaining"],
        "resetAt": iso(int(quota["reset"])),
        "used": quota["used"],
    }


QUERY: Table = {
    "viewer": lambda _root, _a, scope: scope.session.actor,
    "user": lambda _root, args, scope: _account(args["login"], "User", scope),
    "organization": lambda _root, args, scope: _account(args["login"], "Organization", scope),
    "node": lambda _root, args, scope: _node(args["id"], scope),
    "nodes": _nodes,
    "repository": _repository,
    "rateLimit": _rate_limit,
}

REPOSITORY: Table = {
    "id": lambda repository, _a, _s: repository.node_id,
    "databaseId": lambda repository, _a, _s: repository.id,
    "name": lambda repository, _a, _s: repository.name,
    "nameWithOwner": lambda repository, _a, _s: repository.full_name,
    "owner": lambda repository, _a, _s: repository.owner,
    "url": lambda repository, _a, scope: scope.session.html_url + path_of(repository),
    "resourcePath": lambda repository, _a, _s: path_of(repository),
    "createdAt": lambda repository, _a, scope: scope.session.iso(repository.created_at),
    "visibility": lambda repository, _a, _s: "PRIVATE" if repository.private else "PUBLIC",
    "isPrivate": lambda repository, _a, _s: repository.private,
    "isArchived": lambda repository, _a, _s: repository.archived,
    "hasIssuesEnabled": lambda repository, _a, _s: repository.has_issues,
    "viewerPermission": _permission,
    "viewerCanAdminister": lambda repository, _a, scope: scope.session.can(repository, "admin"),
    "watchers": lambda repository, args, _s: _Watchers(repository, args),
    "assignableUsers": _assignable_users,
    "labels": _labels,
    "label": lambda repository, args, scope: scope.reads.label(repository, args["name"]),
    "milestones": _milestones,
    "milestone": lambda repository, args, scope: scope.reads.milestone(repository, args["number"]),
    "issueTypes": _issue_types,
    "issueType": _issue_type,
    "issues": issues_of,
    "issue": _issue,
    "issueOrPullRequest": _issue_or_pull_request,
}
