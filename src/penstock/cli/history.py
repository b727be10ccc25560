"""Runs as their journal tells them, read without a token and without the process that drives them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.base.errors import UsageError
from penstock.io.journal import SqlJournal, open_journal
from penstock.model.events import Started
from penstock.model.ports import RunSummary

if TYPE_CHECKING:
    from penstock.cli.options import Settings


def open_history(settings: Settings) -> SqlJournal:
    """
    The journal, which must exist.

    Raises:
        JournalError: It does not, or cannot be read.
    """
    return open_journal(Path(settings.state_dir), create=False)


def find_run(runs: Sequence[RunSummary], wanted: str | None, repository: str | None = None) -> RunSummary:
    """
    The run whose id begins with `wanted`; the newest, of a repository, when it is None.

    Args:
        runs: Newest first.

    Raises:
        UsageError: There is none, or more than one.
    """
    if wanted is None:
        found = [run for run in runs if repository is None or run.repository.lower() == repository.lower()][:1]
        message = f"no run of {repository}" if repository else "no run yet"
    else:
        found = [run for run in runs if run.id.startswith(wanted.upper())]
        message = f"no run {wanted}"
    if not found:
        raise UsageError(message, hint="penstock runs lists what there is")
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} runs begin with {wanted}",
            cause=", ".join(run.id for run in found[:5]),
            hint="write a few characters more",
        )
    return found[0]


def shown_state(state: str, started: Started) -> str:
    """The state of a run; `interrupted` when it says `running` and its process is gone."""
    if state == "running" and not _alive(started):
        return "interrupted"
    return state


def newest_of_each(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """The newest run of each graph on each repository: no other one can be gone on with. Runs come newest first."""
    newest: dict[tuple[str, str], RunSummary] = {}
    for run in runs:
        newest.setdefault((run.graph, run.repository.lower()), run)
    return list(newest.values())


def states_of(journal: SqlJournal, runs: Sequence[RunSummary]) -> dict[str, str]:
    """Run id → state as shown; `superseded` for one that did not finish before a later one of its graph began."""
    current = {run.id for run in newest_of_each(runs)}
    return {
        run.id: shown_state(run.state, _last_start(journal, run))
        if run.id in current or run.state == "finished"
        else "superseded"
        for run in runs
    }


def _last_start(journal: SqlJournal, run: RunSummary) -> Started:
    started = Started(0, "", "")
    if run.state == "running":
        for entry in journal.log(run.id):
            if isinstance(entry.event, Started):
                started = entry.event
    return started


def _alive(started: Started) -> bool:
    """Whether the process still runs; one of another machine is believed."""
    if started.host.rpartition("@")[2] != platform.node():
        return bool(started.host)
    try:
        os.kill(started.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
