"""Headers and wordings that tell one refusal from another."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.github.samples import NOW

from penstock.github.context import Api
from penstock.github.errors import decode, rate_of, throttle_of, words_of
from penstock.model.outcome import Rate, Throttled

FULL = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 100)}
LATE = "Fri, 15 Jan 2027 07:59:00 GMT"
"""The server's clock is one minute behind ours."""


def until(headers: Mapping[str, str], words: str = "API rate limit exceeded") -> float:
    """When this 403 says that one may go on."""
    found = throttle_of(403, headers, words, NOW, "rest")
    assert found is not None
    return found.until


def test_the_reset_is_put_on_our_clock() -> None:
    """GitHub's `date` tells how far the clocks are apart; one second covers its rounding."""
    assert NOW + 101 == until(FULL)
    assert NOW + 161 == until({**FULL, "date": LATE})
    assert NOW + 101 == until({**FULL, "date": "yesterday"})


def test_a_reset_in_the_past_is_now() -> None:
    """A pause never ends before it began."""
    assert NOW + 1 == until({**FULL, "x-ratelimit-reset": "1"})


def test_retry_after_comes_first() -> None:
    """The server's word on this refusal, whatever its quota says."""
    assert NOW + 30 == until({**FULL, "retry-after": "30"})


def test_the_reset_of_a_quota_that_is_left_says_nothing() -> None:
    """A secondary limit lasts a minute, not until the end of the hour."""
    left = {**FULL, "x-ratelimit-remaining": "4771"}

    assert 0.0 == until(left, "You have exceeded a secondary rate limit.")


def test_an_exhausted_quota_does_not_hide_a_secondary_limit() -> None:
    """The account must stop, not only one of its quotas."""
    found = throttle_of(403, FULL, "You have exceeded a secondary rate limit.", NOW, "rest")

    assert Throttled("account", why="You have exceeded a secondary rate limit.") == found


@pytest.mark.parametrize("value", ["", "soon", "-1", "1e3", "٣", "9" * 30])
def test_a_number_that_is_none_is_ignored(value: str) -> None:
    """Headers come from outside."""
    assert 0.0 == until({"retry-after": value})
    assert rate_of({**FULL, "x-ratelimit-limit": value}, NOW, "rest") is None


@pytest.mark.parametrize("status", [200, 404, 422])
def test_a_quota_used_up_by_an_answer_is_no_refusal(status: int) -> None:
    """The last request of the hour was answered."""
    assert throttle_of(status, FULL, "Not Found", NOW, "rest") is None


def test_the_resource_is_the_one_that_headers_name() -> None:
    """REST and GraphQL have quotas of their own."""
    cases: tuple[tuple[str, Api], ...] = (("", "rest"), ("", "graphql"), ("core", "graphql"), ("graphql", "rest"))
    scopes = [
        throttle_of(403, {**FULL, "x-ratelimit-resource": name} if name else FULL, "API rate limit exceeded", NOW, api)
        for name, api in cases
    ]

    assert ["core", "graphql", "core", "graphql"] == [found.scope for found in scopes if found]


def test_the_rate_is_whole_or_missing() -> None:
    """`used` may be left out, the rest may not."""
    assert Rate("core", 5000, 0, 5000, NOW + 101) == rate_of(FULL, NOW, "rest")
    assert Rate("graphql", 5000, 0, 7, 0.0) == rate_of(
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-used": "7"}, NOW, "graphql"
    )
    assert rate_of({}, NOW, "rest") is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_none(body: bytes) -> None:
    """Empty, a page, truncated, no text, absurdly deep."""
    assert decode(body) is None


def test_all_that_a_refusal_says_is_kept_in_one_line() -> None:
    """For the person who must mend it."""
    document = {
        "message": "Validation Failed",
        "errors": [
            {"resource": "Issue", "field": "labels", "code": "invalid", "value": "x"},
            {"resource": "Issue", "code": "unprocessable", "message": "assignees are too many"},
            "plain words",
        ],
        "documentation_url": "https://docs.github.com/rest/issues/issues#create-an-issue",
    }

    expected = "Validation Failed; labels: invalid; unprocessable (assignees are too many); plain words"
    assert expected == words_of(document)
    assert ["", "", "text"] == [words_of(None), words_of([]), words_of({"message": None, "errors": "text"})]


def test_an_unnamed_429_pauses_the_account() -> None:
    """Going on would risk a ban."""
    assert Throttled("account", why="wait") == throttle_of(429, {}, "wait", NOW, "rest")


def test_retry_after_may_be_a_date() -> None:
    """HTTP allows both; the date is put on our clock, and counts even where no wording tells of a limit."""
    date = "Fri, 15 Jan 2027 08:00:30 GMT"

    assert NOW + 30 == until({"retry-after": date}, "Please wait.")
    assert NOW + 90 == until({"retry-after": date, "date": LATE}, "Please wait.")
