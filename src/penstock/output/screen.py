"""
Where things are shown: results on stdout, everything else on stderr, and with `--json` one document on stdout alone.

Whether the terminal may be drawn on is decided here and nowhere else: FORCE_COLOR, which CI systems set, asks for
colour and not for motion.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import click

from penstock.output.ink import Ink

_ASCII = str.maketrans({"…": "...", "→": "->", "←": "<-", "·": "|", "×": "x", "≥": ">=", "–": "-"})


class Screen:
    """
    Both streams of a command.

    Args:
        color: `auto`, `always` or `never`.
        as_json: stdout takes one JSON document and nothing else.
        quiet: stderr takes errors alone, stdout nothing but a document.
        verbose: Lists are shown whole.

    Attributes:
        ink, note_ink: For stdout and for stderr.
        live: stderr may be drawn on again and again.
        width, note_width: Columns of the terminal behind each; 0 when it is none.
    """

    def __init__(
        self,
        *,
        color: str = "auto",
        as_json: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.ink = Ink(wants_color(color, environ, sys.stdout))
        self.note_ink = Ink(wants_color(color, environ, sys.stderr))
        self.live = may_move(environ, sys.stderr) and not quiet
        self.note_width = shutil.get_terminal_size().columns if sys.stderr.isatty() else 0
        self.width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0

    def result(self, lines: Iterable[str]) -> None:
        """What was asked for, as text."""
        if not self.as_json and not self.quiet:
            _write(lines, sys.stdout, self.ink)

    def document(self, value: Mapping[str, Any]) -> None:
        """What was asked for, as JSON on one line."""
        if self.as_json:
            click.echo(json.dumps(value))

    def note(self, *lines: str) -> None:
        """What is good to know on the way. That nobody listens any more is no reason to end a run."""
        if not self.quiet:
            try:
                _write(lines, sys.stderr, self.note_ink)
            except BrokenPipeError:
                mute(sys.stderr)

    def problem(self, lines: Iterable[str]) -> None:
        """What must be known."""
        _write(lines, sys.stderr, self.note_ink)


def mute(stream: TextIO) -> None:
    """Nobody reads the stream any more: what it holds and what is yet to come goes nowhere, without complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def wants_color(choice: str, environ: Mapping[str, str], stream: TextIO) -> bool:
    """
    Whether a stream takes colour: the option, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal.

    Source: https://no-color.org, https://force-color.org
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def may_move(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Whether lines may be drawn over: a terminal that can, and nobody collecting what it shows."""
    return stream.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI")


def fitting(text: str, encoding: str) -> str:
    """The text in characters that the stream's encoding has."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text


def _write(lines: Iterable[str], stream: TextIO, ink: Ink) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for line in lines:
        click.echo(fitting(line, encoding), file=stream, color=ink.color)
