"""`python -m penstock.verify`."""

from __future__ import annotations

import json

from click.testing import CliRunner

from penstock.verify.__main__ import main
from penstock.verify.scenario import scenario
from penstock.verify.trace import Ended
from penstock.verify.world import play


def test_exploring_ends_with_figures() -> None:
    """The last line is one object."""
    done = CliRunner().invoke(main, ["--seeds", "2", "--start", "3", "--json"])

    figures = json.loads(done.stdout.splitlines()[-1])

    assert done.exit_code == 0
    assert (figures["seeds"], figures["violations"], figures["failing"]) == (2, 0, [])
    assert figures["virtual_hours"] >= 0


def test_a_replay_tells_the_story() -> None:
    """Requests, answers, commits, deaths and restarts, in order of time, and a verdict."""
    deadly = next(seed for seed in range(100) if _crashes(seed))
    done = CliRunner().invoke(main, ["--seed", str(deadly)])

    lines = done.stdout.splitlines()
    times = [float(line.split()[0]) for line in lines[1:] if "  life " in line]

    assert done.exit_code == 0
    assert lines[0].startswith(f"seed {deadly}: server ")
    assert times == sorted(times)
    assert lines[-1] == "no violation"
    for word in ("a process starts", "→ ", "← ", "journal 1: Started", "intent 1 effect", "crashed: "):
        assert any(word in line for line in lines), word


def _crashes(seed: int) -> bool:
    return any(ended.how == "crashed" for ended in play(scenario(seed)).trace.of(Ended))
