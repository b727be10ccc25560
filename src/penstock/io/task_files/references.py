"""Which tasks a dependency means: ids, keys and titles, in a list as people write it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

_PIECE = re.compile(r'(?:"[^"]*"|“[^”]*”|`[^`]*`|[^,;])+')
_AND = re.compile(r"\s+(?:and|&)\s+")
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|`([^`]+)`|\'([^\']+)\'')
_EXPLAINED = re.compile(r"[\[`]*(?P<id>[^\s`\[\]:()]+)[\]`]*(?:\s*:|\s+[-–—(]).*", re.DOTALL)
_ID = re.compile(r"T\d{2,}|\d+(?:\.\d+){1,2}|[A-Z]{3,}\d+|[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*[-_]\d+")
"""
What is an id wherever it stands. Narrower than what a task may be called in the file: `Dependencies: S3, OAuth2` is
no list of tasks.
"""


class Reference(NamedTuple):
    """
    One name in a dependency.

    Attributes:
        name: As written, without quotes.
        certain: It can mean nothing but a task: it is known, quoted, or has the form of an id.
    """

    name: str
    certain: bool


def fold(name: str) -> str:
    """Names that differ in case or blanks only mean the same task."""
    return " ".join(name.casefold().split())


def references(value: str, known: Container[str]) -> list[Reference]:
    """
    Take a list apart: `T003, "Build and ship" and Sign in`.

    Args:
        value: Names separated by commas, semicolons or `and`; a full stop at the end does not count.
        known: Folded names of tasks.
    """
    value = value.strip().removesuffix(".")
    if fold(value) in known:
        return [Reference(value, True)]
    return [one for piece in _PIECE.findall(value) for one in _in_piece(piece.strip(), known)]


def name_tasks(value: str, known: Container[str], *, all_of_it: bool) -> bool:
    """Whether a list names tasks at all: with at least one name that can mean nothing else, or with `all_of_it`."""
    certain = [reference.certain for reference in references(value, known)]
    return any(certain) and (all(certain) or not all_of_it)


def _in_piece(piece: str, known: Container[str]) -> Iterator[Reference]:
    piece = piece.removeprefix("and ").strip()
    if not piece:
        return
    whole = _reference(piece, known)
    if not whole.certain and len(parts := _AND.split(piece)) > 1:
        read = [_reference(part, known) for part in parts]
        if any(part.certain for part in read):
            yield from read
            return
    yield whole


def _reference(text: str, known: Container[str]) -> Reference:
    text = text.strip()
    if quoted := _QUOTED.fullmatch(text):
        return Reference(next(name for name in quoted.groups() if name), True)
    bare = text.strip("[]")
    if _ID.fullmatch(bare) or fold(bare) in known:
        return Reference(bare, True)
    if (explained := _EXPLAINED.fullmatch(text)) and (_ID.fullmatch(explained["id"]) or fold(explained["id"]) in known):
        return Reference(explained["id"], True)
    return Reference(text, False)
