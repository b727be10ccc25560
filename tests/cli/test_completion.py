"""Completion: click's protocol driven as the shells' scripts drive it, and a real bash where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import Result
from tests.cli.shell import Shell

from penstock.cli.completion import SHELLS
from penstock.cli.help import TOPICS
from penstock.cli.main import COMMANDS

Call = Callable[..., Result]


@pytest.fixture
def complete(penstock: Call, tmp_path: Path) -> Callable[[str], list[str]]:
    """What bash is told for a line that ends where the cursor stands: `TYPE,VALUE` each."""

    def ask(line: str) -> list[str]:
        words = line.split(" ")
        with chdir(tmp_path):
            done = penstock(
                _PENSTOCK_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1), HOME=str(tmp_path)
            )
        assert (0, "") == (done.exit_code, done.stderr)
        return done.stdout.split()

    return ask


def test_commands_are_completed(complete: Callable[[str], list[str]]) -> None:
    """All of them, or those that begin so."""
    assert [f"plain,{name}" for name in COMMANDS] == complete("penstock ")
    assert ["plain,resume", "plain,rehearse"] == complete("penstock re")
    assert ["plain,show", "plain,schema"] == sorted(complete("penstock config s"), reverse=True)


def test_options_and_choices_are_completed(complete: Callable[[str], list[str]]) -> None:
    """With both forms of a value."""
    assert ["plain,--profile", "plain,--prune"] == complete("penstock plan --pr")
    assert ["plain,documented"] == complete("penstock plan --profile d")
    assert ["plain,bash", "plain,zsh", "plain,fish"] == complete("penstock completion ")
    assert ["plain,tasks", "plain,stream", "plain,config"] == complete("penstock config schema --of ")


def test_names_of_files_are_left_to_the_shell(complete: Callable[[str], list[str]]) -> None:
    """Wherever a file or a directory is meant."""
    for line in (
        "penstock plan ",
        "penstock plan a.md ",
        "penstock apply ",
        "penstock rehearse ",
        "penstock plan --out ",
    ):
        assert ["file,"] == complete(line)
    assert ["dir,sta"] == complete("penstock runs --state-dir sta")
    assert ["file,"] == complete("penstock audit ")


def test_topics_are_completed(complete: Callable[[str], list[str]]) -> None:
    """Beside commands."""
    assert [f"plain,{name}" for name in (*COMMANDS, *TOPICS)] == complete("penstock help ")
    assert ["plain,environment"] == complete("penstock help en")


def test_without_a_journal_there_are_no_runs(complete: Callable[[str], list[str]], tmp_path: Path) -> None:
    """Nothing is said, and nothing is made."""
    assert [] == complete("penstock status ")
    assert [] == list(tmp_path.iterdir())


def test_a_broken_settings_file_does_not_get_in_the_way(complete: Callable[[str], list[str]], tmp_path: Path) -> None:
    """The prompt is no place for an error."""
    (tmp_path / "penstock.toml").write_text("= broken")

    assert ["plain,documented"] == complete("penstock plan --profile d")
    assert [] == complete("penstock status ")


def test_runs_are_completed(shell: Shell) -> None:
    """From the journal, also one that a settings file names; `resume` offers those that wait."""
    shell.write("g.yaml", "tasks: [{key: a, title: A}, {key: b, title: B}]")
    shell.write("penstock.toml", 'state_dir = "jobs"')
    shell.run("apply", "g.yaml", "--repo", "octo/widgets", "--yes", "--profile", "lab")
    [run] = shell.run("runs", "--json").document["runs"]

    def ask(line: str) -> str:
        words = line.split(" ")
        return shell.run(
            _PENSTOCK_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
        ).out.strip()

    assert f"plain,{run['id']}" == ask("penstock status ")
    assert f"plain,{run['id']}" == ask(f"penstock status {run['id'][:4].lower()}")
    assert ["file,", f"plain,{run['id']}"] == ask("penstock audit ").split()
    assert "" == ask("penstock status zzz")
    assert "" == ask("penstock resume ")


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_is_printed(penstock: Call, name: str) -> None:
    """It calls back in the shell's own way, and help says where to put it."""
    done = penstock("completion", name)

    assert 0 == done.exit_code
    assert f"_PENSTOCK_COMPLETE={name}_complete" in done.stdout
    assert f"penstock completion {name} >" in penstock("completion", "--help").stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes(tmp_path: Path) -> None:
    """A real one, with the script as it is printed."""
    bin_directory = Path(sys.executable).parent
    program = """
        eval "$(penstock completion bash)"
        ask() {
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _penstock_completion penstock
            echo "${COMPREPLY[*]}"
        }
        compopt() { echo "files"; }
        complete -p penstock
        ask penstock reh
        ask penstock plan --transport r
        ask penstock plan ''
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{bin_directory}:{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert [
        "complete -o nosort -F _penstock_completion penstock",
        "rehearse",
        "rest",
        "files",
        "",
    ] == done.stdout.splitlines()
