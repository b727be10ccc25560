"""The first read, against a small repository that answers by the request: both APIs must see the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from tests.github.repository import Repository
from tests.github.samples import NOW, data, reply

from penstock.base.errors import AccessError, PenstockError, ServerError
from penstock.github import reads_graphql
from penstock.github.body import Links, compose
from penstock.github.errors import GRANT
from penstock.github.graphql import request as graphql_request
from penstock.github.reads import observe
from penstock.model.observed import Account, Marker, Names, Observation, ObservedIssue, RepositoryFacts
from penstock.model.ports import Reply, Request

OURS = Marker(graph="g", key="1", op=0, run="r")


def pump(repository: Repository, transport: Any = "auto", **options: Any) -> Observation:
    """Run a read to its end."""
    reading = observe("octo/widgets", "g", now=NOW, transport=transport, **options)
    request = next(reading)
    while True:
        try:
            request = reading.send(repository.answer(request))
        except StopIteration as stop:
            found = stop.value
            assert isinstance(found, Observation)
            return found


@pytest.fixture(params=["graphql", "rest"])
def transport(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each API in turn."""
    yield request.param


@pytest.fixture
def repository() -> Repository:
    """A repository without issues."""
    return Repository()


def test_both_apis_see_the_whole_repository(repository: Repository, transport: str) -> None:
    """Account, facts, names, every field of an issue; links of other repositories left out."""
    repository.add(3)
    repository.add(4, replace(OURS, key="0"))
    repository.add(5, OURS, state="not_planned", parent=4, blocked_by=(3, 4))
    repository.add(6, replace(OURS, key="6"), pull=True)

    seen = pump(repository, transport)

    zoe = {"zoe": ("zoe", "U_zoe")} if transport == "graphql" else {}
    issue = ObservedIssue(
        number=5,
        node_id="I_5",
        database_id=1005,
        title="Title 5",
        body=compose("Text", OURS),
        state="not_planned",
        author="octocat",
        marker=OURS,
        region="Text",
        labels=("Bug",),
        assignees=("zoe",),
        milestone="M1",
        issue_type="Task",
        parent=4,
        blocked_by=(3, 4),
    )
    assert [4, 5] == [found.number for found in seen.issues]
    assert issue == seen.issues[1]
    assert Account("octocat", 7, "U_7") == seen.account
    assert (
        RepositoryFacts(
            name="octo/widgets",
            node_id="R_1",
            database_id=11,
            permission="write",
            visibility="public",
            archived=False,
            has_issues=True,
            watchers=3,
        )
        == seen.repository
    )
    assert (
        Names(
            labels={"bug": ("Bug", "LA_Bug")},
            milestones={"M1": (1, "MI_M1")},
            users={"ann": ("Ann", "U_Ann"), **zoe},
            types={"task": ("Task", "IT_1")},
        )
        == seen.names
    )
    assert (3, transport, True, NOW) == (seen.total, seen.transport, seen.native_links, seen.as_of)
    assert (6 if transport == "rest" else 5) == seen.high_water


def test_every_page_is_read(repository: Repository, transport: str) -> None:
    """Issues, labels and milestones, however many."""
    repository.page = 10
    repository.labels = [f"l{n}" for n in range(25)]
    repository.milestones = [f"m{n}" for n in range(15)]
    for number in range(1, 96):
        repository.add(number, replace(OURS, key=str(number)))

    seen = pump(repository, transport)

    assert list(range(1, 96)) == [issue.number for issue in seen.issues]
    assert (95, 95, 25, 15) == (seen.total, seen.high_water, len(seen.names.labels), len(seen.names.milestones))
    assert len(repository.sent) == seen.requests


def test_graphql_reads_labels_and_milestones_along_with_the_issues(repository: Repository) -> None:
    """As many requests as the longest list has pages, and none more."""
    repository.page = 10
    repository.labels = [f"l{n}" for n in range(25)]
    for number in range(1, 96):
        repository.add(number, OURS)

    assert 10 == pump(repository).requests


def test_an_assignee_beyond_the_first_page_is_asked_for_by_name(repository: Repository, transport: str) -> None:
    """A repository may have thousands; only those the graph wants are asked for, whatever their case."""
    repository.page = 2
    repository.users = ["Ann", "Bob", "Carol", "Dave"]

    seen = pump(repository, transport, logins=("ANN", "dave", "nobody"))

    assert {"ann", "dave"} <= seen.names.users.keys()
    assert "nobody" not in seen.names.users
    assert "carol" not in seen.names.users or transport == "rest"


