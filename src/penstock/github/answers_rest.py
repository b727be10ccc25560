"""A REST answer to one operation, as an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penstock.github.context import Context
from penstock.github.errors import GRANT, access_of, decode, throttle_of, words_of
from penstock.github.refusals import invalid, missing, moved
from penstock.model.operation import Operation
from penstock.model.outcome import Fatal, InDoubt, Outcome, Rejected, Succeeded, Transient
from penstock.model.ports import Reply

_MAKES = frozenset({"issue.create", "label.create", "milestone.create", "comment.create"})


def outcome(context: Context, operation: Operation, reply: Reply, *, now: float, slow: bool) -> Outcome:
    """
    How the operation ended.

    Args:
        now: Epoch seconds at which the answer arrived.
        slow: The answer took about as long as the server works on a request: a 5xx is then its time-out.
    """
    status, document = reply.status, decode(reply.body)
    words = words_of(document) or f"HTTP {status}"
    if 200 <= status < 300:
        return _done(operation, status, document)
    if status >= 500 or status == 408:
        return InDoubt("timeout" if slow else "server", words)
    throttled = throttle_of(status, reply.headers, words, now, "rest")
    if throttled:
        return throttled
    if status in {401, 403}:
        return access_of(status, reply.headers, words) or Fatal(words, GRANT)
    if status == 404:
        return missing(context, operation, words, status)
    if status == 422 and document is None:
        return Transient("server", 1.0, "refused with an answer that is not JSON")
    if status == 422:
        return invalid(operation, words, status)
    if 300 <= status < 400:
        return moved(context, operation, _location(reply, document), words)
    return access_of(status, reply.headers, words) or Rejected(words, status)


def made(document: Mapping[str, Any]) -> Succeeded:
    """The ids of an issue, comment, label or milestone; only issues and milestones have a number."""
    number = document.get("number")
    return Succeeded(number if isinstance(number, int) else 0, document["node_id"], document["id"])


def _done(operation: Operation, status: int, document: Any) -> Outcome:
    if operation.kind.name not in _MAKES:
        answered = document is not None or status == 204
        return Succeeded() if answered else InDoubt("network", "the answer is not JSON")
    if not isinstance(document, Mapping):
        return InDoubt("network", "the answer is not JSON")
    if not {"node_id", "id"} <= document.keys():
        return InDoubt("null", "the answer names no id")
    return made(document)


def _location(reply: Reply, document: Any) -> str:
    named = document.get("url") if isinstance(document, Mapping) else ""
    return reply.headers.get("location") or str(named)
