"""`penstock simulate`: the simulated GitHub over HTTP."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import Settings, takes


@click.command("simulate", short_help="Serve a simulated GitHub.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--profile",
    "limits",
    type=click.Choice(("documented", "observed", "literal", "ghes", "lab")),
    default="documented",
    show_default=True,
    help="Which limits the server holds.",
)
@click.option("--faults", default="none", show_default=True, help="none, usual, harsh or FAULT=RATE,...")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides latencies and faults.")
@click.option("--no-native-links", "old_server", is_flag=True, help="The server lacks sub-issues and dependencies.")
@takes("quiet")
def command(settings: Settings, port: int, limits: str, faults: str, seed: int, *, old_server: bool) -> int:
    """Serve a simulated GitHub on this machine until Ctrl-C.

    Prints its URL, repository and token as one line of JSON. GET /_sim/stats shows what its clients did to its
    limits. The profile `lab` has windows of seconds, so that waits can be watched; give clients --profile lab too.
    """
    return asyncio.run(_simulate(settings, port, limits, faults, seed, native_links=not old_server))


async def _simulate(settings: Settings, port: int, limits: str, faults: str, seed: int, *, native_links: bool) -> int:
    from penstock.base.errors import UsageError
    from penstock.io.clock import SystemClock
    from penstock.sim.faults import Faults
    from penstock.sim.github import SimulatedGitHub
    from penstock.sim.server import serve

    try:
        fault_set = Faults.named(faults)
    except ValueError as error:
        raise UsageError(f"cannot use faults {faults!r}", cause=str(error)) from None
    github = SimulatedGitHub(
        clock=SystemClock(), seed=seed, profile=limits, faults=fault_set, native_links=native_links
    )
    try:
        server = await serve(github, port=port)
    except OSError as error:
        raise UsageError(f"cannot listen on port {port}", cause=error.strerror or str(error), hint="--port 0") from None
    click.echo(json.dumps({"url": server.url, "repository": "octo/widgets", "token": "sim-token"}))
    sys.stdout.flush()
    settings.screen().note("Ctrl-C ends it")
    await _signalled()
    await server.close()
    return EXIT_OK


async def _signalled() -> None:
    """Until somebody wants it to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
