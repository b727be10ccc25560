"""
What adaptive batches bring to updates: beside a fixed size, one at a time, and one who knows the server.

    python bench/updates.py [--n 5000] [--seeds 3] [--start 0] [--json]

n updates of issues that stand already are put through the client's own core on simulated servers with weather, as in
`regret.py`; here an update takes .05, .10, .15 or .30 s in the mean, each on so many seeds. The adaptive controller
begins cold. All figures compare makespans in virtual time.

- `over_fixed_15_b005` and so on: times as fast as batches of 15, mean over the seeds of that server; `_least` is the
  least of all runs.
- `of_clairvoyant`: of the speed of one who knows each instant's overhead and time per item; the mean, and the least.
- `over_one_by_one`: times as fast as the same updates over REST one by one, with the pause of one second after each
  answer that GitHub's documentation asks for; the mean, and the least.

Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api (the pause)

Exits with 1 when a run went against a limit, by the simulator's own count.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product, repeat
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import Figures, options, show
from bench._updates import CLAIRVOYANT, Server, attempt, made, one_by_one

ITEMS_S = (0.05, 0.10, 0.15, 0.30)


@dataclass(frozen=True)
class Compared:
    """How many times as fast the adaptive controller was as the others on one server."""

    item_s: float
    clairvoyant: float
    fixed_15: float
    one_by_one: float
    violations: int


def compare(item_s: float, seed: int, n: int) -> Compared:
    """On one server."""
    server = Server.drawn(seed, item_s)
    outcomes = {name: attempt(server, made(name, server), n) for name in ("rls_cold", CLAIRVOYANT, "fixed_15")}
    outcomes["one_by_one"] = one_by_one(server, n)
    ours_s = outcomes["rls_cold"].makespan_s
    return Compared(
        item_s=item_s,
        clairvoyant=outcomes[CLAIRVOYANT].makespan_s / ours_s,
        fixed_15=outcomes["fixed_15"].makespan_s / ours_s,
        one_by_one=outcomes["one_by_one"].makespan_s / ours_s,
        violations=sum(outcome.violations for outcome in outcomes.values()),
    )


def measure(n: int, seeds: range) -> tuple[Figures, int]:
    """The figures, and how often a limit was violated."""
    servers = list(product(ITEMS_S, seeds))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(compare, *zip(*servers, strict=True), repeat(n)))
    by_item = {
        f"over_fixed_15_b{item_s * 100:03.0f}": [one.fixed_15 for one in found if one.item_s == item_s]
        for item_s in ITEMS_S
    }
    figures = {
        **{name: fmean(factors) for name, factors in by_item.items()},
        "over_fixed_15_least": min(one.fixed_15 for one in found),
        "of_clairvoyant": fmean(one.clairvoyant for one in found),
        "of_clairvoyant_least": min(one.clairvoyant for one in found),
        "over_one_by_one": fmean(one.one_by_one for one in found),
        "over_one_by_one_least": min(one.one_by_one for one in found),
    }
    return {name: round(figure, 4) for name, figure in figures.items()}, sum(one.violations for one in found)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=5000, help="updates [5000]")
    parser.add_argument("--seeds", type=int, default=3, help="servers for each time per update [3]")
    parser.add_argument("--start", type=int, default=0, metavar="SEED", help="the first of them [0]")
    chosen = parser.parse_args(arguments)

    figures, violations = measure(chosen.n, range(chosen.start, chosen.start + chosen.seeds))
    show({**figures, "violations": violations}, as_json=chosen.as_json)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
