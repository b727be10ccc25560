"""
Imported text that mails nobody: `@name` and `#123` get a character without width, code and addresses stay.

A plan of 500 issues that quotes `@param` in each would mail the account called param 500 times. Where Markdown
is ambiguous (a fence that never closes, a code span over two lines, raw HTML) the text counts as prose: a
needless invisible character in a code sample is the smaller harm.
"""

from __future__ import annotations

import re

GAP = "\u200b"
"""ZERO WIDTH SPACE: GitHub's filters no longer see a name or a number, readers see no difference."""

_SUSPECT = re.compile(r"@[A-Za-z0-9]|#\d|GH-\d", re.IGNORECASE)

_LIVE = re.compile(
    r"""
    (?P<keep>
        (?<![A-Za-z0-9_]) (?:(?:https?|ftp)://|www\.) [\w-]+(?:\.[\w-]+)+ (?:[/?\#:][^\s<>()\[\]{}"'`*|\\]*)?
        | &\#\d+;
    )
    | (?<![A-Za-z0-9_]) @ (?=[A-Za-z0-9])
    | \# (?=\d)
    | \b GH- (?=\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_PREFIX = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
_FENCE = re.compile(r"(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_RAW_HTML = re.compile(r"[ \t>]*<(?!/?info added on )[A-Za-z/?!]")
"""A line that may begin raw HTML, where fences do not count; Taskmaster's own `<info added on …>` does not."""

_LONG_HTML = re.compile(r"<(?:!|\?|pre\b|script\b|style\b|textarea\b)", re.IGNORECASE)
_TICKS = re.compile(r"\\.|`+")


def defuse(markdown: str) -> str:
    """
    Defuse a body.

    Args:
        markdown: Lines separated by `\\n`.

    Returns:
        The same text with `GAP` after each live `@`, `#` and `GH-`, outside code, e-mail addresses and URLs.
    """
    if not _SUSPECT.search(markdown):
        return markdown
    lines = markdown.split("\n")
    in_code = _fenced(lines)
    settled = True
    for number, line in enumerate(lines):
        if in_code[number]:
            continue
        if not line.strip():
            settled = True
        lines[number], spans_closed = _defuse_spans(line, settled)
        settled = settled and spans_closed
    return "\n".join(lines)


def defuse_line(text: str) -> str:
    """Defuse a title: one line, in which only code spans are code."""
    return _defuse_spans(text, settled=True)[0] if _SUSPECT.search(text) else text


def _defuse_prose(text: str) -> str:
    return _LIVE.sub(lambda found: found[0] if found["keep"] else found[0] + GAP, text)


def _defuse_spans(line: str, settled: bool) -> tuple[str, bool]:
    """
    Defuse one line around its code spans.

    Args:
        line: Not part of a fenced block.
        settled: No code span of an earlier line of the paragraph can reach into this one.

    Returns:
        The line, and whether all backticks in it found their partner.
    """
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(line)]
    runs = [(start, end) for start, end in runs if line[start] == "`"]
    if not settled or not runs:
        return _defuse_prose(line), settled
    parts: list[str] = []
    done, closed, number = 0, True, 0
    while number < len(runs):
        start = runs[number][0]
        partner = _partner(runs, number)
        if partner is None:
            closed = False
            number += 1
            continue
        end = runs[partner][1]
        if "|" not in line[start:end]:  # a table ends its cells first, whatever the backticks say
            parts += [_defuse_prose(line[done:start]), line[start:end]]
            done = end
        number = partner + 1
    parts.append(_defuse_prose(line[done:]))
    return "".join(parts), closed


def _partner(runs: list[tuple[int, int]], number: int) -> int | None:
    width = runs[number][1] - runs[number][0]
    for later in range(number + 1, len(runs)):
        if runs[later][1] - runs[later][0] == width:
            return later
    return None


def _fenced(lines: list[str]) -> list[bool]:
    """For each line: is it certainly inside a fenced block? From the first doubtful fence on, nothing is."""
    inside = [False] * len(lines)
    html = False
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.strip():
            html = False
        elif _RAW_HTML.match(line):
            html = True
            if _LONG_HTML.match(line.lstrip(" \t>")):
                return inside
        prefix = _PREFIX.match(line)
        indent = prefix.end() if prefix else 0
        fence = _FENCE.fullmatch(line, indent)
        if fence is not None:
            end = None if html else _fence_end(lines, number, indent, fence["marks"])
            if end is None:
                return inside
            inside[number : end + 1] = [True] * (end + 1 - number)
            number = end
        number += 1
    return inside


def _fence_end(lines: list[str], start: int, indent: int, marks: str) -> int | None:
    """The line that closes a fence beyond doubt: same quoting, and nothing between stands further left."""
    quotes = lines[start].count(">", 0, indent)
    same_quoting = re.compile(rf"(?:[ \t]*>){{{quotes}}}[ \t]*")
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if not line.strip() and not quotes:
            continue
        lead = same_quoting.match(line)
        if lead is None or lead.end() < indent:
            return None
        rest = line[lead.end() :].rstrip()
        if rest == marks[0] * len(rest) and len(rest) >= len(marks):
            return number if lead.end() <= indent + 3 else None
    return None
