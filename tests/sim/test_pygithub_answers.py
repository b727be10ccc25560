"""PyGithub on the simulator: GraphQL, limits, caches, and GitHub's refusals as its own exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from github.Issue import Issue
from github.Repository import Repository
from tests.sim.served import Served, pygithub, served

import github


@pytest.fixture
def simulator() -> Iterator[Served]:
    """An empty simulated GitHub that holds the documented limits."""
    with served(profile="documented") as simulator:
        yield simulator


@pytest.fixture
def repository(simulator: Served) -> Iterator[Repository]:
    """`octo/widgets`."""
    with pygithub(simulator) as client:
        yield client.get_repo("octo/widgets")


def test_graphql_is_spoken(repository: Repository) -> None:
    """A query with variables, a node as an object of the client, a mutation by name."""
    issue = repository.create_issue("One")
    query = 'query($n:Int!){repository(owner:"octo",name:"widgets"){issues(first:$n){nodes{title}}}}'

    _, answer = repository.requester.graphql_query(query, {"n": 5})
    node = repository.requester.graphql_node_class(issue.node_id, "number title body createdAt", Issue)
    _, payload = repository.requester.graphql_named_mutation(
        "closeIssue", {"issueId": issue.node_id, "stateReason": "NOT_PLANNED"}, "issue { state stateReason }"
    )

    assert {"data": {"repository": {"issues": {"nodes": [{"title": "One"}]}}}} == answer
    assert (1, "One", issue.created_at) == (node.number, node.title, node.created_at)
    assert {"issue": {"state": "CLOSED", "stateReason": "NOT_PLANNED"}} == payload


def test_graphql_errors_are_exceptions(repository: Repository) -> None:
    """What is not found has its own; everything else carries `errors` as they came."""
    requester = repository.requester
    with pytest.raises(github.UnknownObjectException, match="Could not resolve to a node with the global id of 'I_x'"):
        requester.graphql_node("I_x", "id", "Issue")
    with pytest.raises(github.GithubException) as refused:
        requester.graphql_query("{ viewer { secret } }", {})

    assert "Field 'secret' doesn't exist on type 'User'" == refused.value.data["errors"][0]["message"]


@pytest.mark.parametrize("path", ["", "/api/v3"])
def test_it_works_as_github_and_as_an_enterprise_server(simulator: Served, path: str) -> None:
    """Addresses in answers lead back to where the client came from, GraphQL included."""
    with pygithub(simulator, path) as client:
        issue = client.get_repo("octo/widgets").create_issue("One")
        issue.create_comment("Said")
        _, answer = client.requester.graphql_query("{ viewer { login } }", {})

        assert f"{simulator.url}{path}/repos/octo/widgets/issues/1" == issue.url
        assert ["Said"] == [comment.body for comment in issue.get_comments()]
        assert {"viewer": {"login": "octo"}} == answer["data"]


def test_rate_limits_are_read(repository: Repository, simulator: Served) -> None:
    """Asking costs nothing; every answer carries them as well."""
    repository.create_issue("One")
    with pygithub(simulator) as client:
        limits = client.get_rate_limit().resources
        client.get_user().login  # noqa: B018 (reads it)

        assert (5000, 4998) == (limits.core.limit, limits.core.remaining)
        assert (5000, 5000) == (limits.graphql.limit, limits.graphql.remaining)
        assert (4997, 5000) == client.rate_limiting


def test_an_answer_the_client_has_costs_nothing(repository: Repository, simulator: Served) -> None:
    """304 by `ETag`; after a change there is another one."""
    issue = repository.create_issue("One")
    with pygithub(simulator) as client:
        before = client.get_rate_limit().resources.core.remaining
        again = issue.update()
        after = client.get_rate_limit().resources.core.remaining
    simulator.act("edit_issue", number=1, title="Uno")

    assert (False, before) == (again, after)
    assert (True, "Uno") == (issue.update(), issue.title)


def refused(call: Callable[[], Any]) -> tuple[type[github.GithubException], int, Any, Any]:
    """Type, status, message and `errors` of a call that fails."""
    with pytest.raises(github.GithubException) as caught:
        call()
    return (type(caught.value), caught.value.status, caught.value.data["message"], caught.value.data.get("errors"))


def test_what_is_not_there_is_an_unknown_object(repository: Repository, simulator: Served) -> None:
    """A repository, an issue, a label, a milestone, a comment; a deleted issue is gone."""
    issue = repository.create_issue("One")
    simulator.act("create_issue", title="Two")
    simulator.act("delete_issue", number=2)
    unknown = (github.UnknownObjectException, 404, "Not Found", None)

    with pygithub(simulator) as client:
        assert unknown == refused(lambda: client.get_repo("octo/nothing"))
    assert unknown == refused(lambda: repository.get_issue(99))
    assert unknown == refused(lambda: repository.get_label("no such label"))
    assert unknown == refused(lambda: repository.get_milestone(7))
    assert unknown == refused(lambda: issue.get_comment(7))
    gone = (github.GithubException, 410, "This issue was deleted", None)
    assert gone == refused(lambda: repository.get_issue(2))


def test_what_is_invalid_says_which_field(repository: Repository) -> None:
    """422 with `errors` in GitHub's form; nothing was created."""
    invalid = (github.GithubException, 422, "Validation Failed")
    title = {"resource": "Issue", "code": "missing_field", "field": "title"}
    assignee = {"resource": "Issue", "code": "invalid", "field": "assignees", "value": "nobody"}
    name = {"resource": "Label", "code": "already_exists", "field": "name"}
    milestone = {"resource": "Milestone", "code": "already_exists", "field": "title"}
    repository.create_milestone("v1")

    assert (*invalid, [title]) == refused(lambda: repository.create_issue(" "))
    assert (*invalid, [assignee]) == refused(lambda: repository.create_issue("One", assignee="nobody"))
    assert (*invalid, [name]) == refused(lambda: repository.create_label("BUG", "ffffff"))
    assert (*invalid, [milestone]) == refused(lambda: repository.create_milestone("v1"))
    assert 0 == repository.get_issues(state="all").totalCount


