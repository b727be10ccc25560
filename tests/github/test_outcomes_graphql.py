"""GraphQL answers to batches, in the shapes users have recorded: each alias gets its own outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.github.samples import NOW, batch, context, created, data, refused, reply

from penstock.base.errors import AnswerLost, NotSent, TimedOut, TransportError
from penstock.github.errors import GRANT
from penstock.github.graphql import MUTATIONS
from penstock.github.responses import read_effect
from penstock.model.operation import Operation
from penstock.model.outcome import (
    Answer,
    Fatal,
    InDoubt,
    Outcome,
    Rate,
    Rejected,
    Succeeded,
    Throttled,
    Transient,
)
from penstock.model.ports import Reply

TOO_QUICK = "was submitted too quickly"
WENT_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub "
    "bug. Please include `AB:1` when reporting this issue."
)
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
BLOCKED = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)
PAGE = "https://docs.github.com/graphql/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
NO_LINK = "An error occured while adding the sub-issue to the parent issue."
NO_SCOPE = (
    "Your token has not been granted the required scopes to execute this query. The 'createIssue' field requires one "
    "of the following scopes: ['public_repo', 'repo'], but your token has only been granted the: ['gist'] scopes."
)


def answer(
    operations: Sequence[Operation], result: Reply | TransportError, *, young: bool = False, took_s: float = 1.0
) -> Answer:
    """The classified answer."""
    return read_effect(
        context(young=young),
        "graphql",
        operations,
        result,
        batch=3,
        sent_at=NOW - took_s,
        received_at=NOW,
        timeout_s=12.0,
    )


def outcome_of(error: dict[str, Any], kind: str = "issue.create", *, young: bool = False) -> Outcome:
    """The outcome of one alias that is null with this error."""
    return answer(batch(kind, 1), data({"i0": None}, error), young=young).outcomes[0]


def whole(result: Reply | TransportError, size: int = 2, *, took_s: float = 1.0) -> tuple[Outcome, bool | None]:
    """The one outcome that all operations of a batch share, and the server's health."""
    found = answer(batch("issue.create", size), result, took_s=took_s)
    assert 1 == len(set(found.outcomes))
    assert size == len(found.outcomes)
    return found.outcomes[0], found.healthy


def test_a_created_issue_comes_with_its_ids() -> None:
    """Number, node id and database id, in the order of the operations."""
    found = answer(batch("issue.create", 2), data(created([41, 42])))

    assert (Succeeded(41, "I_41", 1041), Succeeded(42, "I_42", 1042)) == found.outcomes
    assert (3, 200, "AB:1", True) == (found.batch, found.status, found.request_id, found.healthy)


@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_kind_succeeds_when_its_payload_is_there(kind: str) -> None:
    """What is created has ids, the rest has none; and a payload whose object is null is a doubt."""
    payload: dict[str, Any] | None = {"id": "X_1", "number": 4, "databaseId": 9}
    empty: dict[str, Any] | None = None
    for field in reversed(MUTATIONS[kind].result):
        payload, empty = {field: payload}, {field: empty}
    operations = batch(kind, 1)

    expected = Succeeded(4, "X_1", 9) if operations[0].kind.lane == "create" else Succeeded()
    assert (expected,) == answer(operations, data({"i0": payload})).outcomes
    assert (InDoubt("null", "no data and no error"),) == answer(operations, data({"i0": empty})).outcomes


def test_what_has_data_was_done_whatever_became_of_the_others() -> None:
    """Twenty of thirty creates landed before the content limit: the first twenty are done."""
    fields = created([1]) | {"i1": None, "i2": None}
    errors = [refused(f"i{i}", "UNPROCESSABLE", TOO_QUICK) for i in (1, 2)]

    found = answer(batch("issue.create", 3), data(fields, *errors))

    throttled = Throttled("lane", content=True, why=f"UNPROCESSABLE ({TOO_QUICK})")
    assert (Succeeded(1, "I_1", 1001), throttled, throttled) == found.outcomes
    assert found.healthy


