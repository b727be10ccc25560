"""The journal protocol: a plan is stored once, events are appended under a claim, state is what folding them gives."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from penstock.base.errors import JournalError
from penstock.io.database import Database, Statement
from penstock.io.journal.tables import LOG, OP, RUN, SLICE, SLICE_SIZE
from penstock.model.config import Config
from penstock.model.events import Event
from penstock.model.operation import KIND_BY_NAME, Operation, OperationRef, Payload
from penstock.model.plan import Plan
from penstock.model.ports import Entry, RunRecord, RunState, RunSummary

_CHUNK = 1_000
"""Rows that are in memory at a time, written or read. No cursor stays open between two chunks."""

_ENCODE = msgspec.json.Encoder()
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_PAYLOAD: msgspec.json.Decoder[Payload] = msgspec.json.Decoder(Payload)
_NEEDS = msgspec.json.Decoder(tuple[int, ...])


class SqlJournal:
    """
    `ports.Journal` on SQL tables.

    Args:
        database: With the tables of `tables.TABLES`.
        owner: Who claims runs, for people: `host:pid`.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._epochs: dict[str, int] = {}
        run, epoch, count, state = (sa.bindparam(f"the_{name}") for name in ("run", "epoch", "count", "state"))
        held = sa.select(SLICE.c.epoch).where(SLICE.c.run == run, SLICE.c.no == sa.literal_column("0"))
        self._advance = Statement(
            sa.update(RUN)
            .where(RUN.c.id == run, held.scalar_subquery() == epoch)
            .values(seq=RUN.c.seq + count, state=sa.func.coalesce(state, RUN.c.state))
            .returning(RUN.c.seq),
            database.dialect,
        )
        self._write = Statement(sa.insert(LOG), database.dialect)

    def create_run(self, run: RunRecord, operations: Iterable[Operation]) -> None:
        """
        Store a run and its operations in one transaction, and claim it.

        Raises:
            JournalError: Operations are not numbered from 0 to `run.total` - 1; nothing is stored.
        """
        plan = msgspec.structs.replace(run.plan, operations=())
        row = {
            **{name: getattr(run, name) for name in ("id", "kind", "plan_sha", "total", "state", "seq", "created_at")},
            "graph": plan.desired.name,
            "repository": plan.repository.name,
            "config": _ENCODE.encode(run.config).decode(),
            "plan": zlib.compress(_ENCODE.encode(plan)),
        }
        with self._database.write(durable=True) as connection:
            connection.execute(RUN.insert(), row)
            rows = _rows(run.id, plan.repository.name, operations)
            stored = 0
            while chunk := list(islice(rows, _CHUNK)):
                connection.execute(OP.insert(), chunk)
                stored += len(chunk)
            if stored != run.total:
                raise JournalError(f"a run of {run.total} operations was given {stored}")
            slices = range(max(1, -(-stored // SLICE_SIZE)))
            connection.execute(SLICE.insert(), [_slice(run.id, no, self._owner) for no in slices])
        self._epochs[run.id] = 1

    def claim(self, run_id: str) -> None:
        """
        Take a run over: from now on this journal object may append to it, and no other.

        Raises:
            JournalError: No such run.
        """
        with self._database.write(durable=True) as connection:
            epoch = connection.scalar(
                sa.select(SLICE.c.epoch).where(SLICE.c.run == run_id, SLICE.c.no == 0),
            )
            if epoch is None:
                raise _unknown(run_id)
            connection.execute(
                SLICE.update().where(SLICE.c.run == run_id).values(epoch=epoch + 1, owner=self._owner),
            )
        self._epochs[run_id] = epoch + 1

    def append(
        self, run_id: str, events: Sequence[Event], at: float, *, durable: bool, state: RunState | None = None
    ) -> int:
        """
        Write events in one commit and return the last sequence number.

        Args:
            at: Epoch seconds.
            durable: Survive a power loss (fsync), not only the death of the process.
            state: New state of the run, in the same transaction.

        Raises:
            JournalError: Another process took the run over, or the file cannot be written.
        """
        epoch = self._epochs.get(run_id, 0)
        with self._database.write(durable=durable) as connection:
            advanced = self._advance.rows(
                connection, the_run=run_id, the_epoch=epoch, the_count=len(events), the_state=state
            )
            if not advanced:
                raise JournalError(
                    "another process took this run over",
                    cause=f"run {run_id} was claimed after this process claimed it",
                    hint=f"look with `penstock status {run_id}`",
                )
            last: int = advanced[0][0]
            rows = [
                (run_id, seq, at, 0, epoch, event.__struct_config__.tag, _ENCODE.encode(event).decode())
                for seq, event in enumerate(events, last - len(events) + 1)
            ]
            self._write.many(connection, rows)
        return last

    def run(self, run_id: str) -> RunRecord:
        """
        One run.

        Raises:
            JournalError: No such run, or a journal of another version.
        """
        with self._database.read() as connection:
            row = connection.execute(sa.select(RUN).where(RUN.c.id == run_id)).one_or_none()
        if row is None:
            raise _unknown(run_id)
        with _readable(f"run {run_id}"):
            return RunRecord(
                id=row.id,
                kind=row.kind,
                plan=msgspec.json.decode(zlib.decompress(row.plan), type=Plan),
                plan_sha=row.plan_sha,
                config=msgspec.json.decode(row.config, type=Config),
                created_at=row.created_at,
                total=row.total,
                state=row.state,
                seq=row.seq,
            )

    def runs(self) -> list[RunSummary]:
        """All runs, newest first."""
        columns = [RUN.c[name] for name in RunSummary.__struct_fields__]
        with self._database.read() as connection:
            rows = connection.execute(sa.select(*columns).order_by(RUN.c.created_at.desc(), RUN.c.id.desc())).all()
        return [RunSummary(**row._mapping) for row in rows]
