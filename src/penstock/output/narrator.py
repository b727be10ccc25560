"""
A run in the words of the stream: what its events mean to somebody who knows the plan.

A moment's lines are written together, so a run of a million operations pays one write for each request.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from penstock.api.estimate import Estimate
from penstock.core.fold import DEAD, DONE, SKIPPED, Fold
from penstock.engine.driver import Moment
from penstock.github.pages import issue_url, milestone_url, page_of, subject_of
from penstock.model import events as log
from penstock.model.operation import KINDS, MilestoneCreate, Operation, Payload
from penstock.model.outcome import Succeeded
from penstock.model.plan import Plan
from penstock.output import stream
from penstock.output.snapshot import Band, Snapshot, Wait, wait_of

SAME_WAIT_S = 1.0
"""A wait whose end moves by less is the one that was told."""

PROGRESS_EVERY_S = 1.0

Found = Callable[[list[int]], list[Operation]]
"""Operations by number."""

Tell = Callable[[Iterable[stream.Line]], None]
"""Takes the lines of a moment."""

Ending = log.Answered | log.Looked | log.Dead | log.Skipped
"""What may settle operations."""


def planned_lines(plan: Plan, times: Sequence[Estimate] = ()) -> Iterator[stream.Line]:
    """The plan, operation by operation, and in numbers."""
    graph = plan.desired
    titles = {task.key: task.title for task in graph.tasks}
    for operation in plan.operations:
        yield stream.Planned(
            no=operation.no,
            name=operation.name,
            kind=operation.kind.name,
            key=operation.key,
            title=titles.get(operation.key, "") if operation.key else operation.qualifier,
            source=graph.source,
            line=operation.line,
        )
    yield stream.PlanSummary(
        repository=plan.repository.name,
        graph=graph.name,
        source=graph.source,
        tasks=len(graph.tasks),
        operations=len(plan.operations),
        counts=plan.counts(),
        unchanged=len(plan.unchanged),
        findings=dict(Counter(finding.level for finding in plan.findings)),
        expected_s=times[0].expected_s if times else None,
    )


class Narrator:
    """
    Tells one run, from the first event it is given.

    Args:
        plan: Where the operations belong; its own list of them may be empty.
        look: The operations by number.
    """

    def __init__(self, tell: Tell, *, plan: Plan, look: Found) -> None:
        self._tell = tell
        self._plan = plan
        self._look = look
        self._told = bytearray()
        self._settled = 0
        self._wait: Wait | None = None
        self._answers: dict[int, log.Answered] = {}
        self._open: dict[int, tuple[int, ...]] = {}
        self._unsaid: stream.Progress | None = None
        self._progress_at = -math.inf

    def begin(self, run: str, fold: Fold, at: float) -> None:
        """A process took the run up; what `fold` holds settled was told by another, or is of no news."""
        if not self._told:
            self._told = bytearray(phase in {DONE, DEAD, SKIPPED} for phase in fold.phase)
            self._settled = sum(self._told)
        self._tell([self._started(run, at)])

    def follow(self, run: str, happened: Iterable[tuple[float, log.Event]], fold: Fold) -> None:
        """
        Tell what happened.

        Args:
            happened: Events with the epoch seconds at which they did, in order.
            fold: The run after these events.
        """
        if len(self._told) < len(fold.kinds):
            self._told.extend(bytes(len(fold.kinds) - len(self._told)))
        lines: list[stream.Line] = []
        for at, event in happened:
            match event:
                case log.Started():
                    self._open.clear()
                    lines.append(self._started(run, at))
                case log.Answered() | log.Looked() | log.Dead() | log.Skipped():
                    lines.extend(self._ended(event, fold, at))
                case _:
                    lines.extend(self._other(event, fold, at))
        self._answers.clear()
        if lines:
            self._tell(lines)

    def wait(self, wait: Wait | None, at: float) -> None:
        """What holds the run back now. Told once for each wait."""
        before, self._wait = self._wait, wait
        if wait and not (before and before.cause == wait.cause and abs(before.until - wait.until) < SAME_WAIT_S):
            self._tell([stream.Waiting(cause=wait.cause, until=wait.until, at=at)])

    def progress(self, shot: Snapshot, left: Band, now: float) -> None:
        """Where the run stands, with so many seconds left; told when the last time is long enough ago."""
        self._unsaid = stream.Progress(
            settled=shot.settled,
            total=shot.total,
            failed=shot.failed,
            eta_low_s=round(left.low_s, 3),
            eta_s=round(left.high_s, 3),
            at=now,
        )
        if now >= self._progress_at + PROGRESS_EVERY_S:
            self.end()

    def end(self) -> None:
        """Where the run stood last, if that was not told."""
        if self._unsaid:
            self._progress_at = self._unsaid.at
            self._tell([self._unsaid])
            self._unsaid = None

    def _started(self, run: str, at: float) -> stream.Line:
        return stream.Started(
            run=run,
            repository=self._plan.repository.name,
            graph=self._plan.desired.name,
            total=len(self._told),
            settled=self._settled,
            at=at,
        )

    def _other(self, event: log.Event, fold: Fold, at: float) -> Iterator[stream.Line]:
        match event:
            case log.Intent(batch=batch, ops=ops, purpose=purpose):
                if purpose == "effect":
                    self._open[batch] = ops
                kind = KINDS[fold.kinds[ops[0]]].name if ops else ""
                yield stream.Sent(batch=batch, purpose=purpose, kind=kind, operations=ops, at=at)
            case log.Pause(scope=scope, lane=lane, cause=cause, until=until):
                yield stream.Paused(scope=scope, lane=lane, cause=cause, until=until, at=at)
            case log.Switched(profile=profile, why=why):
                yield stream.Switched(profile=profile, why=why, at=at)
            case log.Breaker(state=state, why=why, until=until):
                yield stream.Breaker(state=state, why=why, until=until, at=at)
            case log.Checkpoint(settled=settled, succeeded=succeeded, failed=failed):
                yield stream.Checkpoint(settled=settled, succeeded=succeeded, failed=failed, at=at)

    def _ended(self, event: Ending, fold: Fold, at: float) -> Iterator[stream.Line]:
        """The operations that this event settled."""
        match event:
            case log.Answered(batch=batch, outcomes=outcomes):
                outcome_of = dict(zip(self._open.pop(batch, ()), outcomes, strict=False))
                self._answers.update(dict.fromkeys(outcome_of, event))
                done = {no: outcome for no, outcome in outcome_of.items() if isinstance(outcome, Succeeded)}
                yield from self._done(done, fold, at)
            case log.Looked(found=found):
                yield from self._done(dict(found), fold, at)
            case log.Dead(op=op, why=why):
                yield from self._lost([op], "dead", why, fold, at)
            case log.Skipped(ops=ops, because=because):
                [needed] = self._look([because])
                yield from self._lost(ops, "skipped", f"it needs {needed.name}, which failed", fold, at)

    def _done(self, found: Mapping[int, Succeeded], fold: Fold, at: float) -> Iterator[stream.Line]:
        for operation in self._news(found):
            outcome = found[operation.no]
            number = outcome.number or _number(operation.payload, fold)
            url_of = milestone_url if isinstance(operation.payload, MilestoneCreate) else issue_url
            yield self._line(
                operation,
                "adopted" if outcome.adopted else "done",
                at,
                number=number,
                url=url_of(self._plan.host, self._plan.repository.name, number),
            )

    def _lost(
        self, ops: Iterable[int], result: Literal["dead", "skipped"], why: str, fold: Fold, at: float
    ) -> Iterator[stream.Line]:
        for operation in self._news(ops):
            url = page_of(operation, fold.number, self._plan.host, self._plan.repository.name)
            yield self._line(operation, result, at, url=url, why=why)

    def _news(self, numbers: Iterable[int]) -> list[Operation]:
        """Those not told yet."""
        new = [no for no in numbers if not self._told[no]]
        for no in new:
            self._told[no] = True
        self._settled += len(new)
        return self._look(new) if new else []

    def _line(
        self,
        operation: Operation,
        result: Literal["done", "adopted", "dead", "skipped"],
        at: float,
        *,
        number: int = 0,
        url: str = "",
        why: str = "",
    ) -> stream.Line:
        answer = self._answers.get(operation.no)
        return stream.Settled(
            no=operation.no,
            name=operation.name,
            key=operation.key,
            kind=operation.kind.name,
            result=result,
            number=number,
            url=url,
            ms=answer.ms if answer else 0.0,
            request_id=answer.request_id if answer else "",
            why=why,
            source=self._plan.desired.source if operation.line else "",
            line=operation.line,
            at=at,
        )


class RunStream:
    """
    Tells a run of this process as it goes: its events as an observer, where it stands as a `progress.Picture`.

    Args:
        run: Id of the run, asked when it has begun.
    """

    def __init__(self, narrator: Narrator, run: Callable[[], str]) -> None:
        self._narrator = narrator
        self._run_of = run
        self._run: str | None = None

    def observe(self, moment: Moment) -> None:
        """Tell what has happened since the moment before; the first one of a run comes before anything happens."""
        if self._run is None:
            self._run = self._run_of()
            self._narrator.begin(self._run, moment.fold, moment.now)
        self._narrator.follow(self._run, ((moment.now, event) for event in moment.events), moment.fold)
        self._narrator.wait(wait_of(moment.decision, moment.now), moment.now)

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Tell where it stands."""
        self._narrator.progress(shot, left, now)

    def say(self, line: str) -> None:
        """Words are for people."""

    def close(self) -> None:
        """Tell where it stood last."""
        self._narrator.end()


def _number(payload: Payload, fold: Fold) -> int:
    """Of the issue that an operation changes, which may be one of this run; 0 for one that makes something new."""
    ref = subject_of(payload)
    return ref.number or (fold.number[ref.op] if ref.op >= 0 else 0)
