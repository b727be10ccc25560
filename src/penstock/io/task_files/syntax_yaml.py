"""YAML, built from the parser's events on a stack of its own: no depth can crash it, no alias can blow it up."""

from __future__ import annotations

from typing import Any, NoReturn

import yaml

from penstock.base.errors import InputError
from penstock.io.task_files.syntax import Block, check_room

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

_HINTS = {
    "'\\t'": "indent with spaces",
    "cannot start any token": "indent with spaces; put text that starts with @ or % in quotes",
    "mapping values are not allowed": "put text that has a colon and a space in it in quotes",
    "did not find expected key": "check the indentation and the quotes around this line",
    "did not find expected '-' indicator": "check the indentation around this line",
    "unexpected end of stream": "close the quote",
}


def read_yaml(text: str, path: str) -> Any:
    """
    Read one YAML document.

    Returns:
        Text, None, a list or a `Block`, nested. None for a document without content.

    Raises:
        InputError: broken syntax, an alias, anchor or tag, a repeated key, a second document, or nesting
            deeper than `MAX_DEPTH`.
    """
    builder = _Builder(path)
    # The loader in C is ten times faster; an installation that was built without it reads just the same.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _broken(error, text, path) from None
    return builder.root


def _broken(error: yaml.YAMLError, text: str, path: str) -> InputError:
    if not isinstance(error, yaml.MarkedYAMLError):
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        return InputError("broken YAML", path=path, line=line, cause="a character that YAML does not allow")
    problem = error.problem or "it cannot be read"
    # The parser complains about an unfinished file on the line after the last one.
    line = min(error.problem_mark.line + 1, len(text.splitlines())) if error.problem_mark else 0
    cause = problem
    if error.context and error.context_mark:
        cause += f", {error.context} that begins on line {error.context_mark.line + 1}"
    hint = next((hint for sign, hint in _HINTS.items() if sign in problem), "")
    return InputError("broken YAML", path=path, line=line, cause=cause, hint=hint)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


class _Builder:
    """Turns parser events into values, one by one, on a stack of its own."""

    def __init__(self, path: str) -> None:
        self.root: Any = None
        self._path = path
        self._documents = 0
        self._blocks = 0
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
        check_room(len(self._stack), self._blocks, line, self._path)
        self._blocks += 1
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
