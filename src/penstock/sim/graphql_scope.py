"""What a resolver is given beside its object and its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from penstock.sim.reads import Reads
from penstock.sim.session import Session


@dataclass(slots=True, frozen=True)
class Scope:
    """
    Attributes:
        session: The request being answered.
        reads: What this operation sees: a replica for a query, the primary for the payload of a mutation.
        cost: Points of this operation.
        node_count: Nodes it can return at the most.
    """

    session: Session
    reads: Reads
    cost: int
    node_count: int


Arguments: TypeAlias = Mapping[str, Any]
Resolver: TypeAlias = Callable[[Any, Arguments, Scope], Any]
"""`(object, arguments, scope)` to the field's value; an awaitable for the fields of `Mutation`."""
Table: TypeAlias = Mapping[str, Resolver]
"""Field name to resolver, for one type."""
