"""The command as a real process: pipes, terminals, signals."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

COMMAND = str(Path(sys.executable).with_name("penstock"))
PATIENCE_S = 60.0


class Simulator:
    """`penstock simulate` as a process."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [COMMAND, "simulate", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.hello: dict[str, str] = json.loads(self._process.stdout.readline())
        self.url = self.hello["url"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        assert 0 == self._process.wait(PATIENCE_S)

    def reset(self) -> None:
        """An empty world."""
        self._post("/_sim/reset", {})

    def fail(self, fault: str, on: str, times: int, **more: object) -> None:
        """Let these requests go wrong."""
        self._post("/_sim/faults", {"script": [{"fault": fault, "on": on, "times": times}], **more})

    def act(self, do: str, **more: object) -> None:
        """Let a person do something in the web interface."""
        self._post("/_sim/act", {"do": do, **more})

    def stats(self) -> dict[str, Any]:
        """What the simulator counted."""
        with urllib.request.urlopen(f"{self.url}/_sim/stats") as answer:  # noqa: S310 (loopback)
            found: dict[str, Any] = json.load(answer)
        return found

    def _post(self, path: str, body: Mapping[str, object]) -> None:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), method="POST")  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310


class Done:
    """A command that has ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def document(self) -> dict[str, Any]:
        """stdout, which holds one JSON document and nothing else."""
        found: dict[str, Any] = json.loads(self.out)
        return found


class Shell:
    """A directory, and a simulated GitHub to talk to."""

    def __init__(self, directory: Path, simulator: Simulator) -> None:
        self.directory = directory
        self.simulator = simulator
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "XDG_STATE_HOME": str(directory / "state"),
            "GH_TOKEN": simulator.hello["token"],
            "PENSTOCK_API_URL": simulator.url,
            "LANG": "C.UTF-8",
            "TERM": "xterm",
        } | {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}

    def write(self, name: str, text: str) -> str:
        """Put a file into the directory."""
        (self.directory / name).write_text(text, encoding="utf-8")
        return name

    def run(self, *arguments: str, answer: str | None = None, **environ: str) -> Done:
        """Run a command to its end, without a terminal."""
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.directory,
            env=self.environ | environ,
            input=answer,
            stdin=subprocess.DEVNULL if answer is None else None,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command without a terminal."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def terminal(self, *arguments: str, **environ: str) -> Terminal:
        """Start a command on a terminal of 80 columns."""
        return Terminal(
            [COMMAND, *arguments], self.directory, self.environ | {"COLUMNS": "80", "NO_COLOR": "1"} | environ
        )


class Terminal:
    """A command on a pseudo-terminal: stdin, stdout and stderr are the same one."""

    def __init__(self, command: list[str], directory: Path, environ: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command, cwd=directory, env=environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Read until the text has been shown."""
        until = time.monotonic() + PATIENCE_S
        while text not in self.seen and self._read():
            assert time.monotonic() < until, self.seen
        assert text in self.seen, self.seen

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._ours, text.encode())

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, as a terminal does for Ctrl-C."""
        self._process.send_signal(number)

    def end(self, *, impatient: bool = False) -> int:
        """Read until the command has ended, with Ctrl-C all the while for the impatient, and return its exit code."""
        while impatient and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(PATIENCE_S)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE_S)
        try:
            found = os.read(self._ours, 65_536) if ready else b""
        except OSError:  # the other end is closed
            return False
        self.seen += found.decode(errors="replace")
        return bool(found)
