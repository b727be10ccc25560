"""
When to look for an effect whose answer was lost, and when its absence is proof.

Presence in any read is proof at once. Absence in one read proves nothing: reads come from replicas, and a server may
go on after its client gave up.
"""

from __future__ import annotations

from penstock.model.operation import Idempotency

READS_FOR_ABSENCE = 3
_SPREAD = (0.0, 1 / 12, 1 / 4, 1.0)


def next_read_at(sent_back_at: float, deadline: float, reads: int, last_read_at: float, grace_s: float) -> float:
    """
    When to look next.

    Args:
        sent_back_at: Epoch seconds at which the operation came into doubt.
        deadline: When the server stopped working on the request at the latest.
        reads: Whole reads since the deadline that did not show it.
        last_read_at: When the last read of any kind was sent; 0 for none.
        grace_s: How long an effect may stay unseen.

    Returns:
        Epoch seconds: the first read at once, then 1/12, 1/4 and all of the grace after the deadline.
    """
    if last_read_at < sent_back_at:
        return sent_back_at
    due = deadline + grace_s * _SPREAD[min(reads, len(_SPREAD) - 1)]
    return max(due, last_read_at + grace_s / 12)


def is_absent(
    idempotency: Idempotency, *, exists: bool, reads: int, as_of: float, deadline: float, grace_s: float
) -> bool:
    """
    Whether an operation not seen did not happen.

    Args:
        idempotency: A keyed kind may be sent again after one look: a second one would be refused, not doubled.
        exists: It was refused as existing already: then one look that does not show it proves nothing.
        reads: Whole reads since the deadline that did not show it, this one included.
        as_of: When this read was sent.
        deadline, grace_s: As in `next_read_at`.
    """
    if idempotency != "none" and not exists:
        return True
    return reads >= READS_FOR_ABSENCE and as_of >= deadline + grace_s
