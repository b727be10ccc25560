"""Writes to links between issues: sub-issues and dependencies. None of them touches `updated_at`, as on GitHub."""

from __future__ import annotations

from penstock.sim.catalogue import Catalogue
from penstock.sim.records import Issue
from penstock.sim.refusal import not_found, sub_issue_refused
from penstock.sim.rules import check_dependency, check_sub_issue


class Links(Catalogue):
    """The primary database, as far as issues are linked."""

    def add_sub_issue(
        self, parent: Issue, child: Issue, *, replace: bool = False, position: int | None = None, now: float
    ) -> None:
        """
        Put `child` below `parent`, last.

        Args:
            replace: Take it away from the parent it has.
            position: `parent.last_position` as read before the item's work began; when another request added a
                sub-issue meanwhile, this one is refused. None skips the check.

        Raises:
            SimRefusal: 422, "Sub issue may only have one parent", "Priority has already been taken", ...
        """
        check_sub_issue(parent, child, replace=replace, position=position)
        if child.parent is not None:
            self._detach(child, now)
        self._attach(parent, child, now)
        self.applied["sub_issue.link"] += 1

    def _attach(self, parent: Issue, child: Issue, now: float) -> None:
        parent.save(now)
        child.save(now)
        parent.sub_issues += (child,)
        parent.last_position += 1
        child.parent = parent

    def _detach(self, child: Issue, now: float) -> None:
        parent = child.parent
        if parent is None:
            return
        parent.save(now)
        child.save(now)
        parent.sub_issues = tuple(kept for kept in parent.sub_issues if kept is not child)
        child.parent = None

    def remove_sub_issue(self, parent: Issue, child: Issue, *, now: float) -> None:
        """
        Raises:
            SimRefusal: 404 when `child` is not below `parent`.
        """
        if child.parent is not parent:
            message = "The provided sub-issue is not a sub-issue of the parent issue"
            raise not_found(message, message)
        self._detach(child, now)
        self.applied["sub_issue.unlink"] += 1

    def move_sub_issue(
        self, parent: Issue, child: Issue, *, after: Issue | None = None, before: Issue | None = None, now: float
    ) -> None:
        """
        Change the order below a parent. Exactly one of `after` and `before`.

        Raises:
            SimRefusal: 422 when the neighbour or the child is not below this parent.
        """
        neighbour = after or before
        if child.parent is not parent or neighbour is None or neighbour.parent is not parent:
            raise sub_issue_refused("Both issues must be sub-issues of the same parent")
        parent.save(now)
        order = [kept for kept in parent.sub_issues if kept is not child]
        order.insert(order.index(neighbour) + (after is not None), child)
        parent.sub_issues = tuple(order)
        self.applied["sub_issue.move"] += 1

    def add_blocked_by(self, issue: Issue, blocker: Issue, *, now: float) -> None:
        """
        `issue` waits for `blocker` from now on.

        Raises:
            SimRefusal: 422, "Target issue has already been taken", ...
        """
        check_dependency(issue, blocker)
        issue.save(now)
        blocker.save(now)
        issue.blocked_by += (blocker,)
        blocker.blocking += (issue,)
        self.applied["blocked_by.link"] += 1

    def remove_blocked_by(self, issue: Issue, blocker: Issue, *, now: float) -> None:
        """`issue` no longer waits for `blocker`. Removing a link that is not there succeeds, as on GitHub."""
        self._unblock(issue, blocker, now)
        self.applied["blocked_by.unlink"] += 1

    def _unblock(self, issue: Issue, blocker: Issue, now: float) -> None:
        issue.save(now)
        blocker.save(now)
        issue.blocked_by = tuple(kept for kept in issue.blocked_by if kept is not blocker)
        blocker.blocking = tuple(kept for kept in blocker.blocking if kept is not issue)

    def _unlink_everything(self, issue: Issue, now: float) -> None:
        self._detach(issue, now)
        for child in issue.sub_issues:
            self._detach(child, now)
        for blocker in issue.blocked_by:
            self._unblock(issue, blocker, now)
        for blocked in issue.blocking:
            self._unblock(blocked, issue, now)
