"""What an answer teaches the controller, and what changes by it: each new size with its reason."""

from __future__ import annotations

from penstock.core.attempts import is_heavy
from penstock.core.controller import Controller
from penstock.model.events import Sized
from penstock.model.limits import Served
from penstock.model.operation import Kind
from penstock.model.outcome import Answer, InDoubt, Rejected, Succeeded, Transient

ERRORS_OVER, REQUESTS_OVER = 50, 10
"""Operations and requests over which the error rate is taken, at the least."""

FAILURES_MIN = 3
"""One bad gateway fails a whole batch: so many requests must fail before that is a rate."""

KEPT_EVERY = 25
"""Requests between two savings of what was learnt."""


class Learning:
    """
    Args:
        api: The API that the controller sizes requests for.
    """

    def __init__(self, controller: Controller, api: str) -> None:
        self._controller = controller
        self._api = api
        self._recent: list[int] = []
        self._over = 0
        self._told: dict[str, int] = {}
        self._taught = 0

    def learn(self, kind: Kind, answer: Answer) -> list[Sized]:
        """
        Take in the end of a request that did operations of one kind.

        Returns:
            The change of this kind's size, if there is one.
        """
        if self._api == "graphql" and not kind.graphql:
            return []
        size, outcomes = len(answer.outcomes), answer.outcomes
        heavy = {outcome.category for outcome in outcomes if isinstance(outcome, Transient | InDoubt)}
        if answer.rate and answer.rate.limit:
            self._controller.quota(answer.rate.remaining / answer.rate.limit)
        if all(isinstance(outcome, Succeeded | Rejected) for outcome in outcomes):
            self._controller.answered(kind, size, answer.received_at - answer.sent_at)
            self._taught += 1
        elif "timeout" in heavy and size > 1:
            self._controller.timed_out(kind, size)
        elif "resource" in heavy and size > 1:
            self._controller.too_heavy(kind, size)
        self._count(sum(isinstance(one, Transient | InDoubt) and not is_heavy(one) for one in outcomes), size)
        return self._changed(kind)

    def breaker(self, state: str) -> None:
        """It changed its state."""
        if state == "closed":
            self._controller.recovered()

    def to_keep(self, now: float, *, last: bool) -> list[Served]:
        """What other runs should know, every so often and at the end."""
        if not self._taught or (self._taught < KEPT_EVERY and not last):
            return []
        self._taught = 0
        served = self._controller.served(self._api, now)
        return [served] if served else []

    def _count(self, errors: int, size: int) -> None:
        """Tell the error rate of the last requests, once they are enough to have one; each counts once."""
        self._recent.append(errors)
        self._over += size
        if self._over >= ERRORS_OVER and len(self._recent) >= REQUESTS_OVER:
            failed = [errors for errors in self._recent if errors]
            self._controller.failed(sum(failed) / self._over if len(failed) >= FAILURES_MIN else 0.0)
            self._recent, self._over = [], 0

    def _changed(self, kind: Kind) -> list[Sized]:
        after = self._controller.size(kind) if self._api == "graphql" else 1
        before = self._told.get(kind.name, after)
        self._told[kind.name] = after
        return [] if before == after else [Sized(kind.name, before, after, self._controller.why(kind))]
