"""A document in Markdown, most often a PRD: headings and items are tasks, everything else is their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from penstock.base.errors import InputError
from penstock.io.task_files.attributes import Attribute, login, split_names, status_of, without_quotes
from penstock.io.task_files.dependencies import Names
from penstock.io.task_files.doubts import doubts
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.front_matter import FrontMatter, read_front_matter
from penstock.io.task_files.keys import Named, assign_keys
from penstock.io.task_files.line_ledger import LineLedger, Run
from penstock.io.task_files.markdown_blocks import Node, read_blocks
from penstock.io.task_files.markdown_inline import Inline
from penstock.io.task_files.outline import read_outline
from penstock.io.task_files.placement import OWN, Placed, place_tasks
from penstock.model.task import Prose, Task, TaskState


def read_prd(text: str, path: str) -> Draft:
    """
    Read a document.

    Args:
        text: Its lines may end in any way.
        path: The file as the user named it; its stem is the title of a document that has none.

    Returns:
        The tasks in document order. A dependency on an id that is not in this file is left as written.

    Raises:
        InputError: Broken front matter, lists nested too deep, no task at all, two tasks that cannot be told apart,
            or a dependency that names a task and beside it something that is none.
    """
    ledger = LineLedger(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    front = read_front_matter(ledger.lines, path)
    blocks = read_blocks("\n" * front.end + "\n".join(ledger.lines[front.end :]), path)
    top, lead = read_outline(blocks, len(ledger.lines), Inline())
    placed, has_own = place_tasks(top, lead, blocks, front, ledger, path=path)
    return _Document(placed, OWN if has_own else OWN + 1, front, ledger, path).draft(blocks)


class _Document:
    """
    One document on its way from tasks with a place to tasks with all they have.

    Args:
        placed: The tasks; the first may be missing in truth.
        begin: Number of the first one that is there.
    """

    def __init__(self, placed: list[Placed], begin: int, front: FrontMatter, ledger: LineLedger, path: str) -> None:
        self._placed = placed
        self._begin = begin
        self._front = front
        self._ledger = ledger
        self._path = path

    def draft(self, blocks: Sequence[Node]) -> Draft:
        """The tasks, and where their text stands."""
        keys, names = self._named()
        for one in self._placed[self._begin :]:
            one.attributes = [attribute for attribute in one.attributes if names.takes(attribute)]
            taken = (attribute.line for attribute in one.attributes if attribute.name != "estimate")
            self._ledger.read_as("attribute", taken)
        runs = self._ledger.runs(len(self._placed))
        tasks = [self._task(number, keys, names, runs[number]) for number in range(self._begin, len(self._placed))]
        prose = [Prose(keys[OWN], first, last) for _, first, last in self._front.others]
        prose += sorted(
            (Prose(key, run.first + 1, run.last + 1) for key, own in zip(keys, runs, strict=True) for run in own),
            key=lambda one: one.first,
        )
        notes = doubts(blocks, self._placed[self._begin :], self._ledger)
        return Draft(name=self._front.texts.get("graph"), tasks=tasks, notes=notes, prose=prose)

    def _named(self) -> tuple[list[str], Names]:
        """
        The key of each task, by number. What stands in brackets behind a title belongs to it after all when it looks
        like a dependency and names no task.
        """
        keys = self._keys()
        names = Names(self._placed[self._begin :], keys[self._begin :])
        doubtful = [one for one in self._placed if not all(map(names.takes, one.title.attributes))]
        if not doubtful:
            return keys, names
        for one in doubtful:
            one.title = one.title._replace(text=one.title.full, attributes=())
        keys = self._keys()
        return keys, Names(self._placed[self._begin :], keys[self._begin :])

    def _keys(self) -> list[str]:
        named = [
            Named(
                one.title.id, one.title.text, one.above - self._begin if one.above >= self._begin else -1, one.line + 1
            )
            for one in self._placed[self._begin :]
        ]
        return [""] * self._begin + assign_keys(named, self._path)

    def _task(self, number: int, keys: Sequence[str], names: Names, runs: Sequence[Run]) -> Task:
        one, key = self._placed[number], keys[number]
        values = _Values([*one.title.attributes, *one.attributes])
        texts, lists = self._front.texts, self._front.lists
        depends_on = [found for needs in values.all("depends_on") for found in names.keys(needs, key, self._path)]
        assignees = values.names("assignees")
        priority, milestone, issue_type, status = (
            values.one(name, key, self._path) for name in ("priority", "milestone", "type", "status")
        )
        if number == OWN:
            depends_on[:0] = names.known_or_as_written(lists.get("depends_on", ()))
            assignees[:0] = lists.get("assignees", [])
            priority = priority or texts.get("priority")
        state, status_label = _state(one.title.box, status)
        labels = [*lists.get("labels", ()), *values.names("labels")]
        labels += [f"priority: {without_quotes(priority).lower()}"] if priority else []
        labels += [status_label] if status_label else []
        return Task(
            key=key,
            title=one.title.text,
            body=self._body(number, runs),
            parent=keys[one.above] if one.above >= self._begin else None,
            depends_on=tuple(depends_on),
            labels=tuple(dict.fromkeys(labels)),
            assignees=tuple(dict.fromkeys(map(login, assignees))),
            milestone=milestone or texts.get("milestone"),
            issue_type=issue_type or texts.get("type"),
            state=state,
            derived=not one.title.id,
            line=one.line + 1,
        )

    def _body(self, number: int, runs: Sequence[Run]) -> str:
        one = self._placed[number]
        estimates = [f"Estimate: {found.value}" for found in one.title.attributes if found.name == "estimate"]
        others = [line for line, _, _ in self._front.others] if number == OWN else []
        parts = ["\n".join(others), one.title.source, "\n".join(estimates), self._ledger.body(runs, one.column)]
        return "\n\n".join(part for part in parts if part)


class _Values:
    """The attributes of one task by name."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self._by_name: dict[str, list[Attribute]] = {}
        for attribute in attributes:
            self._by_name.setdefault(attribute.name, []).append(attribute)

    def all(self, name: str) -> Sequence[Attribute]:
        return self._by_name.get(name, ())

    def names(self, name: str) -> list[str]:
        return [one for attribute in self.all(name) for one in split_names(attribute.value)]

    def one(self, name: str, key: str, path: str) -> str | None:
        """Raises: InputError when the task says it twice, and not the same."""
        found = self.all(name)
        if not found:
            return None
        values = [without_quotes(attribute.value) for attribute in found]
        for attribute, value in zip(found, values, strict=True):
            if value.lower() != values[0].lower():
                raise InputError(
                    f'task "{key}" says its {name} twice',
                    path=path,
                    line=attribute.line + 1,
                    cause=f'it is "{values[0]}" on line {found[0].line + 1}, and "{value}" here',
                    hint="keep one of the two",
                )
        return values[0]


def _state(box: TaskState | None, status: str | None) -> tuple[TaskState, str | None]:
    """State and label. A ticked box says more than a status beside it."""
    told = status_of(status) if status and box in {None, "open"} else None
    return told or (box or "open", None)
