"""Writes to what issues refer to: users, repositories, issue types, labels, milestones."""

from __future__ import annotations

from collections import Counter
from typing import Any

from penstock.sim.markers import Markers
from penstock.sim.reads import Reads, Tables
from penstock.sim.records import IssueType, Label, Milestone, Record, Repository, User, global_id
from penstock.sim.refusal import invalid
from penstock.sim.rules import check_label

DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
"""Source: https://docs.github.com/en/issues/using-labels-and-milestones-to-track-work/managing-labels"""

DEFAULT_TYPES = (
    ("Task", "A specific piece of work", "yellow"),
    ("Bug", "An unexpected problem or behavior", "red"),
    ("Feature", "A request, idea, or new functionality", "blue"),
)
UNCHANGED: Any = object()
"""Stands for "leave this field as it is" where None means "clear it"."""

_FIRST_IDS = {"user": 1000, "repository": 700_000, "label": 5_000_000, "milestone": 9_000_000, "type": 3_000_000}


class Catalogue(Reads):
    """
    The primary database, as far as issues refer to it.

    Attributes:
        applied: Writes that took effect, by kind.
        markers: Counts markers in issue bodies, to know duplicates at once.
    """

    def __init__(self) -> None:
        super().__init__(Tables())
        self.applied: Counter[str] = Counter()
        self.markers = Markers()
        self._last_ids = dict(_FIRST_IDS)

    def _next_id(self, table: str) -> int:
        self._last_ids[table] += 1
        return self._last_ids[table]

    def _register(self, record: Record) -> None:
        self.tables.nodes[record.node_id] = record

    def add_user(self, login: str, kind: str = "User") -> User:
        """Sign up a user, or an `Organization` with GitHub's default issue types."""
        number = self._next_id("user")
        user = User(id=number, node_id=global_id("U" if kind == "User" else "O", number), login=login, kind=kind)
        self.tables.users[login.lower()] = user
        self._register(user)
        if kind == "Organization":
            for name, description, color in DEFAULT_TYPES:
                self.add_issue_type(user, name, description, color)
        return user

    def add_issue_type(self, owner: User, name: str, description: str, color: str) -> IssueType:
        """Define an issue type of an organisation."""
        number = self._next_id("type")
        node_id = global_id("IT", owner.id, number)
        issue_type = IssueType(
            id=number, node_id=node_id, name=name, description=description, color=color, created_at=0.0
        )
        owner.issue_types.append(issue_type)
        self._register(issue_type)
        return issue_type

    def add_repository(
        self,
        owner: User,
        name: str,
        *,
        now: float,
        private: bool = False,
        archived: bool = False,
        has_issues: bool = True,
        watchers: int = 1,
        description: str | None = None,
    ) -> Repository:
        """Open a repository with GitHub's default labels; only the owner can be assigned as yet."""
        number = self._next_id("repository")
        repository = Repository(
            id=number,
            node_id=global_id("R", number),
            owner=owner,
            name=name,
            private=private,
            archived=archived,
            has_issues=has_issues,
            watchers=watchers,
            description=description,
            created_at=now,
        )
        if owner.kind == "User":
            repository.assignable[owner.login.lower()] = owner
        self.tables.repositories[repository.full_name.lower()] = repository
        self._register(repository)
        for label, color, text in DEFAULT_LABELS:
            self._define_label(repository, label, color, text, now, is_default=True)
        return repository

    def rename_repository(self, repository: Repository, owner: User, name: str) -> None:
        """Rename or transfer a repository; its old name goes on leading there."""
        self.tables.repositories.pop(repository.full_name.lower(), None)
        self.tables.renamed[repository.full_name.lower()] = repository
        repository.owner, repository.name = owner, name
        self.tables.repositories[repository.full_name.lower()] = repository

    def create_label(
        self, repository: Repository, name: str, color: str, description: str | None = None, *, now: float
    ) -> Label:
        """
        Raises:
            SimRefusal: 422 for a bad field, `already_exists` for a name in use.
        """
        check_label(name, color, description)
        self._check_label_name(repository, name)
        self.applied["label.create"] += 1
        return self._define_label(repository, name, color, description, now)

    def _check_label_name(self, repository: Repository, name: str) -> None:
        if self.label(repository, name) is not None:
            raise invalid("Label", "name", "already_exists", "Name has already been taken")

    def _define_label(
        self,
        repository: Repository,
        name: str,
        color: str,
        description: str | None,
        now: float,
        *,
        is_default: bool = False,
    ) -> Label:
        number = self._next_id("label")
        label = Label(
            id=number,
            node_id=global_id("LA", repository.id, number),
            written_at=now,
            repository=repository,
            name=name,
            color=color.lower(),
            description=description,
            is_default=is_default,
        )
        repository.labels[name.lower()] = label
        self._register(label)
        return label

    def update_label(
        self,
        label: Label,
        *,
        name: str | None = None,
        color: str | None = None,
        description: str | None = None,
        now: float,
    ) -> Label:
        """Rename or recolour a label. None means unchanged."""
        check_label(name, color, description)
        if name is not None and name.lower() != label.name.lower():
            self._check_label_name(label.repository, name)
        label.save(now)
        if name is not None:
            del label.repository.labels[label.name.lower()]
            label.name = name
            label.repository.labels[name.lower()] = label
        label.color = label.color if color is None else color.lower()
        label.description = label.description if description is None else description
        self.applied["label.update"] += 1
        return label

    def delete_label(self, label: Label, *, now: float) -> None:
        """Delete a label; issues lose it."""
        label.save(now)
        label.deleted = True
        del label.repository.labels[label.name.lower()]
        del self.tables.nodes[label.node_id]
        for issue in label.repository.issues:
            if label in issue.labels:
                issue.save(now)
                issue.labels = tuple(kept for kept in issue.labels if kept is not label)
        self.applied["label.delete"] += 1

    def create_milestone(
        self,
        repository: Repository,
        title: str,
        *,
        creator: User,
        description: str | None = None,
        due_on: str | None = None,
        state: str = "open",
        now: float,
    ) -> Milestone:
        """
        Raises:
            SimRefusal: 422 for a blank title, `already_exists` for one in use.
        """
        self._check_milestone_title(repository, title, None)
        repository.last_milestone += 1
        number = self._next_id("milestone")
        milestone = Milestone(
            id=number,
            node_id=global_id("MI", repository.id, number),
            written_at=now,
            repository=repository,
            number=repository.last_milestone,
            title=title,
            description=description,
            creator=creator,
            due_on=due_on,
            created_at=now,
            updated_at=now,
            state=state,
            closed_at=now if state == "closed" else None,
        )
        repository.milestones[milestone.number] = milestone
        self._register(milestone)
        self.applied["milestone.create"] += 1
        return milestone

    def _check_milestone_title(self, repository: Repository, title: str, own: Milestone | None) -> None:
        if not title.strip():
            raise invalid("Milestone", "title", "missing_field", "Title can't be blank")
        if any(m.title == title and m is not own for m in self.milestones(repository)):
            raise invalid("Milestone", "title", "already_exists", "Title has already been taken")

    def update_milestone(
        self,
        milestone: Milestone,
        *,
        title: str | None = None,
        description: str | None = UNCHANGED,
        due_on: str | None = UNCHANGED,
        state: str | None = None,
        now: float,
    ) -> Milestone:
        """Change a milestone. None for title or state means unchanged."""
        if title is not None:
            self._check_milestone_title(milestone.repository, title, milestone)
        milestone.save(now)
        milestone.title = milestone.title if title is None else title
        if description is not UNCHANGED:
            milestone.description = description
        if due_on is not UNCHANGED:
            milestone.due_on = due_on
        if state is not None and state != milestone.state:
            milestone.state = state
            milestone.closed_at = now if state == "closed" else None
        milestone.updated_at = now
        self.applied["milestone.update"] += 1
        return milestone

    def delete_milestone(self, milestone: Milestone, *, now: float) -> None:
        """Delete a milestone; its issues have none then, and its number stays used."""
        milestone.save(now)
        milestone.deleted = True
        del milestone.repository.milestones[milestone.number]
        del self.tables.nodes[milestone.node_id]
        for issue in milestone.repository.issues:
            if issue.milestone is milestone:
                issue.save(now)
                issue.milestone = None
        self.applied["milestone.delete"] += 1
