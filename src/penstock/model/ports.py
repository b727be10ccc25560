"""What the shell must provide: transport, journal, ledger. One contract suite per port, run on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from penstock.model.config import Config
from penstock.model.events import Event
from penstock.model.limits import Fact
from penstock.model.operation import Operation, OperationRef
from penstock.model.plan import Plan

RunState = Literal["running", "stopped", "finished"]


class Request(msgspec.Struct, frozen=True):
    """
    One HTTP request to the API.

    Attributes:
        method: `GET`, `POST`, …
        path: Below the API root, with query string, e.g. `/repos/o/r/issues?page=2`, or `/graphql`.
        body: JSON, or empty.
        accept: Media type.
    """

    method: str
    path: str
    body: bytes = b""
    accept: str = "application/vnd.github+json"


class Reply(msgspec.Struct, frozen=True):
    """
    One HTTP answer. Header names are lower case.

    Attributes:
        status: HTTP status.
        headers: As sent.
        body: Decompressed bytes, whole.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends a request once, never twice, and follows no redirect of a request that writes."""

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """
        The answer, whatever its status.

        Raises:
            NotSent: Nothing reached the server.
            AnswerLost: Sent, and no whole answer.
            TimedOut: Sent, and no whole answer in time.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    A run as the journal holds it.

    Attributes:
        id: ULID.
        plan: The plan without its operations (they are rows of their own).
        plan_sha: SHA-256 of the whole plan, operations included.
        state: `running` while a process holds it or died holding it.
        total: Number of operations.
        seq: Last sequence number of its log.
    """

    id: str
    kind: Literal["apply"]
    plan: Plan
    plan_sha: str
    config: Config
    created_at: float
    total: int
    state: RunState = "running"
    seq: int = 0


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A run without its plan, for lists."""

    id: str
    kind: Literal["apply"]
    graph: str
    repository: str
    plan_sha: str
    created_at: float
    total: int
    state: RunState
    seq: int


class Entry(msgspec.Struct, frozen=True):
    """One row of a run's log: sequence number (from 1, gap-free), epoch seconds, event."""

    seq: int
    at: float
    event: Event


class Journal(Protocol):
    """The truth about runs. Rows of a plan are never updated, the log only grows."""

    def create_run(self, run: RunRecord, operations: Iterable[Operation]) -> None:
        """Store a run and its operations in one transaction."""
        ...

    def claim(self, run_id: str) -> None:
        """Become the one who appends: the appends of any earlier claimant fail from now on."""
        ...

    def run(self, run_id: str) -> RunRecord:
        """
        One run.

        Raises:
            JournalError: No such run, or a journal of another version.
        """
        ...

    def runs(self) -> list[RunSummary]:
        """All runs, newest first."""
        ...

    def refs(self, run_id: str) -> Iterator[OperationRef]:
        """All operations in order, without payloads."""
        ...

    def operations(self, run_id: str, numbers: Sequence[int] | None = None) -> list[Operation]:
        """Operations with payloads, in the order of `numbers`; all of them when it is None."""
        ...

    def append(
        self, run_id: str, events: Sequence[Event], at: float, *, durable: bool, state: RunState | None = None
    ) -> int:
        """
        Write events in one commit and return the last sequence number.

        Args:
            at: Epoch seconds.
            durable: Survive a power loss (fsync), not only the death of the process.
            state: New state of the run, in the same transaction.
        """
        ...

    def log(self, run_id: str, after: int = 0) -> Iterator[Entry]:
        """Events with a sequence number above `after`, in order."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class LedgerTransaction(Protocol):
    """Reading and writing an account's facts while no other process can."""

    def news(self) -> list[Fact]:
        """Facts that this ledger object has not returned yet: written by others, or by anybody before it was opened."""
        ...

    def write(self, facts: Sequence[Fact]) -> None:
        """Add facts; a `Spent` replaces the one with the same id."""
        ...


class Ledger(Protocol):
    """Spends, pauses and learnt limits of one (host, account), shared by the processes of a machine."""

    def transaction(self) -> AbstractContextManager[LedgerTransaction]:
        """One short exclusive transaction; committed on exit, rolled back on an exception."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
