"""Every promise in a hundred bad worlds, and in one good world with a death at every single step."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.verify.worlds import death, phase, world

from penstock.verify.checkers import judge
from penstock.verify.explore import explore
from penstock.verify.trace import Ended
from penstock.verify.world import play

SEEDS_PER_TEST = 10
PLACES = {
    *("before a request", "in the middle of a request", "behind a request"),
    *("before a run is stored", "behind a stored run", "before a claim", "behind a claim"),
    *("before a commit", "behind a commit"),
    *("before a ledger transaction", "inside a ledger transaction", "behind a ledger transaction"),
}


@pytest.mark.parametrize("first", range(0, 80, SEEDS_PER_TEST))
def test_no_promise_is_broken(first: int) -> None:
    """Whatever plan, server, faults and deaths a seed draws: all judges are content."""
    verdicts = explore(range(first, first + SEEDS_PER_TEST))

    broken = {verdict.seed: verdict.violations for verdict in verdicts if verdict.violations}

    assert broken == {}


@pytest.mark.parametrize(
    ("server", "transport", "native_links", "stride"),
    [("documented", "graphql", True, 1), ("ghes", "rest", True, 3), ("ghes", "graphql", False, 3)],
)
def test_a_death_at_every_step(server: str, transport: str, native_links: bool, stride: int) -> None:
    """Between any two steps of journal, ledger and network the process may die: each one, or every third, is tried."""
    broken, places, step = {}, set(), 0
    while True:
        step += stride
        crash = death(step, flight_s=0.3, down_s=2.0)
        mortal = phase(crashes=(crash,), native_links=native_links)
        history = play(world(mortal, server=server, client=server, transport=transport))
        died = [ended.why for ended in history.trace.of(Ended) if ended.how == "crashed"]
        places.update(died)
        if violations := judge(history):
            broken[step] = violations
        if not died:
            break

    assert broken == {}
    assert step > 50
    assert places == PLACES if stride == 1 else places <= PLACES


def test_a_seed_is_one_story() -> None:
    """The same seed gives the same events, requests and answers, whatever the interpreter hashes strings to."""
    stories = set()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "penstock.verify", "--seed", "4"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        stories.add(done.stdout)

    assert len(stories) == 1
    assert "digest" in stories.pop()
