"""Where a run stands, seen from outside: from its log, not from its process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

import msgspec
from rich.cells import cell_len

from penstock.core.describe import format_duration
from penstock.model.ports import RunSummary
from penstock.model.result import Failure
from penstock.output.bars import EVERYTHING, PANELS, picture
from penstock.output.ink import Ink
from penstock.output.panels import limit_words
from penstock.output.progress import facts_of
from penstock.output.result import NOTHING, Again, failure_rows, next_after_end
from penstock.output.rows import Row, painted
from penstock.output.snapshot import Band, Snapshot, Wait
from penstock.output.text import GUTTER, Page, clean, count_of, cut, pad, ticking, time_of_day

STATE_STYLES: Mapping[str, str] = MappingProxyType(
    {"running": "cyan", "interrupted": "red", "stopped": "yellow", "finished": "green"}
)


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        source: The task file.
        state: `running`, `interrupted` (its process is gone), `stopped` or `finished`.
        left: How long the rest takes, while it runs.
        pid, host: The process that took the run up last.
        at: Epoch seconds of the last event.
        cause: Why it stopped.
        failures: Operations that are dead or skipped.
        again: What the next command must be told again.
    """

    run: str
    repository: str
    graph: str
    source: str
    state: str
    shot: Snapshot
    left: Band
    pid: int
    host: str
    at: float
    cause: str = ""
    failures: tuple[Failure, ...] = ()
    again: Again = NOTHING


def status_lines(
    view: RunView, now: float, *, ink: Ink, width: int = 0, zone: tzinfo | None = None, verbose: bool = False
) -> list[str]:
    """
    Where the run stands, what failed, and what to do next.

    Args:
        width: Columns of a terminal, which shows the run as `apply` does; 0 for lines of text.
        zone: Of times; the machine's own when None.
        verbose: Every failure, not the first ten.
    """
    page = Page(ink, width)
    if width > PANELS:
        shot = msgspec.structs.replace(view.shot, about=about_rows(view, now), troubles=())
        rows = picture(shot, view.left, _seen_at(view, now), width=width - 1, height=EVERYTHING, zone=zone)
        page.lines.extend(painted(row, ink) for row in rows)
    else:
        for (label, _), *pieces in about_rows(view, now):
            page.row(label.strip(), "".join(text for text, _ in pieces))
        _count_rows(page, view, now, zone)
    return [*page.lines, *closing_lines(view, ink=ink, width=width, verbose=verbose)]


def closing_lines(view: RunView, *, ink: Ink, width: int = 0, verbose: bool = False) -> list[str]:
    """What failed, why it stopped and what to do next: all that a picture has no room for."""
    page = Page(ink, width)
    failure_rows(page, view.failures, view.source, whole=verbose)
    if view.cause and view.state == "stopped":
        page.row("cause", clean(view.cause))
    if view.state != "running":
        page.next(_next(view))
    return page.lines


def resumed_lines(view: RunView, wait: Wait | None, now: float, *, ink: Ink, width: int = 0) -> list[str]:
    """
    What `resume` finds before it goes on.

    Args:
        wait: What the account must wait for first.
    """
    shot = view.shot
    page = Page(ink, width)
    failed = f", {shot.failed:,} failed or skipped" if shot.failed else ""
    done = f"{shot.done:,} of {count_of(shot.total, 'operation')} done{failed}"
    page.row("resume", f"{view.repository}, run {view.run}: {done}")
    unsure = shot.in_doubt + shot.in_flight
    if unsure:
        was = "was sent and has" if unsure == 1 else "were sent and have"
        page.row("check", f"{count_of(unsure, 'operation')} {was} no answer: looked up before it is sent again")
    if wait:
        page.row("wait", f"for {wait.cause}, until {time_of_day(wait.until, now)} ({ticking(wait.until - now)})")
    return page.lines


