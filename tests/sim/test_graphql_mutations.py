"""What each mutation changes, and what GitHub says when it does not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.sim.graphql_world import CREATE, HandClock, World

from penstock.sim.github import SimulatedGitHub
from penstock.sim.graphql_api import execute
from penstock.sim.graphql_mutations import MUTATION
from penstock.sim.graphql_schema import schema
from penstock.sim.latency import Latency
from penstock.sim.records import Issue


async def mutate(world: World, name: str, selection: str, /, **given: Any) -> Any:
    """The payload of one mutation; its field `clientMutationId` is always asked for."""
    type_ = name[0].upper() + name[1:] + "Input"
    query = f"mutation($i:{type_}!){{m:{name}(input:$i){{clientMutationId {selection}}}}}"
    answer = await world.run(query, i={**given, "clientMutationId": "mine"})
    if "errors" in answer:
        (error,) = answer["errors"]
        assert answer["data"] == {"m": None}
        assert error["path"] == ["m"]
        return error["type"], error["message"]
    payload = answer["data"]["m"]
    assert payload.pop("clientMutationId") == "mine"
    return payload


def test_every_mutation_of_the_schema_is_served() -> None:
    """The schema promises no mutation that does nothing, and none is hidden from it."""
    mutation = schema().mutation_type
    assert mutation is not None
    assert set(mutation.fields) == set(MUTATION)


async def test_an_issue_is_created_with_everything_on_it() -> None:
    """Labels, assignees, milestone, type and parent ride on one mutation."""
    world = World()
    tools, now = world.tools, world.clock.now()
    tools.assignable["hubot"] = world.hubot
    milestone = world.state.create_milestone(tools, "v1", creator=world.octo, now=now)
    parent = world.issue("Parent", tools)
    selection = """issue {
      number title body state url author { login } labels(first: 9) { nodes { name } } parent { number }
      assignees(first: 9) { nodes { login } } milestone { title } issueType { name } createdAt closedAt
    }"""

    payload = await mutate(
        world,
        "createIssue",
        selection,
        repositoryId=tools.node_id,
        title="Child",
        body="Text",
        labelIds=[tools.labels["bug"].node_id],
        assigneeIds=[world.hubot.node_id],
        milestoneId=milestone.node_id,
        issueTypeId=world.acme.issue_types[0].node_id,
        parentIssueId=parent.node_id,
    )

    assert {
        "issue": {
            "number": 2,
            "title": "Child",
            "body": "Text",
            "state": "OPEN",
            "url": "https://github.com/acme/tools/issues/2",
            "author": {"login": "octo"},
            "labels": {"nodes": [{"name": "bug"}]},
            "assignees": {"nodes": [{"login": "hubot"}]},
            "milestone": {"title": "v1"},
            "issueType": {"name": "Task"},
            "parent": {"number": 1},
            "createdAt": "2027-01-15T08:00:00Z",
            "closedAt": None,
        }
    } == payload


async def test_labels_are_dropped_without_a_word_for_who_cannot_push() -> None:
    """A stranger may open an issue; its labels are not there, and nothing says so."""
    world = World()
    given = {
        "repositoryId": world.widgets.node_id,
        "title": "T",
        "labelIds": [world.widgets.labels["bug"].node_id],
    }

    stranger = world.session(world.token(world.state.add_user("mona")))
    answer = await execute(stranger, {"query": CREATE, "variables": {"i": given}})

    assert "errors" not in answer
    assert () == world.widgets.issues[0].labels


async def test_an_update_changes_what_it_names_and_nothing_else() -> None:
    """Left-out fields stay, lists replace, null takes the milestone away, the state can change along."""
    world = World()
    milestone = world.state.create_milestone(world.widgets, "v1", creator=world.octo, now=0.0)
    issue = world.issue(body="Old", labels=[world.widgets.labels["bug"]], milestone=milestone)
    selection = "actor{login} issue{title body state stateReason labels(first:5){nodes{name}} milestone{id}}"

    first = await mutate(world, "updateIssue", selection, id=issue.node_id, title="New")
    second = await mutate(
        world,
        "updateIssue",
        selection,
        id=issue.node_id,
        body="Newer",
        labelIds=[world.widgets.labels["question"].node_id],
        milestoneId=None,
        state="CLOSED",
    )

    bug, question = ({"nodes": [{"name": name}]} for name in ("bug", "question"))
    kept = {"title": "New", "body": "Old", "state": "OPEN", "stateReason": None, "labels": bug}
    assert {"actor": {"login": "octo"}, "issue": {**kept, "milestone": {"id": milestone.node_id}}} == first
    assert {
        "title": "New",
        "body": "Newer",
        "state": "CLOSED",
        "stateReason": "COMPLETED",
        "labels": question,
        "milestone": None,
    } == second["issue"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"value": "CLOSED"}, ("CLOSED", "COMPLETED")),
        ({"value": "CLOSED", "stateReason": "NOT_PLANNED"}, ("CLOSED", "NOT_PLANNED")),
        ({"value": "CLOSED", "stateReason": "DUPLICATE", "duplicateIssueId": "ONE"}, ("CLOSED", "DUPLICATE")),
        ({"value": "OPEN", "stateReason": "COMPLETED"}, ("OPEN", None)),
    ],
)
async def test_an_update_closes_with_a_reason(wanted: dict[str, str], expected: tuple[str, str | None]) -> None:
    """`stateInput` has what `state` lacks; a reason means nothing for an open issue."""
    world = World()
    one, two = world.issues(2)
    given = {key: one.node_id if value == "ONE" else value for key, value in wanted.items()}
    shown = "issue{title state stateReason(enableDuplicate:true)}"

    issue = (await mutate(world, "updateIssue", shown, id=two.node_id, title="New", stateInput=given))["issue"]

    assert ("New", *expected) == (issue["title"], issue["state"], issue["stateReason"])
    assert ("duplicateIssueId" in wanted) == (two.duplicate_of is one)
    assert 1 == sum(world.state.applied[f"issue.{kind}"] for kind in ("update", "close", "reopen"))


async def test_a_closed_issue_gets_another_reason_or_opens() -> None:
    """A plain `CLOSED` leaves the reason as it is."""
    world = World()
    issue = world.issue()
    seen = []
    for state in (
        {"state": "CLOSED"},
        {"stateInput": {"value": "CLOSED", "stateReason": "NOT_PLANNED"}},
        {"state": "CLOSED"},
        {"stateInput": {"value": "OPEN"}},
    ):
        await mutate(world, "updateIssue", "", id=issue.node_id, **state)
        seen.append((issue.state, issue.state_reason))

    assert [
        ("closed", "completed"),
        ("closed", "not_planned"),
        ("closed", "not_planned"),
        ("open", "reopened"),
    ] == seen


async def test_state_and_state_input_exclude_each_other() -> None:
    """Both together change nothing, not even the title."""
    world = World()
    issue = world.issue("Old")

    refused = await mutate(
        world, "updateIssue", "", id=issue.node_id, title="New", state="CLOSED", stateInput={"value": "CLOSED"}
    )

    assert ("UNPROCESSABLE", "`state` and `stateInput` are mutually exclusive.") == refused
    assert ("Old", "open") == (issue.title, issue.state)


async def test_issues_close_and_reopen() -> None:
    """With a reason, as a duplicate, and open again."""
    world = World()
    one, two = world.issues(2)
    shown = "issue{state stateReason real:stateReason(enableDuplicate:true)}"

    closed = await mutate(world, "closeIssue", shown, issueId=one.node_id, stateReason="NOT_PLANNED")
    duplicate = await mutate(world, "closeIssue", shown, issueId=two.node_id, duplicateIssueId=one.node_id)
    reopened = await mutate(world, "reopenIssue", shown, issueId=one.node_id)

    assert [
        {"state": "CLOSED", "stateReason": "NOT_PLANNED", "real": "NOT_PLANNED"},
        {"state": "CLOSED", "stateReason": "NOT_PLANNED", "real": "DUPLICATE"},
        {"state": "OPEN", "stateReason": "REOPENED", "real": "REOPENED"},
    ] == [payload["issue"] for payload in (closed, duplicate, reopened)]


async def test_labels_assignees_and_type_are_set() -> None:
    """Adding keeps what is there, removing takes the named ones; pull requests carry labels too."""
    world = World()
    tools = world.tools
    tools.assignable["hubot"] = world.hubot
    issue, pull = world.issue(repository=tools), world.issue(repository=tools, is_pull=True)
    bug, question = (tools.labels[name].node_id for name in ("bug", "question"))
    shown = "labelable{__typename labels(first:5){nodes{name}}}"

    await mutate(world, "addLabelsToLabelable", shown, labelableId=pull.node_id, labelIds=[bug])
    both = await mutate(world, "addLabelsToLabelable", shown, labelableId=pull.node_id, labelIds=[question, bug])
    one = await mutate(world, "removeLabelsFromLabelable", shown, labelableId=pull.node_id, labelIds=[bug])
    await mutate(world, "addAssigneesToAssignable", "", assignableId=issue.node_id, assigneeIds=[world.hubot.node_id])
    types = world.acme.issue_types
    await mutate(world, "updateIssueIssueType", "", issueId=issue.node_id, issueTypeId=types[1].node_id)

    assert {"__typename": "PullRequest", "labels": {"nodes": [{"name": "bug"}, {"name": "question"}]}} == both[
        "labelable"
    ]
    assert [{"name": "question"}] == one["labelable"]["labels"]["nodes"]
    assert ((world.hubot,), "Bug") == (issue.assignees, issue.type.name if issue.type else None)


async def test_comments_are_written_and_changed() -> None:
    """The payload has the comment as an edge, and the subject."""
    world = World()
    issue = world.issue()

    payload = await mutate(
        world,
        "addComment",
        "subject{id} commentEdge{node{id body issue{number}}}",
        subjectId=issue.node_id,
        body="One",
    )
    comment = payload["commentEdge"]["node"]
    changed = await mutate(world, "updateIssueComment", "issueComment{body}", id=comment["id"], body="Two")

    assert ({"id": issue.node_id}, {"number": 1}) == (payload["subject"], comment["issue"])
    assert {"issueComment": {"body": "Two"}} == changed
    assert ["Two"] == [each.body for each in issue.comments]


async def test_label_definitions_come_change_and_go() -> None:
    """A name in use is refused, whatever its case."""
    world = World()
    given = {"repositoryId": world.widgets.node_id, "name": "deferred", "color": "BFD4F2"}

    made = await mutate(world, "createLabel", "label{id name color description}", **given)
    again = await mutate(world, "createLabel", "label{id}", **{**given, "name": "Deferred"})
    changed = await mutate(world, "updateLabel", "label{name color}", id=made["label"]["id"], name="later")
    gone = await mutate(world, "deleteLabel", "", id=made["label"]["id"])

    assert ("deferred", "bfd4f2", None) == tuple(made["label"][key] for key in ("name", "color", "description"))
    assert ("UNPROCESSABLE", "Name has already been taken") == again
    assert {"label": {"name": "later", "color": "bfd4f2"}} == changed
    assert {} == gone
    assert "later" not in world.widgets.labels


async def test_sub_issues_are_linked_moved_and_unlinked() -> None:
    """By id or web address; a second parent only when asked to replace the first."""
    world = World()
    one, two, three, four = world.issues(4)
    add = {"issueId": one.node_id}
    shown = "issue{number subIssues(first:9){nodes{number}}}"

    await mutate(world, "addSubIssue", shown, **add, subIssueId=two.node_id)
    await mutate(world, "addSubIssue", shown, **add, subIssueUrl="https://github.com/octo/widgets/issues/3")
    taken = await mutate(world, "addSubIssue", shown, issueId=four.node_id, subIssueId=two.node_id)
    moved = await mutate(world, "reprioritizeSubIssue", shown, **add, subIssueId=three.node_id, beforeId=two.node_id)
    await mutate(world, "addSubIssue", shown, issueId=four.node_id, subIssueId=two.node_id, replaceParent=True)
    left = await mutate(world, "removeSubIssue", shown, **add, subIssueId=three.node_id)

    assert (
        "UNPROCESSABLE",
        "An error occured while adding the sub-issue to the parent issue. Sub issue may only have one parent",
    ) == taken
    assert [{"number": 3}, {"number": 2}] == moved["issue"]["subIssues"]["nodes"]
    assert [] == left["issue"]["subIssues"]["nodes"]
    assert four is two.parent


async def test_dependencies_are_linked_and_unlinked() -> None:
    """A link that is there already is refused with GitHub's words."""
    world = World()
    one, two = world.issues(2)
    link = {"issueId": one.node_id, "blockingIssueId": two.node_id}

    made = await mutate(world, "addBlockedBy", "issue{number} blockingIssue{number}", **link)
    again = await mutate(world, "addBlockedBy", "issue{number}", **link)
    await mutate(world, "removeBlockedBy", "issue{number}", **link)

    assert {"issue": {"number": 1}, "blockingIssue": {"number": 2}} == made
    assert ("UNPROCESSABLE", "Target issue has already been taken") == again
    assert ((), ()) == (one.blocked_by, two.blocking)


