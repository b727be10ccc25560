"""When a plan no longer speaks of the repository it was made for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.core.planning import REPOSITORY, graph, issue, named, observed, plan, task

from penstock.core.staleness import changed, gone, taken
from penstock.model.observed import Account, Observation

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


def test_a_lost_role_counts_and_a_gained_one_does_not() -> None:
    """GitHub drops labels, assignees and milestones of those who may not set them, without a word."""
    made = plan(WANTED, observed(names=NAMES))

    def with_role(role: str) -> Observation:
        return observed(names=NAMES, repository=replace(REPOSITORY, permission=role))

    assert ("the permission on octo/widgets is now triage",) == changed(made, with_role("triage"))
    assert () == changed(made, with_role("admin"))
    assert () == changed(plan(WANTED, with_role("admin")), with_role("write"))


def test_a_renamed_account_counts() -> None:
    """Look-ups would not know again what it wrote under its old name."""
    made = plan(WANTED, observed(names=NAMES))
    renamed = Account(login="hubot", id=1, node_id="U_1")

    assert ("octocat is now called hubot",) == changed(made, observed(names=NAMES, account=renamed))


def test_what_a_run_must_not_create_any_more() -> None:
    """Whoever made the issue: another run, or this one when its effect came to light after it was given up."""
    assert ("#7 (2) is there already",) == taken(["1", "2"], observed(issue(7, "2"), issue(8, "3")))


def test_issues_a_run_was_planned_on() -> None:
    """New ones do not matter here, for the run made some itself."""
    made = plan(WANTED, observed(issue(5, "1"), issue(6, "2"), names=NAMES))

    assert ("#6 is gone",) == gone(made, observed(issue(5, "1"), issue(9, "3"), names=NAMES))
