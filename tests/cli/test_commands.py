"""The command line itself: help, usage, exit codes, what needs no server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

import penstock as package
from penstock.api.client import GITHUB as CLIENT_GITHUB
from penstock.cli.help import EXIT_CODES
from penstock.cli.main import COMMANDS, _outcome, main
from penstock.cli.options import GITHUB, OPTIONS, PROFILES, Settings
from penstock.github.limits import PROFILES as KNOWN_PROFILES
from penstock.io.task_files import native_schema

Call = Callable[..., Result]


def test_the_public_names_are_these() -> None:
    """A name is added on purpose, and taken away never by accident; each of them can be loaded."""
    assert [
        "BatchConfig",
        "Client",
        "Config",
        "Operation",
        "PenstockError",
        "Plan",
        "Task",
        "TaskGraph",
        "__version__",
        "load_graph",
    ] == package.__all__
    assert all(getattr(package, name) is not None for name in package.__all__)
    assert package.__all__ == dir(package)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        package.nonsense  # noqa: B018 (the look-up is the test)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(penstock: Call, name: str) -> None:
    """With --help and with `penstock help NAME`, the same words."""
    direct = penstock(name, "--help")
    by_topic = penstock("help", name)

    assert (0, 0) == (direct.exit_code, by_topic.exit_code)
    assert direct.stdout == by_topic.stdout
    assert direct.stdout.startswith(f"Usage: penstock {name} ")


def test_help_lists_every_command(penstock: Call) -> None:
    """In the order of a first reading."""
    lines = penstock("--help").stdout.partition("Commands:\n")[2].splitlines()

    told = re.sub(r"\n {6,}", " ", "\n".join(lines)).splitlines()

    assert [f"  {name:<10}  {words}" for name, words in COMMANDS.items()] == told[: len(COMMANDS)]


@pytest.mark.parametrize("topic", ["exit-codes", "environment", "settings"])
def test_topics_have_help(penstock: Call, topic: str) -> None:
    """What belongs to no single command."""
    assert 0 == penstock("help", topic).exit_code


def test_exit_codes_are_those_of_the_errors() -> None:
    """The text and the code name the same numbers."""
    from penstock.base import errors

    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}

    assert codes == {int(line.split()[0]) for line in EXIT_CODES.splitlines()[2:]}


def test_options_know_what_the_library_knows() -> None:
    """Profiles, the address of GitHub and the fields of the settings stand in two places, for a quick start."""
    assert ("auto", *KNOWN_PROFILES) == PROFILES
    assert CLIENT_GITHUB == GITHUB
    assert set(Settings.__dataclass_fields__) == {*OPTIONS, "said"}


def test_the_version_is_printed(penstock: Call) -> None:
    """On stdout."""
    assert f"penstock {package.__version__}\n" == penstock("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["aply"], "no such command 'aply'. Did you mean 'apply'?"),
        (["plan"], "missing argument 'FILE...'"),
        (["plan", "x", "--repositry", "a/b"], "no such option '--repositry'. Did you mean '--repo'?"),
        (["plan", "x", "--profile", "fast"], "invalid value for '--profile': 'fast' is not one of"),
        (["apply", "x", "--first", "-1"], "invalid value for '--first'"),
        (["help", "nothing"], "no help on 'nothing'"),
        (["rehearse", "gone.yaml"], "gone.yaml: the task file cannot be read"),
    ],
)
def test_a_wrong_call_is_explained(penstock: Call, arguments: list[str], complaint: str) -> None:
    """Exit 64, three-part error on stderr, nothing on stdout."""
    done = penstock(*arguments)

    assert (64, "") == (done.exit_code, done.stdout)
    assert done.stderr.startswith("error: ")
    assert complaint in done.stderr


def test_a_bare_call_shows_help(penstock: Call) -> None:
    """On stderr, with the code of a wrong call."""
    done = penstock()

    assert (64, "") == (done.exit_code, done.stdout)
    assert "Commands:" in done.stderr


def test_an_error_is_a_document_for_programs(penstock: Call) -> None:
    """With --json stdout holds the error and nothing else."""
    done = penstock("rehearse", "gone.yaml", "--json")

    assert {
        "error": {
            "message": "the task file cannot be read",
            "cause": "no such file or directory",
            "hint": "",
            "exit_code": 64,
            "path": "gone.yaml",
            "line": 0,
        }
    } == json.loads(done.stdout)


def test_colour_can_be_asked_for_and_refused(penstock: Call) -> None:
    """In a pipe only when asked for; the option is stronger than the environment."""
    shown = {
        colour: "\x1b[31m" in penstock("runs", "--state-dir", "nowhere", *colour.split()).stderr
        for colour in ("", "--color always", "--color=always", "--color never")
    }

    assert {"": False, "--color always": True, "--color=always": True, "--color never": False} == shown
    assert "\x1b[31m" in penstock("runs", "--state-dir", "nowhere", FORCE_COLOR="1").stderr
    assert "\x1b[31m" not in penstock("runs", "--state-dir", "nowhere", "--color", "never", FORCE_COLOR="1").stderr


def test_the_schema_is_printed(penstock: Call) -> None:
    """The one that the reader of native files uses."""
    assert native_schema() == json.loads(penstock("config", "schema").stdout)


def test_a_directory_without_runs_says_so(penstock: Call, tmp_path: Path) -> None:
    """And is not made by asking."""
    for command in ("runs", "status", "resume", "audit"):
        done = penstock(command, "--state-dir", str(tmp_path / "none"))
        assert 1 == done.exit_code
        assert "there is no journal in" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_limits_need_no_account(penstock: Call, tmp_path: Path) -> None:
    """Before the first run: the profiles and where they come from."""
    done = penstock("limits", "--state-dir", str(tmp_path / "none"), "--json")

    assert set(KNOWN_PROFILES) == set(json.loads(done.stdout)["profiles"])


def test_without_a_repository_nothing_is_guessed(penstock: Call, tmp_path: Path) -> None:
    """No --repo and no git remote: say which option is missing."""
    tasks = tmp_path / "g.yaml"
    tasks.write_text("tasks: [{key: a, title: A}]")
    done = penstock("plan", str(tasks), GIT_DIR=str(tmp_path / "no-git"))

    assert 64 == done.exit_code
    assert "hint:  add --repo OWNER/NAME" in done.stderr


def test_without_a_token_it_says_which_to_set(penstock: Call, tmp_path: Path) -> None:
    """Exit 4, and the permission to grant."""
    tasks = tmp_path / "g.yaml"
    tasks.write_text("tasks: [{key: a, title: A}]")
    done = penstock("plan", str(tasks), "--repo", "octo/widgets", PATH=str(tmp_path))

    assert 4 == done.exit_code
    assert "error: there is no token for github.com" in done.stderr
    assert "Issues: write" in done.stderr


def test_a_rehearsal_for_programs(penstock: Call) -> None:
    """One line with exactly these keys; the same seed gives the same numbers."""
    first, second = (penstock("rehearse", "examples/small-plan.yaml", "--json", "--seed", "7") for _ in range(2))
    found = json.loads(first.stdout)

    assert 0 == first.exit_code
    assert 1 == first.stdout.count("\n")
    assert [
        *("run", "operations", "succeeded", "failed", "makespan_s", "bound_s", "violations", "audit"),
    ] == list(found)
    assert {"missing": 0, "extra": 0, "duplicate": 0, "different": 0} == found["audit"]
    assert (12, 12, 0, 0) == (found["operations"], found["succeeded"], found["failed"], found["violations"])
    assert first.stdout == second.stdout


def test_a_rehearsal_for_people(penstock: Call) -> None:
    """What was planned and done, how long it took, what the judge says, and the audit."""
    done = penstock("rehearse", "examples/small-plan.yaml")

    assert ["plan", "done", "time", "judge", "audit", "clean"] == [line.split()[0] for line in done.stdout.splitlines()]


def test_quiet_is_quiet(penstock: Call) -> None:
    """Nothing on either stream when all goes well."""
    done = penstock("rehearse", "examples/small-plan.yaml", "--quiet")

    assert (0, "", "") == (done.exit_code, done.stdout, done.stderr)


@click.group()
def broken() -> None:
    """A group whose command has a fault."""


@broken.command("fall")
@click.option("-v", "--verbose", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def fall(verbose: bool, as_json: bool) -> None:
    """Raise what nobody expects."""
    raise KeyError("ghp_0123456789abcdef")


def test_a_fault_of_ours_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, no traceback unless asked for, no secret in either."""
    assert 1 == _outcome(broken, ["fall"])
    short = capsys.readouterr().err
    assert 1 == _outcome(broken, ["fall", "-v"])
    long = capsys.readouterr().err

    assert short.startswith("error: internal error: KeyError: '[redacted]'\nhint:  this is a fault of Penstock")
    assert "Traceback" not in short
    assert "Traceback" in long
    assert "ghp_" not in short + long


def test_every_option_of_every_command_has_help() -> None:
    """Nobody has to guess what an option does."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or (isinstance(parameter, click.Option) and parameter.help)
