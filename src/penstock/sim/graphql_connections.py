"""Relay connections: one page of a sorted list, found without building the list."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from penstock.sim.graphql_scope import Arguments, Table
from penstock.sim.refusal import SimRefusal

Key: TypeAlias = tuple[Any, ...]
Order: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""Sort value of an item by the name of the order field, e.g. `CREATED_AT`."""

_CURSOR = "cursor:v2:"


class Connection:
    """
    One page of `items`.

    Args:
        items: Everything, sorted by `key`.
        arguments: `first`, `last`, `after`, `before`.
        key: Sort key of an item, JSON values, unique; a cursor is this key.
        wanted: Leaves items out; None keeps all.
        descending: Go through `items` from the end.
    """

    def __init__(
        self,
        items: Sequence[Any],
        arguments: Arguments,
        *,
        key: Callable[[Any], Key] = lambda item: (item.id,),
        wanted: Callable[[Any], bool] | None = None,
        descending: bool = False,
    ) -> None:
        self._items = items
        self._key = key
        self._wanted = wanted
        self._descending = descending
        self._first: int | None = arguments.get("first")
        self._last: int | None = arguments.get("last")
        low, high = ("before", "after") if descending else ("after", "before")
        self._low = self._place(arguments.get(low), bisect_right, 0)
        self._high = self._place(arguments.get(high), bisect_left, len(items))

    def _place(self, cursor: str | None, search: Callable[..., int], otherwise: int) -> int:
        if not cursor:
            return otherwise
        try:
            text = base64.b64decode(cursor, validate=True).decode()
            return search(self._items, tuple(json.loads(text.removeprefix(_CURSOR))), key=self._key)
        except (binascii.Error, ValueError, TypeError, RecursionError):
            message = f"`{cursor}` does not appear to be a valid cursor."
            raise SimRefusal(200, "INVALID_CURSOR_ARGUMENTS", message) from None

    def cursor(self, item: Any) -> str:
        """An opaque text that stands for the place of this item."""
        return base64.b64encode(f"{_CURSOR}{json.dumps(self._key(item))}".encode()).decode()

    def _scan(self, low: int, high: int, *, backwards: bool = False) -> Iterator[Any]:
        """The wanted items between two places, in the order of the answer or against it."""
        reverse = self._descending != backwards
        places = range(high - 1, low - 1, -1) if reverse else range(low, high)
        for place in places:
            item = self._items[place]
            if self._wanted is None or self._wanted(item):
                yield item

    @cached_property
    def nodes(self) -> list[Any]:
        """The items of this page."""
        if self._last is not None:
            return list(islice(self._scan(self._low, self._high, backwards=True), self._last))[::-1]
        return list(islice(self._scan(self._low, self._high), self._first))

    def total_count(self) -> int:
        """How many items there are on all pages."""
        if self._wanted is None:
            return len(self._items)
        return sum(map(self._wanted, self._items))

    def has_next(self) -> bool:
        """Is there anything after this page?"""
        return self._beyond(after=True)

    def has_previous(self) -> bool:
        """Is there anything before this page?"""
        return self._beyond(after=False)

    def _beyond(self, *, after: bool) -> bool:
        low, high = 0, len(self._items)
        upwards = after != self._descending
        if self.nodes:
            edge = self._key(self.nodes[-1 if after else 0])
            if upwards:
                low = bisect_right(self._items, edge, key=self._key)
            else:
                high = bisect_left(self._items, edge, key=self._key)
        elif upwards:
            low = self._high
        else:
            high = self._low
        return next(self._scan(low, high), None) is not None


def sorted_connection(items: Sequence[Any], arguments: Arguments, fields: Order) -> Connection:
    """
    A connection with an `orderBy` argument over a list that is not sorted yet.

    Args:
        fields: Sort value by the name of the order field, e.g. `CREATED_AT`. Without `orderBy` the list is in
            the order of creation.
    """
    order = arguments.get("orderBy")
    value = fields[order["field"]] if order else None

    def key(item: Any) -> Key:
        return (item.id,) if value is None else (value(item), item.id)

    descending = order is not None and order["direction"] == "DESC"
    return Connection(sorted(items, key=key), arguments, key=key, descending=descending)


def ranked_connection(items: Sequence[Any], arguments: Arguments, *, descending: bool = False) -> Connection:
    """A connection over a list whose order somebody chose, e.g. sub-issues by priority."""
    ranks = {id(item): rank for rank, item in enumerate(items)}
    return Connection(items, arguments, key=lambda item: (ranks[id(item)],), descending=descending)


def _edges(connection: Connection) -> list[dict[str, Any]]:
    return [{"cursor": connection.cursor(node), "node": node} for node in connection.nodes]


CONNECTION: Table = {
    "nodes": lambda connection, _a, _s: connection.nodes,
    "edges": lambda connection, _a, _s: _edges(connection),
    "pageInfo": lambda connection, _a, _s: connection,
    "totalCount": lambda connection, _a, _s: connection.total_count(),
}
"""Every type whose name ends in `Connection`."""

PAGE_INFO: Table = {
    "hasNextPage": lambda page, _a, _s: page.has_next(),
    "hasPreviousPage": lambda page, _a, _s: page.has_previous(),
    "startCursor": lambda page, _a, _s: page.cursor(page.nodes[0]) if page.nodes else None,
    "endCursor": lambda page, _a, _s: page.cursor(page.nodes[-1]) if page.nodes else None,
}
