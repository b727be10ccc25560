"""What an account's limits and a run's engine read at one instant, as people look at them."""

from __future__ import annotations

import msgspec


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """
    One limit.

    Attributes:
        name: e.g. `content, 500 per hour`, or `primary quota of graphql`.
        limit: Most units in the window.
        left: Units that may be spent now.
        frees_at: Epoch seconds at which the first unit comes back; 0 when nothing is spent.
        binding: It is what the run waits for, or waited for last.
    """

    name: str
    limit: float
    left: float
    frees_at: float = 0.0
    binding: bool = False


class Gauges(msgspec.Struct, frozen=True, kw_only=True):
    """
    A run's instruments.

    Attributes:
        profile: Name of the profile in force.
        limits: Of the profile in force, in its order, then the primary quotas that answers told.
        batch_size: Operations of the last request that did some; 0 before the first.
        in_flight: Requests of this run that write and have no answer yet.
        slots: Requests that write that may be in flight at once.
        reading: Requests of this run that only read (look-ups and probes) and have no answer yet.
        breaker: `closed`, `open` or `half_open`.
        breaker_until: Epoch seconds of the next probe while it is open; else 0.
        trips: How often it opened.
        retries: Error category → tries that failed with it, each to be made again.
    """

    profile: str = ""
    limits: tuple[Gauge, ...] = ()
    batch_size: int = 0
    in_flight: int = 0
    slots: int = 0
    reading: int = 0
    breaker: str = "closed"
    breaker_until: float = 0.0
    trips: int = 0
    retries: dict[str, int] = msgspec.field(default_factory=dict)
