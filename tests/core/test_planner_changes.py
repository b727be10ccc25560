"""Plans for tasks whose issues stand already: one write where one will do, none where nothing differs."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.core.planning import World, graph, issue, named, names, observed, plan, task

from penstock.core.compare import name_digest
from penstock.model.observed import Observation
from penstock.model.operation import IssueClose, IssueUpdate, LabelsAdd, LabelsRemove, Ref
from penstock.model.plan import Unchanged
from penstock.model.task import TaskGraph

ISSUE_5 = Ref(number=5, node_id="I_5", database_id=1005)
NAMES = named("a", "b", milestones=("M1",), users=("ann", "bob"), types=("Bug",))


def settled(wanted: TaskGraph, seen: Observation) -> bool:
    """Whether a second plan after the first has nothing to do."""
    world = World(seen)
    world.apply(plan(wanted, world.seen))
    return () == plan(wanted, world.seen).operations


def test_nothing_differs_nothing_is_written() -> None:
    """Line ends, outer blank lines and the case of names are GitHub's business."""
    wanted = graph(
        task(
            "1",
            "Same",
            body="One\nTwo\n",
            labels=("A",),
            assignees=("Ann",),
            milestone="M1",
            issue_type="bug",
            state="completed",
        )
    )
    there = issue(
        5,
        "1",
        "Same ",
        region="\r\nOne\r\nTwo",
        labels=("a", "mine"),
        assignees=("ann", "bob"),
        milestone="M1",
        issue_type="Bug",
        state="completed",
        marker_state="completed",
        marker_labels=("a",),
    )

    made = plan(wanted, observed(there, names=NAMES))

    assert ((), (Unchanged("1", 5),)) == (made.operations, made.unchanged)


def test_an_edited_title_is_one_write() -> None:
    """The body goes along as it was read, untouched."""
    wanted = graph(task("1", "New"), task("2"))

    made = plan(wanted, observed(issue(5, "1", "Old"), issue(6, "2")))

    (update,) = made.operations
    assert IssueUpdate(issue=ISSUE_5, body_before="marker 1\n", title="New") == update.payload
    assert (Unchanged("2", 6),) == made.unchanged


def test_all_changes_of_an_issue_share_one_update() -> None:
    """Title, text, milestone, type, state and missing assignees are one write."""
    wanted = graph(
        task("1", "New", body="Now", assignees=("bob",), milestone="M2", issue_type="Bug", state="completed", line=9)
    )

    made = plan(wanted, observed(issue(5, "1", "Old", region="Then", assignees=("ann",)), names=NAMES))

    assert ["milestone.create M2", "issue.update 1"] == names(made)
    assert made.operations[1].payload == IssueUpdate(
        issue=ISSUE_5,
        body_before="marker 1\nThen",
        title="New",
        region="Now",
        set_state="completed",
        state="completed",
        assignees=("ann", "bob"),
        milestone="M2",
        issue_type="Bug",
    )
    assert ((0,), 9) == (made.operations[1].needs, made.operations[1].line)


def test_indented_code_is_text() -> None:
    """Only blank lines do not count at the start."""
    assert ["issue.update 1"] == names(plan(graph(task("1", body="    code")), observed(issue(5, "1", region="code"))))


def test_a_region_without_end_is_written_anew() -> None:
    """Where a person removed its end, Penstock cannot tell the texts apart, and makes a region again."""
    wanted = graph(task("1", body="Text"))
    seen = observed(issue(5, "1", region=None))

    assert ["issue.update 1"] == names(plan(wanted, seen))
    assert settled(wanted, seen)


def test_labels_come_and_go_around_the_marker() -> None:
    """A label is claimed before it is added and let go after it is gone; people's labels stay."""
    wanted = graph(task("1", labels=("a", "b", "new")))
    seen = observed(issue(5, "1", labels=("a", "old", "mine"), marker_labels=("a", "old")), names=NAMES)

    made = plan(wanted, seen)

    assert ["label.create new", "labels.remove 1", "issue.update 1", "labels.add 1"] == names(made)
    assert LabelsRemove(issue=ISSUE_5, labels=("old",)) == made.operations[1].payload
    update = made.operations[2].payload
    assert IssueUpdate(issue=ISSUE_5, body_before="marker 1\n", region="", set_labels=("a", "b", "new")) == update
    assert LabelsAdd(issue=ISSUE_5, labels=("b", "new")) == made.operations[3].payload
    assert [(), (), (1,), (0, 2)] == [operation.needs for operation in made.operations]
    assert settled(wanted, seen)


def test_a_label_that_a_person_took_off_is_put_back_without_an_update() -> None:
    """The marker claims it already."""
    seen = observed(issue(5, "1", marker_labels=("a",)), names=NAMES)

    assert ["labels.add 1"] == names(plan(graph(task("1", labels=("a",))), seen))


def test_a_label_that_a_person_put_on_is_never_claimed() -> None:
    """Wanted now and no longer wanted later, it stays as the person left it."""
    seen = observed(issue(5, "1", labels=("a",)), names=NAMES)

    assert [] == names(plan(graph(task("1", labels=("a",))), seen))
    assert [] == names(plan(graph(task("1")), seen))


def test_a_label_that_is_gone_anyway_is_only_let_go() -> None:
    """If a person puts it on again, it is the person's."""
    wanted = graph(task("1"))
    seen = observed(issue(5, "1", marker_labels=("a",)), names=NAMES)

    assert ["issue.update 1"] == names(plan(wanted, seen))
    assert settled(wanted, seen)


