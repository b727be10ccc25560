"""
A whole read over GraphQL: one document, asked again until its three lists are at their ends.

Every request carries the next page of each list that has one, so labels and milestones ride on the pages of issues.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from penstock.github import graphql
from penstock.github.body import Links, split
from penstock.github.context import login_of
from penstock.github.errors import decode, lacks_schema, words_of
from penstock.github.harvest import Harvest, trouble_error, unseen
from penstock.github.responses import read_trouble
from penstock.model.observed import Account, ObservedIssue, RepositoryFacts
from penstock.model.outcome import Transient
from penstock.model.ports import Reply, Request

_PAGE = 100
_PAGE_MIN = 25
_LOGINS_PER_REQUEST = 50
_LISTS = ("labels", "milestones", "issues")

_FACTS = (
    "databaseId nameWithOwner viewerPermission visibility isArchived hasIssuesEnabled watchers{totalCount} "
    "assignableUsers(first:100){nodes{id login}}"
)
_TYPES = "issueTypes(first:100){nodes{id name}}"
_PAGE_INFO = "pageInfo{hasNextPage endCursor}"
_ISSUE = (
    "number id databaseId title body state author{__typename login} labels(first:100){nodes{name}} "
    "assignees(first:20){nodes{id login}} milestone{title}"
)
_LINKS = (
    "stateReason(enableDuplicate:true) issueType{name} parent{number repository{id}} "
    "blockedBy(first:100){nodes{number repository{id}}}"
)


class NoGraphql(Exception):
    """The server has no `/graphql`."""


def document(*, links: bool) -> str:
    """The read's document; without `links` for servers older than sub-issues, dependencies and issue types."""
    switches = "".join(f",${name}:Boolean!,${name}After:String" for name in _LISTS)
    facts = f"{_FACTS} {_TYPES}" if links else _FACTS
    issue = f"{_ISSUE} {_LINKS}" if links else f"{_ISSUE} stateReason"
    lists = {
        "labels": (f"first:{_PAGE}", "id name"),
        "milestones": (f"first:{_PAGE}", "id number title"),
        "issues": ("first:$size,orderBy:{field:CREATED_AT,direction:ASC}", issue),
    }
    fields = " ".join(
        f"{name}({page},after:${name}After)@include(if:${name}){{nodes{{{nodes}}} {_PAGE_INFO}}}"
        for name, (page, nodes) in lists.items()
    )
    return (
        f"query($owner:String!,$name:String!,$facts:Boolean!,$size:Int!{switches}){{"
        "viewer@include(if:$facts){login databaseId id} "
        f"repository(owner:$owner,name:$name){{id ...on Repository@include(if:$facts){{{facts}}} {fields}}}}}"
    )


def users_document(size: int) -> str:
    """Asks whether these logins can be assigned."""
    names = [graphql.alias(i) for i in range(size)]
    variables = "".join(f",${name}:String!" for name in names)
    fields = " ".join(f"{name}:assignableUsers(first:20,query:${name}){{nodes{{id login}}}}" for name in names)
    return f"query($owner:String!,$name:String!{variables}){{repository(owner:$owner,name:$name){{{fields}}}}}"


def read(harvest: Harvest) -> Generator[Request, Reply, None]:
    """
    Fill the harvest.

    Raises:
        NoGraphql: The server has no `/graphql`.
        AccessError, ServerError: As `reads.observe` says.
    """
    reading = _Reading(harvest)
    cursors: dict[str, str | None] = dict.fromkeys(_LISTS)
    while cursors:
        repository = yield from reading.next_pages(cursors)
        for label in _nodes(repository, "labels"):
            harvest.labels[label["name"].lower()] = (label["name"], label["id"])
        for milestone in _nodes(repository, "milestones"):
            harvest.milestones[milestone["title"]] = (milestone["number"], milestone["id"])
        for issue in _nodes(repository, "issues"):
            _take_issue(harvest, issue)
        pages = {name: repository[name]["pageInfo"] for name in cursors}
        cursors = {name: page["endCursor"] for name, page in pages.items() if page["hasNextPage"]}
    wanted = [login for login in harvest.logins if login.lower() not in harvest.users]
    for start in range(0, len(wanted), _LOGINS_PER_REQUEST):
        yield from _ask_users(harvest, wanted[start : start + _LOGINS_PER_REQUEST])


