"""One door to the builders: what to send for a dispatch, on either API."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.github import graphql, rest
from penstock.github.context import Api, Context, route
from penstock.model.operation import Operation
from penstock.model.ports import Request


def effect(context: Context, api: Api, operations: Sequence[Operation]) -> Request:
    """
    The request that does these operations, all of one kind.

    Args:
        api: What the run speaks; kinds that GraphQL lacks go over REST anyway.
        operations: Any number for GraphQL, exactly one for REST.

    Raises:
        StaleError: A label, milestone, assignee or type is not known in the repository.
    """
    if route(api, operations[0].kind) == "graphql":
        return graphql.effect(context, operations)
    (operation,) = operations
    return rest.effect(context, operation)


def probe(context: Context, api: Api) -> Request:
    """The cheapest request that shows whether the server works."""
    return graphql.request("query{viewer{id}}", {}) if api == "graphql" else Request("GET", context.path)
