"""What a fresh read shows against the plan, in the planner's own eyes: what it would write is what differs."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.core import compare
from penstock.core.compare import Standing
from penstock.model.observed import Observation
from penstock.model.plan import AuditReport, Difference
from penstock.model.task import TaskGraph


def audit(graph: TaskGraph, seen: Observation) -> AuditReport:
    """
    Compare every task with the issues that carry its marker.

    Returns:
        Findings in the order of the file, extra and duplicate ones in the order of their numbers. A task with several
        issues is compared with the first. Links are those of the server, or of the texts where it knows none.
    """
    found = compare.standing(seen.issues)
    keys = {task.key for task in graph.tasks}
    return AuditReport(
        missing=tuple(Difference(task.key) for task in graph.tasks if task.key not in found.issues),
        extra=tuple(
            Difference(key, (issue.number,))
            for key, issue in found.issues.items()
            if key not in keys and issue.state not in compare.CLOSED
        ),
        duplicate=tuple(Difference(key, numbers) for key, numbers in found.duplicates.items()),
        different=tuple(_different(graph, found, native_links=seen.native_links)),
    )


def _different(graph: TaskGraph, found: Standing, *, native_links: bool) -> Iterator[Difference]:
    for task in graph.tasks:
        issue = found.issues.get(task.key)
        if issue is None:
            continue
        fields = list(compare.delta(task, issue, native_links=native_links).fields)
        if compare.parent_differs(task, issue, found):
            fields.append("parent")
        if compare.blockers_missing(task, issue, found) or compare.blockers_stale(task, issue, found):
            fields.append("blocked_by")
        if fields:
            yield Difference(task.key, (issue.number,), tuple(fields))
