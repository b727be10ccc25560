"""What an audit calls a difference."""

from __future__ import annotations

from typing import Any

import pytest
from tests.core.planning import graph, issue, observed, task

from penstock.core.audit import audit
from penstock.model.plan import AuditReport, Difference


def test_missing_extra_and_duplicate() -> None:
    """A closed issue of a task that is gone is as it should be."""
    seen = observed(issue(9, "a"), issue(5, "a"), issue(6, "gone"), issue(7, "closed", state="not_planned"))

    report = audit(graph(task("a"), task("b")), seen)

    assert report == AuditReport(
        missing=(Difference("b"),),
        extra=(Difference("gone", (6,)),),
        duplicate=(Difference("a", (5, 9)),),
    )
    assert not report.clean


DIFFERENT: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"title": "New"}, {}, ("title",)),
    ({"body": "New"}, {"region": "Old"}, ("body",)),
    ({"body": "Same"}, {"region": None}, ("body",)),
    ({"labels": ("a",)}, {}, ("labels",)),
    ({}, {"labels": ("a",), "marker_labels": ("a",)}, ("labels",)),
    ({"state": "completed"}, {}, ("state",)),
    ({}, {"state": "completed", "marker_state": "completed"}, ("state",)),
    ({"assignees": ("ann",)}, {}, ("assignees",)),
    ({"milestone": "M1"}, {"milestone": "M2"}, ("milestone",)),
    ({"issue_type": "Bug"}, {}, ("type",)),
    ({"parent": "p"}, {}, ("parent",)),
    ({"parent": "p"}, {"parent": 99}, ("parent",)),
    ({}, {"parent": 1}, ("parent",)),
    ({"depends_on": ("p",)}, {}, ("blocked_by",)),
    ({}, {"blocked_by": (1,)}, ("blocked_by",)),
    ({"title": "New", "parent": "p", "depends_on": ("p",)}, {}, ("title", "parent", "blocked_by")),
]


@pytest.mark.parametrize(("wanted", "there", "fields"), DIFFERENT)
def test_fields_are_named(wanted: dict[str, Any], there: dict[str, Any], fields: tuple[str, ...]) -> None:
    """Each difference says where to look."""
    report = audit(graph(task("p"), task("x", **wanted)), observed(issue(1, "p"), issue(2, "x", **there)))

    assert (Difference("x", (2,), fields),) == report.different


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"state": "completed"}),
    ({}, {"labels": ("mine",)}),
    ({}, {"assignees": ("bob",), "milestone": "M1", "issue_type": "Bug"}),
    ({}, {"parent": 99, "blocked_by": (98,)}),
    ({"state": "completed"}, {"state": "duplicate", "marker_state": "completed"}),
    ({}, {"marker_state": "completed"}),
    ({"body": "a\nb"}, {"region": "a\r\nb\r\n"}),
]


@pytest.mark.parametrize(("wanted", "there"), SAME)
def test_what_people_may_do_is_no_difference(wanted: dict[str, Any], there: dict[str, Any]) -> None:
    """Closing an open task, further labels, fields the plan does not mention, links to other issues."""
    assert audit(graph(task("x", **wanted)), observed(issue(2, "x", **there))).clean


def test_links_that_only_texts_say_count_like_any_others() -> None:
    """A read gives them alike; whoever has none is found."""
    wanted = graph(task("p"), task("x", parent="p", depends_on=("p",)))
    linked = issue(2, "x", parent=1, blocked_by=(1,), links_in_text=True)

    assert audit(wanted, observed(issue(1, "p"), linked, native_links=False)).clean
    (found,) = audit(wanted, observed(issue(1, "p"), issue(2, "x"), native_links=False)).different
    assert ("parent", "blocked_by") == found.fields


def test_links_in_a_text_differ_where_the_server_has_links() -> None:
    """The words are left over from before."""
    wanted = graph(task("p"), task("x", parent="p"))

    (found,) = audit(wanted, observed(issue(1, "p"), issue(2, "x", parent=1, links_in_text=True))).different

    assert ("x", ("body",)) == (found.key, found.fields)
