"""
A block of rows at the bottom of a terminal, drawn over itself.

The block never wraps and never scrolls, so that it can be found again: its rows are narrower than the terminal and
fewer. A picture is one write, and only rows that changed are in it: nothing flickers, and a slow line keeps up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TextIO

from penstock.output.ink import Ink
from penstock.output.rows import Row, clipped, columns, painted
from penstock.output.screen import terminal_size

WHOLE_EVERY = 8
"""So many pictures apart all rows are written, in case somebody typed between them."""

_LINE_END = "\x1b[K\r\n"
_BELOW = "\x1b[J"
_ASCII = str.maketrans("…→←·×≥–━╸─█░╭╮╰╯│", "~><.x>-=--#.++++|")
"""Sign by sign, so that columns stay where they are."""


class Canvas:
    """
    Args:
        stream: A terminal.
        size: Its columns and rows; asked at every picture.
    """

    def __init__(self, stream: TextIO, ink: Ink, size: Callable[[], tuple[int, int]] | None = None) -> None:
        self._stream = stream
        self._terminal_size = size or (lambda: terminal_size(stream))
        self._ink = ink
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._shown: list[str] = []
        self._widths: list[int] = []
        self._size = (0, 0)
        self._pictures = 0

    def size(self) -> tuple[int, int]:
        """Columns and rows that a picture may have at most."""
        width, height = self._terminal_size()
        return max(1, width - 1), max(1, height - 1)

    def draw(self, rows: Sequence[Row]) -> None:
        """Show these rows instead of those shown before."""
        size = self.size()
        rows = [clipped(row, size[0]) for row in rows[: size[1]]]
        lines = [self._encoded(painted(row, self._ink)) for row in rows]
        whole = size != self._size or self._pictures % WHOLE_EVERY == 0
        self._pictures += 1
        if lines == self._shown and not whole:
            return
        text = self._to_top(size[0])
        same = [] if whole else self._shown
        for number, line in enumerate(lines):
            known = number < len(same) and same[number] == line
            text += "\r\n" if known else line + _LINE_END
        self._write(text + _BELOW)
        self._shown, self._size = lines, size
        self._widths = [columns(row) for row in rows]

    def close(self) -> None:
        """Leave the last picture where it stands, with the cursor below it."""
        self._shown, self._widths = [], []

    def _to_top(self, width: int) -> str:
        """From the row below the block to its first one. A terminal made narrower has broken what was wider."""
        up = sum(max(1, -(-length // (width + 1))) for length in self._widths)
        return f"\r\x1b[{up}A" if up else "\r"

    def _encoded(self, line: str) -> str:
        try:
            line.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return line.translate(_ASCII).encode(self._encoding, "replace").decode(self._encoding)
        return line

    def _write(self, text: str) -> None:
        with suppress(OSError):  # that nobody looks any more is no reason to end a run
            self._stream.write(text)
            self._stream.flush()
