"""The page of a step on GitHub Actions: what was planned or done, what failed, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penstock.base.errors import InputError, PenstockError
from penstock.core.describe import format_duration
from penstock.model.operation import Operation
from penstock.model.plan import AuditReport, Finding, Plan
from penstock.model.result import Failure, RunResult
from penstock.model.task import TaskGraph
from penstock.output import plan as planning
from penstock.output import result as ending
from penstock.output.actions import Place, Step
from penstock.output.audit import SORTS, audit_lines
from penstock.output.changes import change_lines, kind_words, seen_counts, shown_first
from penstock.output.diagnostics import failure_diagnostics
from penstock.output.estimate import time_sentence
from penstock.output.ink import Ink
from penstock.output.markdown import code, escaped, fenced, table
from penstock.output.text import count_of, cut, place

ROWS = 50
"""Of a table of findings or failures; the whole list is folded away below, or stands in the log."""

LISTED = 5_000
OPERATIONS_NAMED = 5
WORDS = 300
"""Characters of a message in a table."""


def plan_step(view: planning.PlanView, code_of_exit: int, at: Place) -> Step:
    """What would be written."""
    plan = view.plan
    graph = plan.desired
    source = f"{escaped(graph.source)}, {count_of(len(graph.tasks), 'task')}"
    what = f"**{count_of(len(plan.operations), 'operation')}**" if plan.operations else "**Nothing to do**"
    page = [f"### Plan for {escaped(plan.repository.name)}", f"{what}; graph {code(graph.name)} from {source}."]
    if plan.operations:
        page += [_counts(plan.operations), f"Time: {escaped(time_sentence(view.estimates))}."]
    page += _findings(plan.findings, graph.source, at)
    if plan.operations:
        page.append(_next(planning.next_step(view)))
    return Step(
        summary="\n\n".join(page),
        listing=whole_list(plan),
        title=f"All {count_of(len(plan.operations), 'operation')}",
        rest="More than GitHub shows for a step; <code>penstock plan -v</code> prints them all.",
        outputs={
            "repository": plan.repository.name,
            "graph": graph.name,
            "changes": len(plan.operations),
            "unchanged": len(plan.unchanged),
            "errors": view.errors,
            "plan": view.saved,
            "sha256": view.sha256,
            "exit_code": code_of_exit,
        },
    )


def whole_list(plan: Plan) -> list[str]:
    """Operations on a line each, in the order in which people read them; as many as anybody scrolls through."""
    listed = shown_first(plan.operations)[:LISTED]
    lines = [line.strip() for line in change_lines(listed, plan.desired, ink=Ink())]
    hidden = len(plan.operations) - len(listed)
    return [*lines, f"… {hidden:,} more; -v shows all"] if hidden else lines


def run_step(result: RunResult, plan: Plan, code_of_exit: int, at: Place, again: ending.Again = ending.NOTHING) -> Step:
    """How a run of a plan went."""
    if result.run:
        page = [*_run(result, plan, at), _next(ending.next_step(result, plan.desired.source, again))]
    else:
        page = [f"### Run: {escaped(result.repository)}", "**Nothing to do**: the repository is as planned."]
    return _ran(result, plan, page, code_of_exit)


def rehearsal_step(result: RunResult, plan: Plan, words: Sequence[str], code_of_exit: int, at: Place) -> Step:
    """How a rehearsal went; `words` are what its screen says."""
    page = [*_run(result, plan, at, "Rehearsal on a simulated GitHub"), fenced("\n".join(words))]
    return _ran(result, plan, page, code_of_exit)


def audit_step(report: AuditReport, graph: TaskGraph, repository: str, code_of_exit: int, again: str = "") -> Step:
    """What an audit found; `again` as for `audit_lines`."""
    counts = {sort: len(getattr(report, sort)) for sort in SORTS}
    verdict = "Every task has its one issue, as planned." if report.clean else "The repository is not as planned."
    page = [
        f"### Audit of {escaped(repository)}",
        f"{verdict} Graph {code(graph.name)}, {count_of(len(graph.tasks), 'task')}.",
        table(("found", "tasks:"), [(sort, f"{count:,}") for sort, count in counts.items()]),
        *([_next(f"penstock plan {again}")] if again and not report.clean else []),
    ]
    lines = audit_lines(report, graph, repository, ink=Ink(), verbose=True)
    return Step(
        summary="\n\n".join(page),
        listing=[] if report.clean else [line.strip() for line in lines[2:]],
        title=f"All {count_of(sum(counts.values()), 'difference')}",
        rest="More than GitHub shows for a step; <code>penstock audit -v</code> prints them all.",
        outputs={"repository": repository, "graph": graph.name, **counts, "exit_code": code_of_exit},
    )


def error_step(error: PenstockError, at: Place) -> Step:
    """What ended a command."""
    where = f"{at(error.path, error.line)}: " if isinstance(error, InputError) else ""
    page = [f"### Penstock stopped: {where}{escaped(error.message)}"]
    page += [f"{name}: {escaped(text)}" for name, text in (("Cause", error.cause), ("Hint", error.hint)) if text]
    return Step(summary="\n\n".join(page), outputs={"exit_code": error.exit_code})


def _next(words: str) -> str:
    """A command to copy, or what to do first."""
    return f"Next:\n\n{fenced(words, 'sh')}" if words.startswith("penstock ") else f"Next: {escaped(words)}."


def _ran(result: RunResult, plan: Plan, page: Sequence[str], code_of_exit: int) -> Step:
    source = plan.desired.source
    lines = [f"- {failure.operation}  {place(source, failure.line)}: {failure.why}" for failure in result.failures]
    return Step(
        summary="\n\n".join(page),
        listing=lines,
        title=f"All {count_of(len(lines), 'operation')} that failed or were skipped",
        rest=f"More than GitHub shows for a step; <code>penstock status {result.run}</code> counts them.",
        outputs={
            "run": result.run,
            "state": result.state,
            "repository": result.repository,
            "graph": result.graph,
            "total": result.total,
            "succeeded": result.succeeded,
            "failed": result.dead + result.skipped,
            "left": result.left,
            "exit_code": code_of_exit,
        },
        diagnostics=list(failure_diagnostics(result, source)),
    )


def _run(result: RunResult, plan: Plan, at: Place, what: str = "Run") -> Iterator[str]:
    took = f" in {format_duration(result.ended_at - result.started_at)}" if result.ended_at else ""
    done = f"{result.succeeded:,} of {count_of(result.total, 'operation')} done{took}"
    state = "Finished" if result.state == "finished" else f"Stopped ({escaped(result.cause)})"
    yield f"### {what}: {escaped(result.repository)}"
    yield f"**{state}**: {done}. Run {code(result.run)}, graph {code(plan.desired.name)}."
    if plan.operations:
        yield _counts(plan.operations)
    figures = {
        "done": result.succeeded,
        "of them found standing after a lost answer": result.adopted,
        "failed": result.dead,
        "skipped, since something they need failed": result.skipped,
        "in doubt, looked up when the run goes on": result.in_doubt,
        "left": result.left,
        "requests": result.requests,
        "refused by a limit": result.throttles,
    }
    shown = {name: count for name, count in figures.items() if count or name in {"done", "failed", "left"}}
    yield table(("", "count:"), [(name, f"{count:,}") for name, count in shown.items()])
    yield from _failures(result.failures, plan.desired.source, at)


def _failures(failures: Sequence[Failure], source: str, at: Place) -> Iterator[str]:
    """By reason, the most frequent first; what was only skipped is counted above."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        if not failure.skipped:
            groups.setdefault(failure.why, []).append(failure)
    if groups:
        largest = sorted(groups.items(), key=lambda item: len(item[1]), reverse=True)
        rows = [(f"{len(group):,}", escaped(cut(why, WORDS)), _named(group, source, at)) for why, group in largest]
        yield table(("failed:", "why", "operations"), rows[:ROWS])
        if len(rows) > ROWS:
            yield f"…and for {count_of(len(rows) - ROWS, 'further reason')}."


