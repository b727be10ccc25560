"""How a run went, on the screen and for programs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from rich.cells import cell_len

from penstock.base.errors import EXIT_AUTH, EXIT_OK, EXIT_PARTIAL, EXIT_STOPPED
from penstock.core.describe import format_duration
from penstock.github.remedies import reason_of, remedy_for
from penstock.model.result import Failure, RunResult
from penstock.output.ink import Ink
from penstock.output.text import Page, clean, count_of, place

FAILURES_SHOWN = 10


class Again(NamedTuple):
    """
    What the next command must be told again.

    Attributes:
        run: Options of one about this run, such as where its journal lies.
        plan: Files and options of one that plans the same again; the task file alone when empty.
    """

    run: str = ""
    plan: str = ""


NOTHING = Again()


def exit_code(result: RunResult) -> int:
    """0 all done, 3 finished with operations that failed, 4 halted for want of a right, 5 stopped and resumable."""
    if result.state != "finished":
        return EXIT_AUTH if result.access else EXIT_STOPPED
    return EXIT_PARTIAL if result.dead or result.skipped else EXIT_OK


def result_lines(
    result: RunResult, source: str, *, ink: Ink, width: int = 0, verbose: bool = False, again: Again = NOTHING
) -> list[str]:
    """
    The last lines of `apply` and `resume`.

    Args:
        source: The task file, for line references.
        verbose: Every failure, not the first ten.
    """
    page = Page(ink, width)
    run_rows(page, result, source, whole=verbose)
    page.next(next_step(result, source, again))
    return page.lines


def next_step(result: RunResult, source: str, again: Again = NOTHING) -> str:
    """The command to go on with, or what to mend first."""
    if result.state != "finished":
        return f"penstock resume {result.run} {again.run}".rstrip()
    return next_after_end(result.run, source, failed=result.dead > 0, again=again)


def next_after_end(run: str, source: str, *, failed: bool, again: Again = NOTHING) -> str:
    """What to do when every operation is settled."""
    if failed:
        return f"mend what failed, then penstock apply {again.plan or shlex.quote(source)}: what stands is left alone"
    return f"penstock audit {run} {again.run}".rstrip()


def run_rows(page: Page, result: RunResult, source: str, *, whole: bool = False) -> None:
    """Counts, failures by reason, and why it stopped."""
    _state_row(page, result)
    failure_rows(page, result.failures, source, whole=whole)
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


def failure_rows(page: Page, failures: Iterable[Failure], source: str, *, whole: bool = False) -> None:
    """
    Grouped by reason, the largest group first, each with what to do; what was only skipped comes last.

    Args:
        whole: Every failure, not the first ten.
    """
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        reason = "skipped: an operation they need failed" if failure.skipped else reason_of(clean(failure.why))
        groups.setdefault(reason, []).append(failure)
    room = sum(map(len, groups.values())) if whole else FAILURES_SHOWN
    hidden = 0
    for reason, group in sorted(groups.items(), key=lambda item: (item[1][0].skipped, -len(item[1]))):
        shown = group[:room]
        room -= len(shown)
        hidden += len(group) - len(shown)
        if shown:
            page.row("reason", f"{len(group):,} × {reason}")
            remedy = "" if group[0].skipped else remedy_for(reason)
            if remedy:
                page.row("mend", remedy, "cyan")
        for failure in shown:
            _failure_row(page, failure, source)
    if hidden:
        page.lines.append(page.ink.paint(f"  … {hidden:,} more; -v shows all", "dim"))


def _failure_row(page: Page, failure: Failure, source: str) -> None:
    """The operation with its line, its page and GitHub's id of the request; on two lines where one is too narrow."""
    where = f"  {place(source, failure.line)}" if failure.line else ""
    request = f"request {failure.request_id}" if failure.request_id else ""
    more = "  ".join(filter(None, (failure.url, request)))
    fits = not page.width or cell_len(f"  ! {failure.operation}{where}  {more}") <= page.width
    line = f"  {page.ink.paint('!', 'red')} {failure.operation}{page.ink.paint(where, 'dim')}"
    if more and fits:
        line += f"  {page.ink.paint(more, 'dim')}"
    page.lines.append(line)
    if more and not fits:
        page.lines.append(f"    {page.ink.paint(more, 'dim')}")
