"""What a refusal of one operation means: whether it was done, may be tried again, or is dead."""

from __future__ import annotations

import re

from penstock.github.context import Context
from penstock.github.errors import access_of
from penstock.model.operation import (
    BlockedByUnlink,
    LabelsRemove,
    Operation,
    Ref,
    SubIssueUnlink,
)
from penstock.model.outcome import Fatal, InDoubt, Outcome, Rejected, Succeeded, Transient

# https://github.com/github/github-mcp-server/issues/1842: two links below one parent at the same time.
_RACE = re.compile(r"priority has already been taken|priority you are attempting to set is not unique", re.IGNORECASE)
_EXISTS = re.compile(r"\balready|duplicate sub-issue|only have one parent", re.IGNORECASE)
_ABSENT = re.compile(r"not a sub-issue|label does not exist|does not (exist|block)|is not blocked", re.IGNORECASE)
_MOVED_TO = re.compile(r"/repositories/(\d+)")


def is_young(context: Context, operation: Operation) -> bool:
    """Whether an issue that the operation names was made so recently that a replica may not know it."""
    payload = operation.payload
    named = (getattr(payload, field, None) for field in ("issue", "parent", "child", "blocker"))
    return any(context.young(ref) for ref in named if isinstance(ref, Ref))


def invalid(operation: Operation, words: str, status: int) -> Outcome:
    """
    GitHub's validation refused the operation: 422, or `UNPROCESSABLE` on an alias.

    What exists already may be ours, from an answer that was lost: a look-up tells.
    """
    if _RACE.search(words):
        return Transient("server", 0.5, words)
    if operation.kind.idempotency == "keyed" and _EXISTS.search(words):
        return InDoubt("exists", words)
    if _already_undone(operation, words):
        return Succeeded(adopted=True)
    return access_of(200, {}, words) or Rejected(words, status)


def missing(context: Context, operation: Operation, words: str, status: int) -> Outcome:
    """
    Something the operation names cannot be found: 404, or `NOT_FOUND` on an alias.

    REST says no more than 404 to one who undoes what is not there: nothing is left to undo.
    """
    if _already_undone(operation, words):
        return Succeeded(adopted=True)
    if is_young(context, operation):
        return Transient("eventual", 0.5, words)
    if status == 404 and _undoes(operation):
        return Succeeded(adopted=True)
    if context.repository.node_id in words or _is_of_repository(operation, status):
        return gone(context, words)
    return Rejected(words, status)


def gone(context: Context, words: str) -> Fatal:
    """The repository itself cannot be found any more, or not with this token."""
    hint = f"check that {context.repository.name} exists and that the token can see it"
    return Fatal(words, hint)


def moved(context: Context, operation: Operation, location: str, words: str) -> Outcome:
    """A redirect, which a write does not follow: the repository was renamed, or the issue went to another one."""
    target = _MOVED_TO.search(location)
    same_repository = target is not None and int(target[1]) == context.repository.database_id
    if same_repository or _is_of_repository(operation, 404):
        return Fatal(words or "the repository was moved", "make a new plan with its new name", access=False)
    return Rejected(words or "the issue was moved to another repository", 301)


def _is_of_repository(operation: Operation, status: int) -> bool:
    """A REST path without an issue: what is missing can only be the repository."""
    return status == 404 and operation.kind.lane == "create" and operation.kind.name != "comment.create"


def _undoes(operation: Operation) -> bool:
    return isinstance(operation.payload, LabelsRemove | SubIssueUnlink | BlockedByUnlink)


def _already_undone(operation: Operation, words: str) -> bool:
    return _undoes(operation) and _ABSENT.search(words) is not None
