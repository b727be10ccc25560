"""The simulator served from a thread of its own, so that clients which block can be used as anywhere else."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from tests.sim.graphql_world import HandClock

from github import Auth, Github
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.server import serve

PATIENCE_S = 20.0


def pygithub(simulator: Served, path: str = "", token: str = "sim-token", **options: Any) -> Github:  # noqa: S107
    """A client that neither waits between writes nor repeats by itself."""
    paces = {"retry": None, "seconds_between_requests": 0, "seconds_between_writes": 0}
    return Github(auth=Auth.Token(token), base_url=simulator.url + path, **{**paces, **options})


@dataclass(frozen=True)
class Served:
    """Where it is, and its judge."""

    url: str

    def fail(self, fault: str, on: str = "", times: int = 1) -> None:
        """Let these requests go wrong."""
        self._judge("faults", {"script": [{"fault": fault, "on": on, "times": times}]})

    def act(self, do: str, **more: object) -> None:
        """Let a person do something in the web interface."""
        self._judge("act", {"do": do, **more})

    def stats(self) -> dict[str, Any]:
        """What the simulator counted."""
        return self._judge("stats", None)

    def issue(self, number: int) -> dict[str, Any]:
        """An issue as it is stored."""
        issues: list[dict[str, Any]] = self._judge("state", None)["repositories"]["octo/widgets"]["issues"]
        return next(issue for issue in issues if issue["number"] == number)

    def _judge(self, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data)  # noqa: S310 (loopback)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 (loopback)
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def served(**world: Any) -> Iterator[Served]:
    """
    A fresh simulator that answers at once, on a free port.

    Args:
        world: Arguments of `SimulatedGitHub`.
    """
    ready: SimpleQueue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = SimpleQueue()

    async def run() -> None:
        server = await serve(SimulatedGitHub(clock=HandClock(), latency=Latency.none(), **world))
        ended = asyncio.Event()
        ready.put((server.url, asyncio.get_running_loop(), ended))
        await ended.wait()
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    url, loop, ended = ready.get(timeout=PATIENCE_S)
    try:
        yield Served(url)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(PATIENCE_S)
