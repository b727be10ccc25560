"""
YAML and JSON as values that know their lines: text, lists, blocks, nothing else.

Numbers, dates and YAML's `yes` stay the text that was written, so that key `1.10` is not `1.1` and nobody is
called `False`. YAML is built from parser events and JSON is measured before it is parsed: neither recurses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from penstock.base.errors import InputError

MAX_DEPTH = 64
"""How deep lists and blocks may nest. The deepest file that GitHub can hold, eight levels of tasks, needs 18."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?(\s*+:)?|[{}\[\]]|NaN|Infinity', re.DOTALL)
"""A string, with a group when it is a key; a bracket; a number that JSON does not know. Linear even on bad text."""

_YAML_HINTS = {
    "'\\t'": "indent with spaces",
    "cannot start any token": "indent with spaces; put text that starts with @ or % in quotes",
    "mapping values are not allowed": "put text that has a colon and a space in it in quotes",
    "did not find expected key": "check the indentation and the quotes around this line",
    "did not find expected '-' indicator": "check the indentation around this line",
    "unexpected end of stream": "close the quote",
}


class Block(dict[str, Any]):
    """
    A mapping that knows where it stands.

    Attributes:
        line: 1-based line where it starts.
        key_lines: 1-based line of each key.
    """

    __slots__ = ("key_lines", "line")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.key_lines: dict[str, int] = {}

    def put(self, key: str, value: Any, line: int, path: str) -> None:
        """Add one entry. Raises: InputError when the key is there already."""
        if key in self.key_lines:
            raise InputError(
                f'"{key}" appears twice in one block',
                path=path,
                line=line,
                cause=f"it is set on line {self.key_lines[key]} and again on line {line}",
                hint="keep one of the two",
            )
        self.key_lines[key] = line
        self[key] = value


def read_yaml(text: str, path: str) -> Any:
    """
    Read one YAML document.

    Returns:
        Text, None, a list or a `Block`, nested. None for a document without content.

    Raises:
        InputError: broken syntax, an alias, anchor or tag, a repeated key, a second document, or nesting
            deeper than `MAX_DEPTH`.
    """
    builder = _YamlBuilder(path)
    # The loader in C is ten times faster; an installation that was built without it reads just the same.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _broken_yaml(error, text, path) from None
    return builder.root


def read_json(text: str, path: str) -> Any:
    """
    Read one JSON document. Numbers come back as the text that was written.

    Returns:
        Text, True, False, None, a list or a `Block`, nested.

    Raises:
        InputError: broken syntax, a repeated key, NaN or Infinity, or nesting deeper than `MAX_DEPTH`.
    """
    places = _json_places(text, path)

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
        raise InputError("broken JSON", path=path, line=error.lineno, cause=cause) from None


def _broken_yaml(error: yaml.YAMLError, text: str, path: str) -> InputError:
    if not isinstance(error, yaml.MarkedYAMLError):
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        return InputError("broken YAML", path=path, line=line, cause="a character that YAML does not allow")
    problem = error.problem or "it cannot be read"
    line = error.problem_mark.line + 1 if error.problem_mark else 0
    cause = problem
    if error.context and error.context_mark:
        cause += f", {error.context} that begins on line {error.context_mark.line + 1}"
    hint = next((hint for sign, hint in _YAML_HINTS.items() if sign in problem), "")
    return InputError("broken YAML", path=path, line=line, cause=cause, hint=hint)


def _too_deep(line: int, path: str) -> NoReturn:
    raise InputError(
        f"nested more than {MAX_DEPTH} deep",
        path=path,
        line=line,
        hint="GitHub holds eight levels of sub-issues; move deeper tasks up",
    )


def _json_places(text: str, path: str) -> Iterator[tuple[int, list[int]]]:
    """Line and key lines of each object, in the order in which they close, which is the decoder's order."""
    closed: list[tuple[int, list[int]]] = []
    opened: list[tuple[int, list[int]]] = []
    escapes = "\\ud" in text or "\\uD" in text
    line, seen = 1, 0
    for token in _JSON_TOKEN.finditer(text):
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
            if len(opened) == MAX_DEPTH:
                _too_deep(line, path)
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


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


class _YamlBuilder:
    """Turns parser events into values, one by one, on a stack of its own."""

    def __init__(self, path: str) -> None:
        self.root: Any = None
        self._path = path
        self._documents = 0
        self._stack: list[Block | list[Any]] = []
        self._keys: list[tuple[str, int] | None] = []

    def take(self, event: yaml.Event) -> None:
        """Take the next event. Raises: InputError for what a task file may not contain."""
        if isinstance(event, yaml.ScalarEvent):
            self._plain(event)
            absent = event.implicit[0] and event.value in _NULLS
            self._scalar(event.value, absent, _line(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._plain(event)
            self._open(isinstance(event, yaml.MappingStartEvent), _line(event))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._stack.pop()
            self._keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse("an alias", f"*{event.anchor}", event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse("a second document", "---", event)

    def _plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse("an anchor", f"&{event.anchor}", event)
        if event.tag is not None:
            self._refuse("a tag", event.tag, event)

    def _refuse(self, what: str, written: str, event: yaml.Event) -> NoReturn:
        raise InputError(
            f"{what} ({written}) is not allowed in a task file",
            path=self._path,
            line=_line(event),
            cause="a task file is one document of plain text, lists and blocks",
            hint="write the value out; for text that starts with * & or ! use quotes",
        )

    def _scalar(self, text: str, absent: bool, line: int) -> None:
        if self._stack and isinstance(self._stack[-1], Block) and self._keys[-1] is None:
            self._keys[-1] = (text, line)
        else:
            self._place(None if absent else text)

    def _open(self, mapping: bool, line: int) -> None:
        if len(self._stack) == MAX_DEPTH:
            _too_deep(line, self._path)
        if self._stack and isinstance(self._stack[-1], Block) and self._keys[-1] is None:
            raise InputError(
                "a list or a block cannot be a key",
                path=self._path,
                line=line,
                hint="for text with { or [ in it use quotes",
            )
        made: Block | list[Any] = Block(line) if mapping else []
        self._place(made)
        self._stack.append(made)
        self._keys.append(None)

    def _place(self, value: Any) -> None:
        if not self._stack:
            self.root = value
            return
        holder = self._stack[-1]
        if isinstance(holder, list):
            holder.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            holder.put(key[0], value, key[1], self._path)
            self._keys[-1] = None
