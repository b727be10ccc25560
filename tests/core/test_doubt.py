"""When to look for an effect whose answer was lost, and when its absence is proof."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.doubt import READS_FOR_ABSENCE, is_absent, next_read_at
from penstock.model.operation import Idempotency

DEADLINE, GRACE_S = 1_000.0, 60.0


def reads_until_absence(first_at: float, late_s: float) -> list[float]:
    """Times of the reads of an effect that never shows, each sent so late, until its absence is proven."""
    reads, counted, last_at = [], 0, -math.inf
    while True:
        last_at = next_read_at(first_at, DEADLINE, counted, last_at, GRACE_S) + late_s
        reads.append(last_at)
        counted += last_at >= DEADLINE
        if is_absent("none", exists=False, reads=counted, as_of=last_at, deadline=DEADLINE, grace_s=GRACE_S):
            return reads


def test_the_first_look_is_at_once_the_last_after_the_whole_grace() -> None:
    """Most lost answers belong to effects that stand: they are found without waiting."""
    assert [990.0, 1_000.0, 1_005.0, 1_015.0, 1_060.0] == reads_until_absence(990.0, 0.0)


def test_a_run_taken_up_long_after_the_deadline_still_reads_three_times() -> None:
    """Even then one read is no proof: the reads stand apart."""
    assert [9_000.0, 9_005.0, 9_010.0] == reads_until_absence(9_000.0, 0.0)


@given(st.floats(0, 5_000), st.floats(0, 100))
def test_absence_needs_three_reads_after_the_deadline_the_last_after_the_grace(first_at: float, late_s: float) -> None:
    """Whenever the doubt began and however late the reads are sent."""
    reads = [at for at in reads_until_absence(first_at, late_s) if at >= DEADLINE]

    assert len(reads) >= READS_FOR_ABSENCE == 3
    assert reads[-1] >= DEADLINE + GRACE_S
    assert all(later - sooner >= GRACE_S / 12 - 1e-9 for sooner, later in pairwise(reads))


@pytest.mark.parametrize(
    ("idempotency", "exists", "reads", "as_of", "expected"),
    [
        ("none", False, 3, DEADLINE + GRACE_S, True),
        ("none", False, 2, DEADLINE + GRACE_S, False),
        ("none", False, 99, DEADLINE + GRACE_S - 0.001, False),
        ("keyed", False, 0, 0.0, True),
        ("keyed", True, 2, DEADLINE + GRACE_S, False),
        ("keyed", True, 3, DEADLINE + GRACE_S, True),
    ],
)
def test_what_proves_absence(idempotency: Idempotency, exists: bool, reads: int, as_of: float, expected: bool) -> None:
    """One look is enough only where sending twice does no harm and nobody said that it stands."""
    told = {"exists": exists, "reads": reads, "as_of": as_of, "deadline": DEADLINE, "grace_s": GRACE_S}

    assert expected == is_absent(idempotency, **told)  # type: ignore[arg-type]
