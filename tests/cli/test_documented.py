"""`docs/cli.md` and the README say what the command line does, all of it and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

import penstock as package
from penstock.cli.help import EXIT_CODES
from penstock.cli.main import COMMANDS, main
from penstock.io.task_files import load_graph

ROOT = Path(__file__).parents[2]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
CALL = re.compile(r"^(?:\$ )?penstock ([a-z]+)(.*)$", re.MULTILINE)


def sections() -> Mapping[str, str]:
    """Heading in lower case, e.g. `penstock plan` or `where`, to the text below it."""
    parts = re.split(r"^#{2,3} (.+)$", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading.lower(): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def options_of(name: str) -> set[str]:
    """Long options of a command."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    """In the command's own section, or in the group of options it links to."""
    own = sections()[f"penstock {name}"]
    linked = [sections()[group] for group in re.findall(r"\[([a-z]+)\]\(#\1\)", own)]
    documented = {option for text in (own, *linked) for option in OPTION.findall(text)}

    assert set() == options_of(name) - documented
    assert set() == set(OPTION.findall(own)) - options_of(name)


def test_the_exit_codes_are_documented() -> None:
    """The same codes with the same words as `penstock help exit-codes`."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", sections()["exit codes"], re.MULTILINE)
    told = re.findall(r"^ +(\d+)  (.+)$", EXIT_CODES, re.MULTILINE)

    assert told == [(code, meaning.replace("`", "")) for code, meaning in rows]


@pytest.mark.parametrize("document", ["README.md", "docs/cli.md"])
def test_every_command_line_in_a_document_can_be_called(document: str) -> None:
    """Commands and options in code blocks exist."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    calls = [call for block in blocks for call in CALL.findall(block)]

    assert calls
    for name, rest in calls:
        assert name in COMMANDS
        assert set() == set(OPTION.findall(rest)) - options_of(name)


def test_the_examples_of_the_readme_are_right() -> None:
    """The plan can be read, and the program uses names that exist."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [plan] = re.findall(r"^```markdown\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    [program] = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    compile(program, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    tasks = load_graph("menu.md", text=plan.encode()).tasks
    assert ["the-winter-menu", "M1", "T01", "T02", "T03"] == [task.key for task in tasks]
    assert ("T02",) == tasks[-1].depends_on
    assert set(re.findall(r"penstock\.(\w+)", program)) <= set(package.__all__)
    assert all(hasattr(package.Client, name) for name in re.findall(r"github\.(\w+)\(", program))


def test_the_readme_is_short() -> None:
    """One screen for each thing a newcomer asks."""
    assert 150 >= len((ROOT / "README.md").read_text(encoding="utf-8").splitlines())
