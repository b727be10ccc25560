"""A plan file is read whole or refused: never half, never changed, never guessed at."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from tests.contracts.runs import OPERATIONS, PLAN

from penstock.base.canonical import sha256_hex
from penstock.base.errors import EXIT_USAGE, JournalError, UsageError
from penstock.io.plan_file import is_plan, plan_sha, read_plan, write_plan
from penstock.model.plan import Finding, Unchanged

WHOLE = msgspec.structs.replace(
    PLAN,
    operations=OPERATIONS,
    unchanged=(Unchanged("3", 30), Unchanged("4", 40)),
    basis={40: "d40", 30: "d30"},
    findings=(Finding(level="warning", message="none", line=3),),
    extra=(9,),
    notes=("2 finished tasks left out",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A plan on disk."""
    file = tmp_path / "plan.jsonl"
    write_plan(file, WHOLE)
    return file


def test_a_plan_comes_back_as_it_was(path: Path) -> None:
    """Every field."""
    assert WHOLE == read_plan(path)


def test_its_name_is_the_digest_of_its_lines(path: Path) -> None:
    """Anybody can check it: everything above the last line."""
    lines = path.read_bytes().splitlines(keepends=True)
    end = msgspec.json.decode(lines[-1])["end"]

    assert plan_sha(WHOLE) == end["sha256"] == sha256_hex(b"".join(lines[:-1]))
    assert {"tasks": 1, "basis": 2, "unchanged": 2, "operations": 4} == {
        name: end[name] for name in ("tasks", "basis", "unchanged", "operations")
    }
    assert 1 + 1 + 2 + 2 + 4 + 1 == len(lines)


def test_its_name_depends_on_everything() -> None:
    """On every field, but not on the order in which the basis was read."""
    changed = [
        msgspec.structs.replace(WHOLE, **{name: value})
        for name, value in {
            "host": "x", "high_water": 13, "operations": OPERATIONS[:3], "unchanged": (), "basis": {30: "d30"},
            "notes": (), "desired": msgspec.structs.replace(PLAN.desired, tasks=()), "named": {},
        }.items()
    ]  # fmt: skip

    assert len(changed) + 1 == len({plan_sha(WHOLE), *map(plan_sha, changed)})
    assert plan_sha(WHOLE) == plan_sha(msgspec.structs.replace(WHOLE, basis={30: "d30", 40: "d40"}))


def test_every_cut_is_noticed(path: Path) -> None:
    """Wherever the file ends too early, it is refused; nearly everywhere with the word."""
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises((JournalError, UsageError), match="incomplete" if length > 30 else "plan"):
            read_plan(path)


def test_every_changed_character_is_noticed(path: Path) -> None:
    """A plan cannot be edited by hand: what was shown is what is done."""
    content = path.read_bytes()
    for position in range(0, len(content), 7):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises((JournalError, UsageError)):
            read_plan(path)


def test_a_line_taken_out_or_put_in_is_noticed(path: Path) -> None:
    """Also when every line by itself is right."""
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in (lines[:4] + lines[5:], [*lines[:4], lines[4], *lines[4:]], [*lines, lines[4]], [*lines, b"\n"]):
        path.write_bytes(b"".join(changed))
        with pytest.raises(JournalError, match="was changed"):
            read_plan(path)


def test_deep_nesting_is_an_error(path: Path) -> None:
    """Not a crash."""
    head = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(head + b'{"task":' + b"[" * 100_000 + b"\n")

    with pytest.raises(JournalError):
        read_plan(path)


def test_a_newer_version_is_refused(path: Path) -> None:
    """It is a plan, but not one that this version may read."""
    path.write_bytes(path.read_bytes().replace(b"penstock.plan/1", b"penstock.plan/2", 1))

    with pytest.raises(UsageError, match="cannot read the plan") as caught:
        read_plan(path)
    assert "it has version 2, this Penstock knows version 1" == caught.value.cause
    assert EXIT_USAGE == caught.value.exit_code
    assert is_plan(path)


@pytest.mark.parametrize(
    "content", [b"", b"tasks:\n- key: 1\n", b'{"tasks": []}', b"\xff\xfe", b'{"schema":"other/1"}']
)
def test_something_else_is_not_a_plan(path: Path, content: bytes) -> None:
    """A task file is told apart by its first bytes."""
    path.write_bytes(content)

    assert not is_plan(path)
    with pytest.raises(UsageError, match="is not a plan"):
        read_plan(path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or a directory."""
    for path in (tmp_path / "missing", tmp_path):
        assert not is_plan(path)
        with pytest.raises(UsageError, match=str(path)):
            read_plan(path)


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    """And nothing beside it."""
    content = path.read_bytes()
    unwritable = msgspec.structs.replace(PLAN, notes=("\ud800",))
    with pytest.raises(UnicodeEncodeError):
        write_plan(path, unwritable)

    assert content == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_plan_is_private_and_replaces_a_link(path: Path, tmp_path: Path) -> None:
    """It holds the text of issues; what a link points to is not written."""
    link = tmp_path / "link"
    link.symlink_to(path)
    content = path.read_bytes()
    write_plan(link, PLAN)

    assert 0o600 == stat.S_IMODE(link.lstat().st_mode)
    assert content == path.read_bytes()
    assert PLAN == read_plan(link)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    """No such directory, or something that is not a file."""
    for path in (tmp_path / "missing" / "plan", tmp_path, Path("/dev/null")):
        with pytest.raises(UsageError, match=str(path)):
            write_plan(path, PLAN)