def test_what_has_data_was_done_whatever_the_status_says() -> None:
    """A gateway's status over a body that arrived."""
    result = reply({"data": created([1]) | {"i1": None}}, 502)

    outcomes = answer(batch("issue.create", 2), result).outcomes

    assert (Succeeded(1, "I_1", 1001), InDoubt("null", "no data and no error")) == outcomes


def test_an_alias_without_data_and_error_is_a_doubt() -> None:
    """It may have been done."""
    found = answer(batch("issue.create", 2), data(created([1]) | {"i1": None}))

    assert InDoubt("null", "no data and no error") == found.outcomes[1]
    assert found.healthy is False


@pytest.mark.parametrize(
    ("kind", "error", "expected"),
    [
        ("issue.create", ("RATE_LIMITED", "API rate limit exceeded for user ID 7."), Throttled("graphql")),
        ("issue.create", ("RATE_LIMIT", "API rate limit already exceeded for user ID 7."), Throttled("graphql")),
        ("issue.update", (None, SECONDARY), Throttled("account")),
        ("issue.update", ("UNPROCESSABLE", BLOCKED), Throttled("lane", content=True)),
        ("issue.update", ("NOT_FOUND", "Could not resolve to a node with the global id of 'I_17'."), Rejected("", 200)),
        (
            "issue.create",
            ("NOT_FOUND", "Could not resolve to a node with the global id of 'R_1'."),
            Fatal("", "check that octo/widgets exists and that the token can see it"),
        ),
        ("issue.close", ("FORBIDDEN", "This issue is locked for this actor."), Rejected("", 200)),
        ("issue.close", ("FORBIDDEN", "Resource not accessible by personal access token"), Fatal("", GRANT)),
        (
            "labels.add",
            ("FORBIDDEN", "octocat does not have the correct permissions to execute this"),
            Fatal("", GRANT),
        ),
        ("issue.create", ("INSUFFICIENT_SCOPES", NO_SCOPE), Fatal("", GRANT)),
        (
            "issue.create",
            ("FORBIDDEN", "Repository was archived so is read-only."),
            Fatal("", "unarchive the repository", access=False),
        ),
        (
            "issue.create",
            ("NOT_FOUND", "Issues has been disabled in this repository."),
            Fatal("", "switch issues on in the repository's settings", access=False),
        ),
        ("issue.create", ("UNPROCESSABLE", "Title can't be blank"), Rejected("", 200)),
        ("label.create", ("UNPROCESSABLE", "Name has already been taken"), InDoubt("exists")),
        (
            "sub_issue.link",
            (
                "UNPROCESSABLE",
                f"{NO_LINK} Issue may not contain duplicate sub-issues and Sub issue may only have one parent",
            ),
            InDoubt("exists"),
        ),
        (
            "sub_issue.link",
            (
                "UNPROCESSABLE",
                f"{NO_LINK} Sub issue may only have one parent",
            ),
            InDoubt("exists"),
        ),
        ("blocked_by.link", ("UNPROCESSABLE", "Target issue has already been taken"), InDoubt("exists")),
        (
            "sub_issue.link",
            (
                "UNPROCESSABLE",
                f"{NO_LINK} Priority has already been taken",
            ),
            Transient("server", 0.5),
        ),
        (
            "sub_issue.unlink",
            ("NOT_FOUND", "The provided sub-issue is not a sub-issue of the parent issue"),
            Succeeded(adopted=True),
        ),
        (
            "issue.create",
            ("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded."),
            Transient("resource"),
        ),
        ("issue.create", (None, WENT_WRONG), InDoubt("server")),
        ("issue.create", ("INTERNAL", "oops"), InDoubt("server")),
    ],
)
def test_the_error_of_an_alias_decides(kind: str, error: tuple[str | None, str], expected: Outcome) -> None:
    """By type and by wording; the server's words are kept."""
    found = outcome_of(refused("i0", *error), kind)

    why = f"{error[0]} ({error[1]})" if error[0] else error[1]
    assert expected == (found if isinstance(found, Succeeded) else type(found)(**_without_why(found)))
    assert why == getattr(found, "why", why)


