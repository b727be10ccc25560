"""How a run went."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tests.output.moments import FAILURES
from tests.output.samples import failed_result, result, stopped_result

from penstock.model.result import Failure, RunResult
from penstock.output.ink import Ink
from penstock.output.result import Again, exit_code, result_lines


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
        'reason   2 × label "p9" does not exist',
        "mend     create the label, or name another one in the task file",
        "  ! issue.create beds  garden.yaml:3",
        "  ! issue.create fence  garden.yaml:17",
        "reason   1 × Validation Failed: title is too long",
        "mend     shorten it in the task file",
        "  ! issue.create seeds  garden.yaml:13",
        "reason   1 × skipped: an operation they need failed",
        "  ! blocked_by.link beds.soil ← beds.frame  garden.yaml:10",
    ] == lines[1:10]


def test_one_reason_is_one_group() -> None:
    """Ids that GitHub puts into its words do not make reasons of their own."""
    words = "Something went wrong while executing your query. Please include `4A1B:3C2D:{}` when reporting this issue."
    failures = tuple(Failure(f"issue.create t{number}", words.format(f"000{number}")) for number in range(3))

    lines = result_lines(result(dead=3, failures=failures), "g.yaml", ink=Ink())

    assert 1 == sum(" 3 × " in line for line in lines)
    assert "mend     the server failed each time; apply again later" in lines


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_where_a_failure_is_found_is_never_cut(width: int) -> None:
    """Line, page and request id stand whole, on a second line where one is too narrow."""
    lines = result_lines(result(dead=3, failures=FAILURES), "docs/prd.md", ink=Ink(), width=width)
    text = "\n".join(lines)

    for words in ("docs/prd.md:164", "https://github.com/octo/widgets/issues/231", "request 4A1B:3C2D:0001"):
        assert words in text
    assert all(cell_len(line) <= max(width, 72) for line in lines)


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


def test_the_next_command_is_complete() -> None:
    """What it must be told again stands in it: where the journal lies, or the files and options of the plan."""
    again = Again(run="--state-dir here", plan="a.md 'b c.md' --repo octo/widgets")

    def last(outcome: RunResult) -> str:
        return result_lines(outcome, "a.md, b c.md", ink=Ink(), again=again)[-1]

    assert last(stopped_result()).endswith("resume 01MCC5RMVRAPAAMTSM5XEGMJ22 --state-dir here")
    assert last(result()).endswith("audit 01MCC5RMVRAPAAMTSM5XEGMJ22 --state-dir here")
    assert "then penstock apply a.md 'b c.md' --repo octo/widgets: what stands" in last(failed_result())
