"""The journal's file: private, readable after every kind of death, and refused in words when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.contracts.runs import OPERATIONS, creates, record

from penstock.base.errors import JournalError
from penstock.io.clock import SystemClock
from penstock.io.journal import SqlJournal, open_journal
from penstock.io.ledger import SqlLedger
from penstock.io.places import alone_in
from penstock.model.events import Dead
from penstock.model.operation import IssueCreate, Operation

PROCESS = """
import sys
from pathlib import Path
from penstock.io.journal import open_journal
from penstock.model.events import Dead
from penstock.model.operation import IssueCreate, Operation
from tests.contracts.runs import OPERATIONS, creates, record

directory, name = Path(sys.argv[1]), sys.argv[2]
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the journal will be."""
    return tmp_path / "project" / ".penstock"


@pytest.fixture
def journal(directory: Path) -> Iterator[SqlJournal]:
    """A journal with one run in it."""
    opened = open_journal(directory)
    opened.create_run(record(), OPERATIONS)
    yield opened
    opened.close()


def process(directory: Path, name: str, script: str) -> subprocess.Popen[str]:
    """Another process at work on the journal."""
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS + script, str(directory), name],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def refusal(directory: Path) -> JournalError:
    """What opening the journal says."""
    with pytest.raises(JournalError) as caught:
        open_journal(directory)
    return caught.value


def test_only_the_owner_can_read_it(journal: SqlJournal, directory: Path) -> None:
    """The directory, the database and what SQLite puts beside it."""
    journal.append("RUN1", [Dead(0, "")], 1.0, durable=True)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert 0o700 == stat.S_IMODE(directory.stat().st_mode)
    assert dict.fromkeys((".gitignore", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"), 0o600) == modes


def test_git_does_not_see_it(journal: SqlJournal, directory: Path) -> None:
    """A journal is never committed by accident."""
    assert "*\n" == (directory / ".gitignore").read_text()


def test_a_directory_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    """`--state-dir .` does not hide a whole project from git."""
    (tmp_path / "README.md").write_text("mine")
    tmp_path.chmod(0o755)
    open_journal(tmp_path).close()

    assert ["README.md", "journal.sqlite"] == sorted(path.name for path in tmp_path.iterdir())
    assert 0o755 == stat.S_IMODE(tmp_path.stat().st_mode)


def test_looking_makes_nothing(directory: Path) -> None:
    """Without a journal, a command that only reads says so and leaves no trace."""
    with pytest.raises(JournalError, match="no journal"):
        open_journal(directory, create=False)

    assert not directory.parent.exists()


def test_what_is_there_is_opened(journal: SqlJournal, directory: Path) -> None:
    """Also by a command that only reads."""
    second = open_journal(directory, create=False)
    runs = second.runs()
    second.close()

    assert ["RUN1"] == [run.id for run in runs]


@pytest.mark.parametrize("linked", ["directory", "file"])
def test_links_are_not_followed(directory: Path, tmp_path: Path, linked: str) -> None:
    """A cloned repository cannot make the journal land elsewhere."""
    target = tmp_path / "target"
    directory.parent.mkdir()
    if linked == "directory":
        target.mkdir()
        directory.symlink_to(target)
    else:
        directory.mkdir()
        (directory / "journal.sqlite").symlink_to(target)

    assert "link" in refusal(directory).cause
    assert not target.is_file()
    assert not target.is_dir() or [] == list(target.iterdir())


def test_a_file_in_the_way_is_named(directory: Path) -> None:
    """Where the directory should be, or as a directory where the file should be."""
    directory.parent.mkdir()
    directory.write_text("")
    in_the_way = refusal(directory)
    directory.unlink()
    (directory / "journal.sqlite").mkdir(parents=True)

    assert "not a directory" in in_the_way.cause
    assert str(directory / "journal.sqlite") in refusal(directory).message


def test_what_is_no_database_is_refused(directory: Path) -> None:
    """And stays as it is."""
    directory.mkdir(parents=True)
    (directory / "journal.sqlite").write_text("Dear diary, " * 200)

    assert "not a database" in refusal(directory).cause
    assert (directory / "journal.sqlite").read_text().startswith("Dear diary")


def test_a_truncated_file_is_refused(journal: SqlJournal, directory: Path) -> None:
    """With a way on: issues that stand are known by their markers."""
    journal.create_run(record("RUN2", total=2000), creates(2000))
    journal.close()
    file = directory / "journal.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 // 4096 * 4096])

    def use() -> None:
        damaged = open_journal(directory)
        damaged.operations("RUN2")

    with pytest.raises(JournalError) as caught:
        use()
    assert "damaged" in caught.value.cause
    assert "markers" in caught.value.hint


def test_another_kind_of_database_is_refused(directory: Path) -> None:
    """Whether it is the ledger or a stranger's."""
    SqlLedger(directory, "github.com", 1, SystemClock()).close()
    (directory / "ledger.sqlite").rename(directory / "journal.sqlite")
    ledger = refusal(directory)
    (directory / "journal.sqlite").unlink()
    with sqlite3.connect(directory / "journal.sqlite") as stranger:
        stranger.execute("CREATE TABLE cats (name)")
    stranger.close()

    assert "not a journal" in ledger.cause
    assert "not a journal" in refusal(directory).cause


