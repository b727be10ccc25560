"""`docs/simulator.md` says what is there, and its programs run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sim.served import served

from penstock.sim.faults import ITEM_FAULTS, REQUEST_FAULTS
from penstock.sim.github import SimulatedGitHub
from penstock.sim.judge import Judge
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SAID = ("['Child']", "{'viewer': {'login': 'octo'}}")
"""What each of them prints."""


@pytest.mark.parametrize(("program", "said"), list(zip(PROGRAMS, SAID, strict=True)))
def test_its_programs_run(program: str, said: str) -> None:
    """As they stand there, but for the port."""
    with served(profile="documented") as simulator:
        text = program.replace("http://127.0.0.1:8080", simulator.url)
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)

    assert (said, "") == (done.stdout.strip(), done.stderr)


def test_it_names_every_fault_and_no_other() -> None:
    """In the table of faults."""
    table = PAGE.partition("| fault |")[2]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]

    assert {*REQUEST_FAULTS, *ITEM_FAULTS} == set(re.findall(r"`([\w.]+)`", " ".join(rows)))


def test_it_names_every_path_of_the_judge_and_no_other() -> None:
    """An unknown path is answered with those that exist."""

    async def paths() -> str:
        judge = Judge(SimulatedGitHub(clock=LoopClock(), latency=Latency.none()))
        return judge.answer("GET", "/_sim/nothing", b"").body.decode()

    there = set(re.findall(r"(?:GET|POST) /_sim/\w+", run_virtual(paths()))) - {"GET /_sim/nothing"}

    assert there == set(re.findall(r"^\| `((?:GET|POST) /_sim/\w+)` \|", PAGE, re.MULTILINE))
