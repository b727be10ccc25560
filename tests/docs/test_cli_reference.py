"""docs/cli.md says of every command what the command says of itself."""

from __future__ import annotations

import re

import pytest
from tools.cli_reference import DOCUMENT, REGION, generated, regions

from penstock.cli.main import COMMANDS
from penstock.cli.options import OPTIONS, option_named


def test_the_reference_is_as_it_would_be_made() -> None:
    """Whoever changes an option calls `make docs`."""
    text = DOCUMENT.read_text(encoding="utf-8")

    assert generated(text) == text, "call `make docs`"


def test_every_command_and_every_option_is_in_it() -> None:
    """Each shared option once, in its group; every command with its call."""
    made = regions()
    groups = "".join(text for name, text in made.items() if name.startswith("options "))

    assert set() == {f"penstock {name}" for name in COMMANDS} - set(made)
    for name in OPTIONS:
        assert 1 == len(re.findall(rf"^\| `{option_named(name).opts[0]}[` ,]", groups, re.MULTILINE))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("| `--out PLAN` |", "| `--into PLAN` |"),
        ("Exit 2 when there is something to write.", ""),
        ("penstock plan [OPTIONS] FILE...", "penstock plan FILE"),
        ("| 7 | another run", "| 8 | another run"),
    ],
)
def test_a_reference_that_is_behind_is_found(before: str, after: str) -> None:
    """In calls, options, meanings and codes; what is written by hand stays."""
    text = DOCUMENT.read_text(encoding="utf-8")
    behind = text.replace(before, after, 1)

    assert behind != text
    assert generated(behind) == text


def test_a_region_that_is_missing_is_found() -> None:
    """And one that nothing stands for."""
    text = DOCUMENT.read_text(encoding="utf-8")
    [first, *_] = REGION.finditer(text)

    with pytest.raises(SystemExit, match="penstock plan"):
        generated(text.replace(first[0], ""))
    with pytest.raises(SystemExit, match="penstock pland"):
        generated(text.replace("generated: penstock plan ", "generated: penstock pland "))
