"""What judges read out of a history before they judge: settlements, refusals, which intent a request belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from penstock.model.events import Answered, Dead, Event, Intent, Looked, Skipped
from penstock.model.operation import Operation
from penstock.model.outcome import InDoubt, Succeeded, Transient
from penstock.verify.people import ACCOUNT
from penstock.verify.trace import Came, Trace, died_at
from penstock.verify.world import Episode
from penstock.verify.writes import Marker, Write, change_of, marker_of

INSTANT_S = 0.001
"""What a process does about an answer it does before any time passes."""

Effect = tuple[str, str, str, int]
"""Kind, task key, other task's key or name, and the number of a creating operation (else -1)."""


@dataclass(frozen=True)
class Settled:
    """An operation settled: `how` is `done`, `dead` or `skipped`; `outcome` only where it is done."""

    op: int
    how: str
    outcome: Succeeded | None = None


def settlements(events: Sequence[Event]) -> Iterator[tuple[int, Settled]]:
    """Every settlement in a log, with the position of its event. Written apart from the fold on purpose."""
    intents: dict[int, Intent] = {}
    for position, event in enumerate(events):
        match event:
            case Intent():
                intents[event.batch] = event
            case Answered() if event.batch in intents and intents[event.batch].purpose == "effect":
                for op, outcome in zip(intents[event.batch].ops, event.outcomes, strict=True):
                    if isinstance(outcome, Succeeded):
                        yield position, Settled(op, "done", outcome)
            case Looked():
                yield from ((position, Settled(op, "done", outcome)) for op, outcome in event.found)
            case Dead():
                yield position, Settled(event.op, "dead")
            case Skipped():
                yield from ((position, Settled(op, "skipped")) for op in event.ops)


def failures(events: Sequence[Event]) -> Counter[int]:
    """How often each operation failed by the server's or the network's fault."""
    counts: Counter[int] = Counter()
    intents = {event.batch: event for event in events if isinstance(event, Intent)}
    for event in events:
        if isinstance(event, Answered) and intents[event.batch].purpose == "effect":
            for op, outcome in zip(intents[event.batch].ops, event.outcomes, strict=True):
                counts[op] += isinstance(outcome, Transient | InDoubt)
    return counts


def final(episode: Episode) -> dict[int, Settled]:
    """How each operation ended."""
    return {settled.op: settled for _, settled in settlements([entry.event for entry in episode.log])}


# -- the repository


def ours(repository: Mapping[str, Any], graph: str) -> Iterator[tuple[dict[str, Any], Marker]]:
    """Issues of the graph that the account itself wrote, with their markers."""
    for issue in repository["issues"]:
        marker = marker_of(issue["body"])
        if marker is not None and marker.graph == graph and issue["author"] == ACCOUNT:
            yield issue, marker


def names_of(episode: Episode) -> dict[str, str]:
    """Node id, database id and number of every issue of the graph → task key, as the run's plan has it."""
    names = {}
    for issue, marker in ours(episode.after, episode.graph.name):
        for name in (issue["node_id"], issue["id"], issue["number"]):
            names[str(name)] = episode.renames.get(issue["number"], marker.key)
    return names


def effect_of(write: Write, names: Mapping[str, str]) -> Effect:
    """What a request would write, in the plan's terms; `?` for an issue that is not the graph's."""
    if write.kind == "issue.create":
        return (write.kind, write.marker.key if write.marker else "?", "", write.marker.op if write.marker else -1)
    if not write.subject:
        return (write.kind, "", write.other, -1)
    return (write.kind, names.get(write.subject, "?"), names.get(write.other, "?") if write.other else "", -1)


def effect_planned(operation: Operation) -> Effect:
    """What an operation would write, in the same terms."""
    kind = change_of(operation.kind.name)
    if kind == "issue.create":
        return (kind, operation.key, "", operation.no)
    named = "" if kind.startswith("labels.") else operation.qualifier
    return (kind, operation.key, named, -1)


# -- refusals


@dataclass(frozen=True)
class Refusal:
    """
    The server told the client to wait.

    Attributes:
        until: Epoch seconds; `at` itself when no time was named.
        resource: Which requests must wait: `core`, `graphql`, or empty for all.
        known: A process lived to act on it.
    """

    came: Came
    until: float
    resource: str
    known: bool


def refusals(trace: Trace, resources: Mapping[int, str]) -> Iterator[Refusal]:
    """
    Every refusal in the trace.

    Args:
        resources: Request number → `core` or `graphql`.
    """
    deaths = died_at(trace)
    for came in trace.of(Came):
        if came.reply is None or not _refuses(came):
            continue
        known = came.heard and deaths.get(came.life, came.at + 1.0) > came.at + INSTANT_S
        headers = came.reply.headers
        until, resource = came.at, ""
        if "retry-after" in headers:
            until = came.at + float(headers["retry-after"])
        elif headers.get("x-ratelimit-remaining") == "0":
            server_now = parsedate_to_datetime(headers["date"]).timestamp()
            until = came.at + float(headers["x-ratelimit-reset"]) - server_now - 1.0
            resource = resources[came.no]
        yield Refusal(came, until, resource, known)


def garbled(came: Came) -> bool:
    """The client cannot read in this answer what the server meant."""
    return came.reply is None or not came.heard or came.reply.status >= 500 or not came.reply.body.startswith(b"{")


def _refuses(came: Came) -> bool:
    reply = came.reply
    if reply is None or (garbled(came) and came.heard):
        return False
    if reply.status in {403, 429}:
        return b"limit" in reply.body
    return b'"errors"' in reply.body and (b"RATE_LIMIT" in reply.body or b"secondary rate limit" in reply.body)
