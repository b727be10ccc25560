"""Driving a run from a terminal: progress, Ctrl-C and SIGTERM, and the exit code that tells how it went."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from penstock.base.errors import EXIT_INTERRUPTED, EXIT_TERMINATED, PenstockError, UsageError
from penstock.engine.driver import Observer
from penstock.io.clock import SystemClock
from penstock.model.result import RunResult
from penstock.output.progress import Left, Look, Picture, PlainPicture, Progress
from penstock.output.result import exit_code, result_document, result_lines

if TYPE_CHECKING:
    from penstock.api.client import Client
    from penstock.output.screen import Screen

HINT = "Ctrl-C: finish what is in flight and stop; twice: stop now"
TICK_S = 0.125
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CutShort(PenstockError):
    """A signal ended the process before the run came to a stop of its own."""

    def __init__(self, message: str, exit_code: int, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


def picture_for(screen: Screen, hint: str) -> Picture:
    """Bars with a hint below on a terminal that can be drawn on, lines elsewhere."""
    if screen.live:
        from penstock.output.bars import BarPicture

        return BarPicture(color=screen.note_ink.color, hint=hint)
    return PlainPicture(screen.note)


async def drive(
    client: Client,
    start: Callable[[Observer], Awaitable[RunResult]],
    screen: Screen,
    *,
    source: str,
    look: Look,
    left: Left,
) -> int:
    """
    Run to the end, or to the signal that ends it, and show the result.

    Args:
        start: Begins the run, given the observer.
        source: The task file, for line references.
        look: Operations by number, to name those that failed.
        left: Says how long the rest takes.

    Returns:
        The exit code.

    Raises:
        CutShort: A signal ended it before there was a result.
    """
    clock = SystemClock()
    progress = Progress(picture_for(screen, HINT), look=look, source=source, left=left)
    task = asyncio.ensure_future(start(progress.observe))
    interruption = _Interruption(client, task, progress)
    ticker = asyncio.ensure_future(_keep_drawing(progress, clock))
    result = None
    try:
        with interruption.heard():
            result = await task
    except asyncio.CancelledError:
        if interruption.code is None:
            raise
    finally:
        ticker.cancel()
        progress.close()
    if result is None:
        raise _cut_short(client, progress, interruption.code or EXIT_INTERRUPTED)
    if not progress.begun:
        screen.note(f"this plan was carried out before, as run {result.run}; nothing was sent now")
    screen.document(result_document(result))
    screen.result(result_lines(result, source, ink=screen.ink, width=screen.width, verbose=screen.verbose))
    if interruption.code is not None and result.state != "finished":
        return interruption.code
    return exit_code(result)


async def _keep_drawing(progress: Progress, clock: SystemClock) -> None:
    while True:
        progress.tick(clock.now())
        await clock.sleep(TICK_S)


def _cut_short(client: Client, progress: Progress, code: int) -> CutShort:
    if not progress.begun:
        return CutShort("stopped before anything was sent", code)
    run = ""
    with suppress(UsageError):
        run = client.unfinished()
    hint = f"penstock resume {run}".rstrip()
    return CutShort("stopped at once; what was in flight is looked up when the run goes on", code, hint=hint)


class _Interruption:
    """
    What a signal does: the first lets what is in flight end, the second ends the process.

    Attributes:
        code: Exit code that the signal asks for; None as long as there was none.
    """

    def __init__(self, client: Client, task: asyncio.Future[RunResult], progress: Progress) -> None:
        self.code: int | None = None
        self._client = client
        self._task = task
        self._progress = progress

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen while the block runs."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _signalled(self, number: signal.Signals) -> None:
        again = self.code is not None
        self.code = EXIT_TERMINATED if number == signal.SIGTERM else EXIT_INTERRUPTED
        if again or not self._progress.begun:
            self._task.cancel()
            return
        self._progress.say("stopping: what is in flight ends first; again: stop now")
        self._client.stop("Ctrl-C" if number == signal.SIGINT else "SIGTERM")
