"""The judges on servers without links and on renames: silent about what is right, loud about what is not."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import msgspec
import pytest
from tests.verify.judging import complaints, issue, tampered
from tests.verify.worlds import FAMILY, graph, phase, world

from penstock.core.planner import Renames
from penstock.model.events import Intent
from penstock.model.ports import Entry
from penstock.model.task import Task, TaskGraph
from penstock.verify.checkers import CHECKERS
from penstock.verify.world import History, play


@cache
def old() -> History:
    """The same plan, whose parent waits for its child, on a server without links."""
    parent, *others = FAMILY.tasks
    knotted = graph(msgspec.structs.replace(parent, depends_on=("2",)), *others)
    return play(world(phase(knotted, native_links=False), phase(knotted, native_links=False)))


def reworded(change: Callable[[str], str], title: str = "Child") -> History:
    """The first run on the old server, with another text of one issue."""
    after = copy.deepcopy(dict(old().episodes[0].after))
    one = issue(after["issues"], title)
    assert change(one["body"]) != one["body"]
    one["body"] = change(one["body"])
    return replace(old(), episodes=[replace(old().episodes[0], after=after)])


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_good_history_on_an_old_server_is_good(checker: str) -> None:
    """No judge asks for links that a server does not have."""
    assert complaints(checker, old()) == []


@pytest.mark.parametrize(
    ("pattern", "other", "told"),
    [
        (r"Part of #\d+\n", "", "parent None"),
        (r"Part of #\d+\n", "Part of #1\n", "parent 1"),
        (r"Blocked by #\d+\n", "", "not blocked by ["),
        (r"Blocked by #\d+\n", r"\g<0>See above\n", "lines among the links that are none"),
        (r"(Blocked by #\d+)\n", r"\1, #1\n", "blocked by [1], which nobody planned"),
    ],
)
def test_a_lost_link_in_words(pattern: str, other: str, told: str) -> None:
    """What the text says is judged as strictly as what the server says."""
    found = complaints("nothing lost", reworded(lambda body: re.sub(pattern, other, body)))

    assert any(told in text for text in found)


@pytest.mark.parametrize("title", ["Parent", "Child"])
def test_a_report_of_links_that_nobody_can_read(title: str) -> None:
    """A create or an update that is done wrote its links."""
    history = reworded(lambda body: re.sub(r"Blocked by #\d+\n", "", body), title)

    assert any("does not stand" in text for text in complaints("report is true", history))


def test_blocked_twice_in_words() -> None:
    """A number stands once in the line."""
    history = reworded(lambda body: re.sub(r"Blocked by (#\d+)", r"Blocked by \1, \1", body))

    assert ["says twice" in text for text in complaints("nothing twice", history)] == [True]


def test_a_text_that_names_what_does_not_stand() -> None:
    """What a text names is done before the text is sent."""
    events = sorted((entry.event for entry in old().episodes[0].log), key=lambda event: not isinstance(event, Intent))
    log = [Entry(seq, 0.0, event) for seq, event in enumerate(events, 1)]
    history = replace(old(), episodes=[replace(old().episodes[0], log=log)])

    assert any("issue.update" in text and "was sent before" in text for text in complaints("in order", history))


def test_peoples_own_words_are_lost() -> None:
    """What people add to the links of a text stays there."""
    last = old().episodes[1]
    before = copy.deepcopy(dict(last.before))
    child = issue(before["issues"], "Child")
    child["body"] = re.sub(r"Blocked by #\d+", r"\g<0>, #1", child["body"])

    assert complaints("people untouched", tampered(old(), before=before)) == [
        f"#{child['number']} no longer says that [1] block it"
    ]


def test_words_on_a_server_with_links() -> None:
    """There they are left over."""
    episode = old().episodes[1]
    history = replace(old(), episodes=[replace(episode, phase=replace(episode.phase, native_links=True))])

    assert any("links in its text" in text for text in complaints("nothing lost", history))


def titled(title: str) -> TaskGraph:
    """A task with a key of its own, and one below it without."""
    key = title.lower().replace(" ", "-")
    return graph(Task(key="1", title="Parent"), Task(key=key, title=title, parent="1", derived=True))


@cache
def renamed(renames: Renames) -> History:
    """The second task gets another title."""
    was = {"paint-the-door": ("paint-the-wall",)}
    return play(world(phase(titled("Paint the wall")), phase(titled("Paint the door"), renames=renames, was=was)))


@pytest.mark.parametrize("renames", ["accept", "refuse"])
@pytest.mark.parametrize("checker", CHECKERS)
def test_a_good_rename_is_good(checker: str, renames: Renames) -> None:
    """No judge takes what was decided for a fault."""
    assert complaints(checker, renamed(renames)) == []


@pytest.mark.parametrize(
    ("done", "decided", "told"),
    [
        ("accept", "refuse", "paint-the-door was to be a new issue, and is #4"),
        ("refuse", "accept", "paint-the-wall had #4, and are now paint-the-door #5"),
    ],
)
def test_a_rename_that_was_decided_otherwise(done: Renames, decided: Renames, told: str) -> None:
    """Whether the issue was to be kept is looked at both ways."""
    phase_decided = replace(renamed(done).episodes[1].phase, renames=decided)

    assert complaints("renames decided", tampered(renamed(done), phase=phase_decided))[0] == told


def test_a_question_that_is_asked_again() -> None:
    """Once decided, it is decided."""
    history = tampered(renamed("refuse"), asked=["looks renamed"])

    assert complaints("again writes nothing", history) == ["planning again asks: looks renamed"]


def test_an_old_issue_that_is_changed_although_the_rename_was_refused() -> None:
    """It stays as it was, for people to decide."""
    after = copy.deepcopy(dict(renamed("refuse").episodes[1].after))
    issue(after["issues"], "Paint the wall")["state"] = "closed"

    assert complaints("renames decided", tampered(renamed("refuse"), after=after)) == [
        "#4, which was paint-the-wall, was changed"
    ]
