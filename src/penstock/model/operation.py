"""
What can be done to a repository: the closed list of kinds, and the payload of each.

An operation is one externally visible effect. Its payload names things as a person would (labels by name, tasks
by the number of the operation that creates them); node ids are filled in when it is sent.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from penstock.model.task import TaskState

Idempotency = Literal["natural", "keyed", "none"]
"""natural: sending again is harmless. keyed: a second one is refused as existing. none: a second one is a duplicate."""

Lane = Literal["create", "update", "link", "read"]
"""Operations that share windows and pauses; a throttled lane does not hold back another."""


class Ref(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    An issue: one that stands already (number, node_id, database_id), or the one that operation `op` creates.

    Attributes:
        op: Number of the creating operation in the same plan, or -1.
        number: `#17` in the repository.
        node_id: GraphQL global id.
        database_id: REST's `id`, which the sub-issue and dependency paths want.
    """

    op: int = -1
    number: int = 0
    node_id: str = ""
    database_id: int = 0


class LabelCreate(msgspec.Struct, frozen=True, tag="label.create", tag_field="kind", omit_defaults=True):
    """A label definition. `color` is six hexadecimal digits."""

    name: str
    color: str = "ededed"
    description: str = ""


class MilestoneCreate(msgspec.Struct, frozen=True, tag="milestone.create", tag_field="kind", omit_defaults=True):
    """A milestone. Only REST can create one."""

    title: str


