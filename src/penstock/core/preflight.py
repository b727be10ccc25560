"""What would go wrong, said before anything is sent: limits of issues, names, rights, and foreign markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Protocol
from urllib.parse import urlsplit

from penstock.base.canonical import digest
from penstock.model.observed import Observation, ObservedIssue
from penstock.model.plan import Finding
from penstock.model.task import Task, TaskGraph

_SHOWN = 5
"""So many names stand in one sentence; the rest are counted."""


_MARKER_CHARS = 200
"""Code points of the marker and the region's end, names left out: rounded up."""

_LINKS_CHARS, _LINK_CHARS = 70, 12
"""Code points of links in a text, and of each blocker among them: rounded up."""


class Caps(Protocol):
    """What one issue may hold, in characters and pieces. The values for GitHub stand in `github.limits.CAPS`."""

    @property
    def title(self) -> int:
        """Characters of a title."""
        ...

    @property
    def body(self) -> int:
        """Characters of a body, marker included."""
        ...

    @property
    def label_name(self) -> int:
        """Characters of a label's name."""
        ...

    @property
    def labels(self) -> int:
        """Labels of one issue."""
        ...

    @property
    def children(self) -> int:
        """Sub-issues of one parent, closed ones included."""
        ...

    @property
    def levels(self) -> int:
        """Levels of a tree of sub-issues, the topmost issue included."""
        ...

    @property
    def dependencies(self) -> int:
        """Issues that block one issue, and issues that one issue blocks."""
        ...


def check(
    graph: TaskGraph,
    seen: Observation,
    caps: Caps,
    *,
    host: str = "",
    prune: bool = False,
    without_labels: bool = False,
) -> tuple[Finding, ...]:
    """
    Look for what GitHub would refuse, drop silently, or do against the user's will.

    Args:
        host: API root that was read.
        prune: Links that are no longer wanted go, and make room.
        without_labels: The plan leaves labels alone.

    Returns:
        Errors first, then what must be confirmed, then warnings; each in the order of the file.
    """
    ordered = sorted(seen.issues, key=lambda issue: -issue.number)
    issues = {issue.marker.key: issue for issue in ordered}
    findings = [
        *_repository(seen),
        *_rights(graph, seen, without_labels),
        *_sizes(graph, seen, issues, caps, without_labels),
        *_new_labels(graph, seen, without_labels),
        *_milestones(graph, seen),
        *_people(graph, seen, issues),
        *_types(graph, seen, issues),
        *_markers(graph, seen, issues),
        *_overwritten(graph, issues),
        *_moves(graph, seen, issues),
    ]
    if seen.native_links:
        findings += _trees(graph, seen, issues, caps, prune)
        findings += _dependencies(graph, caps)
    else:
        findings += _no_links(graph, urlsplit(host).hostname or "the server")
    rank = {"error": 0, "confirm": 1, "warning": 2}
    return tuple(sorted(findings, key=lambda finding: (rank[finding.level], finding.line)))


def _repository(seen: Observation) -> Iterator[Finding]:
    name = seen.repository.name
    if seen.repository.archived:
        yield _error(f"{name} is archived", "unarchive it in the repository's settings, or plan for another one")
    if not seen.repository.has_issues:
        yield _error(f"{name} has issues switched off", "switch them on: Settings → General → Features → Issues")


def _rights(graph: TaskGraph, seen: Observation, without_labels: bool) -> Iterator[Finding]:
    """
    Fields and links the account may not set. GitHub creates the issue and drops the fields without a word.

    Source: https://docs.github.com/en/rest/issues/issues#create-an-issue
    """
    repository = seen.repository
    needs: list[tuple[str, Callable[[Task], object]]] = []
    if not repository.can_push:
        needs = [
            ("assignees", lambda task: task.assignees),
            ("milestones", lambda task: task.milestone),
            ("issue types", lambda task: task.issue_type),
        ]
        if not without_labels:
            needs.insert(0, ("labels", lambda task: task.labels))
        if repository.permission != "triage" and seen.native_links:
            needs.append(("sub-issues and dependencies", lambda task: task.parent or task.depends_on))
    for what, wanted in needs:
        line = next((task.line for task in graph.tasks if wanted(task)), None)
        if line is not None:
            role = "triage" if what.startswith("sub") else "write"
            way_out = "go on with --without-labels" if what == "labels" else f"take the {what} out of the plan"
            yield _error(
                f"{seen.account.login} has {repository.permission} permission on {repository.name}; "
                f"setting {what} needs {role}",
                f"ask for the {role} role, or {way_out}",
                line,
            )


