"""githubkit, unmodified and over HTTP, does on the simulator what it does on GitHub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from githubkit import GitHub, Response
from githubkit.exception import (
    GraphQLFailed,
    PrimaryRateLimitExceeded,
    RequestFailed,
    SecondaryRateLimitExceeded,
)
from githubkit_schemas.latest import models
from tests.sim.graphql_world import START, HandClock

from penstock.sim.faults import Faults, Scripted
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.server import serve

WIDGETS = ("octo", "widgets")
Client = GitHub[Any]


@pytest.fixture
def simulator() -> SimulatedGitHub:
    """An empty simulated GitHub that holds the documented limits."""
    return SimulatedGitHub(clock=HandClock(), profile="documented", latency=Latency.none())


@pytest.fixture
async def url(simulator: SimulatedGitHub) -> AsyncIterator[str]:
    """Where it is served."""
    server = await serve(simulator)
    try:
        yield server.url
    finally:
        await server.close()


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    """A client that neither repeats by itself nor keeps answers."""
    async with GitHub("sim-token", base_url=url, auto_retry=False, http_cache=False) as github:
        yield github


async def parsed(answer: Awaitable[Response[Any]]) -> Any:
    """The body of an answer, read with the model of its endpoint."""
    return (await answer).parsed_data


async def created(client: Client, title: str, **fields: Any) -> models.Issue:
    """A new issue, as the client reads it."""
    issue = await parsed(client.rest.issues.async_create(*WIDGETS, title=title, **fields))
    assert isinstance(issue, models.Issue)
    return issue


async def listed(client: Client, **filters: Any) -> list[int]:
    """Numbers of issues, in the order of the answer."""
    return [issue.number for issue in await parsed(client.rest.issues.async_list_for_repo(*WIDGETS, **filters))]


async def test_the_repository_and_the_user_are_read(client: Client) -> None:
    """Read with the strictest models there are: every field that GitHub's description requires is there."""
    repository = await parsed(client.rest.repos.async_get(*WIDGETS))
    user = await parsed(client.rest.users.async_get_authenticated())
    assignees = await parsed(client.rest.issues.async_list_assignees(*WIDGETS))

    assert ("octo/widgets", True, True) == (repository.full_name, repository.has_issues, repository.permissions.push)
    assert ("octo", "User") == (user.login, user.type)
    assert ["octo", "hubot", "mona"] == [each.login for each in assignees]


async def test_labels_are_created_listed_changed_and_deleted(client: Client) -> None:
    """By name; a slash in it is escaped by this client."""
    issues = client.rest.issues
    await issues.async_create_label(*WIDGETS, name="area/core", color="ff0000", description="First")
    changed = await parsed(issues.async_update_label(*WIDGETS, "area/core", new_name="p1", color="00ff00"))
    await issues.async_delete_label(*WIDGETS, "wontfix")
    names = [label.name for label in await parsed(issues.async_list_labels_for_repo(*WIDGETS))]

    assert ("p1", "00ff00", "First") == (changed.name, changed.color, changed.description)
    assert (9, "p1", False) == (len(names), names[-1], "wontfix" in names)
    assert "bug" == (await parsed(issues.async_get_label(*WIDGETS, "bug"))).name


async def test_milestones_are_created_listed_changed_and_deleted(client: Client) -> None:
    """And used on an issue."""
    issues = client.rest.issues
    due = datetime(2027, 2, 1, 12, tzinfo=UTC)
    milestone = await parsed(issues.async_create_milestone(*WIDGETS, title="v1", due_on=due))
    issue = await created(client, "One", labels=["bug"], milestone=milestone.number)
    labels = await parsed(issues.async_list_labels_for_milestone(*WIDGETS, 1))
    changed = await parsed(issues.async_update_milestone(*WIDGETS, 1, title="v1.0", state="closed"))
    closed = await parsed(issues.async_list_milestones(*WIDGETS, state="closed"))
    await issues.async_delete_milestone(*WIDGETS, 1)

    assert issue.milestone
    assert ("v1", 1, due.replace(hour=8)) == (issue.milestone.title, issue.milestone.number, milestone.due_on)
    assert (["bug"], ["v1.0"]) == ([each.name for each in labels], [each.title for each in closed])
    assert ("closed", 1) == (changed.state, changed.open_issues)
    assert (await parsed(issues.async_get(*WIDGETS, 1))).milestone is None


