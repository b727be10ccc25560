"""Questions about the schema itself: graphql-core knows the answers."""

from __future__ import annotations

from enum import Enum
from types import SimpleNamespace
from typing import Any

from penstock.sim.graphql_schema import schema
from penstock.sim.graphql_scope import Arguments, Resolver, Scope


def answers(type_name: str, field_name: str) -> bool:
    """Is this a field of introspection: `__schema`, `__type`, or one below them?"""
    return type_name.startswith("__") or field_name in {"__schema", "__type"}


def introspection(type_name: str, field_name: str) -> Resolver:
    """The function for such a field. Arguments left out have their defaults in graphql-core's own functions."""
    type_: Any = schema().get_type(type_name)
    definition: Any = schema().get_field(type_, field_name)

    def resolve(source: Any, arguments: Arguments, scope: Scope) -> Any:
        about = SimpleNamespace(schema=schema(native_links=scope.session.native_links))
        return _plain(definition.resolve(source, about, **arguments))

    return resolve


def _plain(found: Any) -> Any:
    """Members of an enum go out by name."""
    if isinstance(found, Enum):
        return found.name
    if isinstance(found, list | tuple) and found and isinstance(found[0], Enum):
        return [member.name for member in found]
    return found
