"""Whether a plan still speaks of the repository it was made for: only what it was decided from can make it stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penstock.core import compare
from penstock.model.observed import Observation
from penstock.model.plan import Plan


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


def taken(run: str, keys: Iterable[str], seen: Observation) -> tuple[str, ...]:
    """
    Tasks that a run has yet to create, though another one created them meanwhile.

    Args:
        run: Id of the run.
        keys: Tasks whose issues the run has yet to create.
    """
    others = {issue.marker.key: issue for issue in seen.issues if issue.marker.run != run}
    return tuple(f"#{others[key].number} ({key}) is there already" for key in keys if key in others)


def moved(plan: Plan, seen: Observation) -> Iterator[str]:
    """What is no longer the same of repository and account."""
    if plan.repository.node_id != seen.repository.node_id:
        yield f"{seen.repository.name} is another repository than the one that was read"
    elif plan.repository.name != seen.repository.name:
        yield f"{plan.repository.name} is now {seen.repository.name}"
    if plan.account.id != seen.account.id:
        yield f"the plan was made as {plan.account.login}, the token is {seen.account.login}'s"


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
