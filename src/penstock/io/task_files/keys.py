"""
Keys for tasks that have none in their file: made from the title, alike on every reading.

A key names a task wherever it stands, so moving it changes nothing. Where several tasks have one title each of them is
qualified by the task above; which of them stands first never matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from penstock.base.canonical import sha256_hex
from penstock.base.errors import InputError

SLUG_CHARS_MAX = 60
"""What is longer ends in a digest of the whole title; a qualified key still fits into a key's 128 characters."""

_READ_CHARS_MAX = 1_000

_APART = re.compile(r"[\W_]+")


class Named(NamedTuple):
    """
    A task before it has a key.

    Attributes:
        key: What the file calls it; empty when it has no name there.
        title: Not empty.
        above: Position of the task above it in the same list, which comes before it; -1 at the top.
        line: For messages.
    """

    key: str
    title: str
    above: int
    line: int


def slug(title: str) -> str:
    """Letters and digits of any script in lower case, joined by hyphens; at most `SLUG_CHARS_MAX` characters."""
    # A long row of accents takes quadratic time to normalise, and a title of that length is refused anyway.
    words = _APART.sub("-", unicodedata.normalize("NFKC", title[:_READ_CHARS_MAX]).lower()).strip("-")
    return words if words and len(words) <= SLUG_CHARS_MAX else _cut(words, title)


def _cut(words: str, whole: str) -> str:
    """The beginning of something long, and a digest of the whole."""
    tail = sha256_hex(whole.encode())[:8]
    return f"{words[: SLUG_CHARS_MAX - 9].rstrip('-')}-{tail}".strip("-")


def assign_keys(tasks: Sequence[Named], path: str) -> list[str]:
    """
    The key of each task: its own, or the slug of its title, qualified by the task above where that is not enough.

    Raises:
        InputError: Two tasks without a name of their own have one title below one task, or the key that would be made
            is another task's own.
    """
    slugs = [task.key or slug(task.title) for task in tasks]
    own = {task.key for task in tasks if task.key}
    uses = Counter(made for made, task in zip(slugs, tasks, strict=True) if not task.key)
    keys: list[str] = []
    made_on: dict[str, Named] = {}
    for task, made in zip(tasks, slugs, strict=True):
        if task.key:
            keys.append(task.key)
            continue
        key = made
        if uses[made] > 1 or made in own:
            above = keys[task.above] if task.above >= 0 else ""
            above = above if len(above) <= SLUG_CHARS_MAX else _cut(above, above)
            key = f"{above}/{made}"  # at the top "/made": plain it would be the key of a lone one
        twin = made_on.setdefault(key, task)
        if twin is not task or key in own:
            raise _ambiguous(task, twin, path)
        keys.append(key)
    return keys


def _ambiguous(task: Named, twin: Named, path: str) -> InputError:
    where = f"another stands on line {twin.line}" if twin is not task else "its key would be that of another task"
    return InputError(
        f'"{task.title[:80]}" cannot be told from another task',
        path=path,
        line=task.line,
        cause=f"it has no key of its own, and {where}",
        hint="give each of them a key, or titles that differ",
    )
