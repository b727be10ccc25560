"""What the options become: settings, words of a next command, sources."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from penstock.base.errors import InputError
from penstock.cli.options import GROUPS, OPTIONS, Settings, settings_by_key, takes


def taken(*arguments: str, of_the_run: tuple[str, ...] = (), **environ: str) -> Settings:
    """What a command that takes every option receives."""
    received: list[Settings] = []

    @click.command()
    @takes(*OPTIONS, of_the_run=of_the_run)
    def command(settings: Settings) -> None:
        received.append(settings)

    clean: dict[str, str | None] = {f"PENSTOCK_{key.upper()}": None for key in settings_by_key()}
    CliRunner().invoke(command, arguments, env={**clean, "XDG_CONFIG_HOME": "/nonexistent", **environ})
    return received[0]


def test_every_option_stands_in_one_group() -> None:
    """So that documents and commands name the same sets."""
    assert sorted(OPTIONS) == sorted(name for names in GROUPS.values() for name in names)


def test_nothing_said_is_the_default(tmp_path: Path) -> None:
    """What click hands over is what a program gets that makes settings itself."""
    with chdir(tmp_path):
        assert Settings() == taken()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ""),
        (("--repo", "a/b", "--prune"), "--repo a/b --prune"),
        (("--map", "title=Sum mary", "--map", "key=No"), "--map 'title=Sum mary' --map key=No"),
        (("--author", "mona", "--author", "hubot"), "--author mona --author hubot"),
        (("--accept-renames",), "--accept-renames"),
        (("--refuse-renames",), "--refuse-renames"),
        (("-q", "--json"), "--json --quiet"),
        (("--max-writes", "7", "--profile", "auto"), "--profile auto --max-writes 7"),
        (("--transport", "auto", "--no-open-only"), "--transport auto --no-open-only"),
    ],
)
def test_options_are_repeated_as_they_are_written(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    """What the next command must be told again can be pasted."""
    with chdir(tmp_path):
        assert expected == taken(*arguments).repeated(list(OPTIONS))


def test_what_a_file_says_is_not_repeated(tmp_path: Path) -> None:
    """The next command reads it too. A variable may have been set for this call alone, so it is repeated."""
    (tmp_path / "penstock.toml").write_text('repo = "a/b"\ntransport = "rest"\n')
    with chdir(tmp_path):
        settings = taken("--prune", PENSTOCK_PROFILE="lab")

    assert {"repo": "file", "transport": "file", "prune": "flag", "profile": "environment"} == settings.said
    assert "--profile lab --prune" == settings.repeated(list(OPTIONS))


def test_a_program_repeats_what_is_not_usual() -> None:
    """Settings made without a command line say nothing of where they come from."""
    assert "--repo a/b --prune" == Settings(repo="a/b", prune=True, transport="auto").repeated(list(OPTIONS))


def test_a_file_does_not_speak_of_a_run_that_has_begun(tmp_path: Path) -> None:
    """What the run has decided stays, unless the call itself says otherwise."""
    (tmp_path / "penstock.toml").write_text('repo = "a/b"\nprofile = "observed"\ntransport = "rest"')
    with chdir(tmp_path):
        silent = taken(of_the_run=("repo", "profile"))
        told = taken("--repo", "c/d", of_the_run=("repo", "profile"), PENSTOCK_PROFILE="lab")

    assert (None, None, "rest") == (silent.repo, silent.profile, silent.transport)
    assert ("c/d", "lab") == (told.repo, told.profile)


def test_columns_reach_the_reader_of_tables(tmp_path: Path) -> None:
    """From a flag always, so that a mistake is told; from a file only where there is a table."""
    plan, table = tmp_path / "g.yaml", tmp_path / "g.csv"
    plan.write_text("tasks: [{key: a, title: A}]")
    table.write_text("No,Summary\nx1,Dig\n")
    pairs: dict[str, Any] = {"columns": (("key", "No"), ("title", "Summary"))}
    by_flag, by_file = Settings(**pairs, said={"columns": "flag"}), Settings(**pairs, said={"columns": "file"})

    assert [("x1", "Dig")] == [(task.key, task.title) for task in by_file.load(str(table)).tasks]
    assert [("x1", "Dig")] == [(task.key, task.title) for task in by_flag.load(str(table)).tasks]
    assert 1 == len(by_file.load(str(plan)).tasks)
    with pytest.raises(InputError, match="there are no columns here"):
        by_flag.load(str(plan))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--map", "titel=Summary"), "'titel' is not one of 'key', 'title'"),
        (("--map", "title"), "'title' is not FIELD=COLUMN"),
        (("--map", "title="), "'title' is not FIELD=COLUMN"),
    ],
)
def test_a_wrong_column_is_explained(arguments: tuple[str, ...], complaint: str) -> None:
    """A field that does not exist, and what is no pair."""
    command = click.command()(takes("columns")(lambda _: None))

    assert complaint in CliRunner().invoke(command, arguments).stderr
