"""The marker line: nothing that a user writes can break it or break out of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.github.marker import read_line, read_version, render
from penstock.model.observed import Marker

words = st.text() | st.text("- %>,=\n").filter(bool)
markers = st.builds(
    Marker,
    graph=words,
    key=words,
    op=st.integers(0, 10**9),
    run=st.text(),
    sha=st.text(),
    state=st.sampled_from(("open", "completed", "not_planned")),
    labels=st.lists(words).map(tuple),
)


@given(markers)
def test_any_marker_is_read_back_as_it_was(marker: Marker) -> None:
    """Spaces, line breaks, `-->`, percent signs, commas in labels: every text survives."""
    assert marker == read_line(render(marker))


@given(markers)
def test_no_text_ends_the_comment_early(marker: Marker) -> None:
    """One comment, on one line, with no double hyphen between its ends."""
    line = render(marker)

    assert [line] == line.splitlines()
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")
    assert ">" not in line.removesuffix("-->")


def test_the_common_marker_is_short_and_readable() -> None:
    """What has its default value is left out, letters of any script stay as they are."""
    marker = Marker(graph="large-prd", key="21.4", op=7, run="01HQ", sha="ab12")

    assert "<!-- penstock:v1 graph=large-prd key=21.4 op=7 run=01HQ sha=ab12 -->" == render(marker)


def test_state_and_labels_are_written_when_there_are_some() -> None:
    """A comma between labels, and encoded inside one."""
    marker = Marker(graph="größe", key="a b", op=0, run="r", state="completed", labels=("p1", "a,b"))

    expected = "<!-- penstock:v1 graph=größe key=a%20b op=0 run=r sha= state=completed labels=p1,a%2Cb -->"
    assert expected == render(marker)


def test_attributes_of_later_versions_are_ignored() -> None:
    """A v1 marker with more in it is still ours."""
    marker = read_line("<!-- penstock:v1 graph=g key=k op=1 run=r sha=s colour=red flag -->")

    assert Marker(graph="g", key="k", op=1, run="r", sha="s") == marker


def test_another_version_is_recognised_but_not_ours() -> None:
    """It can be told from no marker at all, so that an old Penstock does not create everything anew."""
    line = "<!-- penstock:v2 graph=g key=k op=1 run=r sha=s -->"

    assert (None, 2) == (read_line(line), read_version(line))


def test_a_marker_that_lacks_its_identity_is_none() -> None:
    """Graph, key, operation and run must all be there, and the operation must be a number."""
    lines = (
        "<!-- penstock:v1 graph=g key=k op=1 -->",
        "<!-- penstock:v1 graph=g key=k op=x run=r -->",
        "<!-- penstock:v1 key=k op=1 run=r -->",
        "<!-- penstock:v1 -->",
        " <!-- penstock:v1 graph=g key=k op=1 run=r -->",
        "<!-- penstock:v1 graph=g key=k op=1 run=r --> text",
    )

    assert [None] * len(lines) == [read_line(line) for line in lines]
