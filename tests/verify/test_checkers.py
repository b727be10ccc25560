"""Every judge by itself: it keeps silent about a good history, and speaks about one that was tampered with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.verify.judging import complaints, issue, tampered
from tests.verify.worlds import FAMILY, phase, world

from penstock.model.events import Answered, Dead, Event, Intent
from penstock.model.outcome import Succeeded
from penstock.model.ports import Entry
from penstock.sim.replies import SimReply
from penstock.verify.checkers import CHECKERS
from penstock.verify.trace import Came, Ended, Mark, Sent, Trace, Wrote
from penstock.verify.world import Episode, History, play


@cache
def good() -> History:
    """Two runs of a small plan in fair weather; between them people edit."""
    return play(world(phase(), phase()))


def first_run(**fields: Any) -> History:
    """The history's first episode alone, with other fields."""
    return replace(good(), episodes=[replace(good().episodes[0], **fields)])


def with_marks(change: Callable[[list[Mark]], list[Mark]]) -> History:
    """The history with another trace."""
    return replace(good(), trace=Trace(change(list(good().trace.marks))))


def with_log(change: Callable[[list[Event]], list[Event]]) -> History:
    """The first run with another log."""
    events = change([entry.event for entry in good().episodes[0].log])
    return first_run(log=[Entry(seq, 0.0, event) for seq, event in enumerate(events, 1)])


def repository(change: Callable[[list[dict[str, Any]]], object]) -> Mapping[str, Any]:
    """The repository after the first run, with changed issues."""
    after = copy.deepcopy(dict(good().episodes[0].after))
    change(after["issues"])
    return after


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_good_history_is_good(checker: str) -> None:
    """No judge complains without cause."""
    assert complaints(checker, good()) == []


def test_settled_twice() -> None:
    """An operation that is done cannot die as well."""
    history = with_log(lambda events: [*events, Dead(0, "so it is said")])

    assert complaints("settled once", history) == ["label.create later was settled 2 times"]


def test_never_settled() -> None:
    """A finished run has no operation left."""
    history = with_log(lambda events: [event for event in events if not isinstance(event, Answered)])

    assert "label.create later was never settled, and the run is finished" in complaints("settled once", history)


def test_two_issues_of_one_task() -> None:
    """The marker tells, whatever the title says."""
    after = repository(lambda issues: issues.append({**issue(issues, "Child"), "number": 99, "title": "Again"}))

    assert complaints("nothing twice", first_run(after=after)) == ["task 2 has 2 issues"]


def test_linked_twice() -> None:
    """A blocker stands once in the list."""
    after = repository(lambda issues: issue(issues, "Child")["blocked_by"].extend([4, 4]))

    assert ["has blocked_by twice" in text for text in complaints("nothing twice", first_run(after=after))] == [True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Parents"),
        ("body", "<!-- penstock:v1 graph=world key=1 op=2 run=R sha=0 -->"),
        ("labels", []),
        ("labels", ["later", "bug"]),
        ("milestone", None),
        ("state", "closed"),
    ],
)
def test_a_lost_field(field: str, value: object) -> None:
    """Every planned field of an issue is looked at."""
    after = repository(lambda issues: issue(issues, "Parent").update({field: value}))

    assert any(field in text for text in complaints("nothing lost", first_run(after=after)))


@pytest.mark.parametrize(("field", "value"), [("parent", None), ("blocked_by", [])])
def test_a_lost_link(field: str, value: object) -> None:
    """So is every link."""
    after = repository(lambda issues: issue(issues, "Child").update({field: value}))

    assert len(complaints("nothing lost", first_run(after=after))) == 1


def test_a_lost_issue() -> None:
    """A task without an issue is lost, unless the run says so."""
    after = repository(lambda issues: issues.remove(issue(issues, "Other child")))

    assert "task 3 has no issue" in complaints("nothing lost", first_run(after=after))


def test_given_up_too_early() -> None:
    """Nobody may give up what never failed."""
    history = with_log(lambda events: [*events, Dead(0, "tired")])

    assert complaints("nothing lost", history) == ["label.create later was given up after 0 failures"]


def test_an_intent_that_comes_late() -> None:
    """The commit must stand before the request in the trace."""

    def late(marks: list[Mark]) -> list[Mark]:
        at = next(i for i, mark in enumerate(marks) if isinstance(mark, Wrote) and _intends(mark))
        marks[at], marks[at + 1] = marks[at + 1], marks[at]
        return marks

    assert len(complaints("intent before send", with_marks(late))) == 1


def test_an_intent_of_another_life() -> None:
    """What a dead process meant to do is no leave for the next one."""

    def other(marks: list[Mark]) -> list[Mark]:
        return [replace(mark, life=7) if isinstance(mark, Wrote) else mark for mark in marks]

    assert len(complaints("intent before send", with_marks(other))) > 3


