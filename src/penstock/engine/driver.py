"""
The driver: the only asyncio loop. It carries out what the scheduler decides and decides nothing.

One tick: read what others spent, ask for a decision, write the charges (one ledger transaction); commit the intent;
send. An answer's events are committed with the next intent, or before any wait.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from penstock.base.clock import Clock
from penstock.base.errors import JournalError, TransportError
from penstock.core.fold import Fold
from penstock.core.gauges import Instruments
from penstock.core.scheduler import Scheduler
from penstock.engine.account import AccountLimits
from penstock.engine.resolver import Resolver
from penstock.github.context import Api
from penstock.github.lookups import lookup
from penstock.github.requests import effect, probe
from penstock.github.responses import read_effect, read_lookup, read_probe
from penstock.model.decision import AwaitAnswer, Decision, Dispatch, Finished, Halt, WaitUntil
from penstock.model.events import Event, intent_of
from penstock.model.gauges import Gauges
from penstock.model.operation import Operation
from penstock.model.outcome import Answer
from penstock.model.ports import Journal, Reply, Request, Transport


class Moment(NamedTuple):
    """
    What an observer is told after every decision.

    Attributes:
        fold: State of the run, which goes on changing.
        decision: What was decided just now.
        events: What has happened since the moment before, in order.
        now: Epoch seconds.
        gauges: Reads the instruments, at the instant it is called: ask only when they are looked at.
    """

    fold: Fold
    decision: Decision
    events: Sequence[Event]
    now: float
    gauges: Callable[[], Gauges] = Gauges


Observer = Callable[[Moment], None]


class Driver:
    """
    Runs one scheduler to its end.

    Args:
        run: Run id.
        scheduler: Holds the operations, restored.
        limits: Budget and ledger of the account.
        resolver: Payloads and ids.
        api: `graphql` or `rest`.
        observer: Told after every decision.
    """

    def __init__(
        self,
        *,
        run: str,
        scheduler: Scheduler,
        limits: AccountLimits,
        resolver: Resolver,
        journal: Journal,
        transport: Transport,
        clock: Clock,
        api: Api,
        observer: Observer | None = None,
    ) -> None:
        self._run = run
        self._scheduler = scheduler
        self._limits = limits
        self._resolver = resolver
        self._journal = journal
        self._transport = transport
        self._clock = clock
        self._api = api
        self._observer = observer
        self._instruments = Instruments(scheduler.fold, limits.budget)
        self._unwritten: list[Event] = []
        self._untold: list[Event] = []
        self._requests: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False
        self._broken: BaseException | None = None

    def stop(self, cause: str) -> None:
        """Start nothing more, let what is in flight end, then halt. Asking again changes nothing."""
        if not self._stopping:  # an observer that asks at every decision must not keep the loop from its requests
            self._stopping = True
            self._scheduler.stop(cause)
            self._woken.set()

    async def run(self) -> Finished | Halt:
        """
        Until every operation is settled or the run must stop.

        Raises:
            JournalError: The journal cannot be written; nothing was sent without a committed intent.
        """
        try:
            while True:
                self._woken.clear()
                if self._broken:
                    raise self._broken
                decision = self._decide()
                if self._observer:
                    self._observer(self._moment(decision))
                match decision:
                    case Dispatch():
                        self._dispatch(decision)
                    case WaitUntil(at=at):
                        self._write()
                        await self._wait(at)
                    case AwaitAnswer():
                        self._write()
                        await self._wait(math.inf)
                    case Finished() | Halt():
                        self._write()
                        return decision
        finally:
            for request in self._requests:
                request.cancel()
            with suppress(JournalError):  # answers that are known need no look-up later
                self._write()

    def _decide(self) -> Decision:
        now = self._clock.now()
        with self._limits.exchange(self._scheduler.observe, now) as transaction:
            decision = self._scheduler.next(now)
            transaction.write(self._scheduler.take_facts())
        return decision

    def _moment(self, decision: Decision) -> Moment:
        events, self._untold = self._untold, []
        if isinstance(decision, WaitUntil):
            self._instruments.waits(decision.cause)
        return Moment(self._scheduler.fold, decision, events, self._clock.now(), self._gauges)

    def _gauges(self) -> Gauges:
        return self._instruments.read(self._clock.now())

    def _dispatch(self, dispatch: Dispatch) -> None:
        operations = self._resolver.operations(dispatch.refs) if dispatch.refs else []
        request = self._build(dispatch, operations)
        self._tell([intent_of(dispatch)])
        makes_what_cannot_be_told_apart = any(operation.kind.idempotency == "none" for operation in operations)
        self._write(durable=dispatch.purpose == "effect" and makes_what_cannot_be_told_apart)
        task = asyncio.get_running_loop().create_task(self._exchange(dispatch, operations, request))
        self._requests.add(task)
        task.add_done_callback(self._ended)

    def _build(self, dispatch: Dispatch, operations: list[Operation]) -> Request:
        context = self._resolver.context(self._clock.now())
        if dispatch.purpose == "probe":
            return probe(context, self._api)
        if dispatch.purpose == "lookup":
            return lookup(context, self._api, operations, dispatch.high_water, dispatch.cursor)
        return effect(context, self._api, operations)

    async def _exchange(self, dispatch: Dispatch, operations: list[Operation], request: Request) -> None:
        sent_at = self._clock.now()
        reply: Reply | TransportError
        try:
            reply = await self._transport.send(request, dispatch.deadline - sent_at)
        except TransportError as error:
            reply = error
        now = self._clock.now()
        answer = self._read(dispatch, operations, reply, sent_at, now)
        self._tell(self._scheduler.answer(answer, now))

    def _read(
        self, dispatch: Dispatch, operations: list[Operation], reply: Reply | TransportError, sent_at: float, now: float
    ) -> Answer:
        batch = dispatch.batch
        if dispatch.purpose == "probe":
            return read_probe(self._api, reply, batch=batch, sent_at=sent_at, received_at=now)
        context = self._resolver.context(now)
        if dispatch.purpose == "lookup":
            return read_lookup(
                *(context, self._api, operations, reply),
                batch=batch,
                sent_at=sent_at,
                received_at=now,
                high_water=dispatch.high_water,
                cursor=dispatch.cursor,
            )
        timeout_s = dispatch.deadline - sent_at
        return read_effect(
            *(context, self._api, operations, reply),
            batch=batch,
            sent_at=sent_at,
            received_at=now,
            timeout_s=timeout_s,
        )

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        self._woken.set()
        if not task.cancelled():
            self._broken = self._broken or task.exception()

    async def _wait(self, at: float) -> None:
        delay_s = max(0.0, at - self._clock.now())
        with suppress(TimeoutError):
            async with asyncio.timeout(None if delay_s == math.inf else delay_s):
                await self._woken.wait()

    def _tell(self, events: Sequence[Event]) -> None:
        self._unwritten.extend(events)
        if self._observer:
            self._untold.extend(events)

    def _write(self, *, durable: bool = False) -> None:
        if self._unwritten:
            self._journal.append(self._run, self._unwritten, self._clock.now(), durable=durable)
            self._unwritten = []
