"""The hidden line by which Penstock knows again what it wrote, and for which task of which graph."""

from __future__ import annotations

import re
from typing import get_args
from urllib.parse import quote, unquote

from penstock.model.observed import Marker
from penstock.model.task import TaskState

VERSION = 1
END = f"<!-- /penstock:v{VERSION} -->"

_LINE = re.compile(r"<!-- penstock:v(\d{1,9})((?: \S+)*) -->[ \t]*")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_DOUBLED_HYPHEN = re.compile("-(?=-)")
_SPECIAL = frozenset(' %<>",')


def render(marker: Marker) -> str:
    """
    One line, without a line break.

    Values are percent-encoded, so that no text of a user can end the comment, the line or the value. State is left
    out when open, labels when there are none.
    """
    values = {"graph": marker.graph, "key": marker.key, "op": str(marker.op), "run": marker.run, "sha": marker.sha}
    if marker.state != "open":
        values["state"] = marker.state
    pairs = [f"{name}={_encode(value)}" for name, value in values.items()]
    if marker.labels:
        pairs.append(f"labels={','.join(map(_encode, marker.labels))}")
    return f"<!-- penstock:v{VERSION} {' '.join(pairs)} -->"


def read_line(line: str) -> Marker | None:
    """The marker that this line is, or None. Unknown attributes are ignored, another version is not ours."""
    match = _LINE.fullmatch(line)
    if match is None or int(match[1]) != VERSION:
        return None
    values = dict(pair.split("=", 1) for pair in match[2].split(" ") if "=" in pair)
    if not {"graph", "key", "run"} <= values.keys() or not _NUMBER.fullmatch(values.get("op", "")):
        return None
    state = values.get("state")
    return Marker(
        graph=unquote(values["graph"]),
        key=unquote(values["key"]),
        op=int(values["op"]),
        run=unquote(values["run"]),
        sha=unquote(values.get("sha", "")),
        state=next((known for known in get_args(TaskState) if known == state), "open"),
        labels=tuple(map(unquote, values["labels"].split(","))) if "labels" in values else (),
    )


def read_version(line: str) -> int | None:
    """The marker version of this line; None when it is no marker at all."""
    match = _LINE.fullmatch(line)
    return int(match[1]) if match else None


def _encode(value: str) -> str:
    if not (value.isprintable() and _SPECIAL.isdisjoint(value)):
        kept = (char if char.isprintable() and char not in _SPECIAL else quote(char, safe="") for char in value)
        value = "".join(kept)
    return _DOUBLED_HYPHEN.sub("%2D", value)
