"""The controller that needs no model: towards a target response time by what the last request took."""

from __future__ import annotations

TARGET_SHARE = 0.58
"""Of the server's time limit. Longer requests run into it too often, shorter ones waste their overhead."""

UP, DOWN, TIMED_OUT = 0.5, 0.6, 0.5
GROWTH_MAX = 1.6
IN_USE = 0.6
"""A batch of less than this share of the allowed size does not tell whether a larger one would do."""


class RatioSizes:
    """
    A size for each kind, followed whether it is in use or not.

    Args:
        base: Size to begin with.
        most: Largest size.
        limit_s: How long the server works on one request at the most.
    """

    def __init__(self, base: int, most: int, limit_s: float) -> None:
        self._base = base
        self._most = most
        self._limit_s = limit_s
        self._sizes: dict[str, float] = {}

    def size(self, kind: str) -> int:
        """Most operations for the next request of this kind."""
        return max(1, int(self._sizes.get(kind, self._base)))

    def answered(self, kind: str, items: int, took_s: float) -> None:
        """Move towards the size that would have met the target: half the way up, more of it down."""
        size = self._sizes.get(kind, float(self._base))
        ratio = TARGET_SHARE * self._limit_s / max(took_s, 1e-3)
        if ratio < 1:
            size = min(size, size + DOWN * (items * ratio - size))
        elif items >= IN_USE * size:
            size *= min(GROWTH_MAX, 1 + UP * (ratio - 1))
        self._sizes[kind] = max(1.0, min(size, self._most))

    def timed_out(self, kind: str, items: int) -> None:
        """Half of what was too much."""
        self._sizes[kind] = max(1.0, min(self._sizes.get(kind, float(self._base)), items * TIMED_OUT))
