"""What queries show: pages, filters, orders, lagging replicas, and what the actor may see."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.graphql_world import CREATE, World

from penstock.sim.faults import Faults, Scripted
from penstock.sim.graphql_api import execute
from penstock.sim.records import Repository

PAGE = """
query ($first: Int, $last: Int, $after: String, $before: String, $by: IssueOrder, $filter: IssueFilters,
       $labels: [String!], $states: [IssueState!]) {
  repository(owner: "octo", name: "widgets") {
    issues(first: $first, last: $last, after: $after, before: $before, orderBy: $by, filterBy: $filter,
           labels: $labels, states: $states) {
      totalCount
      nodes { number }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
SUB_ISSUES = """
query ($n: Int!) { repository(owner: "octo", name: "widgets") { issue(number: $n) {
  parent { number }
  subIssues(first: 100) { nodes { number } }
  subIssuesSummary { total completed percentCompleted }
  blockedBy(first: 10) { nodes { number } }
  oldest: blockedBy(first: 10, orderBy: {field: CREATED_AT, direction: ASC}) { nodes { number } }
  blocking(first: 10) { nodes { number } }
  issueDependenciesSummary { blockedBy totalBlockedBy blocking totalBlocking }
} } }
"""


async def page(world: World, **variables: Any) -> dict[str, Any]:
    """One page of the issues of `octo/widgets`."""
    data = await world.data(PAGE, **variables)
    found = data["repository"]["issues"]
    assert isinstance(found, dict)
    return found


def numbers(connection: dict[str, Any]) -> list[int]:
    """The numbers on a page."""
    return [node["number"] for node in connection["nodes"]]


async def all_pages(world: World, size: int, **variables: Any) -> list[int]:
    """Every number, page by page."""
    found: list[int] = []
    after = None
    while True:
        part = await page(world, first=size, after=after, **variables)
        found += numbers(part)
        if not part["pageInfo"]["hasNextPage"]:
            return found
        after = part["pageInfo"]["endCursor"]


async def test_all_pages_show_every_issue_once() -> None:
    """25 issues in pages of 7, forwards by age; pull requests are left out."""
    world = World()
    world.issues(12)
    world.issue("A pull request", is_pull=True)
    world.issues(13)

    found = await all_pages(world, 7)

    assert [n for n in range(1, 27) if n != 13] == found


@pytest.mark.parametrize(("field", "direction"), [("CREATED_AT", "DESC"), ("UPDATED_AT", "ASC"), ("COMMENTS", "DESC")])
async def test_pages_follow_the_order_asked_for(field: str, direction: str) -> None:
    """Every order goes through all pages without a gap or a repetition."""
    world = World()
    issues = world.issues(9)
    for issue in issues[:4]:
        world.state.add_comment(world.octo, issue, "More", now=world.clock.now())

    found = await all_pages(world, 2, by={"field": field, "direction": direction})

    expected = {
        "CREATED_AT": [9, 8, 7, 6, 5, 4, 3, 2, 1],
        "UPDATED_AT": [5, 6, 7, 8, 9, 1, 2, 3, 4],
        "COMMENTS": [4, 3, 2, 1, 9, 8, 7, 6, 5],
    }
    assert expected[field] == found


async def test_an_issue_created_meanwhile_does_not_shift_the_pages() -> None:
    """A cursor is a place, not a count: newest first, a new issue between two pages changes nothing on the second."""
    world = World()
    world.issues(4)
    newest = {"field": "CREATED_AT", "direction": "DESC"}
    first = await page(world, first=2, by=newest)
    world.issue("Meanwhile")

    second = await page(world, first=2, by=newest, after=first["pageInfo"]["endCursor"])

    assert ([4, 3], [2, 1]) == (numbers(first), numbers(second))
    assert second["pageInfo"]["hasPreviousPage"]


async def test_pages_can_be_read_from_the_end() -> None:
    """`last` and `before` walk backwards; each page is still in ascending order."""
    world = World()
    world.issues(5)

    end = await page(world, last=2)
    middle = await page(world, last=2, before=end["pageInfo"]["startCursor"])

    assert ([4, 5], [2, 3]) == (numbers(end), numbers(middle))
    assert (True, False) == (end["pageInfo"]["hasPreviousPage"], end["pageInfo"]["hasNextPage"])
    assert (True, True) == (middle["pageInfo"]["hasPreviousPage"], middle["pageInfo"]["hasNextPage"])


async def test_an_empty_page_has_no_cursors() -> None:
    """No issues: no nodes, nothing before or after."""
    found = await page(World(), first=5)

    assert {
        "totalCount": 0,
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    } == found


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"states": ["CLOSED"]}, [2]),
        ({"states": ["OPEN", "CLOSED"]}, [1, 2, 3, 4]),
        ({"labels": ["Bug", "question"]}, [1, 3]),
        ({"filter": {"labels": ["bug", "question"]}}, [3]),
        ({"filter": {"states": ["OPEN"], "labels": ["bug"]}}, [1, 3]),
        ({"filter": {"createdBy": "HUBOT"}}, [4]),
        ({"filter": {"assignee": "hubot"}}, [2]),
        ({"filter": {"assignee": "*"}}, [2]),
        ({"filter": {"assignee": None}}, [1, 3, 4]),
        ({"filter": {"milestoneNumber": "1"}}, [3]),
        ({"filter": {"milestone": "*"}}, [3]),
        ({"filter": {"milestone": None}}, [1, 2, 4]),
        ({"filter": {"mentioned": "mona"}}, [1]),
        ({"filter": {"since": "2027-01-15T08:00:02Z"}}, [2, 3, 4]),
        ({"filter": {"labels": None, "createdBy": None}}, [1, 2, 3, 4]),
    ],
)
async def test_filters_keep_what_they_name(variables: dict[str, Any], expected: list[int]) -> None:
    """State, labels, author, assignee, milestone, mention and time of the last change, alone and together."""
    world = World()
    state, labels = world.state, world.widgets.labels
    one, two, three = world.issues(3)
    state.create_issue(world.hubot, world.widgets, "Not octo's", now=world.clock.now())
    for issue in (one, three):
        issue.labels = (labels["bug"],)
    three.labels += (labels["question"],)
    one.body = "Ask @Mona"
    two.assignees = (world.hubot,)
    three.milestone = state.create_milestone(world.widgets, "v1", creator=world.octo, now=0.0)
    state.close_issue(world.octo, two, now=world.clock.now())

    found = await page(world, first=50, **variables)

    assert (expected, len(expected)) == (numbers(found), found["totalCount"])


