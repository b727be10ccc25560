"""What the scheduler wants next: a closed list. The driver carries it out and decides nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from penstock.model.limits import Charge

Purpose = Literal["effect", "lookup", "probe"]


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """
    Send one request.

    Attributes:
        batch: Number of the dispatch, growing.
        refs: Operation numbers, all of one kind; empty for a probe.
        purpose: `effect` does the operations, `lookup` asks whether they were done, `probe` whether the server works.
        charge: What it spends, already reserved.
        deadline: Epoch seconds after which the server no longer works on it.
        high_water: For `effect` and `lookup`: greatest issue number known before the effect was sent.
        cursor: For `lookup`: where a read of several requests goes on.
    """

    batch: int
    refs: tuple[int, ...]
    purpose: Purpose
    charge: Charge
    deadline: float
    high_water: int = 0
    cursor: str = ""


class WaitUntil(msgspec.Struct, frozen=True):
    """
    Nothing may be sent before `at`, unless an answer arrives first.

    Attributes:
        at: Epoch seconds.
        cause: Named for people, e.g. `content, 500 per hour`.
    """

    at: float
    cause: str


class AwaitAnswer(msgspec.Struct, frozen=True):
    """Nothing can be decided before an answer arrives."""


class Halt(msgspec.Struct, frozen=True):
    """
    Stop; the run stays resumable.

    Attributes:
        cause: For people.
        hint: What to do.
        access: A matter of token or permission.
    """

    cause: str
    hint: str = ""
    access: bool = False


class Finished(msgspec.Struct, frozen=True):
    """Every operation is settled."""


Decision = Dispatch | WaitUntil | AwaitAnswer | Halt | Finished
