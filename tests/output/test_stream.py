"""The lines of a stream: what they tell of a run, and that they get where they should."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.output.samples import NOW, garden

from penstock.core.fold import Fold
from penstock.engine.driver import Moment
from penstock.model import events as log
from penstock.model.decision import AwaitAnswer, Decision, Finished, WaitUntil
from penstock.model.limits import Charge
from penstock.model.outcome import InDoubt, Rejected, Succeeded, Throttled
from penstock.model.plan import Plan
from penstock.output import stream
from penstock.output.diagnostics import difference_diagnostics, finding_diagnostics
from penstock.output.lines import JsonLines
from penstock.output.narrator import Narrator, RunStream, planned_lines
from penstock.output.snapshot import Band, snapshot

CHARGE = Charge(resource="graphql", lane="create", writes=True, meters={})
IN_TWO = Band(60.0, 120.0)


class Story:
    """A run of the garden's plan, told to a list."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan or garden()
        self.fold = Fold(operation.kind.code for operation in self.plan.operations)
        self.lines: list[stream.Line] = []
        self.narrator = Narrator(
            self.lines.extend, plan=self.plan, look=lambda numbers: [self.plan.operations[no] for no in numbers]
        )
        self.stream = RunStream(self.narrator, lambda: "01RUN")

    def happens(self, *events: log.Event, decision: Decision | None = None, at: float = 1.0) -> None:
        """One moment of the run, so many seconds after its beginning; its first one comes before any event."""
        if not self.lines:
            self.stream.observe(Moment(self.fold, AwaitAnswer(), (), NOW))
        for event in events:
            self.fold.apply(event, NOW + at)
        self.stream.observe(Moment(self.fold, decision or Finished(), events, NOW + at))

    def settled(self) -> list[tuple[int, str]]:
        """Which operations were told to be settled, and how."""
        return [(line.no, line.result) for line in self.lines if isinstance(line, stream.Settled)]


def sent(batch: int, *ops: int, purpose: Any = "effect") -> log.Intent:
    """A request leaves."""
    return log.Intent(batch=batch, ops=ops, purpose=purpose, charge=CHARGE)


def answered(batch: int, *outcomes: Any) -> log.Answered:
    """Its answer."""
    return log.Answered(batch=batch, status=200, ms=12.5, outcomes=outcomes, request_id=f"R:{batch}")


def number_of(plan: Plan, name: str) -> int:
    """Of an operation."""
    return next(operation.no for operation in plan.operations if operation.name == name)


def validate(lines: Iterable[stream.Line]) -> None:
    """Against the schema that is published."""
    validator = Draft202012Validator(stream.stream_schema())
    for line in lines:
        validator.validate(json.loads(msgspec.json.encode(line)))


def test_the_plan_is_told_operation_by_operation() -> None:
    """In the order of their numbers, with title and line, and then in numbers."""
    plan = garden()
    *planned, summary = planned_lines(plan)
    frame = planned[number_of(plan, "issue.create beds.frame")]

    assert [operation.name for operation in plan.operations] == [
        line.name for line in planned if isinstance(line, stream.Planned)
    ]
    assert isinstance(frame, stream.Planned)
    assert ("issue.create", "beds.frame", "Saw and screw the frames", "garden.yaml", 8) == (
        *(frame.kind, frame.key, frame.title, frame.source, frame.line),
    )
    assert isinstance(summary, stream.PlanSummary)
    assert (len(plan.operations), plan.counts(), None) == (summary.operations, summary.counts, summary.expected_s)
    assert sum(summary.findings.values()) == len(plan.findings)


def test_an_operation_settles_once() -> None:
    """Done with its issue, its page and the request that did it; what came into doubt is told when it is found."""
    story = Story()
    no, other = (number_of(story.plan, f"issue.create {key}") for key in ("beds", "beds.frame"))
    story.happens(sent(1, no, other))
    story.happens(answered(1, Succeeded(number=42), InDoubt("network", "cut")))
    story.happens(sent(2, other, purpose="lookup"), answered(2))
    for _ in range(2):
        found = Succeeded(number=43, adopted=True)
        story.happens(log.Looked(batch=2, as_of=NOW + 60, found=((other, found),)))
    [done] = [line for line in story.lines if isinstance(line, stream.Settled) and line.no == no]

    assert [(no, "done"), (other, "adopted")] == story.settled()
    assert (42, "https://github.com/octo/garden/issues/42", 12.5, "R:1") == (
        *(done.number, done.url, done.ms, done.request_id),
    )
    validate(story.lines)


