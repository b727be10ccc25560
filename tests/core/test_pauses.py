"""What a refusal asks for: how long, of what, and how often in a row it doubles."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.core.worlds import QUICK

from penstock.core.pauses import fact_of, is_unannounced_content, pause_for, scope_of
from penstock.model.events import Pause
from penstock.model.limits import Paused
from penstock.model.outcome import Throttled

NOW = 1_000.0


@dataclass
class Told:
    """A refusal and the pause that must come of it, without the guard."""

    refusal: Throttled
    scope: str
    until: float


@pytest.mark.parametrize(
    "told",
    [
        Told(Throttled("account"), "account", NOW + 60),
        Told(Throttled("account", NOW + 7), "account", NOW + 7),
        Told(Throttled("account", NOW - 7), "account", NOW + 60),
        Told(Throttled("lane"), "lane:create", NOW + 60),
        Told(Throttled("lane", content=True), "content", NOW + 60),
        Told(Throttled("account", content=True), "content", NOW + 60),
    ],
)
def test_a_refusal_pauses_its_scope_until_the_named_time_or_for_a_minute(told: Told) -> None:
    """A time in the past names nothing."""
    pause = pause_for(told.refusal, "create", 0, NOW, QUICK)

    assert (told.scope, told.until + QUICK.guard_s, 1, "create") == (pause.scope, pause.until, pause.streak, pause.lane)


def test_a_primary_limit_is_waited_for_a_second_longer_than_told() -> None:
    """Its reset is told in whole seconds."""
    assert NOW + 31 == pause_for(Throttled("core", NOW + 30), "read", 0, NOW, QUICK).until


def test_refusals_in_a_row_double_the_wait_up_to_an_hour() -> None:
    """60, 120, 240 s and so on; however long the row, no number overflows."""
    waits = [
        pause_for(Throttled("account"), "create", streak, NOW, QUICK).until - NOW for streak in (0, 1, 2, 6, 5_000)
    ]

    assert pytest.approx([60.1, 120.1, 240.1, 3_600.1, 3_600.1]) == waits


def test_the_cause_says_what_waits_and_whether_the_server_named_the_time() -> None:
    """Every wait has a name."""
    causes = [
        pause_for(Throttled("account", NOW + 5), "create", 0, NOW, QUICK).cause,
        pause_for(Throttled("lane", content=True), "create", 0, NOW, QUICK).cause,
    ]

    assert [
        "pause of account after a refusal (the server named the time)",
        "pause of content creation after a refusal (no time was named)",
    ] == causes


@pytest.mark.parametrize(
    ("refusal", "creates", "expected"),
    [
        (Throttled("lane", content=True), 0, True),
        (Throttled("account", content=True, until=NOW), 3, True),
        (Throttled("account"), 3, True),
        (Throttled("account"), 0, False),
        (Throttled("account", until=NOW + 5), 3, False),
        (Throttled("core", until=NOW + 5), 3, False),
    ],
)
def test_what_shows_a_content_limit_that_was_not_announced(refusal: Throttled, creates: int, expected: bool) -> None:
    """Content wording always; a secondary limit without a time, when creates were refused."""
    assert expected == is_unannounced_content(refusal, creates)


def test_the_ledger_learns_the_whole_pause() -> None:
    """Nothing is lost between the journal's event and the ledger's fact."""
    assert Paused(scope="account", until=5.0, cause="why", streak=3, lane="link") == fact_of(
        Pause(scope="account", until=5.0, cause="why", streak=3, lane="link")
    )
    assert "account" == scope_of(Throttled("account"), "create")
