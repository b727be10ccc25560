"""
What differs between a task and its issue, said once: the planner, the audit and the stale check all ask here.

GitHub's own habits are not differences: line ends, outer blank lines, the case of labels, logins and types. Neither
is what people may do: further labels and assignees, closing an open task, closing for another reason, milestones
and types the plan does not mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from penstock.base.canonical import digest
from penstock.model.observed import Names, ObservedIssue
from penstock.model.task import Task, TaskState

_Labels = tuple[str, ...]

CLOSED = frozenset({"completed", "not_planned", "duplicate"})
"""States of an issue that is closed."""


class Standing(msgspec.Struct, frozen=True):
    """
    The issues of a graph by task and by number.

    Attributes:
        issues: Task key → its issue; of several, the one with the smallest number.
        numbers: Issue number → issue, duplicates included.
        duplicates: Task key → all numbers, where there are several.
    """

    issues: Mapping[str, ObservedIssue]
    numbers: Mapping[int, ObservedIssue]
    duplicates: Mapping[str, tuple[int, ...]]


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """
    What must be written so that an issue is as its task says; None and empty where nothing must.

    Attributes:
        title, region, state, milestone, issue_type: New values.
        assignees: The full list to set: those found and those wanted.
        labels_add: Wanted and absent.
        labels_remove: Put there by Penstock, no longer wanted, still there.
        marker_labels: The labels Penstock answers for once all this is done.
        marker_differs: The marker says something else about key, labels or state than it must afterwards.
    """

    title: str | None = None
    region: str | None = None
    state: TaskState | None = None
    assignees: tuple[str, ...] | None = None
    milestone: str | None = None
    issue_type: str | None = None
    labels_add: tuple[str, ...] = ()
    labels_remove: tuple[str, ...] = ()
    marker_labels: tuple[str, ...] = ()
    marker_differs: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields in which a person would see a difference."""
        labels = self.labels_add or self.labels_remove or None
        named = {
            "title": self.title,
            "body": self.region,
            "labels": labels,
            "state": self.state,
            "assignees": self.assignees,
            "milestone": self.milestone,
            "type": self.issue_type,
        }
        return tuple(name for name, value in named.items() if value is not None)


def standing(issues: Iterable[ObservedIssue]) -> Standing:
    """Sort issues of one graph by task."""
    first: dict[str, ObservedIssue] = {}
    numbers: dict[int, ObservedIssue] = {}
    copies: dict[str, tuple[int, ...]] = {}
    for issue in sorted(issues, key=lambda issue: issue.number):
        key = issue.marker.key
        numbers[issue.number] = issue
        if first.setdefault(key, issue) is not issue:
            copies[key] = (*copies.get(key, (first[key].number,)), issue.number)
    return Standing(issues=first, numbers=numbers, duplicates=copies)


def delta(
    task: Task,
    issue: ObservedIssue,
    *,
    native_links: bool = True,
    renamed: bool = False,
    without_labels: bool = False,
) -> Delta:
    """
    Compare a task with its issue, links aside.

    Args:
        native_links: The server has links of its own: none shall stand in the text.
        renamed: The marker still says the key that the task had.
        without_labels: Leave labels alone, those of the marker too.
    """
    kept: tuple[_Labels, _Labels, _Labels] = ((), (), issue.marker.labels)
    add, remove, owned = kept if without_labels else _labels(task, issue)
    same_text = issue.region is not None and text(task.body) == text(issue.region)
    same_text = same_text and not (native_links and issue.links_in_text)
    return Delta(
        title=task.title if task.title.strip() != issue.title.strip() else None,
        region=None if same_text else task.body,
        state=_state(task, issue),
        assignees=_assignees(task, issue),
        milestone=task.milestone if task.milestone and task.milestone != issue.milestone else None,
        issue_type=_issue_type(task, issue),
        labels_add=add,
        labels_remove=remove,
        marker_labels=owned,
        marker_differs=renamed or issue.marker.state != task.state or _names(owned) != _names(issue.marker.labels),
    )


