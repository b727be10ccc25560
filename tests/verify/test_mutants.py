"""The judges are worth something: every bug planted on purpose is seen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from penstock.verify.checkers import CHECKERS, judge
from penstock.verify.mutants import MUTANTS, Mutant, hunt
from penstock.verify.scenario import scenario
from penstock.verify.world import play

SEEDS_MAX = 500

SHOWN_BY: Mapping[str, int] = MappingProxyType(
    {
        "intent committed with its answer": 0,
        "resent without a look-up": 2,
        "pause kept in memory only": 277,
        "absence believed after one read": 4,
        "throttle counted as an attempt": 280,
        "window off by one": 17,
        "answers shifted by one alias": 1,
        "lost REST answer taken for success": 2,
        "look-up trusts every author": 5,
        "planner trusts every author": 3,
        "planner takes every graph for its own": 4,
        "unanswered create not charged": 190,
        "orphans of a crash taken for undone": 22,
        "links before both ends": 0,
        "conflict keys ignored": 221,
        "charge released at the intent": 17,
        "ledger not read after a restart": 17,
        "people's text overwritten": 46,
        "look-up sees one of several": 269,
        "update on the body that the plan saw": 168,
        "doubts never looked up": 2,
        "links left out of an update": 2,
        "parent written as blocker": 0,
        "blocker that stands later is dropped": 8,
        "texts name what does not stand": 8,
        "links in texts not read back": 2,
        "words stay on an upgraded server": 25,
        "renamed issue keeps its old key": 7,
        "accepted rename makes a new issue": 7,
        "refused rename takes the old issue": 10,
        "any title is like any other": 115,
    }
)
"""Where the hunt begins, to be quick; it goes on with all seeds when the code has moved on."""


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_planted_bug_is_killed(mutant: Mutant) -> None:
    """Within 500 seeds some judge sees it, in a world where without it all is well."""
    seeds = [SHOWN_BY.get(mutant.name, 0), *range(SEEDS_MAX)]

    (hunted,) = hunt(seeds, [mutant])

    assert hunted.checkers
    assert set(hunted.checkers) <= set(CHECKERS)


def test_a_hunt_leaves_nothing_behind() -> None:
    """When the context of a planted bug ends, the true function is back."""
    for mutant in MUTANTS:
        with mutant.plant():
            pass

    assert judge(play(scenario(SHOWN_BY[MUTANTS[0].name]))) == []