def test_a_marker_counts_only_when_its_author_does(repository: Repository, transport: str) -> None:
    """The account itself and those the user trusts; who else carries the graph's marker is named."""
    repository.add(1, OURS, author="OctoCat")
    repository.add(2, replace(OURS, key="2"), author="friend")
    repository.add(3, replace(OURS, key="3"), author="mallory")
    repository.add(4, replace(OURS, key="4"), author=None)

    seen = pump(repository, transport, authors=("Friend",))

    assert [1, 2] == [issue.number for issue in seen.issues]
    assert {3: "mallory", 4: ""} == seen.untrusted


def test_other_graphs_are_counted_but_not_read(repository: Repository, transport: str) -> None:
    """Their keys tell whether this is the same graph under another name."""
    repository.add(1, replace(OURS, graph="h", key="a"))
    repository.add(2, replace(OURS, graph="h", key="b"))
    repository.add(3, replace(OURS, graph="h", key="c"), author="mallory")

    seen = pump(repository, transport)

    assert ((), {"h": ("a", "b")}, {}) == (seen.issues, seen.other_graphs, seen.untrusted)


def test_a_removed_end_leaves_no_region(repository: Repository, transport: str) -> None:
    """The issue is still known by its marker."""
    repository.add(1, OURS, body=compose("Text", OURS).rpartition("\n")[0])

    assert [None] == [issue.region for issue in pump(repository, transport).issues]


def test_issues_of_a_newer_penstock_stop_the_read(repository: Repository, transport: str) -> None:
    """Otherwise all of them would be created once more; a stranger's cannot stop anything."""
    repository.add(1, body="<!-- penstock:v2 x -->", author="mallory")
    assert () == pump(repository, transport).issues

    repository.add(2, body="<!-- penstock:v2 x -->")
    with pytest.raises(PenstockError, match="#2 was written by a newer Penstock"):
        pump(repository, transport)


def test_rest_takes_over_where_graphql_is_missing(repository: Repository) -> None:
    """By itself, unless GraphQL was asked for."""
    repository.graphql = False
    repository.add(1, OURS)

    seen = pump(repository)

    assert ("rest", 1) == (seen.transport, len(seen.issues))
    with pytest.raises(ServerError, match="no GraphQL"):
        pump(repository, "graphql")


def test_an_older_server_is_read_without_links(repository: Repository, transport: str) -> None:
    """One that knows neither sub-issues nor dependencies nor types; the plan must do without."""
    repository.links = False
    repository.add(1, OURS)

    seen = pump(repository, transport)

    assert (False, [1]) == (seen.native_links, [issue.number for issue in seen.issues])


def test_links_of_an_older_server_are_those_of_the_texts(repository: Repository, transport: str) -> None:
    """And those of a newer one are its own, whatever a text still says."""
    body = compose("Text", OURS, links=Links(7, (8, 9)))
    repository.add(1, body=body, parent=3, blocked_by=(4,))
    (newer,) = pump(repository, transport).issues
    repository.links = False
    (older,) = pump(repository, transport).issues

    assert (3, (4,), True, "Text") == (newer.parent, newer.blocked_by, newer.links_in_text, newer.region)
    assert (7, (8, 9), True, "Text") == (older.parent, older.blocked_by, older.links_in_text, older.region)


@pytest.mark.parametrize(
    ("version", "native"),
    [
        ("", True),
        ("3.19.0", True),
        ("4.0.1", True),
        ("enterprise-server@3.20.0", True),
        ("3.18.9", False),
        ("3.9", False),
    ],
)
def test_an_empty_repository_tells_by_its_servers_version_over_rest(version: str, native: bool) -> None:
    """No issue shows whether there are links, so nothing needs to be tried out; GraphQL's schema tells anyway."""
    repository = Repository()
    repository.version = version

    assert native == pump(repository, "rest").native_links


def test_a_pull_request_does_not_tell_whether_there_are_links(repository: Repository) -> None:
    """It has no sub-issues anywhere."""
    repository.add(1, pull=True)

    assert pump(repository, "rest").native_links


def test_issues_that_are_switched_off_are_not_read(repository: Repository) -> None:
    """REST answers 410 for them; the facts say so."""
    repository.facts = {"has_issues": False}

    seen = pump(repository, "rest")

    assert (False, 0) == (seen.repository.has_issues, seen.total)
    assert [] == [request.path for request in repository.sent if "/issues?" in request.path]