async def test_issues_are_transferred_and_deleted() -> None:
    """A transferred issue has a new number elsewhere; a deleted one is gone."""
    world = World()
    one, two = world.issues(2)

    moved = await mutate(world, "transferIssue", "issue{url}", issueId=one.node_id, repositoryId=world.tools.node_id)
    gone = await mutate(world, "deleteIssue", "repository{issues{totalCount}}", issueId=two.node_id)

    assert {"issue": {"url": "https://github.com/acme/tools/issues/1"}} == moved
    assert {"repository": {"issues": {"totalCount": 0}}} == gone


async def test_ids_that_lead_nowhere_or_to_something_else() -> None:
    """GitHub has one sentence for an unknown id, and another for the id of another type."""
    world = World()
    pull = world.issue(is_pull=True)

    unknown = await mutate(world, "closeIssue", "issue{id}", issueId="I_nowhere")
    label = await mutate(world, "closeIssue", "issue{id}", issueId=world.widgets.labels["bug"].node_id)
    pulled = await mutate(
        world, "addBlockedBy", "issue{id}", issueId=world.issue().node_id, blockingIssueId=pull.node_id
    )

    assert ("NOT_FOUND", "Could not resolve to a node with the global id of 'I_nowhere'.") == unknown
    bug = world.widgets.labels["bug"].node_id
    assert ("NOT_FOUND", f"Could not resolve to Issue node with the global id of '{bug}'.") == label
    assert ("NOT_FOUND", f"Could not resolve to Issue node with the global id of '{pull.node_id}'.") == pulled


