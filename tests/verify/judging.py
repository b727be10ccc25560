"""What a judge says of a history, and of one that was tampered with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from penstock.verify.checkers import CHECKERS
from penstock.verify.world import History


def complaints(checker: str, history: History) -> list[str]:
    """What one judge says."""
    return list(CHECKERS[checker](history))


def tampered(history: History, **fields: Any) -> History:
    """The history with other fields in its last episode."""
    return replace(history, episodes=[*history.episodes[:-1], replace(history.episodes[-1], **fields)])


def issue(issues: list[dict[str, Any]], title: str) -> dict[str, Any]:
    """The issue of a title."""
    return next(found for found in issues if found["title"] == title)
