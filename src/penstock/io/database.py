"""One SQLite file, one connection: private, in WAL mode, and every failure told in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from penstock.base.errors import JournalError
from penstock.io.places import alone_in, private_file

_BUSY_MS = 30_000
"""How long a commit waits for another process's; storing a plan of a million operations takes the longest."""

_DAMAGED = "move {path} away and plan again: issues that stand are recognised by their markers"
_REASONS: Mapping[int, tuple[str, str]] = {
    sqlite3.SQLITE_CORRUPT: ("the file is damaged or cut short", _DAMAGED),
    sqlite3.SQLITE_NOTADB: ("the file is not a database", _DAMAGED),
    sqlite3.SQLITE_READONLY: ("the file or its directory is read-only", "let your user write to {parent}"),
    sqlite3.SQLITE_CANTOPEN: ("the file cannot be opened", "let your user read and write {parent}"),
    sqlite3.SQLITE_PERM: ("the file cannot be opened", "let your user read and write {parent}"),
    sqlite3.SQLITE_FULL: ("the disk is full", "make room; nothing that was written is lost"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk and the space on it"),
    sqlite3.SQLITE_BUSY: ("another process keeps it locked", "wait for that process, or stop it"),
}


class Statement:
    """
    A statement compiled once.

    Why: SQLAlchemy's work per execution costs more than SQLite's. This is for the few statements of every request;
    all others go through `Connection.execute`.
    """

    def __init__(self, clause: sa.ClauseElement, dialect: sa.Dialect) -> None:
        compiled = clause.compile(dialect=dialect)
        self._sql = str(compiled)
        self._names: Sequence[str] = getattr(compiled, "positiontup", None) or ()

    def rows(self, connection: sa.Connection, **values: object) -> list[tuple[Any, ...]]:
        """Execute and fetch all rows."""
        cursor = _driver(connection).execute(self._sql, tuple(values[name] for name in self._names))
        return cursor.fetchall()

    def many(self, connection: sa.Connection, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute once per row."""
        _driver(connection).executemany(self._sql, [tuple(row[name] for name in self._names) for row in rows])


class Database:
    """
    An open database. For one thread.

    Raises:
        JournalError: From every method, when SQLite refuses.
    """

    def __init__(self, path: Path | None, what: str) -> None:
        self._path = path
        self._what = what
        self._durable = False
        url = sa.URL.create("sqlite", database=str(path) if path else None)
        self._engine = sa.create_engine(url, poolclass=NullPool)
        with self._explained():
            self._connection = self._engine.connect()
            _prepare(_driver(self._connection))

    @property
    def dialect(self) -> sa.Dialect:
        """What statements are compiled for."""
        return self._engine.dialect

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One state of the file, as committed; nobody is kept from writing."""
        with self._explained(), self._connection.begin():
            _driver(self._connection).execute("BEGIN")
            yield self._connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sa.Connection]:
        """
        One exclusive transaction: committed on exit, rolled back on an exception.

        Args:
            durable: The commit survives a power loss, not only the death of the process.
        """
        with self._explained():
            driver = _driver(self._connection)
            if durable != self._durable:
                driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            with self._connection.begin():
                driver.execute("BEGIN IMMEDIATE")
                yield self._connection

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            origin = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            code = getattr(origin, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            cause, hint = _REASONS.get(code, (str(origin), ""))
            where = {"path": self._path, "parent": self._path.parent if self._path else ""}
            raise JournalError(f"cannot use {self._name}", cause=cause, hint=hint.format(**where)) from None

    @property
    def _name(self) -> str:
        return f"the {self._what} {self._path or ''}".strip()


def open_database(path: Path | None, what: str, tables: sa.MetaData, version: int) -> Database:
    """
    Open a database file of Penstock, made first where it is missing; several processes may do so at once.

    Args:
        path: In a directory that exists already; None for one in memory.
        what: `journal` or `ledger`: what messages call it, and what the file says it is.
        tables: With the table of `meta_table`.
        version: Of the tables.

    Raises:
        JournalError: It cannot be opened, is something else, or was written by a newer Penstock.
    """
    if path is None:
        database = Database(None, what)
        _settle(database, f"the {what}", what, tables, version)
        return database
    with alone_in(path.parent):
        private_file(path)
        database = Database(path, what)
        try:
            _settle(database, f"the {what} {path}", what, tables, version)
        except BaseException:
            database.close()
            raise
    return database


def meta_table(tables: sa.MetaData) -> sa.Table:
    """The one-row table that says what a file is."""
    return sa.Table(
        "meta",
        tables,
        sa.Column("format", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _settle(database: Database, name: str, what: str, tables: sa.MetaData, version: int) -> None:
    """Make the tables in a new file; check that an old one is of this kind and version."""
    meta = tables.tables["meta"]
    with database.write() as connection:
        present = set(sa.inspect(connection).get_table_names())
        if not present:
            tables.create_all(connection)
            connection.execute(meta.insert(), {"format": what, "version": version})
        rows = connection.execute(sa.select(meta)).all() if not present or "meta" in present else []
    found = {row.format: row.version for row in rows}
    if what not in found:
        raise JournalError(f"cannot use {name}", cause=f"it is a database, but not a {what}", hint="name another file")
    if found[what] > version:
        raise JournalError(
            f"cannot use {name}",
            cause=f"it has version {found[what]}, this Penstock knows version {version}",
            hint="use the newer Penstock that wrote it",
        )


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _prepare(driver: sqlite3.Connection) -> None:
    driver.isolation_level = None  # transactions begin where `Database.write` says so, and nowhere else
    driver.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=NORMAL")
    driver.execute("PRAGMA foreign_keys=ON")
