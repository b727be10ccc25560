"""What will be done to a repository, and what it was decided from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from penstock.model.observed import Account, Names, RepositoryFacts
from penstock.model.operation import Operation
from penstock.model.task import TaskGraph


class Unchanged(msgspec.Struct, frozen=True):
    """A task whose issue is already as planned."""

    key: str
    number: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the preflight found.

    Attributes:
        level: `error` stops the plan, `confirm` asks before it is applied, `warning` is printed.
        message: What was found.
        hint: What to do.
        line: Line in the source file; 0 when there is none.
    """

    level: str
    message: str
    hint: str = ""
    line: int = 0


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    """
    A task without a key of its own that keeps the issue it had under another title or below another task.

    Attributes:
        key, title: The task as it is now.
        key_before, title_before: What the issue says.
        number: The issue.
        line: Line of the task in the source file.
    """

    key: str
    title: str
    key_before: str
    title_before: str
    number: int
    line: int = 0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """
    Operations and no-ops for one repository, in an order in which every operation stands after what it needs.

    Attributes:
        desired: The graph the repository shall match.
        created_at: Epoch seconds.
        host: API root that was read, e.g. `https://api.github.com`.
        transport: `graphql` or `rest`: decides whether a parent rides on the create.
        repository, account, names: As they were read.
        basis: Issue number → digest of every issue of the graph as it was read: the plan is stale when one differs.
        named: `label:NAME` and `milestone:TITLE` → digest (empty: did not exist) of what the plan names.
        high_water: Greatest issue number seen.
        extra: Numbers of issues of the graph whose task is gone (closed only with `--prune`).
        renames: Tasks that keep their issue under another key, as the user decided.
    """

    desired: TaskGraph
    created_at: float
    host: str
    transport: str
    repository: RepositoryFacts
    account: Account
    names: Names
    high_water: int
    operations: tuple[Operation, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    extra: tuple[int, ...] = ()
    renames: tuple[Rename, ...] = ()
    basis: Mapping[int, str] = {}
    named: Mapping[str, str] = {}
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Operations per kind, in the order of `KINDS`, kinds without operations left out."""
        counts: dict[str, int] = {}
        for operation in sorted(self.operations, key=lambda operation: operation.kind.code):
            counts[operation.kind.name] = counts.get(operation.kind.name, 0) + 1
        return counts


class Difference(msgspec.Struct, frozen=True):
    """One finding of an audit: task key, issue numbers, and in which fields they differ."""

    key: str
    numbers: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()


class AuditReport(msgspec.Struct, frozen=True):
    """
    What a fresh read shows against the plan.

    Attributes:
        missing: Tasks without an issue.
        extra: Issues of the graph without a task (still open).
        duplicate: Tasks with more than one issue.
        different: Tasks whose issue is not as planned.
    """

    missing: tuple[Difference, ...] = ()
    extra: tuple[Difference, ...] = ()
    duplicate: tuple[Difference, ...] = ()
    different: tuple[Difference, ...] = ()

    @property
    def clean(self) -> bool:
        """The repository is what the plan says."""
        return not (self.missing or self.extra or self.duplicate or self.different)
