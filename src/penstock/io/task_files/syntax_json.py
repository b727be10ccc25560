"""JSON, measured before it is parsed: depth, lines and escapes come from one pass over brackets and strings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from penstock.base.errors import InputError
from penstock.io.task_files.syntax import Block, check_room

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?(\s*+:)?|[{}\[\]]|NaN|Infinity', re.DOTALL)
"""A string, with a group when it is a key; a bracket; a number that JSON does not know. Linear even on bad text."""


def read_json(text: str, path: str, first_line: int = 1) -> Any:
    """
    Read one JSON document. Numbers come back as the text that was written.

    Args:
        text: The document.
        path: The file as the user named it.
        first_line: 1-based line of the file on which the document begins.

    Returns:
        Text, True, False, None, a list or a `Block`, nested.

    Raises:
        InputError: broken syntax, a repeated key, NaN or Infinity, or nesting deeper than `MAX_DEPTH`.
    """
    places = _places(text, path, first_line)

    def block(pairs: list[tuple[str, Any]]) -> Block:
        line, key_lines = next(places)
        made = Block(line)
        for (key, value), key_line in zip(pairs, key_lines, strict=True):
            made.put(key, value, key_line, path)
        return made

    try:
        return json.loads(text, object_pairs_hook=block, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        cause = f"{error.msg[:1].lower()}{error.msg[1:]} at column {error.colno}"
        raise InputError("broken JSON", path=path, line=first_line + error.lineno - 1, cause=cause) from None


def _places(text: str, path: str, line: int) -> Iterator[tuple[int, list[int]]]:
    """Line and key lines of each object, in the order in which they close, which is the decoder's order."""
    closed: list[tuple[int, list[int]]] = []
    opened: list[tuple[int, list[int]]] = []
    escapes = "\\ud" in text or "\\uD" in text
    seen = count = 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        line += text.count("\n", seen, start)
        seen = start
        kind = text[start]
        if kind == '"':
            if escapes:
                _check_surrogates(token[0], line, path)
            if token[1] and opened:
                opened[-1][1].append(line)
        elif kind in "NI":
            raise InputError(f"{token[0]} is not JSON", path=path, line=line, hint="put it in quotes if it is text")
        elif kind in "{[":
            check_room(len(opened), count, line, path)
            count += 1
            opened.append((line, []))
        elif opened:
            place = opened.pop()
            if kind == "}":
                closed.append(place)
    return iter(closed)


def _check_surrogates(string: str, line: int, path: str) -> None:
    """Refuse half a character, written as an escape: no UTF-8 can hold it, so no request could carry it."""
    try:
        json.loads(string.rstrip(": \t\r\n")).encode()
    except UnicodeEncodeError:
        raise InputError(
            "an escape that stands for no character",
            path=path,
            line=line,
            cause="\\ud800 to \\udfff mean something only in pairs",
            hint="write the character itself",
        ) from None
    except ValueError:
        return  # broken JSON: the decoder says so, with its own words
