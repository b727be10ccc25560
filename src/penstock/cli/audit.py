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
    """What is compared with which repository on which server."""

    graph: TaskGraph
    repository: str
    api_url: str


@click.command("audit", short_help="Compare a repository with the plan.")
@click.argument("what", required=False, metavar="[RUN|PLAN|FILE]")
@takes(*TARGET, *PACE, *READING, "author", *SCREEN)
def command(settings: Settings, what: str | None) -> int:
    """Read a repository again and compare it with a run's plan, a saved plan or a task file.

    Without an argument with the newest run. Differences are read again over the grace period before they count.
    Exit 0 when there are none, 3 otherwise.
    """
    return asyncio.run(_audit(settings, what))


async def _audit(settings: Settings, what: str | None) -> int:
    from penstock.cli.target import client_for
    from penstock.output.audit import audit_document, audit_lines
    from penstock.output.diagnostics import difference_diagnostics
    from penstock.output.step import audit_step

    screen = settings.screen()
    graph, repository, api_url = _subject(settings, what)
    screen.note(f"reading  {repository} on {api_url}")
    async with client_for(settings, repository, api_url) as client:
        report = await client.audit(graph)
    code = EXIT_OK if report.clean else EXIT_PARTIAL
    screen.diagnose(difference_diagnostics(report, graph))
    screen.document(audit_document(report, graph, repository))
    lines = audit_lines(report, graph, repository, ink=screen.ink, width=screen.width, verbose=settings.verbose)
    screen.result(lines, code)
    screen.leave(lambda _: audit_step(report, graph, repository, code))
    return code


def _subject(settings: Settings, what: str | None) -> Subject:
    """A file that exists is a file; anything else is a run."""
    from penstock.cli.history import find_run, open_history
    from penstock.cli.target import find_target
    from penstock.io.plan_file import is_plan, read_plan

    if what is not None and Path(what).exists():
        if not is_plan(Path(what)):
            return Subject(settings.load(what), find_target(settings).repository, settings.api_url)
        plan = read_plan(Path(what))
    else:
        journal = open_history(settings)
        plan = journal.run(find_run(journal.runs(), what, settings.repo).id).plan
    return Subject(plan.desired, plan.repository.name, plan.host)
