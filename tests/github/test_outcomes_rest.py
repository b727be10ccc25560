"""REST answers to single operations, in the shapes users have recorded."""

from __future__ import annotations

from typing import Any

import pytest
from tests.github.samples import NOW, context, operation, reply

from penstock.base.errors import AnswerLost, NotSent, TimedOut, TransportError
from penstock.github.errors import GRANT
from penstock.github.responses import read_effect
from penstock.model.operation import KINDS
from penstock.model.outcome import Answer, Fatal, InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient
from penstock.model.ports import Reply

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
BLOCKED = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)
MADE = {"id": 1041, "node_id": "X_41", "number": 41}
UNMADE = {"id": 9, "node_id": "X_9"}
CREATES = {"issue.create": MADE, "milestone.create": MADE, "label.create": UNMADE, "comment.create": UNMADE}


def answer(
    kind: str, result: Reply | TransportError, *, young: bool = False, took_s: float = 1.0, api: Any = "rest"
) -> Answer:
    """The classified answer."""
    return read_effect(
        *(context(young=young), api, [operation(kind)], result),
        batch=1,
        sent_at=NOW - took_s,
        received_at=NOW,
        timeout_s=12.0,
    )


def outcome(kind: str, document: Any, status: int, headers: dict[str, str] | None = None) -> Outcome:
    """The outcome of this answer to an operation of this kind."""
    return answer(kind, reply(document, status, headers)).outcomes[0]


def invalid(resource: str, field: str, code: str, message: str = "") -> dict[str, Any]:
    """A validation error as REST writes it."""
    error = {"resource": resource, "field": field, "code": code} | ({"message": message} if message else {})
    return {"message": "Validation Failed", "errors": [error], "documentation_url": "https://docs.github.com/rest"}


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_succeeds_with_2xx(kind: str) -> None:
    """What is created has ids; issues and milestones have numbers."""
    document = CREATES.get(kind, {"id": 1})

    expected = {
        "issue.create": Succeeded(41, "X_41", 1041),
        "milestone.create": Succeeded(41, "X_41", 1041),
        "label.create": Succeeded(0, "X_9", 9),
        "comment.create": Succeeded(0, "X_9", 9),
    }.get(kind, Succeeded())
    found = answer(kind, reply(document, 201))
    assert ((expected,), True) == (found.outcomes, found.healthy)


def test_a_milestone_is_read_as_rest_whatever_the_run_speaks() -> None:
    """It was sent that way."""
    assert (Succeeded(41, "X_41", 1041),) == answer("milestone.create", reply(MADE, 201), api="graphql").outcomes


def test_an_empty_204_is_a_success() -> None:
    """DELETE has nothing to say."""
    assert Succeeded() == outcome("blocked_by.unlink", b"", 204)


def test_a_success_that_cannot_be_read_is_a_doubt() -> None:
    """The status says done, but the ids are lost; a proxy may have said it."""
    cases = [outcome("issue.create", body, 201) for body in (b'{"id": 1041, "node', b"<html>", b"[]")]

    assert [InDoubt("network", "the answer is not JSON")] * 3 == cases
    assert InDoubt("network", "the answer is not JSON") == outcome("issue.close", b"<html>", 200)
    assert InDoubt("null", "the answer names no id") == outcome("issue.create", {"message": "odd"}, 201)


@pytest.mark.parametrize(
    ("result", "expected", "healthy"),
    [
        (NotSent("refused"), Transient("network", 1.0, "refused"), False),
        (AnswerLost("cut"), InDoubt("network", "cut"), False),
        (AnswerLost(), InDoubt("network", "AnswerLost"), False),
        (TimedOut("12 s"), InDoubt("timeout", "12 s"), False),
        (reply(b"", 500), InDoubt("server", "HTTP 500"), False),
        (reply({"message": "Service Unavailable"}, 503), InDoubt("server", "Service Unavailable"), False),
    ],
)
def test_a_lost_answer_to_a_write_is_a_doubt(result: Reply | TransportError, expected: Outcome, healthy: bool) -> None:
    """Only what was never sent is certainly not done."""
    found = answer("issue.create", result)

    assert ((expected,), healthy) == (found.outcomes, found.healthy)


