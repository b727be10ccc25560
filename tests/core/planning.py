"""Plain records for the tests of planning, and a world in which a plan comes true at once."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from penstock.base.canonical import digest
from penstock.core.planner import make_plan
from penstock.github.limits import CAPS
from penstock.model.observed import Account, Marker, Names, Observation, ObservedIssue, RepositoryFacts
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
    Ref,
    SubIssueLink,
    SubIssueUnlink,
    TextLinks,
)
from penstock.model.plan import Plan
from penstock.model.task import Task, TaskGraph

REPOSITORY = RepositoryFacts(
    name="octo/widgets",
    node_id="R_1",
    database_id=1,
    permission="write",
    visibility="private",
    archived=False,
    has_issues=True,
    watchers=3,
)


def task(key: str, title: str = "", **fields: Any) -> Task:
    """A task; its title is made from its key unless given."""
    return Task(key=key, title=title or f"Task {key}", **fields)


def graph(*tasks: Task, name: str = "main") -> TaskGraph:
    """A graph of these tasks."""
    return TaskGraph(name=name, source="plan.yaml", format="native", sha256="0" * 64, tasks=tasks)


def named(
    *labels: str, milestones: tuple[str, ...] = (), users: tuple[str, ...] = (), types: tuple[str, ...] = ()
) -> Names:
    """What names mean in the repository."""
    return Names(
        labels={label.lower(): (label, f"L_{label}") for label in labels},
        milestones={title: (no, f"M_{title}") for no, title in enumerate(milestones, 1)},
        users={login.lower(): (login, f"U_{login}") for login in users},
        types={name.lower(): (name, f"T_{name}") for name in types},
    )


def observed(*issues: ObservedIssue, **fields: Any) -> Observation:
    """One whole read that found these issues."""
    settings: dict[str, Any] = {
        "repository": REPOSITORY,
        "account": Account(login="octocat", id=1, node_id="U_1"),
        "names": Names(),
        "issues": issues,
        "total": len(issues),
        "high_water": max((issue.number for issue in issues), default=0),
        "transport": "graphql",
        "requests": 1,
        "as_of": 1000.0,
    }
    return Observation(**{**settings, **fields})


def issue(number: int, key: str, title: str = "", **fields: Any) -> ObservedIssue:
    """An issue as Penstock left it; `marker_state` and `marker_labels` set what its marker says."""
    region = fields.pop("region", "")
    marker = Marker(
        graph="main",
        key=key,
        op=number,
        run="01RUN",
        sha=digest(region) if region is not None else "",
        state=fields.pop("marker_state", "open"),
        labels=fields.pop("marker_labels", ()),
    )
    settings: dict[str, Any] = {
        "number": number,
        "node_id": f"I_{number}",
        "database_id": 1000 + number,
        "title": title or f"Task {key}",
        "body": f"marker {key}\n{region}",
        "region": region,
        "state": "open",
        "author": "octocat",
        "marker": marker,
    }
    return ObservedIssue(**{**settings, **fields})


def plan(wanted: TaskGraph, seen: Observation, **options: Any) -> Plan:
    """A plan with GitHub's caps; `prune`, `without_labels` and `renames` as `make_plan` takes them."""
    return make_plan(wanted, seen, now=1000.0, host="https://ghe.example/api/v3", caps=CAPS, **options)


def names(made: Plan) -> list[str]:
    """The operations of a plan, as messages call them."""
    return [operation.name for operation in made.operations]


