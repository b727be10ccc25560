"""What the log of a run says: a closed list. State is what folding it gives; nothing else is kept."""

from __future__ import annotations

import msgspec

from penstock.model.decision import Dispatch, Purpose
from penstock.model.limits import Charge
from penstock.model.outcome import Answer, InDoubt, Outcome, Rate, Succeeded


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A process took the run up."""

    pid: int
    host: str
    version: str


class Intent(msgspec.Struct, frozen=True, tag="intent", kw_only=True, omit_defaults=True):
    """A request is about to be sent. Committed before the first byte leaves."""

    batch: int
    ops: tuple[int, ...]
    purpose: Purpose = "effect"
    charge: Charge
    high_water: int = 0
    deadline: float = 0.0


class Answered(msgspec.Struct, frozen=True, tag="answer", kw_only=True, omit_defaults=True):
    """
    A request came to an end. `outcomes` stand in the order of the intent's `ops`.

    Attributes:
        ms: From first byte sent to last byte read, in milliseconds.
    """

    batch: int
    status: int
    ms: float
    outcomes: tuple[Outcome, ...] = ()
    request_id: str = ""
    rate: Rate | None = None


class Looked(msgspec.Struct, frozen=True, tag="looked", kw_only=True, omit_defaults=True):
    """
    A whole read asked whether operations in doubt were done.

    Attributes:
        found: Operations that stand.
        absent: Operations not seen in this read.
        as_of: Epoch seconds at which the read was sent.
        settled: Those of `absent` now known not to have happened: they may be sent again.
    """

    batch: int
    as_of: float
    found: tuple[tuple[int, Succeeded], ...] = ()
    absent: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()


class Pause(msgspec.Struct, frozen=True, tag="paused", kw_only=True):
    """Something must wait, also after a restart. Fields as in `limits.Paused`."""

    scope: str
    until: float
    cause: str
    streak: int
    lane: str = ""


class Switched(msgspec.Struct, frozen=True, tag="switched"):
    """The account is paced by another profile from now on."""

    profile: str
    why: str


class Sized(msgspec.Struct, frozen=True, tag="sized"):
    """
    The largest batch of a kind changed.

    Attributes:
        kind: e.g. `issue.update`.
        before, after: Operations in one request.
        why: What keeps it from being larger.
    """

    kind: str
    before: int
    after: int
    why: str


class Breaker(msgspec.Struct, frozen=True, tag="breaker", omit_defaults=True):
    """The circuit breaker changed its state: `closed`, or `open` until the next probe, in epoch seconds."""

    state: str
    why: str
    until: float = 0.0


class Dead(msgspec.Struct, frozen=True, tag="dead"):
    """An operation will not be tried again by itself."""

    op: int
    why: str


class Skipped(msgspec.Struct, frozen=True, tag="skipped"):
    """Operations whose upstream operation `because` is dead."""

    ops: tuple[int, ...]
    because: int


class Checkpoint(msgspec.Struct, frozen=True, tag="checkpoint"):
    """A mark: how many operations were settled, and how."""

    settled: int
    succeeded: int
    failed: int


class Stopped(msgspec.Struct, frozen=True, tag="stopped"):
    """The process let go of the run; it can be resumed."""

    cause: str


class Ended(msgspec.Struct, frozen=True, tag="finished"):
    """Every operation is settled."""

    succeeded: int
    failed: int


Event = (
    Started
    | Intent
    | Answered
    | Looked
    | Pause
    | Switched
    | Sized
    | Breaker
    | Dead
    | Skipped
    | Checkpoint
    | Stopped
    | Ended
)


def intent_of(dispatch: Dispatch) -> Intent:
    """The event to commit before a dispatch is sent."""
    return Intent(
        batch=dispatch.batch,
        ops=dispatch.refs,
        purpose=dispatch.purpose,
        charge=dispatch.charge,
        high_water=dispatch.high_water,
        deadline=dispatch.deadline,
    )


def orphaned(intent: Intent) -> Answered:
    """The end of a request whose answer no log holds."""
    outcome = InDoubt("network", "the process ended before the answer came")
    count = len(intent.ops) if intent.purpose == "effect" else 0
    return Answered(batch=intent.batch, status=0, ms=0.0, outcomes=(outcome,) * count)


def answered(answer: Answer) -> Answered:
    """What the log keeps of an answer."""
    return Answered(
        batch=answer.batch,
        status=answer.status,
        ms=round((answer.received_at - answer.sent_at) * 1000, 3),
        outcomes=answer.outcomes,
        request_id=answer.request_id,
        rate=answer.rate,
    )
