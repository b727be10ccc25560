"""The floors of `docs/architecture.md`: imports go down only, and the judge shares no code with the judged."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

FLOORS = {
    "base": 0,
    "model": 1,
    "core": 2,
    "github": 2,
    "io": 3,
    "sim": 3,
    "engine": 4,
    "api": 5,
    "verify": 5,
    "cli": 6,
    "output": 6,
    "report": 6,
}
"""Package to floor. `penstock/__init__.py` is the lazy front door and stands outside."""

ONLY = {"sim": {"base"}}
"""Packages that may import less than their floor allows: the simulator judges with its own copy of GitHub's rules."""

SAME_FLOOR = {"cli": {"output", "report"}}
"""The one way along a floor: a command shows what it did through the screens and reports beside it."""

CORE_SIBLINGS: dict[str, set[str] | None] = {
    "scheduler": None,
    "forecast": {"bound", "budget", "controller", "scheduler"},
    "batching": {"budget", "controller", "fold"},
    "spending": {"budget"},
    "gauges": {"budget", "fold"},
    "attempts": {"retry"},
    "learning": {"attempts", "controller"},
    "service_model": {"controller"},
    "adaptive": {"controller", "ratio", "service_model"},
    "inquiry": {"doubt", "fold"},
    "planner": {"compare", "creation", "draft", "links", "preflight", "renames", "text_links"},
    "draft": {"compare"},
    "links": {"compare", "draft"},
    "text_links": {"compare", "draft", "links"},
    "renames": {"compare"},
    "audit": {"compare"},
    "staleness": {"compare"},
}
"""In `core` these modules alone import siblings (`None`: any). Every other one is a decision by itself."""


def imports_of(path: str, source: str) -> Iterator[tuple[int, str]]:
    """
    Each imported module as (line, dotted name), relative ones resolved, `import_module("…")` included.

    `from a import b` gives `a.b`: b may be a module. Imports below `if TYPE_CHECKING` and inside functions count,
    because a floor that names a type of a higher floor depends on it all the same.
    """
    parts = module_of(path).split(".")
    package = parts if path.endswith("/__init__.py") else parts[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name) for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                stem = package[: len(package) - level + 1] if level else []
                start = ".".join([*stem, *([module] if module else [])])
                yield from ((node.lineno, f"{start}.{name.name}") for name in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def module_of(path: str) -> str:
    """`src/penstock/core/budget.py` is `penstock.core.budget`."""
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def floor_offences(path: str, source: str) -> list[str]:
    """Imports that go up, go along a floor, or leave the short list of a package that has one."""
    if path == "src/penstock/__init__.py":
        return []
    here = module_of(path).split(".")[1]
    if here not in FLOORS:
        return [f"{path}: {here} stands on no floor"]
    found = []
    for line, name in imports_of(path, source):
        package, _, rest = name.partition(".")
        there = rest.partition(".")[0]
        if package == "penstock" and there != here and not _may_import(here, there):
            found.append(f"{path}:{line}: {here} imports {there or 'penstock'}")
    return found


def _may_import(here: str, there: str) -> bool:
    if there not in FLOORS:
        return False
    if here in ONLY:
        return there in ONLY[here]
    return FLOORS[there] < FLOORS[here] or there in SAME_FLOOR.get(here, set())


def sibling_offences(path: str, source: str) -> list[str]:
    """Imports between modules of `core` that are not in `CORE_SIBLINGS`."""
    if not path.startswith("src/penstock/core/"):
        return []
    here = [*module_of(path).split("."), "__init__"][2]
    found = []
    for line, name in imports_of(path, source):
        match name.split("."):
            case ["penstock", "core", there, *_] if there != here:
                allowed = CORE_SIBLINGS.get(here, set())
                if allowed is not None and there not in allowed:
                    found.append(f"{path}:{line}: core.{here} imports core.{there}")
    return found


def test_imports_go_down_only(package_sources: dict[str, str]) -> None:
    """A floor can be read, tested and replaced without knowing the floors above it."""
    offences = [offence for file in package_sources.items() for offence in floor_offences(*file)]

    assert [] == offences, "\n".join(offences)


def test_decisions_in_core_do_not_know_each_other(package_sources: dict[str, str]) -> None:
    """Only the scheduler puts the decisions of a run together, and only the planner those of a plan."""
    offences = [offence for file in package_sources.items() for offence in sibling_offences(*file)]

    assert [] == offences, "\n".join(offences)


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("base/clock.py", "import penstock.model.task", "base imports model"),
        ("core/budget.py", "from penstock.engine import driver", "core imports engine"),
        ("core/budget.py", "from penstock import engine", "core imports engine"),
        ("core/budget.py", "import penstock", "core imports penstock"),
        ("core/budget.py", "from penstock import Client", "core imports Client"),
        ("core/budget.py", "from ..github import limits", "core imports github"),
        ("core/__init__.py", "from ..io import http", "core imports io"),
        ("github/errors.py", "from penstock.core.budget import Budget", "github imports core"),
        ("sim/github.py", "from penstock.model.task import Task", "sim imports model"),
        ("sim/github.py", "from penstock.github import limits", "sim imports github"),
        ("verify/seeds.py", "from penstock.api.client import Client", "verify imports api"),
        ("report/page.py", "from penstock.cli import main", "report imports cli"),
        ("odd/thing.py", "", "odd stands on no floor"),
        (
            "model/plan.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from penstock.core.budget import Budget",
            "model imports core",
        ),
        ("core/retry.py", "def f():\n    from penstock.io import http", "core imports io"),
        ("core/retry.py", "import_module('penstock.io.http')", "core imports io"),
        ("core/retry.py", "importlib.import_module('penstock.io')", "core imports io"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str, expected: str) -> None:
    """Every way to write an import upwards or sideways is seen."""
    offences = floor_offences(f"src/penstock/{path}", source)

    assert [expected] == [offence.rpartition(": ")[2] for offence in offences]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__init__.py", "from penstock.api.client import Client"),
        ("core/budget.py", "from penstock.model.decision import WaitUntil\nimport heapq"),
        ("core/budget.py", "from penstock.core import frontier"),
        ("engine/driver.py", "from penstock.io.journal import Journal\nfrom penstock.sim import github"),
        ("cli/apply.py", "from penstock.output.progress import Progress"),
        ("sim/server.py", "from ..base import clock\nfrom . import github"),
    ],
)
def test_a_right_import_passes(path: str, source: str) -> None:
    """Downwards, inside the package, and from a command to its screen is allowed."""
    assert [] == floor_offences(f"src/penstock/{path}", source)


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("budget", "from penstock.core.retry import decide", ["core.budget imports core.retry"]),
        ("budget", "from penstock.core import retry", ["core.budget imports core.retry"]),
        ("budget", "from . import retry", ["core.budget imports core.retry"]),
        ("budget/window", "from penstock.core.retry import decide", ["core.budget imports core.retry"]),
        ("budget/window", "from penstock.core.budget import log", []),
        ("forecast", "from penstock.core.fold import Fold", ["core.forecast imports core.fold"]),
        ("forecast", "from penstock.core.scheduler import Scheduler", []),
        ("scheduler", "from penstock.core.budget import Budget", []),
    ],
)
def test_a_wrong_sibling_is_found(module: str, source: str, expected: list[str]) -> None:
    """The allow-list of `core` is as short as it says."""
    offences = sibling_offences(f"src/penstock/core/{module}.py", source)

    assert expected == [offence.rpartition(": ")[2] for offence in offences]
