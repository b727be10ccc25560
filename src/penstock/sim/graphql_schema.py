"""GitHub's GraphQL schema as far as the simulator serves it, built once when the first document arrives."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from graphql import GraphQLSchema, build_schema


@cache
def schema() -> GraphQLSchema:
    """The types of `schema.graphql`: GitHub's own names, arguments and nullability (`tools/trim_schema.py`)."""
    text = files("penstock.sim").joinpath("schema.graphql").read_text("utf-8")
    return build_schema(text, assume_valid=True, no_location=True)
