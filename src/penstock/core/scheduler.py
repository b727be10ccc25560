"""
What to do next, and what an answer means: the core's one mouth.

The scheduler decides, the driver carries out. All state that must survive lives in the fold of the run's events; what
stands here beside it (timers, slots, the breaker) is rebuilt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from penstock.core.adaptive import controller_for
from penstock.core.attempts import Attempts, weigh
from penstock.core.batching import Batching
from penstock.core.breaker import CircuitBreaker
from penstock.core.budget import Budget, read_charge
from penstock.core.controller import Controller
from penstock.core.fold import DEAD, DONE, PENDING, Fold
from penstock.core.frontier import Frontier
from penstock.core.inquiry import REFS_MAX, Inquiry
from penstock.core.learning import Learning
from penstock.core.pauses import fact_of, is_unannounced_content, pause_for, scope_of
from penstock.core.spending import Spending
from penstock.model.config import BatchConfig
from penstock.model.decision import AwaitAnswer, Decision, Dispatch, Finished, Halt, Purpose, WaitUntil
from penstock.model.events import (
    Breaker,
    Checkpoint,
    Dead,
    Ended,
    Event,
    Intent,
    Skipped,
    Switched,
    answered,
    intent_of,
    orphaned,
)
from penstock.model.limits import Charge, Fact, Learnt, Profile
from penstock.model.operation import KINDS, Kind, OperationRef
from penstock.model.outcome import Answer, Fatal, InDoubt, Rejected, Succeeded, Throttled, Transient

READ_S = 0.4
"""Expected response time of a request that only reads."""

POLL_S = 1.0
"""How often to ask again while the answers that are waited for are those of other processes."""


class Scheduler:
    """
    Puts operations through an account's limits.

    Args:
        run: Run id: names this run's spends in the ledger.
        budget: The account's budget, shared with the readers of the same process.
        fallback: Profile to fall back to when an unannounced content limit shows, known to the budget; None keeps the
            profile.
        api: `graphql` or `rest`, for kinds that both can do.
        config: Batch settings.
        controller: Decides batch sizes; None for the one that the settings ask for.
        uniform: Draws from [0, 1), for jitter.
        high_water: Greatest issue number known.
        creates_max: Stop, resumable, after this many creates in this process; 0 is no limit.

    Attributes:
        fold: State of the run.
    """

    def __init__(
        self,
        *,
        run: str,
        budget: Budget,
        fallback: Profile | None,
        api: str,
        config: BatchConfig,
        controller: Controller | None = None,
        uniform: Callable[[], float],
        high_water: int = 0,
        creates_max: int = 0,
    ) -> None:
        self.fold = Fold()
        self.fold.high_water = high_water
        self.budget = budget
        self.breaker = CircuitBreaker()
        self._fallback = fallback if fallback != budget.profile else None
        self._checkpoint_interval = config.checkpoint_interval
        self._controller = controller or controller_for(config, budget.profile)
        self._learning = Learning(self._controller, api)
        self._batching = Batching(budget, self._controller, api=api, creates_max=creates_max)
        self._frontier = Frontier()
        self._attempts = Attempts(config.max_attempts, uniform)
        self._inquiry = Inquiry()
        self._spending = Spending(run, budget)
        self._halt: Halt | None = None

    # -- what enters

    def offer(self, operations: Iterable[OperationRef], now: float) -> int:  # noqa: ARG002 (streams will be bounded)
        """
        Take operations in, numbered on from those taken before; none needs one that is dead or skipped.

        Returns:
            How many were taken.
        """
        first = self._extend(operations)
        self._push_free(first)
        return len(self.fold.phase) - first

    def restore(
        self, operations: Iterable[OperationRef], log: Iterable[tuple[float, Event]], now: float
    ) -> list[Event]:
        """
        Take in all operations of a run with the log of what was done to them.

        Returns:
            Events to append before anything is sent: what the process before this one could not write any more.
        """
        self._extend(operations)
        for at, event in log:
            self.fold.apply(event, at)
        if self.fold.profile:
            self._adopt(self.fold.profile)
        for pause in self.fold.pauses.values():
            self.budget.observe(fact_of(pause), now)
        events: list[Event] = []
        for intent in list(self.fold.open.values()):
            self._emit(events, orphaned(intent), now)
        for no, phase in enumerate(self.fold.phase):
            if phase == DONE:
                self._frontier.settled(no)
        for no, phase in enumerate(self.fold.phase):
            if phase == DEAD:
                self._skip_downstream(no, events, now)
        self._push_free(0)
        if not self.fold.ended:
            self._mark_the_end(events, now)
        return events

    def observe(self, fact: Fact, now: float) -> None:
        """Take in what the account's ledger says: spends and pauses of other processes, learnt limits."""
        self.budget.observe(fact, now)
        if isinstance(fact, Learnt):
            self._adopt(fact.profile)

    def stop(self, cause: str) -> None:
        """Start nothing more; `next` halts when nothing is in flight."""
        self._halt = self._halt or Halt(cause)

    def _extend(self, operations: Iterable[OperationRef]) -> int:
        first = len(self.fold.phase)
        self.fold.extend(self._frontier.extend(operations))
        return first

    def _push_free(self, first: int) -> None:
        for no in range(first, len(self.fold.phase)):
            if self.fold.phase[no] == PENDING and not self._frontier.waits(no):
                self._frontier.push(no)

    # -- what leaves

    def next(self, now: float) -> Decision:
        """What to do at `now`. A `Dispatch` is already reserved and counted as sent."""
        for no in self._attempts.matured(now):
            self._frontier.push(no)
        if self.fold.settled == len(self.fold.phase):
            return AwaitAnswer() if self.fold.open else Finished()
        if self._halt:
            return AwaitAnswer() if self.fold.open else self._halt
        waits = [WaitUntil(self._attempts.next_at, "back-off after an error")]
        if self.breaker.ask(now) == "closed":
            decision = self._lookup(now, waits) or self._effect(now, waits)
        else:
            decision = self._probe(now, waits)
        if decision:
            return decision
        first = min(waits, key=lambda wait: wait.at)
        if first.at < math.inf:
            return first
        if not self.fold.open:
            return self._stop_at(Halt("the operations that are left wait for each other", hint="make the plan anew"))
        return AwaitAnswer()

    def take_facts(self) -> list[Fact]:
        """What the account's ledger must learn since the last call."""
        return self._spending.take_facts()

    def answer(self, answer: Answer, now: float) -> list[Event]:
        """Take in the end of one request. Returns the events to append, in order."""
        before = self.fold.settled
        events: list[Event] = []
        intent = self.fold.open[answer.batch]
        self._emit(events, answered(answer), now)
        self._spending.answered(answer, now)
        if answer.rate:
            self.budget.told(answer.rate)
        if self.breaker.record(answer.healthy, now, sent_at=answer.sent_at, probe=intent.purpose == "probe"):
            why = f"HTTP {answer.status}" if answer.status else "no answer"
            self._emit(events, Breaker(self.breaker.state, why, self.breaker.until), now)
            self._learning.breaker(self.breaker.state)
        for outcome in answer.outcomes:
            if isinstance(outcome, Fatal):
                self._stop_at(Halt(outcome.why, outcome.hint, outcome.access))
        self._throttled(intent, answer, events, now)
        if intent.purpose == "effect":
            self._effected(intent, answer, events, now)
        elif intent.purpose == "lookup":
            self._looked(intent, answer, events, now)
        self._mark(before, events, now)
        for fact in self._learning.to_keep(now, last=self.fold.ended or bool(self._halt)):
            self._spending.tell(fact, now)
        return events

    # -- deciding

    def _probe(self, now: float, waits: list[WaitUntil]) -> Decision | None:
        if self.breaker.state == "open":
            waits.append(WaitUntil(self.breaker.until, "server trouble, probing again"))
            return None
        if any(intent.purpose == "probe" for intent in self.fold.open.values()):
            return AwaitAnswer()
        charge = read_charge(self._batching.api_of(), READ_S)
        return self._send("probe", (), charge, now) if self._admits(charge, now, waits) else None

    def _lookup(self, now: float, waits: list[WaitUntil]) -> Decision | None:
        for at, code in self._inquiry.due(self.fold, self.budget.profile.doubt_grace_s):
            if at > now:
                waits.append(WaitUntil(at, "looking for effects whose answer was lost"))
                continue
            charge = read_charge(self._batching.api_of(KINDS[code]), READ_S)
            if self._admits(charge, now, waits):
                refs, cursor, high_water = self._inquiry.ask(code, self.fold, now)
                return self._send("lookup", refs, charge, now, high_water=high_water, cursor=cursor)
        return None

    def _effect(self, now: float, waits: list[WaitUntil]) -> Decision | None:
        if not self.budget.has_slot(now, writes=True):
            waits.append(self._slot_wait(now))
            return None
        ready = [kind for kind in KINDS if self._frontier.ready(kind.code)]
        for kind in sorted(ready, key=lambda kind: self._frontier.urgency(kind.code)):
            if self._is_held_by_doubt(kind):
                continue
            size = self._batching.size(kind, self._frontier.ready(kind.code), now)
            if size < 1:
                continue
            charge = self._batching.charge(kind, size)
            if self._admits(charge, now, waits):
                refs = self._frontier.take(kind.code, size)
                self._batching.sent(kind, refs)
                return self._send("effect", refs, charge, now)
        return self._canary() if len(waits) == 1 else None

    def _is_held_by_doubt(self, kind: Kind) -> bool:
        """Nothing is made while it is not known what was made; nor more sent than one read can ask after."""
        doubtful = self.fold.doubtful[kind.code]
        return doubtful >= (1 if kind.idempotency == "none" else REFS_MAX)

    def _canary(self) -> Decision | None:
        under_way = self.fold.open or self._attempts.next_at < math.inf
        if under_way or not self._batching.creates_spent:
            return None
        return self._stop_at(Halt("the first creates are done", hint="look at them, then resume"))

    def _stop_at(self, halt: Halt) -> Halt:
        self._halt = halt
        return halt

    def _admits(self, charge: Charge, now: float, waits: list[WaitUntil]) -> bool:
        admission = self.budget.admit(charge, now)
        if admission.at > now:
            known = admission.at < math.inf
            waits.append(WaitUntil(admission.at, admission.because) if known else self._slot_wait(now))
        return admission.at <= now

    def _slot_wait(self, now: float) -> WaitUntil:
        """Every slot is taken: by this run, which awaits its answers, or by others, which only asking again tells."""
        others = self.budget.in_flight(now) > len(self.fold.open)
        return WaitUntil(now + POLL_S if others else math.inf, "requests in flight")

    def _send(
        self,
        purpose: Purpose,
        refs: tuple[int, ...],
        charge: Charge,
        now: float,
        *,
        high_water: int | None = None,
        cursor: str = "",
    ) -> Dispatch:
        dispatch = Dispatch(
            batch=self.fold.last_batch + 1,
            refs=refs,
            purpose=purpose,
            charge=charge,
            deadline=now + self.budget.profile.request_timeout_s,
            high_water=self.fold.high_water if high_water is None else high_water,
            cursor=cursor,
        )
        self.fold.apply(intent_of(dispatch), now)
        self._spending.sent(dispatch, now)
        return dispatch

    # -- learning

    def _emit(self, events: list[Event], event: Event, now: float) -> None:
        events.append(event)
        self.fold.apply(event, now)

    def _throttled(self, intent: Intent, answer: Answer, events: list[Event], now: float) -> None:
        throttled = next((outcome for outcome in answer.outcomes if isinstance(outcome, Throttled)), None)
        if throttled is None:
            if answer.healthy:
                self.budget.went_through(intent.charge, now)
            return
        lane = intent.charge.lane
        streak = self.budget.streak(scope_of(throttled, lane), now)
        pause = pause_for(throttled, lane, streak, now, self.budget.profile)
        self._emit(events, pause, now)
        self._spending.tell(fact_of(pause), now)
        creates = int(intent.charge.meters.get("create", 0))
        if self._fallback and is_unannounced_content(throttled, creates):
            why = f"refused though the {self.budget.profile.name} limits had room: {throttled.why}"
            self._emit(events, Switched(self._fallback.name, why), now)
            self._spending.tell(Learnt(profile=self._fallback.name, at=now, why=why), now)
            self._adopt(self._fallback.name)

    def _adopt(self, profile: str) -> None:
        if self._fallback and self._fallback.name == profile:
            self.budget.use(self._fallback)
            self._controller.use(self._fallback)
            self._fallback = None

    def _effected(self, intent: Intent, answer: Answer, events: list[Event], now: float) -> None:
        self._frontier.let_go(intent.ops)
        if any(isinstance(outcome, Succeeded) for outcome in answer.outcomes):
            self._attempts.request_went_through()
        alone = len(intent.ops) == 1
        failed: list[tuple[int, str, str]] = []
        for no, outcome in zip(intent.ops, answer.outcomes, strict=True):
            match outcome:
                case Succeeded():
                    self._done(no)
                case Transient() | InDoubt():
                    category, attempt = weigh(outcome, alone=alone)
                    self._attempts.failed(no, attempt, now)
                    if self.fold.phase[no] == PENDING:  # in doubt: a look-up decides first
                        failed.append((no, category, outcome.why))
                case Rejected(why=why):
                    self._die(no, why, events, now)
                case _:  # throttled, or fatal and for a later resume
                    self._frontier.push(no)
        for sized in self._learning.learn(KINDS[self.fold.kinds[intent.ops[0]]], answer):
            self._emit(events, sized, now)
        self._retry(failed, events, now)
        self._batching.came_back(no for no in intent.ops if self.fold.phase[no] == PENDING)

    def _looked(self, intent: Intent, answer: Answer, events: list[Event], now: float) -> None:
        kind = self.fold.kinds[intent.ops[0]]
        looked = self._inquiry.answered(kind, answer, self.fold, self.budget.profile.doubt_grace_s)
        if looked is None:
            return
        causes = [(no, self.fold.doubt[no].cause) for no in looked.settled]
        self._emit(events, looked, now)
        for no, _ in looked.found:
            self._done(no)
        self._batching.came_back(looked.settled)
        self._retry([(no, cause.category, cause.why) for no, cause in causes], events, now)

    def _retry(self, failed: Sequence[tuple[int, str, str]], events: list[Event], now: float) -> None:
        for no, why in self._attempts.again(failed, now):
            self._die(no, why, events, now)

    def _done(self, no: int) -> None:
        self._attempts.forget(no)
        for unlocked in self._frontier.settled(no):
            self._frontier.push(unlocked)

    def _die(self, no: int, why: str, events: list[Event], now: float) -> None:
        self._attempts.forget(no)
        self._emit(events, Dead(no, why), now)
        self._skip_downstream(no, events, now)

    def _skip_downstream(self, no: int, events: list[Event], now: float) -> None:
        lost = tuple(op for op in self._frontier.lose(no) if self.fold.phase[op] == PENDING)
        if lost:
            self._emit(events, Skipped(lost, no), now)

    def _mark(self, before: int, events: list[Event], now: float) -> None:
        settled, every = self.fold.settled, self._checkpoint_interval
        if settled // every > before // every:
            self._emit(events, Checkpoint(settled, self.fold.succeeded, self.fold.dead + self.fold.skipped), now)
        if settled > before:
            self._mark_the_end(events, now)

    def _mark_the_end(self, events: list[Event], now: float) -> None:
        if self.fold.settled == len(self.fold.phase):
            self._emit(events, Ended(self.fold.succeeded, self.fold.dead + self.fold.skipped), now)
