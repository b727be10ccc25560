"""Progress bars: one for each kind of operation and one for all, drawn at most eight times a second."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from penstock.output.progress import state_lines
from penstock.output.snapshot import Bar, Snapshot

NAME_COLUMNS = 20


class BarPicture:
    """
    `progress.Picture` with Rich.

    Args:
        color: Whether to paint.
        hint: The last line.
    """

    def __init__(self, *, color: bool, hint: str, file: TextIO | None = None) -> None:
        self._hint = hint
        self._console = Console(
            file=file or sys.stderr, force_terminal=True, force_interactive=True, no_color=not color, highlight=False
        )
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._live.start()

    def draw(self, shot: Snapshot, left_s: float, now: float) -> None:
        """Draw over the last picture."""
        self._live.update(picture(shot, left_s, now, self._console.width, self._hint), refresh=True)

    def say(self, line: str) -> None:
        """A line above the bars, which stays."""
        self._console.print(Text(line))

    def close(self) -> None:
        """Leave the last picture where it stands."""
        self._live.stop()


def picture(shot: Snapshot, left_s: float, now: float, width: int, hint: str) -> RenderableType:
    """The bars and the two lines below them."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=NAME_COLUMNS, no_wrap=True)
    table.add_column(width=max(10, min(40, width - NAME_COLUMNS - 34)))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for bar in (*shot.bars, Bar("all", shot.total, shot.done, shot.failed)):
        last = f"{shot.percent} %" if bar.name == "all" else ""
        table.add_row(
            Text(bar.name),
            ProgressBar(
                total=bar.total, completed=bar.done + bar.failed, complete_style="cyan", finished_style="green"
            ),
            Text(f"{bar.done:,}/{bar.total:,}"),
            Text(f"{bar.failed:,} failed", style="red") if bar.failed and bar.name != "all" else Text(last),
        )
    state, facts = state_lines(shot, left_s, now)
    dim = [Text(facts, style="dim"), Text(hint, style="dim")]
    return Group(table, Text(state, style="yellow" if shot.wait else ""), *dim)
