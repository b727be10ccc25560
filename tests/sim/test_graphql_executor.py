"""The executor: the same answers as graphql-core's, aliases one after the other, failures kept to themselves."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from graphql import GraphQLError
from graphql import execute as core_execute
from tests.sim.graphql_documents import MUTATIONS, QUERIES, RandomDocument
from tests.sim.graphql_world import START, World, creates

from penstock.sim.faults import Faults, Scripted
from penstock.sim.graphql_cost import estimate
from penstock.sim.graphql_document import document
from penstock.sim.graphql_records import type_name
from penstock.sim.graphql_resolvers import resolver
from penstock.sim.graphql_schema import schema
from penstock.sim.graphql_scope import Scope
from penstock.sim.latency import Latency
from penstock.sim.refusal import SimRefusal
from penstock.sim.session import SimTimeout


def filled_world() -> World:
    """Five issues and a pull request, linked, labelled, commented; the same every time."""
    world = World()
    first, second, third, *_ = world.issues(5)
    world.state.create_issue(world.octo, world.widgets, "A pull request", is_pull=True, now=world.clock.now())
    milestone = world.state.create_milestone(world.widgets, "v1", creator=world.octo, now=world.clock.now())
    now = world.clock.now()
    world.state.add_labels(second, [world.widgets.labels["bug"]], now=now)
    world.state.update_issue(world.octo, first, assignees=[world.hubot, world.octo], milestone=milestone, now=now)
    world.state.add_sub_issue(first, second, now=now)
    world.state.add_sub_issue(first, third, now=now)
    world.state.add_blocked_by(third, first, now=now)
    world.state.close_issue(world.octo, third, "completed", now=now)
    world.state.add_comment(world.octo, first, "A comment", now=now)
    return world


def named(value: Any, world: World) -> Any:
    """Put the ids of this world where the documents above say so."""
    names = {"ISSUE": world.widgets.issues[0].node_id, "REPOSITORY": world.widgets.node_id}
    if isinstance(value, str):
        for name, node_id in names.items():
            value = value.replace(name, node_id)
        return value
    if isinstance(value, dict):
        return {key: named(each, world) for key, each in value.items()}
    return [named(each, world) for each in value] if isinstance(value, list) else value


async def by_graphql_core(world: World, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The answer of graphql-core's executor with the same resolvers."""
    checked = document(query, schema())
    operation = checked.operation(None)
    session = world.session()
    found = estimate(operation.plan(operation.coerce(variables)), operation.coerce(variables))
    reads = session.state if operation.kind == "mutation" else session.view

    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        return resolver(info.parent_type.name, info.field_name)(source, arguments, info.context)

    result: Any = core_execute(
        schema(),
        checked.ast,
        context_value=Scope(session=session, reads=reads, cost=found.cost, node_count=found.nodes),
        variable_values=variables,
        field_resolver=resolve,
        type_resolver=lambda value, _info, _type: type_name(value),
    )
    if inspect.isawaitable(result):
        result = await result
    errors = [entry(error) for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}


def entry(error: GraphQLError) -> dict[str, Any]:
    """An error of graphql-core as GitHub prints it."""
    assert isinstance(error.original_error, SimRefusal), error
    locations = [{"line": line, "column": column} for line, column in error.locations or ()]
    return error.original_error.graphql_error(error.path or ()) | {"locations": locations}


@pytest.mark.parametrize(("query", "variables"), [*QUERIES, *MUTATIONS])
async def test_the_executor_agrees_with_graphql_core(query: str, variables: dict[str, Any]) -> None:
    """Aliases, fragments, conditions, variables, lists, nulls and errors come out as the specification says."""
    world, twin = filled_world(), filled_world()
    query, variables = named(query, world), named(variables, world)

    ours, theirs = await world.run(query, **variables), await by_graphql_core(twin, query, variables)

    assert theirs == ours
    assert list(theirs["data"] or ()) == list(ours["data"] or ())


@pytest.mark.parametrize("seed", range(24))
async def test_the_executor_agrees_with_graphql_core_on_random_queries(seed: int) -> None:
    """Whatever a client selects, whichever conditions hold: equal data and equal errors."""
    world = filled_world()
    text = named(RandomDocument(schema(), seed).text, world)
    variables = {"number": seed % 7 + 1, "yes": seed % 2 == 0}

    ours, theirs = await world.run(text, **variables), await by_graphql_core(world, text, variables)

    assert theirs["data"] == ours["data"]
    assert sorted(map(repr, theirs.get("errors", []))) == sorted(map(repr, ours.get("errors", [])))


