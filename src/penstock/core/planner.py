"""
From what is wanted and what was read to the fewest writes between them.

A plan is written in one pass over the tasks per section: labels, milestones, creates level by level, updates, closes,
links. Whatever an operation needs stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from penstock.base.canonical import sha256_hex
from penstock.core import compare, preflight
from penstock.core.compare import Delta, Standing
from penstock.core.preflight import Caps
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.operation import (
    BlockedByLink,
    BlockedByUnlink,
    IssueClose,
    IssueCreate,
    IssueUpdate,
    LabelCreate,
    LabelsAdd,
    LabelsRemove,
    MilestoneCreate,
    Operation,
    Payload,
    Ref,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.plan import Plan, Unchanged
from penstock.model.task import Task, TaskGraph

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

    Returns:
        The plan. It must not be applied when one of its findings is an error.
    """
    findings = preflight.check(graph, seen, caps, prune=prune, without_labels=without_labels)
    if without_labels:
        graph = _without_labels(graph)
    found = compare.standing(seen.issues)
    extra = _extra(graph, found)
    draft = _Draft(graph, seen, found)
    draft.define_labels()
    draft.define_milestones()
    draft.create_issues()
    draft.update_issues(without_labels)
    if prune:
        draft.close_extra(extra)
    draft.close_done()
    if seen.native_links:
        draft.link_parents(prune)
        draft.link_blockers(prune)
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
        unchanged=tuple(draft.unchanged()),
        extra=tuple(issue.number for issue in extra),
        basis={issue.number: compare.issue_digest(issue) for issue in seen.issues},
        named={name: compare.name_digest(name, seen.names) for name in _named(graph)},
        findings=findings,
        notes=tuple(draft.notes()),
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


