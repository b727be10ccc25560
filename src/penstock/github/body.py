"""
The body of an issue or comment: Penstock's region, and around it what people wrote.

The region begins with the marker line and ends with `<!-- /penstock:v1 -->`. In it stand the links, where the server
has none of its own, then the task's text. Everything outside belongs to people and is carried over byte by byte.
`docs/issue-body.md` shows the layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from penstock.base.canonical import digest
from penstock.github.context import Context
from penstock.github.marker import END, VERSION, read_line, read_version, render
from penstock.model.observed import Marker
from penstock.model.operation import CommentCreate, IssueCreate, IssueUpdate, Operation, TextLinks
from penstock.model.task import TaskState

_BREAK = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_END_LINE = re.compile(re.escape(END) + r"[ \t]*")
_LINKS_END = "<!-- /penstock:links -->"
_LINKS = re.compile(
    rf"(?:Part of #(?P<parent>\d{{1,18}})\n)?(?:Blocked by (?P<blockers>#\d{{1,18}}(?:, #\d{{1,18}})*)\n)?"
    rf"{re.escape(_LINKS_END)}(?:\n|\Z)",
    re.ASCII,
)
# A line of the region that looks like a marker gets one more backslash, and loses it again when it is read.
_LOOKALIKE = re.compile(r"^(<!-- \\*)(?=/?penstock:(?:v|links))", re.MULTILINE)
_DISARMED = re.compile(r"^(<!-- \\*)\\(?=/?penstock:(?:v|links))", re.MULTILINE)


class Links(NamedTuple):
    """Links that stand in a body, by number: the issue this one is part of (0 for none), and those that block it."""

    parent: int = 0
    blocked_by: tuple[int, ...] = ()


class Parts(NamedTuple):
    """
    What Penstock wrote into a body.

    Attributes:
        marker: None when there is none that this version can read.
        text: The task's text with LF line ends; None when the region's end is gone.
        links: None when none are written there.
    """

    marker: Marker | None
    text: str | None
    links: Links | None


class _Place(msgspec.Struct, frozen=True):
    """Offsets of the first marker of a body; `region` is None when no end follows."""

    version: int
    marker: Marker | None
    start: int
    line_end: int
    region: tuple[int, int] | None
    end: int


def parse(body: str) -> Marker | None:
    """The first marker at the start of a line outside code fences, or None."""
    place = _find(body)
    return place.marker if place else None


def version(body: str) -> int | None:
    """The version of the first marker, also of one that this version cannot read; None without a marker."""
    place = _find(body)
    return place.version if place else None


def split(body: str) -> Parts:
    """The first marker with the text and the links of its region."""
    place = _find(body)
    if place is None or place.marker is None or place.region is None:
        return Parts(place.marker if place else None, None, None)
    region = _with_lf(body[slice(*place.region)])
    written = _LINKS.match(region)
    text = region[written.end() if written else 0 :].removesuffix("\n")
    return Parts(place.marker, _DISARMED.sub(r"\1", text), _read_links(written) if written else None)


def compose(text: str, marker: Marker, body_before: str = "", links: Links | None = None) -> str:
    """
    The body with this region.

    Args:
        text: The task's text.
        marker: New marker line.
        body_before: The whole body as it was read. Its first region is replaced; without one the new region goes
            first. Where the region's end is gone, only the marker line is replaced and all the rest is kept.
        links: What the server has no links of its own for.
    """
    text = _LOOKALIKE.sub(r"\1\\", _with_lf(text))
    block = "\n".join([render(marker), *_link_lines(links or Links()), *([text] if text else []), END])
    place = _find(body_before)
    if place is None or place.marker is None:
        return f"{block}\n\n{body_before}" if body_before else block
    return body_before[: place.start] + block + body_before[place.end :]


def region_sha(region: str) -> str:
    """Digest of a region's text, whatever its line ends."""
    return digest(_with_lf(region))


def body_of(context: Context, operation: Operation) -> str | None:
    """
    The body that this operation writes, marker included; None when it leaves the body alone.

    An update keeps the marker's creating operation and run, so that an issue can always be traced to its create.
    """
    payload = operation.payload
    marker = Marker(graph=context.graph, key=operation.key, op=operation.no, run=context.run)
    match payload:
        case IssueCreate():
            signed = _signed(marker, payload.region, payload.set_state, payload.labels)
            return compose(payload.region, signed, links=_numbers(context, payload.links))
        case IssueUpdate(region=str(region)):
            made_by = payload.issue.op if payload.issue.op >= 0 else operation.no
            origin = parse(payload.body_before) or replace(marker, op=made_by)
            signed = _signed(marker, region, payload.set_state, payload.set_labels)
            signed = replace(signed, op=origin.op, run=origin.run)
            return compose(region, signed, payload.body_before, _numbers(context, payload.links))
        case CommentCreate():
            return compose(payload.body, _signed(marker, payload.body, "open", ()))
    return None


def _numbers(context: Context, links: TextLinks) -> Links:
    parent = context.resolve(links.parent).number if links.parent is not None else 0
    return Links(parent, tuple(sorted({context.resolve(blocker).number for blocker in links.blocked_by})))


def _link_lines(links: Links) -> Iterator[str]:
    """The links as people read them, and a line that ends them; nothing where there are none."""
    if links.parent:
        yield f"Part of #{links.parent}"
    if links.blocked_by:
        yield f"Blocked by {', '.join(f'#{number}' for number in links.blocked_by)}"
    if links.parent or links.blocked_by:
        yield _LINKS_END


def _read_links(written: re.Match[str]) -> Links:
    blockers = written["blockers"] or ""
    return Links(int(written["parent"] or 0), tuple(int(number[1:]) for number in blockers.split(", ") if number))


def _signed(marker: Marker, region: str, state: TaskState, labels: tuple[str, ...]) -> Marker:
    return replace(marker, sha=region_sha(region), state=state, labels=labels)


def _find(body: str) -> _Place | None:
    if "<!-- penstock:v" not in body:
        return None
    for start, end in _outside_fences(body):
        found = read_version(body[start:end])
        if found is not None:
            region = _region(body, end)
            whole_end = region[1] + _line_length(body, region[1]) if region else end
            return _Place(found, read_line(body[start:end]), start, end, region, whole_end)
    return None


def _region(body: str, line_end: int) -> tuple[int, int] | None:
    """From behind the marker's line break to the start of the end line; None when another marker or nothing follows."""
    opened = _BREAK.match(body, line_end)
    if opened is None:
        return None
    for start, end in _lines(body, opened.end()):
        line = body[start:end]
        if _END_LINE.fullmatch(line):
            return opened.end(), start
        if read_version(line) == VERSION:
            return None
    return None


def _outside_fences(body: str) -> Iterator[tuple[int, int]]:
    """Lines outside code fences, by CommonMark's rules: an unclosed fence goes on to the end."""
    fence = ""
    for start, end in _lines(body, 0):
        match = _FENCE.fullmatch(body[start:end])
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence = match[1]
        else:
            yield start, end


def _lines(body: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end offsets of every line, line breaks left out."""
    for line_break in _BREAK.finditer(body, start):
        yield start, line_break.start()
        start = line_break.end()
    yield start, len(body)


def _line_length(body: str, start: int) -> int:
    line_break = _BREAK.search(body, start)
    return (line_break.start() if line_break else len(body)) - start


def _with_lf(text: str) -> str:
    return _BREAK.sub("\n", text)
