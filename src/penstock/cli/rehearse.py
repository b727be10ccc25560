"""`penstock rehearse`: plan, apply and audit on the simulated GitHub, in virtual time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK, EXIT_PARTIAL
from penstock.cli.options import READING, SCREEN, Settings, takes
from penstock.model.decision import Finished, Halt

if TYPE_CHECKING:
    from penstock.cli.running import Several
    from penstock.engine.driver import Moment
    from penstock.model.plan import Plan
    from penstock.output.narrator import RunStream
    from penstock.output.progress import Progress
    from penstock.output.screen import Screen


@click.command("rehearse", short_help="Apply a plan to a simulated GitHub.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--faults", metavar="SET", default="none", show_default=True, help="none, usual, harsh or FAULT=RATE,...")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same rehearsal.")
@click.option("--no-native-links", "old_server", is_flag=True, help="The server lacks sub-issues and dependencies.")
@takes("profile", "max_writes", *READING, *SCREEN)
def command(settings: Settings, files: tuple[str, ...], faults: str, seed: int, *, old_server: bool) -> int:
    """Apply task files to a simulated GitHub that holds the real one's limits, and audit the result.

    Time is virtual: an hour takes about a second. Nothing is sent anywhere, no token is needed. Exit 0 when every
    operation stands, the audit is clean and no limit was violated; 3 otherwise.
    """
    import msgspec

    from penstock.api.rehearse import rehearse
    from penstock.output.ink import Ink
    from penstock.output.rehearsal import flawless, rehearsal_lines
    from penstock.output.step import rehearsal_step

    screen = settings.screen()
    graph = settings.load(*files)
    screen.note(f"rehearse {graph.source} on a simulated GitHub, in virtual time")
    profile = settings.profile or "documented"
    audience = _Audience(screen, "documented" if settings.profile in {None, "auto"} else str(settings.profile))
    began = time.monotonic()
    try:
        rehearsal = rehearse(
            graph,
            profile=profile,
            faults=faults,
            seed=seed,
            native_links=not old_server,
            config=msgspec.structs.replace(settings.config(), profile=profile),
            planned=audience.planned,
            observer=audience.observe if screen.live or screen.streams else None,
        )
    finally:
        audience.close()
    real_s = time.monotonic() - began
    code = EXIT_OK if flawless(rehearsal) else EXIT_PARTIAL
    lines = rehearsal_lines(rehearsal, real_s, ink=screen.ink, width=screen.width, verbose=settings.verbose)
    screen.document(rehearsal.summary())
    screen.result(lines, code)
    words = rehearsal_lines(rehearsal, real_s, ink=Ink())
    screen.leave(lambda at: rehearsal_step(rehearsal.result, rehearsal.plan, words, code, at))
    return code


class _Audience:
    """Who follows a rehearsal: bars where they can be drawn, since it is over too soon for lines, and the stream."""

    def __init__(self, screen: Screen, profile: str) -> None:
        self._screen = screen
        self._profile = profile
        self._streams: list[RunStream] = []
        self._progress: Progress | None = None
        self._picture: Several | None = None

    def planned(self, plan: Plan) -> None:
        """What will be rehearsed."""
        from penstock.cli.estimating import TimeLeft
        from penstock.cli.running import Several, picture_for, streams_for
        from penstock.output.diagnostics import finding_diagnostics
        from penstock.output.narrator import planned_lines
        from penstock.output.progress import Progress

        self._screen.tell(planned_lines(plan))
        self._screen.diagnose(finding_diagnostics(plan))
        self._streams = streams_for(self._screen, plan, lambda numbers: [plan.operations[no] for no in numbers], str)
        bars = [picture_for(self._screen, "virtual time")] if self._screen.live else []
        self._picture = Several([*bars, *self._streams])
        self._progress = Progress(self._picture, look=lambda _, __: (), left=TimeLeft(self._profile))

    def observe(self, moment: Moment) -> None:
        """A decision, in virtual time: the last one must be drawn before that ends."""
        if self._progress:
            self._progress.observe(moment)
            for told in self._streams:
                told.observe(moment)
            self._progress.tick(moment.now, time.monotonic())
            if isinstance(moment.decision, (Finished, Halt)):
                self._progress.close()

    def close(self) -> None:
        """It has ended, one way or the other."""
        if self._picture:
            self._picture.close()