def text(value: str) -> str:
    """The part of a text that counts: line ends and outer blank lines do not survive a round trip."""
    return value.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n").rstrip()


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Names in order, each once; GitHub compares them without case."""
    return tuple({name.lower(): name for name in reversed(tuple(names))}.values())[::-1]


def parent_differs(task: Task, issue: ObservedIssue, found: Standing) -> bool:
    """
    Whether the issue hangs below another issue than the task says.

    A parent outside the graph is a person's, and differs only where the task wants one itself.
    """
    if task.parent is None:
        return issue.parent in found.numbers
    parent = found.issues.get(task.parent)
    return parent is None or parent.number != issue.parent


def blockers_missing(task: Task, issue: ObservedIssue, found: Standing) -> tuple[str, ...]:
    """Keys of the tasks whose issue should block this one and does not (or does not exist)."""
    if not task.depends_on:
        return ()
    there = set(issue.blocked_by)
    return tuple(
        key for key in task.depends_on if (blocker := found.issues.get(key)) is None or blocker.number not in there
    )


def blockers_stale(task: Task, issue: ObservedIssue, found: Standing) -> tuple[ObservedIssue, ...]:
    """Issues of the graph that block this one although the task does not say so."""
    if not issue.blocked_by:
        return ()
    wanted = set(task.depends_on)
    own = [found.numbers[number] for number in issue.blocked_by if number in found.numbers]
    return tuple(blocker for blocker in own if blocker.marker.key not in wanted)


def issue_digest(issue: ObservedIssue) -> str:
    """Everything of an issue that a plan reads; two reads of an untouched issue give the same."""
    marker = issue.marker
    return digest(
        [
            *(issue.number, issue.node_id, issue.title, issue.body, issue.state),
            *(sorted(_names(issue.labels)), sorted(_names(issue.assignees))),
            *(issue.milestone, issue.issue_type, issue.parent, sorted(issue.blocked_by)),
            *(marker.key, marker.op, marker.run),
        ]
    )


def name_digest(name: str, names: Names) -> str:
    """
    What a name of a plan means in the repository; empty when it means nothing.

    Args:
        name: `label:NAME` or `milestone:TITLE`, as in `Plan.named`.
    """
    sort, _, title = name.partition(":")
    meaning = names.labels.get(title.lower()) if sort == "label" else names.milestones.get(title)
    return digest(list(meaning)) if meaning else ""


def _names(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _labels(task: Task, issue: ObservedIssue) -> tuple[_Labels, _Labels, _Labels]:
    """Labels to add, to remove, and to answer for. A label that a person added is never Penstock's."""
    if not task.labels and not issue.marker.labels:
        return (), (), ()
    wanted = distinct(task.labels)
    there, owned = _names(issue.labels), _names(issue.marker.labels)
    add = tuple(label for label in wanted if label.lower() not in there)
    unwanted = owned - _names(wanted)
    remove = tuple(label for label in issue.labels if label.lower() in unwanted)
    return add, remove, tuple(label for label in wanted if label.lower() in owned or label.lower() not in there)


def _state(task: Task, issue: ObservedIssue) -> TaskState | None:
    """The state to set. People may close what the plan has open, and choose the reason; all else is the plan's."""
    if task.state == issue.state:
        return None
    if issue.state not in CLOSED:
        return task.state
    closed_by_plan = issue.marker.state == issue.state
    if task.state == "open":
        return "open" if issue.marker.state != "open" else None
    return task.state if closed_by_plan else None


def _assignees(task: Task, issue: ObservedIssue) -> tuple[str, ...] | None:
    there = _names(issue.assignees)
    missing = [login for login in distinct(task.assignees) if login.lower() not in there]
    return (*issue.assignees, *missing) if missing else None


def _issue_type(task: Task, issue: ObservedIssue) -> str | None:
    if task.issue_type and task.issue_type.lower() != issue.issue_type.lower():
        return task.issue_type
    return None
