"""What is said before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.core.planning import REPOSITORY, graph, issue, named, observed, task

from penstock.core.preflight import check
from penstock.github.limits import CAPS
from penstock.model.observed import Observation
from penstock.model.plan import Finding
from penstock.model.task import Task, TaskGraph


def findings(*tasks: Task, seen: Observation | None = None, **options: Any) -> tuple[Finding, ...]:
    """What the preflight finds for these tasks, in an empty repository unless another is given."""
    return check(graph(*tasks), seen or observed(), CAPS, **options)


def family(children: int) -> tuple[Task, ...]:
    """A parent and its children."""
    return (task("p", line=1), *(task(f"p.{number}", parent="p") for number in range(children)))


def chain(levels: int) -> tuple[Task, ...]:
    """Each task below the one before."""
    return tuple(task(str(level), parent=str(level - 1) if level else None, line=level + 1) for level in range(levels))


def crowd(count: int) -> tuple[Task, ...]:
    """One task that waits for all others."""
    return (
        *(task(str(number)) for number in range(count)),
        task("x", depends_on=tuple(str(number) for number in range(count)), line=9),
    )


def hub(count: int) -> tuple[Task, ...]:
    """One task that all others wait for."""
    return (task("x", line=9), *(task(str(number), depends_on=("x",)) for number in range(count)))


def labelled(labels: tuple[str, ...]) -> TaskGraph:
    return graph(task("1", labels=labels, line=2))


CAPPED: list[tuple[tuple[Task, ...], tuple[Task, ...], str, int]] = [
    (family(100), family(101), "p has 101 sub-issues, closed ones included, GitHub takes 100", 1),
    (chain(8), chain(12), "8 stands 9 levels deep, GitHub takes 8", 9),
    (crowd(50), crowd(51), "x waits for 51 tasks, GitHub takes 50", 9),
    (hub(50), hub(51), "x blocks 51 tasks, GitHub takes 50", 9),
    (
        (task("1", "t" * 256),),
        (task("1", "t" * 257, line=2),),
        "title of 1 has 257 characters, GitHub takes 256",
        2,
    ),
    (
        (task("1", body="b" * 65_321),),
        (task("1", body="b" * 65_322, line=2),),
        "body of 1 comes to 65,537 characters with its marker, GitHub takes 65,536",
        2,
    ),
]


@pytest.mark.parametrize(("fits", "too_much", "message", "line"), CAPPED)
def test_caps_hold_exactly(fits: tuple[Task, ...], too_much: tuple[Task, ...], message: str, line: int) -> None:
    """What GitHub takes passes; one more is an error with a line and a way out."""
    assert () == findings(*fits)
    (finding,) = findings(*too_much)
    assert ("error", message, line) == (finding.level, finding.message, finding.line)
    assert finding.hint


def test_too_many_children_are_told_how_to_split() -> None:
    """As many groups as are needed."""
    assert "put 3 tasks below it and hang up to 100 of its sub-tasks under each" == findings(*family(201))[0].hint


def test_children_that_are_there_count_too() -> None:
    """Closed ones and those whose task is gone hang there still; those that move away or are pruned do not."""
    parent = issue(1, "p")
    gone = issue(2, "gone", parent=1, state="completed")
    freed = issue(3, "free", parent=1)
    tasks = (*family(99), task("free"))

    def levels(*there: Any, prune: bool = False) -> list[str]:
        return [finding.level for finding in findings(*tasks, seen=observed(parent, *there), prune=prune)]

    assert [] == levels(gone)
    assert [] == levels(freed)
    assert ["error"] == levels(gone, freed)
    assert [] == levels(gone, freed, prune=True)
    assert [] == levels(gone, issue(4, "p.1", parent=1))
    assert ["error", "warning"] == levels(gone, issue(4, "p.1", parent=1), issue(5, "p.1", parent=1))


def test_human_text_counts_against_the_body() -> None:
    """What people wrote around the region stays, and takes room."""
    there = issue(1, "1", region="old")
    seen = observed(replace(there, body="old" + "h" * 60_000))

    assert ["error"] == [finding.level for finding in findings(task("1", body="b" * 6_000), seen=seen)]
    assert [] == [finding.level for finding in findings(task("1", body="b" * 5_000), seen=seen)]


def test_label_caps() -> None:
    """Names have at most 50 characters, an issue at most 100 labels."""
    many = tuple(f"l{number}" for number in range(101))
    seen = observed(names=named("x" * 51, *many))

    long_name = check(labelled(("x" * 51,)), seen, CAPS)
    assert ["error"] == [finding.level for finding in long_name]
    assert long_name[0].message.endswith("of 1 has 51 characters, GitHub takes 50")
    assert ["1 has 101 labels, GitHub takes 100"] == [one.message for one in check(labelled(many), seen, CAPS)]
    assert () == check(labelled(("x" * 51, *many)), seen, CAPS, without_labels=True)


def test_new_names_are_announced() -> None:
    """A label or milestone that will be created is a warning, each name once."""
    tasks = (
        task("1", labels=("KNOWN", "New"), milestone="M1", line=1),
        task("2", labels=("new", "other"), milestone="M2", line=2),
    )

    found = findings(*tasks, seen=observed(names=named("Known", milestones=("M2",))))

    assert [
        ("warning", "2 labels will be created: New, other", 1),
        ("warning", "1 milestone will be created: M1", 1),
    ] == [(finding.level, finding.message, finding.line) for finding in found]


def test_many_names_are_counted() -> None:
    """A sentence stays readable."""
    (found,) = findings(task("1", labels=tuple("abcdefg")))

    assert "7 labels will be created: a, b, c, d, e and 2 more" == found.message


def test_unknown_people_and_types_are_errors() -> None:
    """With the name that was meant, where one is close."""
    tasks = (
        task("1", assignees=("anne", "zoe"), issue_type="Bgu", line=4),
        task("2", assignees=("Ann",), issue_type="bug"),
    )

    found = findings(*tasks, seen=observed(names=named(users=("ann", "bob"), types=("Bug",))))

    assert [
        ("error", "anne cannot be assigned in octo/widgets", "did you mean ann?", 4),
        ("error", "zoe cannot be assigned in octo/widgets", "invite the account to the repository, or take it out", 4),
        ("error", "issue type Bgu does not exist in octo/widgets", "did you mean Bug?", 4),
    ] == [(one.level, one.message, one.hint, one.line) for one in found]


def test_what_stands_already_is_no_error() -> None:
    """An assignee or type that the issue has need not be set."""
    seen = observed(issue(1, "1", assignees=("Gone",), issue_type="Old"))

    assert () == findings(task("1", assignees=("gone",), issue_type="old"), seen=seen)
    copies = observed(issue(9, "1"), *seen.issues)
    assert ["warning"] == [one.level for one in findings(task("1", assignees=("gone",)), seen=copies)]


def test_a_repository_that_takes_no_issues() -> None:
    """Archived, or issues switched off."""
    seen = observed(repository=replace(REPOSITORY, archived=True, has_issues=False))

    assert ["octo/widgets is archived", "octo/widgets has issues switched off"] == [
        finding.message for finding in findings(task("1"), seen=seen)
    ]


def test_fields_that_github_would_drop_need_the_right() -> None:
    """Labels can be left out with an option, the rest by editing the plan."""
    tasks = (
        task("1", labels=("a",), assignees=("ann",), line=1),
        task("2", milestone="M1", issue_type="Bug", line=2),
        task("3", parent="1", line=3),
    )
    known = named("a", milestones=("M1",), users=("ann",), types=("Bug",))

    def lines(permission: str, **options: Any) -> list[tuple[str, int]]:
        seen = observed(names=known, repository=replace(REPOSITORY, permission=permission))
        return [(one.message.partition("setting ")[2], one.line) for one in findings(*tasks, seen=seen, **options)]

    fields = [("assignees needs write", 1), ("milestones needs write", 2), ("issue types needs write", 2)]
    assert [] == lines("write")
    assert sorted([("labels needs write", 1), *fields]) == sorted(lines("triage"))
    assert sorted(fields) == sorted(lines("triage", without_labels=True))
    assert ("sub-issues and dependencies needs triage", 3) in lines("read")


@pytest.mark.parametrize(("shared", "expected"), [(1, []), (2, ["confirm"]), (4, ["confirm"])])
def test_another_graph_with_the_same_keys_is_asked_about(shared: int, expected: list[str]) -> None:
    """From half of the tasks on; it may be the same plan under another name."""
    tasks = tuple(task(str(number)) for number in range(4))
    seen = observed(other_graphs={"old": tuple(str(number) for number in range(shared))})

    assert expected == [finding.level for finding in findings(*tasks, seen=seen)]


def test_another_graph_is_not_asked_about_twice() -> None:
    """Once this graph has its own issues, the question is answered."""
    seen = observed(issue(1, "1"), issue(2, "2"), other_graphs={"old": ("1", "2")})

    assert () == findings(task("1"), task("2"), seen=seen)


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, ["warning"]), (2, ["confirm"])])
def test_markers_of_other_authors_are_told(count: int, expected: list[str]) -> None:
    """They are left alone; from half of the tasks on it is a question."""
    tasks = tuple(task(str(number)) for number in range(4))
    seen = observed(untrusted={number + 7: "mallory" for number in range(count)})

    found = findings(*tasks, seen=seen)

    assert expected == [finding.level for finding in found]
    assert all("mallory: #7" in finding.message for finding in found)


def test_several_issues_of_a_task_are_told() -> None:
    """With the numbers, and which one is kept."""
    (found,) = findings(task("1", line=5), seen=observed(issue(9, "1"), issue(5, "1")))

    assert ("warning", "1 has 2 issues: #5, #9", 5) == (found.level, found.message, found.line)
    assert "#5 is kept as planned; close or delete #9" == found.hint


def test_text_in_the_region_is_not_overwritten_unasked() -> None:
    """A person who edits Penstock's part is asked about, unless the plan says the same now."""
    edited = replace(issue(5, "1", region="planned"), region="edited")

    assert ["confirm"] == [one.level for one in findings(task("1", body="planned"), seen=observed(edited))]
    assert [] == [one.level for one in findings(task("1", body="edited"), seen=observed(edited))]
    untouched = observed(issue(5, "1", region="planned"))
    assert [] == [one.level for one in findings(task("1", body="new"), seen=untouched)]


def test_errors_come_first_then_questions() -> None:
    """Inside a level, in the order of the file; each with a hint."""
    found = findings(
        task("1", labels=("new",), line=1),
        task("2", "t" * 300, line=2),
        task("3", "t" * 300, parent="1", line=3),
        seen=observed(issue(8, "3", parent=99)),
    )

    assert [("error", 2), ("error", 3), ("confirm", 3), ("warning", 1)] == [(one.level, one.line) for one in found]
    assert all(finding.hint for finding in found)
