"""One idea per file: what does not fit on a few screens holds more than one."""

from __future__ import annotations

import ast

FILE_LINES = 400
FUNCTION_LINES = 60


def size_offences(path: str, source: str) -> list[str]:
    """Files over `FILE_LINES`, functions over `FUNCTION_LINES` from `def` to the last line, docstring included."""
    lines = len(source.splitlines())
    found = [f"{path}: {lines} lines"] if lines > FILE_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    return found


def test_files_and_functions_are_small(all_sources: dict[str, str]) -> None:
    """The limits hold for the package and for everything around it alike."""
    offences = [offence for file in all_sources.items() for offence in size_offences(*file)]

    assert [] == offences, "\n".join(offences)


def test_a_long_file_is_found() -> None:
    """400 lines pass, 401 do not."""
    assert [] == size_offences("a.py", "x = 1\n" * 400)
    assert ["a.py: 401 lines"] == size_offences("a.py", "x = 1\n" * 401)


def test_a_long_function_is_found() -> None:
    """60 lines pass, 61 do not, whether it is a method, a coroutine or nested."""
    assert [] == size_offences("a.py", "def f():\n" + "    x = 1\n" * 59)
    assert ["a.py:1: f has 61 lines"] == size_offences("a.py", "def f():\n" + "    x = 1\n" * 60)
    assert ["a.py:2: g has 61 lines"] == size_offences("a.py", "class C:\n  async def g():\n" + "    x = 1\n" * 60)
