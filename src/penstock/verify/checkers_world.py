"""Judges of what came of it: the log, the repository, the report, and everybody else's things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any

from penstock.core.fold import Fold
from penstock.model.operation import (
    BlockedByLink,
    IssueCreate,
    IssueUpdate,
    LabelCreate,
    MilestoneCreate,
    Payload,
    Ref,
    SubIssueLink,
)
from penstock.model.outcome import Succeeded
from penstock.model.task import Task
from penstock.verify.checkers_renames import beyond_renames
from penstock.verify.evidence import Settled, failures, final, names_of, ours, settlements
from penstock.verify.people import ACCOUNT, TRIAGED
from penstock.verify.said import links_of, said_in
from penstock.verify.trace import Around, Began, Ended
from penstock.verify.world import Episode, History
from penstock.verify.writes import marker_of

_ATTEMPTS = 5
_END = "<!-- /penstock:v1 -->"


def settled_once(history: History) -> Iterator[str]:
    """Every operation ends exactly once: done, dead or skipped."""
    for episode in history.episodes:
        events = [entry.event for entry in episode.log]
        counts = Counter(settled.op for _, settled in settlements(events))
        for operation in episode.operations:
            if counts[operation.no] > 1:
                yield f"{operation.name} was settled {counts[operation.no]} times"
            elif not counts[operation.no] and episode.result and episode.result.state == "finished":
                yield f"{operation.name} was never settled, and the run is finished"


def nothing_twice(history: History) -> Iterator[str]:
    """No task has two issues, nothing is linked, labelled or made twice."""
    for episode in history.episodes:
        made = Counter(marker.key for _, marker in ours(episode.after, episode.graph.name))
        yield from (f"task {key} has {count} issues" for key, count in made.items() if count > 1)
        for issue in episode.after["issues"]:
            for field in ("labels", "assignees", "sub_issues", "blocked_by"):
                if len(set(issue[field])) < len(issue[field]):
                    yield f"#{issue['number']} has {field} twice: {issue[field]}"
            blockers = said_in(issue["body"]).blocked_by
            if len(set(blockers)) < len(blockers):
                yield f"#{issue['number']} says twice what blocks it: {blockers}"
        titles = [milestone["title"] for milestone in episode.after["milestones"]]
        if len(set(titles)) < len(titles):
            yield f"milestones twice: {titles}"


def nothing_lost(history: History) -> Iterator[str]:
    """What was planned stands as planned; nothing is given up that did not fail again and again."""
    for episode in history.episodes:
        if not episode.result or episode.result.state != "finished":
            continue
        ends = final(episode)
        failed = failures([entry.event for entry in episode.log])
        given_up = set()
        for operation in episode.operations:
            end = ends.get(operation.no)
            if end is not None and end.how != "done":
                given_up.add(operation.key)
                if end.how == "dead" and failed[operation.no] < _ATTEMPTS:
                    yield f"{operation.name} was given up after {failed[operation.no]} failures"
        issues = {marker.key: issue for issue, marker in ours(episode.after, episode.graph.name)}
        numbers = {key: issue["number"] for key, issue in issues.items()}
        for task in episode.graph.tasks:
            if task.key in issues:
                lost = [] if task.key in given_up else list(_differences(task, issues[task.key], numbers, episode))
                yield from (f"task {task.key}, #{numbers[task.key]}: {what}" for what in lost)
            elif task.key not in given_up:
                yield f"task {task.key} has no issue"


def _differences(task: Task, issue: Mapping[str, Any], numbers: Mapping[str, int], episode: Episode) -> Iterator[str]:
    if issue["title"] != task.title:
        yield f"title {issue['title']!r}"
    if task.body.strip() not in issue["body"].replace("\r\n", "\n"):
        yield f"body {issue['body']!r}"
    labels = {label.lower() for label in issue["labels"]} - {TRIAGED}
    if labels != {label.lower() for label in task.labels}:
        yield f"labels {issue['labels']}"
    if not set(task.assignees) <= set(issue["assignees"]):
        yield f"assignees {issue['assignees']}"
    if task.milestone and issue["milestone"] != task.milestone:
        yield f"milestone {issue['milestone']}"
    if issue["number"] not in episode.closed and (issue["state"] == "open") != (task.state == "open"):
        yield f"state {issue['state']}"
    yield from _links_differ(task, issue, numbers, episode)


def _links_differ(task: Task, issue: Mapping[str, Any], numbers: Mapping[str, int], episode: Episode) -> Iterator[str]:
    """By the server's links where it has some, else by the text's; and never both. What stood there may stay."""
    native = episode.phase.native_links
    parent, blockers = links_of(issue, native=native)
    before = [old for old in episode.before["issues"] if old["number"] == issue["number"]]
    stood = [links_of(old, native=native) for old in before for native in (True, False)]
    if task.parent and parent != numbers.get(task.parent):
        yield f"parent {parent}"
    if not task.parent and parent not in {None, *(above for above, _ in stood)}:
        yield f"parent {parent}, which nobody planned"
    wanted = {numbers.get(key) for key in task.depends_on}
    if missing := wanted - set(blockers):
        yield f"not blocked by {sorted(map(str, missing))}"
    if strange := set(blockers) - wanted - {number for _, numbers in stood for number in numbers}:
        yield f"blocked by {sorted(strange)}, which nobody planned"
    said = said_in(issue["body"])
    if said.written and native:
        yield f"links in its text: {said}"
    if said.wrong:
        yield f"lines among the links that are none: {said.wrong}"


def report_is_true(history: History) -> Iterator[str]:
    """The report says what the log says, the fold says the same, and the repository shows it."""
    for episode in history.episodes:
        result = episode.result
        if result is None:
            continue
        ends = final(episode)
        counts = Counter(end.how for end in ends.values())
        told = (result.succeeded, result.dead, result.skipped)
        if told != (counts["done"], counts["dead"], counts["skipped"]):
            yield f"the report counts {told}, the log {dict(counts)}"
        fold = Fold(operation.kind.code for operation in episode.operations)
        for entry in episode.log:
            fold.apply(entry.event, entry.at)
        folded = (fold.succeeded, fold.dead, fold.skipped, fold.adopted)
        if folded != (*told, result.adopted):
            yield f"the report counts {told}, the fold {folded}"
        yield from _done_stands(episode)


def _done_stands(episode: Episode) -> Iterator[str]:
    ends = final(episode)
    names = names_of(episode)
    by_key = {names[str(issue["number"])]: issue for issue, _ in ours(episode.after, episode.graph.name)}
    by_number = {issue["number"]: issue for issue in episode.after["issues"]}
    made = {(marker.run, marker.op) for _, marker in ours(episode.after, episode.graph.name)}
    labels = {label.lower() for label in episode.after["labels"]}
    titles = {milestone["title"] for milestone in episode.after["milestones"]}
    for operation in episode.operations:
        end, payload = ends.get(operation.no), operation.payload
        if end is None or end.how != "done":
            if isinstance(payload, IssueCreate) and (episode.run, operation.no) in made and end is not None:
                yield f"{operation.name} is reported {end.how}, and stands"
            continue
        stands = _are_said(by_key.get(operation.key), payload, ends)
        match payload:
            case IssueCreate():
                stands = stands and _is_made(by_number, end.outcome, episode.run, operation.no)
            case LabelCreate(name=name):
                stands = name.lower() in labels
            case MilestoneCreate(title=title):
                stands = title in titles
            case SubIssueLink():
                issue = by_key.get(operation.key)
                stands = issue is not None and names.get(str(issue["parent"])) == operation.qualifier
            case BlockedByLink():
                issue = by_key.get(operation.key)
                blockers = issue["blocked_by"] if issue else []
                stands = operation.qualifier in {names.get(str(number)) for number in blockers}
        if not stands:
            yield f"{operation.name} is reported done, and does not stand"


def _is_made(issues: Mapping[int, dict[str, Any]], outcome: Succeeded | None, run: str, no: int) -> bool:
    issue = issues.get(outcome.number) if outcome else None
    marker = marker_of(issue["body"]) if issue and issue["author"] == ACCOUNT else None
    ids = issue is not None and outcome is not None and issue["node_id"] == outcome.node_id
    return ids and marker is not None and (marker.run, marker.op) == (run, no)


def _are_said(issue: Mapping[str, Any] | None, payload: Payload, ends: Mapping[int, Settled]) -> bool:
    """The text of an issue says the links that were to be written into it."""

    def number(ref: Ref) -> int:
        outcome = ends[ref.op].outcome if ref.op in ends else None
        return outcome.number if outcome else ref.number

    if not isinstance(payload, IssueCreate | IssueUpdate):
        return True
    said, links = said_in(issue["body"] if issue else ""), payload.links
    parent = number(links.parent) if links.parent else said.parent
    return parent == said.parent and {number(ref) for ref in links.blocked_by} <= set(said.blocked_by)


def people_untouched(history: History) -> Iterator[str]:
    """What others wrote is as they wrote it: whole issues of strangers, and text and labels on Penstock's own."""
    for episode in history.episodes:
        before = {issue["number"]: issue for issue in episode.before["issues"]}
        mine = {issue["number"] for issue, _ in ours(episode.after, episode.graph.name)}
        for issue in episode.after["issues"]:
            number, old = issue["number"], before.get(issue["number"])
            if number in mine:
                yield from _around(number, old, issue) if old else ()
                yield from _words_gone(number, old, issue, mine) if old and not episode.phase.native_links else ()
            elif old is None:
                if issue["author"] == ACCOUNT:
                    yield f"#{number} is the account's, and nobody planned it"
                elif issue["labels"] or issue["parent"] or issue["blocked_by"] or issue["state"] != "open":
                    yield f"#{number} is a stranger's, and was changed"
            elif {**issue, "updated_at": 0} != {**old, "updated_at": 0}:
                yield f"#{number} is not of this graph, and was changed"


