"""
What the simulated GitHub stores: users, repositories, issues, labels, milestones, comments.

A record that can be read from a lagging replica keeps its recent versions: `older` is the version that this one
replaced at `written_at`. Object identity is the record's identity; only the newest version is referred to.
"""

from __future__ import annotations

import base64
import copy
import struct
from dataclasses import dataclass, field
from typing import Any, TypeAlias

LEVELS = ("none", "read", "triage", "write", "maintain", "admin")
"""Roles in a repository, weakest first."""

KEPT_S = 60.0
"""Versions older than this are no replica's business: the longest lag is shorter."""


def global_id(prefix: str, *numbers: int) -> str:
    """
    A node id as GitHub makes them: the type's prefix and the MessagePack array `[0, *numbers]` in base64.

    Example: `global_id("U", 583231)` is `U_kgDOAAjmPw`, octocat's.
    """
    packed = bytes([0x91 + len(numbers), 0]) + b"".join(
        struct.pack(">BI", 0xCE, number) if number < 1 << 32 else struct.pack(">BQ", 0xCF, number) for number in numbers
    )
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


@dataclass(slots=True, eq=False, kw_only=True)
class Versioned:
    """
    Attributes:
        id: Database id, unique per type.
        node_id: Global id, unique over all types.
        written_at: When this version came to be, epoch seconds.
        older: The version before it, of the same class, while a replica may still show it; else None.
        deleted: This version is a tombstone.
    """

    id: int
    node_id: str
    written_at: float
    older: Any = None
    deleted: bool = False

    def save(self, now: float) -> None:
        """Keep the present version for replicas. Call it before changing any field."""
        previous = copy.copy(self)
        if previous.written_at < now - KEPT_S:
            previous.older = None
        self.older = previous
        self.written_at = now


@dataclass(slots=True, eq=False, kw_only=True)
class User:
    """A person or an organisation. `kind` is `User` or `Organization`."""

    id: int
    node_id: str
    login: str
    kind: str = "User"
    issue_types: list[IssueType] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class IssueType:
    """An organisation's issue type, e.g. `Task`."""

    id: int
    node_id: str
    name: str
    description: str | None
    color: str
    created_at: float


@dataclass(slots=True, eq=False, kw_only=True)
class Label(Versioned):
    """A label of a repository; its name is unique there whatever the case."""

    repository: Repository
    name: str
    color: str
    description: str | None
    is_default: bool


@dataclass(slots=True, eq=False, kw_only=True)
class Milestone(Versioned):
    """
    A milestone of a repository; its title is unique there.

    Attributes:
        due_on: ISO text or None.
        counts: Number of open and of closed issues in it, by state.
    """

    repository: Repository
    number: int
    title: str
    description: str | None
    creator: User
    due_on: str | None
    created_at: float
    updated_at: float
    state: str = "open"
    closed_at: float | None = None
    counts: dict[str, int] = field(default_factory=lambda: {"open": 0, "closed": 0})


@dataclass(slots=True, eq=False, kw_only=True)
class Issue(Versioned):
    """
    An issue, or a pull request (`is_pull`): both share one number space.

    Attributes:
        state: `open` or `closed`.
        state_reason: `completed`, `not_planned`, `duplicate`, `reopened`, or None.
        sub_issues: In order of priority.
        last_position: Counts sub-issues ever added; two adds that read the same count collide.
        moved_to: Where it lives after a transfer.
    """

    repository: Repository
    number: int
    title: str
    body: str | None
    author: User
    created_at: float
    updated_at: float
    is_pull: bool = False
    state: str = "open"
    state_reason: str | None = None
    closed_at: float | None = None
    closed_by: User | None = None
    labels: tuple[Label, ...] = ()
    assignees: tuple[User, ...] = ()
    milestone: Milestone | None = None
    type: IssueType | None = None
    parent: Issue | None = None
    sub_issues: tuple[Issue, ...] = ()
    last_position: int = 0
    blocked_by: tuple[Issue, ...] = ()
    blocking: tuple[Issue, ...] = ()
    comments: tuple[Comment, ...] = ()
    duplicate_of: Issue | None = None
    moved_to: Issue | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Comment(Versioned):
    """A comment on an issue or pull request."""

    repository: Repository
    issue: Issue
    author: User
    body: str
    created_at: float
    updated_at: float


@dataclass(slots=True, eq=False, kw_only=True)
class Repository:
    """
    Attributes:
        roles: Role of single users, by user id; everybody else has `read`, or `none` when it is private.
        assignable: Users who can be assigned, by lower-case login.
        issues: Issues and pull requests in number order; never shrinks but by deletion or transfer.
        by_number: The same by number; a number once used is never used again.
        labels: By lower-case name. milestones: by number.
    """

    id: int
    node_id: str
    owner: User
    name: str
    private: bool
    archived: bool
    has_issues: bool
    watchers: int
    description: str | None
    created_at: float
    roles: dict[int, str] = field(default_factory=dict)
    assignable: dict[str, User] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    by_number: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    last_number: int = 0
    last_milestone: int = 0

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"


Record: TypeAlias = User | IssueType | Label | Milestone | Issue | Comment | Repository