@pytest.mark.parametrize(("heard", "expected"), [(True, True), (False, False)])
def test_a_request_in_a_pause(heard: bool, expected: bool) -> None:
    """Who was told to wait must wait, also the process after him; who died before he heard it could not know."""

    def refused(marks: list[Mark]) -> list[Mark]:
        at, came = next((i, mark) for i, mark in enumerate(marks) if isinstance(mark, Came))
        reply = SimReply(429, {"retry-after": "60"}, b'{"message": "You have exceeded a secondary rate limit."}')
        marks[at] = replace(came, reply=reply, heard=heard)
        return marks

    assert bool(complaints("quiet in pauses", with_marks(refused))) == expected


@pytest.mark.parametrize(
    ("reason", "count"),
    [("issue.create against 80 per 60 s", 1), ("blocked_by.link against 80 per 60 s", 1), ("request in a pause", 1)],
)
def test_a_limit_is_broken(reason: str, count: int) -> None:
    """What the simulator counts against a limit is a violation when nothing was lost on the way."""
    stats = {**good().stats, "first_violations": [{"at": 1_800_000_001.0, "reason": reason, "request": "X"}]}

    assert len(complaints("inside the limits", replace(good(), stats=stats))) == count


def test_a_link_before_its_ends() -> None:
    """The log must show both issues before the link's intent."""
    history = with_log(lambda events: sorted(events, key=lambda event: not isinstance(event, Intent)))

    assert any("was sent before" in text for text in complaints("in order", history))


def test_two_requests_with_one_conflict_key() -> None:
    """Two children of one parent never fly in two requests."""

    def apart(events: list[Event]) -> list[Event]:
        children = {op.no for op in good().episodes[0].operations if op.conflict}
        intent = next(event for event in events if isinstance(event, Intent) and set(event.ops) & children)
        at = events.index(intent)
        both = [Intent(batch=90 + i, ops=(op,), charge=intent.charge) for i, op in enumerate(sorted(children))]
        return [*events[:at], *both]

    assert complaints("in order", with_log(apart)) == ["batches 90 and 91 are in flight with the conflict key 1"]


def test_a_report_that_counts_wrong() -> None:
    """One more success than the log knows is a lie."""
    result = good().episodes[0].result
    assert result is not None
    wrong = type(result)(run=result.run, state="finished", graph="", repository="", total=0, succeeded=1)

    assert len(complaints("report is true", first_run(result=wrong))) == 2


def test_a_report_of_another_issue() -> None:
    """The number that is reported must be the issue's."""

    def elsewhere(events: list[Event]) -> list[Event]:
        for i, event in enumerate(events):
            if isinstance(event, Answered) and any(isinstance(o, Succeeded) and o.number > 1 for o in event.outcomes):
                events[i] = Answered(
                    batch=event.batch, status=200, ms=0.0, outcomes=(Succeeded(number=1),) * len(event.outcomes)
                )
                break
        return events

    assert any("does not stand" in text for text in complaints("report is true", with_log(elsewhere)))


def test_a_strangers_issue_is_changed() -> None:
    """A label on it is too much."""
    after = repository(lambda issues: issues[0].update(labels=["later"]))

    assert complaints("people untouched", first_run(after=after)) == ["#1 is not of this graph, and was changed"]


@pytest.mark.parametrize(
    "change", [{"body": "gone"}, {"labels": []}, {"comments": [{"author": "mona", "body": "other"}]}]
)
def test_peoples_work_on_an_issue_is_lost(change: dict[str, Any]) -> None:
    """Text around the region, labels and comments of people stay."""
    last = good().episodes[1]
    before, after = copy.deepcopy(dict(last.before)), copy.deepcopy(dict(last.after))
    for side in (before, after):
        one = issue(side["issues"], "Parent")
        one.update(body=f"Mona's words.\n\n{one['body']}", labels=["triaged"], comments=[])
    issue(after["issues"], "Parent").update(change)

    assert len(complaints("people untouched", tampered(good(), before=before, after=after))) == 1


def test_a_process_that_breaks() -> None:
    """No fault of the world excuses a bug."""

    def broken(marks: list[Mark]) -> list[Mark]:
        return [replace(mark, how="broken", why="KeyError") if isinstance(mark, Ended) else mark for mark in marks]

    assert complaints("comes to its end", with_marks(broken))[0] == "life 1 broken: KeyError"


def test_a_run_without_end() -> None:
    """A last life that stops is not the end."""
    assert complaints("comes to its end", tampered(good(), result=None)) == ["the last run never finished"]


def test_a_rerun_that_writes() -> None:
    """Planning again must find nothing."""
    assert complaints("again writes nothing", tampered(good(), rerun=2)) == ["planning again finds 2 operations"]


def test_the_good_history_is_not_empty() -> None:
    """What the judges are silent about did happen: every kind of mark, and the whole family."""
    episode: Episode = good().episodes[0]
    assert [operation.key for operation in episode.operations if operation.kind.name == "issue.create"] == [
        task.key for task in FAMILY.tasks
    ]
    assert {type(mark) for mark in good().trace.marks} >= {Sent, Came, Wrote, Ended}


def _intends(wrote: Wrote) -> bool:
    return any(isinstance(event, Intent) and event.purpose == "effect" for event in wrote.events)