def _without_why(outcome: Outcome) -> dict[str, Any]:
    return {name: "" if name == "why" else getattr(outcome, name) for name in outcome.__struct_fields__}


def test_an_issue_just_created_may_not_be_found_yet() -> None:
    """A replica lags: half an attempt, then again."""
    message = "Could not resolve to a node with the global id of 'I_17'."

    found = outcome_of(refused("i0", "NOT_FOUND", message), "issue.update", young=True)

    assert Transient("eventual", 0.5, f"NOT_FOUND ({message})") == found


def test_a_query_too_heavy_is_sent_again_in_smaller_batches() -> None:
    """Everything that was not answered was not done, and it is no attempt; one alone cannot be made smaller."""
    error = refused("i1", "RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.")
    found = answer(batch("issue.create", 3), data(created([1]) | {"i1": None, "i2": None}, error))

    assert Succeeded(1, "I_1", 1001) == found.outcomes[0]
    assert [("resource", 0.0)] * 2 == [(o.category, o.attempt) for o in found.outcomes[1:] if isinstance(o, Transient)]
    assert Transient("resource", 1.0, f"RESOURCE_LIMITS_EXCEEDED ({error['message']})") == outcome_of(
        refused("i0", "RESOURCE_LIMITS_EXCEEDED", error["message"])
    )


def test_a_document_too_long_to_validate_was_not_run() -> None:
    """GitHub gave up before the first alias."""
    found, healthy = whole(reply({"errors": [{"message": "Timeout on validation of query"}]}))

    assert (Transient("resource", 0.0, "Timeout on validation of query"), None) == (found, healthy)


def test_nothing_is_known_when_the_answer_was_lost() -> None:
    """Connection cut, body truncated, a proxy's page, 5xx, `data: null`: the write may have landed."""
    page = b"<html><body>Unicorn!</body></html>"
    cases = [
        whole(AnswerLost("cut")),
        whole(reply(b'{"data":{"i0":{"issue":{"id"')),
        whole(reply(page)),
        whole(reply(page, 502)),
        whole(reply({"message": "Server Error"}, 503)),
        whole(data(None)),
        whole(data(None, {"message": WENT_WRONG})),
        whole(reply({"errors": [{"message": WENT_WRONG}]})),
    ]

    assert [
        InDoubt("network", "cut"),
        InDoubt("network", "the answer is not JSON"),
        InDoubt("network", "the answer is not JSON"),
        InDoubt("server", "HTTP 502"),
        InDoubt("server", "Server Error"),
        InDoubt("server", "HTTP 200"),
        InDoubt("server", WENT_WRONG),
        InDoubt("server", WENT_WRONG),
    ] == [found for found, _ in cases]
    assert {False} == {healthy for _, healthy in cases}


def test_a_time_out_of_a_large_batch_is_evidence_against_the_batch() -> None:
    """Not against the server, unless two operations alone time out too."""
    small, large = whole(TimedOut("12 s"), 2, took_s=12), whole(TimedOut("12 s"), 3, took_s=12)

    assert (InDoubt("timeout", "12 s"), False) == small
    assert (InDoubt("timeout", "12 s"), None) == large


def test_a_failure_after_ten_seconds_is_the_servers_time_out() -> None:
    """GitHub answers 502, 504 or `data: null` when a request has used its time."""
    cases = [whole(reply(b"", 504), 5, took_s=10.1), whole(data(None, {"message": WENT_WRONG}), 5, took_s=10.1)]

    assert [(InDoubt("timeout", "HTTP 504"), None), (InDoubt("timeout", WENT_WRONG), None)] == cases


def test_what_was_never_sent_was_never_done() -> None:
    """Trying again is safe."""
    assert (Transient("network", 1.0, "refused"), False) == whole(NotSent("refused"))


