"""The ledger's file: one budget for all processes of a machine."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.base.errors import JournalError
from penstock.io.clock import SystemClock
from penstock.io.ledger import SqlLedger
from penstock.io.places import user_state_directory
from penstock.model.limits import Learnt, Spent

SPENDER = """
import sys
from pathlib import Path
from penstock.io.clock import SystemClock
from penstock.io.ledger import SqlLedger
from penstock.model.limits import Charge, Spent

clock = SystemClock()
ledger = SqlLedger(Path(sys.argv[1]), "github.com", 5, clock)
charge = Charge(resource="graphql", lane="create", writes=True, meters={"content": 1})
sys.stdin.readline()
spent = written = 0
while spent < 300:
    with ledger.transaction() as transaction:
        spent += len(transaction.news())
        if spent < 300:
            now = clock.now()
            fact = Spent(id=f"{sys.argv[2]}:{written}", charge=charge, sent_at=now, ends_at=now, open=False)
            transaction.write([fact])
            spent, written = spent + 1, written + 1
print(written)
"""


def learnt(profile: str) -> Learnt:
    """A limit that was not announced."""
    return Learnt(profile=profile, at=1.0, why="refused after 20 creates in 60 s")


def test_processes_spend_one_budget(tmp_path: Path) -> None:
    """Three processes that each stop at 300 spends stop at 300 together: none is lost, none is taken twice."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, str(tmp_path), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in "ABC"
    ]  # fmt: skip
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    written = [int(process.communicate(timeout=60)[0]) for process in processes]

    ledger = SqlLedger(tmp_path, "github.com", 5, SystemClock())
    with ledger.transaction() as transaction:
        facts = transaction.news()
    ledger.close()
    assert 300 == sum(written)
    assert 300 == len({fact.id for fact in facts if isinstance(fact, Spent)})


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """Spends tell what somebody works on."""
    directory = tmp_path / "state" / "penstock"
    SqlLedger(directory, "github.com", 5, SystemClock()).close()

    assert 0o700 == stat.S_IMODE(directory.stat().st_mode)
    assert [("ledger.sqlite", 0o600)] == [
        (path.name, stat.S_IMODE(path.stat().st_mode)) for path in directory.iterdir()
    ]


def test_what_was_learnt_can_be_listed_and_forgotten(tmp_path: Path) -> None:
    """Of this account; the last one holds, and an old one that is learnt again becomes the last."""
    ledger = SqlLedger(tmp_path, "github.com", 5, SystemClock())
    other = SqlLedger(tmp_path, "github.com", 6, SystemClock())
    for one, profile in ((ledger, "observed"), (ledger, "custom"), (other, "observed"), (ledger, "observed")):
        with one.transaction() as transaction:
            transaction.write([learnt(profile)])

    assert [learnt("custom"), learnt("observed")] == ledger.learnt()
    assert 2 == ledger.forget()
    assert [] == ledger.learnt()
    assert [learnt("observed")] == other.learnt()
    ledger.close()
    other.close()


def test_what_is_learnt_again_after_forgetting_is_news(tmp_path: Path) -> None:
    """Numbers of facts are never given out twice, so nobody takes the new one for the one it knows."""
    one, other = (SqlLedger(tmp_path, "github.com", 5, SystemClock()) for _ in range(2))
    told = []
    for _ in range(2):
        with one.transaction() as transaction:
            transaction.write([learnt("observed")])
        with other.transaction() as transaction:
            told.append(transaction.news())
        one.forget()
    one.close()
    other.close()

    assert [[learnt("observed")]] * 2 == told


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    """With the file."""
    (tmp_path / "ledger.sqlite").write_text("not a database, " * 100)

    with pytest.raises(JournalError, match=r"ledger\.sqlite"):
        SqlLedger(tmp_path, "github.com", 5, SystemClock())


def test_a_ledger_in_memory_leaves_no_file() -> None:
    """For rehearsals."""
    ledger = SqlLedger(None, "github.com", 5, SystemClock())
    with ledger.transaction() as transaction:
        transaction.write([learnt("observed")])

    assert [learnt("observed")] == ledger.learnt()
    ledger.close()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_STATE_HOME": "/srv/state", "HOME": "/home/mona"}, "/srv/state/penstock"),
        ({"XDG_STATE_HOME": "", "HOME": "/home/mona"}, "/home/mona/.local/state/penstock"),
        ({"XDG_STATE_HOME": "not/absolute", "HOME": "/home/mona"}, "/home/mona/.local/state/penstock"),
        ({"HOME": "/home/mona"}, "/home/mona/.local/state/penstock"),
    ],
)
def test_it_lives_where_the_user_keeps_state(environ: dict[str, str], expected: str) -> None:
    """As the XDG base directories say."""
    assert Path(expected) == user_state_directory(environ)
