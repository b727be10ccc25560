"""
What to do next, and what an answer means: the core's one mouth.

The scheduler decides, the driver carries out. All state that must survive lives in the fold of the run's events; what
stands here beside it (timers, slots, the breaker) is rebuilt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from penstock.core import fold as phases
from penstock.core.attempts import Attempts
from penstock.core.batching import Batching
from penstock.core.breaker import CircuitBreaker
from penstock.core.budget import ITEM_METERS, Budget, read_charge, scopes_of
from penstock.core.controller import FixedController
from penstock.core.fold import Fold
from penstock.core.frontier import Frontier
from penstock.core.inquiry import Inquiry
from penstock.core.pauses import is_unannounced_content, pause_for, scope_of
from penstock.model.config import BatchConfig
from penstock.model.decision import AwaitAnswer, Decision, Dispatch, Finished, Halt, Purpose, WaitUntil
from penstock.model.events import (
    Answered,
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
)
from penstock.model.limits import Charge, Fact, Learnt, Paused, Profile, Spent
from penstock.model.operation import KINDS, OperationRef
from penstock.model.outcome import Answer, Fatal, InDoubt, Outcome, Rejected, Succeeded, Throttled, Transient

READ_S = 0.4


class Scheduler:
    """
    Puts operations through an account's limits.

    Args:
        run: Run id: names this run's spends in the ledger.
        budget: The account's budget, shared with the readers of the same process.
        fallback: Profile to fall back to when an unannounced content limit shows; None keeps the profile.
        api: `graphql` or `rest`, for kinds that both can do.
        config: Batch settings.
        uniform: Draws from [0, 1), for jitter.
        high_water: Greatest issue number known.
        creates_max: Stop, resumable, after this many creates in this process; 0 is no limit.
    """

    def __init__(
        self,
        *,
        run: str,
        budget: Budget,
        fallback: Profile | None,
        api: str,
        config: BatchConfig,
        uniform: Callable[[], float],
        high_water: int = 0,
        creates_max: int = 0,
    ) -> None:
        self.fold = Fold()
        self.fold.high_water = high_water
        self.budget = budget
        self.breaker = CircuitBreaker()
        self._run = run
        self._fallback = fallback
        self._checkpoint_interval = config.checkpoint_interval
        self._controller = FixedController(config.base_batch_size, budget.profile)
        self._batching = Batching(budget, self._controller, api=api, creates_max=creates_max)
        self._frontier = Frontier()
        self._attempts = Attempts(config.max_attempts, uniform)
        self._inquiry = Inquiry()
        self._facts: list[Fact] = []
        self._spends: dict[int, Spent] = {}
        self._halt: Halt | None = None

    # -- what enters

    def offer(self, operations: Sequence[OperationRef], now: float) -> int:
        """Take operations in, numbered on from those taken before. Returns how many were taken."""
        self.restore(operations, (), now)
        return len(operations)

    def restore(
        self, operations: Sequence[OperationRef], log: Iterable[tuple[float, Event]], now: float
    ) -> list[Event]:
        """
        Take operations in with the log of what was done to them.

        Returns:
            Events to append before anything is sent: requests whose answer no log holds are in doubt.
        """
        first = len(self.fold.phase)
        self.fold.extend(ref.kind for ref in operations)
        self._frontier.extend(operations)
        for at, event in log:
            self.fold.apply(event, at)
        for pause in self.fold.pauses.values():
            self.budget.observe(Paused(**msgspec.structs.asdict(pause)), now)
        events = [self._orphaned(intent, now) for intent in list(self.fold.open.values())]
        for no in range(first, len(self.fold.phase)):
            if self.fold.phase[no] == phases.DONE:
                for _ in self._frontier.settled(no):
                    pass
        for no in range(first, len(self.fold.phase)):
            if self.fold.phase[no] == phases.PENDING and not self._frontier.waits(no):
                self._frontier.push(no)
        return events

    def observe(self, fact: Fact, now: float) -> None:
        """Take in what the account's ledger says: spends and pauses of other processes, learnt limits."""
        self.budget.observe(fact, now)
        if isinstance(fact, Learnt):
            self._adopt(fact.profile)

    def stop(self, cause: str) -> None:
        """Start nothing more; `next` halts when nothing is in flight."""
        self._halt = self._halt or Halt(cause)

    # -- what leaves

    def next(self, now: float) -> Decision:
        """What to do at `now`. A `Dispatch` is already reserved and counted as sent."""
        for no in self._attempts.matured(now):
            self._frontier.push(no)
        if self._halt:
            return AwaitAnswer() if self.fold.open else self._halt
        if self.fold.settled == len(self.fold.phase):
            return Finished()
        waits: list[WaitUntil] = []
        if self.breaker.ask(now) == "closed":
            decision = self._lookup(now, waits) or self._effect(now, waits)
        else:
            decision = self._probe(now, waits)
        if decision:
            return decision
        waits.append(WaitUntil(self._attempts.next_at, "back-off after an error"))
        first = min(waits, key=lambda wait: wait.at)
        if first.at < math.inf:
            return first
        # every slot is taken: by this process, or by others, which only asking again can tell
        return AwaitAnswer() if self.fold.open else WaitUntil(now + 1.0, "requests of other processes")

    def take_facts(self) -> list[Fact]:
        """What the account's ledger must learn since the last call."""
        facts, self._facts = self._facts, []
        return facts

    def answer(self, answer: Answer, now: float) -> list[Event]:
        """Take in the end of one request. Returns the events to append, in order."""
        before = self.fold.settled
        events: list[Event] = []
        intent = self.fold.open[answer.batch]
        self._emit(events, answered(answer), now)
        self._settle_spend(answer, now)
        if answer.rate:
            self.budget.told(answer.rate)
        if self.breaker.record(answer.healthy, now, probe=intent.purpose == "probe"):
            self._emit(
                events, Breaker(self.breaker.state, f"HTTP {answer.status}" if answer.status else "no answer"), now
            )
        self._throttled(intent, answer.outcomes, events, now)
        if intent.purpose == "effect":
            self._effected(intent, answer, events, now)
        elif intent.purpose == "lookup":
            self._looked(intent, answer, events, now)
        self._marks(before, events, now)
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
        doubtful = {self.fold.kinds[no] for no in self.fold.doubt}
        ready = [kind for kind in KINDS if self._frontier.ready(kind.code)]
        for kind in sorted(ready, key=lambda kind: self._frontier.urgency(kind.code)):
            if kind.idempotency == "none" and kind.code in doubtful:
                continue  # nothing is made while it is not known what was made
            size = self._batching.size(kind, self._frontier.ready(kind.code), now)
            if size < 1 or not self._admits(self._batching.charge(kind, size), now, waits):
                continue
            refs = self._frontier.take(kind.code, size)
            if refs:  # else all of them wait for a conflict key
                self._batching.sent(kind, len(refs))
                return self._send("effect", refs, self._batching.charge(kind, len(refs)), now)
        return self._canary() if ready and not waits else None

    def _canary(self) -> Decision | None:
        if self._batching.creates_left > 0 or self.fold.open or self.fold.doubt or self._attempts.next_at < math.inf:
            return None
        self._halt = Halt("the first creates are done", hint="look at them, then resume")
        return self._halt

    def _admits(self, charge: Charge, now: float, waits: list[WaitUntil]) -> bool:
        admission = self.budget.admit(charge, now)
        if admission.at > now:
            waits.append(WaitUntil(admission.at, admission.because))
        return admission.at <= now

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
        batch = self.fold.last_batch + 1
        deadline = now + self.budget.profile.request_timeout_s
        dispatch = Dispatch(
            batch=batch,
            refs=refs,
            purpose=purpose,
            charge=charge,
            deadline=deadline,
            high_water=self.fold.high_water if high_water is None else high_water,
            cursor=cursor,
        )
        self.fold.apply(intent_of(dispatch), now)
        self._spends[batch] = Spent(id=f"{self._run}:{batch}", charge=charge, sent_at=now, ends_at=deadline, open=True)
        self._fact(self._spends[batch], now)
        return dispatch

    # -- learning

    def _emit(self, events: list[Event], event: Event, now: float) -> None:
        events.append(event)
        self.fold.apply(event, now)

    def _fact(self, fact: Spent | Paused, now: float) -> None:
        self._facts.append(fact)
        self.budget.observe(fact, now)

    def _settle_spend(self, answer: Answer, now: float) -> None:
        """What was certainly not done costs no content; what may still be done is held until its deadline."""
        spent = self._spends.pop(answer.batch)
        meters = dict(spent.charge.meters)
        stands = sum(not isinstance(outcome, Throttled | Transient) for outcome in answer.outcomes)
        for meter in ITEM_METERS:
            if meter in meters:
                meters[meter] = float(stands)
        if "content.requests" in meters:
            meters["content.requests"] = float(stands > 0)
        unknown = any(isinstance(outcome, InDoubt) for outcome in answer.outcomes)
        ends_at = max(answer.received_at, spent.ends_at) if unknown else answer.received_at
        charge = msgspec.structs.replace(spent.charge, meters=meters)
        self._fact(msgspec.structs.replace(spent, charge=charge, ends_at=ends_at, open=False), now)

    def _effected(self, intent: Intent, answer: Answer, events: list[Event], now: float) -> None:
        kind = KINDS[self.fold.kinds[intent.ops[0]]]
        self._frontier.let_go(intent.ops)
        if any(isinstance(outcome, Succeeded) for outcome in answer.outcomes):
            self._attempts.request_went_through()
            self.budget.went_through(scopes_of(intent.charge), now)
        heavy = any(
            isinstance(outcome, Transient | InDoubt) and outcome.category in {"timeout", "resource"}
            for outcome in answer.outcomes
        )
        if heavy and len(intent.ops) > 1:
            self._controller.too_heavy(kind, len(intent.ops))
        for no, outcome in zip(intent.ops, answer.outcomes, strict=True):
            self._one(no, outcome, events, now)
        self._batching.sent(kind, -sum(self.fold.phase[no] == phases.PENDING for no in intent.ops))

    def _one(self, no: int, outcome: Outcome, events: list[Event], now: float) -> None:
        match outcome:
            case Succeeded():
                self._done(no)
            case Throttled():
                self._frontier.push(no)
            case Transient() | InDoubt():
                self._attempts.failed(no)
                if self.fold.phase[no] == phases.PENDING:  # in doubt: a look-up decides first
                    self._again(no, outcome, events, now)
            case Rejected(why=why):
                self._die(no, why, events, now)
            case Fatal(why=why, hint=hint, access=access):
                self._frontier.push(no)
                self._halt = Halt(why, hint, access)

    def _done(self, no: int) -> None:
        self._attempts.succeeded(no)
        for unlocked in self._frontier.settled(no):
            if self.fold.phase[unlocked] == phases.PENDING:
                self._frontier.push(unlocked)

    def _again(self, no: int, outcome: Transient | InDoubt, events: list[Event], now: float) -> None:
        attempts = self.fold.half_attempts[no] / 2
        another_stands = outcome.category == "exists"  # refused for it, and the look-ups prove that it is not ours
        if another_stands or self._attempts.is_worn_out(no, attempts):
            self._die(no, outcome.why or outcome.category, events, now)
        else:
            self._attempts.again(no, outcome, attempts, now)

    def _die(self, no: int, why: str, events: list[Event], now: float) -> None:
        self._emit(events, Dead(no, why), now)
        lost = tuple(op for op in self._frontier.downstream(no) if self.fold.phase[op] == phases.PENDING)
        if lost:
            self._emit(events, Skipped(lost, no), now)

    def _looked(self, intent: Intent, answer: Answer, events: list[Event], now: float) -> None:
        for outcome in answer.outcomes:
            if isinstance(outcome, Fatal):
                self._halt = Halt(outcome.why, outcome.hint, outcome.access)
        kind = KINDS[self.fold.kinds[intent.ops[0]]]
        looked = self._inquiry.answered(kind.code, answer, self.fold, self.budget.profile.doubt_grace_s)
        if looked is None:
            return
        causes = {no: self.fold.doubt[no].cause for no in looked.settled}
        self._emit(events, looked, now)
        for no, _ in looked.found:
            self._done(no)
        for no, cause in causes.items():
            self._again(no, cause, events, now)
        self._batching.sent(kind, -len(causes))

    def _throttled(self, intent: Intent, outcomes: Sequence[Outcome], events: list[Event], now: float) -> None:
        throttled = next((outcome for outcome in outcomes if isinstance(outcome, Throttled)), None)
        if throttled is None:
            return
        streak = self.budget.streak(scope_of(throttled, intent.charge.lane))
        pause = pause_for(throttled, intent.charge.lane, streak, now, self.budget.profile)
        self._emit(events, pause, now)
        self._fact(Paused(**msgspec.structs.asdict(pause)), now)
        creates = int(intent.charge.meters.get("create", 0))
        if self._fallback and is_unannounced_content(throttled, creates):
            why = f"refused though the {self.budget.profile.name} limits had room: {throttled.why}"
            self._emit(events, Switched(self._fallback.name, why), now)
            self._facts.append(Learnt(profile=self._fallback.name, at=now, why=why))
            self._adopt(self._fallback.name)

    def _adopt(self, profile: str) -> None:
        if self._fallback and self._fallback.name == profile:
            self.budget.use(self._fallback)
            self._controller.use(self._fallback)
            self._fallback = None

    def _orphaned(self, intent: Intent, now: float) -> Event:
        outcome = InDoubt("network", "the process ended before the answer came")
        count = len(intent.ops) if intent.purpose == "effect" else 0
        event = Answered(batch=intent.batch, status=0, ms=0.0, outcomes=(outcome,) * count)
        self.fold.apply(event, now)
        return event

    def _marks(self, before: int, events: list[Event], now: float) -> None:
        settled, every = self.fold.settled, self._checkpoint_interval
        failed = self.fold.dead + self.fold.skipped
        if settled // every > before // every:
            self._emit(events, Checkpoint(settled, self.fold.succeeded, failed), now)
        if settled == len(self.fold.phase) and settled > before:
            self._emit(events, Ended(self.fold.succeeded, failed), now)
