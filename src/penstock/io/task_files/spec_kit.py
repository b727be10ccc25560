"""spec-kit's tasks.md: the feature becomes a task, its phases stand below it, and their tasks below them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import msgspec

from penstock.base.errors import InputError
from penstock.io.task_files.attributes import login
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.front_matter import FrontMatter, read_front_matter
from penstock.io.task_files.keys import Named, assign_keys, slug
from penstock.io.task_files.line_ledger import LineLedger
from penstock.io.task_files.spec_kit_order import (
    ID,
    Edge,
    Phase,
    contradicted,
    said,
    said_of_phases,
    said_of_tasks,
)
from penstock.io.task_files.spec_kit_outline import Item, read_outline
from penstock.io.task_files.typed import suggestion
from penstock.model.task import Prose, Task

FEATURE_KEY = "feature"
PHASES_MAX = 100
"""Source: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues"""

_BOXED_ID = rf"^[ \t]*(?:[-*+]|\d{{1,9}}[.)])[ \t]+\[.\][ \t]+[*_`\[]{{0,3}}{ID}"
_TITLE = re.compile(r"^#[ \t]+(?:[^\n:]{0,40}[ \t])?tasks\b", re.IGNORECASE | re.MULTILINE)
_TASK_LINE = re.compile(_BOXED_ID, re.MULTILINE)
_MARKED_LINE = re.compile(rf"{_BOXED_ID}[^\n]{{0,12}}\[(?:P|US-?\d+)\]", re.MULTILINE)
_STORY = re.compile(r"\b(?:User\s+Story|US)[\s-]*(\d+)\b", re.IGNORECASE)
_PHASE_NAME = re.compile(r"\W*(?:Phase\s+\S+\s*[–—-]*\s*)?(?P<word>\w{4,})?", re.IGNORECASE)
_SPEC_FOLDER = re.compile(r"\bspecs/([A-Za-z0-9][\w.-]*)")
_SHOWN_MAX = 5


def looks_like_spec_kit(text: str) -> bool:
    """Whether there are tasks such as `- [ ] T012`, and with them spec-kit's marks `[P]`, `[US1]` or its title."""
    return bool(_MARKED_LINE.search(text) or (_TITLE.search(text) and _TASK_LINE.search(text)))


