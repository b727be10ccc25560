"""What is installed is what was locked, and what ships is complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

LOCKED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+?)( ; .+)?(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)")


def requirement_lines(text: str) -> list[str]:
    """Continuation lines joined, comments and empty lines left out."""
    joined = re.sub(r" \\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def requirement_offences(path: str, text: str) -> list[str]:
    """Addresses, options, and requirements without an exact version and hashes."""
    loose = [line.split(" ")[0] for line in requirement_lines(text) if not LOCKED.fullmatch(line)]
    return [
        *([f"{path}: has an address"] if "://" in text else []),
        *(f"{path}: {name} is not locked" for name in loose),
    ]


def test_requirements_are_locked_and_name_no_server(root: Path) -> None:
    """Whoever installs takes the same files, from the index they trust."""
    files = sorted((root / "requirements").glob("*.txt"))

    assert ["dev.txt", "run.txt"] == [file.name for file in files]
    offences = [offence for file in files for offence in requirement_offences(file.name, file.read_text())]

    assert [] == offences, "\n".join(offences)


def test_the_demo_runs_on_what_the_tests_ran_on(root: Path) -> None:
    """`run.txt` is a part of `dev.txt`, version for version and hash for hash."""
    run, dev = (set(requirement_lines((root / f"requirements/{name}.txt").read_text())) for name in ("run", "dev"))

    assert set() == run - dev


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--index-url https://example.org/simple\n", ["a.txt: has an address", "a.txt: --index-url is not locked"]),
        ("--find-links wheels\n", ["a.txt: --find-links is not locked"]),
        ("click==8.5.1\n", ["a.txt: click==8.5.1 is not locked"]),
        (f"click>=8 --hash=sha256:{'0' * 64}\n", ["a.txt: click>=8 is not locked"]),
        (f"click==8.5.1 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n    # via penstock\n", []),
        (f"tomli==2.0 ; python_version < '3.12' \\\n    --hash=sha256:{'0' * 64}\n", []),
    ],
)
def test_a_loose_requirement_is_found(text: str, expected: list[str]) -> None:
    """Options, addresses, open versions and missing hashes are each seen."""
    assert expected == requirement_offences("a.txt", text)


def test_the_wheel_is_complete(root: Path, tmp_path: Path) -> None:
    """Types, licence, command and every file under `src/penstock` reach the user."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)

    [wheel] = tmp_path.glob("*.whl")
    shipped = set(ZipFile(wheel).namelist())
    package = root / "src" / "penstock"
    files = [file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts]

    assert "penstock/py.typed" in shipped
    assert set() == {file.relative_to(package.parent).as_posix() for file in files} - shipped
    assert any(name.endswith("/licenses/LICENSE") for name in shipped)
    assert any(name.endswith("/entry_points.txt") for name in shipped)