class _Reading:
    """How the server likes to be asked, learnt on the way: which document, and how many issues at a time."""

    def __init__(self, harvest: Harvest) -> None:
        self._harvest = harvest
        self._size = _PAGE
        self._met = False

    def next_pages(self, cursors: Mapping[str, str | None]) -> Generator[Request, Reply, Any]:
        """The repository with the pages behind these cursors; the first time the account and all facts with it."""
        harvest = self._harvest
        while True:
            reply = yield from harvest.send(self._request(cursors))
            if reply.status == 404:
                raise NoGraphql
            answer = decode(reply.body)
            if harvest.native_links and lacks_schema(answer):
                harvest.native_links = False
                continue
            trouble = read_trouble("graphql", reply, harvest.as_of) or _hole(answer["data"])
            if isinstance(trouble, Transient) and self._size > _PAGE_MIN:
                self._size //= 2
                continue
            if trouble is not None:
                raise trouble_error(trouble)
            if answer["data"].get("repository") is None:
                raise unseen(harvest.repository, words_of(answer))
            if not self._met:
                _take_facts(harvest, answer["data"], reply.headers)
                self._met = True
            return answer["data"]["repository"]

    def _request(self, cursors: Mapping[str, str | None]) -> Request:
        harvest = self._harvest
        variables = {"owner": harvest.owner, "name": harvest.name, "facts": not self._met, "size": self._size}
        pages = {name: name in cursors for name in _LISTS} | {f"{name}After": cursors.get(name) for name in _LISTS}
        return graphql.request(document(links=harvest.native_links), variables | pages)


def _hole(data: Mapping[str, Any]) -> Transient | None:
    """An issue that is not shown is not one that does not stand: what is planned from such a page is made twice."""
    issues = (data.get("repository") or {}).get("issues") or {"nodes": ()}
    return Transient("server", 1.0, "an issue could not be shown") if None in issues["nodes"] else None


def _ask_users(harvest: Harvest, logins: Sequence[str]) -> Generator[Request, Reply, None]:
    values = {graphql.alias(i): login for i, login in enumerate(logins)}
    variables = {"owner": harvest.owner, "name": harvest.name, **values}
    reply = yield from harvest.ask(graphql.request(users_document(len(logins)), variables))
    repository = decode(reply.body)["data"]["repository"] or {}
    for name in values:
        _take_users(harvest, _nodes(repository, name))


def _take_facts(harvest: Harvest, data: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    viewer, repository = data["viewer"], data["repository"]
    facts = RepositoryFacts(
        name=repository["nameWithOwner"],
        node_id=repository["id"],
        database_id=repository["databaseId"],
        permission=(repository["viewerPermission"] or "none").lower(),
        visibility=repository["visibility"].lower(),
        archived=repository["isArchived"],
        has_issues=repository["hasIssuesEnabled"],
        watchers=repository["watchers"]["totalCount"],
    )
    harvest.meet(Account(viewer["login"], viewer["databaseId"] or 0, viewer["id"]), facts, headers)
    _take_users(harvest, _nodes(repository, "assignableUsers"))
    for kind in _nodes(repository, "issueTypes"):
        harvest.types[kind["name"].lower()] = (kind["name"], kind["id"])


def _take_users(harvest: Harvest, users: Sequence[Mapping[str, Any]]) -> None:
    for user in users:
        harvest.users[user["login"].lower()] = (user["login"], user["id"])


def _take_issue(harvest: Harvest, node: Mapping[str, Any]) -> None:
    number, author = node["number"], login_of(node["author"])
    harvest.see(number, is_issue=True)
    assignees = _nodes(node, "assignees")
    marker = harvest.marker_of(number, node["body"], author)
    if marker is None:
        return
    _take_users(harvest, assignees)
    parts = split(node["body"])
    links = Links(next(iter(_here(harvest, [node.get("parent")])), 0), _here(harvest, _nodes(node, "blockedBy")))
    if not harvest.native_links:
        links = parts.links or Links()
    harvest.keep(
        ObservedIssue(
            number=number,
            node_id=node["id"],
            database_id=node["databaseId"] or 0,
            title=node["title"],
            body=node["body"],
            state="open" if node["state"] == "OPEN" else (node["stateReason"] or "completed").lower(),
            author=author,
            marker=marker,
            region=parts.text,
            links_in_text=parts.links is not None,
            labels=tuple(label["name"] for label in _nodes(node, "labels")),
            assignees=tuple(user["login"] for user in assignees),
            milestone=(node["milestone"] or {}).get("title", ""),
            issue_type=(node.get("issueType") or {}).get("name", ""),
            parent=links.parent,
            blocked_by=links.blocked_by,
        )
    )


def _here(harvest: Harvest, issues: Sequence[Mapping[str, Any] | None]) -> tuple[int, ...]:
    """Numbers of those issues that stand in this repository."""
    home = harvest.facts.node_id
    return tuple(issue["number"] for issue in issues if issue and issue["repository"]["id"] == home)


def _nodes(owner: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """The nodes of a connection; none where it is null or was not asked."""
    return [node for node in (owner.get(field) or {}).get("nodes") or () if node]
