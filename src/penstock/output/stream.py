"""
The lines of `--json-stream`: one JSON object each, as things happen.

Version 1 promises that what stands here stays: types and fields are added, never renamed or removed. So a reader
ignores what it does not know. Instants are epoch seconds.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from penstock.api.version import VERSION

STREAM_VERSION = "1.0"


class Version(msgspec.Struct, frozen=True, tag="version"):
    """The first line: what wrote the stream, and which promise it keeps."""

    stream: str = STREAM_VERSION
    penstock: str = VERSION


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, tag="diagnostic"):
    """
    What somebody should know: a finding of the plan, or the error that ended the command.

    Attributes:
        level: `error`, `confirm` (asked about before anything is written), `warning` or `note`.
        cause, hint: Why, and what to do; may be empty.
        path, line: Where in which task file; empty and 0 when it is about no line.
        exit_code: Of the command, when this error ended it; else 0.
    """

    level: Literal["error", "confirm", "warning", "note"]
    message: str
    cause: str = ""
    hint: str = ""
    path: str = ""
    line: int = 0
    exit_code: int = 0


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag="planned"):
    """
    One operation of the plan.

    Attributes:
        no: Its number, by which later lines call it.
        name: How messages call it, e.g. `issue.create beds.soil`.
        key: Of its task; empty for labels and milestones.
        title: Of its task, or what the label or milestone is called.
        source, line: Where its task stands.
    """

    no: int
    name: str
    kind: str
    key: str
    title: str
    source: str
    line: int


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True, tag="plan_summary"):
    """
    The plan in numbers.

    Attributes:
        counts: Kind → operations.
        unchanged: Tasks whose issue is as planned.
        findings: Level → findings.
        expected_s: Seconds it takes under the profile in force; None where nobody asked.
    """

    repository: str
    graph: str
    source: str
    tasks: int
    operations: int
    counts: dict[str, int]
    unchanged: int
    findings: dict[str, int]
    expected_s: float | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """A process took the run up. `settled` of its `total` operations were so before; `run` is empty in a rehearsal."""

    run: str
    repository: str
    graph: str
    total: int
    settled: int
    at: float


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag="sent"):
    """
    A request is on its way.

    Attributes:
        batch: Its number.
        purpose: `effect` does the operations, `lookup` asks whether they were done, `probe` whether the server works.
        kind: Of the operations; empty for a probe.
        operations: Their numbers.
    """

    batch: int
    purpose: Literal["effect", "lookup", "probe"]
    kind: str
    operations: tuple[int, ...]
    at: float


class Settled(msgspec.Struct, frozen=True, kw_only=True, tag="settled"):
    """
    An operation came to its end. Told once for each.

    Attributes:
        no, name, key, kind: As in `planned`.
        result: `done`, `adopted` (found standing after a lost answer), `dead` (will not be tried again by itself) or
            `skipped` (something it needs is dead).
        number, url: The issue or milestone it is about; 0 and empty where there is none.
        ms: Milliseconds of the request that settled it; 0 where none did.
        request_id: GitHub's id of that request.
        why: Why it is dead or skipped.
        source, line: Where its task stands.
    """

    no: int
    name: str
    key: str
    kind: str
    result: Literal["done", "adopted", "dead", "skipped"]
    number: int = 0
    url: str = ""
    ms: float = 0.0
    request_id: str = ""
    why: str = ""
    source: str = ""
    line: int = 0
    at: float


class Waiting(msgspec.Struct, frozen=True, kw_only=True, tag="waiting"):
    """Nothing is sent before `until`; waits of less than two seconds are the ordinary rhythm and are not told."""

    cause: str
    until: float
    at: float


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """The server refused: what is in `scope` (and `lane`, when not empty) pauses until then."""

    scope: str
    lane: str
    cause: str
    until: float
    at: float


class Switched(msgspec.Struct, frozen=True, kw_only=True, tag="switched"):
    """The account is paced by another profile from now on."""

    profile: str
    why: str
    at: float


class Breaker(msgspec.Struct, frozen=True, kw_only=True, tag="breaker"):
    """The circuit breaker is now `closed`, `open` (the server is probed at `until`) or `half_open`."""

    state: str
    why: str
    until: float = 0.0
    at: float


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, tag="checkpoint"):
    """The journal holds a mark with these counts."""

    settled: int
    succeeded: int
    failed: int
    at: float


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """
    Where the run stands, at most once a second, and at the end.

    Attributes:
        settled: Done, dead and skipped together; `failed` of them are dead or skipped.
        eta_low_s, eta_s: Seconds still to go: at least, and at most as far as is known.
    """

    settled: int
    total: int
    failed: int
    eta_low_s: float
    eta_s: float
    at: float


class Stopped(msgspec.Struct, frozen=True, tag="stopped"):
    """The last line of a command whose run did not come to its end and can be resumed. As `finished`."""

    document: dict[str, Any]


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The last line of a command that came to its end; `document` is what `--json` prints."""

    document: dict[str, Any]


Line = (
    Version
    | Diagnostic
    | Planned
    | PlanSummary
    | Started
    | Sent
    | Settled
    | Waiting
    | Paused
    | Switched
    | Breaker
    | Checkpoint
    | Progress
    | Stopped
    | Finished
)


def stream_schema() -> dict[str, Any]:
    """The JSON Schema that every line of a stream of this version matches."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of penstock --json-stream, version {STREAM_VERSION}",
        **msgspec.json.schema(Line),
    }