def test_a_request_that_was_not_executed_is_never_a_doubt() -> None:
    """Parse errors, unknown fields, wrong variables, missing scopes: nothing was done, and nothing will be."""
    unknown = {
        "path": ["mutation", "i0", "nothing"],
        "extensions": {"code": "undefinedField", "typeName": "CreateIssuePayload", "fieldName": "nothing"},
        "message": "Field 'nothing' doesn't exist on type 'CreateIssuePayload'",
    }
    variable = {"message": "Variable $i0 of type CreateIssueInput! was provided invalid value for title"}
    cases = [
        whole(reply({"errors": [{"message": 'Parse error on "}" at [1, 9]'}]})),
        whole(reply({"errors": [unknown]})),
        whole(reply({"errors": [variable]})),
        whole(data(None, {"message": NO_SCOPE})),
        whole(reply({"errors": [{"type": "INSUFFICIENT_SCOPES", "message": NO_SCOPE}]})),
        whole(reply({"message": "Problems parsing JSON"}, 400)),
        whole(reply({"message": "Not Found"}, 404)),
    ]

    assert [(Fatal, None)] * len(cases) == [(type(found), healthy) for found, healthy in cases]
    assert [False, False, False, True, True, False, False] == [
        found.access for found, _ in cases if isinstance(found, Fatal)
    ]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            reply(
                {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 7."}]},
                headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 900)},
            ),
            ("graphql", NOW + 901, False),
        ),
        (
            data(
                None,
                {
                    "type": "RATE_LIMIT",
                    "code": "graphql_rate_limit",
                    "message": "API rate limit already exceeded for user ID 7.",
                },
            ),
            ("graphql", 0.0, False),
        ),
        (reply({"message": SECONDARY, "documentation_url": PAGE}, 403), ("account", 0.0, False)),
        (reply({"message": SECONDARY}, 403, {"retry-after": "60"}), ("account", NOW + 60, False)),
        (reply({"errors": [{"message": SECONDARY}]}), ("account", 0.0, False)),
        (
            reply({"message": BLOCKED}, 403, {"x-ratelimit-remaining": "4771", "x-ratelimit-reset": "1900000000"}),
            ("lane", 0.0, True),
        ),
        (reply({"message": "slow down"}, 429), ("account", 0.0, False)),
    ],
)
def test_a_refused_request_pauses_what_the_limit_covers(result: Reply, expected: tuple[str, float, bool]) -> None:
    """200 or 403, with headers or without; nothing was done and nothing is wrong with the server."""
    found, healthy = whole(result)

    assert isinstance(found, Throttled)
    assert (expected, None) == ((found.scope, found.until, found.content), healthy)


def test_a_limit_without_an_alias_covers_all_that_has_no_data() -> None:
    """An error of the whole request beside partial data."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    found = answer(batch("issue.create", 2), data(created([1]) | {"i1": None}, error))

    assert (Succeeded(1, "I_1", 1001), Throttled("graphql", why="RATE_LIMITED (API rate limit exceeded)")) == (
        found.outcomes
    )


@pytest.mark.parametrize(
    ("result", "hint"),
    [
        (reply({"message": "Bad credentials"}, 401), "the token is wrong, expired or revoked: make a new one"),
        (
            reply(
                {"message": "Resource protected by organization SAML enforcement."},
                403,
                {"x-github-sso": "required; url=https://github.com/orgs/octo/sso?request=A1"},
            ),
            "authorise the token for the organisation's single sign-on at https://github.com/orgs/octo/sso?request=A1",
        ),
        (reply({"message": "Resource not accessible by integration"}, 403), GRANT),
        (reply({"message": "Forbidden"}, 403), GRANT),
    ],
)
def test_a_missing_right_stops_the_run_and_is_named(result: Reply, hint: str) -> None:
    """The person learns what to grant, and where."""
    found, healthy = whole(result)

    assert isinstance(found, Fatal)
    assert (hint, True, None) == (found.hint, found.access, healthy)


def test_the_primary_limit_is_read_from_the_headers() -> None:
    """Also from a refusal; the reset is put on our clock."""
    headers = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4990",
        "x-ratelimit-used": "10",
        "x-ratelimit-reset": str(int(NOW) + 600),
        "x-ratelimit-resource": "graphql",
    }
    found = answer(batch("issue.create", 1), reply({"data": created([1])}, headers=headers))

    assert Rate("graphql", 5000, 4990, 10, NOW + 601) == found.rate
