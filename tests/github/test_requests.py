"""What is sent for every kind, on both APIs; GitHub's own schema judges the GraphQL half."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.github.samples import (
    BY_KIND,
    ISSUE,
    OTHER,
    PAYLOADS,
    batch,
    context,
    marker,
    operation,
)
from tests.github.samples import (
    body_of as sent,
)

from penstock.base.errors import StaleError
from penstock.github import graphql
from penstock.github.body import body_of, compose, parse
from penstock.github.context import route
from penstock.github.requests import effect, probe
from penstock.model.observed import Names
from penstock.model.operation import (
    KINDS,
    IssueCreate,
    IssueUpdate,
    LabelsRemove,
    Operation,
    Payload,
    SubIssueLink,
)
from penstock.model.ports import Request

GRAPHQL = [kind.name for kind in KINDS if kind.graphql]
TEXT = body_of(context(), operation("issue.create"))
NEW_TEXT = body_of(context(), operation("issue.update"))
COMMENT = body_of(context(), operation("comment.create"))

INPUTS: dict[str, dict[str, Any]] = {
    "label.create": {
        "repositoryId": "R_1",
        "name": "bug",
        "color": "d73a4a",
        "description": "Something is wrong",
    },
    "issue.create": {
        "repositoryId": "R_1",
        "title": "Title",
        "body": TEXT,
        "labelIds": ["LA_1", "LA_2"],
        "assigneeIds": ["U_1"],
        "milestoneId": "MI_4",
        "issueTypeId": "IT_1",
        "parentIssueId": "I_100",
    },
    "issue.update": {
        "id": "I_17",
        "title": "New",
        "body": NEW_TEXT,
        "assigneeIds": ["U_1", "U_2"],
        "milestoneId": "MI_4",
        "issueTypeId": "IT_1",
        "stateInput": {"value": "CLOSED", "stateReason": "NOT_PLANNED"},
    },
    "issue.close": {"issueId": "I_17", "stateReason": "NOT_PLANNED"},
    "issue.reopen": {"issueId": "I_17"},
    "labels.add": {"labelableId": "I_17", "labelIds": ["LA_1", "LA_2"]},
    "labels.remove": {"labelableId": "I_17", "labelIds": ["LA_2"]},
    "comment.create": {"subjectId": "I_17", "body": COMMENT},
    "sub_issue.link": {"issueId": "I_17", "subIssueId": "I_18", "replaceParent": True},
    "sub_issue.unlink": {"issueId": "I_17", "subIssueId": "I_18"},
    "blocked_by.link": {"issueId": "I_17", "blockingIssueId": "I_18"},
    "blocked_by.unlink": {"issueId": "I_17", "blockingIssueId": "I_18"},
}

ROOT = "/repos/octo/widgets"
REST: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "label.create": (
        "POST",
        "/labels",
        {"name": "bug", "color": "d73a4a", "description": "Something is wrong"},
    ),
    "milestone.create": ("POST", "/milestones", {"title": "M2"}),
    "issue.create": (
        "POST",
        "/issues",
        {
            "title": "Title",
            "body": TEXT,
            "labels": ["bug", "P1"],
            "assignees": ["ann"],
            "milestone": 4,
            "type": "Task",
        },
    ),
    "issue.update": (
        "PATCH",
        "/issues/17",
        {
            "title": "New",
            "body": NEW_TEXT,
            "assignees": ["Ann", "bob"],
            "milestone": 4,
            "type": "task",
            "state": "closed",
            "state_reason": "not_planned",
        },
    ),
    "issue.close": ("PATCH", "/issues/17", {"state": "closed", "state_reason": "not_planned"}),
    "issue.reopen": ("PATCH", "/issues/17", {"state": "open"}),
    "labels.add": ("POST", "/issues/17/labels", {"labels": ["Bug", "p1"]}),
    "labels.remove": ("DELETE", "/issues/17/labels/p1", None),
    "comment.create": ("POST", "/issues/17/comments", {"body": COMMENT}),
    "sub_issue.link": ("POST", "/issues/17/sub_issues", {"sub_issue_id": 1018, "replace_parent": True}),
    "sub_issue.unlink": ("DELETE", "/issues/17/sub_issue", {"sub_issue_id": 1018}),
    "blocked_by.link": ("POST", "/issues/17/dependencies/blocked_by", {"issue_id": 1018}),
    "blocked_by.unlink": ("DELETE", "/issues/17/dependencies/blocked_by/1018", None),
}


def one(payload: Payload) -> Operation:
    """An operation with this payload."""
    return Operation(no=5, key="1.2", payload=payload)


def test_every_kind_has_a_sample_and_both_tables_know_it() -> None:
    """A new kind cannot be forgotten here."""
    names = [kind.name for kind in KINDS]

    assert names == list(BY_KIND) == list(REST)
    assert GRAPHQL == list(INPUTS)


@pytest.mark.parametrize("kind", GRAPHQL)
def test_graphql_sends_one_variable_per_operation(kind: str) -> None:
    """The document holds no data, so its text is the same for every batch of this kind and size."""
    request = effect(context(), "graphql", [operation(kind)])

    assert ("POST", "/graphql") == (request.method, request.path)
    assert {"query": graphql.document(kind, 1), "variables": {"i0": INPUTS[kind]}} == sent(request)


@pytest.mark.parametrize("kind", GRAPHQL)
@pytest.mark.parametrize("size", [1, 2, 50])
def test_github_would_run_every_document(kind: str, size: int, complaints: Callable[[Request], list[str]]) -> None:
    """Text and variables fit GitHub's own schema."""
    assert [] == complaints(effect(context(), "graphql", batch(kind, size)))


