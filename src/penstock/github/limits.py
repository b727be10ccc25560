"""GitHub's limits as data: profiles of what is enforced, and the caps of single fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from penstock.model.limits import Profile, Window

CONTENT_KINDS = ("issue.create", "comment.create", "sub_issue.link", "blocked_by.link")
"""
Kinds that create content. The two links carry GitHub's warning about creating content too quickly; updates, closes,
labels and milestones do not.

Source: https://github.com/github/rest-api-description (descriptions of the operations)
"""

_WORK = (
    Window("60 s of GraphQL work per minute", "cpu.graphql", 60, 60),
    Window("90 s of work per minute", "cpu", 90, 60),
)
_POINTS = (
    Window("900 REST points per minute", "points.rest", 900, 60),
    Window("2,000 GraphQL points per minute", "points.graphql", 2000, 60),
    *_WORK,
)
"""
What every account may cost. A request that writes costs 5 points, another 1; work is the time answers take.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

_CONTENT = (
    Window("content, 80 per minute", "content", 80, 60),
    Window("content, 500 per hour", "content", 500, 3600),
)
_CREATE = (
    Window("creates, 20 per minute", "create", 20, 60),
    Window("creates, 150 per hour", "create", 150, 3600),
)
_CONTENT_REQUESTS = (
    Window("content requests, 80 per minute", "content.requests", 80, 60),
    Window("content requests, 500 per hour", "content.requests", 500, 3600),
)
_LAB = (
    Window("content, 20 per 2 s", "content", 20, 2),
    Window("content, 150 per 12 s", "content", 150, 12),
    Window("900 REST points per 2 s", "points.rest", 900, 2),
    Window("2,000 GraphQL points per 2 s", "points.graphql", 2000, 2),
    *_WORK,
)

DOCUMENTED = Profile(
    name="documented",
    source="docs.github.com, rate limits for the REST API, secondary limits; every item of a batch counts",
    windows=(*_CONTENT, *_POINTS),
    content_kinds=CONTENT_KINDS,
)
OBSERVED = Profile(
    name="observed",
    source="users' measurements in github.com/iree-org/iree/issues/12102 and github.com/cli/cli/issues/4801",
    windows=(*_CONTENT, *_CREATE, *_POINTS),
    content_kinds=CONTENT_KINDS,
)
LITERAL = Profile(
    name="literal",
    source="the documented numbers read to the letter: a request counts once, however many items it carries",
    windows=(*_CONTENT_REQUESTS, *_POINTS),
    content_kinds=CONTENT_KINDS,
)
GHES = Profile(
    name="ghes",
    source="docs.github.com, GitHub Enterprise Server: rate limits are off unless an administrator sets them",
    content_kinds=CONTENT_KINDS,
    mutation_gap_s=0.0,
    mutations_in_flight=8,
    primary=False,
)
LAB = Profile(
    name="lab",
    source="made up: windows of seconds, for tests with real processes",
    windows=_LAB,
    content_kinds=CONTENT_KINDS,
    mutation_gap_s=0.017,
    guard_s=0.05,
    request_timeout_s=2.0,
    doubt_grace_s=1.0,
    pause_s=1.0,
    pause_max_s=4.0,
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (DOCUMENTED, OBSERVED, LITERAL, GHES, LAB)}
)
"""By name. `auto` is not one of them: it is `documented` until a refusal teaches otherwise."""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """
    The most that single fields and relations hold.

    Attributes:
        title, label_name, label_description: Characters.
        body, comment: Characters, the marker and the region's end included.
        labels: On one issue.
        children: Sub-issues of one parent, closed ones included.
        levels: Of sub-issues, the topmost issue included.
        dependencies: Issues that block one issue, and issues that one issue blocks.

    Source: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues,
    https://github.blog/changelog/2025-08-21-dependencies-on-issues/, https://github.com/dead-claudia/github-limits
    """

    title: int = 256
    body: int = 65_536
    comment: int = 65_536
    label_name: int = 50
    label_description: int = 100
    labels: int = 100
    children: int = 100
    levels: int = 8
    dependencies: int = 50


CAPS = Caps()
