"""Operations, one on a line."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tests.output.samples import garden

from penstock.model.operation import KINDS
from penstock.output.changes import SIGNS, change_lines, kind_words, shown_first
from penstock.output.ink import Ink


def test_every_kind_has_words() -> None:
    """No operation is left without a name on the screen, and no sign without a colour."""
    for kind in KINDS:
        words = kind_words(kind.name)
        assert words.sign in SIGNS
        assert words.short
        assert 2 == len(set(words.long))


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    """Titles are cut, the line reference never."""
    tasks = "tasks:\n" + "".join(
        f'  - {{key: k{number}, title: "{"世界 " * 20}", labels: [a, b, c, d, e, f, g, h]}}\n' for number in range(9)
    )
    plan = garden(tasks=b"graph: garden\n" + tasks.encode())
    lines = change_lines(plan.operations, plan.desired, ink=Ink(), width=width)

    assert all(cell_len(line) <= width for line in lines)
    assert all(
        line.endswith(f"line {operation.line}" if width < 100 else f"garden.yaml:{operation.line}")
        for line, operation in zip(lines, plan.operations, strict=True)
        if operation.line
    )


def test_issues_come_before_what_they_need() -> None:
    """The reader looks for tasks; labels and milestones stand last."""
    kinds = [operation.kind.name for operation in shown_first(garden().operations)]

    assert ["issue.create", "milestone.create"] == [kinds[0], kinds[-1]]
