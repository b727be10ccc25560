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
from penstock.output.ink import Ink
from penstock.output.snapshot import Snapshot
from penstock.output.text import Page, cut, pad, time_of_day

STATE_STYLES: Mapping[str, str] = MappingProxyType(
    {"running": "cyan", "interrupted": "red", "stopped": "yellow", "finished": "green"}
)


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        state: `running`, `interrupted` (its process is gone), `stopped` or `finished`.
        pid, host: The process that took the run up last.
        at: Epoch seconds of the last event.
        cause: Why it stopped.
    """

    run: str
    repository: str
    graph: str
    state: str
    shot: Snapshot
    pid: int
    host: str
    at: float
    cause: str = ""


def status_lines(view: RunView, now: float, *, ink: Ink, width: int = 0, zone: tzinfo | None = None) -> list[str]:
    """Four to six lines; times of `zone`, the machine's own when None."""
    shot = view.shot
    page = Page(ink, width)
    state = ink.paint(view.state, STATE_STYLES[view.state])
    page.row("run", f'{view.run}  {state}  {shot.percent} % of graph "{view.graph}" in {view.repository}')
    counts = {"done": shot.done, "failed": shot.failed, "in doubt": shot.in_doubt, "left": shot.total - shot.settled}
    page.row("count", ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    ago = f"last event {format_duration(max(0.0, now - view.at))} ago"
    page.row("process", f"{view.pid} on {view.host}, {ago}" if view.pid else "none yet")
    if shot.wait and view.state == "running":
        page.row("waits", f"for {shot.wait.cause}, until {time_of_day(shot.wait.until, now, zone)}")
    if view.cause and view.state == "stopped":
        page.row("cause", view.cause)
    if view.state in {"interrupted", "stopped"}:
        page.row("next", f"penstock resume {view.run}", "bold")
    return page.lines


def status_document(view: RunView) -> dict[str, Any]:
    """The same for programs."""
    shot = view.shot
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