def test_a_refusal_settles_nothing() -> None:
    """A limit's refusal is a pause; the operation is sent again."""
    story = Story()
    pause = log.Pause(scope="account", until=NOW + 60, cause="GitHub asked for it", streak=1)
    story.happens(sent(1, 0), answered(1, Throttled("account", NOW + 60)), pause)
    story.happens(sent(2, 0), answered(2, Succeeded()))

    assert [(0, "done")] == story.settled()
    assert ["started", "sent", "paused", "sent", "settled"] == kinds(story.lines)


def kinds(lines: Iterable[stream.Line]) -> list[str]:
    """Types of lines, as readers see them."""
    return [json.loads(msgspec.json.encode(line))["type"] for line in lines]


def test_what_fails_says_why() -> None:
    """The server's words, the request and the line in the file; what needed it is skipped and names it."""
    story = Story()
    no, other = number_of(story.plan, "issue.create beds.frame"), number_of(story.plan, "issue.create beds.soil")
    story.happens(sent(1, no))
    story.happens(
        answered(1, Rejected('label "p9" does not exist', 422)),
        log.Dead(no, 'label "p9" does not exist'),
        log.Skipped((other,), no),
    )
    dead, skipped = (line for line in story.lines if isinstance(line, stream.Settled))

    assert ("dead", 'label "p9" does not exist', "R:1", "garden.yaml", 8) == (
        *(dead.result, dead.why, dead.request_id, dead.source, dead.line),
    )
    assert ("skipped", "it needs issue.create beds.frame, which failed") == (skipped.result, skipped.why)
    validate(story.lines)


def test_a_link_is_told_with_the_issue_it_is_on() -> None:
    """Also when that was made in the same run."""
    story = Story()
    soil = number_of(story.plan, "issue.create beds.soil")
    link = number_of(story.plan, "blocked_by.link beds.soil ← beds.frame")
    story.happens(sent(1, soil), answered(1, Succeeded(number=77)), sent(2, link), answered(2, Succeeded()))

    assert 77 == next(line.number for line in story.lines if isinstance(line, stream.Settled) and line.no == link)


def test_a_resumed_run_tells_what_is_new() -> None:
    """What was settled before is counted in `started`, and not told again."""
    story = Story()
    for event in (sent(1, 0, 1), answered(1, Succeeded(), Succeeded())):
        story.fold.apply(event, NOW)
    story.happens(sent(2, 2), answered(2, Succeeded()))
    started = story.lines[0]

    assert isinstance(started, stream.Started)
    assert ("01RUN", 2, len(story.plan.operations)) == (started.run, started.settled, started.total)
    assert [(2, "done")] == story.settled()


def test_a_wait_is_told_once() -> None:
    """However often the scheduler is asked; another cause or another end is another wait."""
    story = Story()
    for at, decision in enumerate(
        [
            *[WaitUntil(NOW + 60, "content, 80 per minute")] * 3,
            WaitUntil(NOW + 60.4, "content, 80 per minute"),
            WaitUntil(NOW + 5.5, "gap between writes"),
            WaitUntil(NOW + 3600, "content, 500 per hour"),
        ]
    ):
        story.happens(decision=decision, at=at)

    assert ["content, 80 per minute", "content, 500 per hour"] == [
        line.cause for line in story.lines if isinstance(line, stream.Waiting)
    ]


def test_progress_is_told_once_a_second() -> None:
    """However often it is drawn; and at the end how it ended."""
    story = Story()
    shot = snapshot(story.fold)
    for tick in range(25):
        story.stream.draw(shot, IN_TWO, NOW + tick / 8)
    story.stream.close()
    told = [line for line in story.lines if isinstance(line, stream.Progress)]

    assert [NOW, NOW + 1, NOW + 2, NOW + 3] == [line.at for line in told]
    assert (0, len(story.plan.operations), 60.0, 120.0) == (
        *(told[0].settled, told[0].total, told[0].eta_low_s, told[0].eta_s),
    )


