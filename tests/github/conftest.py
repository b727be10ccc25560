"""GitHub's own GraphQL schema as judge."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, get_operation_ast, parse, validate
from graphql.execution.values import get_variable_values

from penstock.model.ports import Request

SCHEMA = Path(__file__).parents[1] / "data" / "github-schema.graphql.gz"

Judge = Callable[[Request], list[str]]


@pytest.fixture(scope="session")
def github_schema() -> GraphQLSchema:
    """All that GitHub's public schema has; built once, it takes a second."""
    return build_schema(gzip.decompress(SCHEMA.read_bytes()).decode(), assume_valid=True)


@pytest.fixture
def complaints(github_schema: GraphQLSchema) -> Judge:
    """What GitHub would say against the document and the variables of a request; nothing when it would run it."""

    def judge(request: Request) -> list[str]:
        body = json.loads(request.body)
        document = parse(body["query"])
        errors = validate(github_schema, document)
        operation = get_operation_ast(document)
        assert operation is not None
        values = get_variable_values(github_schema, list(operation.variable_definitions or ()), body["variables"])
        return [error.message for error in [*errors, *(values if isinstance(values, list) else [])]]

    return judge
