"""The managed region: found where it stands, replaced in place, and everything around it left to people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.github.samples import ISSUE, OTHER, context, operation

from penstock.github.body import Links, body_of, compose, parse, region_sha, split, version
from penstock.github.marker import END, render
from penstock.model.observed import Marker
from penstock.model.operation import IssueClose, IssueCreate, IssueUpdate, Operation, Ref, TextLinks

MARKER = Marker(graph="g", key="1", op=3, run="r1", sha="s")
LINE = render(MARKER)

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\r`~<!->"))
LINKS_END = "<!-- /penstock:links -->"
lookalikes = st.sampled_from(
    (LINE, END, LINKS_END, "Part of #7", "<!-- \\penstock:v1", "<!-- /penstock:v1 --> ", "```", "~~~~")
)
links = st.builds(
    Links,
    st.integers(0, 10**6),
    st.lists(st.integers(1, 10**6), unique=True).map(sorted).map(tuple),
).filter(any)
regions = st.lists(texts | lookalikes).map("\n".join)
# What a person may write around the region without hiding it in a code fence or forging a marker.
human = texts.filter(lambda text: "penstock:v" not in text and "```" not in text and "~~~" not in text)


def lf(text: str) -> str:
    """GitHub's editor sends CRLF; regions are compared with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(regions)
def test_any_region_is_read_back_as_it_was_written(region: str) -> None:
    """Also one that contains markers, end lines or open code fences, quoted from this very documentation."""
    assert (MARKER, lf(region), None) == split(compose(region, MARKER))


@given(regions, links)
def test_any_links_are_read_back_beside_any_text(region: str, written: Links) -> None:
    """Also beside a text that begins as links do, or is open to the end."""
    assert (MARKER, lf(region), written) == split(compose(region, MARKER, links=written))


@given(human, human, st.lists(regions, min_size=1, max_size=4))
def test_human_text_survives_any_number_of_updates(before: str, after: str, updates: list[str]) -> None:
    """Byte by byte, above and below, and the region is the last one written."""
    above, below = (f"{before}\n" if before else ""), (f"\n{after}" if after else "")
    body = above + compose("first", MARKER) + below

    for region in updates:
        body = compose(region, MARKER, body)

    assert (above, below) == (body[: len(above)], body[len(body) - len(below) :])
    assert (MARKER, lf(updates[-1]), None) == split(body)


@given(texts, regions)
def test_no_word_of_a_body_without_region_is_lost(body: str, region: str) -> None:
    """Whatever a person put in its place, even half a marker, stands below the new region."""
    composed = compose(region, MARKER, body)

    assert composed.endswith(body)
    assert (MARKER, lf(region), None) == split(composed)


def test_a_missing_end_makes_all_the_rest_human_text() -> None:
    """Nobody knows where the region ended: nothing is deleted, and the next update writes a whole region."""
    body = f"{LINE}\nours once\n\nand a note"

    assert (MARKER, None, None) == split(body)
    assert f"{LINE}\nnew\n{END}\nours once\n\nand a note" == compose("new", MARKER, body)


def test_a_second_marker_before_the_end_means_the_end_is_gone() -> None:
    """The first marker's region does not swallow a copy that a person pasted below."""
    copy = compose("copied", MARKER)
    body = f"{LINE}\nfirst\n{copy}"

    assert (MARKER, None, None) == split(body)
    assert f"{LINE}\nnew\n{END}\nfirst\n{copy}" == compose("new", MARKER, body)


def test_the_first_marker_wins() -> None:
    """One issue is one task."""
    second = render(Marker(graph="g", key="2", op=4, run="r1"))

    assert MARKER == parse(f"{LINE}\n{END}\n{second}\n{END}")


def test_crlf_bodies_are_read() -> None:
    """A body that went through GitHub's editor."""
    body = f"Note\r\n{LINE}\r\none\r\ntwo\r\n{END}\r\nmore"

    assert (MARKER, "one\ntwo", None) == split(body)
    assert f"Note\r\n{LINE}\nnew\n{END}\r\nmore" == compose("new", MARKER, body)


def test_a_quoted_or_fenced_marker_does_not_count() -> None:
    """Somebody shows a marker; nobody wrote one."""
    quotes = (
        f"> {LINE}",
        f"text {LINE}",
        f"    {LINE}",
        f"```\n{LINE}\n```",
        f"~~~ md\n{LINE}\n~~~",
        f"````\n```\n{LINE}\n````",
        f"```\n~~~\n{LINE}\n```",
        f"```\nnever closed\n{LINE}",
    )

    assert [None] * len(quotes) == [parse(quote) for quote in quotes]


