"""Look-ups: what is asked, which evidence counts, and when a read is whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from tests.github.samples import ACCOUNT, NOW, batch, body_of, context, data, marker, operation, refused, reply

from penstock.base.errors import AnswerLost, TimedOut
from penstock.github.body import compose
from penstock.github.context import Api
from penstock.github.lookups import KINDS, lookup
from penstock.github.responses import read_lookup, read_probe
from penstock.model import operation as operations_module
from penstock.model.observed import Marker
from penstock.model.operation import Operation
from penstock.model.outcome import Answer, Fatal, Succeeded, Throttled, Transient
from penstock.model.ports import Reply, Request

HIGH_WATER = 40
LIST = "/repos/octo/widgets/issues?state=all&creator=octocat&sort=created&direction=desc&per_page=100&page="
NEXT = {"link": '<https://api.github.com/repositories/11/issues?page=2>; rel="next", <…>; rel="last"'}


def ask(api: Any, operations: Sequence[Operation], cursor: str = "") -> Request:
    """The next request of the look-up."""
    return lookup(context(), api, operations, HIGH_WATER, cursor)


def read(api: Any, operations: Sequence[Operation], result: Any, cursor: str = "") -> Answer:
    """What its answer shows."""
    return read_lookup(
        context(),
        api,
        operations,
        result,
        batch=9,
        sent_at=NOW - 1,
        received_at=NOW,
        high_water=HIGH_WATER,
        cursor=cursor,
    )


def issue(number: int, mark: Marker | None = None, author: str = "octocat", kind: str = "User") -> dict[str, Any]:
    """An issue as GraphQL shows it."""
    body = compose("Text", mark) if mark else "no marker"
    who = {"__typename": kind, "login": author}
    return {"id": f"I_{number}", "number": number, "databaseId": 1000 + number, "body": body, "author": who}


def rest_issue(number: int, mark: Marker | None = None, author: str = "octocat") -> dict[str, Any]:
    """An issue, or a comment, as REST shows it."""
    body = compose("Text", mark) if mark else None
    return {"id": 1000 + number, "node_id": f"I_{number}", "number": number, "body": body, "user": {"login": author}}


def newest(issues: Sequence[dict[str, Any]], more: str = "", by_number: dict[str, Any] | None = None) -> Reply:
    """The answer of GraphQL to a look-up of creates."""
    page = {"nodes": list(issues), "pageInfo": {"hasNextPage": bool(more), "endCursor": more or None}}
    errors = [
        refused("repository", "NOT_FOUND", "Could not resolve to an issue or pull request with the number of 43.")
    ]
    return data({"repository": {"issues": page, **(by_number or {})}}, *errors)


def adopted(number: int) -> Succeeded:
    """The issue with this number stands."""
    return Succeeded(number, f"I_{number}", 1000 + number, adopted=True)


@pytest.mark.parametrize("kind", sorted(KINDS - {"milestone.create"}))
@pytest.mark.parametrize("size", [1, 20])
def test_github_would_run_every_look_up(kind: str, size: int, complaints: Callable[[Request], list[str]]) -> None:
    """Text and variables fit GitHub's own schema, on the first page and on a later one."""
    assert [] == complaints(ask("graphql", batch(kind, size)))
    assert [] == complaints(ask("graphql", batch("issue.create", size), "cursor"))


def test_every_kind_that_cannot_simply_be_sent_again_can_be_looked_up() -> None:
    """None and keyed, and nothing else."""
    assert {kind.name for kind in operations_module.KINDS if kind.idempotency != "natural"} == KINDS


def test_creates_are_looked_for_by_list_and_by_number() -> None:
    """The newest issues of the account, and the numbers right above the high-water mark, a few spare; never search."""
    variables = body_of(ask("graphql", batch("issue.create", 2)))["variables"]

    assert {
        "owner": "octo",
        "name": "widgets",
        "cursor": None,
        "filter": {"createdBy": "octocat"},
        "i0": 41,
        "i1": 42,
        "i2": 43,
        "i3": 44,
    } == variables


