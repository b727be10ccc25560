"""
The executor: runs a plan and builds the answer.

A mutation's top-level fields run one after the other in the order of the document; one that is refused is null and
has an entry in `errors`, the others go on. graphql-core's own executor gives the same answers at several times the
cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from penstock.sim.graphql_plan import Field, Shape
from penstock.sim.graphql_records import type_name
from penstock.sim.graphql_scope import Scope
from penstock.sim.refusal import SimRefusal

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Linked from the innermost step outwards: cheap to extend, unrolled only for an error."""


class _Null(Exception):
    """A field that must not be null is: its parent becomes null."""


class Run:
    """
    One execution.

    Attributes:
        errors: Entries of `errors` so far.
    """

    def __init__(self, scope: Scope, values: Mapping[str, Any]) -> None:
        self.errors: list[dict[str, Any]] = []
        self._scope = scope
        self._values = values

    async def query(self, plan: Iterable[Field]) -> dict[str, Any] | None:
        """The `data` of a query. Each top-level field takes the time of one read."""
        data: dict[str, Any] = {}
        try:
            for field in plan:
                if field.children:
                    await self._scope.session.work("read")
                data[field.key] = self._value(field, None, None)
        except _Null:
            return None
        return data

    async def mutation(self, plan: Iterable[Field]) -> dict[str, Any]:
        """
        The `data` of a mutation.

        Raises:
            SimTimeout: the request's time is up; aliases that are done stay done.
        """
        data: dict[str, Any] = {}
        for field in plan:
            data[field.key] = None
            try:
                payload = field.resolve(None, field.arguments(self._values), self._scope)
                if field.shape.leaf:
                    data[field.key] = payload
                else:
                    data[field.key] = self._complete(field.shape, await payload, field, (None, field.key))
            except SimRefusal as refusal:
                self._report(refusal, field, (None, field.key))
            except _Null:
                pass
        return data

    def _value(self, field: Field, source: Any, parent: Path) -> Any:
        try:
            found = field.resolve(source, field.arguments(self._values), self._scope)
            if field.shape.leaf and found is not None:
                return found
            return self._complete(field.shape, found, field, (parent, field.key))
        except SimRefusal as refusal:
            self._report(refusal, field, (parent, field.key))
            if field.shape.non_null:
                raise _Null from None
            return None
        except _Null:
            if field.shape.non_null:
                raise
            return None

    def _complete(self, shape: Shape, found: Any, field: Field, path: Path) -> Any:
        if found is None:
            if shape.non_null:
                raise _Null
            return None
        if shape.item is not None:
            item = shape.item
            return [self._item(item, each, field, (path, index)) for index, each in enumerate(found)]
        if shape.leaf:
            return found
        children = field.children
        name = type_name(found) if len(children) > 1 else next(iter(children))
        return {child.key: self._value(child, found, path) for child in children[name]}

    def _item(self, shape: Shape, found: Any, field: Field, path: Path) -> Any:
        try:
            if isinstance(found, SimRefusal):
                self._report(found, field, path)
                found = None
            return self._complete(shape, found, field, path)
        except _Null:
            if shape.non_null:
                raise
            return None

    def _report(self, refusal: SimRefusal, field: Field, path: Path) -> None:
        if refusal.silent:
            return
        steps: list[str | int] = []
        while path is not None:
            path, step = path
            steps.append(step)
        self.errors.append(refusal.graphql_error(steps[::-1]) | {"locations": [field.location]})