def read_spec_kit(text: str, path: str) -> Draft:
    """
    Read a tasks.md.

    Args:
        text: Lines end with `\\n`, `\\r\\n` or `\\r`.
        path: The file as the user named it.

    Raises:
        InputError: Broken front matter, a range of ids that cannot be read, an id in the section on dependencies that
            is not in the file, or what `read_outline` and `assign_keys` refuse.

    Source: https://github.com/github/spec-kit/blob/main/templates/tasks-template.md
    """
    ledger = LineLedger(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    front = read_front_matter(ledger.lines, path)
    ledger.read_as("front matter", range(front.end))
    items, order = read_outline(ledger, front.end, path)
    items[0].title = front.texts.get("title", items[0].title)
    keys = assign_keys([_named(item, front) for item in items], path)
    parents = {key: keys[item.above] if item.above >= 0 else None for key, item in zip(keys, items, strict=True)}
    runs = ledger.runs(len(items))
    bodies = [ledger.body(own, item.column) for item, own in zip(items, runs, strict=True)]
    certain = _certain(items, keys, bodies, order, path)
    implied, notes = _implied(items, keys, order, path)
    dropped = contradicted(certain, implied, parents)
    needs: dict[str, dict[str, None]] = {key: {} for key in keys}
    for key, other in [*certain, *(edge for edge in implied if edge not in dropped)]:
        needs[key][other] = None
    _close_finished(items)
    tasks = [
        msgspec.structs.replace(_task(item, key, body, front), parent=parents[key], depends_on=tuple(needs[key]))
        for item, key, body in zip(items, keys, bodies, strict=True)
    ]
    tasks[0] = _feature(tasks[0], front)
    prose = [Prose(keys[0], first, last) for _, first, last in _shown_fields(front)]
    prose += sorted(
        (Prose(key, run.first + 1, run.last + 1) for key, own in zip(keys, runs, strict=True) for run in own),
        key=lambda one: one.first,
    )
    name = front.texts.get("graph") or _graph_name(ledger.lines[front.end :], tasks[0].title)
    return Draft(name=name, tasks=tasks, notes=[*notes, *_dropped(dropped)], prose=prose)


def _graph_name(lines: Iterable[str], title: str) -> str:
    """The folder below `specs/` that the head of the file names, else the title."""
    for line in itertools.takewhile(lambda line: not line.startswith("## "), lines):
        if folder := _SPEC_FOLDER.search(line):
            return folder[1].rstrip(".")
    return slug(title)


def _shown_fields(front: FrontMatter) -> list[tuple[str, int, int]]:
    """Fields that become text. spec-kit's own `description` speaks of its template, not of the feature."""
    return [field for field in front.others if not field[0].startswith("**description:**")]


def _named(item: Item, front: FrontMatter) -> Named:
    key = item.id
    if item.kind == "feature":
        key = front.texts.get("task_id", FEATURE_KEY)
    elif item.kind == "phase" and item.id:
        key = f"phase-{item.id.lower().replace('.', '-')}"
    return Named(key, item.title, item.above, item.line)


def _certain(
    items: Sequence[Item], keys: Sequence[str], bodies: Sequence[str], order: Iterable[tuple[int, str]], path: str
) -> list[Edge]:
    """What tasks say of themselves, and what the section on dependencies says of tasks."""
    ids = {item.id: None for item in items if item.kind == "task" and item.id}
    edges: list[Edge] = []
    for item, key, body in zip(items, keys, bodies, strict=True):
        if item.kind == "task":
            spoken = f"{item.spoken}\n{body}".replace("*", "")
            edges += [(key, other) for other in said(spoken, ids, path, item.line)]
    for number, line in order:
        for key, other in said_of_tasks(line, ids, path, number + 1):
            if unknown := [id_ for id_ in (key, other) if id_ not in ids]:
                raise InputError(
                    f'"{unknown[0]}" is not in the file', path=path, line=number + 1, hint=suggestion(unknown[0], ids)
                )
            edges.append((key, other))
    return edges


def _implied(
    items: Sequence[Item], keys: Sequence[str], order: Iterable[tuple[int, str]], path: str
) -> tuple[list[Edge], list[str]]:
    """Edges between tasks, then those between phases, and notes on where they come from."""
    tasks: list[Edge] = []
    before: dict[int, str] = {}
    for item, key in zip(items, keys, strict=True):
        if item.kind == "task":
            if not item.parallel and item.above in before:
                tasks.append((key, before[item.above]))
            before[item.above] = key
    phases = _phases(items, keys, path)
    waits: dict[int, set[int]] = {}
    lines: list[int] = []
    for number, line in order:
        if (read := said_of_phases(line, phases)) is not None:
            lines.append(number + 1)
            for place in read[0]:
                waits.setdefault(place, set()).update(other for other in read[1] if other != place)
    between = [
        (phase.key, phases[other].key)
        for place, phase in enumerate(phases)
        for other in sorted(waits.get(place, {place - 1} if place else ()))
    ]
    notes = []
    if tasks:
        notes.append(f"tasks without [P] that wait for the task before them: {len(tasks)}")
    if between:
        source = f"as lines {_shown(lines)} say" if lines else "each for the one before it"
        notes.append(f"phases that wait for phases, {source}: {len({key for key, _ in between})}")
    return [*tasks, *between], notes


def _phases(items: Sequence[Item], keys: Sequence[str], path: str) -> list[Phase]:
    phases: list[Phase] = []
    for item, key in zip(items, keys, strict=True):
        if item.kind == "phase":
            if len(phases) == PHASES_MAX:
                raise InputError(
                    f"more than {PHASES_MAX} phases",
                    path=path,
                    line=item.line,
                    cause="GitHub holds so many sub-issues below one issue",
                    hint="join phases, or make a file of its own for a part of them",
                )
            story = _STORY.search(item.title)
            name = _PHASE_NAME.match(item.title)
            word = (name["word"] or "").lower() if name else ""
            phases.append(Phase(key, item.id, story[1] if story else "", "" if story else word))
    return phases


def _dropped(edges: Iterable[Edge]) -> list[str]:
    written = [f"{key} on {other}" for key, other in edges]
    return [f"implied waits left out, since the file says otherwise: {_shown(written)}"] if written else []


def _shown(things: Sequence[object]) -> str:
    more = f" and {len(things) - _SHOWN_MAX} more" if len(things) > _SHOWN_MAX else ""
    return ", ".join(map(str, things[:_SHOWN_MAX])) + more


def _close_finished(items: Sequence[Item]) -> None:
    """A phase is finished when it has tasks and all of them are; so is the feature."""
    some: set[int] = set()
    some_open: set[int] = set()
    for position in reversed(range(len(items))):
        item = items[position]
        if item.kind != "task" and position in some and position not in some_open:
            item.state = "completed"
        some.add(item.above)
        if item.state == "open" or position in some_open:
            some_open.add(item.above)


def _task(item: Item, key: str, body: str, front: FrontMatter) -> Task:
    return Task(
        key=key,
        title=item.title,
        body="\n\n".join(part for part in (item.whole, body) if part),
        labels=tuple(dict.fromkeys([*front.lists.get("labels", ()), *item.stories])),
        milestone=front.texts.get("milestone"),
        issue_type=front.texts.get("type"),
        state=item.state,
        derived=item.kind != "feature" and not item.id,
        line=item.line,
    )


def _feature(task: Task, front: FrontMatter) -> Task:
    """The feature with what only the front matter says of it."""
    priority = front.texts.get("priority")
    fields = "\n".join(text for text, _, _ in _shown_fields(front))
    return msgspec.structs.replace(
        task,
        body="\n\n".join(part for part in (fields, task.body) if part),
        depends_on=(*task.depends_on, *front.lists.get("depends_on", ())),
        labels=(*task.labels, *([f"priority: {priority.lower()}"] if priority else ())),
        assignees=tuple(map(login, front.lists.get("assignees", ()))),
    )