def test_no_more_than_twenty_numbers_are_asked_for() -> None:
    """However large the batch was; and only in the first request of a read."""
    first, later = ask("graphql", batch("issue.create", 100)), ask("graphql", batch("issue.create", 100), "Y3Vy")

    assert [41, 60] == [body_of(first)["variables"][f"i{i}"] for i in (0, 19)]
    assert "i20" not in body_of(first)["variables"]
    assert {"owner", "name", "cursor", "filter"} == set(body_of(later)["variables"])


def test_an_app_is_not_filtered_by_login() -> None:
    """The filters spell an app's login in ways of their own."""
    bot = context(account=replace(ACCOUNT, login="penstock[bot]"))

    assert body_of(lookup(bot, "graphql", batch("issue.create", 1), 0, ""))["variables"]["filter"] is None
    assert "creator" not in lookup(bot, "rest", batch("issue.create", 1), 0, "").path


def test_a_create_is_found_by_its_marker() -> None:
    """In the list or by number; numbers that do not exist yet are errors that mean nothing."""
    found = read("graphql", batch("issue.create", 3), newest(
        [issue(45), issue(42, marker(1)), issue(40)],
        by_number={"i0": issue(41, marker(0)), "i1": issue(42, marker(1)), "i2": None},
    ))  # fmt: skip

    assert (((0, adopted(41)), (1, adopted(42))), "", ()) == (found.found, found.more, found.outcomes)
    assert found.healthy


@pytest.mark.parametrize(
    "stranger",
    [
        issue(41, marker(0), author="mallory"),
        issue(41, marker(0), author="octocat", kind="Bot"),
        issue(41, marker(0, run="other")),
        issue(41, marker(0, graph="other")),
        issue(41, marker(0, key="other")),
        issue(41, marker(1, key="k0")),
        issue(41),
        {**issue(41, marker(0)), "author": None},
    ],
)
def test_only_our_own_marker_is_evidence(stranger: dict[str, Any]) -> None:
    """Author, graph, key, operation and run must all be ours: a forged or copied marker adopts nothing."""
    found = read("graphql", batch("issue.create", 1), newest([stranger], by_number={"i0": stranger}))

    assert () == found.found


def test_a_bots_own_issue_is_known_on_both_apis() -> None:
    """GraphQL leaves the `[bot]` of its login out."""
    bot, operations = context(account=replace(ACCOUNT, login="penstock[bot]")), batch("issue.create", 1)
    answers: dict[Api, Reply] = {
        "graphql": newest([issue(41, marker(0), "penstock", "Bot")]),
        "rest": reply([rest_issue(41, marker(0), "penstock[bot]")]),
    }

    for api, result in answers.items():
        found = read_lookup(
            bot, api, operations, result, batch=1, sent_at=NOW, received_at=NOW, high_water=40, cursor=""
        ).found
        assert ((0, adopted(41)),) == found


def test_a_read_goes_on_until_the_high_water_mark() -> None:
    """Strangers' new issues may fill a page; once all are found nothing more is read."""
    operations = batch("issue.create", 1)
    full = [issue(number) for number in range(150, 50, -1)]

    assert "Y3Vy" == read("graphql", operations, newest(full, "Y3Vy")).more
    assert "" == read("graphql", operations, newest([*full, issue(40)], "Y3Vy")).more
    assert "" == read("graphql", operations, newest([*full, issue(45, marker(0))], "Y3Vy")).more
    assert "" == read("graphql", operations, newest(full)).more


def test_rest_reads_the_list_and_then_the_numbers_it_did_not_show() -> None:
    """One request each; the cursor knows what is left."""
    operations = batch("issue.create", 1)
    first = read("rest", operations, reply([rest_issue(50), rest_issue(42)], headers=NEXT))
    second = read("rest", operations, reply([rest_issue(40), rest_issue(39)], headers=NEXT), first.more)
    third = read("rest", operations, reply({"message": "Not Found"}, 404), second.more)
    fourth = read("rest", operations, reply(rest_issue(43, marker(0))), third.more)

    assert [LIST + "1", LIST + "2", "/repos/octo/widgets/issues/41", "/repos/octo/widgets/issues/43"] == [
        ask("rest", operations, cursor).path for cursor in ("", first.more, second.more, third.more)
    ]
    assert [(), (), (), ((0, adopted(43)),)] == [page.found for page in (first, second, third, fourth)]
    assert "" == fourth.more


