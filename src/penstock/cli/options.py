"""Every option that more than one command takes, said once. A command receives them as one `Settings`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from penstock.base.errors import UsageError
from penstock.cli.setting import Column, Decorator, Setting, setting

if TYPE_CHECKING:
    from penstock.model.config import Config
    from penstock.model.task import TaskGraph
    from penstock.output.screen import Screen

GITHUB = "https://api.github.com"
PROFILES = ("auto", "documented", "observed", "literal", "ghes", "lab")

TARGET = ("repo", "api_url", "state_dir")
PACE = ("profile", "transport")
READING = ("graph", "tag", "columns", "open_only", "keep_mentions")
PLANNING = ("prune", "without_labels", "author", "renames")
CONSENT = ("max_writes", "first", "yes")
SCREEN = ("as_json", "json_stream", "quiet", "verbose", "color")

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Where": TARGET,
        "Pace": PACE,
        "Reading": READING,
        "Planning": PLANNING,
        "Consent": CONSENT,
        "Screen": SCREEN,
    }
)
"""The groups by the name that documents give them."""

Source = Literal["flag", "environment", "file"]
_SOURCES: Mapping[ParameterSource, Source] = MappingProxyType(
    {
        ParameterSource.COMMANDLINE: "flag",
        ParameterSource.ENVIRONMENT: "environment",
        ParameterSource.DEFAULT_MAP: "file",
    }
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    What the options say; a command that does not take one leaves it at its default.

    Attributes:
        said: Where each option that was said at all was said.
    """

    repo: str | None = None
    api_url: str = GITHUB
    state_dir: str = ".penstock"
    profile: str | None = None
    transport: Literal["auto", "graphql", "rest"] = "auto"
    graph: str | None = None
    tag: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
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
    json_stream: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    said: Mapping[str, Source] = field(default_factory=dict)

    def screen(self) -> Screen:
        """The two streams, as asked for; an error of the command is told there too."""
        from penstock.output.screen import Screen

        screen = Screen(
            color=self.color,
            as_json=self.as_json,
            json_stream=self.json_stream,
            quiet=self.quiet,
            verbose=self.verbose,
        )
        if context := click.get_current_context(silent=True):
            context.ensure_object(list).append(screen)
        return screen

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
        usual = Settings.__dataclass_fields__
        again = [name for name in names if self.said.get(name) != "file"]
        again = [name for name in again if name in self.said or getattr(self, name) != usual[name].default]
        return shlex.join(word for name in again for word in _words(name, getattr(self, name)))

    def load(self, *paths: str) -> TaskGraph:
        """
        Read a task file, or several that are parts of one graph. Columns that a file names are for tables alone.

        Raises:
            UsageError: One is a saved plan.
            InputError: As `load_graph`.
        """
        from penstock.io.plan_file import is_plan
        from penstock.io.task_files import load_graph

        for path in filter(is_plan, map(Path, paths)):
            raise UsageError(
                f"{path} is a saved plan, not a task file",
                hint=f"penstock apply {shlex.quote(str(path))} carries it out, without other files",
            )
        tables = any(path.lower().endswith((".csv", ".tsv")) for path in paths)
        return load_graph(
            *paths,
            name=self.graph,
            tag=self.tag,
            columns=dict(self.columns) if tables or self.said.get("columns") != "file" else {},
            open_only=self.open_only,
            keep_mentions=self.keep_mentions,
        )


def _words(name: str, value: Any) -> Iterator[str]:
    """An option with its value, as words of a command line."""
    flag = max(option_named(name).opts, key=len)
    match value:
        case bool():
            yield flag if value else flag.replace("--", "--no-", 1)
        case str() if name == "renames":
            yield f"--{value}-renames"
        case tuple():
            for one in value:
                yield from (flag, one if isinstance(one, str) else "=".join(one))
        case _:
            yield from (flag, str(value))


def _own_profile(profile: str) -> str:
    return "" if profile in {"auto", "documented", "observed"} else "it keeps less than what github.com enforces"


def _outside(directory: str) -> str:
    inside = not directory.startswith(("/", "~")) and ".." not in directory.split("/")
    return "" if inside else "it lies outside of the project"


_SCREENS = "what you see is yours to say"

