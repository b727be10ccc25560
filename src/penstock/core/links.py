"""Links as operations of their own: what hangs below what, and what waits for what, where the server knows links."""

from __future__ import annotations

from penstock.core import compare
from penstock.core.compare import Standing
from penstock.core.draft import Draft, ops_of, ref_of
from penstock.model.observed import ObservedIssue
from penstock.model.operation import BlockedByLink, BlockedByUnlink, SubIssueLink, SubIssueUnlink
from penstock.model.task import Task, TaskGraph


def link_parents(draft: Draft, *, prune: bool, riding: bool) -> int:
    """
    Hang issues below their parents, from the top down.

    An issue moves only after everything above its new parent has moved. A root that is to be free leaves its old
    parent with `prune`, and always when an issue moves into its tree. So no link ever closes a circle.

    Args:
        prune: Roots leave the parents they had in this graph.
        riding: Issues that are created now have their parent from the create.

    Returns:
        How many links are no longer wanted and stay.
    """
    moved: dict[str, int] = {}
    receiving = trees_with_moves(draft.graph, draft.found)
    left = 0
    for task in draft.graph.tasks:
        issue = draft.found.issues.get(task.key)
        above = [moved[task.parent]] if task.parent in moved else []
        no = None
        if task.parent is None:
            if issue is not None and compare.parent_differs(task, issue, draft.found):
                if prune or task.key in receiving:
                    no = _unlink_parent(draft, task, issue)
                else:
                    left += 1
        elif issue is None:
            if not riding:
                _link_parent(draft, task, task.parent, above)
        elif compare.parent_differs(task, issue, draft.found):
            no = _link_parent(draft, task, task.parent, above, replace=issue.parent != 0)
        if no is not None:
            moved[task.key] = no
        elif above:
            moved[task.key] = above[0]
    return left


def trees_with_moves(graph: TaskGraph, found: Standing) -> set[str]:
    """Keys of the roots below which a standing issue will be hung."""
    roots: dict[str, str] = {}
    receiving = set()
    for task in graph.tasks:
        root = roots[task.key] = roots[task.parent] if task.parent else task.key
        issue = found.issues.get(task.key)
        if task.parent and issue is not None and compare.parent_differs(task, issue, found):
            receiving.add(root)
    return receiving


def link_blockers(draft: Draft, *, prune: bool) -> int:
    """
    Dependencies: those that are missing, and with `prune` those that are no longer wanted.

    Returns:
        How many are no longer wanted and stay.
    """
    left = 0
    for task in draft.graph.tasks:
        issue = draft.found.issues.get(task.key)
        ref = draft.refs[task.key]
        for stale in compare.blockers_stale(task, issue, draft.found) if issue else ():
            if prune:
                unlink = BlockedByUnlink(issue=ref, blocker=ref_of(stale))
                draft.add(task.key, unlink, qualifier=stale.marker.key, line=task.line)
            else:
                left += 1
        for key in compare.blockers_missing(task, issue, draft.found) if issue else task.depends_on:
            link = BlockedByLink(issue=ref, blocker=draft.refs[key])
            draft.add(task.key, link, qualifier=key, needs=ops_of(ref, link.blocker), line=task.line)
    return left


def _link_parent(draft: Draft, task: Task, above: str, moved: list[int], *, replace: bool = False) -> int:
    parent, child = draft.refs[above], draft.refs[task.key]
    payload = SubIssueLink(parent=parent, child=child, replace=replace)
    needs = [*ops_of(parent, child), *moved]
    return draft.add(task.key, payload, qualifier=above, needs=needs, conflict=above, line=task.line)


def _unlink_parent(draft: Draft, task: Task, issue: ObservedIssue) -> int:
    """Take a root away from the parent it had in this graph."""
    parent = draft.found.numbers[issue.parent]
    above = parent.marker.key
    payload = SubIssueUnlink(parent=ref_of(parent), child=draft.refs[task.key])
    return draft.add(task.key, payload, qualifier=above, conflict=above, line=task.line)
