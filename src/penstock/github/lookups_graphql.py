"""Look-ups over GraphQL: one request, except that the list of new issues may have several pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from penstock.github import graphql
from penstock.github.context import Context
from penstock.github.errors import decode, words_of
from penstock.github.refusals import gone
from penstock.github.sighting import Page, creator, numbers_above, ours
from penstock.model.operation import BlockedByLink, CommentCreate, LabelCreate, Operation, SubIssueLink
from penstock.model.outcome import Succeeded, Transient
from penstock.model.ports import Reply, Request

_SIGNED = "id databaseId body author{__typename login}"
_ISSUE = f"number {_SIGNED}"
_ISSUES = f"{{nodes{{{_ISSUE}}} pageInfo{{hasNextPage endCursor}}}}"
_IDS = ("id", "databaseId")

_SEEN_AT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "comment.create": ("issue", f"comments(last:100){{nodes{{{_SIGNED}}}}}"),
        "sub_issue.link": ("child", "parent{id}"),
        "blocked_by.link": ("issue", "blockedBy(first:100){nodes{id}}"),
    }
)
"""By kind: the issue that shows whether it was done, and what to ask of it."""


def request(context: Context, operations: Sequence[Operation], high_water: int, cursor: str) -> Request:
    """The next request of the read."""
    kind = operations[0].kind.name
    if kind == "issue.create":
        return _newest_issues(context, [] if cursor else list(numbers_above(high_water, operations)), cursor)
    if kind == "label.create":
        return _labels(context, [op.payload.name for op in operations if isinstance(op.payload, LabelCreate)])
    field, selection = _SEEN_AT[kind]
    nodes = {
        graphql.alias(i): context.resolve(getattr(operation.payload, field)).node_id
        for i, operation in enumerate(operations)
    }
    variables = ",".join(f"${name}:ID!" for name in nodes)
    fields = " ".join(f"{name}:node(id:${name}){{...on Issue{{{selection}}}}}" for name in nodes)
    return graphql.request(f"query({variables}){{{fields}}}", nodes)


def read(context: Context, operations: Sequence[Operation], reply: Reply, *, high_water: int) -> Page:
    """What the answer shows. An issue that cannot be found shows nothing, a repository that cannot is trouble."""
    document = decode(reply.body)
    data = document["data"]
    if operations[0].kind.name in {"issue.create", "label.create"}:
        repository = data.get("repository")
        if repository is None:
            return Page(trouble=gone(context, words_of(document)))
        if operations[0].kind.name == "issue.create":
            return _read_newest_issues(context, operations, high_water, repository)
        data = repository
    found: list[tuple[int, Succeeded]] = []
    for i, operation in enumerate(operations):
        found.extend(_standing(context, operation, data.get(graphql.alias(i)) or {}))
    return Page(tuple(found))


def _repository_query(context: Context, variables: str, fields: str, values: Mapping[str, Any]) -> Request:
    owner, _, name = context.repository.name.partition("/")
    text = f"query($owner:String!,$name:String!{variables}){{repository(owner:$owner,name:$name){{{fields}}}}}"
    return graphql.request(text, {"owner": owner, "name": name, **values})


def _labels(context: Context, names: Sequence[str]) -> Request:
    values = {graphql.alias(i): name for i, name in enumerate(names)}
    variables = "".join(f",${alias}:String!" for alias in values)
    fields = " ".join(f"{alias}:label(name:${alias}){{id}}" for alias in values)
    return _repository_query(context, variables, fields, values)


def _newest_issues(context: Context, numbers: Sequence[int], cursor: str) -> Request:
    """The newest issues of the account, and those with the numbers that its creates most likely got."""
    values = {graphql.alias(i): number for i, number in enumerate(numbers)}
    variables = ",$filter:IssueFilters,$cursor:String" + "".join(f",${alias}:Int!" for alias in values)
    order = "orderBy:{field:CREATED_AT,direction:DESC}"
    newest = f"issues(first:100,after:$cursor,{order},filterBy:$filter){_ISSUES}"
    by_number = (f"{alias}:issueOrPullRequest(number:${alias}){{...on Issue{{{_ISSUE}}}}}" for alias in values)
    login = creator(context)
    values_of_list = {"cursor": cursor or None, "filter": {"createdBy": login} if login else None}
    return _repository_query(context, variables, " ".join([newest, *by_number]), values_of_list | values)


def _read_newest_issues(
    context: Context, operations: Sequence[Operation], high_water: int, repository: Mapping[str, Any]
) -> Page:
    issues = repository.get("issues")
    if issues is None or None in issues["nodes"]:  # what cannot be shown may be what is looked for
        return Page(trouble=Transient("server", 1.0, "no list of issues"))
    by_number = (repository.get(graphql.alias(i)) for i in range(len(numbers_above(high_water, operations))))
    found = ours(context, operations, [*filter(None, by_number), *issues["nodes"]], "author", _IDS)
    reached = any(issue["number"] <= high_water for issue in issues["nodes"])
    whole = reached or len(found) == len(operations) or not issues["pageInfo"]["hasNextPage"]
    return Page(found, "" if whole else issues["pageInfo"]["endCursor"])


def _standing(context: Context, operation: Operation, seen: Mapping[str, Any]) -> Iterator[tuple[int, Succeeded]]:
    match operation.payload:
        case LabelCreate() if seen:
            yield operation.no, Succeeded(node_id=seen["id"], adopted=True)
        case CommentCreate() if seen:
            yield from ours(context, [operation], seen["comments"]["nodes"], "author", _IDS)
        case SubIssueLink(parent=parent):
            if (seen.get("parent") or {}).get("id") == context.resolve(parent).node_id:
                yield operation.no, Succeeded(adopted=True)
        case BlockedByLink(blocker=blocker) if seen:
            if context.resolve(blocker).node_id in {issue["id"] for issue in seen["blockedBy"]["nodes"]}:
                yield operation.no, Succeeded(adopted=True)
