"""Streams, colour and motion."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from penstock.output.ink import Ink
from penstock.output.screen import fitting, may_move, wants_color


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_where_it_is_wanted(choice: str, environ: Mapping[str, str], terminal: bool, expected: bool) -> None:
    """The option decides, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    assert expected is wants_color(choice, environ, Stream(terminal))


@pytest.mark.parametrize(
    ("environ", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1"}, False, False),
        ({"CI": "true"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_nothing_moves_in_a_file(environ: Mapping[str, str], terminal: bool, expected: bool) -> None:
    """Bars need a terminal; asking for colour does not ask for motion."""
    assert expected is may_move(environ, Stream(terminal))


def test_ink_adds_nothing_but_colour() -> None:
    """Without colour the text is the same, so colour carries no meaning of its own."""
    assert ("\x1b[31m!\x1b[0m", "!", "!") == (
        Ink(True).paint("!", "red"),
        Ink(False).paint("!", "red"),
        Ink(True).paint("!", ""),
    )


def test_a_poor_terminal_gets_what_it_can_show() -> None:
    """Signs become ASCII, other characters `?`, and nothing fails."""
    assert "... -> 3 x ?" == fitting("… → 3 × 世", "ascii")
    assert "… → 世" == fitting("… → 世", "utf-8")
    assert "a?" == fitting("a\ud800", "utf-8")