def test_a_newer_version_is_refused(journal: SqlJournal, directory: Path) -> None:
    """Before anything is read by the wrong rules."""
    journal.close()
    with sqlite3.connect(directory / "journal.sqlite") as changed:
        changed.execute("UPDATE meta SET version = 2")
    changed.close()

    assert "it has version 2, this Penstock knows version 1" == refusal(directory).cause


def test_an_event_of_a_newer_version_is_refused(journal: SqlJournal, directory: Path) -> None:
    """An unknown event is an error, never skipped: the state would be wrong."""
    journal.append("RUN1", [Dead(0, "")], 1.0, durable=False)
    with sqlite3.connect(directory / "journal.sqlite") as changed:
        changed.execute("""UPDATE log SET body = '{"type":"teleported"}'""")
    changed.close()

    with pytest.raises(JournalError, match="entry 1 of run RUN1"):
        list(journal.log("RUN1"))


@pytest.mark.parametrize(
    ("pragma", "cause"), [("query_only = ON", "read-only"), ("max_page_count = 1", "the disk is full")]
)
def test_a_write_that_fails_is_explained_and_taken_back(journal: SqlJournal, pragma: str, cause: str) -> None:
    """The log has no half events, and goes on once there is room."""
    driver = journal._database._connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(f"PRAGMA {pragma}")
    with pytest.raises(JournalError) as caught:
        journal.append("RUN1", [Dead(no, "x" * 100) for no in range(1000)], 1.0, durable=True)
    driver.execute("PRAGMA query_only = OFF")
    driver.execute("PRAGMA max_page_count = 100000")

    assert cause in caught.value.cause
    assert [] == list(journal.log("RUN1"))
    assert 1 == journal.append("RUN1", [Dead(0, "")], 1.0, durable=True)


def test_durable_commits_reach_the_disk(journal: SqlJournal) -> None:
    """SQLite waits for the disk (FULL, 2) where it is asked to, and only there (NORMAL, 1)."""
    driver = journal._database._connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    levels = []
    for durable in (False, True, True, False):
        journal.append("RUN1", [Dead(0, "")], 1.0, durable=durable)
        levels.append(driver.execute("PRAGMA synchronous").fetchone()[0])

    assert [1, 2, 2, 1] == levels


def test_a_kill_in_mid_transaction_leaves_what_was_before(journal: SqlJournal, directory: Path) -> None:
    """A run that was half stored is not there; the others are whole."""
    script = """
def operations():
    yield from creates(1500)
    print("half", flush=True)
    sys.stdin.read()
open_journal(directory).create_run(record(name, total=2000), operations())
"""
    journal.append("RUN1", [Dead(0, "")], 1.0, durable=False)
    with process(directory, "RUN2", script) as victim:
        assert victim.stdout
        assert "half\n" == victim.stdout.readline()
        victim.kill()

    fresh = open_journal(directory)
    assert ["RUN1"] == [run.id for run in fresh.runs()]
    assert list(OPERATIONS) == fresh.operations("RUN1")
    fresh.claim("RUN1")
    assert 2 == fresh.append("RUN1", [Dead(1, "")], 2.0, durable=True)
    fresh.close()


