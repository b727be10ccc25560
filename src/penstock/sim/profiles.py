"""
GitHub's limits as the simulator holds them: its own copy, not shared with the code it judges.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api;
for `observed` https://github.com/iree-org/iree/issues/12102 (20 creates per minute, 150 per hour, counted per alias).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MINUTE_S = 60.0
HOUR_S = 3600.0

CONTENT_KINDS = frozenset({"issue.create", "comment.create", "sub_issue.link", "blocked_by.link"})
"""Kinds whose REST endpoint is documented to create content. Updates, closes and labels are not among them."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` units in any `period_s` seconds."""

    limit: float
    period_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitProfile:
    """
    Attributes:
        name: How it is asked for.
        content: Windows on items of the content kinds.
        create: Windows on created issues alone, beside those on content.
        per_request: Content counts once per request, whatever the number of aliases.
        rest_points, graphql_points: Windows on points: a read is 1, a write 5 per request.
        cpu_s, graphql_cpu_s: Windows on server seconds, of all requests and of GraphQL alone.
        in_flight: Requests at the same time.
        writes_in_flight: Requests that write, at the same time; None means no such limit.
        core, graphql: Hourly quota in requests and points; None means that the server sends no quota headers.
        timeout_points: Points taken from the quota for a request that ran into the time-out.
        pause_s: Shortest and longest wait imposed by a secondary limit, whole seconds.
        pause_max_s: A client that goes on sending doubles its wait up to this.
        announced: Share of secondary refusals that come with `retry-after`. Content refusals never do.
        gap_s: Writing requests that start closer than this are counted as hurried, and served.
    """

    name: str
    content: tuple[Window, ...] = ()
    create: tuple[Window, ...] = ()
    per_request: bool = False
    rest_points: tuple[Window, ...] = ()
    graphql_points: tuple[Window, ...] = ()
    cpu_s: tuple[Window, ...] = ()
    graphql_cpu_s: tuple[Window, ...] = ()
    in_flight: int = 100
    writes_in_flight: int | None = None
    core: Window | None = None
    graphql: Window | None = None
    timeout_points: int = 5
    pause_s: tuple[int, int] = (60, 60)
    pause_max_s: float = HOUR_S
    announced: float = 0.5
    gap_s: float = 0.0


_DOCUMENTED = LimitProfile(
    name="documented",
    content=(Window(80, MINUTE_S), Window(500, HOUR_S)),
    rest_points=(Window(900, MINUTE_S),),
    graphql_points=(Window(2000, MINUTE_S),),
    cpu_s=(Window(90, MINUTE_S),),
    graphql_cpu_s=(Window(60, MINUTE_S),),
    core=Window(5000, HOUR_S),
    graphql=Window(5000, HOUR_S),
    gap_s=1.0,
)

PROFILES: tuple[LimitProfile, ...] = (
    _DOCUMENTED,
    replace(_DOCUMENTED, name="observed", create=(Window(20, MINUTE_S), Window(150, HOUR_S))),
    replace(_DOCUMENTED, name="literal", per_request=True),
    LimitProfile(name="ghes", writes_in_flight=8),
    replace(
        _DOCUMENTED,
        name="lab",
        content=(Window(20, 2.0), Window(150, 12.0)),
        core=Window(5000, 30.0),
        graphql=Window(5000, 30.0),
        rest_points=(Window(900, 2.0),),
        graphql_points=(Window(2000, 2.0),),
        pause_s=(1, 3),
        pause_max_s=12.0,
        gap_s=0.0,
    ),
)


def profile_named(name: str) -> LimitProfile:
    """
    Raises:
        ValueError: There is no such profile.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in PROFILES)
    raise ValueError(f"no limit profile {name!r}; there are {known}")
