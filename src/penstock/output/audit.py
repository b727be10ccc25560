"""What an audit found: the table, and the document."""

from __future__ import annotations

from typing import Any

import msgspec

from penstock.model.plan import AuditReport, Difference
from penstock.model.task import TaskGraph
from penstock.output.ink import Ink
from penstock.output.text import Page, count_of, place

SHOWN = 20
SORTS = ("missing", "extra", "duplicate", "different")


def audit_lines(
    report: AuditReport,
    graph: TaskGraph,
    repository: str,
    *,
    ink: Ink,
    width: int = 0,
    verbose: bool = False,
    again: str = "",
) -> list[str]:
    """
    Counts first, then each difference with its issues and its line.

    Args:
        again: Files and options of a command that plans the same again; empty where that would not help.
    """
    page = Page(ink, width)
    page.row("audit", f'{repository}: graph "{graph.name}", {count_of(len(graph.tasks), "task")}')
    if report.clean:
        page.row("clean", "every task has its one issue, as planned", "green")
        return page.lines
    page.row("found", ", ".join(f"{len(getattr(report, sort)):,} {sort}" for sort in SORTS), "red")
    line_of = {task.key: task.line for task in graph.tasks}
    rows = [(sort, difference) for sort in SORTS for difference in getattr(report, sort)]
    shown = rows if verbose else rows[:SHOWN]
    for sort, difference in shown:
        where = f"  {place(graph.source, line)}" if (line := line_of.get(difference.key, 0)) else ""
        page.lines.append(f"  {sort:<10} {difference_words(difference)}{ink.paint(where, 'dim')}")
    if len(rows) > len(shown):
        page.lines.append(ink.paint(f"  … {len(rows) - len(shown):,} more; -v shows all", "dim"))
    if again:
        page.next(f"penstock plan {again}")
    return page.lines


def audit_document(report: AuditReport, graph: TaskGraph, repository: str) -> dict[str, Any]:
    """Counts under `audit`, the differences under `differences`."""
    return {
        "schema": "penstock.audit/1",
        "repository": repository,
        "graph": graph.name,
        "tasks": len(graph.tasks),
        "clean": report.clean,
        "audit": {sort: len(getattr(report, sort)) for sort in SORTS},
        "differences": msgspec.to_builtins(report),
    }


def difference_words(difference: Difference) -> str:
    """Its task, issues and fields."""
    numbers = ", ".join(f"#{number}" for number in difference.numbers)
    fields = f"in {', '.join(difference.fields)}" if difference.fields else ""
    return "  ".join(part for part in (difference.key, numbers, fields) if part)