async def test_links_show_in_both_directions() -> None:
    """Sub-issues in their order, dependencies newest first unless asked otherwise, and the summaries of both."""
    world = World()
    one, two, three, four = world.issues(4)
    now = world.clock.now()
    for child in (three, two):
        world.state.add_sub_issue(one, child, now=now)
    world.state.close_issue(world.octo, two, now=now)
    for blocker in (two, four):
        world.state.add_blocked_by(one, blocker, now=now)

    parent = (await world.data(SUB_ISSUES, n=1))["repository"]["issue"]
    child = (await world.data(SUB_ISSUES, n=2))["repository"]["issue"]

    assert [3, 2] == numbers(parent["subIssues"])
    assert {"total": 2, "completed": 1, "percentCompleted": 50} == parent["subIssuesSummary"]
    assert ([4, 2], [2, 4]) == (numbers(parent["blockedBy"]), numbers(parent["oldest"]))
    assert (1, 2, 0) == tuple(
        parent["issueDependenciesSummary"][key] for key in ("blockedBy", "totalBlockedBy", "totalBlocking")
    )
    assert ({"number": 1}, [1]) == (child["parent"], numbers(child["blocking"]))


async def test_a_query_sees_a_lagging_replica_and_a_mutation_the_primary() -> None:
    """Right after a create the query shows nothing, by list, number or id; the create's own payload shows it."""
    world = World()
    created = (await world.data(CREATE, i={"repositoryId": world.widgets.node_id, "title": "New"}))["createIssue"]
    query = f"""{{
      node(id: "{created["issue"]["id"]}") {{ id }}
      repository(owner: "octo", name: "widgets") {{ issue(number: 1) {{ id }} issues {{ totalCount }} }}
    }}"""

    stale = await execute(world.session(lag_s=2.0), {"query": query})
    world.clock.at += 3
    fresh = await execute(world.session(lag_s=2.0), {"query": query})

    assert {"node": None, "repository": {"issue": None, "issues": {"totalCount": 0}}} == stale["data"]
    assert [
        ("NOT_FOUND", ["node"], f"Could not resolve to a node with the global id of '{created['issue']['id']}'."),
        ("NOT_FOUND", ["repository", "issue"], "Could not resolve to an Issue with the number of 1."),
    ] == [(error["type"], error["path"], error["message"]) for error in stale["errors"]]
    assert 1 == fresh["data"]["repository"]["issues"]["totalCount"]
    assert "errors" not in fresh


