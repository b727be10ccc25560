"""Typed decode of a read file, with msgspec's complaint turned into a line, plain words and a suggestion."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

import msgspec

from penstock.base.errors import InputError
from penstock.io.task_files.syntax import Block

T = TypeVar("T")

_LOOKED_AT_CHARS_MAX = 200_000
"""Comparing all names of a large plan with one long word would take minutes."""

_WHERE = re.compile(r" - at `\$(?P<where>.*)`$", re.DOTALL)
_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<index>\d+)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")
_WANTED = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<found>[^`]*)`")

_NOT_A_CHOICE = re.compile(r"Invalid enum value '(?P<value>.*)'", re.DOTALL)

_WORDS: Mapping[str, str] = {
    "str": "text",
    "array": "a list",
    "object": "a block of key: value pairs",
    "null": "nothing",
    "bool": "true or false",
}


def suggestion(word: str, known: Iterable[str], synonyms: Mapping[str, str] | None = None) -> str:
    """A hint that names the known word closest to `word`; empty when none of the first thousands is close."""
    looked_at = islice(known, _LOOKED_AT_CHARS_MAX // (len(word) + 1))
    close = difflib.get_close_matches(word, list(looked_at), n=1, cutoff=0.6)
    meant = (synonyms or {}).get(word) or (close[0] if close else "")
    return f'did you mean "{meant}"?' if meant else ""


def typed(value: Any, into: type[T], path: str, synonyms: Mapping[str, str] | None = None) -> T:
    """
    Decode a value of `syntax` into a record.

    Args:
        value: What `read_yaml` or `read_json` returned, or a part of it.
        into: The record's type.
        path: The file as the user named it.
        synonyms: Fields that people expect, and what they are called here.

    Raises:
        InputError: the first thing that does not fit, with the line of the field or of the block around it.
    """
    try:
        return msgspec.convert(value, into)
    except msgspec.ValidationError as error:
        raise _explained(str(error), value, into, path, synonyms) from None


def _explained(
    complaint: str, value: Any, into: type[Any], path: str, synonyms: Mapping[str, str] | None
) -> InputError:
    match = _WHERE.search(complaint)
    where = match["where"] if match else ""
    problem = complaint[: match.start()] if match else complaint
    line, place = _locate(value, where)
    if unknown := _UNKNOWN.fullmatch(problem):
        field = unknown["field"]
        line = place.key_lines.get(field, line) if place is not None else line
        return InputError(
            f'unknown field "{field}"',
            path=path,
            line=line,
            cause=f"{_named(where)} has no such field",
            hint=suggestion(field, _field_names(into), synonyms),
        )
    if missing := _MISSING.fullmatch(problem):
        field = missing["field"]
        return InputError(
            f'{_named(where)} has no "{field}"', path=path, line=line, hint=f'add "{field}" to this block'
        )
    if mismatch := _WANTED.fullmatch(problem):
        wanted, found = _in_words(mismatch["wanted"]), _in_words(mismatch["found"])
        hint = "put it in a list: [ ]" if wanted == _WORDS["array"] and found == _WORDS["str"] else ""
        return InputError(f"{_named(where)} must be {wanted}, not {found}", path=path, line=line, hint=hint)
    if other := _NOT_A_CHOICE.fullmatch(problem):
        choices = _choices(into, where.rpartition(".")[2])
        return InputError(
            f'{_named(where)} cannot be "{other["value"]}"',
            path=path,
            line=line,
            cause=f"it is one of {', '.join(choices)}",
            hint=suggestion(other["value"], choices, synonyms),
        )
    return InputError(f"{_named(where)}: {problem[:1].lower()}{problem[1:]}", path=path, line=line)


def _locate(value: Any, where: str) -> tuple[int, Block | None]:
    """The line that is nearest to a place, and the block at the place or around it."""
    line, block = (value.line, value) if isinstance(value, Block) else (0, None)
    for step in _STEP.finditer(where):
        if step["field"] is not None and isinstance(value, Block):
            line = value.key_lines.get(step["field"], line)
            value = value.get(step["field"])
        elif step["index"] is not None and isinstance(value, list):
            value = value[int(step["index"])]
        if isinstance(value, Block):
            line, block = value.line, value
    return line, block


def _named(where: str) -> str:
    return where.lstrip(".") or "the file"


def _in_words(types: str) -> str:
    names = [name.strip() for name in types.split("|")]
    wanted = [name for name in names if name != "null"] or names
    return " or ".join(_WORDS.get(name, name) for name in wanted)


def _field_names(into: type[Any]) -> list[str]:
    """Names of the fields of a record and of the records below it."""
    return [name for fields in _fields(into) for name in fields]


def _choices(into: type[Any], field: str) -> list[str]:
    """The values that a field of a closed list may have."""
    return [value for fields in _fields(into) for value in fields.get(field, {}).get("enum", ())]


def _fields(into: type[Any]) -> list[dict[str, Any]]:
    definitions = msgspec.json.schema(into).get("$defs", {})
    return [schema.get("properties", {}) for schema in definitions.values()]