async def test_an_issue_lives_from_creation_to_reopening(client: Client) -> None:
    """Created with labels, known and new, and an assignee; edited, closed for a reason, reopened."""
    issues = client.rest.issues
    made = await created(client, "One", body="Text", labels=["bug", "new"], assignees=["mona"])
    edited = await parsed(issues.async_update(*WIDGETS, 1, title="Uno", body="Testo", labels=["bug"], assignees=[]))
    closed = await parsed(issues.async_update(*WIDGETS, 1, state="closed", state_reason="not_planned"))
    reopened = await parsed(issues.async_update(*WIDGETS, 1, state="open"))

    assert made.user
    assert ("One", "Text", "octo", ["mona"]) == (
        made.title,
        made.body,
        made.user.login,
        [user.login for user in made.assignees or []],
    )
    assert ("Uno", "Testo", ["bug"], []) == (
        edited.title,
        edited.body,
        [label.name for label in edited.labels],
        edited.assignees,
    )
    assert ("closed", "not_planned", "octo") == (closed.state, closed.state_reason, closed.closed_by.login)
    assert ("open", "reopened", None) == (reopened.state, reopened.state_reason, reopened.closed_at)


async def test_issues_are_listed_by_filters(client: Client) -> None:
    """State, labels, and the time of the last change."""
    for number in range(3):
        await created(client, f"Issue {number}", labels=["even"] if number % 2 == 0 else [])
    await client.rest.issues.async_update(*WIDGETS, 2, state="closed")
    began = datetime.fromtimestamp(START, UTC)

    assert ([3, 1], [3, 2, 1]) == (await listed(client), await listed(client, state="all"))
    assert ([2], [3, 1]) == (await listed(client, state="closed"), await listed(client, labels="even"))
    assert [3, 1] == await listed(client, since=began)
    assert [] == await listed(client, since=began + timedelta(seconds=1))


async def test_pages_are_followed(client: Client) -> None:
    """The client's own paginator finds every issue through the `link` headers."""
    for number in range(5):
        await created(client, f"Issue {number}")

    pages: Any = client.rest.paginate(
        client.rest.issues.async_list_for_repo, owner="octo", repo="widgets", per_page=2, direction="asc"
    )
    titles = [issue.title async for issue in pages]

    assert [f"Issue {number}" for number in range(5)] == titles


async def test_labels_of_an_issue_come_and_go(client: Client) -> None:
    """Added, removed, replaced and cleared."""
    issues = client.rest.issues
    await created(client, "One", labels=["bug"])
    added = await parsed(issues.async_add_labels(*WIDGETS, 1, labels=["good first issue", "wontfix"]))
    kept = await parsed(issues.async_remove_label(*WIDGETS, 1, "good first issue"))
    replaced = await parsed(issues.async_set_labels(*WIDGETS, 1, labels=["question"]))
    await issues.async_remove_all_labels(*WIDGETS, 1)

    names = [[label.name for label in labels] for labels in (added, kept, replaced)]
    assert [["bug", "good first issue", "wontfix"], ["bug", "wontfix"], ["question"]] == names
    assert [] == await parsed(issues.async_list_labels_on_issue(*WIDGETS, 1))


async def test_comments_are_written_listed_edited_and_deleted(client: Client) -> None:
    """Of one issue and of the repository."""
    issues = client.rest.issues
    await created(client, "One")
    first, second = [await parsed(issues.async_create_comment(*WIDGETS, 1, body=body)) for body in ("First", "Second")]
    await issues.async_update_comment(*WIDGETS, first.id, body="Changed")
    await issues.async_delete_comment(*WIDGETS, second.id)

    comments = await parsed(issues.async_list_comments(*WIDGETS, 1))
    everywhere = await parsed(issues.async_list_comments_for_repo(*WIDGETS))
    assert [("Changed", "octo")] == [(comment.body, comment.user.login) for comment in comments]
    assert [first.id] == [comment.id for comment in everywhere]