async def test_a_replica_shows_an_issue_as_it_was() -> None:
    """A change that is too young shows in no field, no filter and no link."""
    world = World()
    parent, child, older = world.issues(3)
    world.state.add_sub_issue(parent, older, now=world.clock.now())
    world.clock.at += 10
    now = world.clock.now()
    world.state.update_issue(world.octo, parent, title="Changed", now=now)
    world.state.update_issue(world.octo, child, title="Changed", now=now)
    world.state.close_issue(world.octo, child, now=now)
    world.state.add_sub_issue(parent, child, now=now)
    query = """{ repository(owner: "octo", name: "widgets") {
      issues(first: 5, states: CLOSED) { totalCount }
      one: issue(number: 1) { subIssues(first: 5) { totalCount } }
      two: issue(number: 2) { title state parent { number } }
      three: issue(number: 3) { parent { title } }
    } }"""

    answer = await execute(world.session(lag_s=5.0), {"query": query})

    assert {
        "issues": {"totalCount": 0},
        "one": {"subIssues": {"totalCount": 1}},
        "two": {"title": "Issue 2", "state": "OPEN", "parent": None},
        "three": {"parent": {"title": "Issue 1"}},
    } == answer["data"]["repository"]


async def test_a_young_issue_can_be_hidden_by_a_fault() -> None:
    """The fault `item.fresh`: not found by number for a moment, then it is."""
    world = World(faults=Faults(script=[Scripted(fault="item.fresh", on="POST /graphql", times=1)]))
    world.issue()
    query = '{ repository(owner: "octo", name: "widgets") { issue(number: 1) { number } } }'

    first, second = await world.run(query), await world.run(query)

    assert {"repository": {"issue": None}} == first["data"]
    assert {"repository": {"issue": {"number": 1}}} == second["data"]


async def test_the_first_read_of_a_run() -> None:
    """Everything a client wants to know of a repository before it begins, in one document."""
    world = World()
    query = """query ($owner: String!, $name: String!) {
      viewer { login databaseId }
      repository(owner: $owner, name: $name) {
        nameWithOwner viewerPermission visibility isPrivate isArchived hasIssuesEnabled
        watchers { totalCount }
        labels(first: 2, query: "d") { totalCount nodes { name } }
        milestones(first: 1) { totalCount }
        assignableUsers(first: 10) { nodes { login } }
        issueTypes(first: 5) { nodes { name } }
      }
    }"""

    widgets = (await world.data(query, owner="octo", name="widgets"))["repository"]
    tools = (await world.data(query, owner="acme", name="tools"))["repository"]

    assert {
        "nameWithOwner": "octo/widgets",
        "viewerPermission": "ADMIN",
        "visibility": "PUBLIC",
        "isPrivate": False,
        "isArchived": False,
        "hasIssuesEnabled": True,
        "watchers": {"totalCount": 3},
        "labels": {"totalCount": 7, "nodes": [{"name": "documentation"}, {"name": "duplicate"}]},
        "milestones": {"totalCount": 0},
        "assignableUsers": {"nodes": [{"login": "octo"}, {"login": "hubot"}]},
        "issueTypes": None,
    } == widgets
    assert ("WRITE", ["Task", "Bug", "Feature"]) == (
        tools["viewerPermission"],
        [node["name"] for node in tools["issueTypes"]["nodes"]],
    )


async def test_an_old_name_leads_to_the_repository_unless_it_must_not() -> None:
    """A renamed repository answers with its new name; with `followRenames: false` it is not found."""
    world = World()
    world.state.rename_repository(world.widgets, world.octo, "gadgets")
    query = 'query ($f: Boolean) { repository(owner: "octo", name: "widgets", followRenames: $f) { name } }'

    followed, strict = await world.run(query), await world.run(query, f=False)

    assert {"repository": {"name": "gadgets"}} == followed["data"]
    assert {"repository": None} == strict["data"]
    assert ["Could not resolve to a Repository with the name 'octo/widgets'."] == [
        error["message"] for error in strict["errors"]
    ]


async def test_what_a_stranger_may_not_see_is_not_found() -> None:
    """A private repository and everything in it looks as if it did not exist."""
    world = World()
    secret: Repository = world.state.add_repository(world.octo, "secret", now=0.0, private=True)
    issue = world.issue(repository=secret)
    query = f'{{ repository(owner: "octo", name: "secret") {{ id }} node(id: "{issue.node_id}") {{ id }} }}'

    answer = await execute(world.session(world.token(world.hubot)), {"query": query})

    assert {"repository": None, "node": None} == answer["data"]
    assert ["NOT_FOUND", "NOT_FOUND"] == [error["type"] for error in answer["errors"]]


async def test_a_token_without_the_right_to_issues_cannot_list_them() -> None:
    """A fine-grained token that only has metadata: FORBIDDEN, and the repository as a whole becomes null."""
    world = World()
    secret = world.state.add_repository(world.octo, "secret", now=0.0, private=True)
    token = world.token(scopes=None, issues="none", repositories=frozenset({secret.full_name}))
    query = '{ repository(owner: "octo", name: "secret") { id issues { totalCount } } }'

    answer = await execute(world.session(token), {"query": query})

    assert {"repository": None} == answer["data"]
    assert [("FORBIDDEN", "Resource not accessible by personal access token")] == [
        (error["type"], error["message"]) for error in answer["errors"]
    ]