def _named(group: Sequence[Failure], source: str, at: Place) -> str:
    """Operations with their page, where there is one, and their line."""
    named = []
    for failure in group[:OPERATIONS_NAMED]:
        name = code(failure.operation)
        where = f" {at(source, failure.line)}" if failure.line else ""
        named.append((f"[{name}]({failure.url})" if failure.url else name) + where)
    if len(group) > len(named):
        named.append(f"{len(group) - len(named):,} more")
    return "<br>".join(named)


def _counts(operations: Sequence[Operation]) -> str:
    rows = [
        (code(kind_words(kind).sign), kind_words(kind).long[1], f"{count:,}")
        for kind, count in seen_counts(operations).items()
    ]
    return table(("", "operations", "count:"), rows)


def _findings(findings: Sequence[Finding], source: str, at: Place) -> Iterator[str]:
    """Errors first; each with its line and what to do."""
    by_level = [finding for level in planning.STYLES for finding in findings if finding.level == level]
    if by_level:
        rows = [
            (
                f"**{finding.level}**" if finding.level == "error" else finding.level,
                at(source, finding.line) if finding.line else "",
                escaped(cut(finding.message, WORDS)) + (f"<br>{escaped(finding.hint)}" if finding.hint else ""),
            )
            for finding in by_level[:ROWS]
        ]
        yield table(("level", "where", "what"), rows)
        if len(by_level) > ROWS:
            yield f"…and {len(by_level) - ROWS:,} more: <code>penstock plan -v</code> shows all."
