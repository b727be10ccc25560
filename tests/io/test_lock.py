"""One run per repository, and no lock that outlives its holder."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.base.errors import EXIT_LOCKED, JournalError, LockedError
from penstock.io.lock import RepositoryLock

HOLDER = """
import sys
from pathlib import Path
from penstock.io.lock import RepositoryLock

lock = RepositoryLock(Path(sys.argv[1]), "github.com", 7)
lock.acquire("RUN1", 1_000_000.0)
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    """Process, machine, run and since when; exit code 7."""
    with RepositoryLock(tmp_path, "github.com", 7) as lock:
        lock.acquire("RUN1", 1_000_000.0)
        with pytest.raises(LockedError) as caught:
            RepositoryLock(tmp_path, "github.com", 7).acquire("RUN2", 2_000_000.0)

    assert f"run RUN1, process {os.getpid()} on {socket.gethostname()}, since 1970-01-1" in caught.value.cause
    assert "penstock resume RUN1" in caught.value.hint
    assert EXIT_LOCKED == caught.value.exit_code


def test_a_refusal_does_not_disturb_the_holder(tmp_path: Path) -> None:
    """Neither the lock nor what it says."""
    with RepositoryLock(tmp_path, "github.com", 7) as lock:
        lock.acquire("RUN1", 1_000_000.0)
        for run in ("RUN2", "RUN3"):
            with pytest.raises(LockedError) as caught:
                RepositoryLock(tmp_path, "github.com", 7).acquire(run, 2_000_000.0)
            assert "run RUN1" in caught.value.cause


def test_it_is_free_after_the_block(tmp_path: Path) -> None:
    """Also when the block ends with an error."""

    def fail() -> None:
        with RepositoryLock(tmp_path, "github.com", 7) as lock:
            lock.acquire("RUN1", 1_000_000.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with RepositoryLock(tmp_path, "github.com", 7) as lock:
        lock.acquire("RUN2", 2_000_000.0)


def test_repositories_are_locked_one_by_one(tmp_path: Path) -> None:
    """By id and host; a port in the host is no trouble."""
    with (
        RepositoryLock(tmp_path, "github.com", 7) as one,
        RepositoryLock(tmp_path, "github.com", 8) as two,
        RepositoryLock(tmp_path, "127.0.0.1:8080/../..", 7) as three,
    ):
        for lock in (one, two, three):
            lock.acquire("RUN1", 1_000_000.0)

        assert 3 == len(list(tmp_path.iterdir()))


def test_a_dead_holder_holds_nothing(tmp_path: Path) -> None:
    """Killed with -9: while it lives it is named, then the lock is taken over without asking."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert "held\n" == holder.stdout.readline()
        with pytest.raises(LockedError, match="another run") as caught:
            RepositoryLock(tmp_path, "github.com", 7).acquire("RUN2", 2_000_000.0)
        holder.kill()

    assert f"process {holder.pid} on" in caught.value.cause
    with RepositoryLock(tmp_path, "github.com", 7) as lock:
        lock.acquire("RUN2", 2_000_000.0)


def test_it_is_private_and_follows_no_link(tmp_path: Path) -> None:
    """What stands at the end of a link is neither locked nor written."""
    with RepositoryLock(tmp_path, "github.com", 7) as lock:
        lock.acquire("RUN1", 1_000_000.0)
    file = next(tmp_path.iterdir())
    mode = stat.S_IMODE(file.stat().st_mode)
    target = tmp_path / "precious"
    target.write_text("precious")
    file.unlink()
    file.symlink_to(target)

    assert 0o600 == mode
    with pytest.raises(JournalError, match=r"lock-github\.com-7"):
        RepositoryLock(tmp_path, "github.com", 7).acquire("RUN1", 1_000_000.0)
    assert "precious" == target.read_text()
