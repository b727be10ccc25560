"""A block of rows that is drawn over itself, on a terminal small enough to be written down."""

from __future__ import annotations

import io
import re

import pytest

from penstock.output.canvas import WHOLE_EVERY, Canvas
from penstock.output.ink import Ink
from penstock.output.rows import Row
from penstock.output.screen import terminal_size

_PIECES = re.compile(r"\x1b\[(\d*)([AJKm])|(\r)|(\n)|([^\x1b\r\n]+)")


class Terminal(io.StringIO):
    """What a terminal of `width` columns and `height` rows shows of what is written to it; `gone` has scrolled out."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.rows = [""]
        self.gone: list[str] = []
        self.at = self.column = 0
        self.written = 0

    def write(self, text: str) -> int:
        """Interpret escape codes as terminals do."""
        self.written += len(text)
        for count, code, back, down, words in _PIECES.findall(text):
            if code == "A":
                self.at = max(0, self.at - int(count))
            elif code == "K":
                self.rows[self.at] = self.rows[self.at][: self.column]
            elif code == "J":
                self.rows[self.at :] = [self.rows[self.at][: self.column]]
            elif back:
                self.column = 0
            elif down:
                self._down()
            elif words:
                before = self.rows[self.at].ljust(self.column)
                self.rows[self.at] = before[: self.column] + words + before[self.column + len(words) :]
                self.column += len(words)
                assert self.column < self.width, "a row must not wrap"
        return len(text)

    def _down(self) -> None:
        self.at += 1
        if self.at == len(self.rows):
            self.rows.append("")
        if len(self.rows) > self.height:
            self.gone.append(self.rows.pop(0))
            self.at -= 1

    def narrow(self, width: int) -> None:
        """Resize, breaking what has become too wide, as most terminals do."""
        broken = [row[at : at + width] for row in self.rows for at in range(0, max(1, len(row)), width)]
        self.at += len(broken) - len(self.rows)
        self.rows, self.width = broken, width


def canvas_on(terminal: Terminal) -> Canvas:
    """A canvas that paints nothing."""
    return Canvas(terminal, Ink(False), lambda: (terminal.width, terminal.height))


def rows_of(*lines: str) -> list[Row]:
    """Rows without styles."""
    return [((line, ""),) for line in lines]


def test_a_picture_takes_the_place_of_the_one_before() -> None:
    """Longer or shorter, with more rows or with fewer: nothing of the old one stays, nothing above is touched."""
    terminal = Terminal(40, 10)
    terminal.write("$ penstock apply\r\n")
    canvas = canvas_on(terminal)
    for lines in (["one", "two two"], ["one one", "two", "three"], ["only"], ["a", "b", "c"]):
        canvas.draw(rows_of(*lines))

        assert ["$ penstock apply", *lines, ""] == terminal.rows


def test_only_rows_that_changed_are_written() -> None:
    """A slow line carries the countdown, not the whole picture; an equal picture writes nothing."""
    terminal = Terminal(80, 24)
    canvas = canvas_on(terminal)
    canvas.draw(rows_of("x" * 70, "49 s", "y" * 70))
    whole, terminal.written = terminal.written, 0
    canvas.draw(rows_of("x" * 70, "48 s", "y" * 70))
    part, terminal.written = terminal.written, 0
    canvas.draw(rows_of("x" * 70, "48 s", "y" * 70))

    assert part < whole / 4
    assert 0 == terminal.written
    assert ["x" * 70, "48 s", "y" * 70, ""] == terminal.rows


def test_what_somebody_types_is_drawn_over() -> None:
    """Enter moves the picture down by a row; soon it is whole again below."""
    terminal = Terminal(40, 10)
    canvas = canvas_on(terminal)
    canvas.draw(rows_of("one", "two"))
    terminal.write("help?\r\n")
    for number in range(WHOLE_EVERY + 1):
        canvas.draw(rows_of("one", f"two {number}"))

    assert ["one", f"two {WHOLE_EVERY}", ""] == terminal.rows[-3:]


@pytest.mark.parametrize("width", [39, 21, 20, 12, 5])
def test_a_terminal_made_narrower_leaves_no_rest(width: int) -> None:
    """What the terminal has broken into several rows is found and taken away."""
    terminal = Terminal(40, 20)
    canvas = canvas_on(terminal)
    canvas.draw(rows_of("x" * 38, "y" * 30, "z"))
    terminal.narrow(width)
    canvas.draw(rows_of("a", "b", "c"))

    assert ["a", "b", "c", ""] == terminal.rows


def test_more_rows_than_the_terminal_has_do_not_scroll_it() -> None:
    """One row stays free for the cursor."""
    terminal = Terminal(40, 5)
    canvas = canvas_on(terminal)
    for start in range(20):
        canvas.draw(rows_of(*map(str, range(start, start + 9))))

    assert (["19", "20", "21", "22", ""], []) == (terminal.rows, terminal.gone)


def test_rows_are_cut_and_say_so() -> None:
    """One column stays free too: a row as wide as the terminal may wrap."""
    terminal = Terminal(10, 5)
    canvas_on(terminal).draw(rows_of("0123456789abc"))

    assert ["01234567…", ""] == terminal.rows


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", "╭─ é …"), ("latin-1", "+- é ~"), ("ascii", "+- ? ~")])
def test_signs_that_the_terminal_lacks_have_others(encoding: str, expected: str) -> None:
    """Sign by sign, so that columns stay where they are."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    Canvas(stream, Ink(False), lambda: (80, 24)).draw(rows_of("╭─ é …"))

    assert expected in stream.buffer.getvalue().decode(encoding)


def test_nobody_looks_any_more() -> None:
    """A closed pipe does not end the run."""

    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    Canvas(Closed(), Ink(False), lambda: (80, 24)).draw(rows_of("one"))


def test_the_size_is_the_terminals() -> None:
    """Else the environment's, else 80 by 24."""
    nowhere = io.StringIO()

    assert (80, 24) == terminal_size(nowhere, {})
    assert (132, 43) == terminal_size(nowhere, {"COLUMNS": "132", "LINES": "43"})
