"""
What is lost or done twice when the process is killed while answers are lost: nothing, if the promise holds.

    python bench/kill.py [--rounds 50] [--lost-answers 0.05] [--tasks 60] [--seed 0] [--at-once 4] [--json]

Each round is made of real processes on this machine: `penstock simulate --profile lab` serves a simulated GitHub with
windows of seconds, `penstock plan` saves a plan, `penstock apply --yes` begins it and is killed with SIGKILL at a
random moment, and so is the `penstock resume` after it, up to three times in all: between requests, in the middle of
one, in waits, while doubts are looked into. The last `resume` may go on to the end. The given share of all requests is
carried out without an answer that could be read: the connection is cut, a gateway's 502 stands in its place, it ends
in the middle, or it holds no data.

Then the simulator's own state is compared with the tasks, without Penstock. `lost` counts issues, labels, closes,
sub-issue and blocked-by links that are missing; `duplicated` those that are there twice, or more than planned;
`unclean_audits` the rounds in which `penstock audit` disagrees with the plan. `violations` is what the simulator
counted against its limits, `adopted` what a look-up found to be done already. The same seed draws the same moments,
faults and latencies; real time makes no two runs quite alike.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import options, show

from penstock.base.errors import EXIT_FATAL, EXIT_OK, EXIT_USAGE

LOSING = ("cut.after", "502.after", "truncated", "data_null")
"""The simulator's faults that take an answer away from a request that was carried out."""

PARENTS = 4
LABEL = "programme"
KILLS_MAX = 3
LIFE_S = (0.3, 5.0)
"""A process that is to be killed lives this long; reading Python's modules takes the first third of a second."""