def test_the_judge_can_refuse(complaints: Callable[[Request], list[str]]) -> None:
    """An unknown field, and an unknown input, are found."""
    text = "mutation($i0:CreateIssueInput!){i0:createIssue(input:$i0){nothing}}"
    request = graphql.request(text, {"i0": {"repositoryId": "R_1", "title": "T", "nonsense": 1}})

    assert 2 == len(complaints(request))


def test_a_batch_keeps_the_order_of_its_operations() -> None:
    """Alias n is operation n: the answer is read by position."""
    request = effect(context(), "graphql", batch("issue.create", 12))

    keys = {name: parse(value["body"]) for name, value in sent(request)["variables"].items()}
    assert [f"i{n}" for n in range(12)] == list(keys)
    assert [f"k{n}" for n in range(12)] == [found.key for found in keys.values() if found]


@pytest.mark.parametrize("kind", REST)
def test_rest_sends_one_operation(kind: str) -> None:
    """Method, path and body of every kind."""
    request = effect(context(), "rest", [operation(kind)])

    method, path, body = REST[kind]
    assert (method, ROOT + path, body) == (request.method, request.path, sent(request))


def test_milestones_go_over_rest_whatever_the_run_speaks() -> None:
    """GraphQL has no mutation for them."""
    made = operation("milestone.create")

    assert effect(context(), "rest", [made]) == effect(context(), "graphql", [made])
    assert "rest" == route("graphql", made.kind)


def test_rest_takes_one_operation_and_one_label_at_a_time() -> None:
    """More in one request would be dropped silently, so it is refused loudly."""
    with pytest.raises(ValueError, match="too many"):
        effect(context(), "rest", batch("issue.create", 2))
    with pytest.raises(ValueError, match="too many"):
        effect(context(), "rest", [one(LabelsRemove(ISSUE, ("bug", "p1")))])


def test_labels_that_are_no_path_are_quoted() -> None:
    """A label may hold a slash, a space or a question mark."""
    request = effect(context(), "rest", [one(LabelsRemove(ISSUE, ("area/a b?",)))])

    assert f"{ROOT}/issues/17/labels/area%2Fa%20b%3F" == request.path