class World:
    """A repository in which every operation succeeds, in the order of the plan."""

    def __init__(self, start: Observation) -> None:
        self.seen = start
        self._issues = {one.number: one for one in start.issues}
        self._labels = dict(start.names.labels)
        self._milestones = dict(start.names.milestones)

    def apply(self, made: Plan) -> Observation:
        """Carry out a plan; the answer is a fresh read."""
        created: dict[int, int] = {}
        for operation in made.operations:
            assert all(need < operation.no for need in operation.needs)
            self._do(operation, created)
        self.seen = replace(
            self.seen,
            issues=tuple(self._issues.values()),
            names=replace(self.seen.names, labels=self._labels, milestones=self._milestones),
            high_water=max(self._issues, default=0),
        )
        return self.seen

    def change(self, number: int, **fields: Any) -> None:
        """A person changes an issue."""
        self._issues[number] = replace(self._issues[number], **fields)
        self.seen = replace(self.seen, issues=tuple(self._issues.values()))

    def _do(self, operation: Operation, created: dict[int, int]) -> None:
        match operation.payload:
            case LabelCreate(name=name):
                self._labels[name.lower()] = (name, f"L_{name}")
            case MilestoneCreate(title=title):
                self._milestones[title] = (len(self._milestones) + 1, f"M_{title}")
            case IssueCreate():
                self._create(operation, operation.payload, created)
            case IssueUpdate():
                self._update(operation, operation.payload, created)
            case _:
                self._touch(operation, created)

    def _create(self, operation: Operation, payload: IssueCreate, created: dict[int, int]) -> None:
        number = max(self._issues, default=0) + 1
        created[operation.no] = number
        assert all(label.lower() in self._labels for label in payload.labels)
        assert not payload.milestone or payload.milestone in self._milestones
        if not self.seen.native_links:
            assert payload.parent is None
        written = self._written(payload.links, operation, created)
        links = {"parent": _number(payload.parent, created, operation)} if payload.parent else written
        self._issues[number] = issue(
            number,
            operation.key,
            payload.title,
            region=payload.region,
            labels=payload.labels,
            assignees=payload.assignees,
            milestone=payload.milestone,
            issue_type=payload.issue_type,
            **links,
            marker_state=payload.set_state,
            marker_labels=payload.labels,
        )

    def _written(self, links: TextLinks, operation: Operation, created: dict[int, int]) -> dict[str, Any]:
        """What a read makes of the links in a text: nothing where the server has links of its own."""
        parent = _number(links.parent, created, operation) if links.parent else 0
        blockers = tuple(sorted({_number(ref, created, operation) for ref in links.blocked_by}))
        if self.seen.native_links:
            assert (0, ()) == (parent, blockers)
            return {"links_in_text": False}
        return {"links_in_text": bool(parent or blockers), "parent": parent, "blocked_by": blockers}

    def _update(self, operation: Operation, payload: IssueUpdate, created: dict[int, int]) -> None:
        number = _number(payload.issue, created, operation)
        before = self._issues[number]
        changes: dict[str, Any] = {
            "title": payload.title,
            "state": payload.state,
            "assignees": payload.assignees,
            "milestone": payload.milestone,
            "issue_type": payload.issue_type,
        }
        if payload.region is not None:
            marker = replace(
                before.marker,
                key=operation.key,
                labels=payload.set_labels,
                state=payload.set_state,
                sha=digest(payload.region),
            )
            changes |= {"region": payload.region, "marker": marker}
            changes |= self._written(payload.links, operation, created)
        self._issues[number] = replace(before, **{name: new for name, new in changes.items() if new is not None})

    def _touch(self, operation: Operation, created: dict[int, int]) -> None:
        """Kinds that change one field of one issue."""

        def at(ref: Ref) -> int:
            return _number(ref, created, operation)

        match operation.payload:
            case IssueClose(issue=ref, reason=reason):
                self.change(at(ref), state=reason)
            case LabelsAdd(issue=ref, labels=labels):
                assert all(label.lower() in self._labels for label in labels)
                self.change(at(ref), labels=(*self._issues[at(ref)].labels, *labels))
            case LabelsRemove(issue=ref, labels=labels):
                kept = tuple(label for label in self._issues[at(ref)].labels if label not in labels)
                self.change(at(ref), labels=kept)
            case SubIssueLink(parent=parent, child=child, replace=moves):
                assert moves or not self._issues[at(child)].parent, "Sub issue may only have one parent"
                assert at(child) not in self._line(at(parent)), "a circle of sub-issues"
                self.change(at(child), parent=at(parent))
            case SubIssueUnlink(parent=parent, child=child):
                assert self._issues[at(child)].parent == at(parent)
                self.change(at(child), parent=0)
            case BlockedByLink(issue=ref, blocker=blocker):
                assert at(blocker) not in self._issues[at(ref)].blocked_by
                self.change(at(ref), blocked_by=(*self._issues[at(ref)].blocked_by, at(blocker)))
            case BlockedByUnlink(issue=ref, blocker=blocker):
                kept_blockers = tuple(no for no in self._issues[at(ref)].blocked_by if no != at(blocker))
                self.change(at(ref), blocked_by=kept_blockers)
            case _:
                raise AssertionError(f"no plan holds {operation.name}")

    def _line(self, number: int) -> list[int]:
        """An issue and everything above it."""
        line = []
        while number in self._issues:
            line.append(number)
            number = self._issues[number].parent
        return line


def _number(ref: Ref, created: dict[int, int], operation: Operation) -> int:
    """The issue's number; an issue of this plan must be needed by whoever names it."""
    if ref.op < 0:
        return ref.number
    assert ref.op in operation.needs, f"{operation.name} does not need operation {ref.op}"
    return created[ref.op]
