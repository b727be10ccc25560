"""`penstock audit`: read the repository again and compare."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from penstock.base.errors import EXIT_OK, EXIT_PARTIAL
from penstock.cli.options import PACE, READING, SCREEN, TARGET, Settings, takes

if TYPE_CHECKING:
    from penstock.model.task import TaskGraph


class Subject(NamedTuple):
    """What is compared with which repository on which server; `again` plans the same."""

    graph: TaskGraph
    repository: str
    api_url: str
    again: str


@click.command("audit", short_help="Compare a repository with the plan.")
@click.argument("what", nargs=-1, metavar="[RUN|PLAN|FILE...]")
@takes(*TARGET, *PACE, *READING, "author", *SCREEN)
def command(settings: Settings, what: tuple[str, ...]) -> int:
    """Read a repository again and compare it with a run's plan, a saved plan or task files.

    Without an argument with the newest run. Differences are read again over the grace period before they count.
    Exit 0 when there are none, 3 otherwise.
    """
    return asyncio.run(_audit(settings, what))


async def _audit(settings: Settings, what: tuple[str, ...]) -> int:
    from penstock.cli.target import client_for
    from penstock.output.audit import audit_document, audit_lines
    from penstock.output.diagnostics import difference_diagnostics
    from penstock.output.step import audit_step

    screen = settings.screen()
    graph, repository, api_url, again = _subject(settings, what)
    async with client_for(settings, repository, api_url) as client:
        screen.note(f"reading  {repository} on {api_url}")
        report = await client.audit(graph)
    code = EXIT_OK if report.clean else EXIT_PARTIAL
    screen.diagnose(difference_diagnostics(report, graph))
    screen.document(audit_document(report, graph, repository))
    lines = audit_lines(
        report, graph, repository, ink=screen.ink, width=screen.width, verbose=settings.verbose, again=again
    )
    screen.result(lines, code)
    screen.leave(lambda _: audit_step(report, graph, repository, code, again))
    return code


def _subject(settings: Settings, what: tuple[str, ...]) -> Subject:
    """Several are files, and so is one that exists or cannot be the id of a run."""
    from penstock.cli.again import about_files, about_run
    from penstock.cli.history import find_run, open_history
    from penstock.cli.target import find_target, saved_plan

    if len(what) > 1 or any(Path(one).exists() or not one.isalnum() for one in what):
        plan = saved_plan(what)
        if plan is None:
            graph, target = settings.load(*what), find_target(settings)
            return Subject(graph, target.repository, settings.api_url, about_files(settings, graph).plan)
    else:
        journal = open_history(settings)
        plan = journal.run(find_run(journal.runs(), what[0] if what else None, settings.repo).id).plan
    again = about_run(settings, plan.desired, plan.repository.name, plan.host, settings.config())
    return Subject(plan.desired, plan.repository.name, plan.host, again.plan)
