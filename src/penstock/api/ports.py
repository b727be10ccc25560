"""The set of ports a client stands on: the system's, or a rehearsal's."""

from __future__ import annotations

import getpass
import os
import platform
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from penstock.base.clock import Clock
from penstock.io.clock import SystemClock
from penstock.io.http import HttpTransport
from penstock.io.journal import open_journal
from penstock.io.ledger import SqlLedger
from penstock.io.lock import RepositoryLock
from penstock.io.places import user_state_directory
from penstock.model.ports import Journal, Ledger, Transport


class Lock(Protocol):
    """Keeps a repository to one run at a time."""

    def acquire(self, run: str, now: float) -> None:
        """Take it for a run; raises LockedError when another run holds it."""
        ...

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    """
    Attributes:
        host: API root, e.g. `https://api.github.com`.
        ledger: Opens the ledger of an account id.
        lock: The lock of a repository, by database id.
        entropy: Random bytes, for ids.
        uniform: Draws from [0, 1), for jitter.
        process: Process id and host name, for the log.
    """

    host: str
    transport: Transport
    journal: Callable[[], Journal]
    ledger: Callable[[int], Ledger]
    lock: Callable[[int], Lock]
    clock: Clock
    entropy: Callable[[int], bytes]
    uniform: Callable[[], float]
    process: tuple[int, str]


def system_ports(api_url: str, token: str, state_dir: Path) -> Ports:
    """Ports for a real server: SQLite journal in `state_dir`, ledger and locks in the user's state directory."""
    clock = SystemClock()
    shared = user_state_directory()
    return Ports(
        host=api_url,
        transport=HttpTransport(api_url, token),
        journal=lambda: open_journal(state_dir),
        ledger=lambda account_id: SqlLedger(shared, api_url, account_id, clock),
        lock=lambda repository_id: RepositoryLock(shared, api_url, repository_id),
        clock=clock,
        entropy=secrets.token_bytes,
        uniform=random.random,
        process=(os.getpid(), f"{getpass.getuser()}@{platform.node()}"),
    )