def test_a_page_too_heavy_is_asked_again_in_smaller_ones(repository: Repository) -> None:
    """Down to 25 issues; then the read gives up."""
    for number in range(1, 61):
        repository.add(number, OURS)
    heavy = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}
    repository.failing = {0: data({"repository": None}, heavy), 1: reply(b"", 502)}

    seen = pump(repository)

    assert (60, 5) == (len(seen.issues), seen.requests)
    assert [100, 50, 25] == [json.loads(request.body)["variables"]["size"] for request in repository.sent[:3]]

    repository.sent.clear()
    repository.failing[2] = reply(b"", 502)
    with pytest.raises(ServerError, match="did not answer"):
        pump(repository)


GONE = {"message": "Not Found"}


@pytest.mark.parametrize(
    ("position", "result", "message", "hint"),
    [
        (0, reply({"message": "Bad credentials"}, 401), "GitHub refused", "the token is wrong, expired or revoked"),
        (0, reply({"message": "Resource protected by organization SAML enforcement."}, 403,
                  {"x-github-sso": "required; url=https://github.com/orgs/octo/sso?authorization_request=A1"}),
         "GitHub refused", "at https://github.com/orgs/octo/sso?authorization_request=A1"),
        (0, data({"repository": None}, {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}),
         "cannot be seen", GRANT),
        (0, data({"repository": None}, {"type": "FORBIDDEN", "path": ["repository"],
                                        "message": "Resource not accessible by personal access token"}),
         "GitHub refused", GRANT),
    ],
)  # fmt: skip
def test_a_missing_right_names_what_to_grant(
    repository: Repository, position: int, result: Reply, message: str, hint: str
) -> None:
    """Before anything is sent that writes."""
    repository.failing = {position: result}

    with pytest.raises(AccessError, match=message) as raised:
        pump(repository)

    assert hint in raised.value.hint


@pytest.mark.parametrize(("position", "result"), [(0, reply({"message": "Forbidden"}, 403)), (1, reply(GONE, 404))])
def test_a_missing_right_is_named_over_rest_too(repository: Repository, position: int, result: Reply) -> None:
    """The account first, then the repository, which GitHub hides from those who may not see it."""
    repository.failing = {position: result}

    with pytest.raises(AccessError) as raised:
        pump(repository, "rest")

    assert GRANT in raised.value.hint


@pytest.mark.parametrize(
    ("scopes", "visibility", "enough"),
    [
        ("repo, gist", "private", True),
        ("public_repo", "public", True),
        ("public_repo", "private", False),
        ("gist, read:org", "public", False),
        ("", "private", True),
    ],
)
def test_a_classic_tokens_scopes_are_checked_before_anything_is_sent(
    repository: Repository, transport: str, scopes: str, visibility: str, *, enough: bool
) -> None:
    """Tokens of other kinds list none; they show only when they write."""
    repository.scopes = scopes
    spelt = visibility.upper() if transport == "graphql" else visibility
    repository.facts = {"visibility": spelt}

    if enough:
        assert visibility == pump(repository, transport).repository.visibility
    else:
        with pytest.raises(AccessError, match="may not write issues") as raised:
            pump(repository, transport)
        assert GRANT == raised.value.hint


def test_a_rate_limit_is_told_as_one(repository: Repository) -> None:
    """It is no matter of access."""
    repository.failing = {0: reply({"message": "API rate limit exceeded for user ID 7."}, 403)}

    with pytest.raises(ServerError, match="rate limit"):
        pump(repository)


@pytest.mark.parametrize("links", [True, False])
def test_github_would_run_the_read(links: bool, complaints: Callable[[Request], list[str]]) -> None:
    """Text and variables fit GitHub's own schema."""
    lists = dict.fromkeys(("facts", "labels", "milestones", "issues"), True)
    cursors = dict.fromkeys(("labelsAfter", "milestonesAfter", "issuesAfter"))
    variables = {"owner": "octo", "name": "widgets", "size": 100, **lists, **cursors}
    users = {"owner": "octo", "name": "widgets", "i0": "ann", "i1": "bob"}

    assert [] == complaints(graphql_request(reads_graphql.document(links=links), variables))
    assert [] == complaints(graphql_request(reads_graphql.users_document(2), users))


def test_a_read_with_a_hole_is_not_planned_from(repository: Repository) -> None:
    """An issue that the server cannot show just now would be taken for missing, and made a second time."""
    repository.add(5, OURS)
    whole = json.loads(repository.answer(graphql_request("", _first_page())).body)
    whole["data"]["repository"]["issues"]["nodes"][0] = None
    repository.failing = dict.fromkeys(range(1, 9), reply(whole))

    with pytest.raises(ServerError, match="did not answer"):
        pump(repository)


def _first_page() -> dict[str, Any]:
    cursors = dict.fromkeys(("labelsAfter", "milestonesAfter", "issuesAfter"))
    return {**dict.fromkeys(("facts", "labels", "milestones", "issues"), True), **cursors, "size": 100}