def test_a_bare_create_sends_title_and_body_alone() -> None:
    """What is not planned is not mentioned."""
    bare = one(IssueCreate("T"))

    assert {"repositoryId", "title", "body"} == set(graphql.mutation_input(context(), bare))
    assert {"title", "body"} == set(sent(effect(context(), "rest", [bare])))


def test_an_update_sends_what_changes_and_nothing_else() -> None:
    """None leaves a field alone, an empty name clears it."""
    title, cleared = (
        one(IssueUpdate(ISSUE, title="T")),
        one(IssueUpdate(ISSUE, milestone="", issue_type="", assignees=())),
    )

    assert {"id": "I_17", "title": "T"} == graphql.mutation_input(context(), title)
    assert {"title": "T"} == sent(effect(context(), "rest", [title]))
    assert {"id": "I_17", "assigneeIds": [], "milestoneId": None, "issueTypeId": None} == graphql.mutation_input(
        context(), cleared
    )
    assert {"assignees": [], "milestone": None, "type": None} == sent(effect(context(), "rest", [cleared]))


def test_a_state_is_sent_with_its_reason() -> None:
    """Opening needs none, and servers that know no other reason than completed are not asked for one in vain."""
    states = [one(IssueUpdate(ISSUE, state=state)) for state in ("open", "completed", "not_planned")]

    assert [
        {"id": "I_17", "state": "OPEN"},
        {"id": "I_17", "state": "CLOSED"},
        {"id": "I_17", "stateInput": {"value": "CLOSED", "stateReason": "NOT_PLANNED"}},
    ] == [graphql.mutation_input(context(), state) for state in states]
    assert [
        {"state": "open"},
        {"state": "closed", "state_reason": "completed"},
        {"state": "closed", "state_reason": "not_planned"},
    ] == [sent(effect(context(), "rest", [state])) for state in states]


def test_an_update_replaces_its_own_region_only() -> None:
    """The text of people goes back as it was read."""
    before = f"Mine\n{compose('old', marker(3, key='1.2'))}\nmine too"
    update = one(IssueUpdate(ISSUE, before, region="new"))

    body = sent(effect(context(), "rest", [update]))["body"]

    assert body.startswith("Mine\n<!-- penstock:v1 ")
    assert body.endswith("\nnew\n<!-- /penstock:v1 -->\nmine too")


def test_a_link_moves_a_child_only_when_asked() -> None:
    """Without `replace` a child of another parent stays where it is."""
    link = one(SubIssueLink(ISSUE, OTHER))

    assert {"issueId": "I_17", "subIssueId": "I_18"} == graphql.mutation_input(context(), link)
    assert {"sub_issue_id": 1018} == sent(effect(context(), "rest", [link]))


@pytest.mark.parametrize("kind", ["issue.create", "issue.update", "labels.add"])
def test_a_name_that_is_gone_makes_the_plan_stale(kind: str) -> None:
    """A label, milestone or account that was removed meanwhile is named."""
    with pytest.raises(StaleError, match="the repository has no "):
        effect(context(names=Names()), "graphql", [operation(kind)])


def test_payloads_are_json_as_they_are() -> None:
    """Every builder leaves the operation untouched: it is what the journal holds."""
    before = msgspec.json.encode(PAYLOADS)

    for payload in PAYLOADS:
        effect(context(), "rest", [one(payload)])

    assert before == msgspec.json.encode(PAYLOADS)


def test_a_probe_reads_as_little_as_it_can(complaints: Callable[[Request], list[str]]) -> None:
    """One request of each API that a working server answers."""
    assert [] == complaints(probe(context(), "graphql"))
    assert Request("GET", ROOT) == probe(context(), "rest")
    assert {"query": "query{viewer{id}}", "variables": {}} == json.loads(probe(context(), "graphql").body)
