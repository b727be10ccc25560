"""`penstock apply`: carry a saved plan out, or make one from a task file and carry it out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK, UsageError
from penstock.cli.options import CONSENT, GITHUB, PACE, PLANNING, READING, SCREEN, TARGET, Settings, takes

if TYPE_CHECKING:
    from penstock.api.client import Client
    from penstock.model.plan import Plan
    from penstock.output.result import Again
    from penstock.output.screen import Screen


@click.command("apply", short_help="Carry a plan out.")
@click.argument("paths", nargs=-1, required=True, metavar="PLAN|FILE...")
@takes(*TARGET, *PACE, *READING, *PLANNING, *CONSENT, *SCREEN)
def command(settings: Settings, paths: tuple[str, ...]) -> int:
    """Carry out a plan saved by `penstock plan --out`, or plan task files and carry that out.

    Shows who writes where, how much, who is mailed and how long it takes, and asks once. Ctrl-C lets what is in
    flight end and prints how to go on; a second Ctrl-C stops at once. Both are safe.
    """
    return asyncio.run(_apply(settings, paths))


async def _apply(settings: Settings, paths: tuple[str, ...]) -> int:
    from penstock.cli.again import about_files, about_run
    from penstock.cli.target import client_for, find_target, origin_ask, saved_plan
    from penstock.io.git import origin_repository

    screen = settings.screen()
    if plan := saved_plan(paths):
        _check_match(settings, plan)
        ask = origin_ask(plan.repository.name, origin_repository())
        async with client_for(settings, plan.repository.name, plan.host) as client:
            again = about_run(settings, plan.desired, plan.repository.name, plan.host, client.config)
            return await _carry_out(client, plan, settings, screen, ask=ask, again=again)
    graph = settings.load(*paths)
    target = find_target(settings)
    async with client_for(settings, target.repository, settings.api_url) as client:
        screen.note(f"reading  {target.repository} on {settings.api_url}")
        plan = await client.plan(
            graph, prune=settings.prune, without_labels=settings.without_labels, renames=settings.renames
        )
        return await _carry_out(client, plan, settings, screen, ask=target.ask, again=about_files(settings, graph))


def _check_match(settings: Settings, plan: Plan) -> None:
    """A saved plan says where it goes; an option may repeat that, not change it."""
    if settings.repo and settings.said.get("repo") != "file" and settings.repo.lower() != plan.repository.name.lower():
        raise UsageError(
            f"the plan is for {plan.repository.name}, not for {settings.repo}",
            hint="leave --repo out, or make a plan for the other repository",
        )
    if settings.said.get("api_url") != "file" and settings.api_url not in {GITHUB, plan.host}:
        raise UsageError(
            f"the plan was made on {plan.host}, not on {settings.api_url}", hint="leave --api-url out, or plan again"
        )


async def _carry_out(client: Client, plan: Plan, settings: Settings, screen: Screen, *, ask: str, again: Again) -> int:
    from penstock.cli import consent
    from penstock.cli.estimating import TimeLeft, estimates_here
    from penstock.cli.running import drive
    from penstock.output.diagnostics import finding_diagnostics
    from penstock.output.estimate import time_sentence
    from penstock.output.narrator import planned_lines
    from penstock.output.text import count_of

    times = estimates_here(plan, client.config)
    screen.tell(planned_lines(plan, times))
    screen.diagnose(finding_diagnostics(plan))
    _refuse_errors(plan, screen)
    if not plan.operations:
        return _nothing_to_do(plan, screen)
    client.check(plan)
    asks = [*([ask] if ask else []), *_unfinished(client, plan)]
    if settings.yes:
        screen.note(*consent.told(plan, asks, screen))
    else:
        consent.ask(plan, times, asks, screen, first=settings.first)
    writes = count_of(len(plan.operations), "operation")
    screen.note(f"apply    {plan.repository.name}: {writes}, {time_sentence(times)}")
    return await drive(
        client,
        lambda observer: client.apply(plan, observer=observer),
        screen,
        plan=plan,
        look=lambda numbers: [plan.operations[no] for no in numbers],
        left=TimeLeft.of_whole(times),
        run=client.unfinished,
        again=again,
    )


def _refuse_errors(plan: Plan, screen: Screen) -> None:
    """
    Raises:
        PlanError: The plan has findings that forbid it; all of them are shown first.
    """
    from penstock.base.errors import PlanError
    from penstock.output.plan import finding_rows
    from penstock.output.text import Page, count_of

    errors = [finding for finding in plan.findings if finding.level == "error"]
    if errors:
        page = Page(screen.note_ink, screen.note_width)
        finding_rows(page, errors, plan.desired.source, whole=screen.verbose)
        screen.problem(page.lines)
        raise PlanError(
            f"the plan has {count_of(len(errors), 'error')}; nothing was sent",
            hint=f"mend {'it' if len(errors) == 1 else 'them'}, and call it again",
        )


def _nothing_to_do(plan: Plan, screen: Screen) -> int:
    from penstock.model.result import RunResult
    from penstock.output.result import result_document
    from penstock.output.step import run_step

    nothing = RunResult(run="", state="finished", graph=plan.desired.name, repository=plan.repository.name, total=0)
    screen.document(result_document(nothing))
    screen.result([f"done     nothing to do: {plan.repository.name} is as planned"])
    screen.leave(lambda at: run_step(nothing, plan, EXIT_OK, at))
    return EXIT_OK


def _unfinished(client: Client, plan: Plan) -> list[str]:
    """A run of the same graph that waits to go on is easily forgotten; only the newest one can."""
    from penstock.cli.history import newest_of_each

    place = (plan.desired.name, plan.repository.name.lower())
    return [
        f"run {run.id} of this graph is not finished; penstock resume {run.id} would go on with it"
        for run in newest_of_each(client.summaries())
        if (run.graph, run.repository.lower()) == place and run.state != "finished"
    ]
