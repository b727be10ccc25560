"""Which issues a connection of issues shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from penstock.sim.graphql_scope import Arguments, Scope
from penstock.sim.isotime import seconds_of
from penstock.sim.records import Issue
from penstock.sim.refusal import SimRefusal

Keep: TypeAlias = Callable[[Issue], bool]

ANY = "*"


def issue_filter(arguments: Arguments, scope: Scope) -> Keep:
    """
    All conditions of `labels`, `states` and `filterBy` in one.

    `labels` beside `filterBy` keeps issues with any of them, inside it those with all of them.
    """
    by = arguments.get("filterBy") or {}
    tests = [make(by[name]) for name, make in _FILTERS.items() if by.get(name) is not None]
    tests += [make(None) for name, make in _ABSENCES.items() if name in by and by[name] is None]
    if arguments.get("labels"):
        tests.append(_any_label(arguments["labels"]))
    if arguments.get("states"):
        tests.append(_state_in(arguments["states"]))
    seen = scope.reads.seen
    return lambda issue: seen(issue) is not None and all(test(issue) for test in tests)


def _state_in(states: list[str]) -> Keep:
    wanted = {state.lower() for state in states}
    return lambda issue: issue.state in wanted


def _names(issue: Issue) -> set[str]:
    return {label.name.lower() for label in issue.labels}


def _any_label(names: list[str]) -> Keep:
    wanted = {name.lower() for name in names}
    return lambda issue: not wanted.isdisjoint(_names(issue))


def _all_labels(names: list[str]) -> Keep:
    wanted = {name.lower() for name in names}
    return lambda issue: wanted <= _names(issue)


def _updated_since(text: str) -> Keep:
    start = seconds_of(text)
    if start is None:
        raise SimRefusal(200, "ARGUMENT_ERROR", f"`{text}` is not a valid DateTime.")
    # GitHub stores whole seconds.
    return lambda issue: int(issue.updated_at) >= start


def _author(login: str) -> Keep:
    wanted = login.lower()
    return lambda issue: issue.author.login.lower() == wanted


def _assignee(login: str | None) -> Keep:
    if login is None:
        return lambda issue: not issue.assignees
    if login == ANY:
        return lambda issue: bool(issue.assignees)
    wanted = login.lower()
    return lambda issue: any(user.login.lower() == wanted for user in issue.assignees)


def _milestone(value: str | None, attribute: str = "id") -> Keep:
    if value is None:
        return lambda issue: issue.milestone is None
    if value == ANY:
        return lambda issue: issue.milestone is not None
    return lambda issue: issue.milestone is not None and str(getattr(issue.milestone, attribute)) == value


def _mentions(login: str) -> Keep:
    name = f"@{login}".lower()
    return lambda issue: name in (issue.body or "").lower()


_FILTERS: Mapping[str, Callable[[Any], Keep]] = MappingProxyType(
    {
        "assignee": _assignee,
        "createdBy": _author,
        "labels": _all_labels,
        "mentioned": _mentions,
        "milestone": _milestone,
        "milestoneNumber": lambda value: _milestone(value, "number"),
        "since": _updated_since,
        "states": _state_in,
    }
)
_ABSENCES: Mapping[str, Callable[[Any], Keep]] = MappingProxyType(
    {"assignee": _assignee, "milestone": _milestone, "milestoneNumber": _milestone}
)
"""Filters for which null means "without one"; null elsewhere means no filter."""
