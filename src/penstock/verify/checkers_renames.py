"""The judge of renames: which issue a task has that is called otherwise than in the run before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import Any

from msgspec.structs import replace

from penstock.model.plan import AuditReport
from penstock.verify.evidence import final, ours
from penstock.verify.world import Episode, History


def renames_decided(history: History) -> Iterator[str]:
    """An accepted rename keeps the issue; a refused one makes another and leaves the old one alone."""
    for episode in history.episodes:
        if not episode.result or episode.result.state != "finished":
            continue
        ends = final(episode)
        given_up = {one.key for one in episode.operations if one.no in ends and ends[one.no].how != "done"}
        now = {marker.key: issue["number"] for issue, marker in ours(episode.after, episode.graph.name)}
        families: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for key, was in episode.phase.was.items():
            if key not in given_up and key in now:
                families[was].append(key)
        for was, keys in families.items():
            numbers = {key: now[key] for key in keys}
            yield from (_kept if episode.phase.renames == "accept" else _left)(episode, was, numbers)


def _kept(episode: Episode, was: tuple[str, ...], now: Mapping[str, int]) -> Iterator[str]:
    """Of tasks that were called alike, as many keep an issue as there were."""
    old = {issue["number"] for issue, marker in ours(episode.start, episode.graph.name) if marker.key in was}
    kept = old & set(now.values())
    if len(kept) < min(len(old), len(now)):
        yield f"{', '.join(was)} had {_named(old)}, and are now {_pairs(now)}"


def _left(episode: Episode, was: tuple[str, ...], now: Mapping[str, int]) -> Iterator[str]:
    stood = {issue["number"] for issue in episode.start["issues"]}
    for key, number in now.items():
        if number in stood:
            yield f"{key} was to be a new issue, and is #{number}"
    after = {issue["number"]: issue for issue in episode.after["issues"]}
    for issue, marker in ours(episode.before, episode.graph.name):
        if marker.key in was and _own(issue) != _own(after[issue["number"]]):
            yield f"#{issue['number']}, which was {marker.key}, was changed"


def beyond_renames(episode: Episode, report: AuditReport) -> AuditReport:
    """
    What an audit finds beyond what renames may leave behind, because nothing is taken away unasked.

    A refused one leaves the old issue, which goes on blocking what waited for it. And where tasks called alike were
    taken for one another, their issues keep the links of before.
    """
    phase = episode.phase
    refused = phase.was if phase.renames == "refuse" else {}
    gone = {key for keys in refused.values() for key in keys}
    apart = {*refused, *phase.mistakable}
    waiting = {task.key for task in episode.graph.tasks if apart & {*task.depends_on, task.key}}
    return replace(
        report,
        extra=tuple(one for one in report.extra if one.key not in gone),
        different=tuple(
            one for one in report.different if one.key not in waiting or {*one.fields} - {"parent", "blocked_by"}
        ),
    )


def _own(issue: Mapping[str, Any]) -> list[Any]:
    """What is written on an issue itself; its links are others' as well."""
    return [issue[field] for field in ("title", "body", "state", "labels", "assignees", "milestone", "comments")]


def _named(numbers: Set[int]) -> str:
    return ", ".join(f"#{number}" for number in sorted(numbers)) or "no issue"


def _pairs(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{key} #{number}" for key, number in numbers.items())
