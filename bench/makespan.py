"""
How long a plan takes, against the time that no schedule can beat.

    python bench/makespan.py [--n 500] [--profile documented] [--seed 0] [--mixed] [--json]

The plan is a tree of n issues (with `--mixed` also closes and links), applied by the client itself (scheduler, driver,
journal in memory) to the simulated GitHub in this process, in virtual time. `makespan_s` goes from the run's first
event to its last; reading the repository before that does not count.

`bound_s` knows the future. The n-th create takes the simulator the same time however the client batches, so these
times are drawn again from a second stream of the same seed, and the creates go one by one on one stream of mutations,
each as early as the server's windows allow, without any gap or guard; the overhead of a request is added once. Where
the order of the items is free (other kinds, several streams) it is the largest of: the work shared by all streams, the
longest item, and what the windows and the hourly quota demand if every item were as short as the shortest of its kind.

`violations` are the items and requests that went against one of the server's limits. Below the figures stands what the
client did with the time: for what it waited, as it says itself.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import Figures, options, show, table
from bench._trees import tree

from penstock.api.client import Client
from penstock.api.rehearse import rehearsal_ports
from penstock.core.bound import greedy_finish, lower_bound
from penstock.core.fold import Fold
from penstock.engine.account import profile_named
from penstock.engine.driver import Moment
from penstock.model.config import Config
from penstock.model.decision import AwaitAnswer, Decision, WaitUntil
from penstock.model.limits import Profile
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency, LatencyStream
from penstock.sim.virtual_loop import LoopClock, run_virtual

PROFILES = ("documented", "observed", "literal", "ghes", "lab")


class Waits:
    """Adds up, decision by decision, for what the client let time pass."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = 0.0
        self._cause = ""

    def observe(self, moment: Moment) -> None:
        """As the driver's observer."""
        if self._cause:
            self.seconds[self._cause] = self.seconds.get(self._cause, 0.0) + moment.now - self._since
        self._since, self._cause = moment.now, self._name(moment.fold, moment.decision)

    def _name(self, fold: Fold, decision: Decision) -> str:
        match decision:
            case WaitUntil(cause=cause):
                return cause + (", while the server works" if fold.open else "")
            case AwaitAnswer():
                return "an answer"
            case _:
                return "nothing"


@dataclass(frozen=True)
class Applied:
    """What came of applying the plan; `counts` are its operations by kind."""

    counts: dict[str, int]
    succeeded: int
    makespan_s: float
    violations: int
    requests: int
    latency: Latency
    waited_s: dict[str, float]


async def apply(n: int, profile: str, seed: int, mixed: bool) -> Applied:
    """Plan and apply on a new simulator; must run on a virtual loop."""
    clock, waits = LoopClock(), Waits()
    sim = SimulatedGitHub(clock=clock, seed=seed, profile=profile)
    async with Client(
        "octo/widgets", config=Config(profile=profile), ports=rehearsal_ports(sim, clock, seed)
    ) as client:
        plan = await client.plan(tree(n, mixed=mixed))
        result = await client.apply(plan, observer=waits.observe)
    stats = sim.stats()
    return Applied(
        counts=plan.counts(),
        succeeded=result.succeeded,
        makespan_s=result.ended_at - result.started_at,
        violations=stats["violations"],
        requests=result.requests,
        latency=sim.latency,
        waited_s=waits.seconds,
    )


def bound_s(counts: dict[str, int], latency: Latency, seed: int, profile: Profile) -> float:
    """Seconds that no schedule can beat; see above."""
    stream = LatencyStream(latency, seed)
    items = {kind: [stream.item_s(kind) for _ in range(count)] for kind, count in counts.items()}
    overhead_s = latency.request_s + latency.rtt_s
    streams = profile.mutations_in_flight
    if streams == 1 and counts.keys() == {"issue.create"}:
        counting = [window for window in profile.windows if window.meter in {"content", "create"}]
        return greedy_finish(items["issue.create"], counting) + overhead_s
    work_s = sum(map(sum, items.values()))
    shortest = {kind: min(seconds) for kind, seconds in items.items()}
    demanded_s = lower_bound(counts, shortest, profile, 0.0).seconds
    return max(work_s / streams, *map(max, items.values()), demanded_s) + overhead_s


def measure(n: int, profile: str, seed: int, *, mixed: bool) -> tuple[Figures, Figures]:
    """The figures, and the breakdown of the makespan in seconds."""
    applied = run_virtual(apply(n, profile, seed, mixed))
    if applied.succeeded != sum(applied.counts.values()):
        raise SystemExit(f"{applied.succeeded} of {sum(applied.counts.values())} operations succeeded")
    bound = bound_s(applied.counts, applied.latency, seed, profile_named(profile)[0])
    figures: Figures = {
        "makespan_s": round(applied.makespan_s, 3),
        "bound_s": round(bound, 3),
        "ratio": round(applied.makespan_s / bound, 4),
        "violations": applied.violations,
        "operations": sum(applied.counts.values()),
        "requests": applied.requests,
        "profile": profile,
    }
    longest_first = sorted(applied.waited_s.items(), key=lambda wait: -wait[1])
    return figures, {cause: round(seconds, 1) for cause, seconds in longest_first if seconds >= 0.05}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit 1 when a limit was violated."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=500, help="issues [500]")
    parser.add_argument("--profile", choices=PROFILES, default="documented", help="limits on both sides [documented]")
    parser.add_argument("--seed", type=int, default=0, help="of the simulator's latencies [0]")
    parser.add_argument("--mixed", action="store_true", help="with closes and links")
    chosen = parser.parse_args(arguments)

    figures, waited = measure(chosen.n, chosen.profile, chosen.seed, mixed=chosen.mixed)
    print("seconds spent waiting for")
    table(waited)
    show(figures, as_json=chosen.as_json)
    return 1 if figures["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
