"""The bench that judges controllers: what it runs, and that it can find fault."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from itertools import pairwise
from statistics import fmean, stdev

import pytest
from bench._controllers import Aimd, Clairvoyant, Fixed, Knowledge, SeedRule
from bench._updates import CLAIRVOYANT, COSTS, NAMES, PAUSE_S, Bench, Outcome, Server, attempt, made, one_by_one
from bench.regret import main, on_one_server, row
from bench.updates import compare
from tests.bench.test_scripts import figures

from penstock.model.operation import KIND_BY_NAME
from penstock.sim.virtual_loop import START, LoopClock, run_virtual
from penstock.sim.weather import Weather, WeatherStream

UPDATE = KIND_BY_NAME["issue.update"]
CALM = Weather(drift_sd=0.0, slow_every_s=math.inf, request_sigma=0.0, spike_chance=0.0, outage_every_s=math.inf)
SERVER = Server(seed=0, overhead_s=0.2, item_s=0.2)


class StandingClock(LoopClock):
    """Always the beginning."""

    def now(self) -> float:
        return START


def outcome(makespan_s: float, *, finished: bool = True, timeouts: int = 0) -> Outcome:
    """Of a run."""
    return Outcome(makespan_s=makespan_s, finished=finished, timeouts=timeouts, violations=0, served=None)


def clairvoyant(item_s: float, weather: Weather = CALM) -> Clairvoyant:
    """One who knows a server that takes so long per update."""
    latency = replace(Server(seed=0, overhead_s=0.2, item_s=item_s).latency(), weather=weather)
    stream = WeatherStream(weather, 0, START - 10)
    return Clairvoyant(
        Knowledge(clock=StandingClock(), latency=latency, weather=weather, stream=stream, fails=0.004, gap_s=1.0)
    )


@pytest.mark.parametrize("mixed", [False, True])
def test_every_controller_does_all_updates_inside_the_limits(mixed: bool) -> None:
    """Nothing is left and nothing violated; only a size that no time limit allows may not come to an end."""
    found = on_one_server(3, NAMES, 150, mixed=mixed)

    assert {CLAIRVOYANT, *NAMES} == set(found)
    assert {0} == {one.violations for one in found.values()}
    assert {"fixed_50"} >= {name for name, one in found.items() if not one.finished}


def test_the_same_server_gives_the_same_runs() -> None:
    """Every draw comes from the seed; another seed is another server."""
    first, again, other = (on_one_server(seed, ["rls_cold", "ratio"], 150, mixed=True) for seed in (4, 4, 5))

    assert first == again
    assert first != other


def test_who_knows_the_server_is_faster_than_fixed_sizes() -> None:
    """Where updates are cheap, small batches wait for the gap more than for the server."""
    cheap = replace(SERVER, item_s=0.05)

    best, fifteen, five = (
        attempt(cheap, made(name, cheap), 400).makespan_s for name in (CLAIRVOYANT, "fixed_15", "fixed_5")
    )

    assert 1.1 * best < fifteen
    assert 1.5 * fifteen < five


def test_a_run_that_takes_too_long_is_given_up() -> None:
    """It counts with the time it had, and the request in flight."""
    found = attempt(SERVER, made("fixed_5", SERVER), 400, at_most_s=20.0)

    assert not found.finished
    assert 20.0 <= found.makespan_s < 31.0


def test_batches_that_run_out_of_time_are_sent_again_and_smaller_ones_get_through() -> None:
    """Fifty items of 0.4 s cannot be done in ten seconds: nothing of it counts as done until the batch is cut."""
    heavy = replace(SERVER, item_s=0.4)

    stuck = attempt(heavy, made("fixed_50", heavy), 100, at_most_s=300.0)
    through = attempt(heavy, made("aimd", heavy), 100)

    assert (False, True) == (stuck.finished, through.finished)
    assert stuck.timeouts > 20 > through.timeouts


def test_mixed_updates_come_in_blocks_of_three_kinds() -> None:
    """About 200 of one kind, then another; the other plan has one kind."""

    async def scene() -> tuple[list[str], list[str]]:
        bench = Bench(SERVER)
        return tuple([each.kind.name for each in bench.operations(20_000, mixed=mixed)] for mixed in (True, False))  # type: ignore[return-value]

    mixed, plain = run_virtual(scene())
    changes = sum(one != other for one, other in pairwise(mixed))

    assert set(COSTS) == set(mixed)
    assert 20_000 / 200 * 2 / 3 == pytest.approx(changes, rel=0.3)  # a third of the blocks is of the kind before
    assert {"issue.update"} == set(plain)


def test_a_write_too_soon_is_a_violation() -> None:
    """Two updates at once: the second is sent without the gap after the first."""

    async def scene() -> int:
        bench = Bench(SERVER)
        path, headers = "/repos/octo/widgets/issues/1", {"authorization": "Bearer sim-token"}
        await asyncio.gather(*(bench.sim.handle("PATCH", path, headers, b'{"title": "x"}') for _ in range(2)))
        return bench.outcome(finished=True).violations

    assert 1 == run_virtual(scene())


def test_one_by_one_takes_its_pauses() -> None:
    """A second, the overhead and the item for each, in the mean."""
    found = one_by_one(SERVER, 200)

    assert 200 * (PAUSE_S + 0.2 + 0.2) == pytest.approx(found.makespan_s, rel=0.15)
    assert 0 == found.violations


def test_figures_are_over_all_servers() -> None:
    """Regret of each run against the clairvoyant's on the same server, its mean and standard error."""
    best = [outcome(100.0), outcome(200.0), outcome(100.0)]
    found = row([outcome(110.0, timeouts=1), outcome(240.0), outcome(3_000.0, finished=False, timeouts=4)], best)

    regrets = [0.1, 0.2, 29.0]
    expected = {
        "regret": round(fmean(regrets), 4),
        "se": round(stdev(regrets) / math.sqrt(3), 4),
        "timeouts": 1.67,
        "unfinished": 1,
        "makespan_s": 1116.7,
    }
    assert expected == found


