"""Long files of every format, one two-hundredth of the sizes in `large_inputs`: time and memory stay in proportion."""

from __future__ import annotations

import pytest
from tests.task_files.large_inputs import INPUTS, read_apart

CPU_S_MAX = 60
"""A guard, not a measure: all of them together take about six seconds."""


@pytest.mark.slow
def test_long_files_are_read_or_refused_and_never_hang() -> None:
    """Each ends with tasks or with a refusal, none with another exception, too much memory or a killed process."""
    done = read_apart(list(INPUTS), 0.005, CPU_S_MAX)
    assert (0, "") == (done.returncode, done.stderr)
    lines = done.stdout.splitlines()
    assert len(INPUTS) == len(lines)
    assert [] == [line for line in lines if not (line.endswith(" tasks") or "refused on line" in line)]
