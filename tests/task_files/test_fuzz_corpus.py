"""A shelf of broken files, and shapes that are too deep: each is refused where it is wrong, or known to be sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.task_files.test_any_bytes import read

from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.io.task_files.syntax import BLOCKS_MAX, check_room

SHELF = Path(__file__).parents[1] / "data" / "broken"
EXPECTED = dict(row.split() for row in (SHELF / "expected.txt").read_text().splitlines())

DEEP = 10_000
TOO_DEEP = {
    "lists.json": "[" * DEEP + "]" * DEEP,
    "blocks.json": '{"tasks":' * DEEP + "[]" + "}" * DEEP,
    "open.json": "[" * DEEP,
    "flow.yaml": "[" * DEEP + "]" * DEEP,
    "blocks.yaml": "\n".join(" " * n + "a:" for n in range(1_000)),
    "dashes.yaml": "- " * DEEP + "a",
    "lists.jsonl": '{"key": "a", "title": ' + "[" * DEEP + "]" * DEEP + "}",
    "tasks.jsonl": '{"key": "a", "title": "A", "tasks": [' * DEEP + "]}" * DEEP,
    "levels.csv": "level,title\n" + "".join(f"{n % 999},t{n}\n" for n in range(DEEP)),
    "parents.csv": "key,title,parent\n" + "".join(f"k{n},t,k{n + 1}\n" for n in range(DEEP)) + f"k{DEEP},t,\n",
    "dashes.md": "- [ ] a\n" + "- " * DEEP + "[ ] b\n",
    "items.md": "".join(f"{'  ' * n}- [ ] t{n}\n" for n in range(1_000)),
    "quotes.md": "- [ ] a\n\n" + "> " * DEEP + "b\n",
    "tasks.md": "# Tasks: f\n" + "".join(f"{'  ' * n}- [ ] T{n:04} x\n" for n in range(1_000)),
}


@pytest.mark.parametrize("name", sorted(path.name for path in SHELF.iterdir() if path.name != "expected.txt"))
def test_each_file_on_the_shelf_is_refused_where_it_is_wrong(name: str) -> None:
    """The line is the one on the shelf's list; 0 where the whole file is meant, `sound` where nothing is wrong."""
    try:
        load_graph(str(SHELF / name))
    except InputError as error:
        assert (EXPECTED[name], True) == (str(error.line), bool(error.message))
    else:
        assert "sound" == EXPECTED[name]


@pytest.mark.parametrize("name", TOO_DEEP)
def test_what_is_too_deep_is_refused(name: str) -> None:
    """Thousands of levels neither crash a parser nor become a plan that GitHub cannot hold."""
    assert read(name, TOO_DEEP[name].encode()) is None


def test_a_file_with_millions_of_blocks_is_refused_before_they_fill_the_memory() -> None:
    """The last one that fits fits, the next does not."""
    check_room(0, BLOCKS_MAX - 1, 1, "x")
    with pytest.raises(InputError, match="more than 4,000,000"):
        check_room(0, BLOCKS_MAX, 7, "x")
