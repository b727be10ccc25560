"""Runs at one instant, as live screens and `status` look at them."""

from __future__ import annotations

from tests.output.samples import NOW

from penstock.model.gauges import Gauge, Gauges
from penstock.model.result import Failure
from penstock.output.snapshot import Band, Bar, Snapshot, Trouble, Wait
from penstock.output.status import RunView

HINT = "Ctrl-C: finish what is in flight and stop; twice: stop now"
BAND = Band(5_000.0, 8_000.0)

LIMITS = (
    Gauge(name="content, 80 per minute", limit=80, left=71, frees_at=NOW + 12),
    Gauge(name="content, 500 per hour", limit=500, left=0, frees_at=NOW + 740, binding=True),
    Gauge(name="900 REST points per minute", limit=900, left=900),
    Gauge(name="2,000 GraphQL points per minute", limit=2_000, left=1_995, frees_at=NOW + 30),
    Gauge(name="60 s of GraphQL work per minute", limit=60, left=58.3, frees_at=NOW + 30),
    Gauge(name="90 s of work per minute", limit=90, left=88.3, frees_at=NOW + 30),
    Gauge(name="primary quota of graphql", limit=5_000, left=4_580, frees_at=NOW + 1_300),
)

GAUGES = Gauges(
    profile="documented",
    limits=LIMITS,
    batch_size=2,
    slots=1,
    reading=1,
    trips=2,
    retries={"timeout": 2, "server": 7},
)

TROUBLES = (
    Trouble("issue.create PLT-1.4", 'label "p9" does not exist', "docs/prd.md:118"),
    Trouble(
        "issue.update PLT-2",
        "Title is too long (maximum is 256 characters)",
        "docs/prd.md:164",
        "https://github.com/octo/widgets/issues/231",
    ),
    Trouble(
        "blocked_by.link APP-3.2 ← PLT-1.4",
        "Issue cannot have more than 50 dependencies of one type",
        "docs/prd.md:301",
        "https://github.com/octo/widgets/issues/377",
    ),
)

FAILURES = (
    Failure("issue.update PLT-2", "Title is too long", 164, url=TROUBLES[1].url, request_id="4A1B:3C2D:0001"),
    Failure("issue.create PLT-1.4", 'label "p9" does not exist', 118, request_id="4A1B:3C2D:0002"),
    Failure("issue.create PLT-1.5", 'label "p9" does not exist', 126, request_id="4A1B:3C2D:0003"),
    Failure("blocked_by.link APP-3.2 ← PLT-1.4", "operation 3 is dead", 301, skipped=True),
)


def waiting(**fields: object) -> Snapshot:
    """A run that has met everything, and waits for the hour."""
    given: dict[str, object] = {
        "bars": (
            Bar("new labels", 16, 16, 0),
            Bar("issues", 550, 312, 4),
            Bar("updates", 13, 13, 0),
            Bar("closes", 61, 0, 0),
            Bar("blocked-by links", 637, 0, 1),
        ),
        "left": {"issue.create": 234, "issue.close": 61, "blocked_by.link": 636},
        "total": 1_277,
        "done": 341,
        "failed": 5,
        "in_doubt": 1,
        "in_flight": 0,
        "requests": 252,
        "throttles": 1,
        "since": NOW - 2_472,
        "per_minute": 0.0,
        "wait": Wait("content, 500 per hour", NOW + 740),
        "gauges": GAUGES,
        "troubles": TROUBLES,
    }
    return Snapshot(**(given | fields))  # type: ignore[arg-type]


def sending(**fields: object) -> Snapshot:
    """A run whose server has just been in trouble."""
    gauges = Gauges(
        profile="ghes",
        batch_size=20,
        in_flight=8,
        slots=8,
        breaker="open",
        breaker_until=NOW + 8,
        trips=1,
        retries={"network": 1_204},
    )
    given: dict[str, object] = {
        "bars": (Bar("issues", 1_000_000, 999_998, 1),),
        "left": {},
        "total": 1_000_000,
        "done": 999_998,
        "failed": 1,
        "in_doubt": 0,
        "in_flight": 160,
        "throttles": 0,
        "requests": 50_000,
        "since": NOW - 60,
        "settled_before": 900_000,
        "per_minute": 98_765.4,
        "wait": None,
        "gauges": gauges,
        "troubles": (),
    }
    return waiting(**(given | fields))


def view(**fields: object) -> RunView:
    """The waiting run, looked at from outside."""
    given: dict[str, object] = {
        "run": "01MCC5RMVRAPAAMTSM5XEGMJ22",
        "repository": "octo/widgets",
        "graph": "hospital-scheduling",
        "source": "docs/prd.md",
        "state": "running",
        "shot": waiting(),
        "left": BAND,
        "pid": 4127,
        "host": "alice@bench",
        "at": NOW - 3,
        "failures": FAILURES,
    }
    return RunView(**(given | fields))  # type: ignore[arg-type]
