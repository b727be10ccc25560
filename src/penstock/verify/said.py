"""The links of an issue as anybody reads them, from its text or from the server: the client's own code is not asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_LINKS_END = "<!-- /penstock:links -->"
_END = "<!-- /penstock:v1 -->"
_PARENT = re.compile(r"Part of #([1-9]\d*)")
_BLOCKERS = re.compile(r"Blocked by (#[1-9]\d*(?:, #[1-9]\d*)*)")


class Said(NamedTuple):
    """
    What a text says.

    Attributes:
        parent: Number; None for none.
        blocked_by: Numbers, in the order of the text.
        written: There are lines of links.
        wrong: Lines among the links that are none, or that stand in another order or twice.
    """

    parent: int | None = None
    blocked_by: tuple[int, ...] = ()
    written: bool = False
    wrong: tuple[str, ...] = ()


def said_in(body: str | None) -> Said:
    """Read the lines from the marker to the end of the links."""
    lines = (body or "").replace("\r\n", "\n").split("\n")
    starts = [no for no, line in enumerate(lines) if line.startswith("<!-- penstock:v1 ")]
    region = lines[starts[0] + 1 :] if starts else []
    region = region[: region.index(_END)] if _END in region else region
    if _LINKS_END not in region:
        return Said()
    parents: list[int] = []
    blockers: list[int] = []
    wrong: list[str] = []
    for line in region[: region.index(_LINKS_END)]:
        if (named := _PARENT.fullmatch(line)) and not parents and not blockers:
            parents.append(int(named[1]))
        elif (named := _BLOCKERS.fullmatch(line)) and not blockers:
            blockers.extend(int(number[1:]) for number in named[1].split(", "))
        else:
            wrong.append(line)
    return Said(parents[0] if parents else None, tuple(blockers), True, tuple(wrong))


def links_of(issue: Mapping[str, Any], *, native: bool) -> tuple[int | None, tuple[int, ...]]:
    """
    Parent and blockers of an issue, by number.

    Args:
        issue: As `people.world_json` gives it.
        native: The server's own links count, not those of the text.
    """
    if native:
        return issue["parent"], tuple(issue["blocked_by"])
    said = said_in(issue["body"])
    return said.parent, said.blocked_by
