"""A plan on the screen: what was read, what would be written, what it costs, how long it takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from penstock.api.estimate import Estimate
from penstock.github.limits import PROFILES
from penstock.model.plan import Finding, Plan
from penstock.model.task import TaskGraph
from penstock.output.changes import (
    SIGNS,
    change_lines,
    kind_words,
    reading_order,
    seen_counts,
    sentence_of,
    shown_first,
)
from penstock.output.estimate import time_document, time_rows
from penstock.output.ink import Ink
from penstock.output.prose import prose_rows
from penstock.output.text import Page, arguments, clean, count_of, place

CHANGES_SHOWN = 10
FINDINGS_SHOWN = 10
STYLES: Mapping[str, str] = MappingProxyType({"error": "red", "confirm": "yellow", "warning": "yellow"})


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """
    A plan with what is said about it.

    Attributes:
        prune: The plan closes issues whose task is gone.
        saved: Where it was written; empty when it was not.
        sha256: Its name.
        options: What `apply` must be told again.
    """

    plan: Plan
    estimates: tuple[Estimate, ...]
    prune: bool = False
    saved: str = ""
    sha256: str = ""
    options: str = ""

    @property
    def errors(self) -> int:
        """Findings that forbid to apply it."""
        return sum(finding.level == "error" for finding in self.plan.findings)

    @property
    def content_writes(self) -> int:
        """Operations that count as content under the first profile."""
        kinds = PROFILES[self.estimates[0].profile].content_kinds
        return sum(operation.kind.name in kinds for operation in self.plan.operations)


def plan_lines(view: PlanView, *, ink: Ink, width: int = 0, verbose: bool = False) -> list[str]:
    """
    The whole screen.

    Args:
        width: Columns of the terminal; 0 for no limit.
        verbose: Every operation and finding, not the first ten.
    """
    plan = view.plan
    page = Page(ink, width)
    _read_rows(page, plan)
    prose_rows(page, plan.desired, whole=verbose)
    page.gap()
    page.lines.extend(_counts(view, ink, width))
    changes = shown_first(plan.operations)
    shown = changes if verbose else changes[:CHANGES_SHOWN]
    if shown:
        page.gap()
        page.lines.extend(change_lines(shown, plan.desired, ink=ink, width=width))
    if len(changes) > len(shown):
        page.lines.append(ink.paint(f"  … {len(changes) - len(shown):,} more; -v shows all", "dim"))
    page.gap()
    _rename_rows(page, plan, whole=verbose)
    finding_rows(page, plan.findings, plan.desired.source, whole=verbose)
    for note in (*plan.desired.notes, *plan.notes):
        page.row("note", clean(note))
    _closing_rows(page, view)
    return page.lines


def _rename_rows(page: Page, plan: Plan, *, whole: bool) -> None:
    """Issues that are kept for tasks with other keys: the title where it changes, else the keys."""
    shown = plan.renames if whole else plan.renames[:FINDINGS_SHOWN]
    for rename in shown:
        before, after = rename.title_before, rename.title
        if before == after:
            before, after = rename.key_before, rename.key
        where = f"{place(plan.desired.source, rename.line)}: " if rename.line else ""
        page.row("renamed", f"{where}#{rename.number} {clean(before)} → {clean(after)}")
    if len(plan.renames) > len(shown):
        page.row("renamed", f"… {len(plan.renames) - len(shown):,} more; -v shows all")


def finding_rows(page: Page, findings: Sequence[Finding], source: str, *, whole: bool = False) -> None:
    """Errors, questions and warnings with their hints; of many of one level the first ten."""
    for level in STYLES:
        of_level = [finding for finding in findings if finding.level == level]
        shown = of_level if whole else of_level[:FINDINGS_SHOWN]
        for finding in shown:
            where = f"{place(source, finding.line)}: " if finding.line else ""
            page.row(level, where + clean(finding.message), STYLES[level])
            if finding.hint:
                page.more(f"hint: {clean(finding.hint)}")
        if len(of_level) > len(shown):
            page.row(level, f"… {len(of_level) - len(shown):,} more; -v shows all", STYLES[level])


def plan_document(view: PlanView) -> dict[str, Any]:
    """The same for programs. The operations themselves stand in the plan file, one a line."""
    plan = view.plan
    return {
        "schema": "penstock.plan-summary/1",
        "graph": plan.desired.name,
        "source": plan.desired.source,
        "repository": plan.repository.name,
        "account": plan.account.login,
        "tasks": len(plan.desired.tasks),
        "matched": len(plan.basis),
        "operations": len(plan.operations),
        "counts": plan.counts(),
        "content_writes": view.content_writes,
        "unchanged": len(plan.unchanged),
        "extra": list(plan.extra),
        "renames": msgspec.to_builtins(plan.renames),
        "findings": msgspec.to_builtins(plan.findings),
        "notes": [*plan.desired.notes, *plan.notes],
        "time": time_document(view.estimates),
        "saved": view.saved,
        "sha256": view.sha256,
    }


def levels(graph: TaskGraph) -> int:
    """Levels of the tree of tasks; 1 for a flat list."""
    level: dict[str, int] = {}
    for task in graph.tasks:
        level[task.key] = level[task.parent] + 1 if task.parent in level else 1
    return max(level.values(), default=0)


def _read_rows(page: Page, plan: Plan) -> None:
    tasks = plan.desired.tasks
    finished = sum(task.state != "open" for task in tasks)
    facts = [
        count_of(len(tasks), "task"),
        count_of(sum(len(task.depends_on) for task in tasks), "dependency", "dependencies"),
        count_of(levels(plan.desired), "level"),
        *([f"{finished:,} finished"] if finished else []),
    ]
    page.row("read", f"{plan.desired.source}: {', '.join(facts)}")
    matched = count_of(len(plan.basis), "issue") if plan.basis else "no issue yet"
    page.row(
        "match",
        f'{plan.repository.name}: {matched} of graph "{plan.desired.name}"; '
        f"as {plan.account.login}, permission {plan.repository.permission}",
    )


def _counts(view: PlanView, ink: Ink, width: int) -> list[str]:
    """The line of signs and numbers; two lines where one is too narrow."""
    parts = [*_count_parts(seen_counts(view.plan.operations)), ("=", f"same {len(view.plan.unchanged):,}")]
    parts.sort(key=lambda part: list(SIGNS).index(part[0]))
    if view.plan.extra and not view.prune:
        parts.append(("-", f"close {len(view.plan.extra):,} more with --prune"))
    rows = [""]
    columns = 0
    for sign, text in parts:
        columns += len(text) + 5
        if width and columns > width:
            rows.append("")
            columns = len(text) + 5
        rows[-1] += f"  {ink.paint(sign, SIGNS[sign])} {text} "
    return [row.rstrip() for row in rows]


def _count_parts(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Signs and words, kinds that look alike on the screen added up."""
    summed: dict[tuple[str, str], int] = {}
    for kind in sorted(counts, key=reading_order):
        words = kind_words(kind)
        summed[words.sign, words.short] = summed.get((words.sign, words.short), 0) + counts[kind]
    for (sign, short), count in summed.items():
        yield sign, f"{short} {count:,}"


def _closing_rows(page: Page, view: PlanView) -> None:
    plan = view.plan
    if not plan.operations:
        page.row("done", f"nothing to do: {plan.repository.name} is as planned")
        return
    count = count_of(view.content_writes, "counts as content", "count as content")
    page.row("cost", f"{count_of(len(plan.operations), 'write')}: {sentence_of(plan.operations)}; {count}")
    time_rows(page, view.estimates)
    if view.saved:
        page.row("saved", f"{view.saved} (sha256 {view.sha256[:12]}…)")
    page.next(next_step(view))


def next_step(view: PlanView) -> str:
    """The command to go on with, or what to mend first."""
    if view.errors:
        return f"mend {count_of(view.errors, 'error')}, then plan again; nothing was sent"
    what = shlex.quote(view.saved) if view.saved else arguments(view.plan.desired)
    return f"penstock apply {what} {view.options}".rstrip()
