"""When a plan no longer speaks of the repository it was made for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.core.planning import graph, issue, named, observed, plan, task

from penstock.core.staleness import changed

WANTED = graph(task("1", labels=("a", "new"), milestone="M1"))
NAMES = named("a", milestones=("M1",))


def test_an_untouched_repository_changes_nothing() -> None:
    """Neither a stranger's issues, nor names the plan does not use, nor the order of lists."""
    seen = observed(issue(5, "1", labels=("a", "b"), blocked_by=(7, 8)), names=NAMES)
    made = plan(WANTED, seen)

    later = observed(
        issue(5, "1", labels=("b", "a"), blocked_by=(8, 7)),
        names=named("a", "b", milestones=("M1", "M9")),
        total=90,
        high_water=99,
        untrusted={9: "mallory"},
        other_graphs={"other": ("1",)},
    )

    assert () == changed(made, later)


CHANGES: list[dict[str, Any]] = [
    {"title": "New"},
    {"body": "marker 1\nand a person's words"},
    {"state": "completed"},
    {"labels": ("b",)},
    {"assignees": ("bob",)},
    {"milestone": "M1"},
    {"issue_type": "Bug"},
    {"parent": 3},
    {"blocked_by": (3,)},
    {"node_id": "I_other"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_an_issue_of_the_graph_counts(change: dict[str, Any]) -> None:
    """Whatever the plan read may have decided it."""
    before = issue(5, "1")
    made = plan(WANTED, observed(before, names=NAMES))

    assert ("#5 (1) changed",) == changed(made, observed(replace(before, **change), names=NAMES))


def test_issues_that_came_and_went() -> None:
    """In the order of their numbers."""
    made = plan(WANTED, observed(issue(5, "1"), names=NAMES))

    assert ("#4 (2) is new", "#5 is gone") == changed(made, observed(issue(4, "2"), names=NAMES))


def test_names_that_mean_something_else() -> None:
    """Made, deleted, or deleted and made again."""
    made = plan(WANTED, observed(names=NAMES))
    other = replace(NAMES, labels={"a": ("a", "L_other"), "new": ("new", "L_new")}, milestones={})

    assert ('label "a" is another one', 'label "new" is new', 'milestone "M1" is gone') == changed(
        made, observed(names=other)
    )
