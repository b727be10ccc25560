"""A client that others wrote works with the simulator over HTTP, and reads its answers with its own models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from githubkit import GitHub, Response
from githubkit.exception import RequestFailed
from githubkit_schemas.latest import models
from tests.sim.graphql_world import HandClock

from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.server import serve

WIDGETS = ("octo", "widgets")


@pytest.fixture
async def client() -> AsyncIterator[GitHub[Any]]:
    """githubkit, pointed at a fresh simulator on a free port."""
    server = await serve(SimulatedGitHub(clock=HandClock(), profile="documented", latency=Latency.none()))
    try:
        async with GitHub("sim-token", base_url=server.url, auto_retry=False) as github:
            yield github
    finally:
        await server.close()


async def parsed(answer: Awaitable[Response[Any]]) -> Any:
    """The body of an answer, read with the model of its endpoint."""
    return (await answer).parsed_data


async def created(client: GitHub[Any], title: str, **fields: Any) -> models.Issue:
    """A new issue, as the client reads it."""
    issue = await parsed(client.rest.issues.async_create(*WIDGETS, title=title, **fields))
    assert isinstance(issue, models.Issue)
    return issue


async def test_issues_are_created_listed_commented_and_closed(client: GitHub[Any]) -> None:
    """The whole life of an issue; labels that are missing come with it."""
    issue = await created(client, "One", body="Text", labels=["bug", "new"], assignees=["mona"])
    comment = await parsed(client.rest.issues.async_create_comment(*WIDGETS, issue.number, body="Said"))
    closed = await parsed(client.rest.issues.async_update(*WIDGETS, 1, state="closed", state_reason="not_planned"))
    await created(client, "Two")
    listed = await parsed(client.rest.issues.async_list_for_repo(*WIDGETS, state="all"))
    labels = await parsed(client.rest.issues.async_list_labels_on_issue(*WIDGETS, 1))

    assert ("Said", "octo") == (comment.body, comment.user.login)
    assert ("closed", "not_planned") == (closed.state, closed.state_reason)
    assert ["Two", "One"] == [each.title for each in listed]
    assert ["bug", "new"] == [label.name for label in labels]


async def test_pages_are_followed(client: GitHub[Any]) -> None:
    """The client's own paginator finds every issue through the `link` headers."""
    for number in range(5):
        await created(client, f"Issue {number}")

    pages: Any = client.rest.paginate(
        client.rest.issues.async_list_for_repo, owner="octo", repo="widgets", per_page=2, direction="asc"
    )
    titles = [issue.title async for issue in pages]

    assert [f"Issue {number}" for number in range(5)] == titles


async def test_sub_issues_and_dependencies_are_linked(client: GitHub[Any]) -> None:
    """By database id; lists and summaries show the links."""
    one, two, three = [await created(client, title) for title in ("One", "Two", "Three")]
    await client.rest.issues.async_add_sub_issue(*WIDGETS, one.number, sub_issue_id=two.id)
    await client.rest.issues.async_add_blocked_by_dependency(*WIDGETS, two.number, issue_id=three.id)

    children = await parsed(client.rest.issues.async_list_sub_issues(*WIDGETS, one.number))
    parent = await parsed(client.rest.issues.async_get_parent(*WIDGETS, two.number))
    blockers = await parsed(client.rest.issues.async_list_dependencies_blocked_by(*WIDGETS, two.number))
    shown = await parsed(client.rest.issues.async_get(*WIDGETS, one.number))

    assert [two.number] == [issue.number for issue in children]
    assert one.number == parent.number
    assert [three.number] == [issue.number for issue in blockers]
    assert (1, 0) == (shown.sub_issues_summary.total, shown.sub_issues_summary.completed)


async def test_labels_and_milestones_are_defined(client: GitHub[Any]) -> None:
    """And used on an issue."""
    await client.rest.issues.async_create_label(*WIDGETS, name="p1", color="ff0000", description="First")
    milestone = await parsed(client.rest.issues.async_create_milestone(*WIDGETS, title="v1"))

    issue = await created(client, "One", labels=["p1"], milestone=milestone.number)

    assert issue.milestone
    assert ("v1", 1) == (issue.milestone.title, issue.milestone.number)


async def test_the_rate_limit_is_read(client: GitHub[Any]) -> None:
    """Asking costs nothing; the issue before it cost one."""
    await created(client, "One")

    limits = await parsed(client.rest.rate_limit.async_get())

    assert (5000, 4999) == (limits.resources.core.limit, limits.resources.core.remaining)


async def test_graphql_is_spoken(client: GitHub[Any]) -> None:
    """Data comes back as it is; an error is raised by the client."""
    await created(client, "One")
    query = 'query($n:Int!){repository(owner:"octo",name:"widgets"){issues(first:$n){nodes{title}}}}'

    assert {"repository": {"issues": {"nodes": [{"title": "One"}]}}} == await client.async_graphql(query, {"n": 5})


async def test_a_refusal_is_an_exception_of_the_client(client: GitHub[Any]) -> None:
    """It carries status and body, read with the model for this endpoint."""
    with pytest.raises(RequestFailed) as caught:
        await created(client, "")

    assert 422 == caught.value.response.status_code
    assert "Validation Failed" == caught.value.response.parsed_data.message
