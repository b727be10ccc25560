"""REST: labels of a repository, labels and assignees of an issue."""

from __future__ import annotations

from urllib.parse import unquote

from penstock.sim.records import Label
from penstock.sim.refusal import not_found
from penstock.sim.rest_issues import find_labels
from penstock.sim.rest_render import issue_json, label_json, user_json
from penstock.sim.rest_request import RestAnswer, RestRequest, wrong_request


async def list_labels(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/labels."""
    repository = request.repository()
    await request.session.work("read")
    part, headers = request.page(request.session.view.labels(repository))
    return RestAnswer(200, [label_json(request.session, label) for label in part], headers)


async def create_label(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/labels."""
    session, repository = request.session, request.repository()
    session.require_write(repository, "write")
    name = request.text("name", required=True) or ""
    color = (request.text("color") or "ededed").removeprefix("#")
    await session.work("label.create")
    session.admit("label.create")
    description = request.text("description")
    label = session.state.create_label(repository, name, color, description, now=session.now())
    rendered = label_json(session, label)
    return RestAnswer(201, rendered, {"location": rendered["url"]})


async def get_label(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/labels/{name}."""
    repository = request.repository()
    await request.session.work("read")
    label = request.session.view.label(repository, unquote(request.parameters["name"]))
    if label is None:
        raise not_found()
    return RestAnswer(200, label_json(request.session, label))


async def update_label(request: RestRequest) -> RestAnswer:
    """PATCH /repos/{owner}/{repo}/labels/{name}."""
    session, label = request.session, _label(request)
    session.require_write(label.repository, "write")
    color = request.text("color")
    await session.work("label.update")
    session.admit("label.update")
    session.state.update_label(
        label,
        name=request.text("new_name"),
        color=None if color is None else color.removeprefix("#"),
        description=request.text("description"),
        now=session.now(),
    )
    return RestAnswer(200, label_json(session, label))


async def delete_label(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/labels/{name}."""
    session, label = request.session, _label(request)
    session.require_write(label.repository, "write")
    await session.work("label.delete")
    session.admit("label.delete")
    session.state.delete_label(_label(request), now=session.now())
    return RestAnswer(204, None)


def _label(request: RestRequest) -> Label:
    label = request.session.state.label(request.repository(), unquote(request.parameters["name"]))
    if label is None:
        raise not_found()
    return label


async def list_issue_labels(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/labels."""
    session = request.session
    await session.work("read")
    part, headers = request.page(session.view.all_seen(request.read_issue().labels))
    return RestAnswer(200, [label_json(session, label) for label in part], headers)


async def add_issue_labels(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues/{number}/labels: to those it has."""
    return await _write_labels(request, "labels.add")


async def set_issue_labels(request: RestRequest) -> RestAnswer:
    """PUT /repos/{owner}/{repo}/issues/{number}/labels: instead of those it has."""
    return await _write_labels(request, "labels.set")


async def _write_labels(request: RestRequest, kind: str) -> RestAnswer:
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    names = request.texts("labels")
    if names is None:
        if kind == "labels.add":
            raise wrong_request('"labels" wasn\'t supplied.')
        names = []
    await session.work(kind)
    issue = request.write_issue()
    session.admit(kind)
    labels = find_labels(request, names)
    write = session.state.add_labels if kind == "labels.add" else session.state.set_labels
    write(issue, labels, now=session.now())
    return RestAnswer(200, [label_json(session, label) for label in issue.labels])


async def remove_issue_label(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    await session.work("labels.remove")
    issue, label = request.write_issue(), _label(request)
    if label not in issue.labels:
        raise not_found(rest_message="Label does not exist")
    session.admit("labels.remove")
    session.state.remove_labels(issue, [label], now=session.now())
    return RestAnswer(200, [label_json(session, kept) for kept in issue.labels])


async def clear_issue_labels(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/{number}/labels."""
    session = request.session
    session.require_write(request.write_issue().repository, "triage")
    await session.work("labels.remove")
    issue = request.write_issue()
    session.admit("labels.remove")
    session.state.remove_labels(issue, issue.labels, now=session.now())
    return RestAnswer(204, None)


async def list_assignees(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/assignees: who can be assigned."""
    repository = request.repository()
    await request.session.work("read")
    part, headers = request.page(list(repository.assignable.values()))
    return RestAnswer(200, [user_json(request.session, user) for user in part], headers)


async def check_assignee(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/assignees/{login}: 204 when the user can be assigned."""
    repository = request.repository()
    await request.session.work("read")
    if request.parameters["login"].lower() not in repository.assignable:
        raise not_found()
    return RestAnswer(204, None)


async def add_issue_assignees(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues/{number}/assignees; unknown users are dropped in silence."""
    return await _write_assignees(request, "assignees.add")


async def remove_issue_assignees(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/{number}/assignees."""
    return await _write_assignees(request, "assignees.remove")


async def _write_assignees(request: RestRequest, kind: str) -> RestAnswer:
    session = request.session
    session.require_write(request.write_issue().repository)
    await session.work(kind)
    issue = request.write_issue()
    session.admit(kind)
    if session.can(issue.repository, "write"):
        found = (session.state.user(login) for login in request.texts("assignees") or ())
        users = [user for user in found if user is not None]
        write = session.state.add_assignees if kind == "assignees.add" else session.state.remove_assignees
        write(issue, users, now=session.now())
    return RestAnswer(201 if kind == "assignees.add" else 200, issue_json(session, issue))
