"""The judges' own reading of links in a text, held to the contract of `docs/issue-body.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.verify.said import Said, links_of, said_in

MARKER = "<!-- penstock:v1 graph=world key=2 op=3 run=R sha=0 -->"
LINKS_END = "<!-- /penstock:links -->"
END = "<!-- /penstock:v1 -->"
LINKED = Path(__file__).parents[1] / "github" / "golden" / "linked.md"


def body(*lines: str) -> str:
    """A body with these lines in its region."""
    return "\n".join([MARKER, *lines, END])


def test_the_contract_is_read() -> None:
    """The example that the documentation shows."""
    assert Said(380, (101, 398), written=True) == said_in(LINKED.read_text("utf-8"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Part of #3", LINKS_END, "Text"], Said(3, (), written=True)),
        (["Blocked by #3", LINKS_END], Said(None, (3,), written=True)),
        (["Part of #3", "Text"], Said()),
        ([], Said()),
        (["Blocked by #3", "Part of #3", LINKS_END], Said(None, (3,), written=True, wrong=("Part of #3",))),
        (["Part of #3", "Part of #4", LINKS_END], Said(3, (), written=True, wrong=("Part of #4",))),
        (["Part of #0", LINKS_END], Said(None, (), written=True, wrong=("Part of #0",))),
        (["Blocked by #3, and #4", LINKS_END], Said(None, (), written=True, wrong=("Blocked by #3, and #4",))),
        ([LINKS_END, "Part of #3"], Said(None, (), written=True)),
    ],
)
def test_lines_of_just_this_form_in_this_order(lines: list[str], expected: Said) -> None:
    """Everything else among them is wrong, and below their end it is text."""
    assert expected == said_in(body(*lines))


def test_people_around_it_change_nothing() -> None:
    """Neither their words nor the line ends of their browsers."""
    text = f"Part of #9\n\n{body('Part of #3', LINKS_END)}\nBlocked by #9\n{LINKS_END}".replace("\n", "\r\n")

    assert Said(3, (), written=True) == said_in(text)


@pytest.mark.parametrize("text", [None, "", f"Part of #3\n{LINKS_END}"])
def test_a_body_that_is_not_ours_says_nothing(text: str | None) -> None:
    """Without a marker there are no links."""
    assert Said() == said_in(text)


@pytest.mark.parametrize(("native", "expected"), [(True, (7, (8,))), (False, (3, (4,)))])
def test_either_the_server_or_the_text(native: bool, expected: tuple[int, tuple[int, ...]]) -> None:
    """Where the server has links, words are no links."""
    issue = {"parent": 7, "blocked_by": [8], "body": body("Part of #3", "Blocked by #4", LINKS_END)}

    assert expected == links_of(issue, native=native)
