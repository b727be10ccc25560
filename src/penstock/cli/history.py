"""Runs as their journal tells them, read without a token and without the process that drives them."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.base.errors import UsageError
from penstock.core.budget import write_charge
from penstock.core.fold import DEAD, DONE, PENDING, SKIPPED, Fold
from penstock.engine.account import AccountLimits
from penstock.io.clock import SystemClock
from penstock.io.journal import SqlJournal, open_journal
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.events import Started
from penstock.model.operation import KINDS, Kind
from penstock.model.ports import RunRecord, RunSummary
from penstock.output.snapshot import BRIEF_S, Wait, snapshot
from penstock.output.status import RunView

if TYPE_CHECKING:
    from penstock.cli.options import Settings

REQUEST_S = 0.5
"""What a request is assumed to take, for the windows over server time."""


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


class Onlooker:
    """Follows the log of one run; each look reads only what is new."""

    def __init__(self, journal: SqlJournal, run_id: str) -> None:
        self._journal = journal
        self._record = journal.run(run_id)
        self._needs = [ref.needs for ref in journal.refs(run_id)]
        self._fold = Fold(ref.kind for ref in journal.refs(run_id))
        self._seq = 0
        self._started = Started(0, "", "")

    def look(self, now: float) -> RunView:
        """The run as its log has it now."""
        self._record = self._journal.run(self._record.id)
        for entry in self._journal.log(self._record.id, self._seq):
            self._fold.apply(entry.event, entry.at)
            self._seq = entry.seq
            if isinstance(entry.event, Started):
                self._started = entry.event
        state = shown_state(self._record.state, self._started)
        wait = self._wait(now) if state == "running" else None
        return RunView(
            run=self._record.id,
            repository=self._record.plan.repository.name,
            graph=self._record.plan.desired.name,
            state=state,
            shot=snapshot(self._fold, wait),
            pid=self._started.pid,
            host=self._started.host,
            at=self._fold.last_at,
            cause=self._fold.stopped,
        )

    def _wait(self, now: float) -> Wait | None:
        """What the scheduler waits for, asked of the same ledger: the kind that may go on first decides."""
        if self._fold.open:
            return None
        budget = _limits(self._record, now).budget
        api = "graphql" if self._record.plan.transport == "graphql" else "rest"
        admissions = [
            budget.admit(write_charge(kind, 1, api=api, predicted_s=REQUEST_S, profile=budget.profile), now)
            for kind in self._ready()
        ]
        first = min(admissions, key=lambda admission: admission.at, default=None)
        return Wait(first.because, first.at) if first and BRIEF_S <= first.at - now < math.inf else None

    def _ready(self) -> list[Kind]:
        """Kinds of which an operation could be sent."""
        settled = {DONE, DEAD, SKIPPED}
        phase = self._fold.phase
        codes = {
            self._fold.kinds[no]
            for no, needs in enumerate(self._needs)
            if phase[no] == PENDING and all(phase[need] in settled for need in needs)
        }
        return [KINDS[code] for code in codes]


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


def _limits(record: RunRecord, now: float) -> AccountLimits:
    ledger = SqlLedger(user_state_directory(), record.plan.host, record.plan.account.id, SystemClock())
    try:
        return AccountLimits(ledger, record.config.profile, now)
    finally:
        ledger.close()
