"""A small repository that answers both APIs from plain records, as far as the first read asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.github.samples import data, reply

from penstock.github.body import compose
from penstock.model.observed import Marker
from penstock.model.ports import Reply, Request

API = "https://api.github.com/repos/octo/widgets"
UNKNOWN_FIELD = {
    "errors": [
        {
            "path": ["query", "repository", "issues", "nodes", "blockedBy"],
            "extensions": {"code": "undefinedField", "typeName": "Issue", "fieldName": "blockedBy"},
            "message": "Field 'blockedBy' doesn't exist on type 'Issue'",
        }
    ]
}


class Repository:
    """
    A repository of plain records that answers both APIs.

    Attributes:
        issues: Number to what an issue says of itself; `pull` makes it a pull request.
        page: Entries per page.
        links: Whether the server knows sub-issues, dependencies and types.
        version: Of an enterprise server.
        failing: Answers to give instead, by position of the request.
    """

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.labels = ["Bug"]
        self.milestones = ["M1"]
        self.users = ["Ann"]
        self.page = 100
        self.scopes = "repo"
        self.graphql = True
        self.links = True
        self.version = ""
        self.facts: dict[str, Any] = {}
        self.failing: dict[int, Reply] = {}
        self.sent: list[Request] = []

    def add(self, number: int, marker: Marker | None = None, author: str | None = "octocat", **fields: Any) -> None:
        """An issue, open unless said otherwise."""
        body = compose("Text", marker) if marker else ""
        self.issues[number] = {"body": body, "author": author, "state": "open", "blocked_by": ()} | fields

    def answer(self, request: Request) -> Reply:
        """What the server says."""
        self.sent.append(request)
        if len(self.sent) - 1 in self.failing:
            return self.failing[len(self.sent) - 1]
        if request.path == "/graphql":
            return self._graphql(json.loads(request.body)) if self.graphql else reply({"message": "Not Found"}, 404)
        return self._rest(request)

    def _graphql(self, asked: Mapping[str, Any]) -> Reply:
        if not self.links and "blockedBy" not in asked["query"]:
            return self._shown(asked["variables"])
        return self._shown(asked["variables"]) if self.links else reply(UNKNOWN_FIELD)

    def _shown(self, wanted: Mapping[str, Any]) -> Reply:
        repository: dict[str, Any] = {"id": "R_1"}
        if "facts" not in wanted:
            logins = {name: login for name, login in wanted.items() if name not in {"owner", "name"}}
            return data({"repository": {name: self._users(login) for name, login in logins.items()}})
        if wanted["facts"]:
            repository |= {
                "databaseId": 11,
                "nameWithOwner": "octo/widgets",
                "viewerPermission": "WRITE",
                "visibility": "PUBLIC",
                "isArchived": False,
                "hasIssuesEnabled": True,
                "watchers": {"totalCount": 3},
                "assignableUsers": self._users("", self.page),
                "issueTypes": {"nodes": [{"id": "IT_1", "name": "Task"}]},
            } | self.facts
        nodes: list[dict[str, Any]]
        if wanted["labels"]:
            nodes = [{"id": f"LA_{name}", "name": name} for name in self.labels]
            repository["labels"] = self._connection(nodes, wanted["labelsAfter"])
        if wanted["milestones"]:
            nodes = [{"id": f"MI_{t}", "number": n, "title": t} for n, t in enumerate(self.milestones, 1)]
            repository["milestones"] = self._connection(nodes, wanted["milestonesAfter"])
        if wanted["issues"]:
            issues = [self._node(n, i) for n, i in self.issues.items() if "pull" not in i]
            size = min(self.page, wanted["size"])
            repository["issues"] = self._connection(issues, wanted["issuesAfter"], size)
        viewer = {"viewer": {"login": "octocat", "databaseId": 7, "id": "U_7"}} if wanted["facts"] else {}
        return reply({"data": {**viewer, "repository": repository}}, headers={"x-oauth-scopes": self.scopes})

    def _users(self, query: str, size: int = 20) -> dict[str, Any]:
        found = [login for login in self.users if query.lower() in login.lower()]
        return {"nodes": [{"id": f"U_{login}", "login": login} for login in found[:size]]}

    def _connection(self, nodes: list[dict[str, Any]], after: str | None, size: int = 0) -> dict[str, Any]:
        start = int(after or 0)
        end = start + (size or self.page)
        return {"nodes": nodes[start:end], "pageInfo": {"hasNextPage": end < len(nodes), "endCursor": str(end)}}

    def _node(self, number: int, issue: Mapping[str, Any]) -> dict[str, Any]:
        here = {"id": "R_1"}
        closed = issue["state"] != "open"
        return {
            "number": number,
            "id": f"I_{number}",
            "databaseId": 1000 + number,
            "title": f"Title {number}",
            "body": issue["body"],
            "state": "CLOSED" if closed else "OPEN",
            "stateReason": issue["state"].upper() if closed else None,
            "author": {"__typename": "User", "login": issue["author"]} if issue["author"] else None,
            "labels": {"nodes": [{"name": "Bug"}]},
            "assignees": {"nodes": [{"id": "U_zoe", "login": "zoe"}]},
            "milestone": {"title": "M1"},
            "issueType": {"name": "Task"} if self.links else None,
            "parent": {"number": issue["parent"], "repository": here} if "parent" in issue else None,
            "blockedBy": {
                "nodes": [
                    *({"number": n, "repository": here} for n in issue["blocked_by"]),
                    {"number": 1, "repository": {"id": "R_elsewhere"}},
                ]
            },
        }

    def _rest(self, request: Request) -> Reply:
        url = urlsplit(request.path)
        parts = url.path.removeprefix("/repos/octo/widgets").split("/")[1:]
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        match parts:
            case ["user"]:
                return reply({"login": "octocat", "id": 7, "node_id": "U_7"})
            case []:
                version = {"x-github-enterprise-version": self.version} if self.version else {}
                return reply(self._rest_facts(), headers={"x-oauth-scopes": self.scopes, **version})
            case ["labels"]:
                return self._list([{"name": name, "node_id": f"LA_{name}"} for name in self.labels], page)
            case ["milestones"]:
                named = enumerate(self.milestones, 1)
                return self._list([{"title": t, "number": n, "node_id": f"MI_{t}"} for n, t in named], page)
            case ["assignees"]:
                return self._list([{"login": login, "node_id": f"U_{login}"} for login in self.users], 1)
            case ["assignees", login]:
                known = login.lower() in {user.lower() for user in self.users}
                return reply(b"", 204) if known else reply({"message": "Not Found"}, 404)
            case ["issue-types"]:
                return reply([{"name": "Task", "node_id": "IT_1"}]) if self.links else reply({}, 404)
            case ["issues"]:
                return self._list([self._rest_issue(n, issue) for n, issue in self.issues.items()], page)
            case ["issues", number, "dependencies", "blocked_by"]:
                urls = [f"{API}/issues/{n}" for n in self.issues[int(number)]["blocked_by"]]
                elsewhere = f"{API.replace('widgets', 'other')}/issues/1"
                return self._list([{"url": url} for url in [*urls, elsewhere]], page)
        return reply({"message": "Not Found"}, 404)

    def _rest_facts(self) -> dict[str, Any]:
        return {
            "full_name": "octo/widgets",
            "node_id": "R_1",
            "id": 11,
            "permissions": {"admin": False, "push": True, "pull": True},
            "visibility": "public",
            "private": False,
            "archived": False,
            "has_issues": True,
            "subscribers_count": 3,
        } | self.facts

    def _list(self, entries: list[dict[str, Any]], page: int) -> Reply:
        start = (page - 1) * self.page
        link = {"link": f'<{API}?page={page + 1}>; rel="next"'} if start + self.page < len(entries) else {}
        return reply(entries[start : start + self.page], headers=link)

    def _rest_issue(self, number: int, issue: Mapping[str, Any]) -> dict[str, Any]:
        closed = issue["state"] != "open"
        links = {
            "sub_issues_summary": {"total": 0},
            "issue_dependencies_summary": {"total_blocked_by": len(issue["blocked_by"])},
            **({"parent_issue_url": f"{API}/issues/{issue['parent']}"} if "parent" in issue else {}),
        }
        return {
            "number": number,
            "node_id": f"I_{number}",
            "id": 1000 + number,
            "title": f"Title {number}",
            "body": issue["body"] or None,
            "state": "closed" if closed else "open",
            "state_reason": issue["state"] if closed else None,
            "user": {"login": issue["author"]} if issue["author"] else None,
            "labels": [{"name": "Bug"}],
            "assignees": [{"login": "zoe"}],
            "milestone": {"title": "M1"},
            **({"type": {"name": "Task"}} if self.links else {}),
            **(links if self.links and "pull" not in issue else {}),
            **({"pull_request": {}} if "pull" in issue else {}),
        }
