"""
What GitHub Actions shows of a command beside its log: folded groups, annotations at lines, a summary, outputs.

Workflow commands go to stderr: the runner reads both streams alike, and stdout stays what it is everywhere. No secret
is masked here, because none is ever written: the token stands in no message, and the runner masks its own.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands,
https://github.com/actions/runner/blob/main/src/Runner.Worker/Handlers/ScriptHandler.cs (both streams)
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import msgspec

from penstock.output.markdown import code, folded
from penstock.output.stream import Diagnostic
from penstock.output.text import listed, place

SUMMARY_BYTES = 1_000_000
"""Above 1 MiB for a step GitHub drops the whole summary."""

ANNOTATIONS = 10
"""Of each level that GitHub shows for a step."""

LINES_NAMED = 5

_LEVELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"error": ("error", "Penstock"), "confirm": ("warning", "Penstock: to confirm"), "warning": ("warning", "Penstock")}
)
_COMMAND = re.compile(r"^(\s*)::")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a command leaves on the page of its step.

    Attributes:
        summary: Markdown.
        listing: Lines that are folded away below it, and cut off where they do not fit.
        title, rest: What the list is, and where to read what was cut off; Markdown.
        outputs: For later steps, as `steps.ID.outputs.NAME`.
        diagnostics: What was not annotated before.
    """

    summary: str
    listing: Sequence[str] = ()
    title: str = ""
    rest: str = ""
    outputs: Mapping[str, object]
    diagnostics: Sequence[Diagnostic] = ()


Place = Callable[[str, int], str]
"""A line of a task file, as a Markdown link."""


class Actions:
    """
    The runner of a step.

    Args:
        environ: Names the files that the runner reads when the step has ended.
        write: Puts lines on stderr.
        quiet: Errors alone are annotated, and nothing is folded.
    """

    def __init__(self, environ: Mapping[str, str], write: Callable[[Iterable[str]], None], *, quiet: bool) -> None:
        self._environ = environ
        self._write = write
        self._quiet = quiet

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Lines written meanwhile are folded below a title."""
        if self._quiet:
            yield
            return
        self._write([f"::group::{data(title)}"])
        try:
            yield
        finally:
            self._write(["::endgroup::"])

    def annotate(self, diagnostics: Iterable[Diagnostic]) -> None:
        """At their lines in the task file."""
        shown = [one for one in diagnostics if one.level == "error" or (one.level in _LEVELS and not self._quiet)]
        self._write(annotation_lines(shown, self._in_workspace))

    def leave(self, step: Step) -> None:
        """Annotations, summary and outputs."""
        self.annotate(step.diagnostics)
        self._append("GITHUB_STEP_SUMMARY", lambda size: summary(step, SUMMARY_BYTES - size))
        self._append("GITHUB_OUTPUT", lambda _: "".join(output(*pair) for pair in step.outputs.items()))

    def place(self, path: str, line: int) -> str:
        """As `Place`: a link where the step works on a commit of a repository that holds the file."""
        shown = code(place(path, line))
        root = "/".join(self._environ.get(f"GITHUB_{part}", "") for part in ("SERVER_URL", "REPOSITORY"))
        commit, file = self._environ.get("GITHUB_SHA"), self._in_workspace(path)
        if not commit or Path(file).is_absolute() or file.startswith(".."):
            return shown
        plain = "?plain=1" if file.endswith(".md") else ""
        return f"[{shown}]({root}/blob/{commit}/{quote(file)}{plain}{f'#L{line}' if line else ''})"

    def _append(self, name: str, make: Callable[[int], str]) -> None:
        """The text made for a file that is so many bytes long. The run stands whether or not it can be told."""
        if path := self._environ.get(name):
            try:
                with Path(path).open("ab") as file:
                    file.write(make(file.tell()).encode(errors="replace"))
            except OSError as error:
                self._write([f"::warning title=Penstock::cannot write {name}: {data(error.strerror or str(error))}"])

    def _in_workspace(self, path: str) -> str:
        """As GitHub names files: from the root of the repository, wherever the step works."""
        root = self._environ.get("GITHUB_WORKSPACE", "")
        below = os.path.relpath(path, root) if root else path
        return path if below.startswith("..") else Path(below).as_posix()


def annotation_lines(diagnostics: Iterable[Diagnostic], named: Callable[[str], str]) -> list[str]:
    """
    Workflow commands, at most `ANNOTATIONS` of each of the runner's levels.

    What says the same is one annotation at the first of its lines; of too many the largest are shown, and how many are
    not. A `note` is none.

    Args:
        named: A path as the runner knows it.
    """
    groups: dict[str, dict[tuple[str, str], list[Diagnostic]]] = {}
    for one in diagnostics:
        if one.level in _LEVELS:
            command = _LEVELS[one.level][0]
            groups.setdefault(command, {}).setdefault((one.message, one.hint), []).append(one)
    lines = []
    for command, by_text in groups.items():
        largest = sorted(by_text.values(), key=len, reverse=True)
        shown = largest if len(largest) <= ANNOTATIONS else largest[: ANNOTATIONS - 1]
        lines += [_annotation(command, group, named) for group in shown]
        if hidden := sum(map(len, largest[len(shown) :])):
            lines.append(f"::{command} title=Penstock::…and {hidden:,} more: see the log or the summary")
    return lines


def _annotation(command: str, group: Sequence[Diagnostic], named: Callable[[str], str]) -> str:
    first = group[0]
    properties = {"title": _LEVELS[first.level][1]}
    if first.path:
        properties = {"file": named(first.path), **({"line": str(first.line)} if first.line else {}), **properties}
    text = first.message if len(group) == 1 else f"{len(group):,} × {first.message}{_also(group[1:])}"
    told = [text, *([f"cause: {first.cause}"] if first.cause else []), *([f"hint: {first.hint}"] if first.hint else [])]
    heads = ",".join(f"{name}={property_value(value)}" for name, value in properties.items())
    return f"::{command} {heads}::{data(chr(10).join(told))}"


def _also(group: Sequence[Diagnostic]) -> str:
    """The lines of the others."""
    numbers = [str(one.line) for one in group if one.line]
    named = numbers if len(numbers) <= LINES_NAMED else [*numbers[:LINES_NAMED], f"{len(numbers) - LINES_NAMED:,} more"]
    return f" (also at {'line' if len(numbers) == 1 else 'lines'} {listed(named)})" if numbers else ""


def data(text: str) -> str:
    """The part of a workflow command after the second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """The value of `file`, `line` or `title`."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def summary(step: Step, room_bytes: int) -> str:
    """The Markdown of a step, with as much of the list as has room; nothing where not even the rest has."""
    text = f"{step.summary}\n\n"
    room = room_bytes - len(text.encode(errors="replace")) - 2
    if room < 0:
        return ""
    listing = folded(step.title, step.listing, room, step.rest)
    return text + (f"{listing}\n\n" if listing else "")


def output(name: str, value: object) -> str:
    """An entry of $GITHUB_OUTPUT that no value can break out of."""
    mark = f"ghadelimiter_{secrets.token_hex(16)}"
    return f"{name}<<{mark}\n{value}\n{mark}\n"


def defused(line: str) -> str:
    """Text of others that the runner does not take for a command: an invisible character stands in between."""
    return _COMMAND.sub("\\1\u200b::", line.replace("##[", "##\u200b["))
