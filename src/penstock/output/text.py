"""Pieces of text that every screen is made of: cleaned, cut to size, counted, set in a page with a gutter."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterable
from datetime import datetime, tzinfo

from rich.cells import cell_len, set_cell_size

from penstock.core.describe import format_duration
from penstock.model.task import TaskGraph
from penstock.output.ink import Ink

GUTTER = 9
SOON_S = 600
AGREE = 0.1

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


def clean(text: str) -> str:
    """Text of others on one line, without characters that move the cursor or turn the reading direction."""
    return _UNSEEN.sub(" ", text).strip()


def cut(text: str, width: int) -> str:
    """At most `width` columns; what is too long ends in `…`."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """Exactly `width` columns."""
    return set_cell_size(cut(text, width), width)


def count_of(count: int, one: str, many: str = "") -> str:
    """`1 issue`, `1,200 issues`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    everything = list(parts)
    return " and ".join([", ".join(everything[:-1]), everything[-1]] if len(everything) > 1 else everything)


def place(source: str, line: int) -> str:
    """`file:line`; the file alone where no line is known."""
    return f"{source}:{line}" if line else source


def arguments(graph: TaskGraph) -> str:
    """Its files as they stand in a command."""
    return shlex.join(graph.files or (graph.source,))


def time_of_day(at: float, now: float, zone: tzinfo | None = None) -> str:
    """
    An instant as people say it: `14:32`, with seconds when it is near, with the date when it is another day.

    Args:
        at, now: Epoch seconds.
        zone: The machine's own when None.
    """
    moment, today = (datetime.fromtimestamp(instant, zone).astimezone(zone) for instant in (at, now))
    clock = f"{moment:%H:%M:%S}" if abs(at - now) < SOON_S else f"{moment:%H:%M}"
    return clock if moment.date() == today.date() else f"{moment:%Y-%m-%d} {clock}"


def ticking(seconds: float) -> str:
    """A length of time that is watched: `49 s`, `8:20`, `1:02:03`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, left = divmod(whole, 60)
    return f"{minutes}:{left:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{left:02}"


def band_words(low_s: float, high_s: float) -> str:
    """`about 40 min` where both ends are within a tenth, else `35 to 42 min`, `6 min to 3 h`, `up to 5.0 s`."""
    if low_s < 1 < high_s:
        return f"up to {format_duration(high_s)}"
    low, high = format_duration(low_s), format_duration(high_s)
    if low == high or high_s - low_s <= AGREE * high_s:
        return f"about {format_duration((low_s + high_s) / 2)}"
    (number, unit), (_, *other) = low.split(" ", 1), high.split(" ", 1)
    return f"{number} to {high}" if [unit] == other else f"{low} to {high}"


class Page:
    """
    Lines with a gutter that says what each is about.

    Args:
        width: Columns to wrap at; 0 leaves lines as long as they are.
        gutter: Columns of the gutter.
    """

    def __init__(self, ink: Ink, width: int = 0, gutter: int = GUTTER) -> None:
        self.lines: list[str] = []
        self.ink = ink
        self.width = width
        self._gutter = gutter

    def row(self, label: str, text: str, style: str = "dim") -> None:
        """A paragraph beside its label; further lines stand below the text."""
        head = self.ink.paint(f"{label:<{self._gutter}}", style)
        first, *rest = self._wrapped(text)
        self.lines.append((head + first).rstrip())
        self.lines.extend(" " * self._gutter + line for line in rest)

    def more(self, text: str) -> None:
        """A further paragraph of the row before."""
        self.lines.extend(" " * self._gutter + line for line in self._wrapped(text))

    def next(self, words: str) -> None:
        """What to do now; a command stands on one line however narrow that is, so that it can be copied."""
        if words.startswith("penstock "):
            self.lines.append(self.ink.paint(f"{'next':<{self._gutter}}", "bold") + words)
        else:
            self.row("next", words, "bold")

    def gap(self) -> None:
        """An empty line."""
        self.lines.append("")

    def _wrapped(self, text: str) -> list[str]:
        if not self.width:
            return [text]
        width = max(30, self.width - self._gutter)
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
