"""
Whose each line of a document is: no line belongs to nobody, so none can be lost.

A task is given all its lines first, and the tasks in it take theirs from it. What is left of them, apart from the lines
that were read as title or attribute, is its body.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from penstock.io.task_files.markdown_blocks import dedented

Use = Literal["body", "title", "attribute", "front matter"]


class Run(NamedTuple):
    """
    Lines that belong together.

    Attributes:
        first, last: 0-based lines, both included, neither of them blank.
        lines: Their numbers, without those of attributes among them.
    """

    first: int
    last: int
    lines: list[int]


class LineLedger:
    """
    Attributes:
        lines: The document.
        owner: Of each line: the number of its task. It begins with 0 everywhere.
        use: Of each line: what it was read as.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.owner = [0] * len(self.lines)
        self.use: list[Use] = ["body"] * len(self.lines)

    def give(self, first: int, end: int, owner: int) -> None:
        """Give a task a range of lines, `end` not included."""
        self.owner[first:end] = [owner] * (end - first)

    def read_as(self, use: Use, lines: Iterable[int]) -> None:
        """Say what lines were read as."""
        for line in lines:
            self.use[line] = use

    def runs(self, owners: int) -> list[list[Run]]:
        """For each of so many tasks: the lines of its body, cut where lines of others stand between them."""
        open_: list[list[int]] = [[] for _ in range(owners)]
        before = [-2] * owners
        found: list[list[Run]] = [[] for _ in range(owners)]
        for line, (owner, use) in enumerate(zip(self.owner, self.use, strict=True)):
            if use in {"title", "front matter"}:
                continue
            if line != before[owner] + 1:
                self._close(open_[owner], found[owner])
                open_[owner] = []
            before[owner] = line
            if use == "body":
                open_[owner].append(line)
        for lines, runs in zip(open_, found, strict=True):
            self._close(lines, runs)
        return found

    def body(self, runs: Sequence[Run], columns: int) -> str:
        """Lines as written, less the indentation of their task. Between runs stands a blank line."""
        parts = ("\n".join(dedented(self.lines[line], columns) for line in run.lines) for run in runs)
        return "\n\n".join(parts)

    def _close(self, lines: list[int], runs: list[Run]) -> None:
        while lines and not self.lines[lines[-1]].strip():
            lines.pop()
        start = next((place for place, line in enumerate(lines) if self.lines[line].strip()), len(lines))
        if lines[start:]:
            runs.append(Run(lines[start], lines[-1], lines[start:]))
