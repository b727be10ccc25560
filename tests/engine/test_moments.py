"""What an observer may read of the instruments."""

from __future__ import annotations

from tests.engine.test_driver import Story, creates, play

from penstock.engine.driver import Moment
from penstock.model.decision import WaitUntil

MINUTE = "content, 80 per minute"


def test_the_limit_that_is_waited_for_is_marked() -> None:
    """From the decision to wait on, and with nothing left of it; nothing is marked before."""
    seen: list[tuple[str, tuple[str, ...], float]] = []

    def observe(moment: Moment) -> None:
        if isinstance(moment.decision, WaitUntil):
            gauges = moment.gauges()
            marked = tuple(gauge.name for gauge in gauges.limits if gauge.binding)
            seen.append((moment.decision.cause, marked, gauges.limits[0].left))

    play(Story(creates(90), answer_s=0.2), observer=observe)

    assert ("gap between writes", ()) == seen[0][:2]
    assert (MINUTE, (MINUTE,), 0.0) in seen
    assert all(marked == (MINUTE,) for cause, marked, _ in seen if cause == MINUTE)
