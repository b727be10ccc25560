"""What the simulator noticed: requests, refusals, and every time a client went against a limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Violation:
    """A request or item that went against a limit or into a pause. `at` is epoch seconds."""

    at: float
    reason: str
    request: str


class Stats:
    """
    Attributes:
        requests: Requests that arrived, `/_sim` excluded.
        write_requests: Those of them that write, whatever came of them.
        refusals: Answers by why they were refused.
        hurried: Writing requests that started closer to the one before than GitHub recommends.
        items_s: Server seconds of the items done, by kind.
        violations: How often a client went against a limit; the first few are kept.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.write_requests = 0
        self.refusals: Counter[str] = Counter()
        self.hurried = 0
        self.items_s: Counter[str] = Counter()
        self.violations = 0
        self.first_violations: list[Violation] = []

    def violate(self, at: float, reason: str, request: str) -> None:
        """Note a violation."""
        self.violations += 1
        if len(self.first_violations) < _SHOWN:
            self.first_violations.append(Violation(at, reason, request))

    def as_json(self) -> dict[str, Any]:
        """The part of `GET /_sim/stats` that does not depend on what is stored."""
        return {
            "requests": self.requests,
            "write_requests": self.write_requests,
            "violations": self.violations,
            "hurried": self.hurried,
            "items_s": {kind: round(seconds, 6) for kind, seconds in sorted(self.items_s.items())},
            "refusals": dict(sorted(self.refusals.items())),
            "first_violations": [
                {"at": found.at, "reason": found.reason, "request": found.request} for found in self.first_violations
            ],
        }