class TextLinks(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What a server without sub-issues and dependencies gets to read in the text of an issue.

    Attributes:
        parent: The issue that this one is part of.
        blocked_by: The issues that block it.
    """

    parent: Ref | None = None
    blocked_by: tuple[Ref, ...] = ()


class IssueCreate(msgspec.Struct, frozen=True, tag="issue.create", tag_field="kind", omit_defaults=True):
    """
    An issue with all that can ride on its creation.

    Attributes:
        region: Text of the managed region; the marker is added when it is sent.
        set_state: The planned state, written into the marker; closing is an operation of its own.
        links: Written above the text, where the server has no links of its own.
        parent: Rides on GraphQL's `parentIssueId`; None where REST needs a `sub_issue.link` of its own.
    """

    title: str
    region: str = ""
    links: TextLinks = TextLinks()
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str = ""
    issue_type: str = ""
    parent: Ref | None = None
    set_state: TaskState = "open"


class IssueUpdate(msgspec.Struct, frozen=True, tag="issue.update", tag_field="kind", omit_defaults=True):
    """
    New values for an issue; None leaves a field alone.

    Attributes:
        region: New text of the managed region.
        links: Written above that text, where the server has no links of its own; they go where the text is set
            without them.
        body_before: The whole body as it was read: what stands outside the region is kept.
        set_labels: Names of the labels that Penstock answers for, written into the marker.
        set_state: The planned state, written into the marker.
        state: New state of the issue.
        assignees: The full list to set (those found and those wanted).
    """

    issue: Ref
    body_before: str = ""
    title: str | None = None
    region: str | None = None
    links: TextLinks = TextLinks()
    set_labels: tuple[str, ...] = ()
    set_state: TaskState = "open"
    state: TaskState | None = None
    assignees: tuple[str, ...] | None = None
    milestone: str | None = None
    issue_type: str | None = None


class IssueClose(msgspec.Struct, frozen=True, tag="issue.close", tag_field="kind", omit_defaults=True):
    """Close with a reason."""

    issue: Ref
    reason: Literal["completed", "not_planned"] = "completed"


class IssueReopen(msgspec.Struct, frozen=True, tag="issue.reopen", tag_field="kind"):
    """Open again."""

    issue: Ref


class LabelsAdd(msgspec.Struct, frozen=True, tag="labels.add", tag_field="kind"):
    """Put labels on an issue; those it has stay."""

    issue: Ref
    labels: tuple[str, ...]


class LabelsRemove(msgspec.Struct, frozen=True, tag="labels.remove", tag_field="kind"):
    """Take labels off an issue."""

    issue: Ref
    labels: tuple[str, ...]


class CommentCreate(msgspec.Struct, frozen=True, tag="comment.create", tag_field="kind"):
    """A comment; the marker is added when it is sent."""

    issue: Ref
    body: str


class SubIssueLink(msgspec.Struct, frozen=True, tag="sub_issue.link", tag_field="kind", omit_defaults=True):
    """`child` becomes a sub-issue of `parent`; `replace` moves it away from another parent."""

    parent: Ref
    child: Ref
    replace: bool = False


class SubIssueUnlink(msgspec.Struct, frozen=True, tag="sub_issue.unlink", tag_field="kind"):
    """`child` is no longer a sub-issue of `parent`."""

    parent: Ref
    child: Ref


class BlockedByLink(msgspec.Struct, frozen=True, tag="blocked_by.link", tag_field="kind"):
    """`issue` is blocked by `blocker`."""

    issue: Ref
    blocker: Ref


class BlockedByUnlink(msgspec.Struct, frozen=True, tag="blocked_by.unlink", tag_field="kind"):
    """`issue` is no longer blocked by `blocker`."""

    issue: Ref
    blocker: Ref


Payload = (
    LabelCreate
    | MilestoneCreate
    | IssueCreate
    | IssueUpdate
    | IssueClose
    | IssueReopen
    | LabelsAdd
    | LabelsRemove
    | CommentCreate
    | SubIssueLink
    | SubIssueUnlink
    | BlockedByLink
    | BlockedByUnlink
)


class Kind(msgspec.Struct, frozen=True):
    """
    What is true of every operation of one kind.

    Attributes:
        name: e.g. `issue.create`.
        code: Position in `KINDS`; what the core's arrays hold.
        lane: Which windows and pauses it meets.
        idempotency: What sending it twice would do.
        graphql: Whether GraphQL can do it (milestones cannot be created there).
    """

    name: str
    code: int
    lane: Lane
    idempotency: Idempotency
    graphql: bool = True


KINDS: tuple[Kind, ...] = (
    Kind("label.create", 0, "create", "keyed"),
    Kind("milestone.create", 1, "create", "keyed", graphql=False),
    Kind("issue.create", 2, "create", "none"),
    Kind("issue.update", 3, "update", "natural"),
    Kind("issue.close", 4, "update", "natural"),
    Kind("issue.reopen", 5, "update", "natural"),
    Kind("labels.add", 6, "update", "natural"),
    Kind("labels.remove", 7, "update", "natural"),
    Kind("comment.create", 8, "create", "none"),
    Kind("sub_issue.link", 9, "link", "keyed"),
    Kind("sub_issue.unlink", 10, "link", "natural"),
    Kind("blocked_by.link", 11, "link", "keyed"),
    Kind("blocked_by.unlink", 12, "link", "natural"),
)

KIND_BY_NAME = {kind.name: kind for kind in KINDS}


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One effect of a plan. Its identity is (target, key, kind, qualifier).

    Attributes:
        no: Position in the plan, dense from 0; every number in `needs` is smaller.
        key: Task key; empty for what belongs to the repository (labels, milestones).
        qualifier: Tells operations of one kind and key apart: the blocker's key, the label's name.
        payload: What to send; its type is the kind.
        needs: Operations that must have succeeded first.
        conflict: No two requests in flight share a non-empty conflict key (the parent's key).
        line: Line of the task in the source file, for messages; 0 when unknown.
    """

    no: int
    key: str
    payload: Payload
    qualifier: str = ""
    needs: tuple[int, ...] = ()
    conflict: str = ""
    line: int = 0

    @property
    def kind(self) -> Kind:
        """Facts of this operation's kind."""
        return KIND_BY_NAME[self.payload.__struct_config__.tag]  # type: ignore[index]

    @property
    def name(self) -> str:
        """How messages call it, e.g. `issue.create 21.4` or `blocked_by.link 21.4 ← 21.3`."""
        tail = f" ← {self.qualifier}" if self.qualifier and self.key else self.qualifier
        return f"{self.kind.name} {self.key}{tail}".strip()


class OperationRef(msgspec.Struct, frozen=True):
    """What the core knows of an operation: everything but its payload."""

    no: int
    kind: int
    needs: tuple[int, ...] = ()
    conflict: str = ""
