"""
How much longer updates take under each controller of the batch size than under one that knows the server.

    python bench/regret.py [--n 500] [--seeds 10] [--start 0] [--mixed] [--controllers rls_cold,ratio] [--json]

n updates of issues that stand already (with `--mixed` of three kinds that take 0.4, 1 and 2.7 times as long, in blocks
of about 200) go through the client's own scheduler, budget, breaker and driver to the simulated GitHub, in virtual
time. Each seed is another server: overhead and time per item are drawn, and weather comes on top (drift, slow spells,
spikes, outages: `penstock.sim.weather`). A request that would take more than 10 s fails then and tells of nothing done.
All controllers meet the same servers, the same weather, and as far as batches allow the same luck.

`regret` is the mean over the seeds of makespan / clairvoyant's makespan - 1, `se` its standard error, `timeouts` the
mean number of requests per run that ran into the limit, `makespan_s` the mean makespan. A run that takes 30 times as
long as the clairvoyant's is given up, counts with the time it had, and is one of `unfinished`. The clairvoyant knows
each instant's overhead and time per item and the spread, not the luck, so a regret may be slightly below 0.

Exits with 1 when a run went against a limit, by the simulator's own count.
"""

from __future__ import annotations

import json
import math
import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import fmean, stdev

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import options
from bench._updates import CLAIRVOYANT, NAMES, Outcome, Server, attempt, made

GIVEN_UP = 30.0
"""Times the clairvoyant's makespan."""

COLUMNS = ("regret", "se", "timeouts", "unfinished", "makespan_s")
Row = Mapping[str, float | int]


def on_one_server(seed: int, names: Sequence[str], n: int, *, mixed: bool) -> dict[str, Outcome]:
    """The clairvoyant's run on one server, and that of each controller."""
    server = Server.drawn(seed)
    best = attempt(server, made(CLAIRVOYANT, server), n, mixed=mixed)
    at_most_s = GIVEN_UP * best.makespan_s
    return {CLAIRVOYANT: best} | {
        name: attempt(server, made(name, server, mixed=mixed), n, mixed=mixed, at_most_s=at_most_s) for name in names
    }


def row(outcomes: Sequence[Outcome], best: Sequence[Outcome]) -> Row:
    """The figures of one controller over all seeds."""
    regrets = [outcome.makespan_s / other.makespan_s - 1 for outcome, other in zip(outcomes, best, strict=True)]
    return {
        "regret": round(fmean(regrets), 4),
        "se": round(stdev(regrets) / math.sqrt(len(regrets)), 4) if len(regrets) > 1 else 0.0,
        "timeouts": round(fmean(outcome.timeouts for outcome in outcomes), 2),
        "unfinished": sum(not outcome.finished for outcome in outcomes),
        "makespan_s": round(fmean(outcome.makespan_s for outcome in outcomes), 1),
    }


def measure(n: int, seeds: Iterable[int], names: Sequence[str], *, mixed: bool) -> tuple[dict[str, Row], int]:
    """The figures of every controller, the clairvoyant's first, and how often a limit was violated."""
    judged = partial(on_one_server, names=names, n=n, mixed=mixed)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(judged, seeds))
    best = [outcomes[CLAIRVOYANT] for outcomes in runs]
    found = {name: row([outcomes[name] for outcomes in runs], best) for name in (CLAIRVOYANT, *names)}
    return found, sum(outcome.violations for outcomes in runs for outcome in outcomes.values())


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=500, help="updates [500]")
    parser.add_argument("--seeds", type=int, default=10, help="servers [10]")
    parser.add_argument("--start", type=int, default=0, metavar="SEED", help="the first of them [0]")
    parser.add_argument("--mixed", action="store_true", help="three kinds of updates")
    parser.add_argument("--controllers", type=_names, default=NAMES, help=f"some of {','.join(NAMES)} [all]")
    chosen = parser.parse_args(arguments)

    seeds = range(chosen.start, chosen.start + chosen.seeds)
    found, violations = measure(chosen.n, seeds, chosen.controllers, mixed=chosen.mixed)
    _print(found)
    print(f"  {violations:,} violations")
    if chosen.as_json:
        print(json.dumps(found))
    return 1 if violations else 0


def _print(found: Mapping[str, Row]) -> None:
    width = max(map(len, found))
    print(" " * (width + 2), *(f"{column:>10}" for column in COLUMNS))
    for name, figures in found.items():
        shares = (f"{figures[column]:>10.1%}" for column in COLUMNS[:2])
        print(f"  {name:<{width}}", *shares, *(f"{figures[column]:>10,}" for column in COLUMNS[2:]))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in NAMES]:
        raise ArgumentTypeError(f"no controller {unknown[0]!r}; there are {', '.join(NAMES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
