"""Which lines of a task file became the text of issues: nothing that was written is lost without a word."""

from __future__ import annotations

from penstock.model.task import Prose, TaskGraph
from penstock.output.text import Page, clean, count_of


def prose_rows(page: Page, graph: TaskGraph, *, whole: bool = False) -> None:
    """
    One row for all of it.

    Args:
        whole: And one for each piece.
    """
    if not graph.prose:
        return
    lines = sum(piece.last - piece.first + 1 for piece in graph.prose)
    tasks = len({piece.key for piece in graph.prose})
    rest = "" if whole else "; -v lists them"
    page.row("text", f"{count_of(lines, 'line')} of {graph.source} became text of {count_of(tasks, 'task')}{rest}")
    for piece in graph.prose if whole else ():
        page.more(f"{_where(piece)} → {clean(piece.key)}")


def _where(piece: Prose) -> str:
    """`line 7`, `lines 12-40`; with the file where the graph has several."""
    lines = f"line {piece.first}" if piece.first == piece.last else f"lines {piece.first}-{piece.last}"
    return f"{piece.source} {lines}" if piece.source else lines
