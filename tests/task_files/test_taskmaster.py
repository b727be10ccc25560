"""Taskmaster's tasks.json: tags, keys, dependencies, statuses, bodies, and the oddities of real files."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.model.task import Task, TaskGraph

Item = dict[str, Any]


def item(id_: object, **fields: object) -> Item:
    return {"id": id_, "title": f"Task {id_}", "status": "pending", "dependencies": [], **fields}


def read(*items: Item, tag: str | None = None, open_only: bool = False) -> TaskGraph:
    return load_graph("tasks.json", text=json.dumps({"tasks": items}).encode(), tag=tag, open_only=open_only)


def by_key(graph: TaskGraph) -> Mapping[str, Task]:
    return {task.key: task for task in graph.tasks}


def said(document: object, tag: str | None = None) -> tuple[int, str, str, str]:
    with pytest.raises(InputError) as caught:
        load_graph("tasks.json", text=json.dumps(document, indent=0).encode(), tag=tag)
    return caught.value.line, caught.value.message, caught.value.cause, caught.value.hint


class TestTags:
    """Which part of the file is read, and how the graph is called."""

    ONE: ClassVar[Item] = {"tasks": [item(1)]}
    TWO: ClassVar[Item] = {"tasks": [item(2)]}

    @pytest.mark.parametrize(
        ("document", "tag", "name", "keys"),
        [
            (ONE, None, "tasks", ["1"]),
            (ONE, "master", "master", ["1"]),
            ({"feature": ONE}, None, "feature", ["1"]),
            ({"feature": ONE, "master": TWO}, None, "master", ["2"]),
            ({"feature": ONE, "master": TWO}, "feature", "feature", ["1"]),
            ({"tasks": ONE, "other": TWO}, "tasks", "tasks", ["1"]),
            ({"a": ONE, "metadata": {"tasks": 3}}, None, "a", ["1"]),
        ],
    )
    def test_the_chosen_tag_is_read(self, document: Item, tag: str | None, name: str, keys: list[str]) -> None:
        """Without a choice: the only tag, or `master`. The graph is called like the tag, else like the file."""
        graph = load_graph("dir/tasks.json", text=json.dumps(document).encode(), tag=tag)
        assert ("taskmaster", name, keys) == (graph.format, graph.name, [task.key for task in graph.tasks])

    def test_several_tags_and_no_choice_are_refused(self) -> None:
        """The tags are named, so that one can be chosen."""
        assert (
            0,
            "the file has several tags and none was chosen",
            "its tags are a, b",
            "choose one with --tag",
        ) == said({"b": self.ONE, "a": self.TWO})

    def test_an_unknown_tag_is_refused(self) -> None:
        """A tag that is not there is not an empty plan."""
        assert (0, 'there is no tag "mastr"', "the file has master", 'did you mean "master"?') == said(
            {"master": self.ONE}, "mastr"
        )
        assert (0, 'there is no tag "x"', "the file has no tags", "leave the tag out") == said(self.ONE, "x")

    def test_an_empty_tag_is_refused(self) -> None:
        """A tag without tasks is named."""
        assert (5, 'tag "b" has no tasks', "", "") == said({"a": {"tasks": []}, "b": {"tasks": []}}, "b")

    def test_a_tag_for_a_native_file_is_refused(self) -> None:
        """Only Taskmaster files have tags."""
        with pytest.raises(InputError, match='there is no tag "x" here'):
            load_graph("p.yaml", text=b"tasks: [{key: a, title: b}]", tag="x")


class TestKeysAndDependencies:
    """What identifies a task, and what a dependency means."""

    def test_subtasks_are_keyed_below_their_task(self) -> None:
        """Ids may be numbers or text, at any depth, and may repeat their task's key."""
        deep = item(2, subtasks=[item("1"), item("5.2.2")])
        graph = read(item("5", subtasks=[item(1), deep]))
        assert [("5", None), ("5.1", "5"), ("5.2", "5"), ("5.2.1", "5.2"), ("5.2.2", "5.2")] == [
            (task.key, task.parent) for task in graph.tasks
        ]

    @pytest.mark.parametrize(
        ("written", "meant"),
        [(2, "5.2"), ("2", "5.2"), ("5.2", "5.2"), ("3.1", "3.1"), (7, "7"), (21.4, "21.4")],
    )
    def test_a_dependency_of_a_subtask_is_a_sibling_else_a_task(self, written: object, meant: str) -> None:
        """A bare id names a sibling where there is one, else a task at the top; dots name any task."""
        graph = read(
            item(2),
            item(3, subtasks=[item(1)]),
            item(5, subtasks=[item(1, dependencies=[written]), item(2)]),
            item(7),
            item(21, subtasks=[item(4)]),
        )
        assert (meant,) == by_key(graph)["5.1"].depends_on

    def test_a_dependency_written_as_a_number_keeps_its_digits(self) -> None:
        """`21.10`, unquoted, is subtask 10 and not subtask 1."""
        text = '{"tasks": [{"id": 21, "title": "t", "subtasks": [{"id": 1, "title": "a"}, {"id": 10, "title": "b"}]},'
        text += ' {"id": 22, "title": "u", "dependencies": [21.10]}]}'
        assert ("21.10",) == load_graph("t.json", text=text.encode()).tasks[3].depends_on

    def test_unknown_dependencies_are_refused_with_their_line(self) -> None:
        """A dependency on nothing is an error, as it is in Taskmaster's own check."""
        line, message, _, _ = said({"tasks": [item(1), item(2, dependencies=[9])]})
        assert (9, 'task "2" depends on "9", which is not in the file') == (line, message)

    def test_self_and_double_dependencies_are_refused(self) -> None:
        """The shared checks see the keys that ids mean."""
        assert 'task "1.1" depends on itself' == said({"tasks": [item(1, subtasks=[item(1, dependencies=[1])])]})[1]
        assert 'task "2" depends on "1" twice' == said({"tasks": [item(1), item(2, dependencies=[1, "1"])]})[1]

    def test_two_tasks_with_one_id_are_refused(self) -> None:
        """At the top, everything refers to ids: a second one is an error."""
        assert 'two tasks have the key "1"' == said({"tasks": [item(1), item(1)]})[1]

    def test_subtasks_that_share_an_id_are_told_apart(self) -> None:
        """Copied subtasks keep their tasks, get keys in file order, and the user is told."""
        graph = read(item(4, subtasks=[item(2), item(3), item(2, subtasks=[item(1)]), item(2)]))
        assert ["4", "4.2", "4.3", "4.2~2", "4.2~2.1", "4.2~3"] == [task.key for task in graph.tasks]
        assert ("3 subtasks have the id 4.2: keyed 4.2, 4.2~2 … in file order; give each its own id",) == graph.notes

    def test_a_dependency_on_a_shared_id_is_refused(self) -> None:
        """Which of them is meant is for the user to say."""
        shared = item(4, subtasks=[item(2), item(2), item(3, dependencies=[2])])
        assert (
            'task "4.3" depends on "4.2", which is not one task',
            "2 subtasks have this id",
            "give each of them its own id",
        ) == said({"tasks": [shared]})[1:]


