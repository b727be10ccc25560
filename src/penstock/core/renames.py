"""
Which tasks are old ones under another key.

A key that is made from the title changes with it, and a task may be given a key of its own later: the old issue would
be left behind and a second one created. Here tasks without an issue are paired with issues whose key is gone from the
file, by the same title first, then by a similar one. Nothing is decided here; the user is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from penstock.core import compare
from penstock.core.compare import Standing
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.plan import Finding, Rename
from penstock.model.task import TaskGraph

_APART = re.compile(r"[\W_]+")
_TELLING_CHARS = 40
"""A text of so many characters does not stand in two issues by accident."""

_ENOUGH = 0.65
"""Likeness of titles from which on they are one task's; the same parent or text makes up for some of it."""

_SURE = 1.0
"""From so much likeness on a title tells more than common children do: the same words in another order."""

_SAME_PARENT, _SAME_TEXT, _SAME_CHILDREN = 0.15, 0.4, 0.65
"""Children tell most: all of those below an issue now stand below a task that is new."""

_MADE_CHARS = 40
"""A key of more characters may be cut from a title."""

_COMMON, _RAREST, _COMPARED = 64, 12, 6
"""
A trigram that more than `_COMMON` issues have tells nothing. The `_RAREST` of a title lead to the issues that share
some, and the best `_COMPARED` of these are compared. So a task costs the same whether ten issues are gone or thousands.
"""


class Title(NamedTuple):
    """A title as far as it is compared: its words and its trigrams, without case and punctuation."""

    words: frozenset[str]
    trigrams: frozenset[str]


class _One(msgspec.Struct, frozen=True):
    """
    A task or an issue, as far as it is compared.

    Attributes:
        place: Position in the file, or number of the issue.
        words: The title without case and punctuation.
        text: What the body says; empty when it is too short to tell anything.
        parent: Key of the parent task, or number of the parent issue; empty or 0 for none.
        named: The key was written in the file. Of an issue it is so when the key does not look made from the title.
    """

    place: int
    key: str
    title: str
    words: str
    text: str
    parent: str | int
    named: bool


def likeness(one: Title, other: Title) -> float:
    """How much of two titles is common, from 0 to 1: by words, or by trigrams if that is more (Dice's coefficient)."""
    return max(_shared(one.words, other.words), _shared(one.trigrams, other.trigrams))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def find_renames(
    graph: TaskGraph, found: Standing, alike: Callable[[Title, Title], float] = likeness
) -> tuple[Rename, ...]:
    """
    Pair tasks that have no issue with issues whose key is gone.

    A key that somebody wrote means what it says: where both have one, only the same title at the same place is a pair.

    Args:
        alike: How like two titles are, from 0 to 1.

    Returns:
        Pairs in the order of the file; no task and no issue is in two of them.
    """
    keys = {task.key for task in graph.tasks}
    new = [
        _One(
            place=no,
            key=task.key,
            title=task.title,
            words=_words(task.title),
            text=_telling(task.body),
            parent=task.parent or "",
            named=not task.derived,
        )
        for no, task in enumerate(graph.tasks)
        if task.key not in found.issues
    ]
    gone = [
        _One(
            place=issue.number,
            key=key,
            title=issue.title,
            words=_words(issue.title),
            text=_telling(issue.region or ""),
            parent=issue.parent,
            named=not _made_from(issue.title, key),
        )
        for key, issue in found.issues.items()
        if key not in keys
    ]
    if not new or not gone:
        return ()
    pairing = _Pairing(new, gone, {key: issue.number for key, issue in found.issues.items()}, _Children(graph, found))
    return tuple(
        Rename(
            key=task.key,
            title=task.title,
            key_before=issue.key,
            title_before=issue.title,
            number=issue.place,
            line=graph.tasks[task.place].line,
        )
        for task, issue in pairing.pairs(alike)
    )


def questions(renames: Sequence[Rename]) -> tuple[Finding, ...]:
    """What the user must decide, one finding for each; how to, with the first."""
    hint = "--accept-renames keeps their issues, --refuse-renames makes new ones; a key in the file ends the question"
    return tuple(
        Finding(level="error", message=_sentence(rename), hint=hint if rename is renames[0] else "", line=rename.line)
        for rename in renames
    )


