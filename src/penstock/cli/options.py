"""Every option that more than one command takes, said once. A command receives them as one `Settings`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from penstock.model.config import Config
    from penstock.model.task import TaskGraph
    from penstock.output.screen import Screen

GITHUB = "https://api.github.com"
PROFILES = ("auto", "documented", "observed", "literal", "ghes", "lab")

TARGET = ("repo", "api_url", "state_dir")
PACE = ("profile", "transport")
READING = ("graph", "tag", "open_only", "keep_mentions")
PLANNING = ("prune", "without_labels", "author", "renames")
CONSENT = ("max_writes", "first", "yes")
SCREEN = ("as_json", "quiet", "verbose", "color")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the options say; a command that does not take one leaves it at its default."""

    repo: str | None = None
    api_url: str = GITHUB
    state_dir: str = ".penstock"
    profile: str | None = None
    transport: Literal["auto", "graphql", "rest"] = "auto"
    graph: str | None = None
    tag: str | None = None
    open_only: bool = False
    keep_mentions: bool = False
    prune: bool = False
    without_labels: bool = False
    author: tuple[str, ...] = ()
    renames: Literal["ask", "accept", "refuse"] = "ask"
    max_writes: int = 0
    first: int = 0
    yes: bool = False
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"

    def screen(self) -> Screen:
        """The two streams, as asked for."""
        from penstock.output.screen import Screen

        return Screen(color=self.color, as_json=self.as_json, quiet=self.quiet, verbose=self.verbose)

    def config(self) -> Config:
        """Settings of a run."""
        from penstock.model.config import Config

        return Config(
            profile=self.profile or "auto",
            transport=self.transport,
            max_writes=self.max_writes,
            first=self.first,
            authors=self.author,
        )

    def repeated(self, names: Sequence[str]) -> str:
        """Those of these options that were given, as a command line: what the next command must be told again."""
        words = []
        for name in names:
            value, option = getattr(self, name), f"--{name.replace('_', '-')}"
            if value is True:
                words.append(option)
            elif value != getattr(Settings, name, None) and value:
                for one in value if isinstance(value, tuple) else (value,):
                    words += [option, str(one)]
        return shlex.join(words)

    def load(self, path: str) -> TaskGraph:
        """Read a task file."""
        from penstock.io.task_files import load_graph

        return load_graph(
            path, name=self.graph, tag=self.tag, open_only=self.open_only, keep_mentions=self.keep_mentions
        )


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

OPTIONS: Mapping[str, Decorator] = MappingProxyType(
    {
        "repo": click.option("--repo", metavar="OWNER/NAME", help="Repository; git's origin when left out."),
        "api_url": click.option(
            "--api-url",
            metavar="URL",
            envvar="PENSTOCK_API_URL",
            show_envvar=True,
            default=GITHUB,
            show_default=True,
            help="API root: github.com's, a GHES root ending in /api/v3, or a simulator's.",
        ),
        "state_dir": click.option(
            "--state-dir", metavar="DIR", default=".penstock", show_default=True, help="Where the journal lies."
        ),
        "profile": click.option(
            "--profile",
            type=click.Choice(PROFILES),
            help="Which limits to keep; auto begins as documented and learns from a refusal.  [default: auto]",
        ),
        "transport": click.option(
            "--transport",
            type=click.Choice(("auto", "graphql", "rest")),
            default="auto",
            help="auto takes GraphQL where the server has it.",
        ),
        "graph": click.option("--graph", metavar="NAME", help="Name of the graph, instead of the file's own."),
        "tag": click.option("--tag", metavar="TAG", help="Which tag of a Taskmaster file."),
        "open_only": click.option("--open-only", is_flag=True, help="Leave finished tasks out."),
        "keep_mentions": click.option(
            "--keep-mentions", is_flag=True, help="Leave @name and #123 live in titles and texts."
        ),
        "prune": click.option("--prune", is_flag=True, help="Close issues whose task is gone, cut links not planned."),
        "without_labels": click.option("--without-labels", is_flag=True, help="Leave labels alone."),
        "author": click.option(
            "--author", metavar="LOGIN", multiple=True, help="Trust issues of this account too; may be repeated."
        ),
        "renames": click.option(
            "--accept-renames/--refuse-renames",
            "renames",
            default=None,
            callback=lambda _, __, value: {None: "ask", True: "accept", False: "refuse"}[value],
            help="Whether a task without a key whose title looks changed keeps its issue; asked for when left out.",
        ),
        "max_writes": click.option(
            "--max-writes", metavar="N", type=click.IntRange(min=0), default=0, help="Refuse a plan with more writes."
        ),
        "first": click.option(
            "--first", metavar="N", type=click.IntRange(min=0), default=0, help="Stop, resumable, after N new issues."
        ),
        "yes": click.option("--yes", is_flag=True, help="Do not ask; also confirms what plan marks with `confirm`."),
        "as_json": click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
        "quiet": click.option("--quiet", "-q", is_flag=True, help="Nothing but errors and --json's document."),
        "verbose": click.option("--verbose", "-v", is_flag=True, help="Whole lists; tracebacks of internal errors."),
        "color": click.option(
            "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour on screens."
        ),
    }
)


def takes(*names: str) -> Decorator:
    """Give a command these options of `OPTIONS`; it receives a `Settings` as its first argument."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(**values: Any) -> Any:
            settings = Settings(**{name: values.pop(name) for name in names})
            return function(settings, **values)

        command: Callable[..., Any] = called
        for name in reversed(names):
            command = OPTIONS[name](command)
        return command

    return decorate