def test_rest_stops_reading_when_all_are_found() -> None:
    """The first page usually shows them."""
    issues = [rest_issue(42, marker(1)), rest_issue(41, marker(0))]

    found = read("rest", batch("issue.create", 2), reply(issues, headers=NEXT))

    assert ({0: adopted(41), 1: adopted(42)}, "") == (dict(found.found), found.more)


def test_comments_are_found_by_their_marker() -> None:
    """On the issue they were written to."""
    operations = batch("comment.create", 2)
    comments = [{"id": "IC_1", "databaseId": 9, "body": compose("Said", marker(1)), "author": issue(1)["author"]}]
    seen = read(
        "graphql", operations, data({"i0": {"comments": {"nodes": []}}, "i1": {"comments": {"nodes": comments}}})
    )
    rest = [{"id": 9, "node_id": "IC_1", "body": compose("Said", marker(1)), "user": {"login": "octocat"}}]
    pages = [read("rest", operations, reply([], headers=NEXT)), read("rest", operations, reply(rest), "1:1")]

    expected = ((1, Succeeded(0, "IC_1", 9, adopted=True)),)
    assert expected == seen.found
    assert ["0:2", ""] == [page.more for page in pages]
    assert [(), expected] == [page.found for page in pages]
    assert [f"/repos/octo/widgets/issues/17/comments?per_page=100&page={page}" for page in (1, 2, 1)] == [
        ask("rest", operations, cursor).path for cursor in ("", "0:2", "1:1")
    ]


def test_a_label_stands_whoever_made_it() -> None:
    """A name can exist once: the plan wanted it there, and it is."""
    operations = batch("label.create", 2)
    seen = read("graphql", operations, data({"repository": {"i0": None, "i1": {"id": "LA_1"}}}))
    pages = [
        read("rest", operations, reply({"message": "Not Found"}, 404)),
        read("rest", operations, reply({"id": 1, "node_id": "LA_1", "name": "bug"}), "1:1"),
    ]

    assert ((1, Succeeded(0, "LA_1", adopted=True)),) == seen.found
    assert [((), "1:1"), (((1, Succeeded(0, "LA_1", 1, adopted=True)),), "")] == [(p.found, p.more) for p in pages]
    assert "/repos/octo/widgets/labels/bug" == ask("rest", operations).path


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_a_milestone_is_found_by_its_title_over_rest(api: str) -> None:
    """Open or closed, page by page."""
    operations = [operation("milestone.create", 4)]
    other = {"id": 1, "node_id": "MI_1", "number": 1, "title": "M1"}
    ours = {"id": 2, "node_id": "MI_2", "number": 2, "title": "M2"}
    first = read(api, operations, reply([other], headers=NEXT))
    second = read(api, operations, reply([ours]), first.more)

    assert ((), "0:2") == (first.found, first.more)
    assert ((4, Succeeded(2, "MI_2", 2, adopted=True)),) == second.found
    assert "/repos/octo/widgets/milestones?state=all&per_page=100&page=2" == ask(api, operations, first.more).path


@pytest.mark.parametrize(
    ("kind", "shown", "elsewhere", "path"),
    [
        (
            "sub_issue.link",
            ({"parent": {"id": "I_17"}}, {"id": 1017}),
            ({"parent": {"id": "I_99"}}, {"id": 1099}),
            "/repos/octo/widgets/issues/18/parent",
        ),
        (
            "blocked_by.link",
            ({"blockedBy": {"nodes": [{"id": "I_3"}, {"id": "I_18"}]}}, [{"id": 1003}, {"id": 1018}]),
            ({"blockedBy": {"nodes": [{"id": "I_3"}]}}, [{"id": 1003}]),
            "/repos/octo/widgets/issues/17/dependencies/blocked_by?per_page=100&page=1",
        ),
    ],
)
def test_a_link_stands_when_the_right_issue_is_at_its_other_end(
    kind: str, shown: tuple[Any, Any], elsewhere: tuple[Any, Any], path: str
) -> None:
    """A child of another parent is not ours."""
    operations = [operation(kind)]

    expected = ((5, Succeeded(adopted=True)),)
    assert expected == read("graphql", operations, data({"i0": shown[0]})).found
    assert expected == read("rest", operations, reply(shown[1])).found
    assert () == read("graphql", operations, data({"i0": elsewhere[0]})).found
    assert () == read("rest", operations, reply(elsewhere[1])).found
    assert () == read("rest", operations, reply({"message": "Not Found"}, 404)).found
    assert path == ask("rest", operations).path