class TestCycles:
    """Cycles that still matter are refused, cycles among finished tasks are history."""

    def test_a_cycle_with_an_open_task_is_refused(self) -> None:
        """One open task in it is enough."""
        cycle = [item(1, dependencies=[2], status="done"), item(2, dependencies=[1])]
        assert "dependencies form a cycle: 1 → 2 → 1" == said({"tasks": cycle})[1]

    def test_a_cycle_of_finished_tasks_is_dropped_with_a_note(self) -> None:
        """GitHub would refuse it and nothing waits for it; other dependencies of these tasks stay."""
        graph = read(
            item(1, dependencies=[2, 3], status="done"),
            item(2, dependencies=[1], status="cancelled"),
            item(3, dependencies=[], status="done"),
            item(4, dependencies=[1]),
        )
        assert [("3",), (), (), ("1",)] == [task.depends_on for task in graph.tasks]
        assert "dependencies in a cycle of finished tasks dropped: 1 → 2 → 1" == graph.notes[0]

    def test_a_finished_task_that_depends_on_itself_is_still_refused(self) -> None:
        """That is a slip of the pen and no history, inside a cycle too."""
        cycle = [item(1, dependencies=[1, 2], status="done"), item(2, dependencies=[1], status="done")]
        assert 'task "1" depends on itself' == said({"tasks": cycle})[1]


