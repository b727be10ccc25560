"""How a run went, on the screen and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from penstock.base.errors import EXIT_AUTH, EXIT_OK, EXIT_PARTIAL, EXIT_STOPPED
from penstock.core.describe import format_duration
from penstock.model.result import Failure, RunResult
from penstock.output.ink import Ink
from penstock.output.text import Page, clean, count_of, place

FAILURES_SHOWN = 10


def exit_code(result: RunResult) -> int:
    """0 all done, 3 finished with operations that failed, 4 halted for want of a right, 5 stopped and resumable."""
    if result.state != "finished":
        return EXIT_AUTH if result.access else EXIT_STOPPED
    return EXIT_PARTIAL if result.dead or result.skipped else EXIT_OK


def result_lines(result: RunResult, source: str, *, ink: Ink, width: int = 0, verbose: bool = False) -> list[str]:
    """
    The last lines of `apply` and `resume`.

    Args:
        source: The task file, for line references.
        verbose: Every failure, not the first ten.
    """
    page = Page(ink, width)
    run_rows(page, result, source, whole=verbose)
    page.row("next", _next(result, source), "bold")
    return page.lines


def _next(result: RunResult, source: str) -> str:
    if result.state != "finished":
        return f"penstock resume {result.run}"
    if result.dead:
        return f"mend what failed, then penstock apply {source}: what stands is left alone"
    return f"penstock audit {result.run}"


def run_rows(page: Page, result: RunResult, source: str, *, whole: bool = False) -> None:
    """Counts, failures by reason, and why it stopped."""
    _state_row(page, result)
    _failure_rows(page, result.failures, source, whole=whole)
    if result.cause and result.state != "finished":
        page.row("cause", clean(result.cause))
        if result.hint:
            page.row("hint", clean(result.hint), "cyan")


def result_document(result: RunResult) -> dict[str, Any]:
    """The same for programs: every field of `RunResult`, with the exit code."""
    body: dict[str, Any] = msgspec.to_builtins(result)
    return {"schema": "penstock.result/1", **body, "exit_code": exit_code(result)}


def _state_row(page: Page, result: RunResult) -> None:
    whole = result.state == "finished" and not (result.dead or result.skipped)
    facts = [
        f"{result.succeeded:,} of {count_of(result.total, 'operation')} done"
        + (f" in {format_duration(result.ended_at - result.started_at)}" if result.ended_at else ""),
        *_some(result.dead, "failed"),
        *_some(result.skipped, "skipped"),
        *_some(result.in_doubt, "in doubt"),
        *_some(result.left, "left"),
        *_some(result.adopted, "found standing after a lost answer"),
        count_of(result.requests, "request"),
        f"{result.throttles:,} refused by a limit",
    ]
    label = "done" if whole else "failed" if result.state == "finished" else "stopped"
    page.row(label, f"run {result.run}: {', '.join(facts)}", "green" if whole else "red")


def _some(count: int, what: str) -> list[str]:
    return [f"{count:,} {what}"] if count else []


def _failure_rows(page: Page, failures: Iterable[Failure], source: str, *, whole: bool) -> None:
    """Grouped by reason, the largest group first; what was only skipped comes last."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        reason = "skipped: an operation they need failed" if failure.skipped else clean(failure.why)
        groups.setdefault(reason, []).append(failure)
    room = sum(map(len, groups.values())) if whole else FAILURES_SHOWN
    hidden = 0
    for reason, group in sorted(groups.items(), key=lambda item: (item[1][0].skipped, -len(item[1]))):
        shown = group[:room]
        room -= len(shown)
        hidden += len(group) - len(shown)
        if shown:
            page.row("", f"{len(group):,} × {reason}")
        for failure in shown:
            where = f"  {place(source, failure.line)}" if failure.line else ""
            page.lines.append(f"  {page.ink.paint('!', 'red')} {failure.operation}{page.ink.paint(where, 'dim')}")
    if hidden:
        page.lines.append(page.ink.paint(f"  … {hidden:,} more; -v shows all", "dim"))
