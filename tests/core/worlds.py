"""
A server, and a run of the scheduler against it, on plain numbers: no asyncio, no clock, no text of any answer.

The server can lose answers, take effects late, show them late, refuse, and be down. The run can be killed between any
two steps and taken up again from its journal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

from penstock.core.budget import Budget
from penstock.core.fold import Fold
from penstock.core.scheduler import Scheduler
from penstock.model.config import BatchConfig
from penstock.model.decision import AwaitAnswer, Dispatch, Finished, Halt, WaitUntil
from penstock.model.events import Event, intent_of
from penstock.model.limits import Fact, Profile
from penstock.model.operation import KIND_BY_NAME, KINDS, OperationRef
from penstock.model.outcome import Answer, InDoubt, Outcome, Rate, Succeeded, Throttled, Transient

CREATE, UPDATE, CLOSE, LINK, LABEL, COMMENT, MILESTONE = (
    KIND_BY_NAME[name].code
    for name in (
        *("issue.create", "issue.update", "issue.close", "blocked_by.link"),
        *("label.create", "comment.create", "milestone.create"),
    )
)
ROUNDS_MAX = 200_000

QUICK = Profile(name="quick", source="made up", mutation_gap_s=0.0, mutations_in_flight=8, primary=False, guard_s=0.1)
"""No windows, eight at once."""

ONE_STREAM = Profile(name="one stream", source="made up", primary=False)
"""No windows, one request that writes at a time, one second apart."""


def ref(no: int, kind: int, *needs: int, conflict: str = "") -> OperationRef:
    """An operation."""
    return OperationRef(no, kind, needs, conflict)


def creates(count: int) -> list[OperationRef]:
    """Issues that need nothing."""
    return [ref(no, CREATE) for no in range(count)]


def tree(issues: int) -> list[OperationRef]:
    """A tree of issues with two links and a close for some, the way plans have them."""
    refs: list[OperationRef] = []
    made: list[int] = []
    for issue in range(issues):
        parent = (issue - 1) // 4
        made.append(len(refs))
        refs.append(ref(len(refs), CREATE, *([made[parent]] if issue else []), conflict=f"{parent}" if issue else ""))
        if issue % 3 == 2:
            refs.append(ref(len(refs), LINK, made[issue], made[issue - 2], conflict=f"{issue}"))
            refs.append(ref(len(refs), LINK, made[issue], made[issue - 1], conflict=f"{issue}"))
        if issue % 4 == 3:
            refs.append(ref(len(refs), CLOSE, made[issue]))
    return refs


@dataclass(frozen=True)
class Fate:
    """
    What becomes of one request.

    Attributes:
        answer_s: From sending to the answer; at the deadline at the latest.
        lands_s: From sending to the effect; at the deadline at the latest, or never where it is infinite.
        told: What the client is told, of every operation or of single ones; of the others it is told what happened.
        healthy: What the answer says about the server.
        pages: Requests that a read takes.
        rate: Primary limit that the answer tells.
    """

    answer_s: float = 0.5
    lands_s: float = 0.2
    told: Outcome | Mapping[int, Outcome] = field(default_factory=dict)
    healthy: bool | None = True
    pages: int = 1
    rate: Rate | None = None

    def of(self, no: int) -> Outcome | None:
        """What the client is told of an operation; None: what happened."""
        return self.told.get(no) if isinstance(self.told, Mapping) else self.told

    def takes_effect(self, no: int) -> bool:
        """Whether the operation is done."""
        return self.lands_s < math.inf and isinstance(self.of(no), InDoubt | Succeeded | None)


GOOD = Fate()
LOST = Fate(told=InDoubt("network"), healthy=False)
"""Done, and the answer is lost."""
DOWN = Fate(answer_s=0.1, lands_s=math.inf, told=InDoubt("server"), healthy=False)
"""503, nothing done."""
READ_FAILED = Fate(answer_s=0.1, told=Transient("server"), healthy=False)
SECONDARY = Fate(lands_s=math.inf, told=Throttled("account"), healthy=None)
"""Refused, no time named."""
TOO_QUICK = Fate(lands_s=math.inf, told=Throttled("lane", content=True), healthy=None)
"""The content limit that is not announced."""

Behaviour = Callable[[Dispatch, float], Fate]


def always_good(dispatch: Dispatch, now: float) -> Fate:
    """A server without trouble."""
    return GOOD


FIXED = BatchConfig(enable_adaptive_batching=False, base_batch_size=20)
"""Sizes that do not depend on how fast the answers came."""


class Once:
    """A server that treats the first effect requests in a special way: all, or those that `when` picks."""

    def __init__(self, fate: Fate, times: int = 1, when: Callable[[Dispatch], bool] = lambda dispatch: True) -> None:
        self.fate = fate
        self.left = times
        self.when = when

    def __call__(self, dispatch: Dispatch, now: float) -> Fate:
        if dispatch.purpose != "effect" or not self.left or not self.when(dispatch):
            return GOOD
        self.left -= 1
        return self.fate


class Killed(Exception):
    """The process died."""


class Server:
    """What stands in the repository, and since when reads show it."""

    def __init__(self, refs: Sequence[OperationRef], lag_s: float = 0.0) -> None:
        self.refs = refs
        self.lag_s = lag_s
        self.effects: Counter[int] = Counter()
        self.shown_at: dict[int, float] = {}
        self.number: dict[int, int] = {}

    def apply(self, no: int, now: float) -> Outcome:
        """Do an operation, again if need be."""
        if KINDS[self.refs[no].kind].idempotency == "keyed" and self.effects[no]:
            return InDoubt("exists", "already exists")
        self.effects[no] += 1
        self.shown_at.setdefault(no, now + self.lag_s)
        if self.refs[no].kind in {CREATE, MILESTONE}:
            self.number.setdefault(no, len(self.number) + 1)
        return self.seen(no)

    def seen(self, no: int) -> Succeeded:
        """What an answer says of an operation that stands."""
        return Succeeded(self.number.get(no, 0), f"N{no}", no)

    def shows(self, no: int, now: float, high_water: int) -> bool:
        """Whether a read shows it; issues are read above a number."""
        above = self.refs[no].kind != CREATE or self.number.get(no, 0) > high_water
        return above and self.shown_at.get(no, math.inf) <= now


@dataclass
class Sent:
    """One request, and when."""

    at: float
    dispatch: Dispatch


class World:
    """
    One run on one server.

    Args:
        refs: The plan.
        behaviour: Decides the fate of every request.
        profile: Limits that the scheduler is told.
        lag_s: How long reads do not show an effect.
        kill_at_step: The process dies at this step, counted over its life.
        settings: Further arguments of the scheduler.
    """

    def __init__(
        self,
        refs: Sequence[OperationRef],
        behaviour: Behaviour = always_good,
        *,
        profile: Profile = QUICK,
        fallback: Profile | None = None,
        lag_s: float = 0.0,
        kill_at_step: float = math.inf,
        config: BatchConfig | None = None,
        **settings: Any,
    ) -> None:
        self.refs = refs
        self.behaviour = behaviour
        self.server = Server(refs, lag_s)
        self.now = 0.0
        self.journal: list[tuple[float, Event]] = []
        self.ledger: list[Fact] = []
        self.sent: list[Sent] = []
        self.waits: list[WaitUntil] = []
        self.kill_at_step = kill_at_step
        self._limits = (profile, fallback)
        self._settings: dict[str, Any] = {"api": "graphql", "config": config or FIXED, **settings}
        self._heap: list[tuple[float, int, str, Dispatch, Fate]] = []
        self._told: dict[tuple[int, int], Outcome] = {}
        self._steps = self._life = 0
        self.begin()

    @property
    def fold(self) -> Fold:
        """State of the run."""
        return self.scheduler.fold

    def begin(self, away_s: float = 0.0) -> None:
        """Some time later a process takes the run up; what was on its way to the server arrived all the same."""
        profile, fallback = self._limits
        self._steps, self._life = 0, self._life + 1
        self._heap = [event for event in self._heap if event[2] == "land"]
        heapify(self._heap)
        self._advance(self.now + away_s)
        budget = Budget(profile, fallback)
        uniform = Random(self._life).random
        self.scheduler = Scheduler(run="run", budget=budget, fallback=fallback, uniform=uniform, **self._settings)
        for fact in self.ledger:
            self.scheduler.observe(fact, self.now)
        self._write(self.scheduler.restore(self.refs, self.journal, self.now))

    def run(self, until: float = math.inf) -> Finished | Halt | None:
        """Go on until the run ends, or until the time is over."""
        for _ in range(ROUNDS_MAX):
            self._step()
            decision = self.scheduler.next(self.now)
            self.ledger += self.scheduler.take_facts()
            match decision:
                case Dispatch():
                    self._dispatch(decision)
                case WaitUntil(at=at):
                    assert at > self.now, f"waits for the past: {decision}"
                    self.waits.append(decision)
                    self._advance(min(at, until))
                case AwaitAnswer():
                    assert self._in_flight(), "awaits an answer with nothing in flight"
                    self._advance(until)
                case _:
                    assert not self._in_flight(), f"{decision} with requests in flight"
                    return decision
            if self.now >= until:
                return None
        raise AssertionError(f"no end after {ROUNDS_MAX} rounds")

    def run_with_kills(self, kills: Iterable[int], away_s: float = 1.0) -> Finished | Halt | None:
        """Run, die after so many steps of each life, come back a little later; the last life is not cut short."""
        alive = True
        for kill in (*kills, math.inf):
            self.kill_at_step = kill
            try:
                if not alive:
                    self.begin(away_s)
                return self.run()
            except Killed:
                alive = False
        raise AssertionError("unreachable")

    # -- what tests ask

    def effects_sent(self, kind: int | None = None) -> list[Sent]:
        """Requests that do operations, of one kind or of all."""
        effects = [sent for sent in self.sent if sent.dispatch.purpose == "effect"]
        return [sent for sent in effects if kind in {None, self.refs[sent.dispatch.refs[0]].kind}]

    def purposes(self, purpose: str) -> list[Sent]:
        """Requests with one purpose."""
        return [sent for sent in self.sent if sent.dispatch.purpose == purpose]

    def events(self, kind: type) -> list[Any]:
        """Events of one type in the journal."""
        return [event for _, event in self.journal if isinstance(event, kind)]

    def doubled(self) -> list[int]:
        """Operations that stand twice and must not."""
        none = {kind.code for kind in KINDS if kind.idempotency == "none"}
        return [no for no, count in self.server.effects.items() if count > 1 and self.refs[no].kind in none]

    # -- the machinery

    def _step(self) -> None:
        self._steps += 1
        if self._steps >= self.kill_at_step:
            raise Killed

    def _write(self, events: Sequence[Event]) -> None:
        for event in events:
            self._step()
            self.journal.append((self.now, event))

    def _in_flight(self) -> list[Dispatch]:
        return [event[3] for event in self._heap if event[2] == "answer"]

    def _dispatch(self, dispatch: Dispatch) -> None:
        keys = {self.refs[no].conflict for no in dispatch.refs} - {""}
        for other in self._in_flight():
            if "effect" == dispatch.purpose == other.purpose:
                assert not keys & {self.refs[no].conflict for no in other.refs}, "two requests share a conflict key"
        if dispatch.purpose == "effect":
            for need in (need for no in dispatch.refs for need in self.refs[no].needs):
                assert self.server.effects[need], f"{need} is needed and does not stand"
        self._write([intent_of(dispatch)])
        self._step()
        self.sent.append(Sent(self.now, dispatch))
        fate = self.behaviour(dispatch, self.now)
        left_s = dispatch.deadline - self.now
        fate = replace(fate, answer_s=min(fate.answer_s, left_s))
        if dispatch.purpose == "effect" and fate.lands_s < math.inf:
            lands_at = self.now + min(fate.lands_s, left_s)
            heappush(self._heap, (lands_at, 2 * dispatch.batch, "land", dispatch, fate))
        heappush(self._heap, (self.now + fate.answer_s, 2 * dispatch.batch + 1, "answer", dispatch, fate))

    def _advance(self, until: float) -> None:
        """Let time pass until then, or until the first answer was taken in."""
        while self._heap and self._heap[0][0] <= until:
            at, _, what, dispatch, fate = heappop(self._heap)
            self.now = max(self.now, at)
            if what == "answer":
                self._step()
                self._write(self.scheduler.answer(self._answer(dispatch, fate), self.now))
                return
            for no in dispatch.refs:
                if fate.takes_effect(no):
                    self._told[dispatch.batch, no] = self.server.apply(no, self.now)
        self.now = until

    def _answer(self, dispatch: Dispatch, fate: Fate) -> Answer:
        sent_at = self.now - fate.answer_s
        outcomes: tuple[Outcome, ...] = ()
        found: tuple[tuple[int, Succeeded], ...] = ()
        more = ""
        if dispatch.purpose == "effect":
            outcomes = tuple(fate.of(no) or self._told.pop((dispatch.batch, no)) for no in dispatch.refs)
        elif not isinstance(fate.told, Mapping):
            outcomes = (fate.told,) * max(1, len(dispatch.refs))
        elif dispatch.purpose == "lookup":
            page = int(dispatch.cursor or 1)
            more = str(page + 1) if page < fate.pages else ""
            shown = [no for no in dispatch.refs if not more and self.server.shows(no, sent_at, dispatch.high_water)]
            found = tuple((no, replace_adopted(self.server.seen(no))) for no in shown)
        return Answer(
            batch=dispatch.batch,
            sent_at=sent_at,
            received_at=self.now,
            outcomes=outcomes,
            found=found,
            more=more,
            status=200,
            rate=fate.rate,
            healthy=fate.healthy,
        )


def replace_adopted(seen: Succeeded) -> Succeeded:
    """As a look-up tells it."""
    return Succeeded(seen.number, seen.node_id, seen.database_id, adopted=True)


def picture(fold: Fold) -> dict[str, object]:
    """All that a fold knows, to compare."""
    plain = {name: value for name, value in vars(fold).items() if name != "doubt"}
    doubts = {
        no: (doubt.high_water, doubt.deadline, doubt.since, doubt.reads, doubt.cause)
        for no, doubt in fold.doubt.items()
    }
    return {**plain, "doubt": doubts}


def folded(world: World) -> Fold:
    """What the journal of a world says."""
    fold = Fold(ref.kind for ref in world.refs)
    for at, event in world.journal:
        fold.apply(event, at)
    return fold