class TestStatusesAndTexts:
    """What becomes of status, priority and the texts."""

    @pytest.mark.parametrize(
        ("status", "state", "labels"),
        [
            ("pending", "open", ()),
            (None, "open", ()),
            ("in-progress", "open", ("status: in-progress",)),
            ("IN_PROGRESS", "open", ("status: in-progress",)),
            ("review", "open", ("status: review",)),
            ("blocked", "open", ("status: blocked",)),
            ("deferred", "open", ("deferred",)),
            ("done", "completed", ()),
            ("completed", "completed", ()),
            ("cancelled", "not_planned", ()),
            ("canceled", "not_planned", ()),
        ],
    )
    def test_each_status_has_a_state_and_a_label(self, status: str | None, state: str, labels: tuple[str, ...]) -> None:
        """Every status that Taskmaster knows, and the spellings people use."""
        (task,) = read(item(1, status=status)).tasks
        assert (state, labels) == (task.state, task.labels)

    def test_an_unknown_status_is_refused(self) -> None:
        """A guess could close an open issue."""
        assert (
            6,
            'task "1" has the unknown status "dome"',
            "the statuses are pending, in-progress, review, blocked, deferred, done, completed, cancelled",
            'did you mean "done"?',
        ) == said({"tasks": [item(1, status="dome")]})

    def test_priority_is_a_label(self) -> None:
        """Any priority is carried over; a missing one leaves no trace."""
        tasks = read(item(1, priority="High"), item(2, priority=None), item(3, priority="critical")).tasks
        assert [("priority: high",), (), ("priority: critical",)] == [task.labels for task in tasks]

    def test_texts_become_sections(self) -> None:
        """The description leads; blank texts leave no heading; lists become bullets and boxes."""
        full = item(
            1,
            description="Dig a hole.",
            details="Deep.\n",
            testStrategy=["Look down", "Shout"],
            acceptanceCriteria=["It is dark"],
        )
        bare = item(2, description="", details=" ", acceptanceCriteria="As agreed")
        assert [
            (
                "Dig a hole.\n\n## Details\n\nDeep.\n\n## Test strategy\n\n- Look down\n- Shout\n\n"
                "## Acceptance criteria\n\n- [ ] It is dark"
            ),
            "## Acceptance criteria\n\nAs agreed",
        ] == [task.body for task in read(full, bare).tasks]

    def test_unknown_fields_are_ignored(self) -> None:
        """The format grows; what we do not know does no harm."""
        assert read(item(1)).tasks == read(item(1, complexity=7, metadata={"githubIssue": 42})).tasks


class TestOpenOnly:
    """Leaving finished tasks out."""

    FOREST = (
        item(1, status="done", subtasks=[item(1, status="done"), item(2, status="cancelled")]),
        item(2, status="done", subtasks=[item(1, status="done"), item(2, dependencies=[1])]),
        item(3, dependencies=[1, 2], status="deferred"),
        item(4, status="done", subtasks=[item(1, status="done", subtasks=[item(1)])]),
    )

    def test_finished_tasks_go_but_open_ones_keep_their_place(self) -> None:
        """A finished parent of an open task stays, finished; dependencies on what went are dropped."""
        graph = read(*self.FOREST, open_only=True)
        assert [
            ("2", "completed", None, ()),
            ("2.2", "open", "2", ()),
            ("3", "open", None, ("2",)),
            ("4", "completed", None, ()),
            ("4.1", "completed", "4", ()),
            ("4.1.1", "open", "4.1", ()),
        ] == [(task.key, task.state, task.parent, task.depends_on) for task in graph.tasks]
        assert (
            "finished tasks left out: 4",
            "finished tasks that stay because open tasks stand below them: 3",
            "dependencies on left-out tasks dropped: 2",
        ) == graph.notes

    def test_the_whole_file_is_still_checked(self) -> None:
        """An error among finished tasks is an error."""
        with pytest.raises(InputError, match="depends on itself"):
            read(item(1, status="done", dependencies=[1]), item(2), open_only=True)

    def test_a_finished_plan_has_nothing_left(self) -> None:
        """All done is not an error."""
        assert () == read(item(1, status="done"), open_only=True).tasks


