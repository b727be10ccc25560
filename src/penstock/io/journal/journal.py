"""The journal protocol: a plan is stored once, events are appended under a claim, state is what folding them gives."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from penstock.base.errors import JournalError
from penstock.io.database import Database, Statement
from penstock.io.journal.tables import LOG, OP, PLAN, RUN, SLICE, SLICE_SIZE
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
_OPERATION = sa.select(*(OP.c[name] for name in ("no", "key", "qualifier", "needs", "conflict", "line", "payload")))
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
        self._advance = Statement(_advance(), database.dialect)
        self._write = Statement(sa.insert(LOG), database.dialect)
        one = _OPERATION.where(OP.c.run == sa.bindparam("the_run"), OP.c.no == sa.bindparam("the_no"))
        self._fetch = Statement(one, database.dialect)

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
        }
        with self._database.write(durable=True) as connection:
            connection.execute(RUN.insert(), row)
            connection.execute(PLAN.insert(), {"run": run.id, "body": zlib.compress(_ENCODE.encode(plan))})
            stored = 0
            rows = _rows(run.id, plan.repository.name, operations)
            while chunk := list(islice(rows, SLICE_SIZE)):
                connection.execute(OP.insert(), chunk)
                level = max(row["level"] for row in chunk)
                connection.execute(SLICE.insert(), _slice(run.id, stored // SLICE_SIZE, level, self._owner))
                stored += len(chunk)
            if stored == 0:
                connection.execute(SLICE.insert(), _slice(run.id, 0, 0, self._owner))
            if stored != run.total:
                raise JournalError(f"a run of {run.total} operations was given {stored}")
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
                raise self._refused(run_id)
            last: int = advanced[0][0]
            written = {"run": run_id, "at": at, "slice": 0, "epoch": epoch}
            entries = enumerate(events, last - len(events) + 1)
            self._write.many(connection, ({**written, **_entry(seq, event)} for seq, event in entries))
        return last

    def run(self, run_id: str) -> RunRecord:
        """
        One run.

        Raises:
            JournalError: No such run, or a journal of another version.
        """
        with self._database.read() as connection:
            query = sa.select(RUN, PLAN.c.body).join(PLAN).where(RUN.c.id == run_id)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _unknown(run_id)
        with _readable(f"run {run_id}"):
            return RunRecord(
                id=row.id,
                kind=row.kind,
                plan=msgspec.json.decode(zlib.decompress(row.body), type=Plan),
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
            query = sa.select(*columns).order_by(RUN.c.created_at.desc(), RUN.c.id.desc())
            return [RunSummary(**row) for row in connection.execute(query).mappings()]

    def refs(self, run_id: str) -> Iterator[OperationRef]:
        """All operations in order, without payloads."""
        columns = sa.select(OP.c.no, OP.c.kind, OP.c.needs, OP.c.conflict)
        for no, kind, needs, conflict in self._pages(columns, OP.c.no, run_id, after=-1):
            yield OperationRef(no, KIND_BY_NAME[kind].code, _NEEDS.decode(needs), conflict)

    def operations(self, run_id: str, numbers: Sequence[int] | None = None) -> list[Operation]:
        """
        Operations with payloads, in the order of `numbers`; all of them when it is None.

        Raises:
            JournalError: The run has no operation of such a number.
        """
        if numbers is None:
            return [_operation(row) for row in self._pages(_OPERATION, OP.c.no, run_id, after=-1)]
        operations = []
        with self._database.read() as connection:
            for no in numbers:
                rows = self._fetch.rows(connection, the_run=run_id, the_no=no)
                if not rows:
                    raise JournalError(f"run {run_id} has no operation {no}")
                operations.append(_operation(rows[0]))
        return operations

    def log(self, run_id: str, after: int = 0) -> Iterator[Entry]:
        """Events with a sequence number above `after`, in order."""
        columns = sa.select(LOG.c.seq, LOG.c.at, LOG.c.body)
        for seq, at, body in self._pages(columns, LOG.c.seq, run_id, after=after):
            with _readable(f"entry {seq} of run {run_id}"):
                yield Entry(seq, at, _EVENT.decode(body))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _refused(self, run_id: str) -> JournalError:
        if run_id not in self._epochs:
            return JournalError(f"cannot append to run {run_id}", cause="it was not claimed by this process")
        return JournalError(
            "another process took this run over",
            cause=f"run {run_id} was claimed after this process claimed it",
            hint=f"look with `penstock status {run_id}`",
        )

    def _pages(
        self, query: sa.Select[Any], number: sa.Column[int], run_id: str, *, after: int
    ) -> Iterator[Sequence[Any]]:
        """Rows of a run in the order of their number, which is the first column, a chunk at a time."""
        of_run = query.where(number.table.c.run == run_id).order_by(number).limit(_CHUNK)
        while True:
            page = of_run.where(number > after)
            with self._database.read() as connection:
                rows = connection.execute(page).all()
            yield from rows
            if len(rows) < _CHUNK:
                return
            after = rows[-1][0]


def _rows(run_id: str, target: str, operations: Iterable[Operation]) -> Iterator[dict[str, Any]]:
    """Rows of `op`, made as they are asked for."""
    levels = array("L")
    for no, operation in enumerate(operations):
        if operation.no != no or any(need >= no for need in operation.needs):
            raise JournalError(f"operation {operation.name} has number {operation.no} where {no} was due")
        levels.append(1 + max((levels[need] for need in operation.needs), default=-1))
        yield {
            "run": run_id,
            "no": no,
            "slice": no // SLICE_SIZE,
            "level": levels[no],
            "key": operation.key,
            "kind": operation.kind.name,
            "target": target,
            "qualifier": operation.qualifier,
            "conflict": operation.conflict,
            "needs": _ENCODE.encode(operation.needs).decode(),
            "line": operation.line,
            "payload": _ENCODE.encode(operation.payload).decode(),
        }


def _entry(seq: int, event: Event) -> dict[str, object]:
    return {"seq": seq, "type": event.__struct_config__.tag, "body": _ENCODE.encode(event).decode()}


def _operation(row: Sequence[Any]) -> Operation:
    no, key, qualifier, needs, conflict, line, payload = row
    with _readable(f"operation {no}"):
        return Operation(
            no=no,
            key=key,
            payload=_PAYLOAD.decode(payload),
            qualifier=qualifier,
            needs=_NEEDS.decode(needs),
            conflict=conflict,
            line=line,
        )


def _slice(run_id: str, no: int, level: int, owner: str) -> dict[str, object]:
    return {"run": run_id, "no": no, "level": level, "credential": "", "epoch": 1, "owner": owner}


def _advance() -> sa.ClauseElement:
    """Take sequence numbers of a run whose claim is still ours: no row comes back when it is not."""
    run: sa.BindParameter[str] = sa.bindparam("the_run")
    epoch: sa.BindParameter[int] = sa.bindparam("the_epoch")
    count: sa.BindParameter[int] = sa.bindparam("the_count")
    state: sa.BindParameter[str] = sa.bindparam("the_state")
    held = sa.select(SLICE.c.epoch).where(SLICE.c.run == run, SLICE.c.no == sa.literal_column("0"))
    return (
        sa.update(RUN)
        .where(RUN.c.id == run, held.scalar_subquery() == epoch)
        .values(seq=RUN.c.seq + count, state=sa.func.coalesce(state, RUN.c.state))
        .returning(RUN.c.seq)
    )


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """What was written under constraints can only be unreadable when something else wrote it."""
    try:
        yield
    except (msgspec.MsgspecError, zlib.error, RecursionError) as error:
        raise JournalError(
            f"cannot read {what} of the journal", cause=str(error), hint="use the Penstock that wrote it, or plan again"
        ) from None


def _unknown(run_id: str) -> JournalError:
    return JournalError(
        f"there is no run {run_id}", cause="the journal here has none of this id", hint="`penstock runs` lists them"
    )
