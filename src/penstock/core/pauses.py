"""What a refusal asks for: a pause of a scope, journaled, so that a restart keeps waiting."""

from __future__ import annotations

from penstock.model.events import Pause
from penstock.model.limits import RESET_SLACK_S, Paused, Profile
from penstock.model.outcome import Throttled

_DOUBLINGS_MAX = 32


def scope_of(throttled: Throttled, lane: str) -> str:
    """What must pause: `content`, `lane:NAME`, `account`, `core` or `graphql`."""
    if throttled.content:
        return "content"
    return f"lane:{lane}" if throttled.scope == "lane" else throttled.scope


def pause_for(throttled: Throttled, lane: str, streak: int, now: float, profile: Profile) -> Pause:
    """
    The pause that one refusal asks for.

    Args:
        throttled: The refusal.
        lane: Lane of the refused request.
        streak: Refusals in a row of this scope before this one.
        now: Epoch seconds.
        profile: Names the shortest and longest wait where the server named none.

    Returns:
        Until the time the server named; else 60 s, doubled for every refusal in a row, at most an hour: going on
        while refused risks a ban.

    Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """
    scope = scope_of(throttled, lane)
    wait_s = min(profile.pause_s * 2.0 ** min(streak, _DOUBLINGS_MAX), profile.pause_max_s)
    until = throttled.until if throttled.until > now else now + wait_s
    what = "content creation" if scope == "content" else scope.replace("lane:", "lane ")
    named = "the server named the time" if throttled.until > now else "no time was named"
    return Pause(
        scope=scope,
        until=until + (RESET_SLACK_S if scope in {"core", "graphql"} else profile.guard_s),
        cause=f"pause of {what} after a refusal ({named})",
        streak=streak + 1,
        lane=lane,
    )


def fact_of(pause: Pause) -> Paused:
    """The pause as the account's ledger keeps it."""
    return Paused(scope=pause.scope, until=pause.until, cause=pause.cause, streak=pause.streak, lane=pause.lane)


def is_unannounced_content(throttled: Throttled, creates: int) -> bool:
    """Whether the refusal shows a content limit below the one believed in."""
    return throttled.content or (creates > 0 and throttled.scope == "account" and not throttled.until)