def exchanged(graph: TaskGraph, found: Standing) -> tuple[Finding, ...]:
    """
    What must be confirmed when tasks stand at each other's issues: ids that were numbered anew move each task to the
    issue of its neighbour, with the comments and the history of that one.
    """
    stood: dict[str, ObservedIssue] = {}
    changed = [
        (task, issue)
        for task in graph.tasks
        if (issue := found.issues.get(task.key)) and _words(issue.title) != _words(task.title)
    ]
    for _, issue in changed:
        stood.setdefault(_words(issue.title), issue)
    taken = [(task, issue, stood[words]) for task, issue in changed if (words := _words(task.title)) in stood]
    if not taken:
        return ()
    task, issue, before = taken[0]
    example = f'"{task.title}" was #{before.number} ({before.marker.key}) and would be #{issue.number} ({task.key})'
    count = "1 task takes" if len(taken) == 1 else f"{len(taken):,} tasks take"
    return (
        Finding(
            level="confirm",
            message=f"{count} over the issue of another: {example}",
            hint="comments stay where they are; if ids were numbered anew, give each task the one it had",
            line=task.line,
        ),
    )


def renamed(seen: Observation, renames: Sequence[Rename]) -> Observation:
    """What was read, with these issues under the keys of their tasks."""
    keys = {rename.number: rename.key for rename in renames}
    issues = tuple(
        replace(issue, marker=replace(issue.marker, key=keys[issue.number])) if issue.number in keys else issue
        for issue in seen.issues
    )
    return replace(seen, issues=issues)


def _sentence(rename: Rename) -> str:
    if rename.title == rename.title_before:
        return f'looks the same: "{rename.title}" (#{rename.number}), {rename.key_before} → {rename.key}'
    return f'looks renamed: "{rename.title_before}" (#{rename.number}) → "{rename.title}"'


class _Pairing:
    """
    Pairs while they are found, the surest first.

    Args:
        homes: Key → issue number of the tasks that have an issue.
        children: What hangs below tasks and issues.
    """

    def __init__(self, new: Sequence[_One], gone: Sequence[_One], homes: dict[str, int], children: _Children) -> None:
        self._new = {task.place: task for task in new}
        self._gone = {issue.place: issue for issue in gone}
        self._homes = homes
        self._children = children
        self._pairs: list[tuple[_One, _One]] = []

    def pairs(self, alike: Callable[[Title, Title], float]) -> list[tuple[_One, _One]]:
        """All pairs, in the order of the file."""
        self._pair_same(lambda one: (one.words, one.text, self._home(one)))
        self._pair_same(lambda one: (one.words, self._home(one)))
        self._pair_similar(alike, _SURE)
        self._pair_parents(alike)
        twins = self._pair_similar(alike, _ENOUGH)
        self._pair_same(lambda one: (one.words, self._home(one)))  # of parents that were paired a moment ago
        self._pair_same(lambda one: (one.words, one.text), anywhere=True)
        self._pair_same(lambda one: one.words, anywhere=True)
        if twins:  # what had waited for its own title, and went away empty
            self._pair_similar(alike, _ENOUGH)
        self._pair_parents(alike)  # of children that were paired since
        return sorted(self._pairs, key=lambda pair: pair[0].place)

    def _home(self, one: _One) -> int:
        """Number of the issue above; -1 above a task whose parent has none yet."""
        if isinstance(one.parent, int):
            return one.parent
        return self._homes.get(one.parent, -1) if one.parent else 0

    def _pair(self, task: _One, issue: _One) -> None:
        del self._new[task.place], self._gone[issue.place]
        self._homes[task.key] = issue.place
        self._pairs.append((task, issue))
        if isinstance(task.parent, str) and isinstance(issue.parent, int):
            self._children.add(task.parent, issue.parent)

    def _pair_same(self, what: Callable[[_One], Hashable], *, anywhere: bool = False) -> None:
        """Pair those in which this is the same, in the order of file and numbers: parents before their children."""
        waiting: defaultdict[tuple[Hashable, bool], deque[_One]] = defaultdict(deque)
        for issue in self._gone.values():
            waiting[what(issue), issue.named].append(issue)
        for task in list(self._new.values()):
            trait = what(task)
            same = waiting.get((trait, False))
            if not same and not (anywhere and task.named):
                same = waiting.get((trait, True))
            if same:
                self._pair(task, same.popleft())

    def _pair_similar(self, alike: Callable[[Title, Title], float], least: float) -> set[str]:
        """
        Pair those that are at least so much alike, the most alike first.

        Returns:
            Titles that both sides have: they are left out, and wait for themselves.
        """
        twins = {task.words for task in self._new.values()} & {issue.words for issue in self._gone.values()}
        index = _Index(issue for issue in self._gone.values() if issue.words not in twins)
        scored = []
        for task in self._new.values():
            if task.words in twins:
                continue
            own = _title(task.words)
            for issue, title in index.near(task, own):
                if task.named and issue.named:
                    continue
                score = alike(own, title)
                score += _SAME_PARENT * bool(task.parent and self._home(task) == issue.parent)
                score += _SAME_TEXT * bool(task.text and task.text == issue.text)
                if score >= least:
                    scored.append((-score, task.place, issue.place))
        self._pair_best(scored)
        return twins

    def _pair_parents(self, alike: Callable[[Title, Title], float]) -> None:
        """Pair those that have the same children, level by level upwards, until nothing is found any more."""
        scored = []
        for task in self._new.values():
            for number, share in self._children.shares(task.key).items():
                issue = self._gone.get(number)
                if issue is None or (task.named and issue.named):
                    continue
                score = _SAME_CHILDREN * share + alike(_title(task.words), _title(issue.words))
                if score >= _ENOUGH:
                    scored.append((-score, task.place, number))
        if scored:
            self._pair_best(scored)
            self._pair_parents(alike)

    def _pair_best(self, scored: Iterable[tuple[float, int, int]]) -> None:
        """Of places of tasks and issues, the lowest score first."""
        for _, new, gone in sorted(scored):
            if new in self._new and gone in self._gone:
                self._pair(self._new[new], self._gone[gone])


