"""Requests that GitHub does not execute, and what those cost that it does."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.graphql_world import CREATE, World

from penstock.sim.graphql_api import execute
from penstock.sim.graphql_document import KEPT_DOCUMENTS, document
from penstock.sim.graphql_schema import schema

WIDGETS = 'repository(owner: "octo", name: "widgets")'


def refused(code: str, message: str, path: list[str], column: int, **words: str) -> dict[str, Any]:
    """An entry of `errors` for a document that breaks a rule."""
    return {
        "message": message,
        "path": path,
        "locations": [{"line": 1, "column": column}],
        "extensions": {"code": code, **words},
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "mutation{addBlockedByIssue(input:{}){issue{id}}}",
            refused(
                "undefinedField",
                "Field 'addBlockedByIssue' doesn't exist on type 'Mutation'",
                ["mutation", "addBlockedByIssue"],
                10,
                fieldName="addBlockedByIssue",
                typeName="Mutation",
            ),
        ),
        (
            "query Q{viewer}",
            refused(
                "selectionMismatch",
                "Field must have selections (field 'viewer' returns User but has no selections. "
                "Did you mean 'viewer { ... }'?)",
                ["query Q", "viewer"],
                9,
                name="viewer",
            ),
        ),
        (
            "{v:viewer{login{x}}}",
            refused(
                "selectionMismatch",
                "Selections can't be made on scalars (field 'login' returns String but has selections)",
                ["query", "v", "login"],
                16,
                name="login",
            ),
        ),
        (
            "{viewer(a:1){login}}",
            refused(
                "argumentNotAccepted",
                "Field 'viewer' doesn't accept argument 'a'",
                ["query", "viewer", "a"],
                9,
                name="viewer",
                argumentName="a",
            ),
        ),
        (
            '{repository(owner:"a"){id}}',
            refused(
                "missingRequiredArguments",
                "Field 'repository' is missing required arguments: name",
                ["query", "repository"],
                2,
                name="repository",
                arguments="name",
            ),
        ),
        (
            "query Q($i:ID!){node(id:$i){id} viewer{id @include(if:$j)}}",
            refused(
                "variableNotDefined",
                "Variable $j is used by Q but not declared",
                ["query Q", "viewer", "id", "if"],
                55,
                variableName="j",
            ),
        ),
        (
            "query($j:Int){viewer{id}}",
            refused(
                "variableNotUsed",
                "Variable $j is declared by anonymous query but not used",
                ["query"],
                7,
                variableName="j",
            ),
        ),
        (
            'query($o:Int){repository(owner:$o,name:"x"){id}}',
            refused(
                "variableMismatch",
                "Type mismatch on variable $o and argument owner (Int / String!)",
                ["query", "repository", "owner"],
                7,
                variableName="o",
            ),
        ),
        (
            "mutation{closeIssue(input:{stateReason:COMPLETED}){issue{id}}}",
            refused(
                "missingRequiredInputObjectAttribute",
                "Argument 'issueId' on InputObject 'CloseIssueInput' is required. Expected type ID!",
                ["mutation", "closeIssue", "input"],
                27,
                inputObjectType="CloseIssueInput",
                argumentName="issueId",
            ),
        ),
        (
            'mutation{closeIssue(input:{issueId:"x",why:1}){issue{id}}}',
            refused(
                "argumentNotAccepted",
                "InputObject 'CloseIssueInput' doesn't accept argument 'why'",
                ["mutation", "closeIssue", "input", "why"],
                40,
                name="CloseIssueInput",
                argumentName="why",
            ),
        ),
        (
            'mutation{closeIssue(input:{issueId:"x",stateReason:DONE}){issue{id}}}',
            refused(
                "argumentLiteralsIncompatible",
                "Argument 'stateReason' on InputObject 'CloseIssueInput' has an invalid value (DONE). "
                "Expected type 'IssueClosedStateReason'.",
                ["mutation", "closeIssue", "input", "stateReason"],
                52,
            ),
        ),
        (
            "{viewer{...on IssueField{id}}}",
            refused(
                "undefinedType",
                "No such type IssueField, so it can't be a fragment condition",
                ["query", "viewer", "... on IssueField"],
                15,
                typeName="IssueField",
            ),
        ),
        (
            "{viewer{...F}}",
            refused(
                "useAndDefineFragment",
                "Fragment F was used, but not defined",
                ["query", "viewer", "... F"],
                12,
                fragmentName="F",
            ),
        ),
        (
            "{viewer{id}} fragment F on User{id}",
            refused(
                "useAndDefineFragment",
                "Fragment F was defined, but not used",
                ["fragment F"],
                14,
                fragmentName="F",
            ),
        ),
        (
            "{viewer{...on Issue{id}}}",
            refused(
                "cannotSpreadFragment",
                "Fragment on Issue can't be spread inside User",
                ["query", "viewer", "... on Issue"],
                9,
                typeName="Issue",
                parentName="User",
            ),
        ),
        (
            "{a:viewer{id} a:rateLimit{cost}}",
            refused("fieldConflict", "Field 'a' has a field conflict", ["query", "a"], 2, fieldName="a"),
        ),
    ],
)
async def test_a_document_that_breaks_a_rule_is_not_executed(query: str, expected: dict[str, Any]) -> None:
    """Code, sentence, path and place are GitHub's, and there is no `data`."""
    assert {"errors": [expected]} == await World().run(query)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{viewer{id}", "Parse error on end of file at [1, 12]"),
        ("{viewer{id}}}", 'Parse error on "}" at [1, 13]'),
        ("quack{viewer{id}}", 'Parse error on "quack" at [1, 1]'),
        ("  ", "A query attribute must be specified and must be a string."),
        ("query A{viewer{id}} query B{viewer{id}}", "An operation name is required"),
    ],
)
async def test_text_that_is_no_document_is_refused(query: str, message: str) -> None:
    """Nothing is executed, and one entry says why."""
    answer = await World().run(query)

    assert [message] == [error["message"] for error in answer["errors"]]
    assert "data" not in answer


