"""Pieces of text."""

from __future__ import annotations

from datetime import UTC

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from tests.output.samples import NOW, graph

from penstock.output.ink import Ink
from penstock.output.text import Page, arguments, clean, count_of, cut, listed, pad, place, time_of_day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[2Jb", "a [2Jb"),
        ("one\r\ntwo", "one two"),
        ("left\u202eright", "left right"),
        ("\x9b31mred", "31mred"),
        ("Grüße, 世界 👋", "Grüße, 世界 👋"),
    ],
)
def test_foreign_text_cannot_move_the_cursor(text: str, expected: str) -> None:
    """A title or a server's message is shown as text, whatever it holds."""
    assert expected == clean(text)


@pytest.mark.parametrize("width", [1, 5, 8, 20])
def test_cut_text_keeps_its_columns(width: int) -> None:
    """Wide characters count as two columns, and a cut is shown."""
    for text in ("世界世界世界", "abcdefghijkl", ""):
        assert cell_len(cut(text, width)) <= width
        assert width == cell_len(pad(text, width))
    assert "abcd…" == cut("abcdefgh", 5)


def test_counts_and_lists_read_as_sentences() -> None:
    """One thing is singular, thousands have commas, the last of a list is joined by `and`."""
    assert ("1 issue", "1,200 issues", "2 dependencies") == (
        count_of(1, "issue"),
        count_of(1200, "issue"),
        count_of(2, "dependency", "dependencies"),
    )
    assert ("", "a", "a and b", "a, b and c") == (listed([]), listed("a"), listed("ab"), listed("abc"))
    assert ("plan.yaml:3", "plan.yaml") == (place("plan.yaml", 3), place("plan.yaml", 0))


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [(59, "08:00:59"), (3_600, "09:00"), (-599, "07:50:01"), (86_400, "2027-01-16 08:00")],
)
def test_an_instant_is_said_as_people_do(after_s: float, expected: str) -> None:
    """Seconds when it is near, the date when it is another day."""
    assert expected == time_of_day(NOW + after_s, NOW, UTC)


def test_a_page_wraps_below_its_gutter() -> None:
    """The text stays in its column, and nothing is broken inside a word."""
    page = Page(Ink(), 40)
    page.row("cause", "the repository changed since the plan was made from it")
    page.more("https://example.org/a/very/long/address/that/cannot/be/broken")

    assert [
        "cause    the repository changed since",
        "         the plan was made from it",
        "         https://example.org/a/very/long/address/that/cannot/be/broken",
    ] == page.lines


def test_a_command_can_be_copied() -> None:
    """It stands on one line, whatever the width; words wrap as everywhere."""
    page = Page(Ink(), 40)
    command = "penstock apply garden.yaml --repo octo/widgets --api-url http://127.0.0.1:18765"
    page.next(command)
    page.next("mend 2 errors, then plan again; nothing was sent")

    assert [
        f"next     {command}",
        "next     mend 2 errors, then plan again;",
        "         nothing was sent",
    ] == page.lines


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("garden.yaml",), "garden.yaml"),
        (("a.md", "b, c.md"), "a.md 'b, c.md'"),
        ((), "garden.yaml"),
    ],
)
def test_files_in_a_command_are_quoted(files: tuple[str, ...], expected: str) -> None:
    """Each is one word, also with blanks in its name; a graph made by a program has its source alone."""
    assert expected == arguments(replace(graph(), files=files))