PATIENCE_S = 60.0
RESUMES_MAX = 3
REPOSITORY = "octo/widgets"
PROFILE = ("--profile", "lab")
APPLY = ("apply", "tasks.plan", "--yes", *PROFILE)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round showed; see above."""

    lost: int
    duplicated: int
    unclean_audits: int
    violations: int
    kills: int
    adopted: int


def tasks(count: int) -> list[dict[str, Any]]:
    """A tree of three levels in the native format; every fourth leaf is done, every third waits for the one before."""
    found: list[dict[str, Any]] = []
    for number in range(count):
        task: dict[str, Any] = {"key": str(number), "title": f"Task {number}", "labels": [LABEL]}
        if number:
            task["parent"] = "0" if number <= PARENTS else str(1 + number % PARENTS)
        if number > PARENTS + 1 and number % 3 == 0:
            task["depends_on"] = [str(number - 1)]
        if number > PARENTS and number % 4 == 0:
            task["state"] = "completed"
        found.append(task)
    return found


class Bench:
    """One round's directory and server."""

    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._url = url

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of Penstock in the round's directory."""
        return start(self._directory, *arguments)

    def run(self, *arguments: str) -> tuple[int, Any]:
        """Exit code and JSON document of a command."""
        with self.start(*arguments, "--json") as process:
            output, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, json.loads(output) if output.strip() else None

    def plan(self, count: int) -> None:
        """Write the task file and save its plan as `tasks.plan`."""
        (self._directory / "tasks.json").write_text(json.dumps({"graph": "bench", "tasks": tasks(count)}))
        target = ("--repo", REPOSITORY, "--api-url", self._url)
        code, answer = self.run("plan", "tasks.json", "--out", "tasks.plan", *target, *PROFILE)
        if code != EXIT_OK:
            raise SystemExit(f"penstock plan ended with {code}: {answer}")

    def lose(self, share: float) -> None:
        """From now on this share of all answers is lost."""
        self._ask("/_sim/faults", {"rates": dict.fromkeys(LOSING, share / len(LOSING))})

    def asked(self, path: str) -> Any:
        """What the simulator's judge says."""
        return self._ask(path, None)

    def _ask(self, path: str, body: Mapping[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self._url}{path}", data, timeout=PATIENCE_S) as answer:  # noqa: S310 (loopback)
            return json.load(answer)


def start(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command of Penstock, with its files in a directory and nothing of this user's."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(directory),
        "XDG_STATE_HOME": str(directory / "state"),
        "GH_TOKEN": "sim-token",
    }
    command = [str(Path(sys.executable).with_name("penstock")), *arguments]
    with (directory / "messages.txt").open("a") as messages:
        return subprocess.Popen(
            command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=messages, text=True
        )


@contextmanager
def bench(seed: int) -> Iterator[Bench]:
    """A directory and a server for one round."""
    with tempfile.TemporaryDirectory(prefix="penstock-kill-") as name:
        directory = Path(name)
        with start(directory, "simulate", "--profile", "lab", "--port", "0", "--seed", str(seed)) as server:
            try:
                assert server.stdout
                yield Bench(directory, json.loads(server.stdout.readline())["url"])
            finally:
                server.terminate()


def carry_out(world: Bench, random: Random) -> tuple[int, int]:
    """Apply with kills, then resume to the end; returns how many kills there were and what was adopted in all."""
    kills = 0
    command: tuple[str, ...] = APPLY
    for _ in range(random.randint(1, KILLS_MAX)):
        with world.start(*command) as process:
            try:
                process.wait(random.uniform(*LIFE_S))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                kills += 1
        command = _go_on(world)
    for _ in range(RESUMES_MAX):
        code, result = world.run("status")
        if code == EXIT_OK and result["state"] == "finished":
            return kills, world.run("resume", result["run"])[1]["adopted"]  # a finished run only tells how it went
        world.run(*_go_on(world))
    raise SystemExit(f"not finished after {RESUMES_MAX} times penstock resume: {result}")


def _go_on(world: Bench) -> tuple[str, ...]:
    """The command after a kill: a process that died before it began its run leaves nothing to resume."""
    code, _ = world.run("status")
    return APPLY if code in {EXIT_FATAL, EXIT_USAGE} else ("resume",)


def compare(planned: list[dict[str, Any]], stored: Mapping[str, Any]) -> tuple[int, int]:
    """Effects that are missing, and those that are there too often, by the simulator's own state."""
    issues = {issue["number"]: issue for issue in stored["issues"]}
    titles = {number: issue["title"] for number, issue in issues.items()}
    there: Counter[tuple[str, ...]] = Counter()
    for issue in issues.values():
        title = issue["title"]
        there[title,] += 1
        there.update((title, "label", label) for label in issue["labels"])
        there.update((title, "child", titles[child]) for child in issue["sub_issues"])
        there.update((title, "blocked by", titles[blocker]) for blocker in issue["blocked_by"])
        there.update((title, "comment") for _ in issue["comments"])
        if issue["state"].lower() == "closed":
            there[title, "closed"] += 1
    wanted: Counter[tuple[str, ...]] = Counter()
    for task in planned:
        title = task["title"]
        wanted.update([(title,), *((title, "label", label) for label in task["labels"])])
        if "parent" in task:
            wanted[f"Task {task['parent']}", "child", title] += 1
        wanted.update((title, "blocked by", f"Task {key}") for key in task.get("depends_on", ()))
        if task.get("state") == "completed":
            wanted[title, "closed"] += 1
    return (wanted - there).total(), (there - wanted).total()


def play(number: int, *, seed: int, count: int, share: float) -> Round:
    """One round."""
    random = Random(f"{seed}:{number}")
    with bench(random.getrandbits(31)) as world:
        world.plan(count)
        world.lose(share)
        kills, adopted = carry_out(world, random)
        world.lose(0.0)
        lost, duplicated = compare(tasks(count), world.asked("/_sim/state")["repositories"][REPOSITORY])
        audit, _ = world.run("audit", *PROFILE)
        violations = world.asked("/_sim/stats")["violations"]
    return Round(
        lost=lost,
        duplicated=duplicated,
        unclean_audits=int(audit != EXIT_OK),
        violations=violations,
        kills=kills,
        adopted=adopted,
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit 1 when anything was lost, duplicated or not as planned."""
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="[50]")
    parser.add_argument("--lost-answers", type=float, default=0.05, metavar="SHARE", help="of all requests [0.05]")
    parser.add_argument("--tasks", type=int, default=60, help="per round [60]")
    parser.add_argument("--seed", type=int, default=0, help="[0]")
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="rounds at the same time [4]")
    chosen = parser.parse_args(arguments)

    def one(number: int) -> Round:
        began = time.perf_counter()
        found = play(number, seed=chosen.seed, count=chosen.tasks, share=chosen.lost_answers)
        print(f"  round {number}: {found.kills} kills, {time.perf_counter() - began:.1f} s", flush=True)
        return found

    with ThreadPoolExecutor(chosen.at_once) as pool:
        rounds = list(pool.map(one, range(chosen.rounds)))
    total: Counter[str] = Counter()
    for found in rounds:
        total.update(asdict(found))
    show({**total, "rounds": chosen.rounds}, as_json=chosen.as_json)
    return 1 if total["lost"] or total["duplicated"] or total["unclean_audits"] else 0


if __name__ == "__main__":
    sys.exit(main())