async def test_one_bad_rule_stops_the_whole_mutation() -> None:
    """An undefined field behind a good alias: nothing is created."""
    world = World()
    good = f'createIssue(input:{{repositoryId:"{world.widgets.node_id}",title:"T"}}){{issue{{id}}}}'

    answer = await world.run(f"mutation{{{good} nonsense}}")

    assert ["errors"] == list(answer)
    assert [] == world.widgets.issues


async def test_the_operation_can_be_chosen_by_name() -> None:
    """Of several operations only the named one runs; an unknown name is an error."""
    world, query = World(), "query A{viewer{id}} query B{viewer{login}}"

    chosen = await execute(world.session(), {"query": query, "operationName": "B"})
    unknown = await execute(world.session(), {"query": query, "operationName": "C"})

    assert {"data": {"viewer": {"login": "octo"}}} == chosen
    assert {"errors": [{"message": 'No operation named "C"'}]} == unknown


async def test_variables_that_do_not_fit_are_all_named() -> None:
    """Every bad variable has its entry, every bad field its problem; nothing is executed."""
    world = World()
    query = "mutation($i:CreateIssueInput!,$j:ID!){createIssue(input:$i){issue{id}} closeIssue(input:{issueId:$j})"

    answer = await world.run(query + "{issue{id}}}", i={"title": 5, "foo": 1, "labelIds": ["a", None]})

    problems = [
        {"path": ["title"], "explanation": "Could not coerce value 5 to String"},
        {"path": ["foo"], "explanation": "Field is not defined on CreateIssueInput"},
        {"path": ["labelIds", 1], "explanation": "Expected value to not be null"},
        {"path": ["repositoryId"], "explanation": "Expected value to not be null"},
    ]
    first, second = answer["errors"]
    assert problems == first["extensions"]["problems"]
    assert (
        "Variable $i of type CreateIssueInput! was provided invalid value for title (Could not coerce value 5 to "
        "String), foo (Field is not defined on CreateIssueInput), labelIds.1 (Expected value to not be null), "
        "repositoryId (Expected value to not be null)"
    ) == first["message"]
    assert {
        "message": "Variable $j of type ID! was provided invalid value",
        "locations": [{"line": 1, "column": 31}],
        "extensions": {"value": None, "problems": [{"path": [], "explanation": "Expected value to not be null"}]},
    } == second
    assert "data" not in answer


@pytest.mark.parametrize(
    ("page", "type_", "message"),
    [
        (
            "",
            "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the `labels` connection.",
        ),
        (
            "(first:101)",
            "EXCESSIVE_PAGINATION",
            "Requesting 101 records on the `labels` connection exceeds the `first` limit of 100 records.",
        ),
        (
            "(last:500)",
            "EXCESSIVE_PAGINATION",
            "Requesting 500 records on the `labels` connection exceeds the `last` limit of 100 records.",
        ),
        ("(first:0)", "ARGUMENT_LIMIT", "`first` on the `labels` connection cannot be less than one."),
        (
            "(first:1,last:1)",
            "ARGUMENT_LIMIT",
            "Passing both `first` and `last` to paginate the `labels` connection is not supported.",
        ),
    ],
)
async def test_a_page_needs_bounds_from_1_to_100(page: str, type_: str, message: str) -> None:
    """A connection without them, or with too much, is not executed."""
    answer = await World().run(f"{{{WIDGETS}{{all:labels{page}{{nodes{{id}}}}}}}}")

    assert [(type_, message, ["repository", "all"])] == [
        (error["type"], error["message"], error["path"]) for error in answer["errors"]
    ]