def test_a_kill_loses_no_event_that_was_acknowledged(journal: SqlJournal, directory: Path) -> None:
    """With or without fsync: that is for power losses."""
    script = """
journal = open_journal(directory)
journal.claim(name)
while True:
    print(journal.append(name, [Dead(0, "")] * 3, 1.0, durable=False), flush=True)
"""
    acknowledged = 0
    with process(directory, "RUN1", script) as victim:
        assert victim.stdout
        for _ in range(50):
            acknowledged = int(victim.stdout.readline())
        victim.kill()
        acknowledged = int((victim.stdout.read().split("\n")[-2:-1] or [str(acknowledged)])[0])

    logged = [entry.seq for entry in journal.log("RUN1")]
    assert list(range(1, len(logged) + 1)) == logged
    assert acknowledged <= len(logged)
    assert 0 == len(logged) % 3


def test_processes_share_one_new_file(directory: Path) -> None:
    """However close together they make it, each finds its run whole afterwards."""
    script = """
print("ready", flush=True)
sys.stdin.readline()
journal = open_journal(directory)
journal.create_run(record(name), OPERATIONS)
for number in range(50):
    journal.append(name, [Dead(number % 4, name)], 1.0, durable=False)
"""
    names = [f"RUN{number}" for number in range(4)]
    processes = [process(directory, name, script) for name in names]
    for started in processes:
        assert started.stdout
        assert "ready\n" == started.stdout.readline()
    for started in processes:
        assert started.stdin
        started.stdin.write("go\n")
        started.stdin.flush()
    for started in processes:
        started.communicate(timeout=60)
    assert [0] * 4 == [ended.returncode for ended in processes]

    journal = open_journal(directory)
    assert names == sorted(run.id for run in journal.runs())
    for name in names:
        assert [Dead(number % 4, name) for number in range(50)] == [entry.event for entry in journal.log(name)]
    journal.close()


def test_what_a_process_writes_survives_others_that_look_in(journal: SqlJournal, directory: Path) -> None:
    """A journal opened twice in one process is still written where the next process reads, whoever came and went."""
    with closing(open_journal(directory)):
        with process(directory, "", "open_journal(directory).close()") as visitor:
            assert visitor.wait(30) == 0
        journal.append("RUN1", [Dead(0, "too long")], 1.0, durable=True)
        script = "print([entry.event for entry in open_journal(directory).log('RUN1')])"
        with process(directory, "", script) as later:
            said, _ = later.communicate(timeout=30)

    assert f"{[Dead(0, 'too long')]}\n" == said


def test_opening_waits_for_whoever_is_making_the_file(journal: SqlJournal, directory: Path) -> None:
    """Two that switch a new file to its mode at once would refuse each other."""
    opening = threading.Thread(target=lambda: open_journal(directory).close())
    with alone_in(directory):
        opening.start()
        opening.join(0.3)
        waited = opening.is_alive()
    opening.join(30)

    assert (True, False) == (waited, opening.is_alive())


def test_operations_know_slice_and_level(journal: SqlJournal, directory: Path) -> None:
    """Slices are 500 operations; the level is the longest way to something that needs nothing."""
    journal.create_run(record("RUN2", total=1001), creates(1001))

    with sqlite3.connect(directory / "journal.sqlite") as reading:
        levels = reading.execute("SELECT level FROM op WHERE run = 'RUN1' ORDER BY no").fetchall()
        slices = reading.execute("SELECT no, level, epoch FROM slice WHERE run = 'RUN2'").fetchall()
        sizes = reading.execute("SELECT count(*) FROM op WHERE run = 'RUN2' GROUP BY slice ORDER BY slice").fetchall()
    reading.close()

    assert [(0,), (1,), (2,), (3,)] == levels
    assert [(0, 499, 1), (1, 999, 1), (2, 1000, 1)] == slices
    assert [(500,), (500,), (1,)] == sizes


def test_a_plan_passes_through_in_pieces(journal: SqlJournal) -> None:
    """Storing and scanning 8 MB of payloads needs a small part of that at a time."""

    def heavy() -> Iterator[Operation]:
        return (Operation(no=no, key="", payload=IssueCreate("t", f"{no:02000}")) for no in range(4_000))

    tracemalloc.start()
    journal.create_run(record("RUN2", total=4_000), heavy())
    refs = sum(1 for _ in journal.refs("RUN2"))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 4_000 == refs
    assert 4_000_000 > peak_bytes
