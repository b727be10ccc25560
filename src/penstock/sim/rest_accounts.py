"""REST: who the token belongs to, what it has left, and the repository."""

from __future__ import annotations

from penstock.sim.refusal import not_found
from penstock.sim.rest_render import account_json, repository_json, type_json, user_json
from penstock.sim.rest_request import RestAnswer, RestRequest


async def get_user(request: RestRequest) -> RestAnswer:
    """GET /user."""
    await request.session.work("read")
    return RestAnswer(200, account_json(request.session, request.session.actor))


async def get_user_by_login(request: RestRequest) -> RestAnswer:
    """GET /users/{login}."""
    await request.session.work("read")
    user = request.session.view.user(request.parameters["login"])
    if user is None:
        raise not_found()
    return RestAnswer(200, account_json(request.session, user))


async def get_rate_limit(request: RestRequest) -> RestAnswer:
    """GET /rate_limit: costs nothing. 404 where limits are switched off, as on a GitHub Enterprise Server."""
    resources = request.session.quotas()
    if not resources:
        raise not_found(rest_message="Rate limiting is not enabled.")
    search = {**resources["core"], "limit": 30, "remaining": 30, "used": 0, "resource": "search"}
    body = {"resources": {**resources, "search": search}}
    return RestAnswer(200, body if request.session.api_version >= "2026" else {**body, "rate": resources["core"]})


async def get_repository(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}."""
    repository = request.repository()
    await request.session.work("read")
    return RestAnswer(200, repository_json(request.session, repository))


async def list_subscribers(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/subscribers: only the owner is known by name."""
    repository = request.repository()
    await request.session.work("read")
    part, headers = request.page([repository.owner])
    return RestAnswer(200, [user_json(request.session, user) for user in part], headers)


async def list_issue_types(request: RestRequest) -> RestAnswer:
    """GET /orgs/{org}/issue-types."""
    await request.session.work("read")
    owner = request.session.view.user(request.parameters["org"])
    if owner is None or owner.kind != "Organization":
        raise not_found()
    return RestAnswer(200, [type_json(request.session, issue_type) for issue_type in owner.issue_types])
