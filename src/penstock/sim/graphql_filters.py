"""Which issues a connection of issues shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from penstock.sim.graphql_scope import Arguments, Scope
from penstock.sim.isotime import seconds_of
from penstock.sim.records import Issue
from penstock.sim.refusal import SimRefusal

Keep: TypeAlias = Callable[[Issue], bool]

ANY = "*"


def _since(text: str) -> float:
    start = seconds_of(text)
    if start is None:
        raise SimRefusal(200, "ARGUMENT_ERROR", f"`{text}` is not a valid DateTime.")
    return start


def issue_filter(arguments: Arguments, scope: Scope) -> Keep:
    """
    All conditions of `labels`, `states` and `filterBy` in one.

    `labels` beside `filterBy` keeps issues with any of them, inside it those with all of them.
    """
    by = arguments.get("filterBy") or {}
    tests: list[Keep] = []
    for states in (arguments.get("states"), by.get("states")):
        if states:
            tests.append(_state_in({state.lower() for state in states}))
    if arguments.get("labels"):
        tests.append(_any_label({name.lower() for name in arguments["labels"]}))
    if by.get("labels"):
        tests.append(_all_labels({name.lower() for name in by["labels"]}))
    if by.get("since"):
        tests.append(_updated_since(_since(by["since"])))
    if by.get("createdBy"):
        tests.append(_author(by["createdBy"].lower()))
    if "assignee" in by:
        tests.append(_assignee(by["assignee"]))
    if "milestone" in by:
        tests.append(_milestone(by["milestone"], "id"))
    if "milestoneNumber" in by:
        tests.append(_milestone(by["milestoneNumber"], "number"))
    if by.get("mentioned"):
        tests.append(_mentions(f"@{by['mentioned']}".lower()))
    seen = scope.reads.seen
    return lambda issue: seen(issue) is not None and all(test(issue) for test in tests)


def _state_in(states: set[str]) -> Keep:
    return lambda issue: issue.state in states


def _names(issue: Issue) -> set[str]:
    return {label.name.lower() for label in issue.labels}


def _any_label(names: set[str]) -> Keep:
    return lambda issue: not names.isdisjoint(_names(issue))


def _all_labels(names: set[str]) -> Keep:
    return lambda issue: names <= _names(issue)


def _updated_since(start: float) -> Keep:
    # GitHub stores whole seconds.
    return lambda issue: int(issue.updated_at) >= start


def _author(login: str) -> Keep:
    return lambda issue: issue.author.login.lower() == login


def _assignee(login: str | None) -> Keep:
    if login is None:
        return lambda issue: not issue.assignees
    if login == ANY:
        return lambda issue: bool(issue.assignees)
    wanted = login.lower()
    return lambda issue: any(user.login.lower() == wanted for user in issue.assignees)


def _milestone(value: str | None, attribute: str) -> Keep:
    if value is None:
        return lambda issue: issue.milestone is None
    if value == ANY:
        return lambda issue: issue.milestone is not None
    return lambda issue: issue.milestone is not None and str(getattr(issue.milestone, attribute)) == value


def _mentions(name: str) -> Keep:
    return lambda issue: name in (issue.body or "").lower()
