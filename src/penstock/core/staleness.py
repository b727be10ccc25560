"""Whether a plan still speaks of the repository it was made for: only what it was decided from can make it stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penstock.core import compare
from penstock.model.observed import Observation
from penstock.model.plan import Plan

_ROLES = ("none", "read", "triage", "write", "maintain", "admin")


def changed(plan: Plan, seen: Observation) -> tuple[str, ...]:
    """
    What is no longer as it was when the plan was made.

    Args:
        seen: A fresh read for the same graph.

    Returns:
        One phrase each, e.g. `#12 changed`; empty for a plan that can be applied. Issues without the graph's marker,
        and labels and milestones the plan does not name, never count.
    """
    return (*moved(plan, seen), *_issues(plan, seen), *_names(plan, seen))


def taken(keys: Iterable[str], seen: Observation) -> tuple[str, ...]:
    """
    Tasks that a run has yet to create, though their issues stand: another run's, or its own that came to light late.

    Args:
        keys: Tasks whose issues the run has yet to create.
    """
    there = {issue.marker.key: issue for issue in seen.issues}
    return tuple(f"#{there[key].number} ({key}) is there already" for key in keys if key in there)


def gone(plan: Plan, seen: Observation) -> tuple[str, ...]:
    """Issues of the graph that the plan was made from and that no longer stand, or no longer carry their marker."""
    there = {issue.number for issue in seen.issues}
    return tuple(f"#{number} is gone" for number in sorted(plan.basis) if number not in there)


def moved(plan: Plan, seen: Observation) -> Iterator[str]:
    """What is no longer the same of repository and account."""
    if plan.repository.node_id != seen.repository.node_id:
        yield f"{seen.repository.name} is another repository than the one that was read"
    elif plan.repository.name != seen.repository.name:
        yield f"{plan.repository.name} is now {seen.repository.name}"
    if plan.account.id != seen.account.id:
        yield f"the plan was made as {plan.account.login}, the token is {seen.account.login}'s"
    elif plan.account.login.lower() != seen.account.login.lower():  # look-ups know our issues by their author's login
        yield f"{plan.account.login} is now called {seen.account.login}"
    if _rank(seen) < min(_rank(plan), _ROLES.index("write")):  # GitHub drops what needs the lost role, silently
        yield f"the permission on {seen.repository.name} is now {seen.repository.permission}"


def _rank(seen: Plan | Observation) -> int:
    return _ROLES.index(seen.repository.permission)


def _issues(plan: Plan, seen: Observation) -> Iterator[str]:
    now = {issue.number: issue for issue in seen.issues}
    for number in sorted({*plan.basis, *now}):
        if number not in now:
            yield f"#{number} is gone"
        elif number not in plan.basis:
            yield f"#{number} ({now[number].marker.key}) is new"
        elif plan.basis[number] != compare.issue_digest(now[number]):
            yield f"#{number} ({now[number].marker.key}) changed"


def _names(plan: Plan, seen: Observation) -> Iterator[str]:
    for name, before in plan.named.items():
        after = compare.name_digest(name, seen.names)
        if after != before:
            sort, _, title = name.partition(":")
            what = "is gone" if not after else "is another one" if before else "is new"
            yield f'{sort} "{title}" {what}'
