"""What was read of a repository: the facts a plan is made from, and must still match when it is applied."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from penstock.model.task import TaskState


class Account(msgspec.Struct, frozen=True):
    """Who the token speaks for."""

    login: str
    id: int
    node_id: str


class RepositoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """
    The repository as it was read.

    Attributes:
        name: `owner/name`, as the server spells it now.
        node_id, database_id: Ids that survive a rename.
        permission: `admin`, `maintain`, `write`, `triage`, `read` or `none`.
        watchers: How many accounts are mailed about every new issue.
    """

    name: str
    node_id: str
    database_id: int
    permission: str
    visibility: str
    archived: bool
    has_issues: bool
    watchers: int

    @property
    def can_push(self) -> bool:
        """Labels, assignees and milestones are dropped silently without it."""
        return self.permission in {"admin", "maintain", "write"}


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """
    The hidden first line of what Penstock created.

    Attributes:
        graph, key: Which task the issue is.
        op: Number of the creating operation in its run.
        run: Id of that run.
        sha: Digest of the managed region's text.
        state: The state Penstock planned: tells an issue that a person closed from one that the plan closed.
        labels: Names of the labels Penstock put on the issue.
    """

    graph: str
    key: str
    op: int
    run: str
    sha: str = ""
    state: TaskState = "open"
    labels: tuple[str, ...] = ()


class ObservedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """
    An issue that carries a marker.

    Attributes:
        body: The whole body.
        region: Text of the managed region, links left out; None where a person removed its end.
        links_in_text: Links stand above that text, as on a server that has none of its own.
        state: `open`, `completed`, `not_planned` or `duplicate`.
        parent: Number of the parent issue, 0 for none.
        blocked_by: Numbers of the issues that block it. Both are the server's links where it has some, else the text's.
    """

    number: int
    node_id: str
    database_id: int
    title: str
    body: str
    state: str
    author: str
    marker: Marker
    region: str | None = None
    links_in_text: bool = False
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str = ""
    issue_type: str = ""
    parent: int = 0
    blocked_by: tuple[int, ...] = ()


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """
    What names mean in the repository.

    Attributes:
        labels: Lower-case name → (name as it is spelt, node id). GitHub compares label names without case.
        milestones: Title → (number, node id).
        users: Lower-case login → (login, node id) of those who can be assigned.
        types: Lower-case name → (name, node id) of issue types.
    """

    labels: Mapping[str, tuple[str, str]] = {}
    milestones: Mapping[str, tuple[int, str]] = {}
    users: Mapping[str, tuple[str, str]] = {}
    types: Mapping[str, tuple[str, str]] = {}


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """
    One whole read of a repository.

    Attributes:
        issues: Those whose marker names the graph and whose author counts, by number.
        untrusted: Number → author of issues that carry the graph's marker but were written by somebody else.
        other_graphs: Graph name → keys found, for markers of other graphs.
        total: Issues in the repository, open and closed, without pull requests.
        high_water: Greatest issue or pull request number seen.
        transport: `graphql`, or `rest` where `/graphql` is missing.
        native_links: Whether the server knows sub-issues and dependencies, both of them.
        requests: How many requests the read took.
        as_of: Epoch seconds at which it began.
    """

    repository: RepositoryFacts
    account: Account
    names: Names
    issues: tuple[ObservedIssue, ...]
    total: int
    high_water: int
    transport: str
    requests: int
    as_of: float
    untrusted: Mapping[int, str] = {}
    other_graphs: Mapping[str, tuple[str, ...]] = {}
    native_links: bool = True
