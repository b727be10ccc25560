"""The stream of a run that another process drives, or drove: the same lines, read from its journal."""

from __future__ import annotations

from itertools import islice

from penstock.core.fold import Fold
from penstock.model.ports import Journal
from penstock.output.narrator import Narrator, Tell
from penstock.output.snapshot import Band, Snapshot

ENTRIES_AT_ONCE = 5_000


class LogStream:
    """
    Tells a run from its beginning, as a `progress.Picture`: whenever it is drawn, it reads what is new.

    Args:
        run: Its id.
    """

    def __init__(self, journal: Journal, run: str, tell: Tell) -> None:
        self._journal = journal
        self._run = run
        self._fold = Fold(ref.kind for ref in journal.refs(run))
        self._seq = 0
        self._narrator = Narrator(
            tell, plan=journal.run(run).plan, look=lambda numbers: journal.operations(run, numbers)
        )

    def draw(self, shot: Snapshot, left: Band, now: float) -> None:
        """Tell what has happened, what it waits for, and where it stands."""
        log = self._journal.log(self._run, self._seq)
        while entries := list(islice(log, ENTRIES_AT_ONCE)):
            for entry in entries:
                self._fold.apply(entry.event, entry.at)
            self._seq = entries[-1].seq
            self._narrator.follow(self._run, [(entry.at, entry.event) for entry in entries], self._fold)
        self._narrator.wait(shot.wait, now)
        self._narrator.progress(shot, left, now)

    def say(self, line: str) -> None:
        """Words are for people."""

    def close(self) -> None:
        """Tell where it stood last."""
        self._narrator.end()
