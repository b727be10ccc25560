"""`penstock status`: where a run stands and what it waits for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import SCREEN, Settings, takes

if TYPE_CHECKING:
    from penstock.cli.history import Onlooker
    from penstock.output.screen import Screen
    from penstock.output.status import RunView

LOOK_EVERY_S = 1.0


@click.command("status", short_help="Where a run stands.")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--watch", is_flag=True, help="Look again every second until the run ends.")
@takes("repo", "state_dir", *SCREEN)
def command(settings: Settings, run: str | None, watch: bool) -> int:
    """Where a run stands and what it waits for: the newest one, or RUN.

    Read from the journal, so it needs no token and does not disturb the run.
    """
    from penstock.cli.history import Onlooker, find_run, open_history
    from penstock.output.status import status_document, status_lines

    screen = settings.screen()
    journal = open_history(settings)
    onlooker = Onlooker(journal, find_run(journal.runs(), run, settings.repo).id)
    view = _watched(onlooker, screen) if watch else onlooker.look(time.time())
    screen.document(status_document(view))
    screen.result(status_lines(view, time.time(), ink=screen.ink, width=screen.width))
    return EXIT_OK


def _watched(onlooker: Onlooker, screen: Screen) -> RunView:
    """Look until nothing will change by itself; each new state is a line, or a picture on a terminal."""
    from penstock.cli.running import picture_for

    picture = picture_for(screen, "Ctrl-C: stop looking; the run goes on")
    try:
        while True:
            now = time.time()
            view = onlooker.look(now)
            picture.draw(view.shot, 0.0, now)
            if view.state != "running":
                return view
            time.sleep(LOOK_EVERY_S)
    finally:
        picture.close()
