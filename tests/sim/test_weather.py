"""Good and bad hours of the server: what they are like, and what they depend on."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from statistics import fmean, pstdev
from typing import Any

import pytest
from tests.sim.door import Door, behind_the_door

from penstock.sim.latency import Latency, LatencyStream, Pace
from penstock.sim.weather import STEP_S, Weather, WeatherStream

BEGAN_AT = 1_800_000_000.0
CALM = Weather(drift_sd=0.0, slow_every_s=math.inf, request_sigma=0.0, spike_chance=0.0, outage_every_s=math.inf)
SECOND = Latency(means_s={}, other_s=1.0, sigma=0.0, tail_chance=0.0, request_s=0.5, rtt_s=0.1, lag_mean_s=0.0)
MONTH_S = 30 * 86_400.0


def stream(seed: int = 1, **parts: Any) -> WeatherStream:
    """A weather of which only the given parts are not calm."""
    return WeatherStream(replace(CALM, **parts), seed, BEGAN_AT)


def instants(step_s: float, until_s: float = MONTH_S) -> list[float]:
    """Regular instants from the beginning."""
    return [BEGAN_AT + n * step_s for n in range(int(until_s / step_s))]


def test_it_is_off_by_default() -> None:
    """Every request has the same pace and none is lost, whatever the seed and the time."""
    plain = LatencyStream(Latency(), seed=3, began_at=BEGAN_AT)

    paces = {plain.pace(now, writes=True) for now in instants(3_600)}

    assert {Pace(Latency().request_s, 1.0)} == paces
    assert not any(plain.fails(now) for now in instants(60))


def test_a_calm_weather_is_none() -> None:
    """Each part can be switched off by itself."""
    calm = LatencyStream(Latency(weather=CALM), seed=3, began_at=BEGAN_AT)

    assert {Pace(Latency().request_s, 1.0)} == {calm.pace(now, writes=False) for now in instants(3_600)}
    assert not any(calm.fails(now) for now in instants(60))


def test_the_drift_wanders_by_a_quarter_and_forgets_in_half_an_hour() -> None:
    """Deviation of the logarithm 0.25 around 0; half an hour apart two values are correlated by 1/e."""
    weather = stream(drift_sd=0.25)
    logs = [math.log(weather.drift(now)) for now in instants(STEP_S, 2 * MONTH_S)]
    lag = int(1_800 / STEP_S)
    products = (a * b for a, b in zip(logs, logs[lag:], strict=False))

    assert 0.0 == pytest.approx(fmean(logs), abs=0.02)
    assert 0.25 == pytest.approx(pstdev(logs), rel=0.05)
    assert math.exp(-1) == pytest.approx(fmean(products) / fmean(x * x for x in logs), abs=0.06)
    assert 0.0 == logs[0]


def test_slow_spells_come_every_forty_minutes_and_stay_for_four() -> None:
    """Everything takes 1.5 to 4 times as long in one, by one factor from its beginning to its end."""
    weather = stream(slow_every_s=2_400.0)
    found = [weather.slowness(now) for now in instants(5)]
    runs = [(factor, 5 * len(list(run))) for factor, run in itertools.groupby(found)]
    slow = [(factor, length_s) for factor, length_s in runs if factor != 1.0]

    assert MONTH_S / 2_640 == pytest.approx(len(slow), rel=0.1)
    assert 240 == pytest.approx(fmean(length_s for _, length_s in slow), rel=0.1)
    assert all(1.5 <= factor <= 4.0 for factor, _ in slow)
    assert 2.75 == pytest.approx(fmean(factor for factor, _ in slow), rel=0.05)


def test_outages_last_20_to_60_seconds_and_fail_nine_requests_in_ten() -> None:
    """Every 2.8 hours; between them nothing is lost."""
    weather = stream(outage_every_s=10_080.0)
    found = [(weather.is_out(now), weather.fails(now)) for now in instants(5)]
    lengths = [5 * len(list(run)) for is_out, run in itertools.groupby(is_out for is_out, _ in found) if is_out]

    assert MONTH_S / 10_120 == pytest.approx(len(lengths), rel=0.2)
    assert all(15 <= length_s <= 65 for length_s in lengths)
    assert 0.9 == pytest.approx(fmean(fails for is_out, fails in found if is_out), abs=0.02)
    assert not any(fails for is_out, fails in found if not is_out)


def test_luck_has_mean_one_and_a_spike_in_a_hundred() -> None:
    """A lognormal factor of spread 0.18, and 2 s more in the mean for the request that is held up."""
    weather = stream(request_sigma=0.18, spike_chance=0.01)
    drawn = [weather.luck(writes=True) for _ in range(50_000)]
    spikes = [held_s for _, held_s in drawn if held_s]

    assert 1.0 == pytest.approx(fmean(factor for factor, _ in drawn), abs=0.005)
    assert 0.18 == pytest.approx(pstdev(math.log(factor) for factor, _ in drawn), rel=0.02)
    assert 0.01 == pytest.approx(len(spikes) / len(drawn), rel=0.15)
    assert 2.0 == pytest.approx(fmean(spikes), rel=0.15)


def test_the_weather_depends_on_the_instant_alone() -> None:
    """Asked at other instants, in another order and with requests between, it is the same."""
    one, other = (WeatherStream(Weather(), 7, BEGAN_AT) for _ in range(2))
    asked = instants(97, 86_400)

    expected = [(one.drift(now), one.slowness(now), one.is_out(now)) for now in asked]
    backwards = []
    for now in reversed(asked):
        other.luck(writes=True)
        other.fails(now + 5)
        backwards.append((other.drift(now), other.slowness(now), other.is_out(now)))

    assert expected == backwards[::-1]


def test_the_nth_write_has_the_same_luck_however_many_reads_go_between() -> None:
    """Two clients of which one looks more often are struck alike."""
    one, other = (WeatherStream(Weather(), 7, BEGAN_AT) for _ in range(2))
    expected = [one.luck(writes=True) for _ in range(200)]

    actual = []
    for n in range(200):
        for _ in range(n % 3):
            other.luck(writes=False)
        actual.append(other.luck(writes=True))

    assert expected == actual


def test_another_seed_is_another_weather() -> None:
    """In all of its parts."""
    one, other = (WeatherStream(Weather(), seed, BEGAN_AT) for seed in (1, 2))
    asked = instants(60, 10 * 86_400)

    assert [one.drift(now) for now in asked] != [other.drift(now) for now in asked]
    assert [one.slowness(now) for now in asked] != [other.slowness(now) for now in asked]
    assert [one.is_out(now) for now in asked] != [other.is_out(now) for now in asked]
    assert one.luck(writes=True) != other.luck(writes=True)


def test_drift_makes_items_dearer_and_a_slow_spell_the_whole_request() -> None:
    """The overhead of a request does not drift."""
    slow = Weather(slow_every_s=1e-6, slow_for_s=1e9, slow_factor=(3.0, 3.0), request_sigma=0.0, spike_chance=0.0)
    latency = LatencyStream(replace(SECOND, weather=slow), seed=1, began_at=BEGAN_AT)
    now = BEGAN_AT + 7_200
    drift = WeatherStream(slow, 1, BEGAN_AT).drift(now)

    assert drift != 1.0
    assert Pace(1.5, 3.0 * drift) == latency.pace(now, writes=True)


async def titles(door: Door, *batches: int) -> list[float]:
    """Create issues in batches; when each came to be, after the beginning of its request."""
    took: list[float] = []
    for size in batches:
        sent_at = door.github.clock.now()
        await door.mutate(*["x"] * size)
        repository = door.github.state.repository("octo", "widgets")
        assert repository is not None
        took += [issue.created_at - sent_at for issue in repository.issues[-size:]]
    return took


def test_a_slow_server_is_slow_at_the_door() -> None:
    """Half the way, three times the overhead, three times each item."""
    slow = replace(CALM, slow_every_s=1e-9, slow_for_s=1e12, slow_factor=(3.0, 3.0))

    async def scenario(door: Door) -> list[float]:
        await door.sleep(1)
        return await titles(door, 2)

    assert [4.55, 7.55] == pytest.approx(behind_the_door(scenario, latency=replace(SECOND, weather=slow)))


def test_a_spike_beyond_the_limit_fails_before_anything_is_done() -> None:
    """After ten seconds, as any request that takes too long."""
    stormy = replace(CALM, spike_chance=1.0, spike_s=1e9)

    async def scenario(door: Door) -> tuple[float, dict[str, Any]]:
        began_at = door.github.clock.now()
        await door.mutate("x")
        return door.github.clock.now() - began_at, door.github.stats()

    took_s, stats = behind_the_door(scenario, latency=replace(SECOND, weather=stormy))

    assert 10.1 == pytest.approx(took_s)
    assert (0, {"timeout": 1}) == (stats["issues"], stats["refusals"])


def test_an_outage_answers_502_at_once_and_nothing_is_done() -> None:
    """The judge counts what was lost to it; it is no violation."""
    out = replace(CALM, outage_every_s=1e-9, outage_s=(1e9, 1e9), outage_share=1.0)

    async def scenario(door: Door) -> tuple[int, float, dict[str, Any]]:
        await door.sleep(1)
        began_at = door.github.clock.now()
        status = (await door.mutate("x")).status
        return status, door.github.clock.now() - began_at, door.github.stats()

    status, took_s, stats = behind_the_door(scenario, latency=replace(SECOND, weather=out))

    assert 502 == status
    assert 0.1 == pytest.approx(took_s)
    assert (0, {"outage": 1}, 0) == (stats["issues"], stats["refusals"], stats["violations"])


def test_the_same_seed_has_the_same_weather_at_the_door() -> None:
    """Another one has not."""
    latency = replace(SECOND, weather=Weather(request_sigma=0.5))

    async def scenario(door: Door) -> list[float]:
        return await titles(door, 1, 3, 2)

    found = [behind_the_door(scenario, latency=latency, seed=seed) for seed in (5, 5, 6)]

    assert found[0] == found[1]
    assert found[0] != found[2]