def test_every_event_of_the_log_is_told_or_left_out_on_purpose() -> None:
    """Nothing that happens is lost because nobody thought of it."""
    story = Story()
    story.happens(
        log.Switched("observed", "refused"),
        log.Breaker("open", "6 of 10 failed", until=NOW + 5),
        log.Checkpoint(settled=100, succeeded=99, failed=1),
        log.Ended(succeeded=99, failed=1),
        log.Stopped("Ctrl-C"),
    )

    assert ["started", "switched", "breaker", "checkpoint"] == kinds(story.lines)
    validate(story.lines)


def test_findings_are_diagnostics() -> None:
    """With the file only where there is a line; notes of the reader come last."""
    plan = garden(tasks=b"tasks: [{key: a, title: A, assignees: [nobody]}]")
    found = list(finding_diagnostics(plan))

    assert {finding.message for finding in plan.findings} <= {one.message for one in found}
    assert all((one.path == plan.desired.source) == bool(one.line) for one in found)
    validate(found)


def test_differences_are_diagnostics() -> None:
    """Each at the line of its task, where it has one."""
    from tests.output.samples import differences, graph

    found = list(difference_diagnostics(differences(), graph()))

    assert [
        ("missing: beds.soil", 11),
        ("extra: pond  #7", 0),
        ("duplicate: fence  #4, #9", 18),
        ("different: beds  #2  in title, labels", 3),
    ] == [(one.message, one.line) for one in found]
    validate(found)


def test_the_schema_knows_every_type() -> None:
    """And refuses a line that is none of them, or lacks what its type promises."""
    validator = Draft202012Validator(stream.stream_schema())
    names = [tag["const"] if "const" in tag else tag["enum"][0] for tag in _tags(stream.stream_schema())]

    assert {
        *("version", "diagnostic", "planned", "plan_summary", "started", "sent", "settled", "waiting", "paused"),
        *("switched", "breaker", "checkpoint", "progress", "stopped", "finished"),
    } == set(names)
    assert validator.is_valid({"type": "finished", "document": {}, "later": 1})
    assert not validator.is_valid({"type": "settled", "no": 1})
    assert not validator.is_valid({"type": "unheard of"})


def _tags(schema: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [definition["properties"]["type"] for definition in schema["$defs"].values()]


def test_lines_say_first_what_they_are() -> None:
    """The version is the first line, and stands there before anything happens."""
    held = io.BytesIO()
    out = io.TextIOWrapper(held, encoding="utf-8")
    JsonLines(out, nobody)

    assert b'{"type":"version","stream":"1.0",' == held.getvalue()[:33]


@pytest.mark.parametrize("text", ["half \ud83d", "##[error]x", "line\nbreak", "世 \u2028"])
def test_any_text_is_one_line(text: str) -> None:
    """That says the same when it is read, and holds no command for GitHub's runner."""
    held = io.BytesIO()
    out = io.TextIOWrapper(held, encoding="ascii")
    JsonLines(out, nobody).write([stream.Diagnostic(level="note", message=text)])
    _, line = held.getvalue().splitlines()

    assert text == json.loads(line)["message"]
    assert b"##[" not in line


def test_nobody_reads_and_nothing_breaks() -> None:
    """A reader that goes away costs the lines, not the run."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as out:
        lines = JsonLines(out, nobody)
        os.close(reading)
        lines.write([stream.Diagnostic(level="note", message="x")] * 3)
        lines.write(stream.Diagnostic(level="note", message="x" * 10_000) for _ in range(100))

        assert lines.gone


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_said_once() -> None:
    """And ends no run either."""
    said: list[str] = []
    with open("/dev/full", "w") as out:  # noqa: PTH123 (a device)
        lines = JsonLines(out, said.append)
        lines.write([stream.Diagnostic(level="note", message="x")])

    assert ["No space left on device"] == said


def nobody(why: str) -> None:
    """Nothing but a missing reader may stop a stream here."""
    raise AssertionError(why)
