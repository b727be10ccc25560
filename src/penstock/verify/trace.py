"""Everything that happened in a world, in order: what judges read and what a timeline prints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from penstock.model.events import Event
from penstock.model.limits import Fact
from penstock.sim.replies import SimReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    Attributes:
        at: Virtual epoch seconds.
        life: Number of the process's life, from 1; 0 for the world around it.
    """

    at: float
    life: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Mark):
    """A request left the process. `no` counts requests over all lives."""

    no: int
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Came(Mark):
    """
    What came of request `no`.

    Attributes:
        reply: None when the connection broke or the time was over; `error` says which.
        heard: Whether the process still lived to hear it.
    """

    no: int
    reply: SimReply | None
    error: str = ""
    heard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote(Mark):
    """A commit of the journal: events of a run, the last with sequence number `seq`."""

    run: str
    seq: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Mark):
    """A commit of the ledger that wrote facts."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Mark):
    """A process started, for the run of phase `phase`."""

    phase: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Mark):
    """
    A life ended.

    Attributes:
        how: `finished`, `stopped`, `crashed`, `refused` (with an error for the user) or `broken` (a bug).
        why: In words.
    """

    how: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around(Mark):
    """Something in the world: faults end, a person acts."""

    what: str


M = TypeVar("M", bound=Mark)


@dataclass(slots=True)
class Trace:
    """Marks in the order in which they happened."""

    marks: list[Mark] = field(default_factory=list)

    def add(self, mark: Mark) -> None:
        """Note what happens now."""
        self.marks.append(mark)

    def of(self, *kinds: type[M]) -> Iterator[M]:
        """Marks of these types, in order."""
        return (mark for mark in self.marks if isinstance(mark, kinds))

    def digest(self, lines: Sequence[str]) -> str:
        """A fingerprint of all of it: bodies and answers from the marks, everything else from a timeline's lines."""
        fingerprint = hashlib.sha256("\n".join(lines).encode())
        for mark in self.marks:
            if isinstance(mark, Sent):
                fingerprint.update(mark.body)
            elif isinstance(mark, Came) and mark.reply is not None:
                fingerprint.update(mark.reply.body)
        return fingerprint.hexdigest()


def died_at(trace: Trace) -> Mapping[int, float]:
    """When each life that crashed did."""
    return {mark.life: mark.at for mark in trace.of(Ended) if mark.how == "crashed"}
