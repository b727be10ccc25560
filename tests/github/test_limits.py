"""The profiles say what the documents and the observers say."""

from __future__ import annotations

import pytest

from penstock.github.limits import CAPS, CONTENT_KINDS, PROFILES
from penstock.model.limits import Profile
from penstock.model.operation import KIND_BY_NAME

METERS = {"content", "content.requests", "create", "points.rest", "points.graphql", "cpu.graphql", "cpu"}


def windows(name: str) -> dict[tuple[str, float], float]:
    """(meter, span) to limit."""
    return {(window.meter, window.span_s): window.limit for window in PROFILES[name].windows}


POINTS = {("points.rest", 60): 900, ("points.graphql", 60): 2000, ("cpu.graphql", 60): 60, ("cpu", 60): 90}


def test_the_numbers_are_githubs() -> None:
    """80 a minute and 500 an hour by the documents, creates 20 and 150 by observation, none on a company's server."""
    documented = {("content", 60): 80, ("content", 3600): 500, **POINTS}

    assert documented == windows("documented")
    assert {**documented, ("create", 60): 20, ("create", 3600): 150} == windows("observed")
    assert {("content.requests", 60): 80, ("content.requests", 3600): 500, **POINTS} == windows("literal")
    lab = {("content", 2): 20, ("content", 12): 150, ("points.rest", 2): 900, ("points.graphql", 2): 2000}
    assert {**lab, ("cpu.graphql", 60): 60, ("cpu", 60): 90} == windows("lab")
    assert {} == windows("ghes")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_profile_can_be_kept(profile: Profile) -> None:
    """Known meters and kinds, a source, a unique name for every window, and waits that make sense."""
    assert METERS >= {window.meter for window in profile.windows}
    assert KIND_BY_NAME.keys() >= {*profile.content_kinds, *profile.create_kinds}
    assert len(profile.windows) == len({window.name for window in profile.windows})
    assert profile.source
    assert 0 < profile.pause_s <= profile.pause_max_s
    assert profile is PROFILES[profile.name]


def test_only_what_creates_content_counts_as_content() -> None:
    """Updates, closes, labels and milestones do not."""
    assert {"issue.create", "comment.create", "sub_issue.link", "blocked_by.link"} == set(CONTENT_KINDS)


def test_the_lab_is_the_real_thing_in_seconds() -> None:
    """Tests with real processes meet the same windows, pauses and doubts, sixty times faster."""
    lab = PROFILES["lab"]

    assert (0.017, 0.05, 1.0, 2.0, 1.0, 4.0) == (
        *(lab.mutation_gap_s, lab.guard_s, lab.doubt_grace_s, lab.request_timeout_s),
        *(lab.pause_s, lab.pause_max_s),
    )


def test_the_caps_are_githubs() -> None:
    """What `plan` refuses before anything is sent."""
    assert (256, 65_536, 50, 100, 100, 8, 50) == (
        *(CAPS.title, CAPS.body, CAPS.label_name, CAPS.labels, CAPS.children, CAPS.levels, CAPS.dependencies),
    )
