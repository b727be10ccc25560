"""
Carry out docs/tutorial.md: run each command that stands in it, in order, and put what it showed below it.

    python tools/tutorial.py            write the screens anew
    python tools/tutorial.py --check    run everything, fail where an exit code or a steady screen differs

A `console` block is one command after `$ ` and its screen. Words behind `console` say how it is run:

    exit=N       the exit code it must have, 0 unless given
    types=TEXT   what the reader types when asked
    kill=N       the process is killed with signal 9 once N operations stand in the repository
    varies       the screen differs from run to run; its exit code is all that is checked

A block with `file=NAME` behind its language is saved as the file NAME, and what an `sh` block exports holds from there
on. The simulator is served beside, as the tutorial tells its reader to do.
"""

from __future__ import annotations

import argparse
import difflib
import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
COLUMNS, ROWS = 92, 40
PATIENCE_S = 120.0
PROMPT = "(yes/no)"
URL = "http://127.0.0.1:18765"
"""Where the tutorial tells its reader to serve the simulator; here it takes a free port."""

_BLOCK = re.compile(r"^```(?P<language>\w+)(?P<words>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_ESCAPE = re.compile(r"\x1b\[(?P<numbers>[\d;?]*)(?P<letter>[A-Za-z])")
_UNSTEADY = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b|\b[0-9a-f]{12}…|\d[\d,.:]*")


class Step(NamedTuple):
    """
    A command of the tutorial.

    Attributes:
        screen: What the document shows below it.
    """

    command: str
    screen: str
    code: int
    types: str
    kill_at: int
    varies: bool


class Terminal:
    """The little of a terminal that Penstock draws with: lines, carriage return, cursor up, erase."""

    def __init__(self) -> None:
        self._lines = [""]
        self._row = self._column = 0

    def feed(self, text: str) -> None:
        """Take in output."""
        place = 0
        for escape in _ESCAPE.finditer(text):
            self._write(text[place : escape.start()])
            place = escape.end()
            if escape["letter"] == "A":
                self._row = max(0, self._row - int(escape["numbers"] or 1))
            elif escape["letter"] in "KJ":
                self._lines[self._row] = self._lines[self._row][: self._column]
            if escape["letter"] == "J":
                del self._lines[self._row + 1 :]
        self._write(text[place:])

    def _write(self, text: str) -> None:
        for part in re.split(r"([\r\n])", text):
            if part == "\n":
                self._row += 1
                self._lines.extend([""] * (self._row + 1 - len(self._lines)))
            elif part == "\r":
                self._column = 0
            elif part:
                line = self._lines[self._row].ljust(self._column)
                self._lines[self._row] = line[: self._column] + part + line[self._column + len(part) :]
                self._column += len(part)

    def shown(self) -> str:
        """All lines, without blanks at their ends."""
        return "\n".join(line.rstrip() for line in self._lines).strip("\n")


class Stage:
    """A directory and a simulated GitHub for one reading of the tutorial."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._simulator = subprocess.Popen(
            [str(_command()), "simulate", "--profile", "lab", "--quiet"], stdout=subprocess.PIPE, text=True
        )
        hello = json.loads(self._simulator.stdout.readline() if self._simulator.stdout else "{}")
        self._url = hello["url"]
        self._environ = {
            "PATH": f"{_command().parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "NO_COLOR": "1",
        }

    def export(self, words: str) -> None:
        """Set variables, `NAME=VALUE NAME=VALUE`, for the commands that follow."""
        for word in shlex.split(words.replace(URL, self._url)):
            name, _, value = word.partition("=")
            self._environ[name] = value

    def close(self) -> None:
        """Stop the simulator."""
        self._simulator.send_signal(signal.SIGINT)
        self._simulator.wait(PATIENCE_S)

    def play(self, step: Step) -> tuple[int, str]:
        """Run a command on a terminal of its own. Returns its exit code (128 + signal) and its screen."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        process = subprocess.Popen(
            shlex.split(step.command),
            cwd=self.directory,
            env=self._environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        terminal = Terminal()
        unsaid = step.types
        for text in _output(ours):
            terminal.feed(text)
            if unsaid and terminal.shown().endswith(PROMPT):
                os.write(ours, f"{unsaid}\n".encode())
                unsaid = ""
            if step.kill_at and self._standing() >= step.kill_at:
                process.kill()
        os.close(ours)
        code = process.wait(PATIENCE_S)
        return code if code >= 0 else 128 - code, terminal.shown().replace(self._url, URL)

    def _standing(self) -> int:
        with urllib.request.urlopen(f"{self._url}/_sim/stats") as answer:  # noqa: S310 (loopback)
            stats: dict[str, Any] = json.load(answer)
        return int(stats["issues"])


def _output(terminal: int) -> Iterator[str]:
    until = time.monotonic() + PATIENCE_S
    pending = b""
    while time.monotonic() < until:
        try:
            found = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            return
        if not found:
            return
        text, pending = _whole(pending + found)
        yield text
    raise TimeoutError("a command of the tutorial does not end")


def _whole(data: bytes) -> tuple[str, bytes]:
    """As much as is whole characters and whole escapes, and the rest."""
    cut = data.rfind(b"\x1b")
    if cut >= 0 and not _ESCAPE.match(data[cut:].decode(errors="ignore")):
        data, rest = data[:cut], data[cut:]
    else:
        rest = b""
    try:
        return data.decode(), rest
    except UnicodeDecodeError as error:
        return data[: error.start].decode(), data[error.start :] + rest


def _command() -> Path:
    return Path(sys.executable).with_name("penstock")


def step_of(how: Mapping[str, str], body: str) -> Step:
    """A console block as a step."""
    first, _, screen = body.partition("\n")
    return Step(
        command=first.removeprefix("$ "),
        screen=screen.rstrip("\n"),
        code=int(how.get("exit", 0)),
        types=how.get("types", ""),
        kill_at=int(how.get("kill", 0)),
        varies="varies" in how,
    )


def steady(screen: str) -> str:
    """A screen without what differs from run to run: numbers, ids, digests, and where lines break."""
    return _UNSTEADY.sub("0", " ".join(screen.split()))


def carry_out(text: str) -> tuple[str, list[str]]:
    """
    Run the tutorial.

    Returns:
        The text with the screens as they are now, and what was not as the text says.
    """
    problems: list[str] = []
    parts: list[str] = []
    place = 0
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(Path(directory))
        try:
            for block in _BLOCK.finditer(text):
                parts.append(text[place : block.start()])
                place = block.end()
                parts.append(_carried_out(stage, block, problems))
        finally:
            stage.close()
    return "".join([*parts, text[place:]]), problems


def _carried_out(stage: Stage, block: re.Match[str], problems: list[str]) -> str:
    how = dict(word.partition("=")[::2] for word in block["words"].split())
    if "file" in how:
        (stage.directory / how["file"]).write_text(block["body"], encoding="utf-8")
    if block["language"] == "sh":
        for words in re.findall(r"^export (.*)$", block["body"], re.MULTILINE):
            stage.export(words)
    if block["language"] != "console":
        return block[0]
    step = step_of(how, block["body"])
    code, screen = stage.play(step)
    if code != step.code:
        problems.append(f"$ {step.command}\nexits with {code}, not with {step.code}:\n{screen}")
    elif not step.varies and steady(screen) != steady(step.screen):
        change = difflib.unified_diff(step.screen.splitlines(), screen.splitlines(), "document", "now", lineterm="")
        problems.append(f"$ {step.command}\n" + "\n".join(change))
    return "\n".join([f"```console{block['words']}", f"$ {step.command}", *screen.splitlines(), "```"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; the exit code is 1 where a check fails."""
    parser = argparse.ArgumentParser(description="Carry out docs/tutorial.md.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    text = TUTORIAL.read_text(encoding="utf-8")
    now, problems = carry_out(text)
    if check:
        print("\n\n".join(problems) or f"{TUTORIAL.name} says what happens")
        return bool(problems)
    TUTORIAL.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
