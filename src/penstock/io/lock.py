"""One run per repository and machine: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
import re
import socket
from datetime import datetime
from pathlib import Path
from types import TracebackType

import msgspec

from penstock.base.errors import JournalError, LockedError
from penstock.io.places import open_private, private_directory


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock: process id, host name, run, and since when in epoch seconds."""

    pid: int
    host: str
    run: str
    since: float


class RepositoryLock:
    """
    An `flock` on a file that says who holds it. Let go of by `release`, by leaving the `with` block, or by dying.

    Args:
        directory: The user's state directory, made where it is missing.
        host: API host.
        repository_id: The repository's database id, which survives a rename.
    """

    def __init__(self, directory: Path, host: str, repository_id: int) -> None:
        self._directory = directory
        self._path = directory / f"lock-{re.sub('[^A-Za-z0-9.-]', '_', host)}-{repository_id}.json"
        self._descriptor: int | None = None

    def acquire(self, run: str, now: float) -> None:
        """
        Take the lock for a run.

        Args:
            run: Id of the run, for those who come later.
            now: Epoch seconds.

        Raises:
            LockedError: Another run holds it, in this process or another.
            JournalError: The file cannot be used.
        """
        private_directory(self._directory)
        descriptor = open_private(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            holder = Holder(os.getpid(), socket.gethostname(), run, now)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, msgspec.json.encode(holder) + b"\n", 0)
        except BlockingIOError:
            refusal = _refusal(os.pread(descriptor, 4096, 0))
            os.close(descriptor)
            raise refusal from None
        except OSError as error:
            os.close(descriptor)
            raise JournalError(
                f"cannot lock {self._path}",
                cause=(error.strerror or str(error)).lower(),
                hint="set XDG_STATE_HOME to a directory on a local disk",
            ) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> RepositoryLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _refusal(content: bytes) -> LockedError:
    """What the second one is told. The file is empty for the instant in which its holder just took it."""
    message = "another run holds this repository"
    try:
        holder = msgspec.json.decode(content, type=Holder)
    except msgspec.MsgspecError:
        return LockedError(message, cause="it began this very moment", hint="wait for it")
    since = datetime.fromtimestamp(holder.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return LockedError(
        message,
        cause=f"run {holder.run}, process {holder.pid} on {holder.host}, since {since}",
        hint=f"wait for it, or stop process {holder.pid}; a stopped run goes on with `penstock resume {holder.run}`",
    )
