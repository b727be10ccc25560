"""The scripts that judge must be able to find fault."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from bench.kill import compare, tasks
from bench.makespan import bound_s

from penstock.github.limits import DOCUMENTED, GHES, OBSERVED
from penstock.sim.latency import Latency

PLANNED = tasks(12)
STEADY = Latency(sigma=0.0, tail_chance=0.0)
OVERHEAD_S = STEADY.request_s + STEADY.rtt_s


def stored() -> dict[str, Any]:
    """A repository in which every task stands as planned, in the form of `GET /_sim/state`."""
    numbers = {task["key"]: number for number, task in enumerate(PLANNED, 1)}
    return {
        "issues": [
            {
                "number": numbers[task["key"]],
                "title": task["title"],
                "labels": task["labels"],
                "sub_issues": [numbers[child["key"]] for child in PLANNED if child.get("parent") == task["key"]],
                "blocked_by": [numbers[key] for key in task.get("depends_on", ())],
                "comments": [],
                "state": "CLOSED" if task.get("state") == "completed" else "OPEN",
            }
            for task in PLANNED
        ]
    }


def issue(repository: dict[str, Any], key: int) -> dict[str, Any]:
    """The issue of a task."""
    found: dict[str, Any] = repository["issues"][key]
    return found


def test_a_repository_as_planned_is_faultless() -> None:
    """Nothing is lost, nothing is there twice."""
    assert (0, 0) == compare(PLANNED, stored())


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [(8, "state", "OPEN"), (9, "blocked_by", []), (7, "labels", []), (2, "sub_issues", [6])],
)
def test_what_is_missing_is_lost(key: int, field: str, value: object) -> None:
    """A close, a dependency, a label, a child."""
    repository = stored()
    assert issue(repository, key)[field] != value
    issue(repository, key)[field] = value

    lost, _ = compare(PLANNED, repository)

    assert 1 == lost


def test_a_lost_issue_is_lost_with_all_it_had() -> None:
    """The issue, its label, and its place below its parent."""
    repository = stored()
    gone = issue(repository, 11)
    repository["issues"].remove(gone)
    for other in repository["issues"]:
        other["sub_issues"] = [number for number in other["sub_issues"] if number != gone["number"]]

    assert (3, 0) == compare(PLANNED, repository)


def test_a_second_issue_is_a_duplicate() -> None:
    """With its label and its own hold on nothing."""
    repository = stored()
    twin = copy.deepcopy(issue(repository, 10)) | {"number": 99}
    repository["issues"].append(twin)

    assert (0, 2) == compare(PLANNED, repository)


def test_creates_are_bound_by_their_windows_exactly() -> None:
    """81 creates: one waits for the minute, and then takes its own time."""
    found = bound_s({"issue.create": 81}, STEADY, 0, DOCUMENTED)

    assert pytest.approx(60 + 0.35 + OVERHEAD_S) == found


def test_the_hour_binds_creates_as_users_observed_it() -> None:
    """151 creates: 150 in the first hour."""
    found = bound_s({"issue.create": 151}, STEADY, 0, OBSERVED)

    assert pytest.approx(3600 + 0.35 + OVERHEAD_S) == found


def test_a_mixed_plan_is_bound_by_all_its_work() -> None:
    """20 creates and 20 closes, one after the other."""
    found = bound_s({"issue.create": 20, "issue.close": 20}, STEADY, 0, DOCUMENTED)

    assert pytest.approx(20 * 0.35 + 20 * 0.30 + OVERHEAD_S) == found


def test_eight_streams_share_the_work() -> None:
    """A server without windows."""
    found = bound_s({"issue.create": 80}, STEADY, 0, GHES)

    assert pytest.approx(80 * 0.35 / 8 + OVERHEAD_S) == found
