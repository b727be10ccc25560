"""What an answer teaches the controller, and what changes by it: each new size with its reason."""

from __future__ import annotations

from collections import deque

from penstock.core.attempts import is_heavy
from penstock.core.controller import Controller
from penstock.model.events import Sized
from penstock.model.limits import Served
from penstock.model.operation import Kind
from penstock.model.outcome import Answer, InDoubt, Rejected, Succeeded, Transient

ERRORS_OVER = 50
"""Operations over which the error rate is taken."""

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
        self._errors: deque[bool] = deque(maxlen=ERRORS_OVER)
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
        self._errors.extend(isinstance(one, Transient | InDoubt) and not is_heavy(one) for one in outcomes)
        if len(self._errors) == ERRORS_OVER:
            self._controller.failed(sum(self._errors) / ERRORS_OVER)
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

    def _changed(self, kind: Kind) -> list[Sized]:
        after = self._controller.size(kind) if self._api == "graphql" else 1
        before = self._told.get(kind.name, after)
        self._told[kind.name] = after
        return [] if before == after else [Sized(kind.name, before, after, self._controller.why(kind))]
