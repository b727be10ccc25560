"""
A row of a screen that is drawn again and again: pieces of text with their styles, measured before they are painted.

Nothing here knows a terminal, so every picture can be compared as text. A style is one of `ink.CODES`, or empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len

from penstock.output.ink import Ink
from penstock.output.text import cut

Row = tuple[tuple[str, str], ...]
"""(text, style), from left to right."""


def columns(row: Row) -> int:
    """How wide it is."""
    return sum(cell_len(text) for text, _ in row)


def clipped(row: Row, width: int) -> Row:
    """At most `width` columns; what is too long ends in `…`."""
    if columns(row) <= width:
        return row
    kept: list[tuple[str, str]] = []
    room = width
    for text, style in row:
        if cell_len(text) >= room:
            # a space more than fits: the sign that something is missing is never left out
            return (*kept, (cut(text + "  ", room), style)) if room > 0 else tuple(kept)
        kept.append((text, style))
        room -= cell_len(text)
    return tuple(kept)


def filled(row: Row, width: int) -> Row:
    """Exactly `width` columns."""
    row = clipped(row, width)
    return (*row, (" " * (width - columns(row)), ""))


def painted(row: Row, ink: Ink) -> str:
    """As it is written."""
    return "".join(ink.paint(text, style) for text, style in row).rstrip()


def meter(share: float, width: int, style: str) -> Row:
    """A bar that is full at 1; what is not nothing shows at least one block, what is not all at least one gap."""
    full = round(share * width)
    if 0 < share < 1 and width > 1:
        full = min(max(full, 1), width - 1)
    return ("█" * full, style), ("░" * (width - full), "dim")


def boxed(title: str, rows: Sequence[Row], width: int) -> list[Row]:
    """Rows in a frame of `width` columns that carries a title."""
    head = f"╭─ {title} "
    return [
        clipped(((head + "─" * (width - cell_len(head) - 1) + "╮", "dim"),), width),
        *((("│ ", "dim"), *filled(row, width - 4), (" │", "dim")) for row in rows),
        (("╰" + "─" * (width - 2) + "╯", "dim"),),
    ]


def side_by_side(left: Sequence[Row], right: Sequence[Row], width: int) -> list[Row]:
    """Two blocks, the right one from column `width` + 1 on."""
    return [(*filled(one, width), (" ", ""), *other) for one, other in zip_longest(left, right, fillvalue=())]
