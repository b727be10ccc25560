"""
A plan as a file: JSON Lines that say themselves whether they are whole.

    {"schema":"penstock.plan/1", repository, account, …}     the plan without its long parts
    {"task":{…}}  {"basis":[number, digest]}  {"unchanged":{…}}  {"operation":{…}}      in this order, one a line
    {"end":{"sha256":…, "tasks":…, "basis":…, "unchanged":…, "operations":…}}

The SHA-256 is that of all bytes before the last line, and the plan's name (`plan_sha`).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from penstock.base.errors import JournalError, UsageError
from penstock.model.operation import Operation
from penstock.model.plan import Plan, Unchanged
from penstock.model.task import Task

VERSION = 1
_BEGIN = re.compile(rb'\{"schema":"penstock\.plan/(\d+)"')


class _Header(msgspec.Struct, frozen=True, tag_field="schema", tag=f"penstock.plan/{VERSION}"):
    """First line: the plan without tasks, basis, unchanged and operations."""

    plan: Plan


class _End(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str
    tasks: int
    basis: int
    unchanged: int
    operations: int


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every line but the first; one field is set."""

    task: Task | None = None
    basis: tuple[int, str] | None = None
    unchanged: Unchanged | None = None
    operation: Operation | None = None
    end: _End | None = None


_ENCODE = msgspec.json.Encoder(order="deterministic")
_LINE = msgspec.json.Decoder(_Line)
_HEADER = msgspec.json.Decoder(_Header)


def plan_sha(plan: Plan) -> str:
    """SHA-256 of the plan as `write_plan` writes it, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    for line in _lines(plan):
        digest.update(line)
    return digest.hexdigest()


def write_plan(path: Path, plan: Plan) -> str:
    """
    Write a plan file, readable by its owner only; there is either the whole file or none.

    Returns:
        Its `plan_sha`.

    Raises:
        UsageError: The file cannot be written there.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot write the plan to {path}", cause="it is not a regular file", hint="name another file")
    digest = hashlib.sha256()
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for line in _lines(plan):
                    digest.update(line)
                    file.write(line)
                file.write(_ENCODE.encode(_Line(end=_end(plan, digest.hexdigest()))) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise UsageError(
            f"cannot write the plan to {path}",
            cause=(error.strerror or str(error)).lower(),
            hint="name a file in a directory that you can write to",
        ) from None
    return digest.hexdigest()


def read_plan(path: Path) -> Plan:
    """
    Read a plan file, checked whole.

    Raises:
        UsageError: It cannot be opened, is no plan, or is of another version.
        JournalError: It is cut short, or was changed after it was written.
    """
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise UsageError(
            f"cannot read the plan {path}",
            cause=(error.strerror or str(error)).lower(),
            hint="make one with `penstock plan FILE --out PLAN`",
        ) from None


def is_plan(path: Path) -> bool:
    """Whether a file begins as a plan of any version does. False for what cannot be read."""
    try:
        with path.open("rb") as file:
            return _BEGIN.match(file.read(64)) is not None
    except OSError:
        return False


def _lines(plan: Plan) -> Iterator[bytes]:
    """All but the last."""
    rest = msgspec.structs.replace(plan.desired, tasks=())
    header = _Header(msgspec.structs.replace(plan, desired=rest, basis={}, unchanged=(), operations=()))
    yield _ENCODE.encode(header) + b"\n"
    for line in _body(plan):
        yield _ENCODE.encode(line) + b"\n"


def _body(plan: Plan) -> Iterator[_Line]:
    yield from (_Line(task=task) for task in plan.desired.tasks)
    yield from (_Line(basis=entry) for entry in sorted(plan.basis.items()))
    yield from (_Line(unchanged=entry) for entry in plan.unchanged)
    yield from (_Line(operation=operation) for operation in plan.operations)


def _end(plan: Plan, sha256: str) -> _End:
    return _End(
        sha256=sha256,
        tasks=len(plan.desired.tasks),
        basis=len(plan.basis),
        unchanged=len(plan.unchanged),
        operations=len(plan.operations),
    )


def _read(path: Path, file: BinaryIO) -> Plan:
    first = file.readline()
    _check_version(path, first)
    if not first.endswith(b"\n"):
        raise _incomplete(path)
    try:
        plan, sha256, end = _parse(first, file)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _changed(path, str(error)) from None
    if end is None:
        raise _incomplete(path)
    if end != _end(plan, sha256) or file.read(1):
        raise _changed(path, "its content and its checksum differ")
    return plan


def _parse(first: bytes, file: BinaryIO) -> tuple[Plan, str, _End | None]:
    """The plan so far, its digest, and the last line where there is one. A line cut short is the end of the file."""
    digest = hashlib.sha256(first)
    head = _HEADER.decode(first).plan
    tasks: list[Task] = []
    basis: dict[int, str] = {}
    unchanged: list[Unchanged] = []
    operations: list[Operation] = []
    end: _End | None = None
    while (line := file.readline()).endswith(b"\n"):
        match _LINE.decode(line):
            case _Line(task=Task() as task):
                tasks.append(task)
            case _Line(basis=(number, seen)):
                basis[number] = seen
            case _Line(unchanged=Unchanged() as task_as_planned):
                unchanged.append(task_as_planned)
            case _Line(operation=Operation() as operation):
                operations.append(operation)
            case _Line(end=_End() as end):
                break
        digest.update(line)
    plan = msgspec.structs.replace(
        head,
        desired=msgspec.structs.replace(head.desired, tasks=tuple(tasks)),
        basis=basis,
        unchanged=tuple(unchanged),
        operations=tuple(operations),
    )
    return plan, digest.hexdigest(), end


def _check_version(path: Path, first: bytes) -> None:
    match = _BEGIN.match(first)
    if match is None:
        raise UsageError(f"{path} is not a plan", hint="make one with `penstock plan FILE --out PLAN`")
    if int(match[1]) > VERSION:
        raise UsageError(
            f"cannot read the plan {path}",
            cause=f"it has version {int(match[1])}, this Penstock knows version {VERSION}",
            hint="use the newer Penstock that wrote it, or make the plan again",
        )


def _incomplete(path: Path) -> JournalError:
    return JournalError(
        f"the plan {path} is incomplete",
        cause="its last line is missing: it was cut short while it was copied or written",
        hint="make the plan again",
    )


def _changed(path: Path, cause: str) -> JournalError:
    return JournalError(
        f"the plan {path} was changed after it was written", cause=cause, hint="change the task file, and plan again"
    )


def _sync_directory(directory: Path) -> None:
    """Make the new name itself survive a power loss."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