async def test_conditions_are_decided_for_each_request() -> None:
    """One text, two values of its variable: each request gets its own fields."""
    world, query = World(), "query($yes:Boolean!){viewer{login @include(if:$yes) id @skip(if:$yes)}}"

    answers = [await world.data(query, yes=yes) for yes in (True, False, True)]

    login, node_id = {"viewer": {"login": "octo"}}, {"viewer": {"id": world.octo.node_id}}
    assert [login, node_id, login] == answers


async def test_aliases_run_in_the_order_of_the_document() -> None:
    """The server numbers issues in the order in which the document names them."""
    world = World()
    variables = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": f"T{n}"} for n in range(20)}

    data = await world.data(creates(20), **variables)

    assert list(range(1, 21)) == [data[f"a{n}"]["issue"]["number"] for n in range(20)]
    assert [f"T{n}" for n in range(20)] == [issue.title for issue in world.widgets.issues]


async def test_a_refused_alias_is_null_and_the_others_go_on() -> None:
    """One bad alias costs nothing but itself, and its error has GitHub's shape."""
    world = World()
    repository = world.widgets.node_id
    inputs = {f"i{n}": {"repositoryId": repository, "title": "" if n == 1 else "good"} for n in range(3)}

    answer = await world.run(creates(3), **inputs)

    assert {"a0": {"issue": {"number": 1}}, "a1": None, "a2": {"issue": {"number": 2}}} == answer["data"]
    assert [
        {
            "type": "UNPROCESSABLE",
            "path": ["a1"],
            "locations": [{"line": 1, "column": creates(3).index("a1:") + 1}],
            "message": "Title can't be blank",
        }
    ] == answer["errors"]


async def test_items_count_at_the_instant_their_alias_executes() -> None:
    """20 creates a minute: the 21st alias of one document is submitted too quickly, the 20 before it stand."""
    world = World(profile="observed")
    inputs = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": "T"} for n in range(22)}

    answer = await world.run(creates(22), **inputs)

    assert 20 == len(world.widgets.issues)
    assert [("a20", "was submitted too quickly"), ("a21", "was submitted too quickly")] == [
        (error["path"][0], error["message"]) for error in answer["errors"]
    ]
    assert {"UNPROCESSABLE"} == {error["type"] for error in answer["errors"]}


async def test_an_item_that_github_would_not_try_is_not_counted() -> None:
    """An alias with a bad id leaves the window to the others."""
    world = World(profile="observed")
    inputs = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": "T"} for n in range(21)}
    inputs["i0"]["repositoryId"] = "nowhere"

    answer = await world.run(creates(21), **inputs)

    assert 20 == len(world.widgets.issues)
    assert ["NOT_FOUND"] == [error["type"] for error in answer["errors"]]


async def test_what_a_time_out_had_done_stays_done() -> None:
    """Aliases of 3 s each: three fit into 10 s; the request ends without an answer, the three issues exist."""
    world = World(latency=Latency(means_s={"issue.create": 3.0}, sigma=0.0, tail_chance=0.0))
    inputs = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": f"T{n}"} for n in range(5)}

    with pytest.raises(SimTimeout):
        await world.run(creates(5), **inputs)

    assert ["T0", "T1", "T2"] == [issue.title for issue in world.widgets.issues]
    assert START + 10 == pytest.approx(world.clock.now())


async def test_a_resource_limit_ends_the_document_half_way() -> None:
    """The aliases up to the limit are done, each of the others says that resources ran out."""
    world = World(faults=Faults(resource_items=2))
    inputs = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": "T"} for n in range(4)}

    answer = await world.run(creates(4), **inputs)

    assert 2 == len(world.widgets.issues)
    assert [("a2", "RESOURCE_LIMITS_EXCEEDED"), ("a3", "RESOURCE_LIMITS_EXCEEDED")] == [
        (error["path"][0], error["type"]) for error in answer["errors"]
    ]


async def test_an_alias_can_be_null_without_a_word() -> None:
    """The fault that leaves a client in doubt: null, and nothing in `errors`."""
    world = World(faults=Faults(script=[Scripted(fault="item.null", skip=1)]))
    inputs = {f"i{n}": {"repositoryId": world.widgets.node_id, "title": "T"} for n in range(2)}

    answer = await world.run(creates(2), **inputs)

    assert {"data": {"a0": {"issue": {"number": 1}}, "a1": None}} == answer
