"""What a rehearsal showed: the run, its pace against the bound, the judge's count, the audit."""

from __future__ import annotations

from penstock.api.rehearse import Rehearsal
from penstock.core.describe import format_duration
from penstock.output.audit import audit_lines
from penstock.output.changes import sentence_of
from penstock.output.ink import Ink
from penstock.output.result import run_rows
from penstock.output.text import Page, count_of


def flawless(rehearsal: Rehearsal) -> bool:
    """Everything stands, as planned, and no limit was violated."""
    result = rehearsal.result
    whole = result.state == "finished" and not (result.dead or result.skipped)
    return whole and rehearsal.audit.clean and rehearsal.violations == 0


def rehearsal_lines(
    rehearsal: Rehearsal, real_s: float, *, ink: Ink, width: int = 0, verbose: bool = False
) -> list[str]:
    """
    The screen.

    Args:
        real_s: How long it took on this machine.
    """
    graph = rehearsal.plan.desired
    page = Page(ink, width)
    writes = sentence_of(rehearsal.plan.operations)
    page.row("plan", f"{graph.source}: {count_of(len(graph.tasks), 'task')}; {writes or 'nothing to do'}")
    run_rows(page, rehearsal.result, graph.source, whole=verbose)
    bound = rehearsal.bound_s
    ratio = (
        f", {rehearsal.makespan_s / bound:.3f} times the {format_duration(bound)} that no schedule beats"
        if bound
        else ""
    )
    page.row(
        "time",
        f"{format_duration(rehearsal.makespan_s)} of virtual time{ratio}; {format_duration(real_s)} on this machine",
    )
    judged = count_of(rehearsal.violations, "request or item", "requests or items")
    page.row("judge", f"the simulator counted {judged} against a limit", "red" if rehearsal.violations else "green")
    repository = rehearsal.plan.repository.name
    page.lines.extend(audit_lines(rehearsal.audit, graph, repository, ink=ink, width=width, verbose=verbose))
    return page.lines