def like_the_real_thing(tasks: int, subtasks: int) -> Item:
    """A file of a real file's shape: half finished, cross references, copied ids, a settled cycle, code in texts."""
    items = []
    for number in range(1, tasks + 1):
        finished = number <= tasks // 2
        below = [
            item(
                sub,
                status="done" if finished or sub == 1 else ("pending", "in-progress", "deferred")[sub % 3],
                dependencies=[sub - 1] if sub > 1 else ([f"{number - 1}.{subtasks}"] if number > 1 else []),
                details=f"Call `@param` {sub}.\n\n```js\nimport x from '@scope/x'; // #{sub}\n```\nAsk @owner.",
                parentTaskId=number,
            )
            for sub in range(1, subtasks + 1)
        ]
        depends_on = [number - 1] if number > 1 else []
        status = "done" if finished else "pending"
        items.append(item(number, status=status, priority="medium", dependencies=depends_on, subtasks=below))
    items[0]["subtasks"][0]["dependencies"] = [subtasks]
    items[-1]["subtasks"] += [item(99, title=f"Copy {copy}") for copy in range(8)]
    return {"master": {"tasks": items, "metadata": {"created": "2025-06-13", "description": "Synthetic"}}}


def test_a_file_of_real_shape_loads_whole() -> None:
    """Nothing is lost: every task and subtask, copied ids and settled cycles included."""
    document = like_the_real_thing(90, 6)
    graph = load_graph("tasks.json", text=json.dumps(document, indent=2).encode())
    assert 90 * 7 + 8 == len(graph.tasks)
    assert Counter({"completed": 45 * 7 + 45, "open": 45 * 6 + 8}) == Counter(task.state for task in graph.tasks)
    assert (
        "8 subtasks have the id 90.99: keyed 90.99, 90.99~2 … in file order; give each its own id",
        "dependencies in a cycle of finished tasks dropped: 1.1 → 1.6 → 1.5 → 1.4 → 1.3 → 1.2 → 1.1",
        "finished tasks, which are created and closed: 360 (--open-only leaves them out)",
    ) == graph.notes
    assert ("1.6",) == by_key(graph)["2.1"].depends_on
    body = by_key(graph)["2.3"].body
    assert "`@param`" in body
    assert "'@scope/x'; // #3\n" in body
    assert "Ask @\u200bowner." in body


class TestTheSample:
    """The real file of 628 tasks, where it is at hand."""

    @pytest.fixture
    def path(self) -> str:
        path = os.environ.get("PENSTOCK_TASKMASTER_SAMPLE", "")
        if not Path(path).is_file():
            pytest.skip("PENSTOCK_TASKMASTER_SAMPLE does not name a file")
        return path

    def test_it_loads_whole(self, path: str) -> None:
        """93 tasks and 535 subtasks, 385 of them finished, with two oddities named."""
        graph = load_graph(path)
        assert 628 == len(graph.tasks)
        assert 93 == sum(task.parent is None for task in graph.tasks)
        assert Counter({"completed": 382, "open": 243, "not_planned": 3}) == Counter(task.state for task in graph.tasks)
        assert (
            "8 subtasks have the id 42.42: keyed 42.42, 42.42~2 … in file order; give each its own id",
            "dependencies in a cycle of finished tasks dropped: 12.1 → 12.4 → 12.1",
            "finished tasks, which are created and closed: 385 (--open-only leaves them out)",
        ) == graph.notes

    def test_its_open_part_keeps_its_shape(self, path: str) -> None:
        """243 open tasks, and the two finished parents that open subtasks stand below."""
        graph = load_graph(path, open_only=True)
        assert 245 == len(graph.tasks)
        assert 243 == sum(task.state == "open" for task in graph.tasks)
