"""
The primary database: every write that REST, GraphQL and scripted people can make, with GitHub's validation.

A write validates first and changes nothing when it refuses. `now` is epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from penstock.sim.catalogue import UNCHANGED
from penstock.sim.links import Links
from penstock.sim.records import LEVELS, Comment, Issue, IssueType, Label, Milestone, Repository, User, global_id
from penstock.sim.refusal import invalid
from penstock.sim.rules import LABELS_PER_ISSUE_MAX, check_comment, check_room, check_text

_CLOSED_REASONS = ("completed", "not_planned", "duplicate")
_FIRST_ISSUE_ID = 2_600_000_000
_FIRST_COMMENT_ID = 3_100_000_000


class State(Links):
    """Everything on the simulated GitHub, read and written at its newest."""

    def __init__(self) -> None:
        super().__init__()
        self._last_ids["issue"] = _FIRST_ISSUE_ID
        self._last_ids["comment"] = _FIRST_COMMENT_ID

    def create_issue(
        self,
        actor: User,
        repository: Repository,
        title: str,
        body: str | None = None,
        *,
        labels: Sequence[Label] = (),
        assignees: Sequence[User] = (),
        milestone: Milestone | None = None,
        type: IssueType | None = None,  # noqa: A002 - GitHub's own word
        parent: Issue | None = None,
        position: int | None = None,
        is_pull: bool = False,
        now: float,
    ) -> Issue:
        """
        Open an issue. Without push access its labels, assignees, milestone and type are dropped in silence.

        Args:
            parent: The issue to put it below.
            position: See `add_sub_issue`.

        Raises:
            SimRefusal: 422 for a bad field or a full parent. Nothing was created then.
        """
        check_text("Issue", title, body)
        if parent is not None:
            check_room(parent, 1, position)
        pushes = self.pushes(actor, repository)
        kept = _unique(labels) if pushes else ()
        _check_label_count(kept)
        repository.last_number += 1
        number = self._next_id("issue")
        issue = Issue(
            id=number,
            node_id=global_id("PR" if is_pull else "I", repository.id, number),
            written_at=now,
            repository=repository,
            number=repository.last_number,
            title=title.strip(),
            body=body,
            author=actor,
            created_at=now,
            updated_at=now,
            is_pull=is_pull,
            labels=kept,
            assignees=self._assignable(repository, assignees) if pushes else (),
            milestone=milestone if pushes else None,
            type=type if pushes else None,
        )
        self._store(issue)
        self.applied["issue.create"] += 1
        if parent is not None:
            self._attach(parent, issue, now)
        return issue

    def _store(self, issue: Issue) -> None:
        issue.repository.issues.append(issue)
        issue.repository.by_number[issue.number] = issue
        self.tables.issues[issue.id] = issue
        self._register(issue)
        _tally(issue, 1)
        self.markers.change(issue.repository.id, None, issue.body)

    def pushes(self, actor: User, repository: Repository) -> bool:
        """Has the actor push access, without which labels and assignees are dropped?"""
        return LEVELS.index(self.level(actor, repository)) >= LEVELS.index("write")

    def _assignable(self, repository: Repository, users: Iterable[User]) -> tuple[User, ...]:
        known = repository.assignable
        return tuple(dict.fromkeys(user for user in users if user.login.lower() in known))

    def update_issue(
        self,
        actor: User,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = UNCHANGED,
        labels: Sequence[Label] | None = None,
        assignees: Sequence[User] | None = None,
        milestone: Milestone | None = UNCHANGED,
        type: IssueType | None = UNCHANGED,  # noqa: A002 - GitHub's own word
        counts: bool = True,
        now: float,
    ) -> Issue:
        """
        Change an issue. None means unchanged for title, labels, assignees; the others may be cleared by None.

        Args:
            counts: Whether this is a write of its own; beside a change of state it is part of that one.

        Raises:
            SimRefusal: 422 for a bad field. Nothing was changed then.
        """
        check_text("Issue", title, None if body is UNCHANGED else body)
        pushes = self.pushes(actor, issue.repository)
        if labels is not None:
            _check_label_count(_unique(labels))
        before = issue.body
        issue.save(now)
        issue.updated_at = now
        issue.title = issue.title if title is None else title.strip()
        issue.body = issue.body if body is UNCHANGED else body
        if pushes:
            issue.labels = issue.labels if labels is None else _unique(labels)
            if assignees is not None:
                issue.assignees = self._assignable(issue.repository, assignees)
            if milestone is not UNCHANGED:
                _tally(issue, -1)
                issue.milestone = milestone
                _tally(issue, 1)
            issue.type = issue.type if type is UNCHANGED else type
        self.markers.change(issue.repository.id, before, issue.body)
        if counts:
            self.applied["issue.update"] += 1
        return issue

    def close_issue(
        self,
        actor: User,
        issue: Issue,
        reason: str | None = None,
        *,
        duplicate_of: Issue | None = None,
        now: float,
    ) -> Issue:
        """
        Close an issue, or give a closed one another reason.

        Args:
            reason: `completed` (the default), `not_planned` or `duplicate`.
        """
        reason = reason or ("duplicate" if duplicate_of is not None else "completed")
        if reason not in _CLOSED_REASONS:
            raise invalid("Issue", "state_reason", "invalid", "State reason is not valid", reason)
        issue.save(now)
        if issue.state == "open":
            _tally(issue, -1)
            issue.state, issue.closed_at, issue.closed_by = "closed", now, actor
            _tally(issue, 1)
        issue.state_reason = reason
        issue.duplicate_of = duplicate_of
        issue.updated_at = now
        self.applied["issue.close"] += 1
        return issue

    def reopen_issue(self, issue: Issue, *, now: float) -> Issue:
        """Open a closed issue again."""
        issue.save(now)
        if issue.state == "closed":
            _tally(issue, -1)
            issue.state, issue.state_reason = "open", "reopened"
            _tally(issue, 1)
            issue.closed_at = issue.closed_by = issue.duplicate_of = None
        issue.updated_at = now
        self.applied["issue.reopen"] += 1
        return issue

    def add_labels(self, issue: Issue, labels: Sequence[Label], *, now: float) -> Issue:
        """Add labels to those the issue has."""
        return self._set_labels(issue, (*issue.labels, *labels), "labels.add", now)

    def remove_labels(self, issue: Issue, labels: Sequence[Label], *, now: float) -> Issue:
        """Take labels away; those it does not carry do not matter."""
        kept = [label for label in issue.labels if label not in labels]
        return self._set_labels(issue, kept, "labels.remove", now)

    def set_labels(self, issue: Issue, labels: Sequence[Label], *, now: float) -> Issue:
        """Give the issue exactly these labels."""
        return self._set_labels(issue, labels, "labels.set", now)

    def _set_labels(self, issue: Issue, labels: Sequence[Label], kind: str, now: float) -> Issue:
        wanted = _unique(labels)
        _check_label_count(wanted)
        if wanted != issue.labels:
            issue.save(now)
            issue.labels = wanted
            issue.updated_at = now
        self.applied[kind] += 1
        return issue

    def add_assignees(self, issue: Issue, users: Sequence[User], *, now: float) -> Issue:
        """Assign more users; those who cannot be assigned are dropped in silence."""
        issue.save(now)
        issue.assignees = self._assignable(issue.repository, (*issue.assignees, *users))
        issue.updated_at = now
        self.applied["assignees.add"] += 1
        return issue

    def remove_assignees(self, issue: Issue, users: Sequence[User], *, now: float) -> Issue:
        """Unassign users; those who are not assigned do not matter."""
        issue.save(now)
        issue.assignees = tuple(user for user in issue.assignees if user not in users)
        issue.updated_at = now
        self.applied["assignees.remove"] += 1
        return issue

    def add_comment(self, actor: User, issue: Issue, body: str, *, now: float) -> Comment:
        """Comment on an issue or pull request."""
        check_comment(body)
        number = self._next_id("comment")
        comment = Comment(
            id=number,
            node_id=global_id("IC", issue.repository.id, number),
            written_at=now,
            repository=issue.repository,
            issue=issue,
            author=actor,
            body=body,
            created_at=now,
            updated_at=now,
        )
        issue.save(now)
        issue.comments += (comment,)
        issue.updated_at = now
        self.tables.comments[number] = comment
        self._register(comment)
        self.applied["comment.create"] += 1
        return comment

    def update_comment(self, comment: Comment, body: str, *, now: float) -> Comment:
        """Change what a comment says."""
        check_comment(body)
        comment.save(now)
        comment.body = body
        comment.updated_at = now
        self.applied["comment.update"] += 1
        return comment

    def delete_comment(self, comment: Comment, *, now: float) -> None:
        """Delete a comment for good."""
        issue = comment.issue
        comment.save(now)
        comment.deleted = True
        issue.save(now)
        issue.comments = tuple(kept for kept in issue.comments if kept is not comment)
        del self.tables.comments[comment.id]
        del self.tables.nodes[comment.node_id]
        self.applied["comment.delete"] += 1

    def delete_issue(self, issue: Issue, *, now: float) -> None:
        """Delete an issue for good; its number stays used."""
        self._remove(issue, now)
        issue.deleted = True
        self.applied["issue.delete"] += 1

    def transfer_issue(self, issue: Issue, target: Repository, *, now: float) -> Issue:
        """Move an issue to another repository, where it gets a new number and new ids."""
        author, comments, state, reason = issue.author, issue.comments, issue.state, issue.state_reason
        self._remove(issue, now)
        moved = self.create_issue(author, target, issue.title, issue.body, now=now)
        self.applied["issue.create"] -= 1
        moved.comments, moved.state, moved.state_reason = comments, state, reason
        moved.closed_at, moved.closed_by = issue.closed_at, issue.closed_by
        issue.moved_to = moved
        self.applied["issue.transfer"] += 1
        return moved

    def _remove(self, issue: Issue, now: float) -> None:
        self._unlink_everything(issue, now)
        _tally(issue, -1)
        issue.save(now)
        issue.repository.issues.remove(issue)
        self.tables.issues.pop(issue.id)
        self.tables.nodes.pop(issue.node_id)
        self.markers.change(issue.repository.id, issue.body, None)


def _unique(labels: Iterable[Label]) -> tuple[Label, ...]:
    return tuple(dict.fromkeys(labels))


def _tally(issue: Issue, by: int) -> None:
    if issue.milestone is not None:
        issue.milestone.counts[issue.state] += by


def _check_label_count(labels: Sequence[Label]) -> None:
    if len(labels) > LABELS_PER_ISSUE_MAX:
        text = f"Labels cannot be more than {LABELS_PER_ISSUE_MAX} on one issue"
        raise invalid("Issue", "labels", "custom", text)
