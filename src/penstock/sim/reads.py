"""What can be read, as of some instant: the primary shows everything, a replica nothing younger than its lag."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast, overload

from penstock.sim.records import Comment, Issue, Label, Milestone, Record, Repository, User, Versioned

V = TypeVar("V", bound=Versioned)


@dataclass(slots=True)
class Tables:
    """Everything stored, by the keys it is looked up with."""

    users: dict[str, User] = field(default_factory=dict)
    repositories: dict[str, Repository] = field(default_factory=dict)
    renamed: dict[str, Repository] = field(default_factory=dict)
    nodes: dict[str, Record] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)


class Listing(Sequence[V]):
    """The newest visible version of each record, looked up only when asked for."""

    def __init__(self, records: Sequence[V], length: int, reads: Reads) -> None:
        self._records = records
        self._length = length
        self._reads = reads

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[V]: ...
    def __getitem__(self, index: int | slice) -> V | Sequence[V]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        record = self._records[index % self._length]
        return self._reads.seen(record) or record

    def __iter__(self) -> Iterator[V]:
        return (self[i] for i in range(self._length))


class Reads:
    """
    Reads as of `horizon`.

    Args:
        tables: What is stored.
        horizon: Epoch seconds; versions written later are not seen. Infinite on the primary.
    """

    def __init__(self, tables: Tables, horizon: float = math.inf) -> None:
        self.tables = tables
        self.horizon = horizon

    def seen(self, record: V | None) -> V | None:
        """The version of this record that is visible here; None when it is too young or deleted."""
        while record is not None and record.written_at > self.horizon:
            record = record.older
        return None if record is None or record.deleted else record

    def all_seen(self, records: Iterable[V]) -> list[V]:
        """The visible ones, in order."""
        return [version for record in records if (version := self.seen(record)) is not None]

    def user(self, login: str) -> User | None:
        """A user or organisation by login, whatever the case."""
        return self.tables.users.get(login.lower())

    def repository(self, owner: str, name: str) -> Repository | None:
        """By its present name only; `tables.renamed` knows the old ones."""
        return self.tables.repositories.get(f"{owner}/{name}".lower())

    def node(self, node_id: str) -> Record | None:
        """Any record by its global id."""
        record = self.tables.nodes.get(node_id)
        if isinstance(record, Versioned):
            return cast("Record | None", self.seen(record))
        return record

    def issue(self, repository: Repository, number: int) -> Issue | None:
        """An issue or pull request by number; transferred ones are found by `moved_to` of `by_number`."""
        issue = self.seen(repository.by_number.get(number))
        return None if issue is None or issue.moved_to is not None else issue

    def issue_by_id(self, database_id: int) -> Issue | None:
        """An issue or pull request by database id."""
        return self.seen(self.tables.issues.get(database_id))

    def issues(self, repository: Repository) -> Sequence[Issue]:
        """Issues and pull requests, oldest first."""
        if self.horizon == math.inf:
            return repository.issues
        length = bisect_right(repository.issues, self.horizon, key=lambda issue: issue.created_at)
        return Listing(repository.issues, length, self)

    def labels(self, repository: Repository) -> list[Label]:
        """Labels of a repository in order of creation."""
        return self.all_seen(repository.labels.values())

    def label(self, repository: Repository, name: str) -> Label | None:
        """A label by name, whatever the case."""
        return self.seen(repository.labels.get(name.lower()))

    def milestones(self, repository: Repository) -> list[Milestone]:
        """Milestones of a repository by number."""
        return self.all_seen(repository.milestones.values())

    def milestone(self, repository: Repository, number: int) -> Milestone | None:
        """A milestone by number."""
        return self.seen(repository.milestones.get(number))

    def comments(self, issue: Issue) -> list[Comment]:
        """Comments on an issue, oldest first."""
        return self.all_seen(issue.comments)

    def comment(self, database_id: int) -> Comment | None:
        """A comment by database id."""
        return self.seen(self.tables.comments.get(database_id))

    def sub_issues(self, issue: Issue) -> list[Issue]:
        """Direct sub-issues in order of priority."""
        return self.all_seen(issue.sub_issues)

    def parent(self, issue: Issue) -> Issue | None:
        """The issue this one is a sub-issue of."""
        return self.seen(issue.parent)

    def blocked_by(self, issue: Issue) -> list[Issue]:
        """Issues that must be closed first."""
        return self.all_seen(issue.blocked_by)

    def blocking(self, issue: Issue) -> list[Issue]:
        """Issues that wait for this one."""
        return self.all_seen(issue.blocking)

    def level(self, user: User, repository: Repository) -> str:
        """The user's role in the repository."""
        if user is repository.owner:
            return "admin"
        return repository.roles.get(user.id, "none" if repository.private else "read")
