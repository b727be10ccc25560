"""A whole read over REST, for servers without GraphQL: lists page by page, links only where a summary counts some."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from penstock.base.errors import AccessError
from penstock.github.body import Links, split
from penstock.github.errors import GRANT, decode, words_of
from penstock.github.harvest import Harvest, unseen
from penstock.model.observed import Account, Marker, ObservedIssue, RepositoryFacts
from penstock.model.ports import Reply, Request

_PERMISSIONS = (
    ("admin", "admin"),
    ("maintain", "maintain"),
    ("push", "write"),
    ("triage", "triage"),
    ("pull", "read"),
)
"""REST's flags, strongest first, and the permission each stands for."""

_VERSION = re.compile(r"(?:enterprise-server@)?(\d{1,4})\.(\d{1,4})", re.ASCII)
_LINKS_SINCE = (3, 19)
"""The first enterprise server with dependencies; sub-issues are older."""


def read(harvest: Harvest) -> Generator[Request, Reply, None]:
    """
    Fill the harvest.

    Raises:
        AccessError, ServerError: As `reads.observe` says.
    """
    headers = yield from _read_facts(harvest)
    root = f"/repos/{harvest.facts.name}"
    yield from _read_names(harvest, root)
    if not harvest.facts.has_issues:
        return
    issues = yield from _pages(harvest, f"{root}/issues?state=all&sort=created&direction=asc&per_page=100")
    harvest.native_links = _knows_links(issues, headers)
    for issue in issues:
        harvest.see(issue["number"], is_issue="pull_request" not in issue)
        if "pull_request" in issue:
            continue
        marker = harvest.marker_of(issue["number"], issue["body"] or "", (issue["user"] or {}).get("login", ""))
        if marker is not None:
            yield from _take_issue(harvest, root, issue, marker)


def _knows_links(issues: Sequence[Mapping[str, Any]], headers: Mapping[str, str]) -> bool:
    """
    Whether the server has both sub-issues and dependencies.

    Every issue says so, pull requests need not. Where there is none yet, an enterprise server's version does;
    github.com names no version, and has both.

    Source: https://github.com/github/docs/blob/main/content/rest/issues/issue-dependencies.md (`ghes: '>=3.19'`)
    """
    shown = next((issue for issue in issues if "pull_request" not in issue), None)
    if shown is not None:
        return {"sub_issues_summary", "issue_dependencies_summary"} <= shown.keys()
    version = _VERSION.match(headers.get("x-github-enterprise-version", ""))
    return version is None or (int(version[1]), int(version[2])) >= _LINKS_SINCE


def _read_facts(harvest: Harvest) -> Generator[Request, Reply, Mapping[str, str]]:
    """The account and the repository; returns the headers of the answer that showed it."""
    user_reply = yield from harvest.ask(Request("GET", "/user"))
    user = decode(user_reply.body)
    if user_reply.status != 200:
        raise AccessError("the token's account cannot be seen", cause=words_of(user), hint=GRANT)
    reply = yield from harvest.ask(Request("GET", f"/repos/{harvest.repository}"))
    found = decode(reply.body)
    if reply.status != 200:
        raise unseen(harvest.repository, words_of(found))
    rights = found.get("permissions") or {}
    facts = RepositoryFacts(
        name=found["full_name"],
        node_id=found["node_id"],
        database_id=found["id"],
        permission=next((level for flag, level in _PERMISSIONS if rights.get(flag)), "none"),
        visibility=found.get("visibility") or ("private" if found["private"] else "public"),
        archived=found["archived"],
        has_issues=found["has_issues"],
        watchers=found.get("subscribers_count", 0),
    )
    harvest.meet(Account(user["login"], user["id"], user["node_id"]), facts, reply.headers)
    return reply.headers


def _read_names(harvest: Harvest, root: str) -> Generator[Request, Reply, None]:
    for label in (yield from _pages(harvest, f"{root}/labels?per_page=100")):
        harvest.labels[label["name"].lower()] = (label["name"], label["node_id"])
    for milestone in (yield from _pages(harvest, f"{root}/milestones?state=all&per_page=100")):
        harvest.milestones[milestone["title"]] = (milestone["number"], milestone["node_id"])
    users = yield from harvest.ask(Request("GET", f"{root}/assignees?per_page=100"))
    for user in decode(users.body) if users.status == 200 else ():
        harvest.users[user["login"].lower()] = (user["login"], user["node_id"])
    for login in harvest.logins:
        if login.lower() not in harvest.users:
            reply = yield from harvest.ask(Request("GET", f"{root}/assignees/{quote(login, safe='')}"))
            if reply.status == 204:
                harvest.users[login.lower()] = (login, "")
    types = yield from harvest.ask(Request("GET", f"{root}/issue-types"))
    for kind in decode(types.body) if types.status == 200 else ():
        harvest.types[kind["name"].lower()] = (kind["name"], kind["node_id"])


def _take_issue(
    harvest: Harvest, root: str, issue: Mapping[str, Any], marker: Marker
) -> Generator[Request, Reply, None]:
    number, body = issue["number"], issue["body"] or ""
    parts = split(body)
    links = parts.links or Links()
    if harvest.native_links:
        blockers = yield from _blockers(harvest, root, issue)
        links = Links(_number_here(root, issue.get("parent_issue_url") or ""), blockers)
    harvest.keep(
        ObservedIssue(
            number=number,
            node_id=issue["node_id"],
            database_id=issue["id"],
            title=issue["title"],
            body=body,
            state="open" if issue["state"] == "open" else issue.get("state_reason") or "completed",
            author=issue["user"]["login"],
            marker=marker,
            region=parts.text,
            links_in_text=parts.links is not None,
            labels=tuple(label if isinstance(label, str) else label["name"] for label in issue["labels"]),
            assignees=tuple(user["login"] for user in issue.get("assignees") or ()),
            milestone=(issue["milestone"] or {}).get("title", ""),
            issue_type=(issue.get("type") or {}).get("name", ""),
            parent=links.parent,
            blocked_by=links.blocked_by,
        )
    )


def _blockers(harvest: Harvest, root: str, issue: Mapping[str, Any]) -> Generator[Request, Reply, tuple[int, ...]]:
    if not (issue.get("issue_dependencies_summary") or {}).get("total_blocked_by"):
        return ()
    path = f"{root}/issues/{issue['number']}/dependencies/blocked_by?per_page=100"
    blockers = yield from _pages(harvest, path)
    return tuple(filter(None, (_number_here(root, blocker["url"]) for blocker in blockers)))


def _pages(harvest: Harvest, path: str) -> Generator[Request, Reply, list[Any]]:
    """All entries of a list; none where the server does not know it."""
    entries: list[Any] = []
    page = 1
    while page:
        reply = yield from harvest.ask(Request("GET", f"{path}&page={page}"))
        entries.extend(decode(reply.body) if reply.status == 200 else ())
        page = page + 1 if 'rel="next"' in reply.headers.get("link", "") else 0
    return entries


def _number_here(root: str, url: str) -> int:
    """The number of the issue at this address; 0 when it stands in another repository."""
    place, _, number = url.rpartition("/issues/")
    return int(number) if place.lower().endswith(root.lower()) and number.isdigit() else 0