def test_a_gateway_error_after_ten_seconds_is_a_time_out() -> None:
    """GitHub stops working on a request after 10 s."""
    assert (InDoubt("timeout", "HTTP 502"),) == answer("issue.create", reply(b"", 502), took_s=10.2).outcomes


@pytest.mark.parametrize(
    ("status", "message", "headers", "expected"),
    [
        (403, SECONDARY, {"retry-after": "60"}, Throttled("account", NOW + 60)),
        (429, SECONDARY, {}, Throttled("account")),
        (403, "You have triggered an abuse detection mechanism.", {}, Throttled("account")),
        (
            403,
            BLOCKED,
            {"x-ratelimit-remaining": "4771", "x-ratelimit-reset": "1900000000"},
            Throttled("lane", content=True),
        ),
        (403, BLOCKED, {"retry-after": "72"}, Throttled("lane", NOW + 72, content=True)),
        (403, "was submitted too quickly", {}, Throttled("lane", content=True)),
        (
            403,
            "API rate limit exceeded for user ID 7.",
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 30)},
            Throttled("core", NOW + 31),
        ),
        (429, "API rate limit already exceeded for user ID 7.", {}, Throttled("core")),
        (429, "Too many requests", {"retry-after": "5"}, Throttled("account", NOW + 5)),
        (
            403,
            "Forbidden",
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 30)},
            Throttled("core", NOW + 31),
        ),
    ],
)
def test_a_limit_is_a_pause(status: int, message: str, headers: dict[str, str], expected: Throttled) -> None:
    """Announced by `retry-after`, by an exhausted quota, or by words alone; the wait is what the server named."""
    found = answer("issue.create", reply({"message": message}, status, headers))

    assert (Throttled(expected.scope, expected.until, expected.content, message),) == found.outcomes
    assert found.healthy is None


def test_a_limit_is_known_by_its_documentation_page() -> None:
    """Wordings change; the address has stayed."""
    page = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"

    found = outcome("issue.create", {"message": "Wait.", "documentation_url": page}, 403)

    assert Throttled("account", why=f"Wait.; {page}") == found


@pytest.mark.parametrize(
    ("kind", "status", "document", "expected"),
    [
        (
            "issue.create",
            404,
            {"message": "Not Found"},
            Fatal("Not Found", "check that octo/widgets exists and that the token can see it"),
        ),
        ("issue.close", 404, {"message": "Not Found"}, Rejected("Not Found", 404)),
        ("labels.remove", 404, {"message": "Not Found"}, Succeeded(adopted=True)),
        ("sub_issue.link", 404, {"message": "Not Found"}, Rejected("Not Found", 404)),
        ("comment.create", 404, {"message": "Not Found"}, Rejected("Not Found", 404)),
        ("labels.remove", 404, {"message": "Label does not exist"}, Succeeded(adopted=True)),
        ("issue.close", 410, {"message": "This issue was deleted"}, Rejected("This issue was deleted", 410)),
        (
            "issue.create",
            410,
            {"message": "Issues has been disabled in this repository."},
            Fatal(
                "Issues has been disabled in this repository.",
                "switch issues on in the repository's settings",
                access=False,
            ),
        ),
        (
            "issue.create",
            403,
            {"message": "Repository was archived so is read-only."},
            Fatal("Repository was archived so is read-only.", "unarchive the repository", access=False),
        ),
        (
            "issue.create",
            422,
            invalid("Issue", "title", "missing_field"),
            Rejected("Validation Failed; title: missing_field", 422),
        ),
        (
            "issue.create",
            422,
            invalid("Issue", "body", "custom", "body is too long (maximum is 65536 characters)"),
            Rejected("Validation Failed; body: custom (body is too long (maximum is 65536 characters))", 422),
        ),
        (
            "label.create",
            422,
            invalid("Label", "name", "already_exists"),
            InDoubt("exists", "Validation Failed; name: already_exists"),
        ),
        (
            "milestone.create",
            422,
            invalid("Milestone", "title", "already_exists"),
            InDoubt("exists", "Validation Failed; title: already_exists"),
        ),
        (
            "issue.create",
            422,
            invalid("Issue", "title", "already_exists"),
            Rejected("Validation Failed; title: already_exists", 422),
        ),
        (
            "sub_issue.link",
            422,
            {"message": "Sub issue may only have one parent"},
            InDoubt("exists", "Sub issue may only have one parent"),
        ),
        (
            "sub_issue.link",
            422,
            {"message": "Priority has already been taken"},
            Transient("server", 0.5, "Priority has already been taken"),
        ),
        (
            "blocked_by.link",
            422,
            {"message": "Validation failed: Target issue has already been taken"},
            InDoubt("exists", "Validation failed: Target issue has already been taken"),
        ),
        (
            "sub_issue.unlink",
            404,
            {"message": "The provided sub-issue is not a sub-issue of the parent issue"},
            Succeeded(adopted=True),
        ),
        (
            "issue.create",
            422,
            {"message": "Validation Failed", "errors": ["was submitted too quickly"]},
            Throttled("lane", content=True, why="Validation Failed; was submitted too quickly"),
        ),
        (
            "issue.create",
            422,
            {"message": "Validation Failed", "errors": "Could not resolve to a node"},
            Rejected("Validation Failed; Could not resolve to a node", 422),
        ),
        ("issue.create", 400, {"message": "Problems parsing JSON"}, Rejected("Problems parsing JSON", 400)),
    ],
)
def test_a_refusal_says_what_to_mend(kind: str, status: int, document: dict[str, Any], expected: Outcome) -> None:
    """The field and the code, in the server's words; what exists already may be ours."""
    assert expected == outcome(kind, document, status)


