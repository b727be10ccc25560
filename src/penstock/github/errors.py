"""
GitHub's refusals, read by status, headers and wording.

Wordings are those that users have recorded; `docs.github.com` names the headers. Nothing here knows an operation:
what a refusal means for one is said in `refusals`.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import msgspec

from penstock.github.context import Api
from penstock.model.outcome import Fatal, Rate, Throttled

GRANT = "grant the token: classic scope `repo`; fine-grained Issues: write and Metadata: read"

# https://github.com/cli/cli/issues/4801 has both: the alias error and the block's text.
_CONTENT = re.compile(r"temporarily blocked from content creation|submitted too quickly", re.IGNORECASE)
_SECONDARY = re.compile(r"secondary rate|abuse detection|secondary-rate-limits|#abuse-rate-limits", re.IGNORECASE)
# https://github.com/yanyongyu/githubkit/issues/271 has the newer type RATE_LIMIT.
_PRIMARY = re.compile(r"API rate limit (already )?exceeded|\bRATE_LIMIT(ED)?\b", re.IGNORECASE)
_RIGHT = re.compile(
    r"not accessible by|must have (admin|push|write)|SAML enforcement|not been granted the required scopes"
    r"|INSUFFICIENT_SCOPES|does not have the correct permissions|Requires authentication|Bad credentials",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"archived so is read-only|repository (was|is|has been) archived", re.IGNORECASE)
_NO_ISSUES = re.compile(r"issues? (has|have|are|is)( been)? disabled|disabled issues", re.IGNORECASE)
_TROUBLE = re.compile(r"something went wrong|time(d )?out|couldn't respond to your request in time", re.IGNORECASE)
_TOO_BIG = re.compile(r"timeout on validation of query|RESOURCE_LIMITS_EXCEEDED", re.IGNORECASE)
_UNKNOWN = frozenset({"undefinedField", "undefinedType", "argumentNotAccepted", "undefinedInputField"})
_SSO_URL = re.compile(r"url=(https://\S+)")


def decode(body: bytes) -> Any:
    """The JSON value, or None where the bytes are not JSON: a proxy's page, a truncated answer."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None


def rate_of(headers: Mapping[str, str], received_at: float, api: Api) -> Rate | None:
    """The primary limit that an answer's headers tell; None where they do not."""
    numbers = {name: _number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "used")}
    limit, remaining, used = numbers["limit"], numbers["remaining"], numbers["used"]
    if limit is None or remaining is None:
        return None
    return Rate(
        resource=headers.get("x-ratelimit-resource") or _resource(api),
        limit=limit,
        remaining=remaining,
        used=limit - remaining if used is None else used,
        reset=_reset(headers, received_at),
    )


def throttle_of(status: int, headers: Mapping[str, str], words: str, now: float, api: Api) -> Throttled | None:
    """
    The limit that this answer refuses for, or None.

    Args:
        status: HTTP status; GraphQL refuses with 200 as well.
        words: All that the body says: messages, error types, documentation addresses.
        now: Epoch seconds at which the answer arrived.

    Returns:
        `until` is the server's word: `retry-after`, or the reset of an exhausted primary limit; else 0. The reset of
        a primary limit that is not exhausted says nothing about a secondary one and is not used.
    """
    content, secondary, primary = _CONTENT.search(words), _SECONDARY.search(words), _PRIMARY.search(words)
    retry_after = _retry_after_s(headers, now)
    exhausted = headers.get("x-ratelimit-remaining") == "0"
    named = content or secondary or primary
    refused = status in {403, 429} and not _RIGHT.search(words) and (retry_after is not None or exhausted)
    if not (named or refused or status == 429):
        return None
    until = 0.0 if retry_after is None else now + retry_after
    if content:
        return Throttled("lane", until, content=True, why=words)
    if secondary or not (primary or exhausted):
        return Throttled("account", until, why=words)
    resource = headers.get("x-ratelimit-resource") or _resource(api)
    scope: Literal["graphql", "core"] = "graphql" if resource == "graphql" else "core"
    return Throttled(scope, until or _reset(headers, now), why=words)


