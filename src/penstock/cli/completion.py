"""`penstock completion`: the script that makes a shell complete, and what it completes names of files and runs with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from penstock.base.errors import EXIT_OK, PenstockError

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PENSTOCK_COMPLETE"

Items = Iterator[CompletionItem[str]]


@click.command("completion", short_help="Print what makes a shell complete penstock.")
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
def command(shell: str) -> int:
    """Print the script that makes a shell complete commands, options, their values, files and runs.

    SHELL is bash (4.4 or newer), zsh or fish. To have it in every new shell:

    \b
      bash   penstock completion bash > ~/.local/share/bash-completion/completions/penstock
      zsh    penstock completion zsh > ~/.zfunc/_penstock
             with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
      fish   penstock completion fish > ~/.config/fish/completions/penstock.fish

    To try it in this one: eval "$(penstock completion bash)".
    """
    from penstock.cli.main import main

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(main, {}, "penstock", VARIABLE).source(), nl=False)
    return EXIT_OK


def teach(command: click.Command) -> None:
    """Let every argument and option be completed by what its metavar calls it: FILE, DIR, RUN, COMMAND, TOPIC."""
    for parameter in command.params:
        names = [name for name in re.findall("[A-Z]+", parameter.metavar or "") if name in _COMPLETERS]
        if names:
            parameter.type = _Named(names)


class _Named(click.ParamType[Any]):
    name = "text"

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        # Shells forget what stands before "a file": that one goes first.
        kinds = dict.fromkeys(_COMPLETERS[name] for name in sorted(self._names, key=lambda name: name == "RUN"))
        return [item for kind in kinds for item in kind(ctx, incomplete)]


def _files(_: click.Context, incomplete: str) -> Items:
    yield CompletionItem(incomplete, type="file")


def _directories(_: click.Context, incomplete: str) -> Items:
    yield CompletionItem(incomplete, type="dir")


def _runs(ctx: click.Context, incomplete: str) -> Items:
    """Runs of the journal here, the newest first; for `resume` those that are not finished."""
    from penstock.io.journal import open_journal

    with suppress(PenstockError):
        for run in open_journal(Path(ctx.params.get("state_dir") or ".penstock"), create=False).runs():
            if run.id.startswith(incomplete.upper()) and not (ctx.info_name == "resume" and run.state == "finished"):
                yield CompletionItem(run.id, help=f"{run.repository}, {run.graph}, {run.state}")


def _commands(_: click.Context, incomplete: str) -> Items:
    from penstock.cli.main import COMMANDS

    yield from (CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete))


def _topics(_: click.Context, incomplete: str) -> Items:
    from penstock.cli.help import TOPICS

    yield from (CompletionItem(name, help="a topic") for name in TOPICS if name.startswith(incomplete))


_COMPLETERS: Mapping[str, Callable[[click.Context, str], Items]] = MappingProxyType(
    {"FILE": _files, "PLAN": _files, "DIR": _directories, "RUN": _runs, "COMMAND": _commands, "TOPIC": _topics}
)