@pytest.mark.parametrize(
    "kind", ["issue.close", "labels.remove", "sub_issue.link", "blocked_by.link", "comment.create"]
)
def test_an_issue_just_created_may_not_be_found_yet(kind: str) -> None:
    """Also when it is the other end of a link."""
    found = answer(kind, reply({"message": "Not Found"}, 404), young=True)

    assert ((Transient("eventual", 0.5, "Not Found"),), None) == (found.outcomes, found.healthy)


@pytest.mark.parametrize(
    ("kind", "location", "expected"),
    [
        ("issue.create", "https://api.github.com/repositories/11/issues", Fatal),
        ("issue.create", "", Fatal),
        ("issue.close", "https://api.github.com/repositories/11/issues/17", Fatal),
        ("issue.close", "https://api.github.com/repositories/99/issues/3", Rejected),
    ],
)
def test_a_redirect_of_a_write_is_not_followed(kind: str, location: str, expected: type[Outcome]) -> None:
    """A renamed repository stops the run, a transferred issue ends its operation."""
    named = answer(kind, reply({"message": "Moved Permanently", "url": location}, 301))
    headed = answer(kind, reply(b"", 307, {"location": location}))

    assert [expected, expected] == [type(found.outcomes[0]) for found in (named, headed)]


@pytest.mark.parametrize(
    ("status", "message", "headers", "hint"),
    [
        (401, "Bad credentials", {}, "the token is wrong, expired or revoked: make a new one"),
        (
            403,
            "Resource not accessible by personal access token",
            {"x-accepted-github-permissions": "issues=write"},
            f"{GRANT} (GitHub names issues=write)",
        ),
        (403, "Must have admin rights to Repository.", {"x-ratelimit-remaining": "0"}, GRANT),
        (
            403,
            "",
            {"x-github-sso": "required; url=https://github.com/orgs/o/sso"},
            "authorise the token for the organisation's single sign-on at https://github.com/orgs/o/sso",
        ),
    ],
)
def test_a_missing_right_stops_the_run(status: int, message: str, headers: dict[str, str], hint: str) -> None:
    """The hint names the permission to grant, or the page to visit; an exhausted quota does not hide it."""
    found = answer("issue.create", reply({"message": message}, status, headers))

    fatal = found.outcomes[0]
    assert isinstance(fatal, Fatal)
    assert (hint, True, None) == (fatal.hint, fatal.access, found.healthy)


def test_what_exists_already_says_nothing_about_health() -> None:
    """It is neither a failure of the server nor yet a success."""
    assert answer("label.create", reply(invalid("Label", "name", "already_exists"), 422)).healthy is None