def _sizes(
    graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue], caps: Caps, without_labels: bool
) -> Iterator[Finding]:
    for task in graph.tasks:
        title = len(task.title)
        if title > caps.title:
            yield _error(
                f"title of {task.key} has {title:,} characters, GitHub takes {caps.title}",
                "move the rest of the title into the body",
                task.line,
            )
        body = _body_chars(task, issues.get(task.key), graph.name)
        if not seen.native_links:
            body += _LINKS_CHARS + _LINK_CHARS * len(task.depends_on)
        if body > caps.body:
            yield _error(
                f"body of {task.key} comes to {body:,} characters with its marker, GitHub takes {caps.body:,}",
                "split the task, or link to a document that holds the details",
                task.line,
            )
        if without_labels:
            continue
        if len(task.labels) > caps.labels:
            yield _error(
                f"{task.key} has {len(task.labels)} labels, GitHub takes {caps.labels}", "leave some out", task.line
            )
        for label in task.labels:
            if len(label) > caps.label_name:
                yield _error(
                    f'label "{label[:30]}…" of {task.key} has {len(label)} characters, GitHub takes {caps.label_name}',
                    "shorten its name",
                    task.line,
                )


def _body_chars(task: Task, issue: ObservedIssue | None, graph: str) -> int:
    """An upper bound: names stand in the marker escaped, up to three characters for each byte."""
    names = "".join((graph, task.key, *task.labels))
    human = len(issue.body) - len(issue.region or "") if issue else 0
    return len(task.body) + max(human, _MARKER_CHARS + 3 * len(names.encode()))


def _new_labels(graph: TaskGraph, seen: Observation, without_labels: bool) -> Iterator[Finding]:
    if without_labels:
        return
    lines: dict[str, tuple[str, int]] = {}
    for task in graph.tasks:
        for label in task.labels:
            if label.lower() not in seen.names.labels:
                lines.setdefault(label.lower(), (label, task.line))
    yield from _will_be_created("label", list(lines.values()))


def _milestones(graph: TaskGraph, seen: Observation) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for task in graph.tasks:
        if task.milestone and task.milestone not in seen.names.milestones:
            lines.setdefault(task.milestone, task.line)
    yield from _will_be_created("milestone", list(lines.items()))


def _will_be_created(what: str, names: list[tuple[str, int]]) -> Iterator[Finding]:
    if names:
        them = "it" if len(names) == 1 else "them"
        yield Finding(
            level="warning",
            message=f"{_count(len(names), what)} will be created: {_listed(name for name, _ in names)}",
            hint=f"check the spelling if you thought the repository has {them}",
            line=names[0][1],
        )


def _people(graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue]) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for task in graph.tasks:
        if task.assignees:
            there = {login.lower() for login in issues[task.key].assignees} if task.key in issues else set()
            for login in task.assignees:
                if login.lower() not in seen.names.users and login.lower() not in there:
                    lines.setdefault(login, task.line)
    for login, line in lines.items():
        hint = _did_you_mean(login, seen.names.users) or "invite the account to the repository, or take it out"
        yield _error(f"{login} cannot be assigned in {seen.repository.name}", hint, line)


def _types(graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue]) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for task in graph.tasks:
        wanted = task.issue_type
        if wanted and wanted.lower() not in seen.names.types:
            issue = issues.get(task.key)
            if issue is None or issue.issue_type.lower() != wanted.lower():
                lines.setdefault(wanted, task.line)
    for wanted, line in lines.items():
        hint = _did_you_mean(wanted, seen.names.types) or (
            "create the type in the organisation's settings, or take it out"
            if seen.names.types
            else "issue types belong to organisations, and this owner has none: take them out of the plan"
        )
        yield _error(f"issue type {wanted} does not exist in {seen.repository.name}", hint, line)


def _trees(
    graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue], caps: Caps, prune: bool
) -> Iterator[Finding]:
    """Children per parent and levels. Children found there count too, unless the plan moves or prunes them."""
    keys = {issue.number: issue.marker.key for issue in seen.issues}
    wanted = {task.key: task.parent for task in graph.tasks}
    children = Counter(task.parent for task in graph.tasks if task.parent)
    for issue in seen.issues:
        key = issue.marker.key
        planned = issues[key] is issue and key in wanted
        stays = not planned or (wanted[key] is None and not prune)
        if stays and issue.parent in keys:
            children[keys[issue.parent]] += 1
    levels: dict[str, int] = {}
    for task in graph.tasks:
        level = levels[task.key] = levels[task.parent] + 1 if task.parent else 1
        if level == caps.levels + 1:
            yield _error(
                f"{task.key} stands {level} levels deep, GitHub takes {caps.levels}",
                "hang it, with everything below it, under a task further up",
                task.line,
            )
        if children[task.key] > caps.children:
            groups = -(-children[task.key] // caps.children)
            yield _error(
                f"{task.key} has {children[task.key]} sub-issues, closed ones included, GitHub takes {caps.children}",
                f"put {groups} tasks below it and hang up to {caps.children} of its sub-tasks under each",
                task.line,
            )


def _dependencies(graph: TaskGraph, caps: Caps) -> Iterator[Finding]:
    blocks = Counter(key for task in graph.tasks for key in task.depends_on)
    for task in graph.tasks:
        for count, what in ((len(task.depends_on), "waits for"), (blocks[task.key], "blocks")):
            if count > caps.dependencies:
                yield _error(
                    f"{task.key} {what} {count} tasks, GitHub takes {caps.dependencies}",
                    "put a task between that stands for a group of them",
                    task.line,
                )


def _moves(graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue]) -> Iterator[Finding]:
    """Issues that a person hung below an issue of their own, and the plan wants elsewhere."""
    own = {issue.number for issue in seen.issues}
    for task in graph.tasks:
        issue = issues.get(task.key)
        if task.parent and issue is not None and issue.parent and issue.parent not in own:
            yield Finding(
                level="confirm",
                message=f"#{issue.number} ({task.key}) is a sub-issue of #{issue.parent}, which is not of this plan; "
                f"it will be moved below {task.parent}",
                hint="take the task's parent out of the plan if it shall stay there",
                line=task.line,
            )


