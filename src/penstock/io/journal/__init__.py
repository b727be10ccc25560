"""What was planned and what happened, run by run, in a file that survives everything the process does not."""

from penstock.io.journal.journal import SqlJournal
from penstock.io.journal.sqlite import open_journal

__all__ = ["SqlJournal", "open_journal"]