def test_an_issue_that_is_gone_shows_nothing() -> None:
    """GraphQL says NOT_FOUND for its node; that is an answer."""
    missing = refused("i0", "NOT_FOUND", "Could not resolve to a node with the global id of 'I_18'.")

    found = read("graphql", batch("sub_issue.link", 1), data({"i0": None}, missing))

    assert ((), (), True) == (found.found, found.outcomes, found.healthy)


@pytest.mark.parametrize("api", ["graphql", "rest"])
@pytest.mark.parametrize("kind", ["issue.create", "milestone.create"])
def test_a_repository_that_is_gone_is_no_proof_of_absence(api: str, kind: str) -> None:
    """Nothing may be sent again because nothing could be seen."""
    error = refused("repository", "NOT_FOUND", "Could not resolve to a Repository with the name 'octo/widgets'.")
    by_graphql = api == "graphql" and kind == "issue.create"
    result = data({"repository": None}, error) if by_graphql else reply({"message": "Not Found"}, 404)

    found = read(api, batch(kind, 2), result)

    assert [Fatal, Fatal] == [type(outcome) for outcome in found.outcomes]
    assert ((), "") == (found.found, found.more)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (AnswerLost("cut"), Transient("network", 1.0, "cut")),
        (TimedOut("12 s"), Transient("timeout", 1.0, "12 s")),
        (reply(b"", 502), Transient("server", 1.0, "HTTP 502")),
        (reply(b"<html>"), Transient("server", 1.0, "the answer is not JSON")),
        (data(None), Transient("server", 1.0, "HTTP 200")),
        (data({"repository": {"issues": None}}), Transient("server", 1.0, "no list of issues")),
        (data({"repository": {"issues": None}}, refused("repository", None, "oops")), Transient("server", 1.0, "oops")),
        (reply({"message": "slow down"}, 429), Throttled("account", why="slow down")),
        (reply({"message": "Bad credentials"}, 401),
         Fatal("Bad credentials", "the token is wrong, expired or revoked: make a new one")),
    ],
)  # fmt: skip
def test_a_failed_look_up_says_nothing_about_the_operations(result: Any, expected: Any) -> None:
    """It is tried again; the operations stay in doubt."""
    found = read("graphql", batch("issue.create", 2), result)

    assert ((expected, expected), (), "") == (found.outcomes, found.found, found.more)
    assert found.healthy is (False if isinstance(expected, Transient) else None)


def test_a_probe_that_went_through_has_nothing_to_say() -> None:
    """One outcome when it did not."""
    good = read_probe("graphql", data({"viewer": {"id": "U_7"}}), batch=1, sent_at=NOW - 1, received_at=NOW)
    bad = read_probe("rest", reply(b"", 503), batch=1, sent_at=NOW - 1, received_at=NOW)

    assert ((), True) == (good.outcomes, good.healthy)
    assert ((Transient("server", 1.0, "HTTP 503"),), False) == (bad.outcomes, bad.healthy)


def test_cursors_are_plain_text() -> None:
    """They go into the journal."""
    more = read("rest", batch("issue.create", 2), reply([rest_issue(50)], headers=NEXT)).more

    assert more == json.loads(json.dumps(more)) == "2:41,42,43,44"


def test_a_list_with_a_hole_is_no_proof_of_absence() -> None:
    """The issue that the server could not show may be the one looked for."""
    page = {"nodes": [None, issue(30)], "pageInfo": {"hasNextPage": False, "endCursor": None}}

    found = read("graphql", batch("issue.create", 1), data({"repository": {"issues": page}}))

    assert isinstance(found.outcomes[0], Transient)
