"""`penstock runs`: what was applied from here."""

from __future__ import annotations

import time

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import SCREEN, Settings, takes


@click.command("runs", short_help="List the runs of this directory.")
@takes("state_dir", *SCREEN)
def command(settings: Settings) -> int:
    """List the runs of this directory's journal, the newest first."""
    from penstock.cli.history import open_history, states_of
    from penstock.output.status import runs_document, runs_lines

    screen = settings.screen()
    journal = open_history(settings)
    runs = journal.runs()
    states = states_of(journal, runs)
    screen.document(runs_document(runs, states))
    screen.result(runs_lines(runs, states, time.time(), ink=screen.ink, width=screen.width))
    return EXIT_OK
