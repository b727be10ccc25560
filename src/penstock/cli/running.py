"""Driving a run: who follows it, Ctrl-C and SIGTERM, and the exit code that tells how it went."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from penstock.base.errors import EXIT_INTERRUPTED, EXIT_TERMINATED, PenstockError, UsageError
from penstock.engine.driver import Moment, Observer
from penstock.io.clock import SystemClock
from penstock.model.plan import Plan
from penstock.model.result import RunResult
from penstock.output.progress import Left, Picture, PlainPicture, Progress, looking_up
from penstock.output.result import Again, exit_code, result_document, result_lines
from penstock.output.snapshot import Band, Snapshot

if TYPE_CHECKING:
    from penstock.api.client import Client
    from penstock.output.actions import Place, Step
    from penstock.output.narrator import Found, RunStream
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


class Several:
    """Several pictures of one run."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = pictures

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """On each."""
        for picture in self._pictures:
            picture.draw(shot, left, now)

    def say(self, line: str) -> None:
        """On each."""
        for picture in self._pictures:
            picture.say(line)

    def close(self) -> None:
        """Each."""
        for picture in self._pictures:
            picture.close()


def streams_for(screen: Screen, plan: Plan, look: Found, run: Callable[[], str]) -> list[RunStream]:
    """
    One where somebody reads a stream, else none.

    Args:
        run: Id of the run, asked when it has begun.
    """
    if not screen.streams:
        return []
    from penstock.output.narrator import Narrator, RunStream

    return [RunStream(Narrator(screen.tell, plan=plan, look=look), run)]


async def drive(
    client: Client,
    start: Callable[[Observer], Awaitable[RunResult]],
    screen: Screen,
    *,
    plan: Plan,
    look: Found,
    left: Left,
    run: Callable[[], str],
    again: Again,
) -> int:
    """
    Run to the end, or to the signal that ends it, and show the result.

    Args:
        start: Begins the run, given the observer.
        plan: Where the operations belong.
        look: Operations by number, to name those that failed.
        left: Says how long the rest takes.
        run: Id of the run, asked when it has begun.
        again: What the next command must be told.

    Returns:
        The exit code.

    Raises:
        CutShort: A signal ended it before there was a result.
    """
    streams = streams_for(screen, plan, look, run)
    progress = Progress(Several([picture_for(screen, HINT), *streams]), look=looking_up(plan, look), left=left)

    def observe(moment: Moment) -> None:
        progress.observe(moment)
        for told in streams:
            told.observe(moment)

    task = asyncio.ensure_future(start(observe))
    interruption = _Interruption(client, task, progress)
    with screen.group(f"progress of {plan.repository.name}"):
        result = await _followed(task, interruption, progress)
    if result is None:
        raise _cut_short(run, progress, interruption.code or EXIT_INTERRUPTED, again)
    if not progress.begun:
        screen.note(f"known    this plan was carried out before, as run {result.run}; nothing was sent now")
    code = exit_code(result)
    if interruption.code is not None and result.state != "finished":
        code = interruption.code
    conclude(screen, result, plan, code, again)
    return code


async def _followed(
    task: asyncio.Future[RunResult], interruption: _Interruption, progress: Progress
) -> RunResult | None:
    """The result; None when a signal ended the run before there was one."""
    ticker = asyncio.ensure_future(_keep_drawing(progress, SystemClock()))
    try:
        with interruption.heard():
            return await task
    except asyncio.CancelledError:
        if interruption.code is None:
            raise
        return None
    finally:
        ticker.cancel()
        progress.close()


def conclude(screen: Screen, result: RunResult, plan: Plan, code: int, again: Again) -> None:
    """Say how a run went, to everybody who asked."""
    source = plan.desired.source
    screen.document(result_document(result))
    lines = result_lines(result, source, ink=screen.ink, width=screen.width, verbose=screen.verbose, again=again)
    screen.result(lines, code)

    def step(at: Place) -> Step:
        from penstock.output.step import run_step

        return run_step(result, plan, code, at, again)

    screen.leave(step)


async def _keep_drawing(progress: Progress, clock: SystemClock) -> None:
    while True:
        progress.tick(clock.now())
        await clock.sleep(TICK_S)


def _cut_short(run: Callable[[], str], progress: Progress, code: int, again: Again) -> CutShort:
    if not progress.begun:
        return CutShort("stopped before anything was sent", code)
    words = ["penstock resume"]
    with suppress(UsageError):
        words.append(run())
    hint = " ".join([*words, *filter(None, [again.run])])
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
        """Listen while the block runs. After a signal the process is about to end, and further ones do not hurry it."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
                if self.code is not None:
                    signal.signal(number, signal.SIG_IGN)

    def _signalled(self, number: signal.Signals) -> None:
        again = self.code is not None
        self.code = EXIT_TERMINATED if number == signal.SIGTERM else EXIT_INTERRUPTED
        if again or not self._progress.begun:
            self._task.cancel()
            return
        self._progress.say("stopping: what is in flight ends first; again: stop now")
        self._client.stop("Ctrl-C" if number == signal.SIGINT else "SIGTERM")
