"""What may be spent: windows, gaps and waits, as data. The values for GitHub stand in `github.limits`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

RESET_SLACK_S = 1.0
"""Waited for beyond the reset of a primary limit, which is told in whole seconds."""


class Window(msgspec.Struct, frozen=True):
    """
    At most `limit` units of one meter in any `span_s` seconds.

    Attributes:
        name: How screens call it, e.g. `content, 80 per minute`.
        meter: What is counted: `content`, `create`, `points.rest`, `points.graphql`, `cpu.graphql`, `cpu`.
        limit: Units per span.
        span_s: Length of the sliding window in seconds.
    """

    name: str
    meter: str
    limit: float
    span_s: float


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """
    A set of limits that a server is believed to hold, and the waits that go with it.

    Attributes:
        name: `documented`, `observed`, `ghes`, `lab` or a custom name.
        source: Where the numbers come from, for `penstock limits`.
        windows: All windows; a request is sent when every one admits it.
        content_kinds: Kinds that count on the `content` meter, one unit each.
        create_kinds: Kinds that count on the `create` meter, one unit each.
        mutation_gap_s: Start to start between requests that write.
        mutations_in_flight: Requests that write, at the same time.
        reads_in_flight: Requests that only read, at the same time.
        guard_s: Added to every window's span, for the clocks' and network's uncertainty.
        request_timeout_s: How long an answer is waited for; a server stops working on a request no later than this.
        doubt_grace_s: How long after a request's deadline an unseen effect may still appear.
        pause_s: Wait after a refusal that names no time.
        pause_max_s: Longest wait of the doubling after refusals in a row.
        primary: Whether the hourly request quota is enforced.
    """

    name: str
    source: str
    windows: tuple[Window, ...] = ()
    content_kinds: tuple[str, ...] = ()
    create_kinds: tuple[str, ...] = ("issue.create",)
    mutation_gap_s: float = 1.0
    mutations_in_flight: int = 1
    reads_in_flight: int = 2
    guard_s: float = 0.2
    request_timeout_s: float = 12.0
    doubt_grace_s: float = 60.0
    pause_s: float = 60.0
    pause_max_s: float = 3600.0
    primary: bool = True


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one request spends.

    Attributes:
        resource: Primary quota it draws one unit from: `core` or `graphql`.
        lane: Lane of its operations.
        writes: Whether it is a mutation request (gap, concurrency, five points).
        meters: Units per meter.
    """

    resource: str
    lane: str
    writes: bool
    meters: Mapping[str, float]


class Spent(msgspec.Struct, frozen=True, kw_only=True, tag="spent"):
    """
    A fact of the account's ledger: one request's spend, by this process or another.

    Attributes:
        id: `run:batch`; a later fact of the same id replaces the earlier one.
        charge: What was spent.
        sent_at: Epoch seconds of the intent.
        ends_at: Answer's arrival, or the deadline while it is open.
        open: No answer yet.
    """

    id: str
    charge: Charge
    sent_at: float
    ends_at: float
    open: bool


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """
    A fact of the account's ledger: something must wait.

    Attributes:
        scope: `account`, `core`, `graphql` or `lane:create` and the like.
        until: Epoch seconds.
        cause: Named on screens, e.g. `secondary limit, retry-after 60 s`.
        streak: How many refusals in a row led here, for the doubling.
        lane: Lane of the refused request: only a success in it ends the row. Empty: a success in any.
    """

    scope: str
    until: float
    cause: str
    streak: int = 1
    lane: str = ""


class Learnt(msgspec.Struct, frozen=True, kw_only=True, tag="learnt"):
    """
    A fact of the account's ledger: a limit that was not announced.

    Attributes:
        profile: Name of the profile that holds from now on.
        at: Epoch seconds.
        why: Evidence, e.g. `refused after 20 creates in 60 s`.
    """

    profile: str
    at: float
    why: str


class Served(msgspec.Struct, frozen=True, kw_only=True, tag="served"):
    """
    A fact of the account's ledger: how long the server takes, as runs have learnt it.

    Attributes:
        api: `graphql` or `rest`.
        at: Epoch seconds.
        overhead_s: Server seconds of a request beside its operations.
        cost_s: Kind → server seconds of one operation.
        noise: Variance of the logarithm of response times.
        samples: Requests that taught it, in all runs.
    """

    api: str
    at: float
    overhead_s: float
    cost_s: Mapping[str, float]
    noise: float
    samples: int


Fact = Spent | Paused | Learnt | Served
