"""`penstock help`: on a command, and on what no command's own help has room for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import click

from penstock.base.errors import EXIT_OK, UsageError

EXIT_CODES = """\
Exit codes, the same on every command. An unknown one is a failure.

    0  done, or nothing to do
    1  failed: the server cannot be reached, a file cannot be read, a fault of Penstock
    2  plan --detailed-exitcode: there is something to write
    3  finished, but some operations failed; audit: there are differences
    4  no token, or it lacks a right
    5  stopped early, resumable
    6  the plan is stale: the repository changed since it was made
    7  another run holds the repository
   64  the command line, a task file or a setting cannot be used; nothing was sent
  130  interrupted: Ctrl-C, or an answer other than yes
  143  terminated: SIGTERM
"""

_ENVIRONMENT = """\
Environment variables.

  GH_TOKEN, GITHUB_TOKEN         token for github.com and *.ghe.com, in this order; else `gh auth token`
  GH_ENTERPRISE_TOKEN,
  GITHUB_ENTERPRISE_TOKEN        token for any other server
  XDG_CONFIG_HOME                your own settings lie in penstock/config.toml there; else in ~/.config
  XDG_STATE_HOME                 where ledger and locks lie, which all runs of this machine share
  NO_COLOR, FORCE_COLOR, TERM    colour, see --color
  CI                             no bars: progress in plain lines
  GITHUB_ACTIONS                 in a workflow: groups, annotations, and what is written to
                                 GITHUB_STEP_SUMMARY and GITHUB_OUTPUT; links take GITHUB_SERVER_URL,
                                 GITHUB_REPOSITORY, GITHUB_SHA and GITHUB_WORKSPACE
  HTTPS_PROXY, NO_PROXY          the proxy to the server, and servers reached without

Each setting has one too; a flag goes before it, and it goes before every file. An empty one counts as not set. A
switch is turned on by 1 or true and off by 0 or false; several values are separated by blanks, columns by commas.

"""

_SETTINGS = """\
Settings, and where they may be said. The first that says one decides:

  1. the flag
  2. the environment: PENSTOCK_ and the name in capitals
  3. the project's file: penstock.toml, or [tool.penstock] in pyproject.toml, in the working directory or the nearest
     one above it in the same git repository; beside penstock.toml, pyproject.toml is not read
  4. your own file: ~/.config/penstock/config.toml, or below XDG_CONFIG_HOME
  5. the default

penstock config show --origin tells which one did.

  repo = "octo/widgets"
  profile = "documented"
  max_writes = 1000
  map = {title = "Summary", depends_on = "Blocked by"}

Every switch has an opposite, such as --no-open-only, for what a file has turned on. A directory in the project's file
is meant from there, anywhere else from the working directory.

"""

_SETTINGS_END = """
* Not in the project's file: whoever clones a repository reads that file, and somebody else may have written it. It
cannot say where the token goes, whose issues count as yours, or what you get to see; nor a profile that keeps less
than github.com enforces, nor a state directory outside of the project.

No setting at all, said in each call or not at all: --yes, --prune, --first and --accept-renames or --refuse-renames,
which decide about writes that cannot be taken back; --graph and --tag, which are about one file; --json and
--json-stream, which change what is printed.
"""


def environment() -> str:
    """The topic `environment`."""
    from penstock.cli.options import settings_by_key

    options = settings_by_key().values()
    return _ENVIRONMENT + "".join(f"  {option.envvar!s:<29}  as {option.flag}\n" for option in options)


def settings() -> str:
    """The topic `settings`."""
    return _SETTINGS + "".join(f"{line}\n" for line in _each_setting()) + _SETTINGS_END


def _each_setting() -> Iterator[str]:
    from penstock.cli.options import settings_by_key

    for key, option in settings_by_key().items():
        name = f"{key}{' *' if option.own else ''}"
        words = (option.help or "").partition("  [")[0]
        if isinstance(option.type, click.Choice):
            words = f"{words} One of {', '.join(option.type.choices)}."
        yield from textwrap.wrap(words, 98, initial_indent=f"  {name:<15}  ", subsequent_indent=" " * 19)


TOPICS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"exit-codes": lambda: EXIT_CODES, "environment": environment, "settings": settings}
)


@click.command("help", short_help="Help on a command or a topic.")
@click.argument("topic", required=False, metavar="[COMMAND|TOPIC]")
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> int:
    """Help on a command, or on one of the topics: exit-codes, environment, settings."""
    parent = ctx.parent
    if parent is None or not isinstance(parent.command, click.Group):
        return EXIT_OK
    if topic is None:
        click.echo(parent.get_help())
        return EXIT_OK
    if topic in TOPICS:
        click.echo(TOPICS[topic](), nl=False)
        return EXIT_OK
    found = parent.command.get_command(parent, topic)
    if found is None:
        raise _unknown(topic, parent.command.list_commands(parent))
    with click.Context(found, info_name=topic, parent=parent) as context:
        click.echo(found.get_help(context))
    return EXIT_OK


def _unknown(topic: str, commands: list[str]) -> UsageError:
    from penstock.io.task_files.typed import suggestion

    hint = suggestion(topic, [*commands, *TOPICS]) or f"a command, or one of {', '.join(TOPICS)}"
    return UsageError(f"no help on {topic!r}", hint=hint)
