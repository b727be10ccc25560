"""The served schema is a part of GitHub's, and everything in it is answered."""

from __future__ import annotations

import gzip
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    assert_valid_schema,
    build_schema,
    get_introspection_query,
    graphql_sync,
    parse,
    print_ast,
)
from tests.sim.graphql_world import World

from penstock.sim.graphql_resolvers import resolver
from penstock.sim.graphql_schema import schema

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data"


@cache
def published() -> GraphQLSchema:
    """Everything GitHub publishes."""
    return build_schema(gzip.decompress((DATA / "github-schema.graphql.gz").read_bytes()).decode())


def served_types() -> dict[str, GraphQLNamedType]:
    """Without the types of introspection and the built-in scalars."""
    return {
        name: type_
        for name, type_ in schema().type_map.items()
        if not name.startswith("__") and name not in {"ID", "Int", "String", "Boolean", "Float"}
    }


def default_of(value: Any) -> str | None:
    """The default of an argument or input field as text."""
    return print_ast(value.default.literal) if value.default is not None else None


def differences(ours: Any, theirs: Any) -> list[str]:
    """Where one served type is not the part of the published one that it claims to be."""
    if type(ours) is not type(theirs):
        return [f"{ours.name}: {type(ours).__name__} instead of {type(theirs).__name__}"]
    match ours:
        case GraphQLObjectType() | GraphQLInterfaceType():
            return output_differences(ours, theirs)
        case GraphQLInputObjectType():
            return input_differences(ours, theirs)
        case GraphQLEnumType() if list(ours.values) != list(theirs.values):
            return [f"{ours.name}: values"]
        case GraphQLUnionType() if [t.name for t in ours.types] != [t.name for t in theirs.types]:
            return [f"{ours.name}: members"]
    return []


def output_differences(ours: Any, theirs: Any) -> list[str]:
    """Fields, their arguments, and interfaces."""
    found = []
    for key, field in ours.fields.items():
        original = theirs.fields.get(key)
        if original is None or str(field.type) != str(original.type):
            found.append(f"{ours.name}.{key}: {field.type}")
            continue
        arguments = {n: (str(a.type), default_of(a)) for n, a in field.args.items()}
        if arguments != {n: (str(a.type), default_of(a)) for n, a in original.args.items()}:
            found.append(f"{ours.name}.{key}: {arguments}")
    if {i.name for i in ours.interfaces} - {i.name for i in theirs.interfaces}:
        found.append(f"{ours.name}: interfaces")
    return found


def input_differences(ours: Any, theirs: Any) -> list[str]:
    """Input fields; none that GitHub requires may be missing."""
    found = []
    for key, field in ours.fields.items():
        same = theirs.fields.get(key)
        if same is None or (str(field.type), default_of(field)) != (str(same.type), default_of(same)):
            found.append(f"{ours.name}.{key}: {field.type}")
    required = (key for key, field in theirs.fields.items() if str(field.type).endswith("!"))
    return found + [f"{ours.name}.{key} is required and missing" for key in required if key not in ours.fields]


def test_the_served_schema_is_a_part_of_githubs() -> None:
    """Every type, field, argument, default, input field and enum value is GitHub's own."""
    theirs = published().type_map

    found = [text for name, type_ in served_types().items() for text in differences(type_, theirs.get(name))]

    assert [] == found


def test_the_served_schema_is_what_the_tool_makes() -> None:
    """Nobody edits the file by hand: it follows from the full schema and the list in the tool."""
    tool = runpy.run_path(str(ROOT / "tools/trim_schema.py"))
    full = gzip.decompress((DATA / "github-schema.graphql.gz").read_bytes()).decode()

    trimmed = tool["trim"](parse(full, no_location=True), tool["served_fields"]())

    served = (ROOT / "src/penstock/sim/schema.graphql").read_text("utf-8")
    assert print_ast(trimmed) == served.partition("\n")[2].strip()


def test_both_schemas_are_valid() -> None:
    """The rules of the language hold in both, interfaces included."""
    assert_valid_schema(schema())
    assert_valid_schema(published())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("type Query { id: ID }", "Query.id: ID"),
        ("type Query { id: ID! viewer: Int }", "Query.viewer: Int"),
        ("type Query { node(id: ID): Node } interface Node { id: ID! }", "Query.node: {'id': ('ID', None)}"),
        ("enum IssueState { OPEN }", "IssueState: values"),
        (
            "input CloseIssueInput { stateReason: IssueClosedStateReason } enum IssueClosedStateReason { X }",
            "CloseIssueInput.issueId is required and missing",
        ),
    ],
)
def test_a_changed_type_is_noticed(changed: str, expected: str) -> None:
    """The comparison above can fail."""
    name = changed.split()[1]

    assert expected in differences(build_schema(changed).type_map[name], published().type_map[name])


def test_every_served_field_is_answered() -> None:
    """A field that passes validation has a function behind it."""
    for type_ in served_types().values():
        if isinstance(type_, GraphQLObjectType):
            for name in type_.fields:
                assert callable(resolver(type_.name, name))


async def test_a_client_can_ask_for_the_whole_schema() -> None:
    """The standard introspection query: code generators and explorers start with it."""
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)

    assert {"data": graphql_sync(schema(), query).data} == await World().run(query)


async def test_a_type_can_be_asked_for_beside_data() -> None:
    """Introspection is a field like any other; an unknown type is null, and there is none in a mutation."""
    world = World()
    query = """query ($name: String!) {
      viewer { login } __type(name: $name) { kind ...T } nothing: __type(name: "Gist") { name }
    } fragment T on __Type { __typename inputFields { name } }"""

    data = await world.data(query, name="IssueStateUpdateInput")
    refused = await world.run("mutation { __schema { description } }")

    fields = [{"name": name} for name in ("duplicateIssueId", "stateReason", "value")]
    assert {
        "viewer": {"login": "octo"},
        "__type": {"kind": "INPUT_OBJECT", "__typename": "__Type", "inputFields": fields},
        "nothing": None,
    } == data
    assert ["undefinedField"] == [error["extensions"]["code"] for error in refused["errors"]]
