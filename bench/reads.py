"""
How many requests `plan` takes, against what the plan promises: ceil(issues / 100) + 20.

    python bench/reads.py [--issues 0 628 5000] [--json]

For each size a plan of so many tasks is carried out on the simulated GitHub (in this process, in virtual time, without
latency); then a new client plans the same tasks again. Counted are the requests that reach the server from the
client's first to its finished plan: account, repository, names, and every issue, open and closed. The second plan must
find nothing to do.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import options, show
from bench._trees import tree

from penstock.api.client import Client
from penstock.api.rehearse import rehearsal_ports
from penstock.model.config import Config
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

BESIDE_THE_PAGES = 20
PAGE = 100


async def requests_of_plan(issues: int) -> int:
    """Requests for a plan of a repository with so many issues; must run on a virtual loop."""
    clock = LoopClock()
    sim = SimulatedGitHub(clock=clock, profile="ghes", latency=Latency.none())
    config, graph = Config(profile="ghes"), tree(issues, mixed=True)
    async with Client("octo/widgets", config=config, ports=rehearsal_ports(sim, clock, 0)) as first:
        await first.apply(await first.plan(graph))
    before = sim.stats()["requests"]
    async with Client("octo/widgets", config=config, ports=rehearsal_ports(sim, clock, 1)) as second:
        plan = await second.plan(graph)
    if plan.operations or sim.stats()["issues"] != issues:
        raise SystemExit(f"{sim.stats()['issues']} issues stand, {len(plan.operations)} operations are left to do")
    used: int = sim.stats()["requests"] - before
    return used


def promised(issues: int) -> int:
    """The most requests that a plan may take."""
    return -(-issues // PAGE) + BESIDE_THE_PAGES


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit 1 when a plan took more than promised."""
    parser = options(__doc__)
    parser.add_argument("--issues", type=int, nargs="+", default=[0, 628, 5000], metavar="N", help="[0 628 5000]")
    chosen = parser.parse_args(arguments)

    used = {issues: run_virtual(requests_of_plan(issues)) for issues in chosen.issues}
    figures: dict[str, int] = {}
    for issues, requests in used.items():
        figures |= {f"requests_{issues}": requests, f"promised_{issues}": promised(issues)}
    show(figures, as_json=chosen.as_json)
    return 1 if any(requests > promised(issues) for issues, requests in used.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
