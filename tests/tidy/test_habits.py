"""Habits of the house that a reader relies on: nothing hidden in a module, nothing left for later, no vague names."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

CONTAINERS = {
    *("list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict"),
    *("WeakKeyDictionary", "WeakValueDictionary", "WeakSet", "count", "cycle", "Random"),
}
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTATORS = {
    *("append", "appendleft", "extend", "insert", "pop", "popleft", "popitem", "remove", "discard"),
    *("clear", "add", "update", "setdefault", "sort", "reverse", "difference_update", "intersection_update"),
}
CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9_]*|__all__")
LEFTOVER = re.compile(r"\b(TO[D]O|FIX[M]E|X{3})\b")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
MAY_PRINT = ("src/penstock/output/", "src/penstock/cli/")


def state_offences(path: str, source: str) -> list[str]:
    """
    State that lives in a module: containers under lower-case names, constants that are changed, and `global`.

    A container under a constant's name (or marked `Final`) passes while nothing in the file changes it.
    """
    tree = ast.parse(source)
    constants = set()
    found = []
    for line, name, final in _module_containers(tree.body):
        if final or CONSTANT.fullmatch(name):
            constants.add(name)
        else:
            found.append(f"{path}:{line}: {name} is state of the module")
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found.append(f"{path}:{node.lineno}: global {', '.join(node.names)}")
        elif (change := _change(node)) and change[1] in constants:
            found.append(f"{path}:{change[0]}: {change[1]} is changed")
    return found


def _module_containers(body: list[ast.stmt]) -> Iterator[tuple[int, str, bool]]:
    for node in body:
        match node:
            case ast.Assign(targets=targets, value=value) if _is_container(value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                yield from ((node.lineno, name, False) for name in names)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=value) if _is_container(value):
                yield node.lineno, name, "Final" in ast.unparse(kind)
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _module_containers([*inner, *other])
            case _:
                pass


def _is_container(value: ast.expr | None) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in CONTAINERS
        case _:
            return isinstance(value, DISPLAYS)


def _change(node: ast.AST) -> tuple[int, str] | None:
    """Line and name of the container that this node changes."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in MUTATORS:
            return node.lineno, name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            return node.lineno, name
        case ast.AugAssign(target=ast.Name(id=name)):
            return node.lineno, name
        case _:
            return None


def leftover_offences(path: str, source: str) -> list[str]:
    """Comments that put something off."""
    return [
        f"{path}:{token.start[0]}: {match[0]}"
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and (match := LEFTOVER.search(token.string))
    ]


def name_offences(path: str, source: str) -> list[str]:
    """Modules and packages whose name says nothing about what is in them."""
    parts = path.removesuffix(".py").split("/")
    return [f"{path}: {part} says nothing" for part in parts if part.removeprefix("test_") in VAGUE]


def print_offences(path: str, source: str) -> list[str]:
    """Calls of `print` outside the screens: a library that prints breaks the `--json` of whoever uses it."""
    if not path.startswith("src/") or path.startswith(MAY_PRINT):
        return []
    return [
        f"{path}:{node.lineno}: print"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def test_no_state_hides_in_a_module(package_sources: dict[str, str]) -> None:
    """Two runs in one process never meet in a variable."""
    offences = [offence for file in package_sources.items() for offence in state_offences(*file)]

    assert [] == offences, "\n".join(offences)


def test_nothing_is_left_for_later(all_sources: dict[str, str]) -> None:
    """What is owed stands in an issue, where it is seen."""
    offences = [offence for file in all_sources.items() for offence in leftover_offences(*file)]

    assert [] == offences, "\n".join(offences)


def test_names_say_what_is_inside(all_sources: dict[str, str]) -> None:
    """There is no drawer for odds and ends."""
    offences = [offence for file in all_sources.items() for offence in name_offences(*file)]

    assert [] == offences, "\n".join(offences)


def test_only_screens_print(package_sources: dict[str, str]) -> None:
    """Everything else returns values or events."""
    offences = [offence for file in package_sources.items() for offence in print_offences(*file)]

    assert [] == offences, "\n".join(offences)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("cache = {}", ["cache is state of the module"]),
        ("_seen: set[str] = set()", ["_seen is state of the module"]),
        ("try:\n    queue = collections.deque()\nexcept E:\n    pass", ["queue is state of the module"]),
        ("if x:\n    pass\nelse:\n    names = [n for n in y]", ["names is state of the module"]),
        ("LIMITS = {}\ndef f():\n    LIMITS['a'] = 1", ["LIMITS is changed"]),
        ("LIMITS = {}\ndef f():\n    LIMITS.setdefault('a', 1)", ["LIMITS is changed"]),
        ("NAMES: Final = []\nNAMES += ['a']", ["NAMES is changed"]),
        ("NAMES = ['a']\ndel NAMES[0]", ["NAMES is changed"]),
        ("count = 0\ndef f():\n    global count\n    count = 1", ["global count"]),
        ("LIMITS = {'a': 1}\n__all__ = ['LIMITS']\nkinds: Final = {'a'}\nwords = ('a', 'b')", []),
        ("def f():\n    seen = set()\n    seen.add(1)", []),
        ("class C:\n    rows: list[int]\n    def f(self):\n        self.rows = []", []),
    ],
)
def test_module_state_is_found(source: str, expected: list[str]) -> None:
    """Containers may be constants or live in objects; they may not be variables of a module."""
    assert expected == [offence.rpartition(": ")[2] for offence in state_offences("a.py", source)]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" * 3])
def test_a_leftover_is_found(word: str) -> None:
    """In a comment it counts, in a text it does not."""
    assert [f"a.py:1: {word}"] == leftover_offences("a.py", f"x = 1  # {word}: later\n")
    assert [] == leftover_offences("a.py", f"x = '{word}'\n")


@pytest.mark.parametrize("path", ["src/penstock/io/utils.py", "src/penstock/common/a.py", "tests/test_helpers.py"])
def test_a_vague_name_is_found(path: str) -> None:
    """As a module, a package or a test."""
    assert 1 == len(name_offences(path, ""))
    assert [] == name_offences("src/penstock/io/artifacts/local.py", "")


def test_a_print_is_found() -> None:
    """In the engine it is an offence, on a screen and in a benchmark it is not."""
    assert ["src/penstock/engine/run.py:2: print"] == print_offences("src/penstock/engine/run.py", "x = 1\nprint(x)")
    assert [] == print_offences("src/penstock/output/plain.py", "print(1)")
    assert [] == print_offences("bench/startup.py", "print(1)")