def test_a_marker_after_a_fence_counts() -> None:
    """A closed fence, or what only looks like one, hides nothing."""
    bodies = (
        f"```\ncode\n```\n{LINE}",
        f"~~~\n```\n~~~\n{LINE}",
        f"``` a`b\n{LINE}",
        f"``\n{LINE}",
        f"    ```\n{LINE}",
    )

    assert [MARKER] * len(bodies) == [parse(body) for body in bodies]


def test_the_version_of_a_body_is_known_without_understanding_it() -> None:
    """A later Penstock's issue is no marker of ours, but not nothing either."""
    later = "<!-- penstock:v2 x=1 -->\ntext\n<!-- /penstock:v2 -->"

    assert (None, 2, 1, None) == (parse(later), version(later), version(LINE), version("text"))
    assert compose("new", MARKER, later).endswith(later)


def test_a_region_has_one_digest_whatever_its_line_ends() -> None:
    """The editor's CRLF is no change."""
    assert region_sha("a\nb") == region_sha("a\r\nb")
    assert region_sha("a\nb") != region_sha("a\nc")


def test_an_update_keeps_the_creating_operation_in_the_marker() -> None:
    """Audits and look-ups can always trace an issue to the create that made it."""
    before = f"Note\n{compose('old', MARKER)}"
    update = IssueUpdate(ISSUE, before, region="new", set_labels=("p1",), set_state="completed")

    body = body_of(context(run="r2"), Operation(no=9, key="1", payload=update))

    expected = Marker(graph="g", key="1", op=3, run="r1", sha=region_sha("new"), state="completed", labels=("p1",))
    assert (expected, "new", None) == split(body or "")
    assert (body or "").startswith("Note\n")


def test_a_create_and_a_comment_are_signed_with_their_own_operation() -> None:
    """What a look-up will search for."""
    bodies = [body_of(context(run="r"), operation(kind)) or "" for kind in ("issue.create", "comment.create")]

    assert [
        Marker(graph="g", key="1.2", op=5, run="r", sha=region_sha("Text"), labels=("bug", "P1")),
        Marker(graph="g", key="1.2", op=5, run="r", sha=region_sha("Said")),
    ] == [parse(body) for body in bodies]


def test_operations_without_text_leave_the_body_alone() -> None:
    """A new title is no new body."""
    payloads = (IssueUpdate(ISSUE, "before", title="T"), IssueClose(ISSUE))

    assert [None, None] == [
        body_of(context(run="r"), Operation(no=0, key="1", payload=payload)) for payload in payloads
    ]


def test_links_are_written_with_the_numbers_that_creates_got() -> None:
    """Each blocker once, in the order of numbers; nothing stands there without links."""
    links = TextLinks(parent=Ref(op=2), blocked_by=(Ref(op=4), OTHER, ISSUE, OTHER))

    linked = body_of(context(), Operation(no=5, key="1", payload=IssueCreate("T", "Text", links))) or ""
    bare = body_of(context(), Operation(no=5, key="1", payload=IssueCreate("T", "Text"))) or ""

    assert "Part of #102\nBlocked by #17, #18, #104\n<!-- /penstock:links -->\nText\n" in linked
    assert bare.splitlines()[1:] == ["Text", END]


def test_links_have_no_part_in_the_digest_of_the_text() -> None:
    """A link that changes is no word that a person changed."""
    linked = body_of(context(), Operation(no=5, key="1", payload=IssueCreate("T", "Text", TextLinks(parent=ISSUE))))

    assert region_sha("Text") == parse(linked or "").sha  # type: ignore[union-attr]


def test_an_update_without_links_takes_them_away() -> None:
    """When the server has links of its own, the words go."""
    before = compose("Text", MARKER, "A person's", Links(7, (8, 9)))

    body = body_of(context(), Operation(no=9, key="1", payload=IssueUpdate(ISSUE, before, region="Text")))

    assert ("Text", None) == split(body or "")[1:]
    assert "A person's" in (body or "")


def test_links_that_a_person_spoilt_are_text() -> None:
    """What is not just as Penstock writes it is a change of the text, which the plan shows and mends."""
    body = compose("Text", MARKER, links=Links(7, (8,)))

    spoilt = split(body.replace("Part of #7", "Part of #7, and of #12"))

    assert ("Part of #7, and of #12\nBlocked by #8\n<!-- /penstock:links -->\nText", None) == spoilt[1:]


def test_an_update_of_a_new_issue_is_signed_with_its_create() -> None:
    """Also where nobody has read its body yet."""
    update = IssueUpdate(Ref(op=3), region="Text", links=TextLinks(blocked_by=(ISSUE,)))

    marker = parse(body_of(context(), Operation(no=9, key="1", payload=update)) or "")

    assert marker is not None
    assert (3, context().run) == (marker.op, marker.run)
