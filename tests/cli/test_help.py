"""`penstock help`: topics are complete, and a wrong word is met with the right one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from penstock.base import errors
from penstock.cli.help import TOPICS, environment
from penstock.cli.main import COMMANDS, main
from penstock.cli.options import OPTIONS, option_named, settings_by_key

Call = Callable[..., Result]

SOURCE = Path(errors.__file__).parents[1]
VARIABLE = re.compile(r"(GH|GITHUB|NO|FORCE|XDG|PENSTOCK|HTTPS)_[A-Z_]*[A-Z]|CI|TERM")


def test_every_exit_code_is_explained(penstock: Call) -> None:
    """Once each, in order."""
    codes = sorted(value for name, value in vars(errors).items() if name.startswith("EXIT_"))
    told = re.findall(r"^ +(\d+)  \S", penstock("help", "exit-codes").stdout, re.MULTILINE)

    assert codes == list(map(int, told))


def test_every_variable_is_explained() -> None:
    """Each that the source reads by name, and that of each setting."""
    read = {
        node.value
        for path in SOURCE.rglob("*.py")
        if path.parts[-2:] != ("cli", "help.py") and "sim" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value)
    }
    told = set(re.findall(r"\b[A-Z][A-Z_]+\b", environment()))

    assert "GH_TOKEN" in read
    assert set() == (read | {str(option.envvar) for option in settings_by_key().values()}) - told


def test_every_option_is_a_setting_or_is_said_to_be_none(penstock: Call) -> None:
    """Who looks for one in the list finds it, or finds why not."""
    told = penstock("help", "settings").stdout

    for key in settings_by_key():
        assert re.search(rf"^  {key}( \*)?  ", told, re.MULTILINE)
    for name in OPTIONS:
        assert any(flag in told for flag in option_named(name).opts) or option_named(name).name in {
            str(option.name) for option in settings_by_key().values()
        }


def test_what_a_repository_may_not_say_is_marked(penstock: Call) -> None:
    """The mark stands where the option itself says why."""
    told = penstock("help", "settings").stdout

    assert {key for key, option in settings_by_key().items() if option.own} == set(
        re.findall(r"^  (\w+) \*", told, re.MULTILINE)
    )


def test_topics_are_not_commands() -> None:
    """One word, one meaning."""
    assert set() == set(TOPICS) & set(COMMANDS)


def test_a_switch_is_shown_without_its_opposite(penstock: Call) -> None:
    """The list of options stays short; the topic on settings says how to turn one off."""
    told = penstock("plan", "--help").stdout

    assert "  --open-only  " in told
    assert "--no-open-only" not in told
    assert "--no-open-only" in penstock("help", "settings").stdout


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_fit_a_wide_terminal(topic: str) -> None:
    """They are not wrapped when printed."""
    assert [] == [line for line in TOPICS[topic]().splitlines() if len(line) > 120]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["help", "exitcodes"], 'did you mean "exit-codes"?'),
        (["help", "aply"], 'did you mean "apply"?'),
        (["help", "zzz"], "a command, or one of exit-codes, environment, settings"),
        (["plann"], "Did you mean 'plan'?"),
        (["config", "shwo"], "Did you mean 'show'?"),
        (["plan", "x", "--profil", "auto"], "Did you mean"),
        (["plan", "x", "--profile", "documentd"], 'did you mean "documented"?'),
        (["plan", "x", "--color", "nevr"], 'did you mean "never"?'),
        (["plan", "x", "--map", "titel=Summary"], 'did you mean "title"?'),
        (["simulate", "--profile", "lap"], 'did you mean "lab"?'),
        (["completion", "fisch"], 'did you mean "fish"?'),
        (["config", "schema", "--of", "task"], 'did you mean "tasks"?'),
    ],
)
def test_a_mistyped_word_is_met_with_the_right_one(penstock: Call, arguments: list[str], complaint: str) -> None:
    """Commands, options, values, topics."""
    done = penstock(*arguments)

    assert 64 == done.exit_code
    assert complaint in done.stderr


def test_every_command_says_what_it_is_for() -> None:
    """The list of commands is static, for a quick start; each has a longer help of its own."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.help
