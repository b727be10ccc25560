"""`penstock simulate`: the simulated GitHub over HTTP."""

from __future__ import annotations

import asyncio
import json
import signal

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import Settings, takes


@click.command("simulate", short_help="Serve a simulated GitHub.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--profile",
    "limits",
    type=click.Choice(("documented", "observed", "literal", "ghes", "lab")),
    default="lab",
    show_default=True,
    help="Which limits the server holds.",
)
@click.option("--faults", default="none", show_default=True, help="none, usual, harsh or FAULT=RATE,...")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides latencies and faults.")
@takes("quiet")
def command(settings: Settings, port: int, limits: str, faults: str, seed: int) -> int:
    """Serve a simulated GitHub on this machine until Ctrl-C.

    Prints its URL, repository and token as one line of JSON. GET /_sim/stats shows what its clients did to its
    limits. The limits of `lab` are windows of seconds, so that waits can be watched; run clients with
    `--profile lab`.
    """
    return asyncio.run(_simulate(settings, port, limits, faults, seed))