def _around(number: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if _outside(old["body"]) != _outside(new["body"]):
        yield f"#{number}: text around the region changed from {_outside(old['body'])} to {_outside(new['body'])}"
    if TRIAGED in old["labels"] and TRIAGED not in new["labels"]:
        yield f"#{number} lost the label that a person put there"
    if old["comments"] != new["comments"]:
        yield f"#{number} has other comments"


def _words_gone(number: int, old: Mapping[str, Any], new: Mapping[str, Any], mine: Set[int]) -> Iterator[str]:
    """What people say in its text that blocks an issue, beside the graph's own."""
    gone = {*said_in(old["body"]).blocked_by} - {*said_in(new["body"]).blocked_by} - mine
    if gone:
        yield f"#{number} no longer says that {sorted(gone)} block it"


def _outside(body: str) -> tuple[str, str]:
    return body.partition("<!-- penstock:v1 ")[0], body.partition(_END)[2]


def comes_to_its_end(history: History) -> Iterator[str]:
    """When nothing goes wrong any more the run finishes, and soon; no fault of the world breaks the process itself."""
    calm_at = [mark.at for mark in history.trace.of(Around) if mark.what == "the faults end"]
    began = {mark.life: mark.at for mark in history.trace.of(Began)}
    for ended in history.trace.of(Ended):
        calm = any(at <= began[ended.life] for at in calm_at[len(history.episodes) - 1 :])
        if ended.how == "broken" or (ended.how == "refused" and calm):
            yield f"life {ended.life} {ended.how}: {ended.why}"
    if not history.episodes[-1].result or history.episodes[-1].result.state != "finished":
        yield "the last run never finished"


def again_writes_nothing(history: History) -> Iterator[str]:
    """Planned once more, there is nothing to write and nothing to ask, and the audit is clean."""
    for episode in history.episodes:
        if episode.result is None or episode.result.dead or episode.rerun is None or episode.audit is None:
            continue
        if episode.rerun:
            yield f"planning again finds {episode.rerun} operations"
        yield from (f"planning again asks: {what}" for what in episode.asked)
        if not beyond_renames(episode, episode.audit).clean:
            yield f"the audit finds {episode.audit}"
