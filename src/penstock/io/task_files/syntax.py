"""
What YAML and JSON are read into: text, lists, and blocks that know their lines. Nothing else.

Numbers, dates and YAML's `yes` stay the text that was written, so that key `1.10` is not `1.1` and nobody is
called `False`.
"""

from __future__ import annotations

from typing import Any

from penstock.base.errors import InputError

MAX_DEPTH = 64
"""How deep lists and blocks may nest. The deepest tree that GitHub can hold needs 18 in the native format."""


BLOCKS_MAX = 4_000_000
"""How many lists and blocks a file may have: a million tasks with three lists each, in about 5 GB of memory."""


class Block(dict[str, Any]):
    """
    A mapping that knows where it stands.

    Attributes:
        line: 1-based line where it starts.
        key_lines: 1-based line of each key.
    """

    __slots__ = ("key_lines", "line")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.key_lines: dict[str, int] = {}

    def put(self, key: str, value: Any, line: int, path: str) -> None:
        """Add one entry. Raises: InputError when the key is there already."""
        if key in self.key_lines:
            raise InputError(
                f'"{key}" appears twice in one block',
                path=path,
                line=line,
                cause=f"it is set on line {self.key_lines[key]} and again on line {line}",
                hint="keep one of the two",
            )
        self.key_lines[key] = line
        self[key] = value


def check_room(depth: int, count: int, line: int, path: str) -> None:
    """
    Raises: InputError when one more list or block would be too deep or too many.

    Args:
        depth: How many are open.
        count: How many there are before it.
    """
    if depth == MAX_DEPTH:
        raise InputError(
            f"nested more than {MAX_DEPTH} deep",
            path=path,
            line=line,
            hint="GitHub holds eight levels of sub-issues; move deeper tasks up",
        )
    if count == BLOCKS_MAX:
        raise InputError(
            f"the task file has more than {BLOCKS_MAX:,} lists and blocks",
            path=path,
            line=line,
            hint="split the plan into several files, each with a graph name of its own",
        )
