"""
The command `penstock`: the list of commands, and the one place where an error becomes an exit code.

Help is printed from the list alone, so it needs none of the modules that talk, draw or store.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from penstock.base.errors import EXIT_FATAL, EXIT_INTERRUPTED, EXIT_USAGE, PenstockError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from penstock.output.actions import Place, Step
    from penstock.output.screen import Screen
    from penstock.output.stream import Diagnostic

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "plan": "Read a task file and a repository, show what would be written.",
        "apply": "Carry a plan out: each operation once, inside the limits.",
        "resume": "Go on with a run that was stopped, or died.",
        "status": "Where a run stands and what it waits for.",
        "runs": "List the runs of this directory.",
        "audit": "Read a repository again and compare it with the plan.",
        "rehearse": "Apply a plan to a simulated GitHub, an hour in about a second.",
        "simulate": "Serve a simulated GitHub on this machine.",
        "limits": "What an account may spend, has spent, and why.",
        "config": "Settings, and where each comes from; JSON Schemas.",
        "completion": "Print what makes a shell complete penstock.",
        "help": "Help on a command, on exit codes, on the environment, on settings.",
    }
)

_VERBOSE = re.compile(r"--verbose|-[a-z]*v[a-z]*")
_NO_CHOICE = re.compile(r"'(?P<word>.*)' is not one of ")


class Commands(click.Group):
    """Loads `penstock.cli.NAME` when NAME is called, and turns every error into three lines and a code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """In the order of a first reading."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"penstock.cli.{cmd_name}").command
        if ctx.resilient_parsing:
            from penstock.cli.completion import teach

            teach(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Commands from the list alone, then options."""
        from click.shell_completion import CompletionItem

        commands = [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with suggestions from the list."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list as it stands above; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run, and leave with the exit code."""
        arguments = sys.argv[1:] if args is None else list(args)
        sys.exit(_outcome(self, arguments))


def _outcome(group: click.Group, arguments: list[str]) -> int:
    shown: list[Screen] = []
    try:
        code: int | None = click.Group.main(group, arguments, "penstock", standalone_mode=False, obj=shown)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as error:
        return _tell(_from_click(error), arguments, shown)
    except PenstockError as error:
        return _tell(error, arguments, shown)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        from penstock.output.screen import mute

        mute(sys.stdout)
        return EXIT_FATAL
    except Exception as error:  # noqa: BLE001 (the last one to hear of it)
        return _tell(_internal(error, arguments), arguments, shown)
    return code or 0


def _from_click(error: click.ClickException) -> UsageError:
    """click's own complaint in our form; it always is about how the command was called."""
    message = error.format_message().rstrip(".").replace("\n", " ")
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "penstock"
    hint = _choice_meant(error) or f"{path} --help"
    return UsageError(message if message.startswith("PENSTOCK") else message[:1].lower() + message[1:], hint=hint)


def _choice_meant(error: click.ClickException) -> str:
    """The choice closest to the word that is none; click itself names commands and options alone."""
    match = _NO_CHOICE.match(error.message)
    if match is None or not isinstance(error, click.BadParameter) or error.param is None:
        return ""
    from penstock.cli.setting import FIELDS
    from penstock.io.task_files.typed import suggestion

    kind = error.param.type
    return suggestion(match["word"], kind.choices if isinstance(kind, click.Choice) else FIELDS)


def _internal(error: Exception, arguments: list[str]) -> PenstockError:
    from penstock.io.auth import redact

    hint = "this is a fault of Penstock: please report it with what the same command prints with -v"
    if any(_VERBOSE.fullmatch(argument) for argument in arguments):
        import traceback

        click.echo(redact("".join(traceback.format_exception(error))), err=True)
        hint = "this is a fault of Penstock: please report it with the lines above"
    return PenstockError(f"internal error: {type(error).__name__}: {redact(str(error))}", hint=hint)


def _tell(error: PenstockError, arguments: list[str], shown: Sequence[Screen]) -> int:
    """On the screen that the command began with; on one of its own when it never came so far."""
    from penstock.output.problem import error_document, error_lines

    screen = shown[-1] if shown else _screen(arguments)
    screen.problem(error_lines(error, screen.note_ink, screen.note_width))
    screen.diagnose(_diagnostics(error))
    screen.error(error_document(error))
    screen.leave(lambda at: _error_step(error, at))
    return error.exit_code


def _diagnostics(error: PenstockError) -> Iterator[Diagnostic]:
    from penstock.output.diagnostics import error_diagnostics

    yield from error_diagnostics(error)


def _error_step(error: PenstockError, at: Place) -> Step:
    from penstock.output.step import error_step

    return error_step(error, at)


def _screen(arguments: list[str]) -> Screen:
    from penstock.output.screen import Screen

    as_json = "--json" in arguments
    return Screen(color=_color(arguments), as_json=as_json, json_stream="--json-stream" in arguments and not as_json)


def _color(arguments: list[str]) -> str:
    """The colour asked for, read without click: the error may be about the options themselves."""
    chosen = os.environ.get("PENSTOCK_COLOR", "auto")
    for name, value in pairwise([*arguments, ""]):
        if name == "--color" and value in {"always", "never"}:
            chosen = value
        elif name in {"--color=always", "--color=never"}:
            chosen = name.partition("=")[2]
    return chosen


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from penstock.api.version import VERSION

        click.echo(f"penstock {VERSION}")
        ctx.exit()


@click.group(
    cls=Commands,
    epilog="Results go to stdout, everything else to stderr. Exit codes: penstock help exit-codes.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Print the version."
)
def main() -> None:
    """Make a GitHub repository match a task file: exactly once, inside the limits, as fast as they allow."""
