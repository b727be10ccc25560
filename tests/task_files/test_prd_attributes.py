"""Attributes and dependencies in Markdown: what is one, what stays text, and which task a name means."""

from __future__ import annotations

import pytest

from penstock.io.task_files.prd import read_prd
from penstock.model.task import Task


def first(text: str) -> Task:
    return read_prd(text, "plan.md").tasks[0]


def needs(written: str) -> tuple[str, ...]:
    """What the last item of a document depends on."""
    above = "- [ ] T01 One\n- [ ] T02 Build, ship and sell\n- [ ] [AB-7] Three\n- [ ] 2.1 Four\n- [ ] Sign in\n"
    return read_prd(f"# D\n{above}\n## Epic 2: Bills\n- [ ] last {written}\n", "plan.md").tasks[-1].depends_on


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("(depends on T01)", ("T01",)),
        ("(Depends on: T01, AB-7 and 2.1)", ("T01", "AB-7", "2.1")),
        ("(blocked by t01; depends on [AB-7], `2.1`)", ("T01", "AB-7", "2.1")),
        ('(depends on "Build, ship and sell", Sign in)', ("T02", "sign-in")),
        ("(depends on Build, ship and sell)", ("T02",)),
        ("(depends on one and sign-in)", ("T01", "sign-in")),
        ("(depends on T01 - the first, T02: the second)", ("T01", "T02")),
        ("(depends on Epic 2)", ("epic-2-bills",)),
        ("(depends on T99, XYZ-1)", ("T99", "XYZ-1")),
        ('(depends on "some-key")', ("some-key",)),
        ("(depends on Redis)", ()),
        ("\n  Depends on: T01", ("T01",)),
        ("\n  **Depends on:** T01, T02.", ("T01", "T02")),
        ("\n  - Blocked by T01 and T02", ("T01", "T02")),
        ("\n\n  Text.\n  Dependencies: T01\n  More.", ("T01",)),
        ("\n  - Dependencies: Redis 7, Node18", ()),
        ("\n\n  Depends on T01 being there", ()),
        ("\n\n  > Depends on: T01", ()),
        ("\n\n  ```\n  Depends on: T01\n  ```", ()),
        ("\n\n  Acceptance criteria:\n  - Depends on: T01", ()),
    ],
)
def test_dependencies(written: str, expected: tuple[str, ...]) -> None:
    """Ids, keys, titles and numbers of epics in lists as people write them; a list that names no task is text."""
    assert expected == needs(written)


@pytest.mark.parametrize(
    "lines",
    [
        "- [ ] a (labels: api, `p1`; priority: HIGH; assignees: @mona, hubot; milestone: Next; type: Bug)",
        "- [ ] a (priority: high, labels: api, p1, assignee: mona, hubot) (type: Bug; milestone: Next).",
        "- [ ] a\n  Labels: api, p1\n  **Priority:** High\n  _Assignee_: mona, hubot\n  Type: Bug\n  Milestone: Next",
        (
            "- [ ] a\n  - Label: api\n  - Label: p1\n"
            "  - Type: Bug\n\n  Owner: @mona,@hubot\n  Priority: high\n  Milestone: Next"
        ),
        "# a\nLabels: api; p1\nOwner: @mona; @hubot\n\nPriority: high\n\n- Type: Bug\n\n* Milestone: Next\n\n- [ ] b",
    ],
)
def test_the_ways_to_write_attributes(lines: str) -> None:
    """Behind the title, on lines, in bullets: the same task comes out, and nothing of them is left as text."""
    task = first(lines)
    assert ("a", ("api", "p1", "priority: high"), ("mona", "hubot"), "Next", "Bug", "") == (
        task.title,
        task.labels,
        task.assignees,
        task.milestone,
        task.issue_type,
        task.body,
    )


@pytest.mark.parametrize(
    ("status", "box", "expected"),
    [
        ("done", " ", ("completed", ())),
        ("In Progress", " ", ("open", ("status: in-progress",))),
        ("canceled", " ", ("not_planned", ())),
        ("deferred", " ", ("open", ("deferred",))),
        ("in-progress", "x", ("completed", ())),
    ],
)
def test_a_status_uses_taskmasters_words(status: str, box: str, expected: tuple[str, tuple[str, ...]]) -> None:
    """A box that is ticked says more."""
    task = first(f"- [{box}] a (status: {status})")
    assert expected == (task.state, task.labels)


