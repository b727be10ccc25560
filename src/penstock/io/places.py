"""Where Penstock keeps its files, and how they stay their owner's: private, and never somewhere a link points to."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from penstock.base.errors import JournalError


def user_state_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """
    `$XDG_STATE_HOME/penstock`, else `~/.local/state/penstock`. Not created here.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative path is to be ignored)
    """
    named = Path(environ.get("XDG_STATE_HOME", ""))
    base = named if named.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return base / "penstock"


def private_directory(path: Path, *, hidden_from_git: bool = False) -> None:
    """
    Make a directory that only its owner can enter. One that stands already is left as it is.

    Args:
        hidden_from_git: Give a new or empty directory a `.gitignore` that ignores everything in it.

    Raises:
        JournalError: It cannot be made, or is a link or a file.
    """
    with _told(path, "use as a state directory"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700)
        except FileExistsError:
            if path.is_symlink() or not path.is_dir():
                raise JournalError(
                    f"cannot use {path} as a state directory",
                    cause="it is a link or a file, not a directory",
                    hint="remove it, or name the directory that it points to",
                ) from None
        if hidden_from_git and not any(path.iterdir()):
            _write_new(path / ".gitignore", b"*\n")


def private_file(path: Path) -> None:
    """
    Make an empty file that only its owner can read, unless a file stands there already: that one is not opened.

    Why not: closing any descriptor of a database drops the locks of every connection that this process has to it. The
    next process then takes itself for the last one and removes the log that the first is still writing.

    Raises:
        JournalError: It cannot be made, or is a link or something else than a file.

    Source: https://www.sqlite.org/howtocorrupt.html (posix advisory locks canceled)
    """
    with _told(path, "open"):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        except FileExistsError:
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                return
            if stat.S_ISLNK(mode):
                raise
            raise _no_file(path) from None


def open_private(path: Path) -> int:
    """
    Open for reading and writing, made first where it is missing; links are not followed.

    Returns:
        A file descriptor, not inherited by child processes.

    Raises:
        JournalError: As for `private_file`.
    """
    with _told(path, "open"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise _no_file(path)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Keep other processes that say the same out of a directory for a moment."""
    with _told(directory, "lock"):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _no_file(path: Path) -> JournalError:
    return JournalError(f"cannot open {path}", cause="it is not a regular file", hint="remove it")


def _write_new(path: Path, content: bytes) -> None:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


@contextmanager
def _told(path: Path, doing: str) -> Iterator[None]:
    """Turn the system's refusal into one that names the path."""
    try:
        yield
    except OSError as error:
        cause = "it is a link" if path.is_symlink() else (error.strerror or str(error)).lower()
        raise JournalError(
            f"cannot {doing} {path}", cause=cause, hint=f"let your user write to {path.parent}, and remove links there"
        ) from None