def test_without_labels_existing_labels_stay() -> None:
    """Neither the issue's nor the marker's labels change."""
    seen = observed(issue(5, "1", labels=("a",), marker_labels=("a",)), names=NAMES)

    made = plan(graph(task("1", "New", labels=("b",))), seen, without_labels=True)

    assert [IssueUpdate(issue=ISSUE_5, body_before="marker 1\n", title="New", set_labels=("a",))] == [
        operation.payload for operation in made.operations
    ]


STATES: list[tuple[str, str, str, list[str], str | None]] = [
    # wanted, observed, marker says, operations, state on the update
    ("completed", "open", "open", ["issue.update 1"], "completed"),
    ("completed", "open", "completed", ["issue.close 1"], None),
    ("not_planned", "open", "completed", ["issue.update 1"], "not_planned"),
    ("completed", "completed", "completed", [], None),
    ("completed", "completed", "open", ["issue.update 1"], None),
    ("completed", "not_planned", "not_planned", ["issue.update 1"], "completed"),
    ("completed", "duplicate", "completed", [], None),
    ("completed", "duplicate", "open", ["issue.update 1"], None),
    ("open", "completed", "completed", ["issue.update 1"], "open"),
    ("open", "duplicate", "not_planned", ["issue.update 1"], "open"),
    ("open", "completed", "open", [], None),
    ("open", "not_planned", "open", [], None),
    ("open", "open", "completed", ["issue.update 1"], None),
    ("open", "open", "open", [], None),
]


@pytest.mark.parametrize(("wanted", "state", "marker", "expected", "rides"), STATES)
def test_states(wanted: Any, state: str, marker: str, expected: list[str], rides: str | None) -> None:
    """The plan closes and reopens its own; what a person closed stays closed; the marker follows the plan."""
    seen = observed(issue(5, "1", state=state, marker_state=marker))

    made = plan(graph(task("1", state=wanted)), seen)

    assert expected == names(made)
    updates = [one.payload for one in made.operations if isinstance(one.payload, IssueUpdate)]
    assert [(rides, wanted, "")] * len(updates) == [(one.state, one.set_state, one.region) for one in updates]
    assert settled(graph(task("1", state=wanted)), seen)


def test_issues_closed_by_people_are_counted() -> None:
    """They stay closed, and the plan says how many there are."""
    seen = observed(issue(5, "1", state="completed"), issue(6, "2", state="duplicate"), issue(7, "3"))

    assert ("2 issues were closed by people and stay closed",) == plan(
        graph(task("1"), task("2"), task("3")), seen
    ).notes
    reopened = observed(issue(5, "1", state="completed", marker_state="completed"))
    assert () == plan(graph(task("1")), reopened).notes
    assert ("1 issue was closed by people and stays closed",) == plan(graph(task("1"), task("3")), seen).notes


def test_gone_tasks_are_listed_and_closed_only_with_prune() -> None:
    """The marker remembers that the plan closed them: a task that comes back reopens its issue."""
    seen = observed(issue(5, "1"), issue(6, "2", region="Text", marker_labels=("a",)), issue(7, "3", state="completed"))
    wanted = graph(task("1"))

    assert ((6,), ()) == (plan(wanted, seen).extra, plan(wanted, seen).operations)
    made = plan(wanted, seen, prune=True)
    assert made.operations[0].payload == IssueUpdate(
        issue=Ref(number=6, node_id="I_6", database_id=1006),
        body_before="marker 2\nText",
        region="Text",
        set_labels=("a",),
        set_state="not_planned",
        state="not_planned",
    )
    assert ["issue.update 2"] == names(made)
    world = World(seen)
    world.apply(made)
    assert ((), ()) == (plan(wanted, world.seen, prune=True).operations, plan(wanted, world.seen).extra)
    back = plan(graph(task("1"), task("2", body="Text", labels=("a",))), replace(world.seen, names=NAMES))
    assert "open" == next(one.payload.state for one in back.operations if isinstance(one.payload, IssueUpdate))


def test_prune_closes_again_what_its_marker_says_is_closed() -> None:
    """Reopened by a person after a prune: a plain close is enough."""
    made = plan(graph(task("1")), observed(issue(5, "1"), issue(6, "2", marker_state="not_planned")), prune=True)

    expected = IssueClose(issue=Ref(number=6, node_id="I_6", database_id=1006), reason="not_planned")
    assert [expected] == [operation.payload for operation in made.operations]


def test_of_several_issues_the_first_is_the_tasks() -> None:
    """The other is reported, not touched."""
    made = plan(graph(task("1", "New")), observed(issue(9, "1"), issue(5, "1")))

    assert [5] == [one.payload.issue.number for one in made.operations if isinstance(one.payload, IssueUpdate)]
    assert 1 == len(made.operations)
    assert {5, 9} == set(made.basis)


def test_the_plan_remembers_what_its_names_meant() -> None:
    """Labels and milestones it names, also those it creates."""
    seen = observed(names=NAMES)

    made = plan(graph(task("1", labels=("A", "new"), milestone="M1")), seen)

    assert made.named == {
        "label:A": name_digest("label:a", NAMES),
        "label:new": "",
        "milestone:M1": name_digest("milestone:M1", NAMES),
    }
    assert "" not in {made.named["label:A"], made.named["milestone:M1"]}


@pytest.mark.parametrize(("transport", "expected"), [("rest", [("a",), ("b",)]), ("graphql", [("a", "b")])])
def test_rest_takes_labels_off_one_at_a_time(transport: str, expected: list[tuple[str, ...]]) -> None:
    """REST's path names one label; GraphQL takes them all in one operation."""
    there = issue(5, "1", "Same", labels=("a", "b"), marker_labels=("a", "b"))

    made = plan(graph(task("1", "Same")), observed(there, names=NAMES, transport=transport))

    assert expected == [o.payload.labels for o in made.operations if isinstance(o.payload, LabelsRemove)]
