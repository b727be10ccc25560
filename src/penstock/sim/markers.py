"""Duplicates, known at once: how many issues of a repository carry the same marker."""

from __future__ import annotations

import re
from collections import Counter

_MARKER = re.compile(r"<!--\s*penstock:\S*\s.*?-->")
_FIELD = re.compile(r'\b(graph|key)=("(?:[^"\\]|\\.)*"|\S+)')


def identity(body: str | None) -> tuple[str, str] | None:
    """Graph and key named by the first complete marker of a body; None without one."""
    if not body or "penstock:" not in body:
        return None
    for marker in _MARKER.findall(body):
        fields = {name: value.strip('"') for name, value in _FIELD.findall(marker)}
        if "graph" in fields and "key" in fields:
            return fields["graph"], fields["key"]
    return None


class Markers:
    """
    Attributes:
        duplicates: Surplus issues: for every marker, the issues beyond the first.
    """

    def __init__(self) -> None:
        self.duplicates = 0
        self._counts: Counter[tuple[int, str, str]] = Counter()

    def change(self, repository_id: int, before: str | None, after: str | None) -> None:
        """An issue's body went from `before` to `after`; None where there is no issue."""
        old = identity(before)
        new = old if after == before else identity(after)
        if old == new:
            return
        if old is not None:
            where = (repository_id, *old)
            self._counts[where] -= 1
            self.duplicates -= self._counts[where] >= 1
        if new is not None:
            where = (repository_id, *new)
            self._counts[where] += 1
            self.duplicates += self._counts[where] >= 2
