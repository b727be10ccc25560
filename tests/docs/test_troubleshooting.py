"""docs/troubleshooting.md explains messages that exist, and leaves no kind of error out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock
from penstock.base import errors
from penstock.base.errors import PenstockError, TransportError

ROOT = Path(__file__).parents[2]
SOURCE = Path(penstock.__file__).parent
ENTRY = re.compile(r"^\| `(?P<text>.+?)` \| (?P<why>.+?) \| (?P<what>.+?) \|$")
CODES = re.compile(r"^## Exit (?P<codes>.+?):")


def entries() -> Iterator[tuple[str, str]]:
    """Each entry: the heading of its exit codes, and the message."""
    codes = ""
    for line in (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").splitlines():
        if heading := CODES.match(line):
            codes = heading["codes"]
        elif entry := ENTRY.match(line):
            yield codes, entry["text"]


def texts(tree: ast.AST) -> set[str]:
    """Every text in a piece of source; what is filled in is `…`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            found.add(re.sub("…+", "…", "".join(map(str, parts))))
    return found


def sources() -> list[ast.Module]:
    """The package, the simulator left out: its errors are those of a server."""
    paths = (path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in {"sim", "verify"})
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


@pytest.fixture(scope="module")
def told() -> set[str]:
    """Every text that the package can say."""
    return {text for tree in sources() for text in texts(tree)}


def raised_with(name: str) -> set[str]:
    """Texts of all functions that make an error of this name, by itself or through a variable of it."""
    return {
        text
        for tree in sources()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.Module(function.body, [])))
        for text in texts(function)
    }


def kinds(above: type[Exception]) -> list[type[Exception]]:
    """A class of errors and everything below it."""
    return [above, *(kind for below in above.__subclasses__() for kind in kinds(below))]


def test_every_message_that_is_explained_exists(told: set[str]) -> None:
    """Whoever changes a message finds the page that explains it."""
    assert [] == [text for _, text in entries() if text not in told]


def test_no_message_is_explained_twice() -> None:
    """One place each."""
    found = [text for _, text in entries()]

    assert sorted(set(found)) == sorted(found)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in kinds(PenstockError) if kind.__module__.startswith("penstock.base")],
    ids=lambda kind: kind.__name__,
)
def test_every_kind_of_error_is_explained(kind: type[Exception]) -> None:
    """At least one message of each."""
    assert not issubclass(kind, TransportError)
    assert {text for _, text in entries()} & raised_with(kind.__name__)


def test_every_exit_code_is_explained() -> None:
    """All but 0, which needs none, and 2, which is no failure."""
    explained = {int(code) for codes, _ in entries() for code in re.findall(r"\d+", codes)}
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}

    assert explained == codes - {errors.EXIT_OK, errors.EXIT_CHANGES}


def test_the_page_that_a_message_sends_to_has_no_empty_cell() -> None:
    """Why and what to do, in every row."""
    lines = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]

    assert rows
    assert [] == [line for line in rows if not ENTRY.match(line)]


def test_texts_are_read_from_source() -> None:
    """As a person would write them down."""
    tree = ast.parse("raise E(f\"run {run!r} of {a}{b} is {'so' if c else 'not'}\", hint=\"go on\")")

    assert {"run … of … is …", "go on", "so", "not"} <= texts(tree)
