"""GitHub's GraphQL schema as far as the simulator serves it, built once when the first document arrives."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import REMOVE, GraphQLSchema, Node, Visitor, build_ast_schema, parse, visit

_NATIVE_LINKS = re.compile("parent|subissue|block|issuedependenc", re.IGNORECASE)
"""Every type, field and input field of `schema.graphql` that has to do with sub-issues or dependencies is named so."""


@cache
def schema(*, native_links: bool = True) -> GraphQLSchema:
    """
    The types of `schema.graphql`: GitHub's own names, arguments and nullability (`tools/trim_schema.py`).

    Args:
        native_links: False leaves out sub-issues and dependencies, as on an enterprise server that is too old.
    """
    document = parse(files("penstock.sim").joinpath("schema.graphql").read_text("utf-8"), no_location=True)
    if not native_links:
        document = visit(document, _WithoutLinks())
    return build_ast_schema(document, assume_valid=True)


class _WithoutLinks(Visitor):
    """Takes away what was added to the schema with sub-issues and dependencies."""

    def enter(self, node: Node, *_: Any) -> Any:
        """Of definitions of types and of their fields."""
        kinds = ("object_type_definition", "input_object_type_definition", "enum_type_definition")
        if node.kind in (*kinds, "field_definition", "input_value_definition"):
            return REMOVE if _NATIVE_LINKS.search(node.name.value) else None  # type: ignore[attr-defined]
        return None