@pytest.mark.parametrize("name", ["addLabelsToLabelable", "addSubIssue", "createLabel"])
async def test_what_needs_a_role_is_forbidden_without_it(name: str) -> None:
    """A reader may open issues but not label, link or define labels."""
    world = World()
    one, two = world.issues(2)
    inputs: dict[str, dict[str, Any]] = {
        "addLabelsToLabelable": {"labelableId": one.node_id, "labelIds": []},
        "addSubIssue": {"issueId": one.node_id, "subIssueId": two.node_id},
        "createLabel": {"repositoryId": world.widgets.node_id, "name": "x", "color": "000000"},
    }
    world.octo = world.state.add_user("mona")
    type_ = name[0].upper() + name[1:] + "Input"

    reader = world.session(world.token())
    answer = await execute(
        reader, {"query": f"mutation($i:{type_}!){{{name}(input:$i){{__typename}}}}", "variables": {"i": inputs[name]}}
    )

    assert ({name: None}, ["FORBIDDEN"]) == (answer["data"], [error["type"] for error in answer["errors"]])


async def test_two_requests_that_link_below_one_parent_at_once_collide() -> None:
    """Both read the same position before their work: the second is refused, its child has no parent."""
    world = World(latency=Latency(sigma=0.0, tail_chance=0.0))
    parent, two, three = world.issues(3)

    async def link(child: Issue) -> dict[str, Any]:
        query = "mutation($p:ID!,$c:ID!){addSubIssue(input:{issueId:$p,subIssueId:$c}){issue{number}}}"
        variables = {"p": parent.node_id, "c": child.node_id}
        return await execute(world.session(), {"query": query, "variables": variables})

    first, second = await asyncio.gather(link(two), link(three))

    assert "errors" not in first
    assert ["An error occured while adding the sub-issue to the parent issue. Priority has already been taken"] == [
        error["message"] for error in second["errors"]
    ]
    assert (two,) == parent.sub_issues


async def test_the_front_door_answers_graphql() -> None:
    """Over HTTP: status 200, the answer as JSON, and the points of the hour in the headers."""
    github = SimulatedGitHub(clock=HandClock(), latency=Latency.none())
    headers = {"Authorization": "bearer sim-token"}
    query = '{ viewer { login } repository(owner: "octo", name: "widgets") { issues { totalCount } } }'

    reply = await github.handle("POST", "/graphql", headers, json.dumps({"query": query}).encode())

    assert 200 == reply.status
    expected = {"data": {"viewer": {"login": "octo"}, "repository": {"issues": {"totalCount": 0}}}}
    assert expected == json.loads(reply.body)
    assert ("graphql", "1") == (reply.headers["x-ratelimit-resource"], reply.headers["x-ratelimit-used"])
