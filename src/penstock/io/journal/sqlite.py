"""A journal in a SQLite file, or in memory for rehearsals."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from penstock.base.errors import JournalError
from penstock.io.database import open_database
from penstock.io.journal.journal import SqlJournal
from penstock.io.journal.tables import TABLES, VERSION
from penstock.io.places import private_directory

FILE_NAME = "journal.sqlite"


def open_journal(directory: Path | None, *, create: bool = True) -> SqlJournal:
    """
    The journal of a state directory.

    Args:
        directory: Usually `.penstock` in the project; None for a journal in memory that ends with the process.
        create: Make directory and file where they are missing; otherwise their absence is an error.

    Raises:
        JournalError: The journal is missing, cannot be used, or was written by a newer Penstock.
    """
    path = directory and directory / FILE_NAME
    if directory and path:
        if create:
            private_directory(directory, hidden_from_git=True)
        elif not path.exists():
            raise JournalError(
                f"there is no journal in {directory}",
                cause="nothing was applied from here yet",
                hint="go to the directory where `penstock apply` was called",
            )
    owner = f"{socket.gethostname()}:{os.getpid()}"
    return SqlJournal(open_database(path, "journal", TABLES, VERSION), owner)
