"""How many operations go into one request: the port, the parts that every controller shares, and the fixed sizes."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

from penstock.model.limits import Profile, Served
from penstock.model.operation import Kind

REQUEST_S = 0.15
ITEM_S = 0.35
"""What a request and each of its operations take, as long as nothing better is known."""

CREATE_SIZE_MAX = 5
"""No more of what cannot be told apart is risked in one request, where no window asks for less."""


class Sizing(NamedTuple):
    """
    A batch size with its reason.

    Attributes:
        size: Most operations for the next request, at least 1.
        why: What binds, for people.
    """

    size: int
    why: str


class Controller(Protocol):
    """Decides sizes; is told what became of them."""

    def size(self, kind: Kind) -> int:
        """Most operations for the next request of this kind, at least 1."""
        ...

    def why(self, kind: Kind) -> str:
        """What keeps that size from being larger, for people."""
        ...

    def predict_s(self, kind: Kind, size: int) -> float:
        """Expected response time of such a request, in seconds."""
        ...

    def answered(self, kind: Kind, size: int, took_s: float) -> None:
        """A request of this size was done, all of it."""
        ...

    def timed_out(self, kind: Kind, size: int) -> None:
        """A request of this size ran out of time."""
        ...

    def too_heavy(self, kind: Kind, size: int) -> None:
        """A request of this size was refused for its weight."""
        ...

    def failed(self, share: float) -> None:
        """Of the operations sent last, so many failed for other reasons, as a share of all."""
        ...

    def quota(self, share: float) -> None:
        """So much of the primary quota is left, as a share of the whole."""
        ...

    def recovered(self) -> None:
        """The breaker closed after an outage."""
        ...

    def use(self, profile: Profile) -> None:
        """Other windows hold from now on."""
        ...

    def served(self, api: str, now: float) -> Served | None:
        """What was learnt of the server, for other runs; None where nothing was."""
        ...


def need(kind: Kind, profile: Profile) -> Sizing | None:
    """
    The smallest batch that reaches the rate of the shortest window that counts this kind.

    None where no window counts it, or where nothing but the windows keeps requests apart: then they need no batches.

    A larger one would not be faster and would put more at risk in one request.
    """
    meters = {
        meter
        for meter, kinds in (("content", profile.content_kinds), ("create", profile.create_kinds))
        if kind.name in kinds
    }
    windows = [window for window in profile.windows if window.meter in meters]
    if not windows or not profile.mutation_gap_s:
        return None
    shortest_s = min(window.span_s for window in windows)
    binding = min((window for window in windows if window.span_s == shortest_s), key=lambda window: window.limit)
    return Sizing(max(1, math.ceil(profile.mutation_gap_s * binding.limit / binding.span_s)), binding.name)


def at_risk(kind: Kind) -> Sizing | None:
    """The cap on what cannot be told apart; None for kinds that can."""
    return Sizing(CREATE_SIZE_MAX, "at risk in one request") if kind.idempotency == "none" else None


class FixedController:
    """
    One size for every kind that no window binds, halved for kinds that were too heavy.

    Args:
        base: That size.
    """

    def __init__(self, base: int, profile: Profile) -> None:
        self._base = base
        self._profile = profile
        self._caps: dict[str, int] = {}

    def size(self, kind: Kind) -> int:
        """Most operations for the next request of this kind."""
        return self._sizing(kind).size

    def why(self, kind: Kind) -> str:
        """What keeps it from being larger."""
        return self._sizing(kind).why

    def predict_s(self, kind: Kind, size: int) -> float:  # noqa: ARG002 (one cost for all kinds)
        """Expected response time."""
        return REQUEST_S + ITEM_S * size

    def answered(self, kind: Kind, size: int, took_s: float) -> None:
        """Nothing is learnt."""

    def timed_out(self, kind: Kind, size: int) -> None:
        """Halve this kind's size for the rest of the run."""
        self._caps[kind.name] = max(1, size // 2)

    def too_heavy(self, kind: Kind, size: int) -> None:
        """Halve this kind's size for the rest of the run."""
        self._caps[kind.name] = max(1, size // 2)

    def failed(self, share: float) -> None:
        """Nothing is learnt."""

    def quota(self, share: float) -> None:
        """Nothing is learnt."""

    def recovered(self) -> None:
        """Nothing is learnt."""

    def use(self, profile: Profile) -> None:
        """Other windows hold from now on."""
        self._profile = profile

    def served(self, api: str, now: float) -> Served | None:
        """Nothing."""

    def _sizing(self, kind: Kind) -> Sizing:
        fixed = min(at_risk(kind) or Sizing(self._base, "fixed"), Sizing(self._base, "fixed"))
        cap = Sizing(self._caps.get(kind.name, self._base), "a larger one was too heavy")
        return min(need(kind, self._profile) or fixed, cap)
