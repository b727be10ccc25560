"""How a run went."""

from __future__ import annotations

import pytest
from tests.output.samples import failed_result, result, stopped_result

from penstock.model.result import Failure, RunResult
from penstock.output.ink import Ink
from penstock.output.result import exit_code, result_lines


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (result(), 0),
        (result(succeeded=11, dead=1), 3),
        (result(succeeded=11, skipped=1), 3),
        (result(state="stopped", access=True), 4),
        (stopped_result(), 5),
        (result(state="stopped", dead=1), 5),
    ],
)
def test_the_exit_code_says_how_it_went(outcome: RunResult, expected: int) -> None:
    """0 all done, 3 some failed, 4 no right, 5 can go on."""
    assert expected == exit_code(outcome)


def test_failures_stand_below_their_reason() -> None:
    """The reason most operations share comes first, what was skipped for another comes last."""
    lines = result_lines(failed_result(), "garden.yaml", ink=Ink())

    assert [
        '         2 × label "p9" does not exist',
        "  ! issue.create beds  garden.yaml:3",
        "  ! issue.create fence  garden.yaml:17",
        "         1 × Validation Failed: title is too long",
        "  ! issue.create seeds  garden.yaml:13",
        "         1 × skipped: an operation they need failed",
        "  ! blocked_by.link beds.soil ← beds.frame  garden.yaml:10",
    ] == lines[1:8]


def test_a_long_list_is_cut_and_says_so() -> None:
    """Ten failures, then how many more; all with -v."""
    failures = tuple(Failure(f"issue.create t{number}", "no", number) for number in range(1, 38))
    outcome = result(dead=37, failures=failures)

    short = result_lines(outcome, "g.yaml", ink=Ink())
    whole = result_lines(outcome, "g.yaml", ink=Ink(), verbose=True)

    assert 10 == sum("  ! " in line for line in short)
    assert "  … 27 more; -v shows all" in short
    assert 37 == sum("  ! " in line for line in whole)


def test_a_stopped_run_says_how_to_go_on() -> None:
    """The last line is the command."""
    assert "next     penstock resume 01MCC5RMVRAPAAMTSM5XEGMJ22" == result_lines(stopped_result(), "g", ink=Ink())[-1]
