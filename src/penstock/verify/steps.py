"""The ports of one life of the process, with a death between any two of their steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from penstock.base.clock import Clock
from penstock.base.errors import AnswerLost, TimedOut, TransportError
from penstock.model.events import Event
from penstock.model.limits import Fact
from penstock.model.operation import Operation, OperationRef
from penstock.model.ports import (
    Entry,
    Journal,
    Ledger,
    LedgerTransaction,
    Reply,
    Request,
    RunRecord,
    RunState,
    RunSummary,
)
from penstock.sim.github import SimulatedGitHub
from penstock.sim.replies import SimReply
from penstock.verify.scenario import Crash
from penstock.verify.trace import Came, Sent, Told, Trace, Wrote

STEPS_MAX = 60_000
"""No life of these small plans needs as many: one that does goes round in circles."""


class Died(BaseException):
    """The process is gone. Not an error: nothing may catch it, and nothing of this life may happen after it."""


class Endless(Exception):
    """A life took more steps than any can need."""


class Steps:
    """
    Counts the steps of one life, and ends it.

    Args:
        crash: Where it dies; None for a life that goes on to its end.
    """

    def __init__(self, life: int, clock: Clock, trace: Trace, crash: Crash | None) -> None:
        self.life = life
        self.clock = clock
        self.trace = trace
        self.taken = 0
        self.dead = False
        self._crash = crash

    def reach(self, where: str) -> None:
        """
        One more step.

        Raises:
            Died: It was the last one, or the last one was before.
            Endless: There are too many.
        """
        self.taken += 1
        if self.taken > STEPS_MAX:
            raise Endless(f"more than {STEPS_MAX} steps in one life")
        if self._crash and self.taken == self._crash.step:
            self.dead = True
        if self.dead:
            raise Died(where)

    def dies_next(self) -> float | None:
        """When the next step is the last: how much longer the process lives, in seconds."""
        if self._crash and not self.dead and self.taken + 1 == self._crash.step:
            return self._crash.flight_s
        return None


class SteppedTransport:
    """
    The simulator as a transport. A request whose client died or gave up goes on at the server.

    Args:
        number: Gives every request of the world its number.
    """

    def __init__(self, sim: SimulatedGitHub, token: str, steps: Steps, number: Callable[[], int]) -> None:
        self._sim = sim
        self._headers = {"authorization": f"Bearer {token}", "user-agent": "penstock"}
        self._steps = steps
        self._number = number
        self._awaited: set[int] = set()

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """As `Transport.send`."""
        steps, no = self._steps, self._number()
        steps.reach("before a request")
        now = steps.clock.now()
        steps.trace.add(
            Sent(at=now, life=steps.life, no=no, method=request.method, path=request.path, body=request.body)
        )
        self._awaited.add(no)
        work = asyncio.ensure_future(self._handle(request))
        work.add_done_callback(lambda task: self._came(no, task))
        try:
            answer = await self._answer(work, timeout_s)
        except TransportError:
            steps.reach("behind a request")
            raise
        finally:
            self._awaited.discard(no)
        steps.reach("behind a request")
        return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)

    async def _answer(self, work: asyncio.Future[SimReply], timeout_s: float) -> SimReply:
        lives_s = self._steps.dies_next()
        if lives_s is not None:
            await asyncio.wait({work}, timeout=lives_s)
        self._steps.reach("in the middle of a request")
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(work)
        except TimeoutError:
            raise TimedOut(f"no answer within {timeout_s:.0f} s") from None

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _handle(self, request: Request) -> SimReply:
        headers = {**self._headers, "accept": request.accept}
        answer = await self._sim.handle(request.method, request.path, headers, request.body)
        length = answer.headers.get("content-length")
        if length is not None and int(length) > len(answer.body):
            raise AnswerLost("the answer was cut short")
        return answer

    def _came(self, no: int, work: asyncio.Future[SimReply]) -> None:
        if work.cancelled():
            return
        error = work.exception()
        steps = self._steps
        steps.trace.add(
            Came(
                at=steps.clock.now(),
                life=steps.life,
                no=no,
                reply=None if error else work.result(),
                error=str(error) if isinstance(error, TransportError) else repr(error) if error else "",
                heard=no in self._awaited and not steps.dead,
            )
        )


class SteppedJournal:
    """A journal whose writes are steps. What is committed survives the life that wrote it."""

    def __init__(self, journal: Journal, steps: Steps) -> None:
        self._journal = journal
        self._steps = steps

    def create_run(self, run: RunRecord, operations: Iterable[Operation]) -> None:
        """As `Journal.create_run`."""
        self._steps.reach("before a run is stored")
        self._journal.create_run(run, operations)
        self._steps.reach("behind a stored run")

    def claim(self, run_id: str) -> None:
        """As `Journal.claim`."""
        self._steps.reach("before a claim")
        self._journal.claim(run_id)
        self._steps.reach("behind a claim")

    def append(
        self, run_id: str, events: Sequence[Event], at: float, *, durable: bool, state: RunState | None = None
    ) -> int:
        """As `Journal.append`."""
        steps = self._steps
        steps.reach("before a commit")
        seq = self._journal.append(run_id, events, at, durable=durable, state=state)
        steps.trace.add(Wrote(at=steps.clock.now(), life=steps.life, run=run_id, seq=seq, events=tuple(events)))
        steps.reach("behind a commit")
        return seq

    def run(self, run_id: str) -> RunRecord:
        """As `Journal.run`."""
        return self._journal.run(run_id)

    def runs(self) -> list[RunSummary]:
        """As `Journal.runs`."""
        return self._journal.runs()

    def refs(self, run_id: str) -> Iterator[OperationRef]:
        """As `Journal.refs`."""
        return self._journal.refs(run_id)

    def operations(self, run_id: str, numbers: Sequence[int] | None = None) -> list[Operation]:
        """As `Journal.operations`."""
        return self._journal.operations(run_id, numbers)

    def log(self, run_id: str, after: int = 0) -> Iterator[Entry]:
        """As `Journal.log`."""
        return self._journal.log(run_id, after)

    def close(self) -> None:
        """As `Journal.close`: the file stays, so does this one."""


class _SteppedTransaction:
    def __init__(self, transaction: LedgerTransaction) -> None:
        self.written: list[Fact] = []
        self._transaction = transaction

    def news(self) -> list[Fact]:
        return self._transaction.news()

    def write(self, facts: Sequence[Fact]) -> None:
        self.written.extend(facts)
        self._transaction.write(facts)


class SteppedLedger:
    """A ledger whose transactions are steps."""

    def __init__(self, ledger: Ledger, steps: Steps) -> None:
        self._ledger = ledger
        self._steps = steps

    @contextmanager
    def transaction(self) -> Iterator[LedgerTransaction]:
        """As `Ledger.transaction`."""
        steps = self._steps
        steps.reach("before a ledger transaction")
        with self._ledger.transaction() as inner:
            transaction = _SteppedTransaction(inner)
            yield transaction
            if transaction.written:
                steps.reach("inside a ledger transaction")
        if transaction.written:
            steps.trace.add(Told(at=steps.clock.now(), life=steps.life, facts=tuple(transaction.written)))
            steps.reach("behind a ledger transaction")

    def close(self) -> None:
        """As `Ledger.close`: the file stays, so does this one."""
