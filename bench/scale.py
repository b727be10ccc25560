"""
What a large run costs this machine: processor time per operation, and memory.

    python bench/scale.py [--n 100000] [--json]

Plans and applies about n operations (creates, closes and links: trees of 500 issues), and a tenth of n for comparison,
each in a process of its own: planner, journal and ledger on disk, scheduler, driver, building and reading GraphQL. The
profile is `ghes`, so that nothing waits for a window. There is no server: a stub answers each request at once with the
smallest valid body, so neither a simulator nor the network is counted; the little the stub does is.

`cpu_us_per_op` is processor time (user and system) from the task graph in memory to the end of the run, divided by the
operations; `peak_rss_mb` is the process's largest resident size, interpreter and imports included. `cpu_growth` and
`rss_growth` compare n operations with the tenth: 1.0 per operation, and 10.0 in all, mean as fast as the work.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import Figures, options, show
from bench._trees import tree

from penstock.api.client import Client
from penstock.api.ports import Ports
from penstock.io.clock import SystemClock
from penstock.io.journal import open_journal
from penstock.io.ledger import SqlLedger
from penstock.io.lock import RepositoryLock
from penstock.model.config import Config
from penstock.model.ports import Reply, Request

TASKS_PER_OPERATION = 500 / 778
"""A whole tree of 500 issues is 778 operations."""

HOST = "https://ghes.example/api/v3"
_LIST = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
_EMPTY_REPOSITORY = {
    "viewer": {"login": "octo", "databaseId": 1, "id": "U_1"},
    "repository": {
        "id": "R_1",
        "databaseId": 1,
        "nameWithOwner": "octo/widgets",
        "viewerPermission": "ADMIN",
        "visibility": "PRIVATE",
        "isArchived": False,
        "hasIssuesEnabled": True,
        "watchers": {"totalCount": 1},
        **dict.fromkeys(("assignableUsers", "issueTypes", "labels", "milestones", "issues"), _LIST),
    },
}


class Stub:
    """A transport without a server: every read finds an empty repository, every mutation succeeds at once."""

    def __init__(self) -> None:
        self._issues = 0

    async def send(self, request: Request, timeout_s: float) -> Reply:  # noqa: ARG002 (answers at once)
        """As `Transport.send`."""
        await asyncio.sleep(0)
        return Reply(200, {}, self._answer(request.body))

    async def close(self) -> None:
        """Nothing to let go of."""

    def _answer(self, body: bytes) -> bytes:
        text = body[: body.index(b'"variables"')]
        if b'"query":"query' in text:
            return json.dumps({"data": _EMPTY_REPOSITORY}).encode()
        creates = b"CreateIssueInput" in text
        fields = (f'"i{i}":{{"issue":{self._issue() if creates else "{}"}}}' for i in range(text.count(b"Input!")))
        return f'{{"data":{{{",".join(fields)}}}}}'.encode()

    def _issue(self) -> str:
        self._issues += 1
        return f'{{"id":"I_{self._issues}","number":{self._issues},"databaseId":{self._issues}}}'


def ports(directory: Path) -> Ports:
    """The stub as server; journal, ledger and lock in files."""
    clock, generator = SystemClock(), Random(0)
    return Ports(
        host=HOST,
        transport=Stub(),
        journal=lambda: open_journal(directory / "journal"),
        ledger=lambda account_id: SqlLedger(directory / "shared", HOST, account_id, clock),
        lock=lambda repository_id: RepositoryLock(directory / "shared", HOST, repository_id),
        clock=clock,
        entropy=generator.randbytes,
        uniform=generator.random,
        process=(0, "bench"),
    )


async def run(n: int, directory: Path) -> Figures:
    """Plan and apply in this process."""
    graph = tree(round(n * TASKS_PER_OPERATION), mixed=True)
    began, began_cpu = time.perf_counter(), time.process_time()
    async with Client("octo/widgets", config=Config(profile="ghes"), ports=ports(directory)) as client:
        plan = await client.plan(graph)
        result = await client.apply(plan)
    cpu_s, wall_s = time.process_time() - began_cpu, time.perf_counter() - began
    if result.succeeded != len(plan.operations):
        raise SystemExit(f"{result.succeeded} of {len(plan.operations)} operations succeeded")
    return {
        "operations": result.total,
        "requests": result.requests,
        "cpu_us_per_op": round(cpu_s * 1e6 / result.total, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _RSS_UNITS_PER_MB, 1),
        "wall_s": round(wall_s, 1),
    }


_RSS_UNITS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


def measure(n: int) -> dict[str, float]:
    """Figures of one size, from a process of its own."""
    command = [sys.executable, __file__, "--n", str(n), "--here"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="operations [100000]")
    parser.add_argument("--here", action="store_true", help="in this process, and without the tenth")
    chosen = parser.parse_args(arguments)
    if chosen.here:
        with tempfile.TemporaryDirectory(prefix="penstock-scale-") as directory:
            show(asyncio.run(run(chosen.n, Path(directory))), as_json=True)
        return 0

    tenth, whole = measure(chosen.n // 10), measure(chosen.n)
    compared = {f"{name}_of_a_tenth": tenth[name] for name in ("operations", "cpu_us_per_op", "peak_rss_mb")}
    growth = {
        "cpu_growth": round(whole["cpu_us_per_op"] / tenth["cpu_us_per_op"], 3),
        "rss_growth": round(whole["peak_rss_mb"] / tenth["peak_rss_mb"], 3),
    }
    show({**whole, **compared, **growth}, as_json=chosen.as_json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
