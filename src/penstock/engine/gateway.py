"""Reads outside a run (observing, auditing) inside the same limits as everything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import TypeVar

import msgspec

from penstock.base.clock import Clock
from penstock.base.errors import NotSent, ServerError, TransportError
from penstock.core.budget import read_charge
from penstock.core.pauses import fact_of, pause_for, scope_of
from penstock.core.retry import delay_s
from penstock.engine.account import AccountLimits
from penstock.github.context import Api
from penstock.github.errors import rate_of
from penstock.github.graphql import PATH
from penstock.github.responses import read_trouble
from penstock.model.limits import Fact, Spent
from penstock.model.outcome import Throttled, Transient
from penstock.model.ports import Reply, Request, Transport

Result = TypeVar("Result")

TRIES = 8
TRIES_UNREACHED = 3
"""When nothing reaches the server, its address is more likely wrong than its health."""

READ_S = 0.4
SLOT_POLL_S = 0.05


class Gateway:
    """
    Sends the requests of a conversation one after the other, within the account's limits, until one works.

    Args:
        session: Names this process's reads in the ledger.
        uniform: Draws from [0, 1), for jitter.
    """

    def __init__(
        self, *, session: str, limits: AccountLimits, transport: Transport, clock: Clock, uniform: Callable[[], float]
    ) -> None:
        self.requests = 0
        self._session = session
        self._limits = limits
        self._transport = transport
        self._clock = clock
        self._uniform = uniform

    async def hold(self, conversation: Generator[Request, Reply, Result]) -> Result:
        """
        Give each request's reply back to the conversation, and return what it returns.

        Raises:
            ServerError: The server cannot be reached, or fails again and again.
            PenstockError: What the conversation raises.
        """
        try:
            request = next(conversation)
            while True:
                request = conversation.send(await self._ask(request))
        except StopIteration as end:
            result: Result = end.value
            return result

    async def _ask(self, request: Request) -> Reply:
        api: Api = "graphql" if request.path == PATH else "rest"
        tries = 0
        while True:
            reply = await self._send(request, api)
            now = self._clock.now()
            trouble = read_trouble(api, reply, now)
            if isinstance(trouble, Throttled):
                self._pause(trouble, now)
                continue
            if trouble is None:
                self._limits.budget.went_through(read_charge(api, READ_S), now)
            if isinstance(reply, Reply) and (not isinstance(trouble, Transient) or trouble.category == "resource"):
                return reply
            tries += 1
            if tries == (TRIES_UNREACHED if isinstance(reply, NotSent) else TRIES):
                break
            await self._clock.sleep(delay_s("server", tries, self._uniform()))
        if isinstance(reply, Reply):
            return reply
        raise ServerError(
            "the server does not answer",
            cause=f"{request.method} {request.path.split('?')[0]} failed {tries} times: {reply}",
            hint="check the address and the server's status page, then try again",
        )

    async def _send(self, request: Request, api: Api) -> Reply | TransportError:
        spent = await self._admitted(api)
        reply: Reply | TransportError
        try:
            reply = await self._transport.send(request, spent.ends_at - spent.sent_at)
        except TransportError as error:
            reply = error
        now = self._clock.now()
        if isinstance(reply, Reply) and (rate := rate_of(reply.headers, now, api)):
            self._limits.budget.told(rate)
        self._tell(msgspec.structs.replace(spent, ends_at=now, open=False), now)
        return reply

    async def _admitted(self, api: Api) -> Spent:
        charge = read_charge(api, READ_S)
        while True:
            now = self._clock.now()
            with self._limits.reading(now) as transaction:
                admission = self._limits.budget.admit(charge, now)
                if admission.at <= now:
                    self.requests += 1
                    deadline = now + self._limits.budget.profile.request_timeout_s
                    spent = Spent(
                        id=f"{self._session}:{self.requests}", charge=charge, sent_at=now, ends_at=deadline, open=True
                    )
                    self._limits.budget.observe(spent, now)
                    transaction.write([spent])
                    return spent
            await self._clock.sleep(SLOT_POLL_S if admission.at == math.inf else admission.at - now)

    def _tell(self, fact: Fact, now: float) -> None:
        with self._limits.reading(now) as transaction:
            self._limits.budget.observe(fact, now)
            transaction.write([fact])

    def _pause(self, throttled: Throttled, now: float) -> None:
        streak = self._limits.budget.streak(scope_of(throttled, "read"), now)
        pause = pause_for(throttled, "read", streak, now, self._limits.budget.profile)
        self._tell(fact_of(pause), now)
