"""What the tidy tests read: Python files as (path, source), so that every rule is a pure function of the two."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _read(*folders: str) -> dict[str, str]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def package_sources() -> dict[str, str]:
    """Every module that ships: `src/penstock/…` to its text."""
    return _read("src")


@pytest.fixture(scope="session")
def all_sources() -> dict[str, str]:
    """Every module of the repository: the package, its tests, benchmarks and tools."""
    return _read("src", "tests", "bench", "tools")
