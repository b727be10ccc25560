"""Plans for random files in random repositories: whatever people did, one apply settles it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.core.planning import World, graph, issue, named, observed, plan, task

from penstock.core.audit import audit
from penstock.core.staleness import changed
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.task import Task, TaskGraph

KEYS = "abcdefg"
LABELS = st.lists(st.sampled_from(["Red", "green", "blue"]), unique=True, max_size=3).map(tuple)
STATES = ["open", "completed", "not_planned"]


@st.composite
def graphs(draw: st.DrawFn) -> TaskGraph:
    """Up to seven tasks, each below earlier ones and waiting for any, though never in a circle."""
    tasks: list[Task] = []
    keys = draw(st.permutations(KEYS))[: draw(st.integers(0, len(KEYS)))]
    ranks = draw(st.permutations(keys))
    for key in keys:
        sooner = ranks[: ranks.index(key)]
        earlier = [one.key for one in tasks]
        tasks.append(
            task(
                key,
                draw(st.sampled_from(["One", "Two"])),
                body=draw(st.sampled_from(["", "Text", "Text\r\n"])),
                parent=draw(st.none() | st.sampled_from(earlier)) if earlier else None,
                depends_on=tuple(draw(st.lists(st.sampled_from(sooner), unique=True))) if sooner else (),
                derived=draw(st.booleans()),
                labels=draw(LABELS),
                assignees=draw(st.sampled_from([(), ("ann",), ("Ann", "bob")])),
                milestone=draw(st.sampled_from([None, "M1"])),
                issue_type=draw(st.sampled_from([None, "bug"])),
                state=draw(st.sampled_from(STATES)),
            )
        )
    return graph(*tasks)


@st.composite
def repositories(draw: st.DrawFn) -> Observation:
    """Issues of the graph in any condition: parents without circles, anything else at will, duplicates too."""
    issues: list[ObservedIssue] = []
    count = draw(st.integers(0, 8))
    for number in range(1, count + 1):
        others = [other for other in (*range(1, count + 1), 98) if other != number]
        issues.append(
            issue(
                number,
                draw(st.sampled_from(KEYS)),
                draw(st.sampled_from(["One", "Two"])),
                region=draw(st.sampled_from(["", "Text", "Other", None])),
                state=draw(st.sampled_from([*STATES, "duplicate"])),
                labels=draw(LABELS),
                assignees=draw(st.sampled_from([(), ("bob",)])),
                milestone=draw(st.sampled_from(["", "M1", "M2"])),
                issue_type=draw(st.sampled_from(["", "Bug", "Task"])),
                parent=draw(st.sampled_from([0, 99, *range(1, number)])),
                blocked_by=tuple(draw(st.lists(st.sampled_from(others), unique=True))),
                marker_state=draw(st.sampled_from(STATES)),
                marker_labels=draw(LABELS),
            )
        )
    return observed(
        *issues,
        names=named("red", milestones=("M2",), users=("ann", "bob"), types=("Bug", "Task")),
        transport=draw(st.sampled_from(["graphql", "rest"])),
        native_links=draw(st.booleans()),
    )


@given(graphs(), repositories())
def test_one_apply_settles_everything(wanted: TaskGraph, seen: Observation) -> None:
    """After it the audit finds only what `prune` would take, and a second plan is empty."""
    world = World(seen)

    world.apply(plan(wanted, seen))

    assert () == plan(wanted, world.seen).operations
    report = audit(wanted, world.seen)
    assert () == report.missing
    assert all({"parent", "blocked_by"}.issuperset(one.fields) for one in report.different)


@given(graphs(), repositories())
def test_with_prune_only_duplicates_remain(wanted: TaskGraph, seen: Observation) -> None:
    """Nothing but second issues of a task is left for a person to look at."""
    world = World(seen)

    world.apply(plan(wanted, seen, prune=True))

    assert () == plan(wanted, world.seen, prune=True).operations
    report = audit(wanted, world.seen)
    assert ((), (), ()) == (report.missing, report.extra, report.different)


@given(graphs(), repositories())
def test_a_plan_is_the_same_every_time(wanted: TaskGraph, seen: Observation) -> None:
    """Numbers are dense, needs come before, and two plans of one read are equal and not stale."""
    made = plan(wanted, seen)

    assert made == plan(wanted, seen)
    assert list(range(len(made.operations))) == [operation.no for operation in made.operations]
    for operation in made.operations:
        assert tuple(sorted(set(operation.needs))) == operation.needs
        assert all(need < operation.no for need in operation.needs)
    assert () == changed(made, seen)


@given(graphs(), repositories(), st.data())
def test_labels_of_people_survive_every_plan(wanted: TaskGraph, seen: Observation, data: Any) -> None:
    """A label that no marker claims is still there after any apply."""
    world = World(seen)
    world.apply(plan(wanted, seen, prune=data.draw(st.booleans())))
    after = {one.number: {label.lower() for label in one.labels} for one in world.seen.issues}

    for one in seen.issues:
        claimed = {label.lower() for label in one.marker.labels}
        assert {label.lower() for label in one.labels} - claimed <= after[one.number]


@given(graphs(), repositories())
def test_renames_that_are_accepted_settle_with_everything_else(wanted: TaskGraph, seen: Observation) -> None:
    """Each keeps its issue and is not asked about again; no task has more issues than before."""
    world = World(seen)
    made = plan(wanted, seen, renames="accept")
    world.apply(made)
    again = plan(wanted, world.seen)

    assert () == again.operations
    assert [] == [finding for finding in again.findings if "looks" in finding.message]
    kept = {one.number: one.marker.key for one in world.seen.issues}
    assert {pair.number: pair.key for pair in made.renames} == {pair.number: kept[pair.number] for pair in made.renames}
    new = {task.key for task in wanted.tasks} - {one.marker.key for one in seen.issues}
    assert len(world.seen.issues) == len(seen.issues) + len(new) - len(made.renames)
