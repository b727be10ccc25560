"""
Links in the texts of issues, where the server knows no links: what each text says of parent and blockers.

A link is written once, at its lower end: a task names its parent and its blockers, and GitHub lists the mention at the
other end. So no parent is written again when a child comes.
"""

from __future__ import annotations

from penstock.core import compare
from penstock.core.draft import Draft
from penstock.core.links import trees_with_moves
from penstock.model.observed import ObservedIssue
from penstock.model.operation import Ref, TextLinks
from penstock.model.task import Task


class TextLinking:
    """
    The links that texts say.

    Args:
        prune: Links that are no longer wanted go.

    Attributes:
        left: Links that are no longer wanted and stay.
    """

    def __init__(self, draft: Draft, *, prune: bool) -> None:
        self._draft = draft
        self._prune = prune
        self._receiving = trees_with_moves(draft.graph, draft.found)
        self.left = 0

    def of_new(self, task: Task) -> TextLinks:
        """The links of a task; those to issues that neither stand nor are created so far are left out."""
        refs = self._draft.refs
        blockers = tuple(refs[key] for key in dict.fromkeys(task.depends_on) if key in refs)
        return TextLinks(parent=refs[task.parent] if task.parent else None, blocked_by=blockers)

    def of(self, task: Task, issue: ObservedIssue) -> TextLinks:
        """
        The links of a task, and beside them those in its issue's text that stay.

        As with links of the server, one that people made to an issue outside the graph stays, and one that is no
        longer wanted stays without `prune`.
        """
        wanted = self.of_new(task)
        there = {ref.number for ref in wanted.blocked_by}
        stale = {one.number for one in compare.blockers_stale(task, issue, self._draft.found)}
        going = stale if self._prune else set()
        kept = [Ref(number=number) for number in issue.blocked_by if number not in there | going]
        parent = wanted.parent or self._kept_parent(task, issue)
        self.left += len(stale - going)
        return TextLinks(parent=parent, blocked_by=(*wanted.blocked_by, *kept))

    def _kept_parent(self, task: Task, issue: ObservedIssue) -> Ref | None:
        """The parent of a task at the top: a person's stays; one of the graph leaves as `links.link_parents` says."""
        if not issue.parent:
            return None
        if compare.parent_differs(task, issue, self._draft.found):
            if self._prune or task.key in self._receiving:
                return None
            self.left += 1
        return Ref(number=issue.parent)


def written(issue: ObservedIssue) -> TextLinks:
    """What the text of an issue says now."""
    parent = Ref(number=issue.parent) if issue.parent else None
    return TextLinks(parent=parent, blocked_by=tuple(Ref(number=number) for number in issue.blocked_by))


def are_written(links: TextLinks, issue: ObservedIssue) -> bool:
    """Whether the text of an issue says just these links."""
    parent = links.parent or Ref()
    refs = (parent, *links.blocked_by)
    numbers = {ref.number for ref in links.blocked_by}
    return all(ref.op < 0 for ref in refs) and (parent.number, numbers) == (issue.parent, set(issue.blocked_by))


def refs_of(links: TextLinks) -> tuple[Ref, ...]:
    """All issues that links name."""
    return (*([links.parent] if links.parent else ()), *links.blocked_by)
