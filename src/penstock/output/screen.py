"""
Where things are shown: results on stdout, everything else on stderr, and with `--json` one document on stdout alone,
with `--json-stream` lines of JSON. A command says everything once; each of its readers gets it in a form of their own.

Whether the terminal may be drawn on is decided here and nowhere else: FORCE_COLOR, which CI systems set, asks for
colour and not for motion.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from penstock.base.errors import EXIT_CHANGES, EXIT_OK, UsageError
from penstock.output.ink import Ink

if TYPE_CHECKING:
    from penstock.output.actions import Actions, Place, Step
    from penstock.output.lines import JsonLines
    from penstock.output.stream import Diagnostic, Line

_ASCII = str.maketrans(
    {"…": "...", "→": "->", "←": "<-", "·": "|", "×": "x", "≥": ">=", "–": "-"}
    | dict(zip("━╸─█░╭╮╰╯│", "=--#.++++|", strict=True))
)


class Screen:
    """
    Both streams of a command.

    Args:
        color: `auto`, `always` or `never`.
        as_json: stdout takes one JSON document and nothing else.
        json_stream: stdout takes lines of JSON and nothing else.
        quiet: stderr takes errors alone, stdout nothing but JSON.
        verbose: Lists are shown whole.

    Attributes:
        ink, note_ink: For stdout and for stderr.
        live: stderr may be drawn on again and again.

    Raises:
        UsageError: Both forms of JSON are asked for.
    """

    def __init__(
        self,
        *,
        color: str = "auto",
        as_json: bool = False,
        json_stream: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        if as_json and json_stream:
            raise UsageError("--json and --json-stream exclude each other", hint="choose one document or a stream")
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.ink = Ink(wants_color(color, environ, sys.stdout))
        self.note_ink = Ink(wants_color(color, environ, sys.stderr))
        self.live = may_move(environ, sys.stderr) and not quiet
        self._actions = self._runner(environ) if environ.get("GITHUB_ACTIONS") == "true" else None
        self._stream = self._lines() if json_stream else None

    @property
    def width(self) -> int:
        """Columns of the terminal behind stdout as it is now; 0 when it is none."""
        return terminal_size(sys.stdout)[0] if sys.stdout.isatty() else 0

    @property
    def note_width(self) -> int:
        """The same of stderr."""
        return terminal_size(sys.stderr)[0] if sys.stderr.isatty() else 0

    def result(self, lines: Iterable[str], code: int = EXIT_OK) -> None:
        """
        What was asked for, as text.

        Args:
            code: The exit code. One that tells of a failure is explained however quiet it shall be, unless JSON does.
        """
        if self.as_json or self._stream:
            return
        if not self.quiet:
            _write(self._defused(lines), sys.stdout, self.ink)
        elif code not in {EXIT_OK, EXIT_CHANGES}:
            self.problem(lines)

    def document(self, value: Mapping[str, Any]) -> None:
        """What was asked for, as JSON on one line; the last line of a stream."""
        if self._stream:
            from penstock.output.stream import Finished, Stopped

            ending = Stopped if value.get("state") in {"stopped", "interrupted"} else Finished
            self._stream.write([ending(dict(value))])
        else:
            self.error(value)

    def error(self, value: Mapping[str, Any]) -> None:
        """What went wrong, as JSON on one line; a stream has it as a diagnostic."""
        if self.as_json:
            text = json.dumps(value)
            click.echo(text.replace("##[", "##\\u005b") if self._actions else text)

    def note(self, *lines: str) -> None:
        """What is good to know on the way."""
        if not self.quiet:
            self.problem(lines)

    def problem(self, lines: Iterable[str]) -> None:
        """What must be known."""
        self._say(self._defused(lines))

    def tell(self, lines: Iterable[Line]) -> None:
        """What happens, for those who read the stream. A generator is not run for anybody else."""
        if self._stream:
            self._stream.write(lines)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        """What text says on `problem` or in the result, for the stream and as annotations; generators as in `tell`."""
        if self._stream or self._actions:
            told = list(diagnostics)
            self.tell(told)
            if self._actions:
                self._actions.annotate(told)

    def group(self, title: str) -> AbstractContextManager[None]:
        """Where GitHub Actions shows them, notes written meanwhile are folded below a title."""
        return self._actions.group(title) if self._actions else nullcontext()

    def fold(self, title: str, make: Callable[[], Sequence[str]]) -> None:
        """A long list, where GitHub Actions can fold it away; elsewhere nobody wants it."""
        if self._actions and not self.quiet:
            with self.group(title):
                self.note(*make())

    def leave(self, make: Callable[[Place], Step]) -> None:
        """What stays on the page of the step, where GitHub Actions runs it."""
        if self._actions:
            self._actions.leave(make(self._actions.place))

    @property
    def streams(self) -> bool:
        """Somebody reads a stream."""
        return self._stream is not None and not self._stream.gone

    def _lines(self) -> JsonLines:
        from penstock.output.lines import JsonLines

        return JsonLines(
            sys.stdout, lambda why: self.problem([f"warning: the stream ends here: {why}; the command goes on"])
        )

    def _runner(self, environ: Mapping[str, str]) -> Actions:
        from penstock.output.actions import Actions

        return Actions(environ, self._say, quiet=self.quiet)

    def _say(self, lines: Iterable[str]) -> None:
        """On stderr. That nobody listens any more is no reason to end a run."""
        try:
            _write(lines, sys.stderr, self.note_ink)
        except BrokenPipeError:
            mute(sys.stderr)

    def _defused(self, lines: Iterable[str]) -> Iterable[str]:
        """Where a runner reads them, it takes none for a command."""
        if not self._actions:
            return lines
        from penstock.output.actions import defused

        return map(defused, lines)


def terminal_size(stream: TextIO, environ: Mapping[str, str] = os.environ) -> tuple[int, int]:
    """
    Columns and rows of the terminal behind a stream, as it is now.

    `COLUMNS` and `LINES` decide where they are set; 80 and 24 hold where nobody knows.
    """
    size = (0, 0)
    with suppress(OSError, ValueError):
        size = os.get_terminal_size(stream.fileno())
    columns, rows = (environ.get(name, "") for name in ("COLUMNS", "LINES"))
    return _positive(columns) or size[0] or 80, _positive(rows) or size[1] or 24


def _positive(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


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