def test_links_that_break_a_rule_are_refused(repository: Repository) -> None:
    """A second parent, and a dependency that is there already."""
    one, two, three = [repository.create_issue(title) for title in ("One", "Two", "Three")]
    one.add_sub_issue(three)
    one.add_blocked_by(two)

    _, status, parent, _ = refused(lambda: two.add_sub_issue(three))
    _, _, twice, _ = refused(lambda: one.add_blocked_by(two))

    assert (422, True) == (status, parent.endswith("Sub issue may only have one parent"))
    assert "Validation failed: Target issue has already been taken" == twice


def test_a_token_that_does_not_work_is_refused(simulator: Served) -> None:
    """401, as for a token that was revoked."""
    simulator.fail("revoked")
    with pygithub(simulator, token="stolen") as client, pytest.raises(github.BadCredentialsException):  # noqa: S106
        client.get_user().login  # noqa: B018 (reads it)


@pytest.mark.parametrize(
    ("seed", "status", "known_as"), [(0, 429, github.GithubException), (2, 403, github.RateLimitExceededException)]
)
def test_a_secondary_limit_says_how_long_to_wait(seed: int, status: int, known_as: type[Exception]) -> None:
    """GitHub answers 403 or 429, both with `Retry-After`; this client takes only the first for a limit."""
    with served(profile="documented", seed=seed) as simulator, pygithub(simulator) as client:
        repository = client.get_repo("octo/widgets")
        simulator.fail("throttle.announced", "POST /repos/octo/widgets/issues")
        with pytest.raises(github.GithubException) as caught:
            repository.create_issue("One")
        issues = simulator.stats()["issues"]

    assert (known_as, status, 0) == (type(caught.value), caught.value.status, issues)
    assert "60" == (caught.value.headers or {})["retry-after"]
    assert "about-secondary-rate-limits" in caught.value.data["documentation_url"]


def test_creating_too_quickly_is_refused_without_a_hint(repository: Repository, simulator: Served) -> None:
    """The eighty-first issue of a minute: 403 without `Retry-After`, as on GitHub."""
    for number in range(80):
        repository.create_issue(f"Issue {number}")

    with pytest.raises(github.RateLimitExceededException) as caught:
        repository.create_issue("One too many")

    assert "retry-after" not in (caught.value.headers or {})
    assert "temporarily blocked from content creation" in caught.value.data["message"]
    assert (80, 1) == tuple(simulator.stats()[name] for name in ("issues", "violations"))
