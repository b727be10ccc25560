"""`penstock help`: on a command, and on what no command's own help has room for."""

from __future__ import annotations

from collections.abc import Mapping
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

ENVIRONMENT = """\
Environment variables.

  GH_TOKEN, GITHUB_TOKEN         token for github.com and *.ghe.com, in this order; else `gh auth token`
  GH_ENTERPRISE_TOKEN,
  GITHUB_ENTERPRISE_TOKEN        token for any other server
  PENSTOCK_API_URL               default of --api-url
  XDG_STATE_HOME                 where ledger and locks lie, which all runs of this machine share
  NO_COLOR, FORCE_COLOR, TERM    colour, see --color
  CI                             no bars: progress in plain lines
"""

TOPICS: Mapping[str, str] = MappingProxyType({"exit-codes": EXIT_CODES, "environment": ENVIRONMENT})


@click.command("help", short_help="Help on a command or a topic.")
@click.argument("topic", required=False, metavar="[COMMAND|TOPIC]")
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> int:
    """Help on a command, or on one of the topics: exit-codes, environment."""
    parent = ctx.parent
    if parent is None or not isinstance(parent.command, click.Group):
        return EXIT_OK
    if topic is None:
        click.echo(parent.get_help())
        return EXIT_OK
    if topic in TOPICS:
        click.echo(TOPICS[topic], nl=False)
        return EXIT_OK
    found = parent.command.get_command(parent, topic)
    if found is None:
        raise UsageError(f"no help on {topic!r}", hint=f"a command, or one of {', '.join(TOPICS)}")
    with click.Context(found, info_name=topic, parent=parent) as context:
        click.echo(found.get_help(context))
    return EXIT_OK