def test_the_clairvoyant_weighs_overhead_against_the_limit() -> None:
    """As many cheap items as are allowed, few dear ones, and never more than fit into the limit."""
    sizes = {item_s: clairvoyant(item_s).size(UPDATE) for item_s in (0.01, 0.05, 0.2, 0.4, 12.0)}

    assert (50, 50, 1) == (sizes[0.01], sizes[0.05], sizes[12.0])
    assert 30 <= sizes[0.2] <= 40  # 0.6 to 0.8 of the limit
    assert 12 <= sizes[0.4] <= 17


def test_the_clairvoyant_sees_a_slow_spell() -> None:
    """Three times slower, a third of the items."""
    slow = replace(CALM, slow_every_s=1e-9, slow_for_s=1e9, slow_factor=(3.0, 3.0))

    usual, careful = (clairvoyant(0.1, weather).size(UPDATE) for weather in (CALM, slow))

    assert 50 == usual
    assert clairvoyant(0.3).size(UPDATE) == pytest.approx(careful, abs=1)


def test_the_clairvoyant_fears_what_spreads() -> None:
    """The more a request's time scatters, the further it stays from the limit."""
    steady, scattered = (clairvoyant(0.3, replace(CALM, request_sigma=sigma)).size(UPDATE) for sigma in (0.05, 0.4))

    assert scattered < 0.8 * steady


def test_aimd_adds_one_and_halves() -> None:
    """Up by one after a full batch, not after a tail; half after a time-out."""
    controller = Aimd()
    sizes = [controller.size(UPDATE)]
    for size in (15, 3):
        controller.answered(UPDATE, size, 2.0)
        sizes.append(controller.size(UPDATE))
    controller.timed_out(UPDATE, 16)

    assert [15, 16, 16, 8] == [*sizes, controller.size(UPDATE)]


def test_the_seed_rule_follows_throughput_errors_and_quota() -> None:
    """Three up, three down, three tenths off; between 5 and 50."""
    controller = SeedRule()
    controller.answered(UPDATE, 15, 3.0)
    faster = controller.size(UPDATE)
    controller.answered(UPDATE, 18, 9.0)
    slower = controller.size(UPDATE)
    controller.timed_out(UPDATE, 15)
    failing = controller.size(UPDATE)
    for _ in range(9):
        controller.timed_out(UPDATE, 10)

    assert (18, 15, 10, 5) == (faster, slower, failing, controller.size(UPDATE))


def test_the_seed_rule_saves_quota() -> None:
    """Less than a fifth left: smaller, however fast it goes."""
    controller = SeedRule()
    controller.quota(0.1)
    controller.answered(UPDATE, 15, 3.0)

    assert 10 == controller.size(UPDATE)


def test_a_fixed_size_is_fixed() -> None:
    """Whatever happens."""
    controller = Fixed(20)
    controller.timed_out(UPDATE, 20)
    controller.failed(1.0)
    controller.recovered()

    assert 20 == controller.size(UPDATE)


def test_an_unknown_controller_is_refused() -> None:
    """With the names that there are."""
    with pytest.raises(SystemExit, match="2"):
        main(["--controllers", "fixed_15,magic"])


def test_regret_prints_one_object_per_controller() -> None:
    """As a file, with the seed's own start, and the clairvoyant first."""
    found = figures("regret.py", "--n", "60", "--seeds", "2", "--start", "7", "--controllers", "fixed_15,rls_cold")

    runs = [on_one_server(seed, ["fixed_15", "rls_cold"], 60, mixed=False) for seed in (7, 8)]
    best = [outcomes[CLAIRVOYANT] for outcomes in runs]
    assert {name: row([outcomes[name] for outcomes in runs], best) for name in found} == found
    assert [CLAIRVOYANT, "fixed_15", "rls_cold"] == list(found)
    assert 0.0 == found[CLAIRVOYANT]["regret"]


def test_a_faster_controller_has_a_factor_above_one() -> None:
    """The adaptive one beside batches of 15, one at a time, and one who knows the server."""
    found = compare(0.05, 0, 400)

    assert 1.1 < found.fixed_15 < found.one_by_one
    assert 0.8 < found.clairvoyant < 1.02
    assert 10 < found.one_by_one


def test_updates_compares_speeds() -> None:
    """As a file: the factor for each time per update, and the three promises."""
    found = figures("updates.py", "--n", "60", "--seeds", "1")

    items = (0.05, 0.10, 0.15, 0.30)
    compared = [compare(item_s, 0, 60) for item_s in items]
    factors = [found[name] for name in ("b005", "b010", "b015", "b030") for name in (f"over_fixed_15_{name}",)]
    assert [round(one.fixed_15, 4) for one in compared] == factors
    assert min(factors) == found["over_fixed_15_least"]
    assert round(fmean(one.clairvoyant for one in compared), 4) == found["of_clairvoyant"]
    assert 3 < found["over_one_by_one_least"] < found["over_one_by_one"]
    assert 0 == found["violations"]
