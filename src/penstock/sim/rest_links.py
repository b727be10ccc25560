"""
REST: sub-issues and dependencies.

Links name issues by database id, not by number. Writes answer the issue in the path.
Source: https://docs.github.com/en/rest/issues/sub-issues, https://docs.github.com/en/rest/issues/issue-dependencies,
https://github.com/PyGithub/PyGithub/tree/main/tests/ReplayData (answers recorded in June 2026: IssueDependencies.*)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.sim.records import Issue
from penstock.sim.refusal import not_found
from penstock.sim.rest_render import issue_json, repository_json
from penstock.sim.rest_request import RestAnswer, RestRequest, wrong_request
from penstock.sim.session import Session


async def list_sub_issues(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/sub_issues."""
    await request.session.work("read")
    return _listed(request, request.session.view.sub_issues(request.read_issue()), issue_json)


async def list_blocked_by(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by."""
    await request.session.work("read")
    return _listed(request, request.session.view.blocked_by(request.read_issue()), _with_repository)


async def list_blocking(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/dependencies/blocking."""
    await request.session.work("read")
    return _listed(request, request.session.view.blocking(request.read_issue()), _with_repository)


def _listed(
    request: RestRequest, issues: Sequence[Issue], rendered: Callable[[Session, Issue], dict[str, Any]]
) -> RestAnswer:
    part, headers = request.page(issues)
    return RestAnswer(200, [rendered(request.session, issue) for issue in part], headers)


def _with_repository(session: Session, issue: Issue) -> dict[str, Any]:
    """Dependencies may lead into other repositories: their answers say into which."""
    return {**issue_json(session, issue), "repository": repository_json(session, issue.repository)}


async def get_parent(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/parent."""
    await request.session.work("read")
    parent = request.session.view.parent(request.read_issue())
    if parent is None:
        raise not_found()
    return RestAnswer(200, issue_json(request.session, parent))


async def add_sub_issue(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues/{number}/sub_issues; answers the parent."""
    session = request.session
    parent = request.write_issue()
    session.require_write(parent.repository, "triage")
    child_id = request.integer("sub_issue_id")
    position = parent.last_position
    await session.work("sub_issue.link")
    parent, child = request.write_issue(), _by_id(request, child_id)
    replace = request.body.get("replace_parent") is True
    session.admit("sub_issue.link")
    session.state.add_sub_issue(parent, child, replace=replace, position=position, now=session.now())
    return RestAnswer(201, issue_json(session, parent))


async def remove_sub_issue(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/{number}/sub_issue; answers the parent."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    child_id = request.integer("sub_issue_id")
    await session.work("sub_issue.unlink")
    parent = request.write_issue()
    session.admit("sub_issue.unlink")
    session.state.remove_sub_issue(parent, _by_id(request, child_id), now=session.now())
    return RestAnswer(200, issue_json(session, parent))


async def move_sub_issue(request: RestRequest) -> RestAnswer:
    """PATCH /repos/{owner}/{repo}/issues/{number}/sub_issues/priority; answers the parent."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    child_id = request.integer("sub_issue_id")
    sides = [side for side in ("after_id", "before_id") if request.body.get(side) is not None]
    if len(sides) != 1:
        raise wrong_request("Exactly one of 'after_id' and 'before_id' must be supplied.")
    await session.work("sub_issue.move")
    parent, neighbour = request.write_issue(), _by_id(request, request.integer(sides[0]))
    session.admit("sub_issue.move")
    session.state.move_sub_issue(
        parent,
        _by_id(request, child_id),
        after=neighbour if sides[0] == "after_id" else None,
        before=neighbour if sides[0] == "before_id" else None,
        now=session.now(),
    )
    return RestAnswer(200, issue_json(session, parent))


async def add_blocked_by(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by; answers the issue that waits."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    blocker_id = request.integer("issue_id")
    await session.work("blocked_by.link")
    issue, blocker = request.write_issue(), _by_id(request, blocker_id)
    session.admit("blocked_by.link")
    session.state.add_blocked_by(issue, blocker, now=session.now())
    rendered = _with_repository(session, issue)
    return RestAnswer(201, rendered, {"location": rendered["url"]})


async def remove_blocked_by(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by/{issue_id}; answers what waited."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    await session.work("blocked_by.unlink")
    issue, blocker = request.write_issue(), _by_id(request, request.number("issue_id"))
    session.admit("blocked_by.unlink")
    session.state.remove_blocked_by(issue, blocker, now=session.now())
    return RestAnswer(200, _with_repository(session, issue))


def _by_id(request: RestRequest, database_id: int) -> Issue:
    issue = request.session.state.issue_by_id(database_id)
    if issue is None or not request.session.sees(issue) or request.session.hides(issue):
        raise not_found()
    return issue
