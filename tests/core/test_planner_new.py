"""Plans for tasks that have no issue yet."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from tests.core.planning import World, graph, issue, named, names, observed, plan, task

from penstock.core.planner import label_color
from penstock.model.operation import (
    BlockedByLink,
    IssueClose,
    IssueCreate,
    LabelCreate,
    MilestoneCreate,
    Ref,
    SubIssueLink,
)
from penstock.model.task import Task


def test_one_create_carries_all_that_can_ride_on_it() -> None:
    """Labels, assignees, milestone, type and parent cost no request of their own."""
    wanted = graph(
        task("1"),
        task(
            "1.1",
            "Parse",
            body="Text",
            parent="1",
            labels=("p1",),
            assignees=("ann",),
            milestone="M1",
            issue_type="Bug",
        ),
    )
    seen = observed(names=named("p1", milestones=("M1",), users=("ann",), types=("Bug",)))

    made = plan(wanted, seen)

    assert ["issue.create 1", "issue.create 1.1"] == names(made)
    assert made.operations[1].payload == IssueCreate(
        title="Parse",
        region="Text",
        labels=("p1",),
        assignees=("ann",),
        milestone="M1",
        issue_type="Bug",
        parent=Ref(op=0),
    )
    assert ((0,), "1") == (made.operations[1].needs, made.operations[1].conflict)


def test_labels_and_milestones_come_first_once_each() -> None:
    """What is missing is created once, whatever the case of its name, and needed by all that names it."""
    wanted = graph(task("1", labels=("Area: UI", "known")), task("2", labels=("area: ui",), milestone="M1"))

    made = plan(wanted, observed(names=named("Known")))

    assert ["label.create Area: UI", "milestone.create M1", "issue.create 1", "issue.create 2"] == names(made)
    assert [(), (), (0,), (0, 1)] == [operation.needs for operation in made.operations]
    assert made.operations[0].payload == LabelCreate(name="Area: UI", color=label_color("Area: UI"))
    assert made.operations[1].payload == MilestoneCreate(title="M1")


def test_creates_go_level_by_level_in_file_order() -> None:
    """Parents stand before children, so that whole levels can be sent together."""
    wanted = graph(task("a"), task("a1", parent="a"), task("a2", parent="a"), task("a1x", parent="a1"), task("b"))

    made = plan(wanted, observed())

    assert ["a", "b", "a1", "a2", "a1x"] == [operation.key for operation in made.operations]
    assert [(), (), (0,), (0,), (2,)] == [operation.needs for operation in made.operations]
    assert ["", "", "a", "a", "a1"] == [operation.conflict for operation in made.operations]


def test_a_finished_task_is_created_and_closed() -> None:
    """State cannot ride on a create; the marker knows it from the start."""
    made = plan(graph(task("1", state="completed"), task("2", state="not_planned")), observed())

    assert ["issue.create 1", "issue.create 2", "issue.close 1", "issue.close 2"] == names(made)
    assert [IssueClose(issue=Ref(op=0)), IssueClose(issue=Ref(op=1), reason="not_planned")] == [
        operation.payload for operation in made.operations[2:]
    ]
    assert [(0,), (1,)] == [operation.needs for operation in made.operations[2:]]
    assert IssueCreate(title="Task 1", set_state="completed") == made.operations[0].payload


def test_a_dependency_needs_both_ends() -> None:
    """A link to an issue that stands needs nothing, one to a new issue needs its create."""
    wanted = graph(task("1"), task("2", depends_on=("1", "3"), line=7), task("3"))

    made = plan(wanted, observed(issue(5, "1")))

    assert ["issue.create 2", "issue.create 3", "blocked_by.link 2 ← 1", "blocked_by.link 2 ← 3"] == names(made)
    standing = Ref(number=5, node_id="I_5", database_id=1005)
    assert [BlockedByLink(issue=Ref(op=0), blocker=standing), BlockedByLink(issue=Ref(op=0), blocker=Ref(op=1))] == [
        operation.payload for operation in made.operations[2:]
    ]
    assert [(0,), (0, 1)] == [operation.needs for operation in made.operations[2:]]
    assert [7, 7] == [operation.line for operation in made.operations[2:]]


def test_a_new_child_hangs_below_a_standing_parent() -> None:
    """The parent is named by its ids, and nothing needs to be waited for."""
    made = plan(graph(task("1"), task("1.1", parent="1")), observed(issue(5, "1")))

    (create,) = made.operations
    assert IssueCreate(title="Task 1.1", parent=Ref(number=5, node_id="I_5", database_id=1005)) == create.payload
    assert ((), "1") == (create.needs, create.conflict)


def test_without_graphql_a_parent_is_a_link_of_its_own() -> None:
    """REST's create knows no parent."""
    made = plan(graph(task("1"), task("1.1", parent="1")), observed(transport="rest"))

    assert ["issue.create 1", "issue.create 1.1", "sub_issue.link 1.1 ← 1"] == names(made)
    link = made.operations[2]
    assert SubIssueLink(parent=Ref(op=0), child=Ref(op=1)) == link.payload
    assert ((0, 1), "1") == (link.needs, link.conflict)
    assert ("", ()) == (made.operations[1].conflict, made.operations[1].needs)


