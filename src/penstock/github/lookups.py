"""
Was this operation done? Reads that settle a doubt.

A created issue or comment is known by its marker, and only when graph, key, operation and run are the operation's and
the account itself is the author. Search is never asked: its index lags by minutes.
A read may take several requests; the cursor says where it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from penstock.github import lookups_graphql, lookups_rest
from penstock.github.context import Api, Context, route
from penstock.github.sighting import Page
from penstock.model.operation import Operation
from penstock.model.ports import Reply, Request

KINDS = frozenset(
    {"issue.create", "comment.create", "label.create", "milestone.create", "sub_issue.link", "blocked_by.link"}
)
"""Kinds that can be looked up; the others may simply be sent again."""


def lookup(context: Context, api: Api, operations: Sequence[Operation], high_water: int, cursor: str) -> Request:
    """
    The next request of a look-up of operations of one kind.

    Args:
        high_water: Greatest issue number known before the operations were sent: only what is above can be theirs.
        cursor: Empty to begin, else `more` of the answer before.
    """
    if route(api, operations[0].kind) == "graphql":
        return lookups_graphql.request(context, operations, high_water, cursor)
    return lookups_rest.request(context, operations, high_water, cursor)


def read(
    context: Context, api: Api, operations: Sequence[Operation], reply: Reply, *, high_water: int, cursor: str
) -> Page:
    """What the answer to `lookup` with the same arguments shows; it must have no trouble by `responses`."""
    if route(api, operations[0].kind) == "graphql":
        return lookups_graphql.read(context, operations, reply, high_water=high_water)
    return lookups_rest.read(context, operations, reply, high_water=high_water, cursor=cursor)
