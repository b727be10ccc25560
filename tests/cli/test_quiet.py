"""`--quiet` on every command: nothing when all goes well, and never an exit code without an explanation."""

from __future__ import annotations

import click
import pytest
from tests.cli.shell import Shell
from tests.cli.test_journeys import LAB, TASKS, many

from penstock.cli.main import COMMANDS, main

WELL = {
    "plan": ["plan", "garden.yaml", *LAB, "--detailed-exitcode"],
    "apply": ["apply", "garden.yaml", *LAB, "--yes"],
    "resume": ["resume"],
    "status": ["status", "--watch"],
    "runs": ["runs"],
    "audit": ["audit"],
    "rehearse": ["rehearse", "garden.yaml"],
    "limits": ["limits"],
}
"""What each command that can be silent is called with."""

ILL = {
    "plan": (["plan", "broken.yaml", *LAB], 64, "cannot be assigned"),
    "apply": (["apply", "broken.yaml", *LAB, "--yes"], 64, "cannot be assigned"),
    "apply, stopped": (["apply", "many.yaml", *LAB, "--yes", "--first", "2"], 5, "penstock resume"),
    "audit": (["audit", "many.yaml", *LAB], 3, "missing"),
    "status": (["status", "NONE"], 1, "error: "),
    "usage": (["plan", "--no-such-option"], 64, "error: "),
}


def takes_quiet(name: str) -> bool:
    """Whether a command can be told to be quiet."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return any("--quiet" in parameter.opts for parameter in command.params)


def test_every_command_that_can_be_quiet_is_tried() -> None:
    """`simulate` has a test of its own: its line is what it is for."""
    quiet = {name for name in COMMANDS if takes_quiet(name)}

    assert {*WELL, "simulate"} >= quiet - {"config"}


@pytest.mark.parametrize("name", WELL)
def test_nothing_is_said_when_all_goes_well(shell: Shell, name: str) -> None:
    """On neither stream, on a pipe; the exit code says the rest."""
    shell.write("garden.yaml", TASKS)
    if name == "resume":
        shell.run("apply", "garden.yaml", *LAB, "--yes", "--first", "1")
    elif name in {"status", "runs", "audit", "limits"}:
        shell.run("apply", "garden.yaml", *LAB, "--yes")
    done = shell.run(*WELL[name], "--quiet")

    assert (2 if name == "plan" else 0, "", "") == (done.code, done.out, done.err)


@pytest.mark.parametrize("name", WELL)
def test_json_is_not_silenced(shell: Shell, name: str) -> None:
    """`--quiet` is for people; a document is asked for by a program."""
    shell.write("garden.yaml", TASKS)
    if name == "resume":
        shell.run("apply", "garden.yaml", *LAB, "--yes", "--first", "1")
    elif name in {"status", "runs", "audit", "limits"}:
        shell.run("apply", "garden.yaml", *LAB, "--yes")
    done = shell.run(*WELL[name], "--quiet", "--json")

    assert ("", 1) == (done.err, done.out.count("\n"))


@pytest.mark.parametrize("name", ILL)
def test_what_went_wrong_is_said(shell: Shell, name: str) -> None:
    """On stderr, and nothing on stdout."""
    shell.write("broken.yaml", TASKS.replace("labels: [wood]", "assignees: [monna]"))
    shell.write("many.yaml", many(4))
    arguments, code, words = ILL[name]
    done = shell.run(*arguments, "--quiet")

    assert (code, "") == (done.code, done.out)
    assert words in done.err


def test_failures_are_said(shell: Shell) -> None:
    """A run that ends with operations that failed lists them, however quiet it shall be."""
    shell.simulator.act("create_label", name="wood", color="ededed")
    labelled = many(3).replace("tasks:", "defaults: {labels: [wood]}\ntasks:")
    shell.run("apply", shell.write("many.yaml", labelled), *LAB, "--yes", "--first", "1")
    shell.simulator.act("delete_label", name="wood")
    done = shell.run("resume", "--quiet")

    assert (3, "") == (done.code, done.out)
    assert "issue.create k2" in done.err


def test_a_quiet_terminal_is_not_drawn_on(shell: Shell) -> None:
    """No bars either."""
    terminal = shell.terminal("apply", shell.write("garden.yaml", TASKS), *LAB, "--yes", "--quiet")

    assert 0 == terminal.end()
    assert "" == terminal.seen
