"""All judges by name. Each reads a history and says what is wrong with it; none shares code with what it judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from penstock.verify import checkers_renames, checkers_requests, checkers_world
from penstock.verify.world import History

Checker = Callable[[History], Iterator[str]]

CHECKERS: Mapping[str, Checker] = MappingProxyType(
    {
        "settled once": checkers_world.settled_once,
        "nothing twice": checkers_world.nothing_twice,
        "nothing lost": checkers_world.nothing_lost,
        "intent before send": checkers_requests.intent_before_send,
        "quiet in pauses": checkers_requests.quiet_in_pauses,
        "inside the limits": checkers_requests.inside_limits,
        "in order": checkers_requests.in_order,
        "renames decided": checkers_renames.renames_decided,
        "report is true": checkers_world.report_is_true,
        "people untouched": checkers_world.people_untouched,
        "comes to its end": checkers_world.comes_to_its_end,
        "again writes nothing": checkers_world.again_writes_nothing,
    }
)


class Violation(NamedTuple):
    """What a judge found."""

    checker: str
    what: str


def judge(history: History) -> list[Violation]:
    """Everything that all judges find."""
    return [Violation(name, what) for name, checker in CHECKERS.items() for what in checker(history)]