def about_rows(view: RunView, now: float) -> tuple[Row, ...]:
    """Which run it is, and how its process does."""
    ago = f"last event {format_duration(max(0.0, now - view.at))} ago"
    alive = {"running": " alive", "interrupted": " gone"}.get(view.state, "")
    process = f"{view.pid} on {view.host}{alive}, {ago}" if view.pid else "none yet"
    return (
        ((f"{'run':<{GUTTER}}", "dim"), (f"{view.run}  ", ""), (view.state, STATE_STYLES[view.state])),
        ((f"{'graph':<{GUTTER}}", "dim"), (f"{clean(view.graph)} → {view.repository}", "")),
        ((f"{'process':<{GUTTER}}", "dim"), (process, "")),
    )


def _count_rows(page: Page, view: RunView, now: float, zone: tzinfo | None) -> None:
    """The picture in words."""
    shot = view.shot
    counts = {"done": shot.done, "failed": shot.failed, "in doubt": shot.in_doubt, "left": shot.total - shot.settled}
    page.row("count", f"{shot.percent} %: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    page.row("time", facts_of(shot, view.left, _seen_at(view, now)))
    if view.state != "running":
        return
    if shot.wait:
        until = shot.wait.until
        page.row("waits", f"for {shot.wait.cause}, until {time_of_day(until, now, zone)} ({ticking(until - now)})")
    for gauge in shot.gauges.limits:
        if gauge.binding or gauge.left < gauge.limit:
            page.row("limit", limit_words(gauge, now))


def _seen_at(view: RunView, now: float) -> float:
    """A run that nobody drives has stood still since its last event."""
    return now if view.state == "running" else view.at


def _next(view: RunView) -> str:
    if view.state != "finished":
        return f"penstock resume {view.run} {view.again.run}".rstrip()
    failed = any(not failure.skipped for failure in view.failures)
    return next_after_end(view.run, view.source, failed=failed, again=view.again)


def status_document(view: RunView) -> dict[str, Any]:
    """The same for programs."""
    shot = view.shot
    running = view.state == "running"
    return {
        "schema": "penstock.status/1",
        "run": view.run,
        "repository": view.repository,
        "graph": view.graph,
        "state": view.state,
        "total": shot.total,
        "succeeded": shot.done,
        "failed": shot.failed,
        "in_doubt": shot.in_doubt,
        "left": shot.total - shot.settled,
        "requests": shot.requests,
        "throttles": shot.throttles,
        "pid": view.pid,
        "host": view.host,
        "last_event_at": view.at,
        "cause": view.cause,
        "wait": msgspec.to_builtins(shot.wait),
        "since": shot.since,
        "left_s": msgspec.to_builtins(view.left) if running else None,
        "per_minute": shot.per_minute if running else None,
        "gauges": msgspec.to_builtins(shot.gauges) if running else None,
        "failures": msgspec.to_builtins(view.failures),
    }


def runs_lines(
    runs: Sequence[RunSummary],
    states: Mapping[str, str],
    now: float,
    *,
    ink: Ink,
    width: int = 0,
    zone: tzinfo | None = None,
) -> list[str]:
    """
    A table, the newest run first, each on one line.

    Args:
        states: Run id → state as in `RunView`, or `superseded`.
    """
    table = [("run", "began", "state", "operations", "graph → repository")]
    for run in runs:
        began = time_of_day(run.created_at, now, zone)
        table.append((run.id, began, states[run.id], f"{run.total:,}", f"{run.graph} → {run.repository}"))
    columns = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(pad, row, columns)).rstrip() for row in table]
    head, *rest = [cut(line, width) for line in lines] if width else lines
    return [ink.paint(head, "dim"), *rest]


def runs_document(runs: Sequence[RunSummary], states: Mapping[str, str]) -> dict[str, Any]:
    """The same for programs."""
    rows: list[dict[str, Any]] = [msgspec.to_builtins(run) for run in runs]
    return {"schema": "penstock.runs/1", "runs": [row | {"state": states[row["id"]]} for row in rows]}
