"""`penstock resume`: go on with a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from penstock.base.errors import UsageError
from penstock.cli.options import SCREEN, Settings, takes

if TYPE_CHECKING:
    from penstock.model.ports import RunSummary


@click.command("resume", short_help="Go on with a run.")
@click.argument("run", required=False, metavar="[RUN]")
@takes("repo", "state_dir", "profile", *SCREEN, of_the_run=("repo", "profile"))
def command(settings: Settings, run: str | None) -> int:
    """Go on with a run that was stopped, or whose process died: the newest unfinished one, or RUN.

    RUN is the id or its first characters. Repository, server and settings are those the run began with. What was
    sent and not answered is looked up before anything is sent again.
    """
    return asyncio.run(_resume(settings, run))


def _waiting(runs: Sequence[RunSummary], repository: str | None) -> RunSummary:
    """
    The newest run that can be gone on with.

    Raises:
        UsageError: There is none.
    """
    from penstock.cli.history import newest_of_each

    for run in newest_of_each(runs):
        if run.state != "finished" and (repository is None or run.repository.lower() == repository.lower()):
            return run
    where = f" of {repository}" if repository else ""
    raise UsageError(f"no run{where} waits to be resumed", hint="penstock runs lists what there is")


async def _resume(settings: Settings, wanted: str | None) -> int:
    import msgspec

    from penstock.cli.again import about_run
    from penstock.cli.estimating import TimeLeft
    from penstock.cli.history import find_run, open_history
    from penstock.cli.onlooker import Onlooker
    from penstock.cli.running import drive
    from penstock.cli.target import client_for
    from penstock.output.narrator import planned_lines
    from penstock.output.status import resumed_lines

    screen = settings.screen()
    journal = open_history(settings)
    found = _waiting(journal.runs(), settings.repo) if wanted is None else find_run(journal.runs(), wanted)
    record = journal.run(found.id)
    operations = journal.operations(found.id)
    config = msgspec.structs.replace(record.config, profile=settings.profile or record.config.profile)
    plan = msgspec.structs.replace(record.plan, operations=tuple(operations))
    screen.tell(planned_lines(plan))
    with Onlooker(journal, found.id, time.time()) as onlooker:
        now = time.time()
        lines = resumed_lines(onlooker.look(now), onlooker.wait(now), now, ink=screen.note_ink, width=screen.note_width)
    async with client_for(settings, plan.repository.name, plan.host, config) as client:
        screen.note(*lines)
        return await drive(
            client,
            lambda observer: client.resume(found.id, observer=observer),
            screen,
            plan=plan,
            look=lambda numbers: [operations[no] for no in numbers],
            left=TimeLeft.of_rest(plan, config),
            run=lambda: found.id,
            again=about_run(settings, plan.desired, plan.repository.name, plan.host, config),
        )
