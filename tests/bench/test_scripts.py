"""Every script of `bench/` runs as a file, and ends with one object that holds the figures the README quotes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.makespan import measure

BENCH = Path(__file__).parents[2] / "bench"


def figures(script: str, *arguments: str) -> dict[str, Any]:
    """The last line of a script that must succeed."""
    command = [sys.executable, str(BENCH / script), *arguments, "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_makespan_prints_what_it_measured() -> None:
    """As a file it says what it says in here."""
    expected, _ = measure(25, "documented", 1, mixed=False)

    assert expected == figures("makespan.py", "--n", "25", "--seed", "1")


@pytest.mark.parametrize("profile", ["documented", "observed", "literal", "ghes", "lab"])
@pytest.mark.parametrize("mixed", [False, True])
def test_a_plan_is_timed_under_every_profile(profile: str, mixed: bool) -> None:
    """No limit is violated, no schedule beats the bound, and all of the time has a cause."""
    found, waited = measure(60, profile, 0, mixed=mixed)

    makespan_s, bound_s = float(found["makespan_s"]), float(found["bound_s"])
    assert 0 == found["violations"]
    assert 0 < bound_s <= makespan_s
    assert pytest.approx(makespan_s, abs=0.5) == sum(float(seconds) for seconds in waited.values())


def test_another_seed_is_another_server() -> None:
    """Its items take other times."""
    bounds = {measure(25, "documented", seed, mixed=False)[0]["bound_s"] for seed in (1, 2)}

    assert 2 == len(bounds)


@pytest.mark.slow
def test_a_killed_run_loses_and_doubles_nothing() -> None:
    """One round in small: real processes, kills, lost answers."""
    found = figures("kill.py", "--rounds", "1", "--tasks", "8", "--lost-answers", "0.1")

    expected = {"lost": 0, "duplicated": 0, "unclean_audits": 0, "rounds": 1}
    assert expected == {name: found[name] for name in expected}


def test_scale_compares_a_size_with_its_tenth() -> None:
    """Both sizes are measured in processes of their own."""
    found = figures("scale.py", "--n", "400")

    assert found["operations_of_a_tenth"] < found["operations"]
    assert all(found[name] > 0 for name in ("cpu_us_per_op", "peak_rss_mb", "cpu_growth", "rss_growth"))


def test_planning_is_timed_stage_by_stage() -> None:
    """All tasks are read and planned, and the whole is the sum of its stages."""
    found = figures("plan.py", "--n", "300", "--repeats", "1")

    stages = ("read_s", "plan_new_s", "estimate_new_s", "digest_new_s", "screen_new_s")
    assert 300 == found["tasks"]
    assert 300 < found["dependencies"] < found["operations"]
    assert pytest.approx(sum(found[name] for name in stages), abs=0.005) == found["cpu_new_s"]
    assert found["cpu_s"] == max(found["cpu_new_s"], found["cpu_matching_s"]) > 0 < found["peak_rss_mb"]


def test_a_plan_takes_the_promised_requests() -> None:
    """Whatever the repository holds already."""
    found = figures("reads.py", "--issues", "0", "120")

    assert (20, 22) == (found["promised_0"], found["promised_120"])
    assert 0 < found["requests_0"] < found["requests_120"] <= found["promised_120"]


def test_help_is_timed_beside_the_bare_interpreter() -> None:
    """Its figure is a time of this machine, so only its order is known."""
    found = figures("startup.py")

    assert 0 < found["python_ms"] < found["help_ms"]
