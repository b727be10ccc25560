"""What somebody should know, in the one shape of the stream and of annotations."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.base.errors import InputError, PenstockError
from penstock.model.plan import AuditReport, Plan
from penstock.model.result import RunResult
from penstock.model.task import TaskGraph
from penstock.output.audit import SORTS, difference_words
from penstock.output.stream import Diagnostic


def error_diagnostics(error: PenstockError) -> Iterator[Diagnostic]:
    """The error that ended a command."""
    path, line = (error.path, error.line) if isinstance(error, InputError) else ("", 0)
    yield Diagnostic(
        level="error",
        message=error.message,
        cause=error.cause,
        hint=error.hint,
        path=path,
        line=line,
        exit_code=error.exit_code,
    )


def finding_diagnostics(plan: Plan) -> Iterator[Diagnostic]:
    """What the preflight found, and what the readers noted."""
    for finding in plan.findings:
        yield Diagnostic(
            level=finding.level,  # type: ignore[arg-type]  # one of three of the four
            message=finding.message,
            hint=finding.hint,
            path=plan.desired.source if finding.line else "",
            line=finding.line,
        )
    for note in (*plan.desired.notes, *plan.notes):
        yield Diagnostic(level="note", message=note)


def failure_diagnostics(result: RunResult, source: str) -> Iterator[Diagnostic]:
    """Operations that failed by themselves."""
    for failure in result.failures:
        if not failure.skipped:
            path = source if failure.line else ""
            yield Diagnostic(level="error", message=f"failed: {failure.why}", path=path, line=failure.line)


def difference_diagnostics(report: AuditReport, graph: TaskGraph) -> Iterator[Diagnostic]:
    """What an audit found."""
    line_of = {task.key: task.line for task in graph.tasks}
    for sort in SORTS:
        for difference in getattr(report, sort):
            line = line_of.get(difference.key, 0)
            yield Diagnostic(
                level="warning",
                message=f"{sort}: {difference_words(difference)}",
                path=graph.source if line else "",
                line=line,
            )
