"""Judges of what was sent, and when: intents, pauses, limits, order."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

from penstock.model.events import Answered, Intent
from penstock.model.operation import IssueCreate, IssueUpdate, LabelCreate, LabelsAdd, MilestoneCreate, Operation, Ref
from penstock.verify.evidence import Effect, effect_of, effect_planned, garbled, names_of, refusals, settlements
from penstock.verify.trace import Came, Ended, Sent, Wrote
from penstock.verify.world import Episode, History
from penstock.verify.writes import read_writes

_PAUSE_MEMORY_S = 3_700.0
"""A pause that the client never heard of can last an hour, and be met until then."""


def intent_before_send(history: History) -> Iterator[str]:
    """Every request that writes does what an intent of the same life says that was committed before it left."""
    episodes = {episode.run: episode for episode in history.episodes}
    planned = {run: {op.no: effect_planned(op) for op in episode.operations} for run, episode in episodes.items()}
    names = {run: names_of(episode) for run, episode in episodes.items()}
    waiting: list[tuple[int, str, Counter[Effect]]] = []
    for mark in history.trace.marks:
        if isinstance(mark, Wrote) and mark.run in planned:
            waiting.extend(
                (mark.life, mark.run, Counter(planned[mark.run][op] for op in event.ops))
                for event in mark.events
                if isinstance(event, Intent) and event.purpose == "effect"
            )
        elif isinstance(mark, Sent) and (writes := read_writes(mark.method, mark.path, mark.body)):
            for intent in waiting:
                life, run, effects = intent
                if life == mark.life and effects == Counter(effect_of(write, names[run]) for write in writes):
                    waiting.remove(intent)
                    break
            else:
                what = ", ".join(f"{write.kind} {write.subject or write.other}" for write in writes)
                yield f"request {mark.no} ({what}) has no committed intent"


def quiet_in_pauses(history: History) -> Iterator[str]:
    """Nothing is sent while a refusal that any process lived to hear says to wait: also not after a restart."""
    resources = {sent.no: _resource(sent) for sent in history.trace.of(Sent)}
    told = {refusal.came.no: refusal for refusal in refusals(history.trace, resources) if refusal.known}
    standing = []
    for mark in history.trace.marks:
        if isinstance(mark, Came) and mark.no in told:
            standing.append(told[mark.no])
        elif isinstance(mark, Sent):
            for refusal in standing:
                if mark.at < refusal.until and refusal.resource in {"", resources[mark.no]}:
                    left_s = refusal.until - mark.at
                    yield f"request {mark.no} left {left_s:.1f} s before the pause of request {refusal.came.no} ends"


def inside_limits(history: History) -> Iterator[str]:
    """
    The server counted nothing against a limit, as far as the client could know.

    With `auto` on a server that holds less than it documents, one request per unannounced window may meet its end, and
    one more for each death that forgot what an answer had just taught. A pause whose refusal nobody heard cannot be
    kept, and being met it grows.
    """
    found = history.stats["first_violations"]
    lessons = {violation["request"] for violation in found if _is_unannounced(history, violation["reason"])}
    deaths = sum(ended.how == "crashed" for ended in history.trace.of(Ended))
    if len(lessons) > 2 + deaths:
        yield f"{len(lessons)} requests were refused while the limit was learnt"
    unread = [came.at for came in history.trace.of(Came) if garbled(came)]
    last_words = [ended.at for ended in history.trace.of(Ended) if ended.how == "crashed"]
    unknown = sorted(unread + last_words)
    exhausted = any(phase.faults.rates.get("exhausted") for phase in history.scenario.phases)
    for violation in found:
        reason, at = violation["reason"], violation["at"]
        if violation["request"] in lessons or (exhausted and "quota" in reason):
            continue
        if reason.endswith(("in a pause", "while blocked")) or reason.startswith("hourly quota"):
            before = bisect_right(unknown, at)
            if before and unknown[before - 1] > at - _PAUSE_MEMORY_S:
                unknown.insert(before, at)  # the server waits longer for it again than the client can know
                continue
        yield f"{reason} (request {violation['request']})"


def in_order(history: History) -> Iterator[str]:
    """Children after parents, links after both ends, labels before who wears them; no two with one conflict key."""
    for episode in history.episodes:
        yield from _needs_met(episode)
        yield from _conflicts(episode)


def _needs_met(episode: Episode) -> Iterator[str]:
    events = [entry.event for entry in episode.log]
    done_at: dict[int, int] = {}
    for position, settled in settlements(events):
        if settled.how == "done":
            done_at.setdefault(settled.op, position)
    needs = {op.no: _needs(op, episode) for op in episode.operations}
    for position, event in enumerate(events):
        if isinstance(event, Intent) and event.purpose == "effect":
            for op in event.ops:
                for need in sorted(needs[op]):
                    if done_at.get(need, len(events)) >= position:
                        names = [episode.operations[no].name for no in (op, need)]
                        yield f"{names[0]} was sent before {names[1]} stood"


def _needs(operation: Operation, episode: Episode) -> set[int]:
    """What an operation's own payload refers to."""
    payload = operation.payload
    refs = [getattr(payload, field) for field in payload.__struct_fields__]
    if isinstance(payload, IssueCreate | IssueUpdate):
        refs.extend((payload.links.parent, *payload.links.blocked_by))
    needs = {ref.op for ref in refs if isinstance(ref, Ref) and ref.op >= 0}
    labels = {label.lower() for label in payload.labels} if isinstance(payload, IssueCreate | LabelsAdd) else set()
    title = payload.milestone if isinstance(payload, IssueCreate) else ""
    for other in episode.operations:
        made = other.payload
        wears = isinstance(made, LabelCreate) and made.name.lower() in labels
        if wears or (isinstance(made, MilestoneCreate) and made.title == title):
            needs.add(other.no)
    return needs


def _conflicts(episode: Episode) -> Iterator[str]:
    keys = {op.no: op.conflict for op in episode.operations}
    flying: dict[int, set[str]] = {}
    for entry in episode.log:
        event = entry.event
        if isinstance(event, Answered):
            flying.pop(event.batch, None)
        elif isinstance(event, Intent) and event.purpose == "effect":
            held = {keys[op] for op in event.ops} - {""}
            for other, others in flying.items():
                for key in sorted(held & others):
                    yield f"batches {other} and {event.batch} are in flight with the conflict key {key}"
            flying[event.batch] = held


def _resource(sent: Sent) -> str:
    return "graphql" if sent.path == "/graphql" else "core"


def _is_unannounced(history: History, reason: str) -> bool:
    scenario = history.scenario
    learning = scenario.client == "auto" and scenario.server == "observed"
    return learning and reason.startswith("issue.create against")
