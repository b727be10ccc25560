"""`penstock resume`: go on with a run."""

from __future__ import annotations

import asyncio

import click

from penstock.cli.options import SCREEN, Settings, takes


@click.command("resume", short_help="Go on with a run.")
@click.argument("run", required=False, metavar="[RUN]")
@takes("repo", "state_dir", "profile", *SCREEN)
def command(settings: Settings, run: str | None) -> int:
    """Go on with a run that was stopped, or whose process died: the newest unfinished one, or RUN.

    RUN is the id or its first characters. Repository, server and settings are those the run began with. What was
    sent and not answered is looked up before anything is sent again.
    """
    return asyncio.run(_resume(settings, run))


async def _resume(settings: Settings, wanted: str | None) -> int:
    import msgspec

    from penstock.cli.estimating import TimeLeft, estimates_here
    from penstock.cli.history import find_run, open_history
    from penstock.cli.running import drive
    from penstock.cli.target import client_for
    from penstock.output.text import count_of

    screen = settings.screen()
    journal = open_history(settings)
    runs = [run for run in journal.runs() if wanted or run.state != "finished"]
    found = find_run(runs, wanted, settings.repo)
    record = journal.run(found.id)
    operations = journal.operations(found.id)
    config = msgspec.structs.replace(record.config, profile=settings.profile or record.config.profile)
    plan = msgspec.structs.replace(record.plan, operations=tuple(operations))
    async with client_for(settings, plan.repository.name, plan.host, config) as client:
        screen.note(f"resume   {plan.repository.name}: run {found.id}, {count_of(found.total, 'operation')}")
        return await drive(
            client,
            lambda observer: client.resume(found.id, observer=observer),
            screen,
            source=plan.desired.source,
            look=lambda numbers: [operations[no] for no in numbers],
            left=TimeLeft(estimates_here(plan, config)[0]),
        )
