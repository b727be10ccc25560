"""
Who waits for whom in a spec-kit plan.

What a task or the Dependencies section says of a task ("T014 depends on T012") is certain. The rest is implied: a task
without `[P]` waits for the task before it, a phase for the phase before it or for those that the Dependencies section
names. What is implied gives way where both cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from penstock.base.errors import InputError
from penstock.io.task_files.cycles import knots

ID = r"T-?\d+(?:\.\d+)*[A-Za-z]?\b"
IDS = rf"{ID}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|to|through)\s+|\s*[&–—-]\s*){ID})*"
_ID_OR_DASH = re.compile(rf"{ID}|[–—-]|\bto\b|\bthrough\b")
_PLAIN_ID = re.compile(r"(T-?)(\d+)")

_SAYS = re.compile(rf"\b(?i:depends?\s+on|blocked\s+by):?\s+(?i:tasks?\s+)?({IDS})")
_NEEDS_LINE = re.compile(rf"\W{{0,8}}({IDS})\W{{0,3}}\s(?:depends?\s+on|blocked\s+by)\s+({IDS})")
_BLOCKS_LINE = re.compile(rf"\W{{0,8}}({IDS})\W{{0,3}}\sblocks?\s+({IDS})")

_BULLET = re.compile(r"\s*[-*+]\s+")
_AFTER = re.compile(r"\b(?:depends?\s+on|blocked\s+by|requires?|after)\b", re.IGNORECASE)
_FREE = re.compile(r"\bno\s+dependenc", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s[–—-]\s|[;.](?:\s|$)")
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)(\s*(?:[–-]|\bto\b)|\+)?")
_NUMBERS = r"(\d+(?:\.\d+)*(?:\s*(?:,|&|and|to|[–-])\s*\d+(?:\.\d+)*)*\+?)"
_PHASES = re.compile(rf"\bphases?\s+{_NUMBERS}", re.IGNORECASE)
_STORIES = re.compile(rf"\b(?:user\s+stor(?:y|ies)\s*|US-?){_NUMBERS}", re.IGNORECASE)
_ALL_STORIES = re.compile(r"\b(?:user\s+)?stories\b(?!\s*\d)", re.IGNORECASE)

_LISTED_MAX = 100
_WORK_MAX = 2_000_000
"""Steps spent on finding the fewest implied edges to drop; beyond them, all that are in question go."""

Edge = tuple[str, str]
"""A key, and the key that it waits for."""


class Phase(NamedTuple):
    """
    A phase as its heading names it.

    Attributes:
        key: Of its task.
        number: `3` or `3.1`; empty when the heading has none.
        story: Number of its user story; empty when it has none.
        name: First word of its title in lower case, e.g. `setup`.
    """

    key: str
    number: str
    story: str
    name: str


def said(text: str, known: Container[str], path: str, line: int) -> list[str]:
    """Ids that a task's text depends on. Raises: InputError as `_listed`."""
    found = (_listed(match[1], known, path, line) for match in _SAYS.finditer(text))
    return list(dict.fromkeys(id_ for ids in found for id_ in ids))


def said_of_tasks(text: str, known: Container[str], path: str, line: int) -> list[Edge]:
    """The edges of a line such as `T008 blocks T009, T015`; none for other lines. Raises: InputError as `_listed`."""
    if match := _NEEDS_LINE.match(text):
        waiting, needed = match[1], match[2]
    elif match := _BLOCKS_LINE.match(text):
        waiting, needed = match[2], match[1]
    else:
        return []
    needs = _listed(needed, known, path, line)
    return [(one, other) for one in _listed(waiting, known, path, line) for other in needs if one != other]


def _listed(text: str, known: Container[str], path: str, line: int) -> list[str]:
    """
    The ids of a list; a range such as `T004-T007` means the ids of the file between its ends.

    Raises:
        InputError: a range of ids that are not plain numbers, or of more than `_LISTED_MAX`.
    """
    found: list[str] = []
    tokens = _ID_OR_DASH.findall(text)
    for place, token in enumerate(tokens):
        if not token.startswith("T"):
            continue
        if place > 1 and not tokens[place - 1].startswith("T"):
            first, last = _PLAIN_ID.fullmatch(tokens[place - 2]), _PLAIN_ID.fullmatch(token)
            span = range(int(first[2][:9]), int(last[2][:9])) if first and last else range(_LISTED_MAX + 1)
            if len(span) > _LISTED_MAX or first is None:
                raise InputError(
                    f"the range {tokens[place - 2]} to {token} cannot be read",
                    path=path,
                    line=line,
                    cause=f"a range has two numbers and at most {_LISTED_MAX} tasks",
                    hint="list the tasks one by one",
                )
            between = (f"{first[1]}{number:0{len(first[2])}}" for number in span[1:])
            found += [id_ for id_ in between if id_ in known]
        found.append(token)
    return found


