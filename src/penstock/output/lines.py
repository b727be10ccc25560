"""JSON lines on a stream: those of one moment in one piece, at once, and to nobody's harm when nobody reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TextIO

import msgspec

from penstock.output.screen import mute
from penstock.output.stream import Line, Version

LINES_AT_ONCE = 5_000
"""So the lines of a plan of a million operations need no memory of their own."""


class JsonLines:
    """
    The stream of one command; its first line, the version, is written at once.

    Args:
        stream: Usually stdout.
        lost: Told why lines can no longer be written, unless it is that nobody reads them.

    Attributes:
        gone: What comes now goes nowhere.
    """

    def __init__(self, stream: TextIO, lost: Callable[[str], None]) -> None:
        self.gone = False
        self._stream = stream
        self._lost = lost
        self._encoder = msgspec.json.Encoder()
        self.write([Version()])

    def write(self, lines: Iterable[Line]) -> None:
        """That nobody listens any more, or a disk is full, is no reason to end a run."""
        rest = iter(lines)
        try:
            while some := list(islice(rest, LINES_AT_ONCE)):
                self._stream.buffer.write(defused_json(self._encoded(some)))
                self._stream.buffer.flush()
        except OSError as error:
            self.gone = True
            mute(self._stream)
            if not isinstance(error, BrokenPipeError):
                self._lost(error.strerror or str(error))

    def _encoded(self, lines: list[Line]) -> bytes:
        try:
            return self._encoder.encode_lines(lines)
        except (
            UnicodeEncodeError
        ):  # half a character, as in a file name that is not UTF-8: the other encoder escapes it
            return b"".join(json.dumps(msgspec.to_builtins(line)).encode() + b"\n" for line in lines)


def defused_json(text: bytes) -> bytes:
    """The same JSON without `##[`, which GitHub's runner takes for a command wherever it stands in a line."""
    return text.replace(b"##[", b"##\\u005b")
