"""The pure floors decide; they do not look at the clock, throw dice, log, or touch the world."""

from __future__ import annotations

import ast

import pytest

PURE = {"base", "model", "core", "github"}
BANNED = {"asyncio", "aiohttp", "sqlalchemy", "time", "random", "os", "logging"}
CLOCKS = {"now", "utcnow", "today"}


def impure_offences(path: str, source: str) -> list[str]:
    """Banned modules and readings of the wall clock in a file of a pure floor."""
    parts = path.split("/")
    if parts[:2] != ["src", "penstock"] or parts[2] not in PURE:
        return []
    tree = ast.parse(source)
    dates = _names_from_datetime(tree)
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case ast.Attribute(value=ast.Name(id=name), attr=clock) if clock in CLOCKS and name in dates:
                modules = []
                found.append(f"{path}:{node.lineno}: reads the clock with {name}.{clock}")
            case ast.Attribute(value=ast.Attribute(attr="datetime" | "date"), attr=clock) if clock in CLOCKS:
                modules = []
                found.append(f"{path}:{node.lineno}: reads the clock with {clock}")
            case _:
                continue
        found += [f"{path}:{node.lineno}: imports {module}" for module in modules if module.split(".")[0] in BANNED]
    return found


def _names_from_datetime(tree: ast.Module) -> set[str]:
    return {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "datetime"
        for name in node.names
    }


def test_pure_floors_stay_pure(package_sources: dict[str, str]) -> None:
    """Time and randomness are arguments below floor 3, so an hour runs in a second and a seed replays exactly."""
    offences = [offence for file in package_sources.items() for offence in impure_offences(*file)]

    assert [] == offences, "\n".join(offences)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import time", "imports time"),
        ("import os.path as p", "imports os.path"),
        ("from random import Random", "imports random"),
        ("from sqlalchemy.engine import Row", "imports sqlalchemy.engine"),
        ("def f():\n    import asyncio", "imports asyncio"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from logging import Logger",
            "imports logging",
        ),
        ("from datetime import datetime as dt\nx = dt.now()", "reads the clock with dt.now"),
        ("from datetime import date\nx = date.today()", "reads the clock with date.today"),
        ("from datetime import datetime\nread = datetime.utcnow", "reads the clock with datetime.utcnow"),
        ("import datetime\nx = datetime.datetime.now()", "reads the clock with now"),
    ],
)
@pytest.mark.parametrize("package", sorted(PURE))
def test_an_impurity_is_found(package: str, source: str, expected: str) -> None:
    """However it is spelt, and also when it is there for a type only."""
    offences = impure_offences(f"src/penstock/{package}/thing.py", source)

    assert [expected] == [offence.rpartition(": ")[2] for offence in offences]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/penstock/core/budget.py", "def earliest(clock: Clock) -> float:\n    return clock.now()"),
        ("src/penstock/core/budget.py", "from datetime import datetime\nx = datetime.fromisoformat('2026-01-01')"),
        ("src/penstock/core/budget.py", "from .time import window"),
        ("src/penstock/io/http.py", "import asyncio"),
    ],
)
def test_a_pure_file_passes(path: str, source: str) -> None:
    """A clock that was handed in may be asked, and the shell may do what it is there for."""
    assert [] == impure_offences(path, source)
