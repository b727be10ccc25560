"""
Every answer, classified once: outcomes per operation, the server's health, the primary limit.

This module is the door: `answers_graphql` and `answers_rest` read effects, `lookups` reads look-ups. What each outcome
leads to is said in `model.outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.base.errors import NotSent, TimedOut, TransportError
from penstock.github import answers_graphql, answers_rest, lookups
from penstock.github.context import Api, Context, route
from penstock.github.errors import (
    GRANT,
    access_of,
    decode,
    error_words,
    is_request_error,
    is_too_big,
    rate_of,
    throttle_of,
    words_of,
)
from penstock.github.sighting import Page
from penstock.model.operation import Operation
from penstock.model.outcome import Answer, Fatal, InDoubt, Outcome, Succeeded, Transient
from penstock.model.ports import Reply

_SLOW_SHARE = 0.75
"""Of the request's time-out: GitHub gives up after 10 s, the client waits 12."""


def read_effect(
    context: Context,
    api: Api,
    operations: Sequence[Operation],
    result: Reply | TransportError,
    *,
    batch: int,
    sent_at: float,
    received_at: float,
    timeout_s: float,
) -> Answer:
    """
    What came of a request that was to do these operations.

    Args:
        api: What the run speaks, as given to `requests.effect`.
        result: The answer, or the transport's error.
        sent_at, received_at: Epoch seconds.
        timeout_s: How long an answer is waited for.
    """
    api = route(api, operations[0].kind)
    slow = received_at - sent_at >= _SLOW_SHARE * timeout_s
    outcomes: tuple[Outcome, ...]
    if isinstance(result, TransportError):
        outcomes = (_unanswered_write(result),) * len(operations)
    elif api == "graphql":
        outcomes = answers_graphql.outcomes(context, operations, result, now=received_at, slow=slow)
    else:
        outcomes = (answers_rest.outcome(context, operations[0], result, now=received_at, slow=slow),)
    return _answer(api, result, batch, sent_at, received_at, outcomes=outcomes, healthy=_health(outcomes))


def read_lookup(
    context: Context,
    api: Api,
    operations: Sequence[Operation],
    result: Reply | TransportError,
    *,
    batch: int,
    sent_at: float,
    received_at: float,
    high_water: int,
    cursor: str,
) -> Answer:
    """
    What a look-up saw. `high_water` and `cursor` as given to `lookups.lookup`; `sent_at` is the read's `as_of`.

    Returns:
        `found` and `more` when the read went through; else one outcome per operation that says why it did not, and
        which says nothing about the operation itself.
    """
    api = route(api, operations[0].kind)
    trouble = read_trouble(api, result, received_at)
    page = Page()
    if trouble is None and isinstance(result, Reply):
        page = lookups.read(context, api, operations, result, high_water=high_water, cursor=cursor)
        trouble = page.trouble
    outcomes = () if trouble is None else (trouble,) * len(operations)
    return _answer(
        *(api, result, batch, sent_at, received_at),
        outcomes=outcomes,
        healthy=_health(outcomes) if outcomes else True,
        found=page.found,
        more=page.more,
    )


def read_probe(api: Api, result: Reply | TransportError, *, batch: int, sent_at: float, received_at: float) -> Answer:
    """What a probe saw: no outcome when the server works, else one."""
    trouble = read_trouble(api, result, received_at)
    outcomes = () if trouble is None else (trouble,)
    healthy = _health(outcomes) if outcomes else True
    return _answer(api, result, batch, sent_at, received_at, outcomes=outcomes, healthy=healthy)


def read_trouble(api: Api, result: Reply | TransportError, now: float) -> Outcome | None:
    """
    Why a request that only reads must be tried again or given up; None when its answer can be used.

    A REST 404, 410 or redirect can be used: it says that something is not there.
    """
    if isinstance(result, TransportError):
        return Transient("timeout" if isinstance(result, TimedOut) else "network", 1.0, _cause(result))
    status, document = result.status, decode(result.body)
    words = words_of(document) or f"HTTP {status}"
    if status >= 500 or status == 408:
        return Transient("server", 1.0, words)
    if status >= 400 or api == "graphql":
        throttled = throttle_of(status, result.headers, words, now, api)
        if throttled:
            return throttled
    if status in {401, 403}:
        return access_of(status, result.headers, words) or Fatal(words, GRANT)
    if status == 200 and document is None:
        return Transient("server", 1.0, "the answer is not JSON")
    return _graphql_trouble(status, result.headers, document, words) if api == "graphql" else None


def _graphql_trouble(status: int, headers: Mapping[str, str], document: Any, words: str) -> Outcome | None:
    if status != 200 or not isinstance(document, Mapping):
        return Fatal(words, "this server does not answer GraphQL here: use `--transport rest`", access=False)
    if is_too_big(words):
        return Transient("resource", 0.0, words)
    if not isinstance(document.get("data"), Mapping):
        if is_request_error(document, words):
            return access_of(status, headers, words) or Fatal(words, "use `--transport rest`", access=False)
        return Transient("server", 1.0, words)
    serious = [error for error in document.get("errors") or () if error.get("type") != "NOT_FOUND"]
    if not serious:
        return None
    words = "; ".join(map(error_words, serious))
    return access_of(status, headers, words) or Transient("server", 1.0, words)


def _unanswered_write(error: TransportError) -> Outcome:
    if isinstance(error, NotSent):
        return Transient("network", 1.0, _cause(error))
    return InDoubt("timeout" if isinstance(error, TimedOut) else "network", _cause(error))


def _cause(error: TransportError) -> str:
    return str(error) or type(error).__name__


def _health(outcomes: Sequence[Outcome]) -> bool | None:
    """
    What the outcomes say about the server. Limits and refusals say nothing; a time-out of more than two operations
    is evidence against the batch.
    """
    doubts = [outcome.category for outcome in outcomes if isinstance(outcome, InDoubt) and outcome.category != "exists"]
    if doubts:
        return None if len(outcomes) > 2 and set(doubts) == {"timeout"} else False
    if any(isinstance(outcome, Succeeded) for outcome in outcomes):
        return True
    failures = [outcome for outcome in outcomes if isinstance(outcome, Transient) and outcome.attempt == 1]
    return False if any(failure.category != "resource" for failure in failures) else None


def _answer(
    api: Api,
    result: Reply | TransportError,
    batch: int,
    sent_at: float,
    received_at: float,
    *,
    outcomes: tuple[Outcome, ...],
    healthy: bool | None,
    found: tuple[tuple[int, Succeeded], ...] = (),
    more: str = "",
) -> Answer:
    reply = result if isinstance(result, Reply) else None
    return Answer(
        batch=batch,
        sent_at=sent_at,
        received_at=received_at,
        outcomes=outcomes,
        found=found,
        more=more,
        status=reply.status if reply else 0,
        request_id=reply.headers.get("x-github-request-id", "") if reply else "",
        rate=rate_of(reply.headers, received_at, api) if reply else None,
        healthy=healthy,
    )