def access_of(status: int, headers: Mapping[str, str], words: str) -> Fatal | None:
    """
    What the token or the repository does not allow, with the step that mends it; None when it is something else.

    Args:
        status: HTTP status; for one alias of a GraphQL answer 403 when its type is FORBIDDEN, else 200.
    """
    if status == 401:
        return Fatal(words, "the token is wrong, expired or revoked: make a new one")
    if _CLOSED.search(words):
        return Fatal(words, "unarchive the repository", access=False)
    if _NO_ISSUES.search(words):
        return Fatal(words, "switch issues on in the repository's settings", access=False)
    if "SAML enforcement" in words or headers.get("x-github-sso", "").startswith("required"):
        url = _SSO_URL.search(headers.get("x-github-sso", ""))
        where = f" at {url[1]}" if url else ""
        return Fatal(words, f"authorise the token for the organisation's single sign-on{where}")
    if _RIGHT.search(words):
        needed = headers.get("x-accepted-github-permissions")
        return Fatal(words, f"{GRANT} (GitHub names {needed})" if needed else GRANT)
    return None


def is_too_big(words: str) -> bool:
    """
    The query is too heavy for one request, and what it has not answered was not done.

    Source: https://github.blog/changelog/2025-09-01-graphql-api-resource-limits,
    https://github.com/Skydio/revup/issues/271
    """
    return _TOO_BIG.search(words) is not None


def is_request_error(document: Mapping[str, Any], words: str) -> bool:
    """
    Whether a GraphQL answer without data says that no field was executed: the document, a variable or the token's
    scopes were refused. `data: null` alone does not: mutations may have run before the server gave up.
    """
    if _TROUBLE.search(words):
        return False
    return "data" not in document or "INSUFFICIENT_SCOPES" in words or "the required scopes" in words


def lacks_schema(document: Any) -> bool:
    """Whether a GraphQL document was refused because this server's schema is older than it."""
    errors = document.get("errors") if isinstance(document, Mapping) else None
    return any((error.get("extensions") or {}).get("code") in _UNKNOWN for error in errors or ())


def words_of(document: Any) -> str:
    """Everything a REST or GraphQL error body says, in one line for people."""
    if not isinstance(document, Mapping):
        return ""
    errors = document.get("errors")
    entries = errors if isinstance(errors, Sequence) and not isinstance(errors, str) else [errors]
    parts = [str(document.get("message") or "")]
    parts += (error_words(entry) if isinstance(entry, Mapping) else str(entry or "") for entry in entries)
    page = str(document.get("documentation_url") or "")
    if _SECONDARY.search(page):
        parts.append(page)
    return "; ".join(part for part in parts if part)


def error_words(error: Mapping[str, Any]) -> str:
    """One entry of `errors`: the field with its code, the type, the message; what is there of them."""
    field, code = error.get("field"), error.get("code")
    where = f"{field}: {code}" if field and code else str(field or code or error.get("type") or "")
    message = str(error.get("message") or "")
    return f"{where} ({message})" if where and message else where or message


def _reset(headers: Mapping[str, str], now: float) -> float:
    """`x-ratelimit-reset` on our clock: GitHub's `date` tells how far the clocks are apart; one second for rounding."""
    reset = _number(headers.get("x-ratelimit-reset"))
    if reset is None:
        return 0.0
    return max(now, now + reset - _server_now(headers, now)) + 1.0


def _retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from now; HTTP allows a number or a date: https://httpwg.org/specs/rfc9110.html#field.retry-after"""
    text = headers.get("retry-after", "")
    seconds, until = _number(text), _date(text)
    if seconds is None and until is not None:
        return max(0.0, until - _server_now(headers, now))
    return seconds


def _server_now(headers: Mapping[str, str], now: float) -> float:
    date = _date(headers.get("date", ""))
    return now if date is None else date


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError):
        return None


def _resource(api: Api) -> str:
    return "graphql" if api == "graphql" else "core"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
