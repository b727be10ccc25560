"""A run while it goes."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.output.samples import NOW, garden

from penstock.core.fold import Fold
from penstock.engine.driver import Moment
from penstock.model.decision import Decision, Dispatch, WaitUntil
from penstock.model.events import Answered, Dead, Intent, Skipped, Started
from penstock.model.limits import Charge
from penstock.model.operation import KIND_BY_NAME, Operation
from penstock.model.outcome import Succeeded
from penstock.output.bars import BarPicture, picture
from penstock.output.progress import PlainPicture, Progress, plain_line
from penstock.output.snapshot import Bar, Snapshot, Wait, snapshot, wait_of

CREATE = KIND_BY_NAME["issue.create"].code
LINK = KIND_BY_NAME["blocked_by.link"].code
CHARGE = Charge(resource="graphql", lane="create", writes=True, meters={})
SENDING = Dispatch(batch=1, refs=(), purpose="effect", charge=CHARGE, deadline=NOW)


def settled(creates: int, links: int, done: int) -> Fold:
    """A run of so many operations that began at `NOW`, of which the first `done` stand."""
    fold = Fold([CREATE] * creates + [LINK] * links)
    fold.apply(Started(1, "host", "1"), NOW)
    for no in range(done):
        fold.apply(Intent(batch=no, ops=(no,), charge=CHARGE), NOW)
        fold.apply(Answered(batch=no, status=200, ms=1, outcomes=(Succeeded(),)), NOW)
    return fold


def written(fold: Fold, ticks: list[float], decision: Decision = SENDING) -> list[str]:
    """What plain progress writes at these seconds after the start."""
    lines: list[str] = []
    progress = Progress(PlainPicture(lines.append), look=lambda _: [], source="g.yaml", left=lambda _, __: 60.0)
    for at in ticks:
        progress.observe(Moment(fold, decision, (), NOW + at))
        progress.tick(NOW + at)
    return lines


def test_a_snapshot_counts_every_kind() -> None:
    """Done, failed and left add up, kind by kind."""
    fold = settled(4, 3, done=2)
    fold.apply(Dead(2, "no"), NOW)
    fold.apply(Skipped((5, 6), 2), NOW)

    shot = snapshot(fold)

    assert (Bar("issues", 4, 2, 1), Bar("blocked-by links", 3, 0, 2)) == shot.bars
    assert {"issue.create": 1, "blocked_by.link": 1} == shot.left
    assert (7, 2, 3, 5, 71) == (shot.total, shot.done, shot.failed, shot.settled, shot.percent)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (WaitUntil(NOW + 60, "content, 80 per minute"), Wait("content, 80 per minute", NOW + 60)),
        (WaitUntil(NOW + 1, "gap between writes"), None),
        (WaitUntil(float("inf"), "requests in flight"), None),
        (SENDING, None),
    ],
)
def test_a_wait_worth_a_word_is_named(decision: Decision, expected: Wait | None) -> None:
    """The rhythm of sending is no wait; anything longer says its cause and its end."""
    assert expected == wait_of(decision, NOW)


def test_plain_progress_speaks_every_half_minute() -> None:
    """A run that waits says so, and not eight times a second."""
    wait = WaitUntil(NOW + 3_000, "content, 500 per hour")

    lines = written(settled(100, 0, done=3), [second / 8 for second in range(8 * 61)], wait)

    assert 3 == len(lines)
    assert all("waits for content, 500 per hour, until " in line for line in lines)


def test_plain_progress_speaks_every_five_percent() -> None:
    """A fast run writes at most about twenty lines, the first at 0 and the last at 100 percent."""
    lines: list[str] = []
    plain = PlainPicture(lines.append)
    for done in range(1_001):
        plain.draw(snapshot(settled_shape(done)), 0.0, NOW + done / 100)

    assert 21 == len(lines)
    assert ("  0 %  0/1,000", "100 %  1,000/1,000") == (lines[0][:14], lines[-1][:18])


def settled_shape(done: int) -> Fold:
    """A thousand creates of which `done` stand, without the events."""
    fold = Fold([CREATE] * 1_000)
    fold.phase[:done] = bytes([3]) * done
    fold.started_at = NOW
    return fold


def test_plain_lines_never_overwrite() -> None:
    """No carriage return, no escape code."""
    line = plain_line(snapshot(settled(2, 0, 1), Wait("content, 80 per minute", NOW + 60)), 90.0, NOW + 5)

    assert line.startswith(" 50 %  1/2 after 5.0 s, waits for content, 80 per minute, until ")
    assert line.endswith(", about 90 s left")
    assert line.isprintable()


def test_each_failure_is_told_once() -> None:
    """With its line in the task file; what was only skipped is not told, nor what failed in an earlier process."""
    plan = garden()
    fold = Fold(operation.kind.code for operation in plan.operations)
    fold.apply(Dead(1, "failed before"), NOW)
    lines: list[str] = []
    progress = Progress(
        PlainPicture(lines.append), look=lambda nos: _named(plan.operations, nos), source="g.yaml", left=lambda _, __: 0
    )
    progress.observe(Moment(fold, SENDING, (), NOW))
    progress.tick(NOW)
    fold.apply(Dead(3, 'label "p9"\ndoes not exist'), NOW)
    fold.apply(Skipped((4,), 3), NOW)
    for second in range(1, 10):
        progress.tick(NOW + second)

    assert ['failed issue.create beds.frame (g.yaml:8): label "p9" does not exist'] == [
        line for line in lines if line.startswith("failed")
    ]


def _named(operations: tuple[Operation, ...], numbers: list[int]) -> list[Operation]:
    return [operations[no] for no in numbers]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_bars_fit_the_terminal(width: int) -> None:
    """No line is wider than the terminal, however long the numbers are."""
    shot = Snapshot(
        bars=(Bar("sub-issue links cut", 1_000_000, 999_999, 1), Bar("issues", 500, 312, 4)),
        left={},
        total=1_000_500,
        done=1_000_311,
        failed=5,
        in_doubt=3,
        in_flight=5,
        requests=100_000,
        throttles=17,
        started_at=NOW,
        wait=Wait("content, 500 per hour", NOW + 900),
    )
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(picture(shot, 3_600.0, NOW + 60, width, "Ctrl-C"))
    text = console.file.getvalue()  # type: ignore[attr-defined]

    assert all(cell_len(line) <= width for line in text.splitlines())
    for word in ("312/500", "4 failed", "99 %", "waits for content, 500 per hour, until ", "in doubt"):
        assert word in text


def test_bars_stay_on_the_screen_at_the_end() -> None:
    """The last picture shows how it ended."""
    file = io.StringIO()
    progress = Progress(
        BarPicture(color=False, hint="", file=file), look=lambda _: [], source="g.yaml", left=lambda _, __: 0.0
    )
    progress.observe(Moment(settled(2, 1, done=3), SENDING, (), NOW))
    progress.tick(NOW)
    progress.close()

    assert "3/3" in file.getvalue()


def test_a_virtual_run_is_drawn_in_real_time() -> None:
    """An hour of the run in a tenth of a second is one picture, not thousands."""
    drawn: list[str] = []
    progress = Progress(PlainPicture(drawn.append), look=lambda _: [], source="g.yaml", left=lambda _, __: 0.0)
    progress.observe(Moment(settled(2, 1, done=0), SENDING, (), NOW))
    for second in range(3_600):
        progress.tick(NOW + second, real_now=second / 36_000)

    assert 1 == len(drawn)
