"""A run while it goes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC

import pytest
from msgspec.structs import replace
from tests.output.samples import NOW, garden

from penstock.core.fold import Fold
from penstock.engine.driver import Moment
from penstock.model.decision import Decision, Dispatch, Finished, Halt, WaitUntil
from penstock.model.events import Answered, Dead, Intent, Skipped, Started
from penstock.model.gauges import Gauges
from penstock.model.limits import Charge
from penstock.model.operation import KIND_BY_NAME
from penstock.model.outcome import Succeeded
from penstock.output.bars import BarPicture
from penstock.output.progress import LIVE_EVERY_S, PlainPicture, Progress, looking_up, plain_line
from penstock.output.snapshot import Band, Bar, Pace, Snapshot, Trouble, Wait, snapshot, wait_of

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


def nobody(_fold: Fold, _numbers: Sequence[int]) -> tuple[Trouble, ...]:
    """Nothing is known of what failed."""
    return ()


def written(fold: Fold, ticks: list[float], decision: Decision = SENDING) -> list[str]:
    """What plain progress writes at these seconds after the start."""
    lines: list[str] = []
    progress = Progress(PlainPicture(lines.append), look=nobody, left=lambda _, __: Band(60.0, 60.0))
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
        plain.draw(snapshot(settled_shape(done)), Band(0.0, 0.0), NOW + done / 100)

    assert 21 == len(lines)
    assert ("  0 %  0/1,000", "100 %  1,000/1,000") == (lines[0][:14], lines[-1][:18])


def settled_shape(done: int) -> Fold:
    """A thousand creates of which `done` stand, without the events."""
    fold = Fold([CREATE] * 1_000)
    fold.phase[:done] = bytes([3]) * done
    return fold


def test_plain_lines_never_overwrite() -> None:
    """No carriage return, no escape code."""
    shot = replace(snapshot(settled(2, 0, 1), Wait("content, 80 per minute", NOW + 60)), since=NOW)
    line = plain_line(shot, Band(90.0, 90.0), NOW + 5, UTC)

    assert " 50 %  1/2 waits for content, 80 per minute, until 08:01:00 (55 s), after 5 s, about 90 s left" == line
    assert line.isprintable()


def test_each_failure_is_told_once() -> None:
    """With its line in the task file; what was only skipped is not told, nor what failed in an earlier process."""
    plan = garden()
    fold = Fold(operation.kind.code for operation in plan.operations)
    fold.apply(Dead(1, "failed before"), NOW)
    lines: list[str] = []
    progress = Progress(
        PlainPicture(lines.append),
        look=looking_up(plan, lambda numbers: [plan.operations[no] for no in numbers]),
        left=lambda _, __: Band(0.0, 0.0),
    )
    progress.observe(Moment(fold, SENDING, (), NOW))
    progress.tick(NOW)
    fold.apply(Dead(3, 'label "p9"\ndoes not exist'), NOW)
    fold.apply(Skipped((4,), 3), NOW)
    for second in range(1, 10):
        progress.tick(NOW + second)

    assert ['failed issue.create beds.frame (garden.yaml:8): label "p9" does not exist'] == [
        line for line in lines if line.startswith("failed")
    ]


def test_bars_stay_on_the_screen_at_the_end() -> None:
    """The last picture shows how it ended."""
    file = io.StringIO()
    progress = Progress(BarPicture(color=False, hint="", file=file), look=nobody, left=lambda _, __: Band(0.0, 0.0))
    progress.observe(Moment(settled(2, 1, done=3), SENDING, (), NOW))
    progress.tick(NOW)
    progress.close()

    assert "3/3" in file.getvalue()


def test_a_virtual_run_is_drawn_in_real_time() -> None:
    """An hour of the run in a tenth of a second is one picture, not thousands."""
    drawn: list[str] = []
    progress = Progress(PlainPicture(drawn.append), look=nobody, left=lambda _, __: Band(0.0, 0.0))
    progress.observe(Moment(settled(2, 1, done=0), SENDING, (), NOW))
    for second in range(3_600):
        progress.tick(NOW + second, real_now=second / 36_000)

    assert 1 == len(drawn)


class Seen:
    """A picture that keeps what it was shown."""

    def __init__(self) -> None:
        self.shots: list[Snapshot] = []

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Keep it."""
        self.shots.append(shot)

    def say(self, line: str) -> None:
        """Nothing is said."""

    def close(self) -> None:
        """Nothing to put away."""


