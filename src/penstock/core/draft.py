"""A plan while it is written: the operations so far, and which issue or create stands for each task."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.core.compare import Standing
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.operation import Operation, Payload, Ref
from penstock.model.task import TaskGraph


class Draft:
    """
    Attributes:
        graph, seen, found: What is wanted, and what stands.
        operations: In an order in which each stands after what it needs.
        refs: Task key → its issue, or the operation that creates it.
    """

    def __init__(self, graph: TaskGraph, seen: Observation, found: Standing) -> None:
        self.graph = graph
        self.seen = seen
        self.found = found
        self.operations: list[Operation] = []
        self.refs = {key: ref_of(issue) for key, issue in found.issues.items()}

    def add(
        self,
        key: str,
        payload: Payload,
        *,
        qualifier: str = "",
        needs: Iterable[int] = (),
        conflict: str = "",
        line: int = 0,
    ) -> int:
        """Write an operation down; its number is returned."""
        no = len(self.operations)
        self.operations.append(
            Operation(
                no=no,
                key=key,
                payload=payload,
                qualifier=qualifier,
                needs=tuple(sorted(set(needs))),
                conflict=conflict,
                line=line,
            )
        )
        return no


def ref_of(issue: ObservedIssue) -> Ref:
    """An issue that stands."""
    return Ref(number=issue.number, node_id=issue.node_id, database_id=issue.database_id)


def ops_of(*refs: Ref | None) -> tuple[int, ...]:
    """The operations that create these issues; none for those that stand."""
    return tuple(ref.op for ref in refs if ref is not None and ref.op >= 0)
