"""
A GraphQL answer to a batch of mutations, as one outcome per alias.

Mutations run one after another and not as a transaction: an alias with data was done, whatever became of the others
and whatever the HTTP status says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from penstock.github.context import Context
from penstock.github.errors import (
    GRANT,
    access_of,
    decode,
    error_words,
    is_request_error,
    is_too_big,
    throttle_of,
    words_of,
)
from penstock.github.graphql import MUTATIONS, alias
from penstock.github.refusals import invalid, missing
from penstock.model.operation import Operation
from penstock.model.outcome import Fatal, InDoubt, Outcome, Rejected, Succeeded, Transient
from penstock.model.ports import Reply

_REFUSED = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "UNAUTHORIZED"})
_INVALID = frozenset({"UNPROCESSABLE", "VALIDATION"})
_SILENT = "no data and no error"


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, with what is needed to judge it."""

    context: Context
    operations: Sequence[Operation]
    reply: Reply
    document: Any
    now: float
    slow: bool

    def doubt(self, words: str) -> InDoubt:
        """The server gave up, at its time limit or before."""
        return InDoubt("timeout" if self.slow else "server", words)

    def too_big(self, words: str) -> Transient:
        """Not an attempt, unless the batch cannot be made smaller."""
        return Transient("resource", 0.0 if len(self.operations) > 1 else 1.0, words)


def outcomes(
    context: Context, operations: Sequence[Operation], reply: Reply, *, now: float, slow: bool
) -> tuple[Outcome, ...]:
    """
    How the operations ended, in their order.

    Args:
        now: Epoch seconds at which the answer arrived.
        slow: The answer took about as long as the server works on a request: a failure is then its time-out.
    """
    document = decode(reply.body)
    answer = _Answer(context=context, operations=operations, reply=reply, document=document, now=now, slow=slow)
    data = document.get("data") if isinstance(document, Mapping) else None
    if isinstance(data, Mapping) and (reply.status == 200 or any(data.values())):
        return _by_alias(answer, data)
    return (_whole(answer),) * len(operations)


def _by_alias(answer: _Answer, data: Mapping[str, Any]) -> tuple[Outcome, ...]:
    errors: list[Mapping[str, Any]] = answer.document.get("errors") or []
    by_alias = {error["path"][0]: error for error in reversed(errors) if error.get("path")}
    rest = _unanswered(answer, [error for error in errors if not error.get("path")])
    found: list[Outcome] = []
    for position, operation in enumerate(answer.operations):
        payload, error = data.get(alias(position)), by_alias.get(alias(position))
        done = _done(operation, payload)
        if done:
            found.append(done)
        elif error and len(error["path"]) == 1:
            found.append(_refused(answer, operation, error))
        elif error or isinstance(payload, Mapping):  # it ran, and only what it made cannot be told
            found.append(InDoubt("null", error_words(error) if error else _SILENT))
        else:
            found.append(rest)
    return tuple(found)


def _done(operation: Operation, payload: Any) -> Succeeded | None:
    """Ids where the selection asks for them; None when the payload or what it should hold is null."""
    for field in MUTATIONS[operation.kind.name].result:
        payload = payload.get(field) if isinstance(payload, Mapping) else None
    if not isinstance(payload, Mapping):
        return None
    if operation.kind.lane != "create":
        return Succeeded()
    return Succeeded(payload.get("number") or 0, payload["id"], payload.get("databaseId") or 0)


def _unanswered(answer: _Answer, global_errors: Sequence[Mapping[str, Any]]) -> Outcome:
    """What holds for an alias that is null and has no error of its own."""
    words = "; ".join(map(error_words, global_errors))
    everything = words_of(answer.document)
    if is_too_big(everything):
        return answer.too_big(everything)
    throttled = throttle_of(200, answer.reply.headers, words, answer.now, "graphql")
    if throttled:
        return throttled
    if words:
        return answer.doubt(words)
    return InDoubt("null", _SILENT)


def _refused(answer: _Answer, operation: Operation, error: Mapping[str, Any]) -> Outcome:
    """What the error of one alias means."""
    words, kind, headers = error_words(error), error.get("type"), answer.reply.headers
    throttled = throttle_of(200, headers, words, answer.now, "graphql")
    if throttled:
        return throttled
    if is_too_big(words):
        return answer.too_big(words)
    if kind == "NOT_FOUND":
        return access_of(200, headers, words) or missing(answer.context, operation, words, 200)
    if kind in _REFUSED:
        return access_of(403, headers, words) or Rejected(words, 200)
    if kind in _INVALID:
        return invalid(operation, words, 200)
    return answer.doubt(words)


def _whole(answer: _Answer) -> Outcome:
    """What holds for every alias of an answer without data."""
    status, headers, document = answer.reply.status, answer.reply.headers, answer.document
    words = words_of(document) or f"HTTP {status}"
    if status >= 500 or status == 408:
        return answer.doubt(words)
    if is_too_big(words) or status == 413:
        return answer.too_big(words)
    throttled = throttle_of(status, headers, words, answer.now, "graphql")
    if throttled:
        return throttled
    if status in {401, 403}:
        return access_of(status, headers, words) or Fatal(words, GRANT)
    if status != 200:
        return Fatal(words, "this server does not answer GraphQL here: use `--transport rest`", access=False)
    if not isinstance(document, Mapping):
        return InDoubt("network", "the answer is not JSON")
    if is_request_error(document, words):
        return access_of(status, headers, words) or Fatal(words, "use `--transport rest`", access=False)
    return answer.doubt(words)
