"""
Look-ups: which operations in doubt to ask after, and what a whole read of them means.

One read asks after doubtful operations of one kind and may take several requests, chained by a cursor.
"""

from __future__ import annotations

import math

from penstock.core import doubt as doubts
from penstock.core.fold import DOUBT, Fold
from penstock.model.events import Looked
from penstock.model.operation import KINDS
from penstock.model.outcome import Answer, Succeeded, Transient

REFS_MAX = 100
"""Operations in one read; while so many of a kind are in doubt, no more of it are sent."""


class _Read:
    """The read of one kind, under way or done."""

    __slots__ = ("as_of", "asked", "cursor", "found", "last_at", "refs", "size")

    def __init__(self) -> None:
        self.refs: tuple[int, ...] = ()
        self.size = REFS_MAX
        self.cursor = ""
        self.found: dict[int, Succeeded] = {}
        self.asked = False
        self.as_of = 0.0
        self.last_at = -math.inf


class Inquiry:
    """Reads under way, one per kind at most."""

    def __init__(self) -> None:
        self._reads = {kind.code: _Read() for kind in KINDS}

    def due(self, fold: Fold, grace_s: float) -> list[tuple[float, int]]:
        """(when, kind code) of the next request for every kind with operations in doubt, soonest first."""
        by_kind: dict[int, float] = {}
        for no, doubt in fold.doubt.items():
            kind = fold.kinds[no]
            read = self._reads[kind]
            if read.asked:
                continue
            at = read.as_of
            if not read.cursor:
                at = doubts.next_read_at(doubt.since, doubt.deadline, doubt.reads, read.last_at, grace_s)
            by_kind[kind] = min(at, by_kind.get(kind, math.inf))
        return sorted((at, kind) for kind, at in by_kind.items())

    def ask(self, kind: int, fold: Fold, now: float) -> tuple[tuple[int, ...], str, int]:
        """Start or go on with a read: operations, cursor, high-water mark."""
        read = self._reads[kind]
        if not read.cursor:
            doubtful = [no for no in fold.doubt if fold.kinds[no] == kind]
            doubtful.sort(key=lambda no: fold.doubt[no].reads)
            read.refs, read.found, read.as_of = tuple(doubtful[: read.size]), {}, now
        read.asked = True
        return read.refs, read.cursor, min(fold.doubt[no].high_water for no in read.refs)

    def answered(self, kind: int, answer: Answer, fold: Fold, grace_s: float) -> Looked | None:
        """What the read says once it is whole; None while it is not, or when it failed and starts anew."""
        read = self._reads[kind]
        read.asked, read.last_at = False, answer.sent_at
        if answer.outcomes:
            read.cursor = ""
            if any(isinstance(outcome, Transient) and outcome.category == "resource" for outcome in answer.outcomes):
                read.size = max(1, len(read.refs) // 2)
            return None
        read.found.update(answer.found)
        read.cursor = answer.more
        if answer.more:
            return None
        found = {no: outcome for no, outcome in read.found.items() if fold.phase[no] == DOUBT}
        absent = tuple(no for no in read.refs if no not in found)
        settled = tuple(no for no in absent if _is_absent(no, fold, read.as_of, grace_s))
        return Looked(batch=answer.batch, as_of=read.as_of, found=tuple(found.items()), absent=absent, settled=settled)


def _is_absent(no: int, fold: Fold, as_of: float, grace_s: float) -> bool:
    doubt = fold.doubt[no]
    reads = doubt.reads + (as_of >= doubt.deadline)
    return doubts.is_absent(
        KINDS[fold.kinds[no]].idempotency,
        exists=doubt.cause.category == "exists",
        reads=reads,
        as_of=as_of,
        deadline=doubt.deadline,
        grace_s=grace_s,
    )