def _no_links(graph: TaskGraph, server: str) -> Iterator[Finding]:
    linked = [task for task in graph.tasks if task.parent or task.depends_on]
    parents = sum(task.parent is not None for task in linked)
    dependencies = sum(len(task.depends_on) for task in linked)
    counts = [
        *([_count(parents, "sub-issue")] if parents else []),
        *([f"{dependencies:,} {'dependency' if dependencies == 1 else 'dependencies'}"] if dependencies else []),
    ]
    if linked:
        is_one = parents + dependencies == 1
        yield Finding(
            level="warning",
            message=f"{server} has no sub-issues or dependencies: {' and '.join(counts)} "
            f"{'is' if is_one else 'are'} written into the {'text of its issue' if is_one else 'texts of the issues'}",
            hint="plan again when the server has them: the words go, and links are made",
            line=linked[0].line,
        )


def _markers(graph: TaskGraph, seen: Observation, issues: Mapping[str, ObservedIssue]) -> Iterator[Finding]:
    """Issues that may be this plan's under another name or author, and tasks with several issues."""
    new = {task.key for task in graph.tasks if task.key not in issues}
    for name, keys in sorted(seen.other_graphs.items()):
        shared = len(new.intersection(keys))
        if shared and shared * 2 >= len(graph.tasks):
            yield Finding(
                level="confirm",
                message=f'issues of the graph "{name}" have the keys of {shared} of {len(graph.tasks)} tasks',
                hint=f"if it is the same plan, add --graph {name}; else all of it is created beside them",
            )
    if seen.untrusted:
        count = len(seen.untrusted)
        yield Finding(
            level="confirm" if count * 2 >= len(graph.tasks) else "warning",
            message=f"{_count(count, 'issue')} with this plan's marker left alone, written by "
            f"{_listed(sorted(set(seen.untrusted.values())))}: {_listed(f'#{no}' for no in sorted(seen.untrusted))}",
            hint="if you trust these authors, name them with --author; else their tasks are created anew",
        )
    numbers: dict[str, list[int]] = {}
    for issue in seen.issues:
        numbers.setdefault(issue.marker.key, []).append(issue.number)
    lines = {task.key: task.line for task in graph.tasks}
    for key, copies in numbers.items():
        if len(copies) > 1:
            first, *others = sorted(copies)
            yield Finding(
                level="warning",
                message=f"{key} has {len(copies)} issues: {_listed(f'#{number}' for number in sorted(copies))}",
                hint=f"#{first} is kept as planned; close or delete {_listed(f'#{number}' for number in others)}",
                line=lines.get(key, 0),
            )


def _overwritten(graph: TaskGraph, issues: Mapping[str, ObservedIssue]) -> Iterator[Finding]:
    """Text that a person wrote where Penstock writes."""
    edited: dict[int, int] = {}
    for task in graph.tasks:
        issue = issues.get(task.key)
        if issue is None or issue.region is None or not issue.marker.sha:
            continue
        if digest(issue.region) != issue.marker.sha and issue.region.strip() != task.body.strip():
            edited[issue.number] = task.line
    if edited:
        yield Finding(
            level="confirm",
            message=f"{_count(len(edited), 'issue')} edited inside Penstock's text, which will be written anew: "
            f"{_listed(f'#{number}' for number in edited)}",
            hint="move what shall stay below the line that ends Penstock's text",
            line=next(iter(edited.values())),
        )


def _error(message: str, hint: str, line: int = 0) -> Finding:
    return Finding(level="error", message=message, hint=hint, line=line)


def _did_you_mean(name: str, known: Mapping[str, tuple[str, str]]) -> str:
    close = get_close_matches(name.lower(), known, n=1)
    return f"did you mean {known[close[0]][0]}?" if close else ""


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count:,} {what}s"


def _listed(names: Iterable[str]) -> str:
    everything = list(names)
    rest = len(everything) - _SHOWN
    return ", ".join(everything[:_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")
