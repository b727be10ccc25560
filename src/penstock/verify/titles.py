"""Tasks that have no keys of their own: a title says which they are, and their author words and moves them anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from penstock.io.task_files.keys import Named, assign_keys, slug
from penstock.model.task import Task, TaskGraph
from penstock.verify.graphs import random_place

# fmt: off
_TITLES = (
    "Copper lantern", "Velvet harbour", "Frozen orchard", "Silent engine", "Crooked bridge", "Golden anchor",
    "Dusty library", "Narrow window", "Patient camel", "Hollow drum", "Bitter almond", "Paper dragon",
    "Scarlet meadow", "Broken compass", "Gentle thunder", "Marble staircase", "Purple onion", "Woollen jacket",
    "Distant volcano", "Rusty kettle", "Northern swallow", "Quiet fjord", "Humble acrobat", "Jagged mirror",
    "Ivory chess", "Sudden blizzard", "Lucky button", "Mossy fountain", "Salty pretzel", "Tiny galaxy",
    "Wicker basket", "Amber beetle", "Oblique shadow", "Forgotten waltz", "Elastic ribbon", "Yellow submarine",
    "Polished pebble", "Zigzag fence", "Nocturnal owl", "Burnt toast", "Crisp envelope", "Liquid sunrise",
    "Hidden tunnel", "Quaint cottage",
)
# fmt: on
_TWINS = 0.15
_WORDED_ANEW = 0.3
_MOVED = 0.2


class Worded(NamedTuple):
    """
    A graph whose tasks are known by their titles.

    Attributes:
        was: New key → the keys that it may have had before: more than one where titles are alike.
        mistakable: Keys of tasks that are or were called alike, where one of these got another key now or earlier: any
            of them may have been taken for another.
    """

    graph: TaskGraph
    was: Mapping[str, tuple[str, ...]]
    mistakable: frozenset[str]


def worded(random: Random, graphs: Sequence[TaskGraph], share: float) -> list[Worded]:
    """
    One graph after the other, with keys that are made from titles.

    Args:
        graphs: The same tasks as they go on, each under one key in all of them.
        share: Which part of the tasks has no key.
    """
    author = _Author(random, share)
    return [author.write(graph) for graph in graphs]


class _Author:
    """Remembers what was written last. Tasks that were once called alike are a family."""

    def __init__(self, random: Random, share: float) -> None:
        self._random = random
        self._share = share
        self._fresh = random.sample(_TITLES, len(_TITLES))
        self._family: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._mistakable: set[str] = set()

    def write(self, graph: TaskGraph) -> Worded:
        """The next graph."""
        tasks: list[Task] = []
        for task in graph.tasks:
            tasks.append(self._reworded(self._moved(task, tasks)))
        names = self._named(tasks)
        keys = dict(zip((task.key for task in tasks), assign_keys(names, graph.source), strict=True))
        rewritten = tuple(_rekeyed(task, keys, derived=bool(self._family[task.key])) for task in tasks)
        before, self._keys = self._keys, keys
        was = self._was(before) if before else {}
        changed = {self._family[task] for task, key in keys.items() if key in was}
        sizes = Counter(self._family[task] for task in keys)
        self._mistakable |= {family for family in changed if sizes[family] > 1}
        mistakable = (key for task, key in keys.items() if self._family[task] in self._mistakable)
        return Worded(replace(graph, tasks=rewritten), was, frozenset(mistakable))

    def _moved(self, task: Task, before: list[Task]) -> Task:
        """One that was below another may hang below a third one now."""
        if task.key in self._titles and task.parent and self._random.random() < _MOVED:
            return replace(task, parent=random_place(self._random, before))
        return task

    def _reworded(self, task: Task) -> Task:
        if task.key not in self._titles:
            self._name(task.key)
        elif self._family[task.key] and self._random.random() < _WORDED_ANEW:
            self._titles[task.key] = self._other_words(self._titles[task.key])
        return replace(task, title=self._titles[task.key]) if self._family[task.key] else task

    def _name(self, key: str) -> None:
        named = [other for other, family in self._family.items() if family]
        twin = self._random.choice(named) if named and self._random.random() < _TWINS else ""
        if self._random.random() >= self._share or not self._fresh:
            self._family[key] = self._titles[key] = ""
        elif twin:
            self._family[key], self._titles[key] = self._family[twin], self._titles[twin]
        else:
            self._family[key] = self._titles[key] = self._fresh.pop()

    def _other_words(self, title: str) -> str:
        ways = (f"{title}, again", f"The {title}", title.upper(), " ".join(reversed(title.split())))
        return self._random.choice(ways)

    def _named(self, tasks: list[Task]) -> list[Named]:
        """What keys are made from. Of two tasks that could not be told apart the second says more in its title."""
        place = {task.key: no for no, task in enumerate(tasks)}
        taken = set()
        named = []
        for no, task in enumerate(tasks):
            derived = bool(self._family[task.key])
            if derived and (task.parent, slug(task.title)) in taken:
                self._titles[task.key] = f"{task.title} ({task.key})"
                task = tasks[no] = replace(task, title=self._titles[task.key])  # noqa: PLW2901
            taken.add((task.parent, slug(task.title)))
            named.append(Named("" if derived else task.key, task.title, place.get(task.parent or "", -1), 0))
        return named

    def _was(self, before: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """For each key that is new, those of its family that are gone: all, because the family may have moved about."""
        gone: defaultdict[str, list[str]] = defaultdict(list)
        new: defaultdict[str, list[str]] = defaultdict(list)
        there = set(self._keys.values())
        for task, key in before.items():
            if key not in there:
                gone[self._family[task]].append(key)
        for task, key in self._keys.items():
            if key not in before.values():
                new[self._family[task]].append(key)
        return {key: tuple(gone[family]) for family, keys in new.items() for key in keys if gone[family]}


def _rekeyed(task: Task, keys: Mapping[str, str], *, derived: bool) -> Task:
    return replace(
        task,
        key=keys[task.key],
        parent=keys[task.parent] if task.parent else None,
        depends_on=tuple(keys[key] for key in task.depends_on),
        derived=derived,
    )