@pytest.mark.parametrize(
    "line",
    [
        "Status: we wait for the lawyers",
        "Status: draft",
        "Owner: Platform",
        "Owner: Jane Doe",
        "Assignee: Jane Doe",
        "Priority: whatever the board says",
        "Type: all of those that we spoke about",
        "Labels: " + "x" * 51,
        "Priority:",
        "The priority: high",
    ],
)
def test_what_does_not_fit_stays_text(line: str) -> None:
    """Prose that begins like an attribute is not eaten."""
    assert line == first(f"- [ ] a\n\n  {line}").body


def test_an_estimate_is_text_that_is_found() -> None:
    """GitHub has no field for it, so it stands in the body, wherever it was written."""
    assert "Estimate: 3d\n\nText." == first("- [ ] a (estimate: 3d)\n\n  Text.").body
    assert "Text.\n**Effort:** 2 weeks" == first("- [ ] a\n\n  Text.\n  **Effort:** 2 weeks").body


def test_front_matter_holds_for_all_and_tasks_may_say_otherwise() -> None:
    """Labels add up, milestone and type give way."""
    front = "---\nlabels: kitchen, winter\nmilestone: A\ntype: Task\n---\n"
    found = read_prd(front + "- [ ] a (milestone: B; type: Bug; labels: x)\n- [ ] b", "plan.md").tasks
    assert [("kitchen", "winter", "x"), ("kitchen", "winter")] == [task.labels for task in found]
    assert [("B", "Bug"), ("A", "Task")] == [(task.milestone, task.issue_type) for task in found]


def test_fields_of_other_tools_become_text() -> None:
    """Whatever front matter says is kept: lists and blocks on one line each, where they stood."""
    text = "---\ntask_id: D\nauthors: [Ann, Bob]\nreview:\n  by: Cy\n  on: 2026-01-01\nempty:\n---\n# Doc\n"
    task = first(text)
    assert "**authors:** Ann, Bob\n**review:** by: Cy, on: 2026-01-01\n**empty:**" == task.body
    assert [(3, 3), (4, 6), (7, 7)] == [(one.first, one.last) for one in read_prd(text, "plan.md").prose]


def test_a_title_in_front_matter_wins() -> None:
    """The heading is then the first line of the body, unless it says the same."""
    assert ("Short", "# Long name\n\nText.") == (
        (task := first("---\ntitle: Short\n---\n# Long name\n\nText.\n\n- [ ] a")).title,
        task.body,
    )
    assert "" == first("---\ntitle: Same\n---\n# Same\n- [ ] a").body


def test_a_document_without_tasks_is_one_when_it_is_called_so() -> None:
    """One PRD, one issue: with an id or a title in front matter, or an id in the heading."""
    assert ["D-1"] == [task.key for task in read_prd("---\ntask_id: D-1\n---\nText.", "plan.md").tasks]
    assert ["D-1"] == [task.key for task in read_prd("# D-1: Text", "plan.md").tasks]


@pytest.mark.parametrize(
    ("title", "priority"),
    [("a\n  **Priority:** 🔴 High", "high"), ("a (priority: 🟡 medium)", "medium"), ("a\n  Priority: `P1`", "p1")],
)
def test_signs_around_a_priority_do_not_count(title: str, priority: str) -> None:
    """Colours are for the eye; the label is the word."""
    assert (f"priority: {priority}",) == first(f"- [ ] {title}\n").labels


@pytest.mark.parametrize(
    "group",
    [
        "(depends on T01; priority: high;\n  labels: test)",
        "(depends on T01;\n  priority: high;\n  labels: test)",
        "(labels: test;\n  depends on T01)\n  Priority: high",
        "(labels: test) (depends on\n  T01; priority:\n  high)",
    ],
)
def test_a_group_may_wrap_before_any_of_its_attributes(group: str) -> None:
    """A line inside brackets is no attribute of its own, whatever it begins with."""
    task = read_prd(f"- [ ] T01 One\n- [ ] T02 Two {group}\n", "plan.md").tasks[1]
    assert ("Two", ("T01",), {"test", "priority: high"}) == (task.title, task.depends_on, set(task.labels))


def test_a_bracket_that_is_never_closed_hides_no_attribute() -> None:
    """A smiley in a title is no bracket around the lines that follow."""
    task = first("- [ ] Mend the build :(\n  Labels: api\n")
    assert ("Mend the build :(", ("api",)) == (task.title, task.labels)
