"""REST: comments on issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from penstock.sim.isotime import seconds_of
from penstock.sim.records import Comment
from penstock.sim.refusal import invalid, not_found
from penstock.sim.rest_render import comment_json
from penstock.sim.rest_request import RestAnswer, RestRequest


async def list_comments(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}/comments, oldest first."""
    session = request.session
    await session.work("read")
    comments = session.view.comments(request.read_issue())
    part, headers = request.page(_since(request, comments))
    return RestAnswer(200, [comment_json(session, comment) for comment in part], headers)


async def list_repository_comments(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/comments: of all issues, in order of id unless asked otherwise."""
    session, repository = request.session, request.issues_repository()
    await session.work("read")
    sort, newest_first = request.query.get("sort", "id"), request.query.get("direction") == "desc"
    if sort not in _SORTS:
        raise invalid("IssueComment", "sort", "invalid", "Sort is not valid", sort)
    comments = [comment for issue in session.view.issues(repository) for comment in session.view.comments(issue)]
    comments.sort(key=_SORTS[sort], reverse=newest_first)
    part, headers = request.page(_since(request, comments))
    return RestAnswer(200, [comment_json(session, comment) for comment in part], headers)


_SORTS: Mapping[str, Callable[[Comment], tuple[float, int]]] = MappingProxyType(
    {
        "id": lambda comment: (0.0, comment.id),
        "created": lambda comment: (comment.created_at, comment.id),
        "updated": lambda comment: (comment.updated_at, comment.id),
    }
)


def _since(request: RestRequest, comments: list[Comment]) -> list[Comment]:
    since = seconds_of(request.query["since"]) if "since" in request.query else None
    return comments if since is None else [comment for comment in comments if int(comment.updated_at) >= since]


async def create_comment(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues/{number}/comments."""
    session = request.session
    session.require_write(request.write_issue().repository)
    body = request.text("body", required=True) or ""
    await session.work("comment.create")
    issue = request.write_issue()
    session.admit("comment.create")
    comment = session.state.add_comment(session.actor, issue, body, now=session.now())
    rendered = comment_json(session, comment)
    return RestAnswer(201, rendered, {"location": rendered["url"]})


async def get_comment(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/comments/{comment}."""
    session, repository = request.session, request.issues_repository()
    await session.work("read")
    comment = session.view.comment(request.number("comment"))
    if comment is None or comment.repository is not repository:
        raise not_found()
    return RestAnswer(200, comment_json(session, comment))


async def update_comment(request: RestRequest) -> RestAnswer:
    """PATCH /repos/{owner}/{repo}/issues/comments/{comment}."""
    session, comment = request.session, _comment(request)
    session.require_write(comment.repository, "read" if comment.author is session.actor else "write")
    body = request.text("body", required=True) or ""
    await session.work("comment.update")
    session.admit("comment.update")
    session.state.update_comment(comment, body, now=session.now())
    return RestAnswer(200, comment_json(session, comment))


async def delete_comment(request: RestRequest) -> RestAnswer:
    """DELETE /repos/{owner}/{repo}/issues/comments/{comment}."""
    session, comment = request.session, _comment(request)
    session.require_write(comment.repository, "read" if comment.author is session.actor else "write")
    await session.work("comment.delete")
    comment = _comment(request)
    session.admit("comment.delete")
    session.state.delete_comment(comment, now=session.now())
    return RestAnswer(204, None)


def _comment(request: RestRequest) -> Comment:
    comment = request.session.state.comment(request.number("comment"))
    if comment is None or comment.repository is not request.repository():
        raise not_found()
    return comment