def said_of_phases(text: str, phases: Sequence[Phase]) -> tuple[list[int], list[int]] | None:
    """
    What a line of the Dependencies section says: which phases wait, and for which.

    Returns:
        Positions of phases, the second list empty for "no dependencies"; or None where the line does not say it in
        words that are surely understood: both sides must name phases of the file.
    """
    bullet = _BULLET.match(text)
    if bullet is None:
        return None
    after, free = _AFTER.search(text), _FREE.search(text)
    if after is None or (free is not None and free.start() < after.start()):
        after = free
    if after is None:
        return None
    waiting = _meant(text[bullet.end() : after.start()], phases)
    if after is free:
        return (waiting, []) if waiting else None
    tail = text[after.end() :]
    end = _CLAUSE_END.search(tail)
    named = _named(tail[: end.start()] if end else tail, phases)
    needed = sorted({number for numbers in named for number in numbers})
    return (waiting, needed) if waiting and needed else None


def _meant(head: str, phases: Sequence[Phase]) -> list[int]:
    """The phases that a line is about: `User Stories (Phase 3+)` are those with these numbers, whatever else fits."""
    return next((sorted(set(numbers)) for numbers in _named(head, phases) if numbers), [])


def _named(text: str, phases: Sequence[Phase]) -> list[list[int]]:
    """Phases named in a text: by number, by their story's number, as all stories, by name."""
    by_number = [place for match in _PHASES.finditer(text) for place in _counted(match[1], [p.number for p in phases])]
    by_story = [place for match in _STORIES.finditer(text) for place in _counted(match[1], [p.story for p in phases])]
    stories = [place for place, phase in enumerate(phases) if phase.story] if _ALL_STORIES.search(text) else []
    words = set(re.findall(r"\w+", text.lower()))
    names = [
        place
        for place, phase in enumerate(phases)
        if phase.name and {phase.name, phase.name.removesuffix("al")} & words
    ]
    return [by_number, by_story, stories, names]


def _counted(text: str, numbers: Sequence[str]) -> list[int]:
    """Positions in `numbers` of those in a text such as `2, 4-6` or `3+`."""
    places: list[int] = []
    start: int | None = None
    for match in _NUMBER.finditer(text):
        place = numbers.index(match[1]) if match[1] in numbers else None
        if place is None:
            start = None
            continue
        places += range(start, place) if start is not None else ()
        places += range(place, len(numbers)) if match[2] == "+" else [place]
        start = place if match[2] and match[2] != "+" else None
    return [place for place in places if numbers[place]]


def contradicted(
    certain: Iterable[Edge], implied: Sequence[Edge], parents: Mapping[str, str | None]
) -> dict[Edge, None]:
    """
    Implied edges to drop, so that what is left can be worked off.

    A task with sub-tasks begins before them and ends after them, so a phase that waits for another also waits for its
    tasks. An edge is dropped when, with the certain ones and the implied ones before it, it would close a circle.
    """
    edges: dict[str, list[str]] = {}
    for key, parent in parents.items():
        edges.setdefault(_end(key), []).append(_begin(key))
        if parent is not None:
            edges.setdefault(_begin(key), []).append(_begin(parent))
            edges.setdefault(_end(parent), []).append(_end(key))
    for key, other in certain:
        edges.setdefault(_begin(key), []).append(_end(other))
    everything = {node: list(others) for node, others in edges.items()}
    for key, other in implied:
        everything.setdefault(_begin(key), []).append(_end(other))
    knot_of = {node: number for number, members in enumerate(knots(everything)) for node in members}
    dropped: dict[Edge, None] = {}
    work = 0
    for edge in implied:
        begin, end = _begin(edge[0]), _end(edge[1])
        knot = knot_of.get(begin)
        if knot is not None and knot == knot_of.get(end):
            seen = 0
            for node in _reached(end, edges, knot_of):
                seen += 1
                if node == begin or work + seen > _WORK_MAX:
                    dropped[edge] = None
                    break
            work += seen
        if edge not in dropped:
            edges.setdefault(begin, []).append(end)
    return dropped


def _begin(key: str) -> str:
    return f"<{key}"


def _end(key: str) -> str:
    return f">{key}"


def _reached(start: str, edges: Mapping[str, Sequence[str]], knot_of: Mapping[str, int]) -> Iterator[str]:
    """Nodes that can be reached without leaving the knot: a way back to `start` never does."""
    seen = {start}
    ahead = [start]
    while ahead:
        node = ahead.pop()
        yield node
        for other in edges.get(node, ()):
            if other not in seen and knot_of.get(other) == knot_of[start]:
                seen.add(other)
                ahead.append(other)
