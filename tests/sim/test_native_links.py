"""A server that is too old for sub-issues and dependencies: no trace of them, everything else as ever."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, assert_valid_schema
from tests.sim.door import Answer, Door

from penstock.sim.github import SimulatedGitHub
from penstock.sim.graphql_schema import schema
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

LINK_PATHS = (
    ("GET", "/issues/1/sub_issues"),
    ("POST", "/issues/1/sub_issues"),
    ("DELETE", "/issues/1/sub_issue"),
    ("PATCH", "/issues/1/sub_issues/priority"),
    ("GET", "/issues/2/parent"),
    ("GET", "/issues/1/dependencies/blocked_by"),
    ("POST", "/issues/1/dependencies/blocked_by"),
    ("DELETE", "/issues/1/dependencies/blocked_by/7"),
    ("GET", "/issues/1/dependencies/blocking"),
)


def on_an_old_server(method: str, path: str, body: Any = None) -> Answer:
    """The answer to one request where two issues stand."""

    async def scenario() -> Answer:
        github = SimulatedGitHub(clock=LoopClock(), profile="ghes", latency=Latency.none(), native_links=False)
        door = Door(github)
        await door.create("One")
        await door.create("Two")
        return await door.call(method, path, body)

    return run_virtual(scenario())


def complaint(query: str, **variables: Any) -> dict[str, Any]:
    """The one thing wrong with a document."""
    answer = on_an_old_server("POST", "/graphql", {"query": query, "variables": variables}).value
    assert "data" not in answer
    [error] = answer["errors"]
    assert isinstance(error, dict)
    return error


def members(native_links: bool) -> set[str]:
    """Types, and fields as `Type.field`."""
    found = set()
    for name, type_ in schema(native_links=native_links).type_map.items():
        found.add(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
            found |= {f"{name}.{field}" for field in type_.fields}
    return found


@pytest.mark.parametrize(("method", "path"), LINK_PATHS)
def test_the_rest_paths_of_links_are_not_there(method: str, path: str) -> None:
    """404 as for any unknown path, whatever the body."""
    answer = on_an_old_server(method, path, {"sub_issue_id": 2_600_000_002, "issue_id": 2_600_000_002})

    assert (404, "Not Found") == (answer.status, answer.value["message"])


def test_issues_say_nothing_of_links() -> None:
    """An issue has no summaries; the rest of it is there."""
    issue = on_an_old_server("GET", "/issues/1").value

    assert set() == {key for key in issue if "sub_issue" in key or "depend" in key or "parent" in key}
    assert ("One", "open", 0) == (issue["title"], issue["state"], issue["comments"])


def test_the_schema_lacks_links_and_nothing_else() -> None:
    """Fields, mutations, inputs and the types that only they use."""
    gone = members(native_links=True) - members(native_links=False)
    types = {name for name in gone if "." not in name}

    assert_valid_schema(schema(native_links=False))
    assert {
        "CreateIssueInput.parentIssueId",
        "Issue.parent",
        "Issue.subIssues",
        "Issue.subIssuesSummary",
        "Issue.blockedBy",
        "Issue.blocking",
        "Issue.issueDependenciesSummary",
        "Mutation.addSubIssue",
        "Mutation.removeSubIssue",
        "Mutation.reprioritizeSubIssue",
        "Mutation.addBlockedBy",
        "Mutation.removeBlockedBy",
    } == {name for name in gone - types if name.partition(".")[0] not in types}
    assert {
        *("AddSubIssueInput", "AddSubIssuePayload", "RemoveSubIssueInput", "RemoveSubIssuePayload"),
        *("ReprioritizeSubIssueInput", "ReprioritizeSubIssuePayload", "SubIssuesSummary"),
        *("AddBlockedByInput", "AddBlockedByPayload", "RemoveBlockedByInput", "RemoveBlockedByPayload"),
        *("IssueDependenciesSummary", "IssueDependencyOrder", "IssueDependencyOrderField"),
    } == types
    assert set() == members(native_links=False) - members(native_links=True)


@pytest.mark.parametrize(
    "field", ["parent { number }", "subIssues(first: 1) { totalCount }", "blockedBy(first: 1) { totalCount }"]
)
def test_a_field_of_links_is_undefined(field: str) -> None:
    """Source: https://github.com/pwntester/octo.nvim/issues/1153 (the words of such a server)."""
    query = f'{{ repository(owner: "octo", name: "widgets") {{ issue(number: 1) {{ {field} }} }} }}'
    name = field.partition(" ")[0].partition("(")[0]

    error = complaint(query)

    assert f"Field '{name}' doesn't exist on type 'Issue'" == error["message"]
    assert {"code": "undefinedField", "typeName": "Issue", "fieldName": name} == error["extensions"]


def test_a_mutation_of_links_is_undefined() -> None:
    """Nothing of the document is carried out."""
    error = complaint('mutation { addSubIssue(input: {issueId: "a", subIssueId: "b"}) { issue { id } } }')

    assert "Field 'addSubIssue' doesn't exist on type 'Mutation'" == error["message"]


def test_an_input_of_links_is_undefined() -> None:
    """Written into the document, as the value of a variable, and as the type of one."""
    parent = {"repositoryId": "R_1", "title": "x", "parentIssueId": "I_1"}
    written = complaint(
        'mutation { createIssue(input: {repositoryId: "R_1", title: "x", parentIssueId: "I_1"}) { issue { id } } }'
    )
    given = complaint("mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }", i=parent)
    typed = complaint("query($i: AddBlockedByInput) { __type(name: $i) { name } }")

    assert "InputObject 'CreateIssueInput' doesn't accept argument 'parentIssueId'" == written["message"]
    assert (
        "Variable $i of type CreateIssueInput! was provided invalid value for parentIssueId "
        "(Field is not defined on CreateIssueInput)" == given["message"]
    )
    assert "AddBlockedByInput isn't a defined input type (on $i)" == typed["message"]
    assert {
        "code": "variableRequiresValidType",
        "typeName": "AddBlockedByInput",
        "variableName": "i",
    } == typed["extensions"]


def test_introspection_does_not_know_links() -> None:
    """How a client finds out before it asks."""
    query = '{ __type(name: "Issue") { fields { name } } gone: __type(name: "AddSubIssueInput") { name } }'

    data = on_an_old_server("POST", "/graphql", {"query": query}).value["data"]

    names = {field["name"] for field in data["__type"]["fields"]}
    assert {"title", "labels"} <= names
    assert set() == names & {"parent", "subIssues", "blockedBy", "blocking"}
    assert data["gone"] is None


@pytest.mark.parametrize("root", ["", "/api/v3"])
def test_it_calls_itself_an_old_enterprise_server(root: str) -> None:
    """Wherever its API stands. Sub-issues came with 3.16, dependencies with 3.19."""
    assert "3.15.0" == on_an_old_server("GET", f"{root}/repos/octo/widgets").headers["x-github-enterprise-version"]


def test_it_can_be_upgraded() -> None:
    """The issues stay, their links can be asked for, and the address alone says what sort of server it is."""

    async def scenario() -> list[Answer]:
        github = SimulatedGitHub(clock=LoopClock(), profile="ghes", latency=Latency.none(), native_links=False)
        door = Door(github)
        await door.create("One")
        github.upgrade()
        paths = ("/issues/1", "/issues/1/sub_issues")
        return [await door.call("GET", f"/repos/octo/widgets{path}") for path in paths]

    issue, children = run_virtual(scenario())

    assert "One" == issue.value["title"]
    assert "sub_issues_summary" in issue.value
    assert [] == children.value
    assert "x-github-enterprise-version" not in issue.headers
