"""`python -m penstock.verify`: explore seeds, replay one with its timeline, or show which judge kills which bug."""

from __future__ import annotations

import logging
import sys

import click
import msgspec

from penstock.verify.checkers import judge
from penstock.verify.explore import Summary, explore, stopwatch
from penstock.verify.mutants import hunt
from penstock.verify.scenario import scenario
from penstock.verify.timeline import headline, lines
from penstock.verify.world import play

_SHOWN = 5


@click.command(help=__doc__)
@click.option("--seed", type=int, help="Replay this seed and print what happened.")
@click.option("--seeds", type=int, default=100, show_default=True, help="Explore so many seeds.")
@click.option("--start", type=int, default=0, show_default=True, help="The first of them.")
@click.option("--jobs", type=int, default=1, show_default=True, help="Processes to explore with.")
@click.option("--mutants", is_flag=True, help="Plant each known bug and look for a seed that shows it.")
@click.option("--json", "as_json", is_flag=True, help="One object as the last line.")
def main(seed: int | None, seeds: int, start: int, jobs: int, *, mutants: bool, as_json: bool) -> None:
    """Run the command."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if seed is not None:
        sys.exit(_replay(seed))
    if mutants:
        sys.exit(_mutants(start, seeds, as_json))
    sys.exit(_explore(range(start, start + seeds), jobs, as_json))


def _replay(seed: int) -> int:
    planned = scenario(seed)
    click.echo(headline(planned))
    history = play(planned)
    told = lines(history.trace)
    click.echo("\n".join(told))
    violations = judge(history)
    for violation in violations:
        click.echo(f"{violation.checker}: {violation.what}")
    click.echo(f"digest {history.trace.digest(told)}")
    click.echo("no violation" if not violations else f"{len(violations)} violations")
    return 1 if violations else 0


def _explore(seeds: range, jobs: int, as_json: bool) -> int:
    summary, began = Summary(), stopwatch()
    for verdict in explore(seeds, jobs):
        summary.add(verdict)
        for checker, what in verdict.violations[:_SHOWN]:
            click.echo(f"seed {verdict.seed}: {checker}: {what}", err=True)
        if verdict.violations:
            click.echo(f"  replay it: python -m penstock.verify --seed {verdict.seed}", err=True)
    summary.wall_s = round(stopwatch() - began, 1)
    summary.virtual_hours = round(summary.virtual_hours, 1)
    if as_json:
        click.echo(msgspec.json.encode(summary))
    else:
        click.echo(
            f"{summary.seeds} seeds, {summary.violations} violations; {summary.requests:,} requests in "
            f"{summary.virtual_hours:,} virtual hours, {summary.wall_s} s"
        )
    return 1 if summary.violations else 0


def _mutants(start: int, seeds: int, as_json: bool) -> int:
    hunts = []
    for found in hunt(range(start, start + seeds)):
        hunts.append(found)
        how = f"seed {found.seed}: {', '.join(found.checkers)}" if found.checkers else "SURVIVED"
        click.echo(f"{found.mutant:<40} {how}", err=as_json)
    killed = sum(bool(found.checkers) for found in hunts)
    if as_json:
        click.echo(msgspec.json.encode({"planted": len(hunts), "killed": killed}))
    else:
        click.echo(f"{killed} of {len(hunts)} planted bugs killed")
    return 0 if killed == len(hunts) else 1


if __name__ == "__main__":
    main()
