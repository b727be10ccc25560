"""`penstock rehearse`: plan, apply and audit on the simulated GitHub, in virtual time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK, EXIT_PARTIAL
from penstock.cli.options import READING, SCREEN, Settings, takes

if TYPE_CHECKING:
    from penstock.engine.driver import Moment, Observer
    from penstock.model.task import TaskGraph
    from penstock.output.progress import Progress
    from penstock.output.screen import Screen


@click.command("rehearse", short_help="Apply a plan to a simulated GitHub.")
@click.argument("path", metavar="FILE")
@click.option("--faults", metavar="SET", default="none", show_default=True, help="none, usual, harsh or FAULT=RATE,...")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same rehearsal.")
@takes("profile", "max_writes", *READING, *SCREEN)
def command(settings: Settings, path: str, faults: str, seed: int) -> int:
    """Apply a task file to a simulated GitHub that holds the real one's limits, and audit the result.

    Time is virtual: an hour takes about a second. Nothing is sent anywhere, no token is needed. Exit 0 when every
    operation stands, the audit is clean and no limit was violated; 3 otherwise.
    """
    from penstock.api.rehearse import rehearse
    from penstock.output.rehearsal import flawless, rehearsal_lines

    screen = settings.screen()
    graph = settings.load(path)
    screen.note(f"rehearse {graph.source} on a simulated GitHub, in virtual time")
    progress = _progress(screen, graph)
    began = time.monotonic()
    try:
        rehearsal = rehearse(
            graph,
            profile=settings.profile or "documented",
            faults=faults,
            seed=seed,
            observer=_observer(progress) if progress else None,
        )
    finally:
        if progress:
            progress.close()
    real_s = time.monotonic() - began
    screen.document(rehearsal.summary())
    screen.result(rehearsal_lines(rehearsal, real_s, ink=screen.ink, width=screen.width, verbose=settings.verbose))
    return EXIT_OK if flawless(rehearsal) else EXIT_PARTIAL


def _progress(screen: Screen, graph: TaskGraph) -> Progress | None:
    """Bars where they can be drawn; it is over too soon for anything else."""
    if not screen.live:
        return None
    from penstock.output.bars import BarPicture
    from penstock.output.progress import Progress

    return Progress(
        BarPicture(color=screen.note_ink.color, hint="virtual time"),
        look=lambda _: [],
        source=graph.source,
        left=lambda _, __: 0.0,
    )


def _observer(progress: Progress) -> Observer:
    def observe(moment: Moment) -> None:
        progress.observe(moment)
        progress.tick(moment.now, time.monotonic())

    return observe
