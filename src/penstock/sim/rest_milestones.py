"""REST: milestones."""

from __future__ import annotations

from penstock.sim.catalogue import UNCHANGED
from penstock.sim.due_dates import due_on
from penstock.sim.records import Milestone
from penstock.sim.refusal import invalid, not_found
from penstock.sim.rest_render import label_json, milestone_json
from penstock.sim.rest_request import RestAnswer, RestRequest, wrong_request


async def list_milestones(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/milestones: open ones unless asked otherwise."""
    repository, state = request.repository(), request.query.get("state", "open")
    await request.session.work("read")
    listed = [m for m in request.session.view.milestones(repository) if state in ("all", m.state)]
    if request.query.get("direction") == "desc":
        listed.reverse()
    part, headers = request.page(listed)
    return RestAnswer(200, [milestone_json(request.session, milestone) for milestone in part], headers)


async def create_milestone(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/milestones."""
    session, repository = request.session, request.repository()
    session.require_write(repository, "write")
    title = request.text("title", required=True) or ""
    await session.work("milestone.create")
    session.admit("milestone.create")
    milestone = session.state.create_milestone(
        repository,
        title,
        creator=session.actor,
        description=request.text("description"),
        due_on=_due_on(request),
        state=_state(request) or "open",
        now=session.now(),
    )
    rendered = milestone_json(session, milestone)
    return RestAnswer(201, rendered, {"location": rendered["url"]})


async def get_milestone(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/milestones/{milestone}."""
    repository = request.repository()
    await request.session.work("read")
    milestone = request.session.view.milestone(repository, request.number("milestone"))
    if milestone is None:
        raise not_found()
    return RestAnswer(200, milestone_json(request.session, milestone))


async def update_milestone(request: RestRequest) -> RestAnswer:
    """PATCH /repos/{owner}/{repo}/milestones/{milestone}."""
    session, milestone = request.session, _milestone(request)
    session.require_write(milestone.repository, "write")
    await session.work("milestone.update")
    session.admit("milestone.update")
    session.state.update_milestone(
        milestone,
        title=request.text("title"),
        description=request.text("description") if "description" in request.body else UNCHANGED,
        due_on=_due_on(request) if "due_on" in request.body else UNCHANGED,
        state=_state(request),
        now=session.now(),
    )
    return RestAnswer(200, milestone_json(session, milestone))


async def delete_milestone(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/milestones/{milestone}."""
    session = request.session
    session.require_write(_milestone(request).repository, "write")
    await session.work("milestone.delete")
    milestone = _milestone(request)
    session.admit("milestone.delete")
    session.state.delete_milestone(milestone, now=session.now())
    return RestAnswer(204, None)


async def list_milestone_labels(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/milestones/{milestone}/labels: of the issues in it."""
    session, repository = request.session, request.repository()
    await session.work("read")
    number = request.number("milestone")
    if session.view.milestone(repository, number) is None:
        raise not_found()
    inside = (i for i in session.view.issues(repository) if i.milestone is not None and i.milestone.number == number)
    labels = session.view.all_seen(dict.fromkeys(label for issue in inside for label in issue.labels))
    part, headers = request.page(labels)
    return RestAnswer(200, [label_json(session, label) for label in part], headers)


def _milestone(request: RestRequest) -> Milestone:
    milestone = request.session.state.milestone(request.repository(), request.number("milestone"))
    if milestone is None:
        raise not_found()
    return milestone


def _due_on(request: RestRequest) -> str | None:
    given = request.text("due_on")
    if not given:
        return None
    try:
        return due_on(given)
    except ValueError:
        raise wrong_request(f"For 'properties/due_on', {given} is not a date-time.") from None


def _state(request: RestRequest) -> str | None:
    state = request.text("state")
    if state not in (None, "open", "closed"):
        raise invalid("Milestone", "state", "invalid", "State is not valid", state)
    return state
