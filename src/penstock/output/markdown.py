"""Pieces of Markdown that stay what they are, whatever text of others they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from penstock.output.text import clean

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&#$@:]")
FENCES_BYTES = 2_000
"""For the fences of a folded list: each must be longer than any in the list, and a title has 256 characters."""

_FENCE = re.compile("`{3,}")


def escaped(text: str) -> str:
    """Text of others on one line, as it reads: no markup, no HTML, no mention, no new cell."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", clean(text))


def code(text: str) -> str:
    """The same as code, also in a table."""
    return f"<code>{escaped(text)}</code>"


def fenced(text: str, language: str = "") -> str:
    """A block of code; its fence is longer than any in the text."""
    fence = max((found[0] for found in _FENCE.finditer(text)), key=len, default="``")
    return f"{fence}`{language}\n{text}\n{fence}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are Markdown already; a head that ends in a colon stands over numbers."""
    marks = ["---:" if name.endswith(":") else "---" for name in head]
    lines = [[name.removesuffix(":") for name in head], marks, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(title: str, lines: Iterable[str], room_bytes: int, rest: str) -> str:
    """
    Lines as they are, in a part that opens when its title is clicked.

    Args:
        title, rest: Markdown already; `rest` says where those lines stand that did not fit.
        room_bytes: What may be written; nothing is where that is too little for a single line.
    """
    head, tail = f"<details><summary>{title}</summary>\n\n", "\n\n</details>"
    room = room_bytes - len((head + tail + rest).encode()) - FENCES_BYTES
    kept = []
    whole = True
    for line in lines:
        room -= len(line.encode(errors="replace")) + 1
        if whole := room >= 0:
            kept.append(line)
        else:
            break
    if not kept:
        return ""
    return head + fenced("\n".join(kept), "diff") + ("" if whole else f"\n\n{rest}") + tail