class _Children:
    """Tasks below tasks and issues below issues, of those that belong together: by their key, or paired."""

    def __init__(self, graph: TaskGraph, found: Standing) -> None:
        self._above: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._below = Counter(issue.parent for issue in found.issues.values())
        for task in graph.tasks:
            issue = found.issues.get(task.key)
            if task.parent and issue is not None:
                self.add(task.parent, issue.parent)

    def add(self, key: str, number: int) -> None:
        """Another one, below the task `key` and below the issue `number`, if it is below any."""
        if key and number:
            self._above[key][number] += 1

    def shares(self, key: str) -> dict[int, float]:
        """Number of an issue → which part of the children of both, issue and task, is common; from 0 to 1."""
        counts = self._above.get(key, Counter())
        most = counts.total()
        return {number: count / max(most, self._below[number]) for number, count in counts.items()}


class _Index:
    """Issues by the trigrams of their titles, and by telling texts."""

    def __init__(self, issues: Iterable[_One]) -> None:
        self._issues = [(issue, _title(issue.words)) for issue in issues]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, (issue, title) in enumerate(self._issues):
            for trait in _traits(issue, title):
                self._places[trait].append(place)

    def near(self, task: _One, title: Title) -> Iterator[tuple[_One, Title]]:
        """Issues that share what is rare, those that share most first."""
        known = [trait for trait in _traits(task, title) if 0 < len(self._places.get(trait, ())) <= _COMMON]
        known.sort(key=lambda trait: (len(self._places[trait]), trait))
        counts = Counter(place for trait in known[:_RAREST] for place in self._places[trait])
        nearest = sorted(counts, key=lambda place: (-counts[place], place))
        for place in nearest[:_COMPARED]:
            yield self._issues[place]


def _traits(one: _One, title: Title) -> Iterator[str]:
    yield from title.trigrams
    if one.text:
        yield one.text


def _words(title: str) -> str:
    """Letters and digits without case; the title itself where it has neither."""
    return _APART.sub(" ", unicodedata.normalize("NFKC", title).casefold()).strip() or title


def _made_from(title: str, key: str) -> bool:
    """Whether a key looks made from a title; a long one ends in a digest, one of several begins with the key above."""
    made = _words(title).replace(" ", "-")
    own = key.rpartition("/")[2].casefold()
    return own == made or (len(own) > _MADE_CHARS and made.startswith(own.rpartition("-")[0]))


def _title(words: str) -> Title:
    padded = f"  {words} "
    trigrams = frozenset(padded[start : start + 3] for start in range(len(padded) - 2))
    return Title(frozenset(words.split()), trigrams)


def _telling(body: str) -> str:
    text = compare.text(body)
    return text if len(text) >= _TELLING_CHARS else ""
