"""`penstock status`: where a run stands and what it waits for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import SCREEN, Settings, takes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from penstock.cli.onlooker import Onlooker
    from penstock.model.ports import Journal
    from penstock.output.log_stream import LogStream
    from penstock.output.screen import Screen
    from penstock.output.status import RunView

LOOK_EVERY_S = 1.0
LOOK_SHARE = 0.1
"""Of one processor, at most, for looking at a run of a million operations."""


@click.command("status", short_help="Where a run stands.")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--watch", is_flag=True, help="Look again every second until the run ends.")
@takes("repo", "state_dir", *SCREEN, of_the_run=("repo",))
def command(settings: Settings, run: str | None, watch: bool) -> int:
    """Where a run stands and what it waits for: the newest one, or RUN.

    Read from the journal and the account's ledger, so it needs no token and does not disturb the run.
    """
    import msgspec

    from penstock.cli.history import find_run, open_history
    from penstock.cli.onlooker import Onlooker
    from penstock.output.result import Again
    from penstock.output.status import closing_lines, status_document, status_lines

    screen = settings.screen()
    journal = open_history(settings)
    found = find_run(journal.runs(), run, settings.repo)
    with Onlooker(journal, found.id, time.time()) as onlooker:
        view = _watched(onlooker, screen, _streams(screen, journal, found.id)) if watch else onlooker.look(time.time())
    view = msgspec.structs.replace(view, again=Again(run=settings.repeated(("state_dir",))))
    screen.document(status_document(view))
    if watch and screen.live and screen.width:
        screen.result(closing_lines(view, ink=screen.ink, width=screen.width, verbose=screen.verbose))
    else:
        lines = status_lines(view, time.time(), ink=screen.ink, width=screen.width, verbose=screen.verbose)
        screen.result(lines)
    return EXIT_OK


def _streams(screen: Screen, journal: Journal, run: str) -> list[LogStream]:
    """One where somebody reads a stream, else none."""
    if not screen.streams:
        return []
    from penstock.output.log_stream import LogStream

    return [LogStream(journal, run, screen.tell)]


def _watched(onlooker: Onlooker, screen: Screen, streams: Sequence[LogStream]) -> RunView:
    """Look until nothing will change by itself; each new state is a line, or a picture on a terminal."""
    import msgspec

    from penstock.cli.running import Several, picture_for
    from penstock.output.status import about_rows

    picture = Several([picture_for(screen, "Ctrl-C: stop looking; the run goes on"), *streams])
    try:
        while True:
            began = time.monotonic()
            now = time.time()
            view = onlooker.look(now)
            shot = msgspec.structs.replace(view.shot, about=about_rows(view, now))
            picture.draw(shot, view.left, now if view.state == "running" else view.at)
            if view.state != "running" or (streams and not screen.streams):
                return view
            time.sleep(max(LOOK_EVERY_S, (time.monotonic() - began) / LOOK_SHARE))
    finally:
        picture.close()
