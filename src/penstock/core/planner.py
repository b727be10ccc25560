"""
From what is wanted and what was read to the fewest writes between them.

A plan is written in one pass over the tasks per section: labels, milestones, creates, updates, closes, links. Whatever
an operation needs stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from penstock.base.canonical import sha256_hex
from penstock.core import compare, links, preflight
from penstock.core.compare import Delta, Standing
from penstock.core.creation import creation_order
from penstock.core.draft import Draft, ops_of
from penstock.core.preflight import Caps
from penstock.core.renames import exchanged, find_renames, questions, renamed
from penstock.core.text_links import TextLinking, are_written, refs_of, written
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.operation import (
    IssueClose,
    IssueCreate,
    IssueUpdate,
    LabelCreate,
    LabelsAdd,
    LabelsRemove,
    MilestoneCreate,
    Payload,
    Ref,
    TextLinks,
)
from penstock.model.plan import Plan, Unchanged
from penstock.model.task import Task, TaskGraph

Renames = Literal["ask", "accept", "refuse"]
"""Whether tasks that look renamed keep their issues; `ask` makes it an error of the plan."""

_COLORS = ("0e8a16", "1d76db", "5319e7", "b60205", "d93f0b", "fbca04", "006b75", "0052cc", "c2e0c6", "bfdadc", "c5def5")
"""From the palette GitHub offers for new labels: readable on both themes."""


def make_plan(
    graph: TaskGraph,
    seen: Observation,
    *,
    now: float,
    host: str,
    caps: Caps,
    prune: bool = False,
    without_labels: bool = False,
    renames: Renames = "ask",
) -> Plan:
    """
    Plan what makes a repository match a graph.

    Args:
        graph: What is wanted; a parent stands before its children.
        seen: One whole read of the repository.
        now: Epoch seconds.
        host: API root that was read.
        caps: What one issue may hold.
        prune: Also close issues whose task is gone, and take away links that are no longer wanted.
        without_labels: Leave labels alone.
        renames: What becomes of issues whose task looks renamed.

    Returns:
        The plan. It must not be applied when one of its findings is an error.
    """
    basis = {issue.number: compare.issue_digest(issue) for issue in seen.issues}
    pairs = find_renames(graph, compare.standing(seen.issues)) if renames != "refuse" else ()
    asked = questions(pairs) if renames == "ask" else ()
    accepted = pairs if renames == "accept" else ()
    seen = renamed(seen, accepted)
    findings = preflight.check(graph, seen, caps, host=host, prune=prune, without_labels=without_labels)
    if without_labels:
        graph = _without_labels(graph)
    found = compare.standing(seen.issues)
    extra = _extra(graph, found)
    draft = Draft(graph, seen, found)
    writer = _Writer(draft, frozenset(pair.key for pair in accepted), prune=prune)
    writer.write(extra if prune else (), without_labels=without_labels)
    return Plan(
        desired=graph,
        created_at=now,
        host=host,
        transport=seen.transport,
        repository=seen.repository,
        account=seen.account,
        names=seen.names,
        high_water=seen.high_water,
        operations=tuple(draft.operations),
        unchanged=tuple(writer.unchanged()),
        extra=tuple(issue.number for issue in extra),
        renames=accepted,
        basis=basis,
        named={name: compare.name_digest(name, seen.names) for name in _named(graph)},
        findings=(*asked, *exchanged(graph, found), *findings),
        notes=tuple(writer.notes()),
    )


def _without_labels(graph: TaskGraph) -> TaskGraph:
    tasks = tuple(msgspec.structs.replace(task, labels=()) for task in graph.tasks)
    return msgspec.structs.replace(graph, tasks=tasks)


def _extra(graph: TaskGraph, found: Standing) -> list[ObservedIssue]:
    """Issues whose task is gone and that are still open."""
    keys = {task.key for task in graph.tasks}
    return [issue for key, issue in found.issues.items() if key not in keys and issue.state not in compare.CLOSED]


def _named(graph: TaskGraph) -> Iterator[str]:
    """Labels and milestones of the graph, in the form of `Plan.named`."""
    for label in compare.distinct(label for task in graph.tasks for label in task.labels):
        yield f"label:{label}"
    for title in dict.fromkeys(task.milestone for task in graph.tasks if task.milestone):
        yield f"milestone:{title}"


def label_color(name: str) -> str:
    """Six hexadecimal digits: the same for labels of one family, as in `area: docs` and `area: tests`."""
    family = name.lower().replace("/", ":").partition(":")[0].strip()
    return _COLORS[int(sha256_hex(family.encode())[:8], 16) % len(_COLORS)]


class _Writer:
    """
    Writes the sections of a plan.

    Args:
        renamed: Keys of the tasks whose issue has another key so far.
        prune: Also take away what is no longer wanted.
    """

    def __init__(self, draft: Draft, renamed: frozenset[str], *, prune: bool) -> None:
        self._draft = draft
        self._graph, self._seen, self._found = draft.graph, draft.seen, draft.found
        self._renamed = renamed
        self._prune = prune
        self._text = None if draft.seen.native_links else TextLinking(draft, prune=prune)
        self._rides = draft.seen.native_links and draft.seen.transport == "graphql"
        self._labels: dict[str, int] = {}
        self._milestones: dict[str, int] = {}
        self._closing: list[Task] = []
        self._left_closed = 0
        self._left_linked = 0

    def write(self, extra: Iterable[ObservedIssue], *, without_labels: bool) -> None:
        """
        All sections.

        Args:
            extra: Issues to close because their task is gone.
            without_labels: Leave labels alone.
        """
        self._define_labels()
        self._define_milestones()
        self._create_issues()
        self._update_issues(without_labels)
        self._close_extra(extra)
        self._close_done()
        if self._text is None:
            self._left_linked += links.link_parents(self._draft, prune=self._prune, riding=self._rides)
            self._left_linked += links.link_blockers(self._draft, prune=self._prune)
        else:
            self._left_linked += self._text.left

    def _define_labels(self) -> None:
        """Labels that the repository does not have."""
        for label in compare.distinct(label for task in self._graph.tasks for label in task.labels):
            if label.lower() not in self._seen.names.labels:
                payload = LabelCreate(name=label, color=label_color(label))
                self._labels[label.lower()] = self._draft.add("", payload, qualifier=label)

    def _define_milestones(self) -> None:
        """Milestones that the repository does not have."""
        for title in dict.fromkeys(task.milestone for task in self._graph.tasks if task.milestone):
            if title not in self._seen.names.milestones:
                self._milestones[title] = self._draft.add("", MilestoneCreate(title=title), qualifier=title)

    def _create_issues(self) -> None:
        """Tasks without an issue, with all that can ride on a create; what could not ride follows in an update."""
        new = [task for task in self._graph.tasks if task.key not in self._found.issues]
        if self._text is None:
            for task in self._by_level(new):
                self._create(task, TextLinks())
            return
        partial = []
        for task in creation_order(new):
            known = all(key in self._draft.refs for key in task.depends_on)
            self._create(task, self._text.of_new(task), closing=known)
            if not known:
                partial.append(task)
        for task in partial:
            self._complete(task, self._text.of_new(task))

    def _by_level(self, tasks: Sequence[Task]) -> Iterator[Task]:
        """The topmost first."""
        level_of: dict[str, int] = {}
        for task in self._graph.tasks:
            level_of[task.key] = level_of[task.parent] + 1 if task.parent else 0
        yield from sorted(tasks, key=lambda task: level_of[task.key])

    def _create(self, task: Task, text_links: TextLinks, *, closing: bool = True) -> None:
        parent = self._draft.refs[task.parent] if task.parent and self._rides else None
        labels = compare.distinct(task.labels)
        payload = IssueCreate(
            title=task.title,
            region=task.body,
            links=text_links,
            labels=labels,
            assignees=compare.distinct(task.assignees),
            milestone=task.milestone or "",
            issue_type=task.issue_type or "",
            parent=parent,
            set_state=task.state,
        )
        needs = [*ops_of(parent, *refs_of(text_links)), *self._definitions(labels, task.milestone)]
        conflict = (task.parent or "") if parent else ""
        no = self._draft.add(task.key, payload, needs=needs, conflict=conflict, line=task.line)
        self._draft.refs[task.key] = Ref(op=no)
        if closing and task.state != "open":
            self._closing.append(task)

    def _complete(self, task: Task, text_links: TextLinks) -> None:
        """Name in a new issue those that were created after it; it is closed with the same write."""
        ref = self._draft.refs[task.key]
        payload = IssueUpdate(
            issue=ref,
            region=task.body,
            links=text_links,
            set_labels=compare.distinct(task.labels),
            set_state=task.state,
            state=task.state if task.state != "open" else None,
        )
        self._draft.add(task.key, payload, needs=ops_of(ref, *refs_of(text_links)), line=task.line)

    def _update_issues(self, without_labels: bool) -> None:
        """Issues that differ from their task: one update each, labels aside."""
        for task in self._graph.tasks:
            issue = self._found.issues.get(task.key)
            if issue is not None:
                delta = compare.delta(
                    task,
                    issue,
                    native_links=self._seen.native_links,
                    renamed=task.key in self._renamed,
                    without_labels=without_labels,
                )
                self._update(task, issue, delta)

    def _update(self, task: Task, issue: ObservedIssue, delta: Delta) -> None:
        """
        Labels to remove, the update, labels to add: in this order.

        The marker claims a label before it is put there and lets it go after it is gone. A run that stops in between
        never leaves a label of Penstock's looking like a person's.
        """
        ref = self._draft.refs[task.key]
        self._left_closed += task.state == "open" and issue.state in compare.CLOSED and delta.state is None
        before = [
            self._draft.add(task.key, LabelsRemove(issue=ref, labels=labels), qualifier=qualifier, line=task.line)
            for qualifier, labels in self._per_removal(delta.labels_remove)
        ]
        text_links = self._text.of(task, issue) if self._text else TextLinks()
        relinked = self._text is not None and not are_written(text_links, issue)
        if delta.marker_differs or relinked or set(delta.fields) - {"labels", "state"}:
            payload = _update_payload(task, issue, ref, delta, text_links, relinked=relinked)
            needs = [*before, *self._definitions((), delta.milestone), *ops_of(*refs_of(payload.links))]
            before = [self._draft.add(task.key, payload, needs=needs, line=task.line)]
        elif delta.state is not None:
            self._closing.append(task)
        if delta.labels_add:
            adding = LabelsAdd(issue=ref, labels=delta.labels_add)
            needs = [*before, *self._definitions(delta.labels_add, None)]
            self._draft.add(task.key, adding, needs=needs, line=task.line)

    def _per_removal(self, labels: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Qualifier and labels of each operation: REST takes one label off at a time."""
        if self._seen.transport == "rest":
            return [(label, (label,)) for label in labels]
        return [("", labels)] if labels else []

    def _close_extra(self, extra: Iterable[ObservedIssue]) -> None:
        """Close issues whose task is gone; the marker remembers that it was the plan, for a task that comes back."""
        for issue in extra:
            ref = self._draft.refs[issue.marker.key]
            payload: Payload = IssueClose(issue=ref, reason="not_planned")
            if issue.marker.state != "not_planned":
                payload = IssueUpdate(
                    issue=ref,
                    body_before=issue.body,
                    region=issue.region or "",
                    links=written(issue) if self._text else TextLinks(),
                    set_labels=issue.marker.labels,
                    set_state="not_planned",
                    state="not_planned",
                )
            self._draft.add(issue.marker.key, payload)

    def _close_done(self) -> None:
        """Close what is created now, and what only needs closing."""
        for task in self._closing:
            ref = self._draft.refs[task.key]
            reason: Literal["completed", "not_planned"] = "not_planned" if task.state == "not_planned" else "completed"
            self._draft.add(task.key, IssueClose(issue=ref, reason=reason), needs=ops_of(ref), line=task.line)

    def unchanged(self) -> Iterator[Unchanged]:
        """Tasks whose issue no operation touches."""
        touched = {operation.key for operation in self._draft.operations}
        for task in self._graph.tasks:
            if task.key in self._found.issues and task.key not in touched:
                yield Unchanged(task.key, self._found.issues[task.key].number)

    def notes(self) -> Iterator[str]:
        """What was seen and left as it is."""
        if count := self._left_closed:
            yield (
                "1 issue was closed by people and stays closed"
                if count == 1
                else (f"{count:,} issues were closed by people and stay closed")
            )
        if count := self._left_linked:
            yield f"{count:,} {'link is' if count == 1 else 'links are'} no longer wanted: --prune takes them away"

    def _definitions(self, labels: Iterable[str], milestone: str | None) -> list[int]:
        needs = [self._labels[label.lower()] for label in labels if label.lower() in self._labels]
        if milestone in self._milestones:
            needs.append(self._milestones[milestone])
        return needs


def _update_payload(
    task: Task, issue: ObservedIssue, ref: Ref, delta: Delta, text_links: TextLinks, *, relinked: bool
) -> IssueUpdate:
    """Marker and links are written with the text, so a change of these alone carries the text too."""
    region = task.body if delta.marker_differs or relinked else delta.region
    return IssueUpdate(
        issue=ref,
        body_before=issue.body,
        title=delta.title,
        region=region,
        links=text_links if region is not None else TextLinks(),
        set_labels=delta.marker_labels,
        set_state=task.state,
        state=delta.state,
        assignees=delta.assignees,
        milestone=delta.milestone,
        issue_type=delta.issue_type,
    )