async def test_a_count_alone_needs_no_bounds() -> None:
    """`totalCount` goes without `first` and `last`, as on GitHub."""
    world = World()
    world.issues(2)

    data = await world.data(f"{{{WIDGETS}{{watchers{{totalCount}} issues{{totalCount}}}}}}")

    assert {"watchers": {"totalCount": 3}, "issues": {"totalCount": 2}} == data["repository"]


async def test_half_a_million_nodes_are_the_limit() -> None:
    """100 × 100 × 50 nodes and their parents are too many; 49 are not."""
    query = (
        f"query($n:Int!){{{WIDGETS}{{issues(first:100){{nodes{{subIssues(first:100){{nodes{{blockedBy(first:$n)"
        "{nodes{id}}}}}}}}"
    )

    refused_answer = await World().run(query, n=50)

    assert [
        {
            "type": "MAX_NODE_LIMIT_EXCEEDED",
            "message": "This query requests up to 510,100 possible nodes which exceeds the maximum limit of 500,000.",
        }
    ] == refused_answer["errors"]
    assert "data" in await World().run(query, n=48)


@pytest.mark.parametrize(
    ("selection", "cost", "nodes"),
    [
        ("id", 1, 0),
        ("issues(first:50){nodes{blockedBy(first:50){nodes{id}} comments(first:20){nodes{id}}}}", 1, 3_550),
        ("issues(first:100){nodes{blockedBy(first:50){nodes{id}} comments(first:20){nodes{id}}}}", 2, 7_100),
        ("issues(first:100){edges{node{comments(last:1){nodes{id}}}}}", 1, 200),
        (
            'issue(number:1){labels(first:60){edges{cursor}} parent{id}} label(name:"x"){issues(last:9){nodes{id}}}',
            1,
            69,
        ),
    ],
)
async def test_a_query_costs_what_githubs_formula_says(selection: str, cost: int, nodes: int) -> None:
    """
    One point for a hundred requests to connections, at least one.

    Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    world = World(profile="documented")
    session = world.session()

    answer = await execute(session, {"query": f"{{rateLimit{{cost nodeCount}} {WIDGETS}{{{selection}}}}}"})

    assert {"cost": cost, "nodeCount": nodes} == answer["data"]["rateLimit"]
    assert cost == session.cost


async def test_of_the_types_an_object_can_have_the_dearest_counts() -> None:
    """An issue or a pull request: never both at once."""
    query = f"""{{ rateLimit {{ nodeCount }} {WIDGETS} {{ issueOrPullRequest(number: 1) {{
      ... on Issue {{ blocking(first: 60) {{ edges {{ cursor }} }} }}
      ... on PullRequest {{ comments(first: 90) {{ edges {{ cursor }} }} }}
    }} }} }}"""
    world = World(profile="documented")
    world.issue()

    assert {"nodeCount": 90} == (await world.data(query))["rateLimit"]


async def test_the_rate_limit_is_the_accounts() -> None:
    """`rateLimit` shows the hourly points of the user, and null where there are no limits."""
    query = "{rateLimit{limit remaining used resetAt}}"
    world = World(profile="documented")
    world.account.quotas["graphql"].turn(world.clock.now())
    world.account.quotas["graphql"].used = 7

    limited = await world.data(query)

    assert {
        "limit": 5000,
        "remaining": 4993,
        "used": 7,
        "resetAt": "2027-01-15T09:00:00Z",
    } == limited["rateLimit"]
    assert {"rateLimit": None} == await World(profile="ghes").data(query)


async def test_checked_documents_are_kept_up_to_a_bound() -> None:
    """The same text is checked once; clients with ever new texts cannot fill the memory."""
    document.cache_clear()
    for number in range(KEPT_DOCUMENTS + 10):
        document(f"query Q{number}{{viewer{{id}}}}", schema())
    document(CREATE, schema())
    before = document.cache_info()

    document(CREATE, schema())

    after = document.cache_info()
    assert KEPT_DOCUMENTS == after.currsize
    assert (before.hits + 1, before.misses) == (after.hits, after.misses)
