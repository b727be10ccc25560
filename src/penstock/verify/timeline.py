"""A trace in words: one line per mark, for whoever replays a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from penstock.model.events import Answered, Event, Intent, Looked
from penstock.model.limits import Learnt, Paused, Served, Spent
from penstock.sim.virtual_loop import START
from penstock.verify.scenario import Phase, Scenario
from penstock.verify.trace import Around, Began, Came, Ended, Mark, Sent, Told, Trace, Wrote
from penstock.verify.writes import Write, read_writes

_OUTCOMES_SHOWN = 6


def headline(scenario: Scenario) -> str:
    """What sort of world it is."""
    phases = "; ".join(
        f"{len(phase.graph.tasks)} tasks, faults {_rates(phase.faults.rates)} until {phase.calm_s:g} s, "
        f"{len(phase.crashes)} crashes{_turns(phase)}"
        for phase in scenario.phases
    )
    return (
        f"seed {scenario.seed}: server {scenario.server}, client {scenario.client}, {scenario.transport}, "
        f"batches of {scenario.batch_size}, clock skew {scenario.skew_s:g} s; {phases}"
    )


def lines(trace: Trace) -> list[str]:
    """One line per mark: seconds since the start, life, what happened."""
    return [f"{mark.at - START:12.3f}  life {mark.life:<2}  {text}" for mark in trace.marks for text in _texts(mark)]


def _turns(phase: Phase) -> str:
    links = "" if phase.native_links else ", no native links"
    return f"{links}, {len(phase.was)} renames to {phase.renames}" if phase.was else links


def _rates(rates: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {rate:.2f}" for name, rate in rates.items()) or "none"


def _texts(mark: Mark) -> Iterator[str]:
    match mark:
        case Began(phase=phase):
            yield f"a process starts, run {phase + 1}"
        case Ended(how=how, why=why):
            yield f"{how}: {why}" if why else how
        case Sent():
            yield f"→ {mark.no} {_request(mark)}"
        case Came():
            yield f"← {mark.no} {_answer(mark)}"
        case Wrote():
            first = mark.seq - len(mark.events) + 1
            yield from (f"  journal {seq}: {_event(event)}" for seq, event in enumerate(mark.events, first))
        case Told():
            yield from (f"  ledger: {_fact(fact)}" for fact in mark.facts if not isinstance(fact, Spent))
        case Around(what=what):
            yield what


def _request(sent: Sent) -> str:
    writes = read_writes(sent.method, sent.path, sent.body)
    if writes:
        return f"{sent.method} {sent.path}: " + ", ".join(_write(write) for write in writes)
    query = sent.body.decode()[:160] if sent.path == "/graphql" else ""
    return f"{sent.method} {sent.path} {query}".strip()


def _write(write: Write) -> str:
    marker = f"{write.marker.key} op {write.marker.op}" if write.marker else ""
    return " ".join(filter(None, (write.kind, marker, write.subject, write.other)))


def _answer(came: Came) -> str:
    unheard = "" if came.heard else " (nobody hears it)"
    if came.reply is None:
        return f"{came.error}{unheard}"
    headers = came.reply.headers
    wait = f", retry-after {headers['retry-after']}" if "retry-after" in headers else ""
    body = "" if came.reply.status < 400 and b'"errors"' not in came.reply.body else came.reply.body.decode()[:200]
    return f"{came.reply.status}{wait} {body}{unheard}".strip()


def _event(event: Event) -> str:
    match event:
        case Intent():
            return f"intent {event.batch} {event.purpose} of {_numbers(event.ops)}"
        case Answered():
            outcomes = ", ".join(_outcome(outcome) for outcome in event.outcomes[:_OUTCOMES_SHOWN])
            return f"answer {event.batch} {event.status} {outcomes}".strip()
        case Looked():
            found, proved = _numbers([no for no, _ in event.found]), _numbers(event.settled)
            return f"looked {event.batch}: found {found}, absent {_numbers(event.absent)}, proved {proved}"
        case _:
            return repr(event)


def _outcome(outcome: object) -> str:
    number = getattr(outcome, "number", 0)
    detail = getattr(outcome, "category", "") or getattr(outcome, "why", "")[:80]
    return f"{type(outcome).__name__}{f' #{number}' if number else ''}{f' ({detail})' if detail else ''}"


def _fact(fact: Paused | Learnt | Served) -> str:
    if isinstance(fact, Paused):
        return f"pause of {fact.scope} until {fact.until - START:.3f} ({fact.cause}, {fact.streak} in a row)"
    if isinstance(fact, Served):
        return f"response times of {fact.api}: {fact.overhead_s:.3f} s and {dict(fact.cost_s)} after {fact.samples}"
    return f"learnt {fact.profile}: {fact.why}"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
