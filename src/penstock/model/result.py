"""How a run went, as its journal tells it."""

from __future__ import annotations

import msgspec


class Failure(msgspec.Struct, frozen=True):
    """
    An operation that is dead or skipped.

    Attributes:
        operation: e.g. `issue.create 21.4`.
        why: The server's words, or which operation it waited for.
        line: Line of its task in the source; 0 when unknown.
        skipped: An upstream operation is dead.
        url: Page of what it is about; empty for an issue that does not exist.
        request_id: GitHub's id of the last try; empty where none is known.
    """

    operation: str
    why: str
    line: int = 0
    skipped: bool = False
    url: str = ""
    request_id: str = ""


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """
    A run at the moment it ended, stopped or was looked at.

    Attributes:
        state: `running`, `stopped` or `finished`.
        total: Operations of the plan.
        succeeded: Of them, those that stand; `adopted` of these were found standing after a lost answer.
        left: Operations not settled.
        requests, throttles: Requests sent, and refusals met.
        started_at, ended_at: Epoch seconds of the first start and the last event.
        cause, hint: Why it stopped, and what to do; empty when it finished.
        access: It stopped for want of a right.
    """

    run: str
    state: str
    graph: str
    repository: str
    total: int
    succeeded: int = 0
    adopted: int = 0
    dead: int = 0
    skipped: int = 0
    in_doubt: int = 0
    left: int = 0
    requests: int = 0
    throttles: int = 0
    started_at: float = 0.0
    ended_at: float = 0.0
    cause: str = ""
    hint: str = ""
    access: bool = False
    failures: tuple[Failure, ...] = ()