def test_without_labels_leaves_them_out_everywhere() -> None:
    """Neither definitions nor issues get labels, and the plan no longer wants them."""
    made = plan(graph(task("1", labels=("new",))), observed(), without_labels=True)

    assert ["issue.create 1"] == names(made)
    assert [()] == [one.labels for one in made.desired.tasks]
    assert {} == made.named


def test_label_colors_go_by_family() -> None:
    """Labels of one family look alike, on every machine."""
    assert label_color("area: docs") == label_color("area: tests") == label_color("AREA/ui")
    assert 6 == len(label_color("bug"))
    assert len({label_color(name) for name in ("area", "priority", "status", "kind", "size")}) > 2


def taskmaster_shape() -> list[Task]:
    """As in a large Taskmaster file: 93 parents, 535 children, 382 done, 3 cancelled, 433 dependencies."""
    children = Counter(number % 93 for number in range(535))
    keys = [key for top in range(93) for key in (f"{top}", *(f"{top}.{child}" for child in range(children[top])))]
    return [
        task(
            key,
            parent=key.partition(".")[0] if "." in key else None,
            state="completed" if place < 382 else "not_planned" if place < 385 else "open",
            depends_on=(keys[place - 1],) if 0 < place <= 433 else (),
        )
        for place, key in enumerate(keys)
    ]


@pytest.mark.parametrize("transport", ["graphql", "rest"])
def test_the_large_taskmaster_file_costs_what_it_must(transport: str) -> None:
    """Writes are creates, closes, and the links that cannot ride on a create; a rerun makes none."""
    wanted = graph(*taskmaster_shape())
    world = World(observed(transport=transport))

    made = plan(wanted, world.seen)

    expected = {"issue.create": 628, "issue.close": 385, "blocked_by.link": 433}
    if transport == "rest":
        expected["sub_issue.link"] = 535
    assert expected == made.counts()
    assert {"completed": 382, "not_planned": 3} == Counter(
        operation.payload.reason for operation in made.operations if isinstance(operation.payload, IssueClose)
    )
    assert () == made.findings
    again = plan(wanted, world.apply(made))
    assert ((), 628) == (again.operations, len(again.unchanged))


def test_a_large_plan_takes_linear_work() -> None:
    """Ten times the tasks take about ten times the calls and comparisons."""

    def calls(count: int) -> int:
        tasks = []
        for number in range(count):
            parent = f"{number // 50 * 50}" if number % 50 else None
            depends = (str(number - 1),) if number % 3 else ()
            tasks.append(task(str(number), parent=parent, depends_on=depends, labels=("a", "b")))
        wanted, seen = graph(*tasks), observed()
        counted = 0

        def count_call(_frame: object, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event in {"call", "c_call"}

        sys.setprofile(count_call)
        try:
            plan(wanted, seen)
        finally:
            sys.setprofile(None)
        return counted

    assert calls(5_000) < 11 * calls(500)
