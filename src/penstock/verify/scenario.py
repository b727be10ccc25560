"""One seed is one scenario: a plan, a server and its limits, the weather, and when the process dies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Literal

from penstock.core.planner import Renames
from penstock.model.task import TaskGraph
from penstock.sim.faults import ITEM_FAULTS, REQUEST_FAULTS, Faults
from penstock.sim.latency import LAB, Latency
from penstock.verify.graphs import grown_graph, knotted, random_graph
from penstock.verify.titles import worded

Transport = Literal["graphql", "rest"]

_PROFILES = (
    ("documented", "documented"),
    ("documented", "auto"),
    ("observed", "observed"),
    ("observed", "auto"),
    ("literal", "literal"),
    ("ghes", "ghes"),
    ("lab", "lab"),
)
"""What the server holds, and what the client is told."""

_SIZES = (1, 2, 3, 5, 8, 12, 16)
_SIZES_BOUND = (3, 8, 22, 26, 40)
"""Tasks of a plan, and where so few already fill a window."""

_RATES = (0.02, 0.1, 0.3, 0.5)
_ALL_MAX = 0.6
"""Most that the chances of all request faults add up to: something must get through."""

_LAGGY = Latency(lag_mean_s=3.0, lag_tail_chance=0.3, lag_tail_s=(5.0, 50.0))
_SLOW = Latency(sigma=1.0, tail_chance=0.1, tail_factor=20.0)
_LAB_LAGGY = replace(LAB, lag_mean_s=0.2, lag_tail_chance=0.3, lag_tail_s=(0.2, 0.8))


@dataclass(frozen=True, kw_only=True)
class Crash:
    """
    A death of the process, and what follows.

    Attributes:
        step: Of the steps of one life the one at which it dies; 0 for none.
        flight_s: When that step lies inside a request: so long after it was sent.
        alive_s: It dies when it has lived so long, if it still does: in a wait, or with a request in flight.
        down_s: How long nobody restarts it.
    """

    step: int
    flight_s: float
    alive_s: float
    down_s: float


@dataclass(frozen=True, kw_only=True)
class Phase:
    """
    One run: a graph is planned and applied, through crashes, until it stands.

    Attributes:
        faults: What goes wrong until `calm_s` after the start.
        crashes: One per life, then a life without.
        first: Stop the first life after so many creates; 0 for never.
        crowd: Strangers that open issues and pull requests while it runs.
        edited: While the process is dead, people edit its issues.
        mimic: A stranger quotes markers of issues that are yet to be created.
        native_links: Whether the server has sub-issues and dependencies by now.
        renames: What the user says of tasks that look renamed.
        was: Key of a task that had another one in the run before → the keys that it may have had: several, where
            tasks were called alike.
        mistakable: Keys of such tasks: one may be taken for another.
    """

    graph: TaskGraph
    faults: Faults
    calm_s: float
    crashes: tuple[Crash, ...]
    first: int
    crowd: int
    edited: bool
    mimic: bool
    native_links: bool
    renames: Renames
    was: Mapping[str, tuple[str, ...]]
    mistakable: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """
    Attributes:
        server, client: Names of limit profiles.
        transport: What the server offers: without GraphQL the client falls back to REST.
        batch_size: `base_batch_size` of the run.
        skew_s: How far the server's clock is ahead.
        strangers: Issues and pull requests that stand there before.
        people_edit: Between two phases people add text and labels, comment and close.
    """

    seed: int
    server: str
    client: str
    transport: Transport
    batch_size: int
    latency: Latency
    skew_s: float
    strangers: int
    people_edit: bool
    phases: tuple[Phase, ...]

    @property
    def only_throttles(self) -> bool:
        """Nothing goes wrong but refusals for a limit: then two attempts are enough for every operation."""
        rates = [fault for phase in self.phases for fault, rate in phase.faults.rates.items() if rate]
        return bool(rates) and all(fault.startswith("throttle") for fault in rates)

    @property
    def alone(self) -> bool:
        """The client is told the limits that hold."""
        return self.client in {self.server, "auto"}


def scenario(seed: int) -> Scenario:
    """
    The scenario of a seed.

    Old servers and keys made from titles are drawn from a stream of their own, and change nothing else.
    """
    random = Random(f"{seed}:scenario")
    server, client = random.choice(_PROFILES)
    graph = random_graph(random, random.choice(_SIZES_BOUND if server in {"observed", "lab"} else _SIZES))
    phases = [_phase(random, graph, server)]
    if random.random() < 0.4:
        phases.append(_phase(random, grown_graph(random, graph), server))
    phases = _turned(Random(f"{seed}:turns"), phases, server)
    return Scenario(
        seed=seed,
        server=server,
        client=client,
        transport=random.choice(("graphql", "graphql", "rest")),
        batch_size=random.choice((1, 2, 5, 20)),
        latency=_latency(random, server),
        skew_s=random.choice((0.0, 0.0, -90.0, 45.0, 600.0)),
        strangers=random.choice((0, 0, 1, 4)),
        people_edit=random.random() < 0.7,
        phases=tuple(phases),
    )


def _phase(random: Random, graph: TaskGraph, server: str) -> Phase:
    tempo = 0.1 if server == "lab" else 1.0
    crashes = [_crash(random, tempo) for _ in range(random.choice((0, 0, 1, 2, 4)))]
    return Phase(
        graph=graph,
        faults=_faults(random),
        calm_s=random.choice((30.0, 120.0, 600.0, 4000.0)) * tempo,
        crashes=tuple(crashes),
        first=random.choice((0, 0, 0, 1, 3)),
        crowd=random.choice((0, 0, 2, 6)),
        edited=random.random() < 0.3,
        mimic=random.random() < 0.25,
        native_links=True,
        renames="ask",
        was=MappingProxyType({}),
        mistakable=frozenset(),
    )


def _turned(random: Random, phases: list[Phase], server: str) -> list[Phase]:
    """On a server without links, or with titles for keys, or both; and then with further runs. Else as they are."""
    old, titled = random.random() < 0.25, random.random() < 0.25
    if not (old or titled):
        return phases
    while len(phases) < 3 and random.random() < (0.9, 0.3)[len(phases) - 1]:
        phases = [*phases, _phase(random, grown_graph(random, phases[-1].graph), server)]
    if old:
        phases = _on_old_server(random, phases)
    return _with_titles(random, phases) if titled else phases


def _on_old_server(random: Random, phases: Sequence[Phase]) -> list[Phase]:
    """The server has no links; it may learn them between two runs."""
    learns = random.choice((len(phases), random.randint(1, len(phases))))
    graphs = knotted(random, [phase.graph for phase in phases])
    return [
        replace(phase, graph=graph, native_links=no >= learns)
        for no, (phase, graph) in enumerate(zip(phases, graphs, strict=True))
    ]


def _with_titles(random: Random, phases: Sequence[Phase]) -> list[Phase]:
    """Renames are accepted in every run, or refused in the second, which is then the last."""
    renames: Renames = random.choice(("accept", "accept", "refuse"))
    phases = phases[:2] if renames == "refuse" else phases
    graphs = worded(random, [phase.graph for phase in phases], random.choice((0.3, 0.7, 1.0)))
    return [
        replace(phase, graph=graph, was=was, mistakable=mistakable, renames=renames if no else "ask")
        for no, (phase, (graph, was, mistakable)) in enumerate(zip(phases, graphs, strict=True))
    ]


def _crash(random: Random, tempo: float) -> Crash:
    steps = (0, random.randint(1, 30), random.randint(20, 200), random.randint(50, 600))
    return Crash(
        step=random.choice(steps),
        flight_s=random.choice((0.0, random.uniform(0.0, 1.0), random.uniform(0.0, 11.0))) * tempo,
        alive_s=random.choice((math.inf, random.uniform(0.0, 20.0), random.uniform(0.0, 300.0))) * tempo,
        down_s=random.choice((0.0, 0.0, random.uniform(0.0, 5.0), random.uniform(0.0, 70.0), 400.0)) * tempo,
    )


def _faults(random: Random) -> Faults:
    """Swarm: every kind is either impossible or far more likely than on the worst of days."""
    if random.random() < 0.1:
        return Faults()
    rates: dict[str, float] = {}
    usual = [name for name in REQUEST_FAULTS if name not in {"exhausted", "revoked"}]
    for name in random.sample(usual, random.choice((0, 1, 1, 1, 2, 2, 3, 6))):
        rates[name] = random.choice(_RATES)
    if random.random() < 0.1:
        rates["exhausted"] = 0.02
    if random.random() < 0.1:
        rates["revoked"] = 0.01
    total = sum(rates.values())
    if total > _ALL_MAX:
        rates = {name: rate * _ALL_MAX / total for name, rate in rates.items()}
    for name in random.sample(ITEM_FAULTS, random.choice((0, 0, 1, 2))):
        rates[name] = random.choice(_RATES)
    return Faults(rates=rates, resource_items=random.choice((None, None, None, 3)))


def _latency(random: Random, server: str) -> Latency:
    return random.choice(_LATENCIES[server == "lab"])


_LATENCIES: Mapping[bool, tuple[Latency, ...]] = MappingProxyType(
    {False: (Latency(), _LAGGY, _SLOW), True: (LAB, LAB, _LAB_LAGGY)}
)