def progress_on(seen: Seen) -> Progress:
    """Progress that nobody asks for failures."""
    return Progress(seen, look=nobody, left=lambda _, __: Band(0.0, 0.0))


def counting(calls: list[float]) -> Callable[[], Gauges]:
    """Instruments that count how often they are read."""

    def read() -> Gauges:
        calls.append(1.0)
        return Gauges()

    return read


def test_instruments_are_read_only_when_something_is_drawn() -> None:
    """A thousand decisions in a second cost eight pictures, not a thousand readings."""
    calls: list[float] = []
    progress = progress_on(Seen())
    for number in range(1_000):
        now = NOW + number / 1_000
        progress.observe(Moment(settled(2, 0, 0), SENDING, (), now, counting(calls)))
        progress.tick(now)

    assert len(calls) <= 1 / LIVE_EVERY_S


def test_a_resumed_run_counts_from_its_own_start() -> None:
    """The total includes what was done before; time and rate do not."""
    seen = Seen()
    progress = progress_on(seen)
    progress.observe(Moment(settled(10, 0, 6), SENDING, (), NOW + 5_000))
    progress.tick(NOW + 5_000)
    progress.observe(Moment(settled(10, 0, 8), SENDING, (), NOW + 5_030))
    progress.tick(NOW + 5_030)
    last = seen.shots[-1]

    assert (8, 6, NOW + 5_000, 4.0) == (last.settled, last.settled_before, last.since, last.per_minute)


@pytest.mark.parametrize(
    ("decision", "expected"), [(SENDING, "running"), (Halt("Ctrl-C"), "stopped"), (Finished(), "finished")]
)
def test_the_last_picture_knows_how_it_ended(decision: Decision, expected: str) -> None:
    """So nothing on it says that something would still come."""
    seen = Seen()
    progress = progress_on(seen)
    progress.observe(Moment(settled(2, 0, 1), decision, (), NOW))
    progress.close()

    assert expected == seen.shots[-1].state


def test_a_pace_is_that_of_the_last_minute() -> None:
    """An hour of waiting is not averaged with a minute of work; two seconds tell nothing yet."""
    pace = Pace()
    pace.note(0, NOW)
    first = pace.per_minute(NOW + 1)
    for second in range(1, 61):
        pace.note(2 * second, NOW + second)
    busy = pace.per_minute(NOW + 60)
    for second in range(61, 181):
        pace.note(120, NOW + second)

    assert (None, 120.0, 0.0) == (first, busy, pace.per_minute(NOW + 180))


def test_what_is_said_is_seen_at_once() -> None:
    """What is in flight may end before the next picture is due."""
    file = io.StringIO()
    progress = Progress(BarPicture(color=False, hint="go", file=file), look=nobody, left=lambda _, __: Band(0.0, 0.0))
    progress.observe(Moment(settled(2, 0, 1), SENDING, (), NOW))
    progress.tick(NOW)
    progress.say("stopping")

    assert "stopping" in file.getvalue()


def test_a_run_that_is_cut_short_does_not_grow_younger() -> None:
    """It waited for ten minutes since its last decision; the last picture knows."""
    drawn: list[float] = []

    class Clock(Seen):
        def draw(self, shot: Snapshot, left: Band, now: float) -> None:
            drawn.append(now)

    progress = progress_on(Clock())
    progress.observe(Moment(settled(2, 0, 1), WaitUntil(NOW + 900, "content, 500 per hour"), (), NOW))
    progress.tick(NOW + 600)
    progress.close()

    assert [NOW + 600, NOW + 600] == drawn