OPTIONS: Mapping[str, Decorator] = MappingProxyType(
    {
        "repo": setting("--repo", metavar="OWNER/NAME", help="Repository; git's origin when left out."),
        "api_url": setting(
            "--api-url",
            metavar="URL",
            default=GITHUB,
            show_default=True,
            own="it says where your token is sent",
            help="API root: github.com's, a GHES root ending in /api/v3, or a simulator's.",
        ),
        "state_dir": setting(
            "--state-dir",
            metavar="DIR",
            default=".penstock",
            show_default=True,
            refuses=_outside,
            help="Where the journal lies.",
        ),
        "profile": setting(
            "--profile",
            type=click.Choice(PROFILES),
            refuses=_own_profile,
            help="Which limits to keep; auto begins as documented and learns from a refusal.  [default: auto]",
        ),
        "transport": setting(
            "--transport",
            type=click.Choice(("auto", "graphql", "rest")),
            default="auto",
            help="auto takes GraphQL where the server has it.",
        ),
        "graph": click.option("--graph", metavar="NAME", help="Name of the graph, instead of the file's own."),
        "tag": click.option("--tag", metavar="TAG", help="Which tag of a Taskmaster file."),
        "columns": setting(
            "--map",
            "columns",
            metavar="FIELD=COLUMN",
            type=Column(),
            multiple=True,
            help="Which column of a table holds a field; may be repeated.",
        ),
        "open_only": setting("--open-only", is_flag=True, help="Leave finished tasks out."),
        "keep_mentions": setting(
            "--keep-mentions", is_flag=True, help="Leave @name and #123 live in titles and texts."
        ),
        "prune": click.option("--prune", is_flag=True, help="Close issues whose task is gone, cut links not planned."),
        "without_labels": setting("--without-labels", is_flag=True, help="Leave labels alone."),
        "author": setting(
            "--author",
            metavar="LOGIN",
            multiple=True,
            own="it says whose issues are taken for yours",
            help="Trust issues of this account too; may be repeated.",
        ),
        "renames": click.option(
            "--accept-renames/--refuse-renames",
            "renames",
            default=None,
            callback=lambda _, __, value: {None: "ask", True: "accept", False: "refuse"}[value],
            help="Whether a task without a key whose title looks changed keeps its issue; asked for when left out.",
        ),
        "max_writes": setting(
            "--max-writes", metavar="N", type=click.IntRange(min=0), default=0, help="Refuse a plan with more writes."
        ),
        "first": click.option(
            "--first", metavar="N", type=click.IntRange(min=0), default=0, help="Stop, resumable, after N new issues."
        ),
        "yes": click.option("--yes", is_flag=True, help="Do not ask; also confirms what plan marks with `confirm`."),
        "as_json": click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
        "json_stream": click.option(
            "--json-stream", is_flag=True, help="One JSON object per line on stdout, as things happen."
        ),
        "quiet": setting("--quiet", "-q", is_flag=True, own=_SCREENS, help="Nothing but errors and JSON."),
        "verbose": setting(
            "--verbose", "-v", is_flag=True, own=_SCREENS, help="Whole lists; tracebacks of internal errors."
        ),
        "color": setting(
            "--color",
            type=click.Choice(("auto", "always", "never")),
            default="auto",
            own=_SCREENS,
            help="Colour on screens.",
        ),
    }
)


def option_named(name: str) -> click.Option:
    """The option that `OPTIONS` describes under a name."""
    [option] = click.command()(OPTIONS[name](lambda: None)).params
    if not isinstance(option, click.Option):
        raise TypeError(name)
    return option


def settings_by_key() -> Mapping[str, Setting]:
    """The options that may also be said elsewhere, by the key that a file gives them."""
    options = map(option_named, OPTIONS)
    return {option.key: option for option in options if isinstance(option, Setting)}


def takes(*names: str, of_the_run: Sequence[str] = ()) -> Decorator:
    """
    Give a command options of `OPTIONS`; it receives a `Settings` as its first argument.

    Args:
        of_the_run: Those that a run has decided for itself: flags may speak of it, a settings file does not.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(**values: Any) -> Any:
            said = _said(names)
            given = {name: values.pop(name) for name in names}
            for name in of_the_run:
                if said.get(name) == "file":
                    del given[name], said[name]
            return function(Settings(**given, said=said), **values)

        command: Callable[..., Any] = called
        for name in reversed(names):
            command = OPTIONS[name](command)
        return command

    return decorate


def _said(names: Sequence[str]) -> dict[str, Source]:
    ctx = click.get_current_context()
    sources = ((name, ctx.get_parameter_source(name)) for name in names)
    return {name: _SOURCES[source] for name, source in sources if source and source in _SOURCES}
