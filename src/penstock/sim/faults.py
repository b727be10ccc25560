"""
What goes wrong on the way: drawn by chance from a seed, or scripted request by request.

A fault *before* leaves the request without effect; a fault *after* loses the answer to one that took effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

import msgspec

from penstock.sim.refusal import out_of_resources, went_wrong

REQUEST_FAULTS = (
    "refused",  # nothing reaches the server
    "500.before",
    "502.before",
    "503.before",
    "504.before",
    "cut.before",  # the connection breaks before the server does anything
    "500.after",
    "502.after",
    "503.after",
    "504.after",
    "cut.after",  # the connection breaks when all is done
    "truncated",  # half of the body of the answer
    "not_json",  # a page of HTML with status 200
    "data_null",  # GraphQL: 200, data null, "Something went wrong while executing your query"
    "slow",  # the answer is held back
    "throttle.announced",  # secondary limit with retry-after
    "throttle.silent",  # secondary limit without
    "exhausted",  # the hourly quota is used up by somebody else
    "revoked",  # the token stops working
)
"""Faults of a whole request; the chance is per request, at most one strikes."""

ITEM_FAULTS = (
    "item.error",  # one alias fails for no reason of its own
    "item.null",  # one alias is null and nothing says why
    "item.resources",  # RESOURCE_LIMITS_EXCEEDED from this alias on
    "item.fresh",  # a record that was just created is not found
)
"""Faults of one alias or REST write; the chance is per item."""


class Scripted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A fault at a certain request.

    Attributes:
        fault: One of `REQUEST_FAULTS` or `ITEM_FAULTS`.
        on: Start of `METHOD /path`, e.g. `POST /graphql`; empty matches every request. For GraphQL the words
            `mutation` and `query` match by what the document does.
        skip: So many matching requests (or items) go through first.
        times: So many are struck.
    """

    fault: str
    on: str = ""
    skip: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """
    Attributes:
        rates: Chance of each fault, 0 to 1.
        script: Faults at certain requests; they come before chance.
        clock_skew_s: How far the server's clock is ahead of the truth.
        slow_s: Bounds of the delay of `slow`.
        fresh_s: How old a record may be for `item.fresh`.
        resource_items: So many items per GraphQL request, then RESOURCE_LIMITS_EXCEEDED; None for no such cap.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    script: Sequence[Scripted] = ()
    clock_skew_s: float = 0.0
    slow_s: tuple[float, float] = (2.0, 25.0)
    fresh_s: float = 3.0
    resource_items: int | None = None

    def __post_init__(self) -> None:
        for name in (*self.rates, *(scripted.fault for scripted in self.script)):
            if name not in REQUEST_FAULTS and name not in ITEM_FAULTS:
                raise ValueError(f"no fault {name!r}; there are {', '.join(REQUEST_FAULTS + ITEM_FAULTS)}")
        for name, rate in self.rates.items():
            if not 0.0 <= rate <= 1.0:
                raise ValueError(f"the chance of {name!r} is {rate}; a chance is between 0 and 1")

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Faults:
        """
        The attributes as plain values.

        Raises:
            ValueError: An unknown fault or field, or a value that does not fit.
        """
        known = [each.name for each in fields(cls)]
        for name in value:
            if name not in known:
                raise ValueError(f"faults have no field {name!r}; there are {', '.join(known)}")
        try:
            return msgspec.convert(value, cls)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None

    @classmethod
    def named(cls, name: str) -> Faults:
        """
        A set by its name: `none`; `usual`, what GitHub does on a normal day; `harsh`, far more of everything;
        or `FAULT=RATE,...`, e.g. `cut.after=0.05,502.before=0.01`.

        Raises:
            ValueError: There is no such set or fault.
        """
        if name == "none":
            return cls()
        if name == "usual":
            return cls(rates={"502.before": 0.0005, "502.after": 0.0005, "item.fresh": 0.001})
        if name == "harsh":
            rates = dict.fromkeys(REQUEST_FAULTS, 0.01) | dict.fromkeys(ITEM_FAULTS, 0.003)
            return cls(rates=rates | {"revoked": 0.0, "exhausted": 0.002})
        rates = {}
        for part in name.split(","):
            fault, equals, rate = part.partition("=")
            if not equals:
                raise ValueError(f"no set of faults {name!r}; there are none, usual, harsh and FAULT=RATE,...")
            rates[fault.strip()] = float(rate)
        return cls(rates=rates)

    @classmethod
    def swarm(cls, seed: int) -> Faults:
        """About half of all faults, each with its own chance: every seed is another bad day."""
        random = Random(f"{seed}:swarm")
        survivable = [fault for fault in (*REQUEST_FAULTS, *ITEM_FAULTS) if fault != "revoked"]
        rates = {fault: round(random.uniform(0.0, 0.04), 4) for fault in survivable if random.random() < 0.5}
        skew_s = random.choice((0.0, 0.0, -90.0, 45.0, 600.0))
        return cls(rates=rates, clock_skew_s=skew_s, resource_items=random.choice((None, None, 12)))


class RequestFaults:
    """
    The faults of one request.

    Attributes:
        request: The fault of the request as a whole; None for a good one.
        slow_s: How long the answer is held back.
    """

    def __init__(self, injector: Injector, request: str | None, name: str, request_id: str, slow_s: float) -> None:
        self.request = request
        self.slow_s = slow_s
        self._request_id = request_id
        self._graphql = name.endswith((" mutation", " query"))
        self.clock_skew_s = injector.faults.clock_skew_s
        self._injector = injector
        self._name = name
        self._items = 0
        self._exhausted = False

    def before_item(self) -> None:
        """
        Call it for each item before it takes effect.

        Raises:
            SimRefusal: A fault strikes this item.
        """
        self._items += 1
        cap = self._injector.faults.resource_items
        if cap is not None and self._items > cap:
            self._exhausted = True
        if not self._injector.quiet:
            self._exhausted = self._exhausted or self._injector.strikes("item.resources", self._name)
            for fault in ("item.error", "item.null"):
                if self._injector.strikes(fault, self._name):
                    raise went_wrong(self._request_id, silent=fault == "item.null")
        if self._exhausted and self._graphql:
            raise out_of_resources()

    def hides(self, age_s: float) -> bool:
        """Is a record of this age not found by this request?"""
        injector = self._injector
        if injector.quiet or age_s > injector.faults.fresh_s:
            return False
        return injector.strikes("item.fresh", self._name)


class Injector:
    """Decides which request and which item is struck. The same faults and seed strike the same ones."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.faults = faults
        self.quiet = not faults.script and not any(faults.rates.values())
        self._random = Random(f"{seed}:faults")
        self._request_rates = [(name, faults.rates[name]) for name in REQUEST_FAULTS if faults.rates.get(name, 0.0) > 0]
        self._seen = [0] * len(faults.script)

    def begin(self, name: str, request_id: str) -> RequestFaults:
        """
        Args:
            name: `METHOD /path`, and for GraphQL ` mutation` or ` query` behind it.
        """
        if self.quiet:
            return RequestFaults(self, None, name, request_id, 0.0)
        request = self._scripted(name)
        if request is None:
            request = self._drawn()
        slow_s = self._random.uniform(*self.faults.slow_s) if request == "slow" else 0.0
        return RequestFaults(self, request, name, request_id, slow_s)

    def strikes(self, fault: str, name: str) -> bool:
        """Does this item fault strike now?"""
        if self._scripted(name, fault) is not None:
            return True
        rate = self.faults.rates.get(fault, 0.0)
        return rate > 0 and self._random.random() < rate

    def _drawn(self) -> str | None:
        point = self._random.random()
        for name, rate in self._request_rates:
            if point < rate:
                return name
            point -= rate
        return None

    def _scripted(self, name: str, item_fault: str | None = None) -> str | None:
        for index, scripted in enumerate(self.faults.script):
            wanted = scripted.fault in REQUEST_FAULTS if item_fault is None else scripted.fault == item_fault
            if not wanted or not _matches(scripted.on, name):
                continue
            self._seen[index] += 1
            if scripted.skip < self._seen[index] <= scripted.skip + scripted.times:
                return scripted.fault
        return None


def _matches(on: str, name: str) -> bool:
    return name.endswith(f" {on}") if on in ("mutation", "query") else name.startswith(on)
