"""What an account spent, must wait for and taught us: shared by every process of the machine."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy import Column, Float, Integer, Text

from penstock.base.clock import Clock
from penstock.base.errors import JournalError
from penstock.io.database import Database, Statement, meta_table, open_database
from penstock.io.places import private_directory
from penstock.model.limits import Fact, Learnt, Paused, Served, Spent

FILE_NAME = "ledger.sqlite"
VERSION = 1
RELEVANT_S = 3_700.0
"""How long a spend is kept after its end: the longest window is an hour, and the clocks need a guard."""

TABLES = sa.MetaData()
META = meta_table(TABLES)
FACT = sa.Table(
    "fact",
    TABLES,
    Column("rev", Integer, primary_key=True, autoincrement=True),
    Column("host", Text, nullable=False),
    Column("account", Integer, nullable=False),
    Column("name", Text),
    Column("writer", Text, nullable=False),
    Column("until", Float, nullable=False),
    Column("body", Text, nullable=False),
    sa.UniqueConstraint("name", "host", "account"),
    sqlite_autoincrement=True,
)
"""
`rev` only grows, also when a fact replaces the one of its `name` (pauses have none: each stands until it is over).
A row may go when `until` has passed. `writer` is the ledger object that wrote it.
"""

_PRUNE_EVERY = 256
_ENCODE = msgspec.json.Encoder()
_FACT: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


class SqlLedger:
    """
    `ports.Ledger` on a SQLite file.

    Args:
        directory: The user's state directory, made where it is missing; None for a ledger of this object alone; an
            open database, to share one in memory between objects.
        host: API host the account belongs to.
        account_id: The account's database id; 0 before it is known: then the facts of every account of the host count,
            since the token may be any one's.
        clock: Tells which facts are over.

    Raises:
        JournalError: From every method, when the file cannot be used.
    """

    def __init__(self, directory: Path | Database | None, host: str, account_id: int, clock: Clock) -> None:
        self._database = directory if isinstance(directory, Database) else _opened(directory)
        self._origin: Final = {"host": host, "account": account_id, "writer": secrets.token_hex(8)}
        self._statements: Final = _Statements(self._database.dialect)
        self._clock = clock
        self._seen = 0
        self._until_prune = 0

    @contextmanager
    def transaction(self) -> Iterator[SqlLedgerTransaction]:
        """One short exclusive transaction; committed on exit, rolled back on an exception."""
        with self._database.write() as connection:
            if self._until_prune == 0:
                connection.execute(FACT.delete().where(FACT.c.until < self._clock.now()))
                self._until_prune = _PRUNE_EVERY
            transaction = SqlLedgerTransaction(connection, self._statements, self._origin, self._seen)
            yield transaction
        self._seen = transaction.seen
        self._until_prune -= 1

    def learnt(self) -> list[Learnt]:
        """What the account taught us, oldest first; the last one holds."""
        query = sa.select(FACT.c.body).where(*self._own(), FACT.c.name.startswith("learnt:")).order_by(FACT.c.rev)
        with self._database.read() as connection:
            facts = [_decode(body) for body in connection.scalars(query)]
        return [fact for fact in facts if isinstance(fact, Learnt)]

    def forget(self) -> int:
        """Delete what was learnt, limits and pace; returns how many facts that were. Running processes keep theirs."""
        learnt = sa.or_(FACT.c.name.startswith("learnt:"), FACT.c.name.startswith("served:"))
        with self._database.write() as connection:
            return connection.execute(FACT.delete().where(*self._own(), learnt)).rowcount

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _own(self) -> tuple[sa.ColumnElement[bool], ...]:
        return tuple(FACT.c[name] == self._origin[name] for name in ("host", "account"))


class _Statements:
    """The statements of every transaction, compiled once."""

    def __init__(self, dialect: sa.Dialect) -> None:
        host: sa.BindParameter[str] = sa.bindparam("host")
        account: sa.BindParameter[int] = sa.bindparam("account")
        writer: sa.BindParameter[str] = sa.bindparam("writer")
        seen: sa.BindParameter[int] = sa.bindparam("seen")
        news = (
            sa.select(FACT.c.body)
            .where(FACT.c.rev > seen, FACT.c.host == host, FACT.c.writer != writer)
            .where(sa.or_(FACT.c.account == account, account == sa.literal_column("0")))
            .order_by(FACT.c.rev)
        )
        self.news = Statement(news, dialect)
        self.last = Statement(sa.select(sa.func.coalesce(sa.func.max(FACT.c.rev), sa.literal_column("0"))), dialect)
        self.put = Statement(FACT.insert().prefix_with("OR REPLACE", dialect="sqlite"), dialect)


class SqlLedgerTransaction:
    """
    `ports.LedgerTransaction`.

    Attributes:
        seen: Greatest `rev` that was asked for; 0 before the first time.
    """

    def __init__(
        self, connection: sa.Connection, statements: _Statements, origin: Mapping[str, object], seen: int
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._origin = origin
        self.seen = seen

    def news(self) -> list[Fact]:
        """
        Facts that others wrote since the last call.

        The first call after opening returns what others wrote before and still matters: spends that ended, or must
        have ended, less than `RELEVANT_S` ago; pauses that are not over; everything learnt. The rest was deleted.
        """
        rows = self._statements.news.rows(self._connection, **self._origin, seen=self.seen)
        self.seen = self._statements.last.rows(self._connection)[0][0]
        return [_decode(body) for (body,) in rows]

    def write(self, facts: Sequence[Fact]) -> None:
        """Add facts; a `Spent` replaces the one with the same id."""
        self._statements.put.many(self._connection, ({**self._origin, **_row(fact)} for fact in facts))


def _opened(directory: Path | None) -> Database:
    if directory:
        private_directory(directory)
    return open_database(directory and directory / FILE_NAME, "ledger", TABLES, VERSION)


def _row(fact: Fact) -> dict[str, object]:
    body = _ENCODE.encode(fact).decode()
    match fact:
        case Spent():
            return {"rev": None, "name": f"spent:{fact.id}", "until": fact.ends_at + RELEVANT_S, "body": body}
        case Paused():
            return {"rev": None, "name": None, "until": fact.until, "body": body}
        case Learnt():
            return {"rev": None, "name": f"learnt:{fact.profile}", "until": math.inf, "body": body}
        case Served():
            return {"rev": None, "name": f"served:{fact.api}", "until": math.inf, "body": body}


def _decode(body: str) -> Fact:
    try:
        return _FACT.decode(body)
    except msgspec.MsgspecError as error:
        raise JournalError(
            "cannot read the ledger", cause=str(error), hint="use the Penstock that wrote it, or remove the file"
        ) from None
