"""
What a query costs, before it runs: points of the hourly quota, and nodes it could return.

Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.sim.graphql_document import RequestRefused
from penstock.sim.graphql_plan import Field

NODES_MAX = 500_000
PAGE_MAX = 100
_PAGED = frozenset({"nodes", "edges", "pageInfo"})


@dataclass(slots=True)
class Estimate:
    """
    Attributes:
        requests: How often GitHub must go to its database, if every page is full.
        nodes: Nodes in full pages.
        errors: Pages without bounds or with too many.
    """

    requests: int = 0
    nodes: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cost(self) -> int:
        """Points: one for a hundred requests, rounded, at least one."""
        return max(1, (self.requests + 50) // 100)


def estimate(plan: Iterable[Field], values: Mapping[str, Any]) -> Estimate:
    """
    Estimate a whole operation.

    Raises:
        RequestRefused: a page has no bounds or wrong ones, or there are too many nodes. Nothing is executed then.
    """
    found = Estimate()
    for each in plan:
        if each.paged:
            _visit(each, values, 1, (each.key,), found)
    if found.errors:
        raise RequestRefused(*found.errors)
    if found.nodes > NODES_MAX:
        message = (
            f"This query requests up to {found.nodes:,} possible nodes which exceeds the maximum limit of "
            f"{NODES_MAX:,}."
        )
        raise RequestRefused({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message})
    return found


def _visit(field_: Field, values: Mapping[str, Any], times: int, path: tuple[str, ...], found: Estimate) -> None:
    if field_.connection:
        size, error = _page(field_, field_.arguments(values))
        if error:
            type_, message = error
            found.errors.append({"type": type_, "path": list(path), "locations": [field_.location], "message": message})
        found.requests += times
        found.nodes += times * size
        times *= size
    before = (found.requests, found.nodes)
    most = before
    for children in field_.children.values():
        # Of the types an object can have, only the dearest counts.
        found.requests, found.nodes = before
        for child in children:
            if child.paged:
                _visit(child, values, times, (*path, child.key), found)
        most = max(most, (found.requests, found.nodes))
    found.requests, found.nodes = most


def _page(field_: Field, arguments: Mapping[str, Any]) -> tuple[int, tuple[str, str] | None]:
    """Items on the page, and what is wrong with asking for so many."""
    first, last, name = arguments.get("first"), arguments.get("last"), field_.name
    if first is not None and last is not None:
        text = f"Passing both `first` and `last` to paginate the `{name}` connection is not supported."
        return 0, ("ARGUMENT_LIMIT", text)
    size = last if first is None else first
    if size is None:
        children = next(iter(field_.children.values()))
        if not any(child.name in _PAGED for child in children):
            return 0, None
        text = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        return 0, ("MISSING_PAGINATION_BOUNDARIES", text)
    bound = "last" if first is None else "first"
    if size > PAGE_MAX:
        text = (
            f"Requesting {size} records on the `{name}` connection exceeds the `{bound}` limit of {PAGE_MAX} records."
        )
        return 0, ("EXCESSIVE_PAGINATION", text)
    if size < 1:
        return 0, ("ARGUMENT_LIMIT", f"`{bound}` on the `{name}` connection cannot be less than one.")
    return size, None
