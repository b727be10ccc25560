"""
Bugs planted on purpose: a judge that kills none is no judge.

Each bug is one function swapped for a worse one while a world is played. Nothing here runs outside of a hunt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import msgspec

from penstock.core import budget, compare, doubt, inquiry, planner, scheduler, spending
from penstock.core.draft import Draft
from penstock.core.fold import PENDING, Fold
from penstock.core.frontier import Frontier
from penstock.engine.driver import Driver
from penstock.engine.resolver import Resolver
from penstock.github import answers_graphql, answers_rest, body, graphql, reads_rest, sighting
from penstock.github.harvest import Harvest
from penstock.io.ledger import SqlLedgerTransaction
from penstock.model.events import Answered, Intent
from penstock.model.outcome import InDoubt, Succeeded, Throttled, Transient
from penstock.verify import mutants_turns, process
from penstock.verify.checkers import judge
from penstock.verify.people import ACCOUNT
from penstock.verify.scenario import scenario
from penstock.verify.world import play


class Mutant(msgspec.Struct, frozen=True):
    """
    A planted bug.

    Attributes:
        name: What it does wrong.
        plant: Puts it in place for as long as the context lasts.
    """

    name: str
    plant: Callable[[], AbstractContextManager[None]]


class Hunted(msgspec.Struct, frozen=True):
    """What came of a hunt: the first seed that shows the bug, and who saw it; no checkers when it survived."""

    mutant: str
    seed: int
    checkers: tuple[str, ...]


def hunt(seeds: Sequence[int], mutants: Iterable[Mutant] | None = None) -> Iterator[Hunted]:
    """Plant each bug and play seeds until a judge sees it."""
    for mutant in MUTANTS if mutants is None else mutants:
        yield _hunt_one(mutant, seeds)


def _hunt_one(mutant: Mutant, seeds: Sequence[int]) -> Hunted:
    for seed in seeds:
        with mutant.plant():
            history = play(scenario(seed))
        found = tuple(dict.fromkeys(violation.checker for violation in judge(history)))
        if found and not judge(play(scenario(seed))):  # the world alone is sound
            return Hunted(mutant.name, seed, found)
    return Hunted(mutant.name, seeds[-1], ())


@contextmanager
def _swapped(place: Any, name: str, worse: Callable[[Any], Any]) -> Iterator[None]:
    """`place.name` is `worse(the true one)` for as long as the context lasts."""
    true = getattr(place, name)
    setattr(place, name, worse(true))
    try:
        yield
    finally:
        setattr(place, name, true)


# -- the bugs, each as a function from the true function to a worse one


def _commit_late(true: Any) -> Any:
    def write(self: Driver, *, durable: bool = False) -> None:
        state = vars(self)
        answered = {event.batch for event in state["_unwritten"] if isinstance(event, Answered)}
        asked = {e.batch for e in state["_unwritten"] if isinstance(e, Intent) and e.purpose == "effect"}
        if asked <= answered:
            true(self, durable=durable)

    return write


def _forget_doubt(true: Any) -> Any:
    def undone(self: Fold, op: int, found: Any, intent: Intent, at: float) -> None:
        if isinstance(found, InDoubt):
            self.phase[op] = PENDING
        else:
            true(self, op, found, intent, at)

    return undone


def _pause_in_memory_only(true: Any) -> Any:
    def throttled(self: Any, intent: Intent, answer: Any, _events: list[Any], now: float) -> None:
        facts = list(vars(self._spending)["_facts"])
        told: list[Any] = []
        true(self, intent, answer, told, now)
        vars(self._spending)["_facts"] = facts

    return throttled


def _throttles_count(true: Any) -> Any:
    def effected(self: Any, intent: Intent, answer: Any, events: list[Any], now: float) -> None:
        worse = [Transient("server") if isinstance(outcome, Throttled) else outcome for outcome in answer.outcomes]
        true(self, intent, msgspec.structs.replace(answer, outcomes=tuple(worse)), events, now)

    return effected


def _shifted(true: Any) -> Any:
    def outcomes(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        found = true(*args, **kwargs)
        return (*found[1:], *found[:1])

    return outcomes


def _create_not_charged(true: Any) -> Any:
    def answered(self: Any, answer: Any, now: float) -> None:
        kept = [Transient("server") if isinstance(outcome, InDoubt) else outcome for outcome in answer.outcomes]
        true(self, msgspec.structs.replace(answer, outcomes=tuple(kept)), now)

    return answered


def _orphans_undone(true: Any) -> Any:
    def orphaned(intent: Intent) -> Answered:
        event: Answered = true(intent)
        return msgspec.structs.replace(event, outcomes=(Transient("network"),) * len(event.outcomes))

    return orphaned


def _conflicts_ignored(true: Any) -> Any:
    def extend(self: Frontier, refs: Iterable[Any]) -> bytearray:
        kinds: bytearray = true(self, [msgspec.structs.replace(ref, conflict="") for ref in refs])
        return kinds

    return extend


def _released_at_intent(true: Any) -> Any:
    def put(self: Any, spent: Any) -> None:
        true(self, msgspec.structs.replace(spent, ends_at=spent.sent_at))

    return put


def _region_alone(true: Any) -> Any:
    def compose(region: str, marker: Any, _body_before: str = "") -> str:
        text: str = true(region, marker)
        return text

    return compose


def _any_graph(true: Any) -> Any:
    def marker_of(self: Harvest, number: int, text: str, author: str) -> Any:
        return body.parse(text) if author == ACCOUNT else true(self, number, text, author)

    return marker_of


def _any_author(true: Any) -> Any:
    def marker_of(self: Harvest, number: int, text: str, _author: str) -> Any:
        return true(self, number, text, ACCOUNT)

    return marker_of


def _first_page_only(true: Any) -> Any:
    def answered(self: Any, kind: int, answer: Any, fold: Fold, grace_s: float) -> Any:
        return true(self, kind, msgspec.structs.replace(answer, found=answer.found[:1]), fold, grace_s)

    return answered


def _stale_body(_true: Any) -> Any:
    def on_fresh_body(_self: Resolver, operation: Any) -> Any:
        return operation

    return on_fresh_body


def _one_more(true: Any) -> Any:
    def room(self: Any, now: float) -> float:
        return float(true(self, now)) + 1.0

    return room


def _made_up(true: Any) -> Any:
    def outcome(*args: Any, **kwargs: Any) -> Any:
        found = true(*args, **kwargs)
        return Succeeded() if isinstance(found, InDoubt) else found

    return outcome


def _always(value: Any, _true: Any) -> Any:
    def same(*_args: Any, **_kwargs: Any) -> Any:
        return value

    return same


def _mutant(name: str, place: Any, attribute: str, worse: Callable[[Any], Any]) -> Mutant:
    return Mutant(name, partial(_swapped, place, attribute, worse))


MUTANTS: tuple[Mutant, ...] = (
    _mutant("intent committed with its answer", Driver, "_write", _commit_late),
    _mutant("resent without a look-up", Fold, "_undone", _forget_doubt),
    _mutant("pause kept in memory only", scheduler.Scheduler, "_throttled", _pause_in_memory_only),
    _mutant("absence believed after one read", doubt, "is_absent", partial(_always, True)),
    _mutant("throttle counted as an attempt", scheduler.Scheduler, "_effected", _throttles_count),
    _mutant("window off by one", vars(budget)["_CountLog"], "room", _one_more),
    _mutant("answers shifted by one alias", answers_graphql, "outcomes", _shifted),
    _mutant("lost REST answer taken for success", answers_rest, "outcome", _made_up),
    _mutant("look-up trusts every author", sighting, "login_of", partial(_always, ACCOUNT)),
    _mutant("planner trusts every author", Harvest, "marker_of", _any_author),
    _mutant("planner takes every graph for its own", Harvest, "marker_of", _any_graph),
    _mutant("unanswered create not charged", spending.Spending, "answered", _create_not_charged),
    _mutant("orphans of a crash taken for undone", scheduler, "orphaned", _orphans_undone),
    _mutant("links before both ends", Frontier, "waits", partial(_always, False)),
    _mutant("conflict keys ignored", Frontier, "extend", _conflicts_ignored),
    _mutant("charge released at the intent", vars(budget)["_CountLog"], "put", _released_at_intent),
    _mutant("ledger not read after a restart", SqlLedgerTransaction, "news", partial(_always, [])),
    _mutant("people's text overwritten", body, "compose", _region_alone),
    _mutant("look-up sees one of several", inquiry.Inquiry, "answered", _first_page_only),
    _mutant("update on the body that the plan saw", Resolver, "_on_fresh_body", _stale_body),
    _mutant("doubts never looked up", inquiry.Inquiry, "due", partial(_always, [])),
    _mutant("links left out of an update", planner, "_update_payload", mutants_turns.without_links),
    _mutant("parent written as blocker", body, "_numbers", mutants_turns.parent_among_blockers),
    _mutant(
        "blocker that stands later is dropped", vars(planner)["_Writer"], "_complete", mutants_turns.never_completed
    ),
    _mutant("texts name what does not stand", Draft, "add", mutants_turns.needs_nothing),
    _mutant("links in texts not read back", reads_rest, "split", mutants_turns.read_as_text),
    _mutant("words stay on an upgraded server", compare, "delta", mutants_turns.words_stay),
    _mutant("renamed issue keeps its old key", graphql, "body_of", mutants_turns.old_key_kept),
    _mutant(
        "accepted rename makes a new issue",
        process,
        "make_plan",
        partial(mutants_turns.decided, said="accept", done="refuse"),
    ),
    _mutant(
        "refused rename takes the old issue",
        process,
        "make_plan",
        partial(mutants_turns.decided, said="refuse", done="accept"),
    ),
    _mutant("any title is like any other", planner, "find_renames", mutants_turns.all_alike),
)
"""Every one must be seen by a judge within 500 seeds."""