async def test_sub_issues_and_dependencies_are_linked(client: Client) -> None:
    """By database id; lists and summaries show the links, until they are removed."""
    issues = client.rest.issues
    one, two, three = [await created(client, title) for title in ("One", "Two", "Three")]
    await issues.async_add_sub_issue(*WIDGETS, one.number, sub_issue_id=two.id)
    waiting = await parsed(issues.async_add_blocked_by_dependency(*WIDGETS, two.number, issue_id=three.id))

    children = await parsed(issues.async_list_sub_issues(*WIDGETS, one.number))
    parent = await parsed(issues.async_get_parent(*WIDGETS, two.number))
    blockers = await parsed(issues.async_list_dependencies_blocked_by(*WIDGETS, two.number))
    blocked = await parsed(issues.async_list_dependencies_blocking(*WIDGETS, three.number))
    shown = await parsed(issues.async_get(*WIDGETS, one.number))
    await issues.async_remove_dependency_blocked_by(*WIDGETS, two.number, three.id)
    await issues.async_remove_sub_issue(*WIDGETS, one.number, sub_issue_id=two.id)

    assert ([two.number], one.number) == ([issue.number for issue in children], parent.number)
    assert ([three.number], [two.number]) == ([each.number for each in blockers], [each.number for each in blocked])
    assert (two.number, 1) == (waiting.number, waiting.issue_dependencies_summary.blocked_by)
    assert (1, 0) == (shown.sub_issues_summary.total, shown.sub_issues_summary.completed)
    assert [] == await parsed(issues.async_list_dependencies_blocked_by(*WIDGETS, two.number))
    assert [] == await parsed(issues.async_list_sub_issues(*WIDGETS, one.number))


async def test_the_rate_limit_is_read(client: Client) -> None:
    """Asking costs nothing; the issue before it cost one."""
    await created(client, "One")

    limits = await parsed(client.rest.rate_limit.async_get())

    assert (5000, 4999) == (limits.resources.core.limit, limits.resources.core.remaining)


async def test_a_cache_asks_again_and_pays_for_what_changed(url: str, simulator: SimulatedGitHub) -> None:
    """With its default settings this client keeps answers: the same one again is a 304, which is free."""
    async with GitHub("sim-token", base_url=url) as client:
        seen = [await listed(client), await listed(client)]
        simulator.act({"do": "create_issue"})
        seen.append(await listed(client))
        limits = await parsed(client.rest.rate_limit.async_get())

    assert ([[], [], [1]], 2) == (seen, limits.resources.core.used)


async def test_graphql_is_spoken(client: Client) -> None:
    """Data comes back as it is; the client's own paginator follows the cursors."""
    for number in range(3):
        await created(client, f"Issue {number}")
    page = "pageInfo{hasNextPage endCursor} nodes{title}"
    query = f'query($n:Int!){{repository(owner:"octo",name:"widgets"){{issues(first:$n){{{page}}}}}}}'
    paged = query.replace("($n:Int!)", "($cursor:String)").replace("first:$n", "first:2,after:$cursor")

    one = await client.async_graphql(query, {"n": 1})
    titles = [
        issue["title"]
        async for part in client.graphql.paginate(paged)
        for issue in part["repository"]["issues"]["nodes"]
    ]

    assert [{"title": "Issue 0"}] == one["repository"]["issues"]["nodes"]
    assert ["Issue 0", "Issue 1", "Issue 2"] == titles


async def test_graphql_errors_are_exceptions(client: Client) -> None:
    """With type, path and message as they came."""
    with pytest.raises(GraphQLFailed) as caught:
        await client.async_graphql('{ node(id: "I_x") { id } }')

    [error] = caught.value.response.errors or []
    assert ("NOT_FOUND", ["node"]) == (error.type, error.path)


async def test_what_is_not_there_is_not_found(client: Client) -> None:
    """404, read with the model for errors."""
    with pytest.raises(RequestFailed) as caught:
        await client.rest.issues.async_get(*WIDGETS, 99)

    assert (404, "Not Found") == (caught.value.response.status_code, caught.value.response.parsed_data.message)


async def test_what_is_invalid_says_which_field(client: Client) -> None:
    """422, read with the model for this endpoint."""
    with pytest.raises(RequestFailed) as caught:
        await created(client, "")

    refusal = caught.value.response.parsed_data
    assert (422, "Validation Failed") == (caught.value.response.status_code, refusal.message)
    assert [("Issue", "title", "missing_field")] == [(each.resource, each.field, each.code) for each in refusal.errors]


@pytest.mark.parametrize(
    ("fault", "known_as"),
    [("throttle.announced", SecondaryRateLimitExceeded), ("exhausted", PrimaryRateLimitExceeded)],
)
async def test_a_limit_says_how_long_to_wait(
    client: Client, simulator: SimulatedGitHub, fault: str, known_as: type[SecondaryRateLimitExceeded]
) -> None:
    """By `Retry-After`, or by `X-RateLimit-Reset`; nothing was created."""
    simulator.set_faults(Faults(script=(Scripted(fault=fault, on="POST /repos/octo/widgets/issues"),)))

    with pytest.raises(known_as) as caught:
        await created(client, "One")

    assert caught.value.response.status_code in {403, 429}
    assert caught.value.retry_after >= timedelta(seconds=60)
    assert 0 == simulator.stats()["issues"]