class _Draft:
    """A plan while it is written: the operations so far, and which of them stand for what."""

    def __init__(self, graph: TaskGraph, seen: Observation, found: Standing) -> None:
        self.operations: list[Operation] = []
        self._graph = graph
        self._seen = seen
        self._found = found
        self._rides = seen.native_links and seen.transport == "graphql"
        self._labels: dict[str, int] = {}
        self._milestones: dict[str, int] = {}
        self._refs = {key: _ref(issue) for key, issue in found.issues.items()}
        self._closing: list[Task] = []
        self._left_closed = 0
        self._left_linked = 0

    def define_labels(self) -> None:
        """Labels that the repository does not have."""
        for label in compare.distinct(label for task in self._graph.tasks for label in task.labels):
            if label.lower() not in self._seen.names.labels:
                payload = LabelCreate(name=label, color=label_color(label))
                self._labels[label.lower()] = self._add("", payload, qualifier=label)

    def define_milestones(self) -> None:
        """Milestones that the repository does not have."""
        for title in dict.fromkeys(task.milestone for task in self._graph.tasks if task.milestone):
            if title not in self._seen.names.milestones:
                self._milestones[title] = self._add("", MilestoneCreate(title=title), qualifier=title)

    def create_issues(self) -> None:
        """Tasks without an issue, level by level: with all that can ride on a create."""
        levels: list[list[Task]] = []
        level_of: dict[str, int] = {}
        for task in self._graph.tasks:
            level = level_of[task.key] = level_of[task.parent] + 1 if task.parent else 0
            if level == len(levels):
                levels.append([])
            levels[level].append(task)
        for level_tasks in levels:
            for task in level_tasks:
                if task.key not in self._found.issues:
                    self._create(task)

    def _create(self, task: Task) -> None:
        parent = self._refs[task.parent] if task.parent and self._rides else None
        labels = compare.distinct(task.labels)
        payload = IssueCreate(
            title=task.title,
            region=task.body,
            labels=labels,
            assignees=compare.distinct(task.assignees),
            milestone=task.milestone or "",
            issue_type=task.issue_type or "",
            parent=parent,
            set_state=task.state,
        )
        needs = [*_ops(parent), *self._definitions(labels, task.milestone)]
        conflict = (task.parent or "") if parent else ""
        self._refs[task.key] = Ref(op=self._add(task.key, payload, needs=needs, conflict=conflict, line=task.line))
        if task.state != "open":
            self._closing.append(task)

    def update_issues(self, without_labels: bool) -> None:
        """Issues that differ from their task: one update each, labels aside."""
        for task in self._graph.tasks:
            issue = self._found.issues.get(task.key)
            if issue is not None:
                self._update(task, issue, compare.delta(task, issue, without_labels=without_labels))

    def _update(self, task: Task, issue: ObservedIssue, delta: Delta) -> None:
        """
        Labels to remove, the update, labels to add: in this order.

        The marker claims a label before it is put there and lets it go after it is gone. A run that stops in between
        never leaves a label of Penstock's looking like a person's.
        """
        ref = self._refs[task.key]
        self._left_closed += task.state == "open" and issue.state in compare.CLOSED and delta.state is None
        before = [
            self._add(task.key, LabelsRemove(issue=ref, labels=labels), qualifier=qualifier, line=task.line)
            for qualifier, labels in self._per_removal(delta.labels_remove)
        ]
        if delta.marker_differs or set(delta.fields) - {"labels", "state"}:
            needs = [*before, *self._definitions((), delta.milestone)]
            before = [self._add(task.key, _update_payload(task, issue, ref, delta), needs=needs, line=task.line)]
        elif delta.state is not None:
            self._closing.append(task)
        if delta.labels_add:
            payload = LabelsAdd(issue=ref, labels=delta.labels_add)
            needs = [*before, *self._definitions(delta.labels_add, None)]
            self._add(task.key, payload, needs=needs, line=task.line)

    def _per_removal(self, labels: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Qualifier and labels of each operation: REST takes one label off at a time."""
        if self._seen.transport == "rest":
            return [(label, (label,)) for label in labels]
        return [("", labels)] if labels else []

    def close_extra(self, extra: Iterable[ObservedIssue]) -> None:
        """Close issues whose task is gone; the marker remembers that it was the plan, for a task that comes back."""
        for issue in extra:
            ref = self._refs[issue.marker.key]
            payload: Payload = IssueClose(issue=ref, reason="not_planned")
            if issue.marker.state != "not_planned":
                payload = IssueUpdate(
                    issue=ref,
                    body_before=issue.body,
                    region=issue.region or "",
                    set_labels=issue.marker.labels,
                    set_state="not_planned",
                    state="not_planned",
                )
            self._add(issue.marker.key, payload)

    def close_done(self) -> None:
        """Close what is created now, and what only needs closing."""
        for task in self._closing:
            ref = self._refs[task.key]
            reason: Literal["completed", "not_planned"] = "not_planned" if task.state == "not_planned" else "completed"
            self._add(task.key, IssueClose(issue=ref, reason=reason), needs=_ops(ref), line=task.line)

    def link_parents(self, prune: bool) -> None:
        """
        Hang issues below their parents, from the top down.

        An issue moves only after everything above its new parent has moved. A root that is to be free leaves its old
        parent with `prune`, and always when an issue moves into its tree. So no link ever closes a circle.
        """
        moved: dict[str, int] = {}
        receiving = self._trees_with_moves()
        for task in self._graph.tasks:
            issue = self._found.issues.get(task.key)
            above = [moved[task.parent]] if task.parent in moved else []
            no = None
            if task.parent is None:
                no = self._unlink_parent(task, issue, prune or task.key in receiving) if issue else None
            elif issue is None:
                if not self._rides:
                    self._link_parent(task, task.parent, above)
            elif compare.parent_differs(task, issue, self._found):
                no = self._link_parent(task, task.parent, above, replace=issue.parent != 0)
            if no is not None:
                moved[task.key] = no
            elif above:
                moved[task.key] = above[0]

    def _trees_with_moves(self) -> set[str]:
        """Keys of the roots below which a standing issue will be hung."""
        roots: dict[str, str] = {}
        receiving = set()
        for task in self._graph.tasks:
            root = roots[task.key] = roots[task.parent] if task.parent else task.key
            issue = self._found.issues.get(task.key)
            if task.parent and issue is not None and compare.parent_differs(task, issue, self._found):
                receiving.add(root)
        return receiving

    def _link_parent(self, task: Task, above: str, moved: list[int], *, replace: bool = False) -> int:
        parent, child = self._refs[above], self._refs[task.key]
        payload = SubIssueLink(parent=parent, child=child, replace=replace)
        needs = [*_ops(parent), *_ops(child), *moved]
        return self._add(task.key, payload, qualifier=above, needs=needs, conflict=above, line=task.line)

    def _unlink_parent(self, task: Task, issue: ObservedIssue, leaves: bool) -> int | None:
        """Take a root away from the parent it had in this graph, if it leaves."""
        if not compare.parent_differs(task, issue, self._found):
            return None
        if not leaves:
            self._left_linked += 1
            return None
        parent = self._found.numbers[issue.parent]
        above = parent.marker.key
        payload = SubIssueUnlink(parent=_ref(parent), child=self._refs[task.key])
        return self._add(task.key, payload, qualifier=above, conflict=above, line=task.line)

    def link_blockers(self, prune: bool) -> None:
        """Dependencies: those that are missing, and with `prune` those that are no longer wanted."""
        for task in self._graph.tasks:
            issue = self._found.issues.get(task.key)
            ref = self._refs[task.key]
            for stale in compare.blockers_stale(task, issue, self._found) if issue else ():
                if prune:
                    unlink = BlockedByUnlink(issue=ref, blocker=_ref(stale))
                    self._add(task.key, unlink, qualifier=stale.marker.key, line=task.line)
                else:
                    self._left_linked += 1
            for key in compare.blockers_missing(task, issue, self._found) if issue else task.depends_on:
                blocker = self._refs[key]
                needs = [*_ops(ref), *_ops(blocker)]
                link = BlockedByLink(issue=ref, blocker=blocker)
                self._add(task.key, link, qualifier=key, needs=needs, line=task.line)

    def unchanged(self) -> Iterator[Unchanged]:
        """Tasks whose issue no operation touches."""
        touched = {operation.key for operation in self.operations}
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

    def _add(
        self,
        key: str,
        payload: Payload,
        *,
        qualifier: str = "",
        needs: Iterable[int] = (),
        conflict: str = "",
        line: int = 0,
    ) -> int:
        no = len(self.operations)
        self.operations.append(
            Operation(
                no=no,
                key=key,
                payload=payload,
                qualifier=qualifier,
                needs=tuple(sorted(set(needs))),
                conflict=conflict,
                line=line,
            )
        )
        return no


def _update_payload(task: Task, issue: ObservedIssue, ref: Ref, delta: Delta) -> IssueUpdate:
    """The marker is written with the region, so a change of the marker alone carries the region too."""
    return IssueUpdate(
        issue=ref,
        body_before=issue.body,
        title=delta.title,
        region=task.body if delta.marker_differs else delta.region,
        set_labels=delta.marker_labels,
        set_state=task.state,
        state=delta.state,
        assignees=delta.assignees,
        milestone=delta.milestone,
        issue_type=delta.issue_type,
    )


def _ref(issue: ObservedIssue) -> Ref:
    return Ref(number=issue.number, node_id=issue.node_id, database_id=issue.database_id)


def _ops(ref: Ref | None) -> tuple[int, ...]:
    return (ref.op,) if ref is not None and ref.op >= 0 else ()
