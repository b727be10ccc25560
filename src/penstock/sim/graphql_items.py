"""One alias of a mutation as an item of work, and the way each of them goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from penstock.sim.graphql_scope import Arguments, Resolver, Scope
from penstock.sim.records import Issue, Record
from penstock.sim.refusal import not_found
from penstock.sim.session import Session

R = TypeVar("R", bound=Record)


@dataclass(slots=True, frozen=True)
class Item:
    """
    Attributes:
        kind: What the limits count it as, e.g. `issue.create`.
        given: The mutation's `input`.
        session: The request it is part of.
        position: `last_position` of the parent when the work began, for mutations that add a sub-issue.
    """

    kind: str
    given: Arguments
    session: Session
    position: int | None

    def admit(self) -> float:
        """Count the item. Returns the instant at which it takes effect; call it right before the change."""
        self.session.admit(self.kind)
        return self.session.now()

    def below(self, field: str) -> Item:
        """The same item, reading the input object that this input field holds."""
        return replace(self, given=self.given[field])

    def record(self, field: str, type_: type[R]) -> R:
        """
        The record whose id this input field holds.

        Raises:
            SimRefusal: NOT_FOUND, also for a record of another type.
        """
        return self._resolved(self.given[field], type_)

    def optional(self, field: str, type_: type[R]) -> R | None:
        """The same; None when the field is left out or null."""
        node_id = self.given.get(field)
        return None if node_id is None else self._resolved(node_id, type_)

    def records(self, field: str, type_: type[R]) -> list[R]:
        """The same for a list of ids; empty when the field is left out or null."""
        return [self._resolved(node_id, type_) for node_id in self.given.get(field) or ()]

    def issue(self, field: str) -> Issue:
        """
        The issue whose id this input field holds, which is not a pull request.

        Raises:
            SimRefusal: NOT_FOUND.
        """
        found = self.record(field, Issue)
        if found.is_pull:
            raise _wrong_type("Issue", found.node_id)
        return found

    def _resolved(self, node_id: str, type_: type[R]) -> R:
        found = self.session.resolve(node_id)
        if not isinstance(found, type_):
            raise _wrong_type(type_.__name__, node_id)
        return found


def _wrong_type(type_name: str, node_id: str) -> Exception:
    """Source: https://github.com/ChronoAIProject/fkst-packages/issues/3884 (the wording)."""
    return not_found(f"Could not resolve to {type_name} node with the global id of '{node_id}'.")


Change: TypeAlias = Callable[[Item], dict[str, Any]]
"""Checks ids and rights, admits the item, changes the state, returns the payload. Never waits."""


def mutation(kind: str, change: Change, *, parent: str | None = None) -> Resolver:
    """
    The resolver of a field of `Mutation`: work first, then check, count and change in one go.

    What happens while the work takes its time is seen; an item that GitHub would not even try is not counted.

    Args:
        parent: The input field with the issue below which this mutation puts another.
    """

    async def resolve(_root: None, arguments: Arguments, scope: Scope) -> dict[str, Any]:
        given, session = arguments["input"], scope.session
        above = session.state.node(given.get(parent) or "") if parent else None
        position = above.last_position if isinstance(above, Issue) else None
        await session.work(kind)
        payload = change(Item(kind, given, session, position))
        payload["clientMutationId"] = given.get("clientMutationId")
        return payload

    return resolve
