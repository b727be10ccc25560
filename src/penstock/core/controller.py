"""How many operations go into one request. Behind this port an adaptive controller can stand."""

from __future__ import annotations

import math
from typing import Protocol

from penstock.model.limits import Profile
from penstock.model.operation import Kind

REQUEST_S = 0.15
ITEM_S = 0.35
CREATE_SIZE_MAX = 5


class Controller(Protocol):
    """Decides sizes; is told what became of them."""

    def size(self, kind: Kind) -> int:
        """Most operations for the next request of this kind, at least 1."""
        ...

    def predict_s(self, kind: Kind, size: int) -> float:
        """Expected response time of such a request, in seconds."""
        ...

    def too_heavy(self, kind: Kind, size: int) -> None:
        """A request of this size ran out of time or resources."""
        ...


class FixedController:
    """
    One size per kind.

    What a content window binds goes out in the smallest batch that reaches the window's rate (the need rule): bigger
    ones would only put more creates at risk in one request. Everything else takes `base`.
    """

    def __init__(self, base: int, profile: Profile) -> None:
        self._base = base
        self._profile = profile
        self._caps: dict[str, int] = {}

    def size(self, kind: Kind) -> int:
        """Most operations for the next request of this kind."""
        size = self._need(kind)
        if size == 0:
            size = min(self._base, CREATE_SIZE_MAX) if kind.idempotency == "none" else self._base
        return max(1, min(size, self._caps.get(kind.name, size)))

    def predict_s(self, kind: Kind, size: int) -> float:  # noqa: ARG002 (one cost for all kinds)
        """Expected response time."""
        return REQUEST_S + ITEM_S * size

    def too_heavy(self, kind: Kind, size: int) -> None:
        """Halve this kind's size for the rest of the run."""
        self._caps[kind.name] = size // 2

    def use(self, profile: Profile) -> None:
        """Other windows hold from now on."""
        self._profile = profile

    def _need(self, kind: Kind) -> int:
        counted = {"content"} if kind.name in self._profile.content_kinds else set()
        counted |= {"create"} if kind.name in self._profile.create_kinds else set()
        windows = [window for window in self._profile.windows if window.meter in counted]
        if not windows:
            return 0
        shortest = min(window.span_s for window in windows)
        rate = min(window.limit / window.span_s for window in windows if window.span_s == shortest)
        return math.ceil(self._profile.mutation_gap_s * rate)
