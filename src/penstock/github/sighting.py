"""What one request of a look-up saw, and how our own issues and comments are told from everybody else's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from penstock.github.body import parse
from penstock.github.context import Context, login_of
from penstock.model.operation import Operation
from penstock.model.outcome import Outcome, Succeeded


class Page(msgspec.Struct, frozen=True):
    """
    Attributes:
        found: Operations that stand, with their ids.
        more: Cursor of the next request; empty when the read is whole.
        trouble: Why nothing could be seen at all.
    """

    found: tuple[tuple[int, Succeeded], ...] = ()
    more: str = ""
    trouble: Outcome | None = None


def numbers_above(high_water: int, operations: Sequence[Operation]) -> range:
    """The numbers that the issues of these creates most likely have, a few strangers' allowed for, at most 20."""
    return range(high_water + 1, high_water + 1 + min(len(operations) + 2, 20))


def creator(context: Context) -> str:
    """The login to filter a list of issues by; empty for an app, which the filters spell in other ways."""
    login = context.account.login
    return "" if login.endswith("[bot]") else login


def ours(
    context: Context,
    operations: Sequence[Operation],
    items: Iterable[Mapping[str, Any]],
    author: str,
    ids: tuple[str, str],
) -> tuple[tuple[int, Succeeded], ...]:
    """
    The operations whose marker one of these issues or comments carries.

    Args:
        items: As GraphQL or REST gives them.
        author: Name of the field that holds the author.
        ids: Names of the fields that hold node id and database id.
    """
    wanted = {(context.graph, operation.key, operation.no, context.run): operation.no for operation in operations}
    found: dict[int, Succeeded] = {}
    for item in items:
        marker = parse(item.get("body") or "")
        if marker is None or login_of(item.get(author)).lower() != context.account.login.lower():
            continue
        no = wanted.get((marker.graph, marker.key, marker.op, marker.run))
        if no is not None:
            node_id, database_id = item[ids[0]], item.get(ids[1]) or 0
            found[no] = Succeeded(item.get("number") or 0, node_id, database_id, adopted=True)
    return tuple(found.items())
