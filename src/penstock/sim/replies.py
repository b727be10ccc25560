"""
The front door's own answers: refusals, time-outs and broken answers, in GitHub's words.

Source: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from penstock.sim.limits import Turned
from penstock.sim.refusal import DOCS, SimRefusal, went_wrong

_JSON = {"content-type": "application/json; charset=utf-8"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_LIMITS_URL = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
_UNICORN = b"<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body>%s</body></html>\n"
_SSO_MESSAGE = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to "
    "this organization."
)


@dataclass(slots=True)
class SimReply:
    """An HTTP answer. A `content-length` longer than the body means that the rest was lost on the way."""

    status: int
    headers: dict[str, str]
    body: bytes


def json_reply(status: int, value: Any, headers: dict[str, str] | None = None) -> SimReply:
    """An answer with a JSON body; None means no body."""
    if value is None:
        return SimReply(status, dict(headers or {}), b"")
    return SimReply(status, {**_JSON, **(headers or {})}, msgspec.json.encode(value))


def message_reply(status: int, message: str, headers: dict[str, str] | None = None, url: str = DOCS) -> SimReply:
    """GitHub's plain error body."""
    return json_reply(status, {"message": message, "documentation_url": url, "status": str(status)}, headers)


def server_error(status: int) -> SimReply:
    """500 to 504: JSON from the application, HTML from what stands before it."""
    if status == 500:
        return message_reply(500, "Server Error")
    if status == 503:
        return message_reply(503, "Service unavailable. Please try again later.")
    return SimReply(status, dict(_HTML), _UNICORN % b"This page is taking too long to load.")


def html_page() -> SimReply:
    """Status 200, but not what was asked for."""
    return SimReply(200, dict(_HTML), _UNICORN % b"We're having a really bad day.")


def truncated(reply: SimReply) -> SimReply:
    """The first half of an answer, announced in full length."""
    half = reply.body[: len(reply.body) // 2]
    return SimReply(reply.status, {**reply.headers, "content-length": str(len(reply.body))}, half)


def data_null(request_id: str) -> SimReply:
    """GraphQL gives up without saying what it did."""
    return json_reply(200, {"data": None, "errors": [{"message": went_wrong(request_id).message}]})


def timed_out(random: Random, *, graphql: bool, request_id: str) -> SimReply:
    """
    The request used up its 10 seconds.

    Source: https://github.com/cli/cli/issues/6920 (the form with status 200)
    """
    status = random.choice((502, 504, 200) if graphql else (502, 504))
    if status == 200:
        return data_null(request_id)
    text = (
        "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request and "
        "contact us if the problem persists."
    )
    return message_reply(status, text)


def turned_away(turned: Turned, random: Random, *, graphql: bool, user_id: int, request_id: str) -> SimReply:
    """A request that a limit turned away, in one of the forms GitHub uses."""
    if turned.by == "primary":
        return _over_quota(random, graphql=graphql, user_id=user_id)
    headers = {} if turned.retry_after_s is None else {"retry-after": str(turned.retry_after_s)}
    text = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach "
        f"out to GitHub Support for help, please include the request ID {request_id}."
    )
    if graphql and random.random() < 0.3:
        return json_reply(200, {"errors": [{"message": text}]}, headers)
    url = f"{_LIMITS_URL}#about-secondary-rate-limits"
    return message_reply(random.choice((403, 403, 429)), text, headers, url)


def _over_quota(random: Random, *, graphql: bool, user_id: int) -> SimReply:
    if not graphql:
        text = f"API rate limit exceeded for user ID {user_id}."
        return message_reply(random.choice((403, 429)), text, url=_LIMITS_URL)
    # Source: https://github.com/yanyongyu/githubkit/issues/271 (the newer form, since 2026)
    older = {"type": "RATE_LIMITED", "message": f"API rate limit exceeded for user ID {user_id}."}
    newer = {
        "type": "RATE_LIMIT",
        "code": "graphql_rate_limit",
        "message": f"API rate limit already exceeded for user ID {user_id}.",
    }
    return json_reply(200, {"errors": [random.choice((older, newer))]})


def unauthorised(*, given: bool) -> SimReply:
    """No token, or none that works."""
    return message_reply(401, "Bad credentials" if given else "Requires authentication")


def sso_required(url: str, *, graphql: bool) -> SimReply:
    """The token must first be authorised for the organisation."""
    headers = {"x-github-sso": f"required; url={url}"}
    if graphql:
        return json_reply(200, {"errors": [{"type": "FORBIDDEN", "message": _SSO_MESSAGE}]}, headers)
    return message_reply(403, _SSO_MESSAGE, headers)


def scopes_missing(scopes: tuple[str, ...]) -> SimReply:
    """A classic token without any scope that allows writing issues: nothing of the mutation is executed."""
    text = (
        "Your token has not been granted the required scopes to execute this query. It requires one of the "
        f"following scopes: ['public_repo', 'repo'], but your token has only been granted the: {list(scopes)} "
        "scopes. Please modify your token's scopes at: https://github.com/settings/tokens."
    )
    return json_reply(200, {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": text}]})


def refusal_body(refusal: SimRefusal) -> dict[str, Any]:
    """The REST body of a refusal."""
    body: dict[str, Any] = {"message": refusal.rest_message}
    if refusal.errors:
        body["errors"] = list(refusal.errors)
    if "location" in refusal.headers:
        body["url"] = refusal.headers["location"]
    limited = "secondary rate limit" in refusal.rest_message
    body["documentation_url"] = f"{_LIMITS_URL}#about-secondary-rate-limits" if limited else DOCS
    body["status"] = str(refusal.status)
    return body
