"""Plain records for the tests of requests and answers: one repository, one account, one operation of every kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from penstock.github.context import Context
from penstock.model.observed import Account, Marker, Names, RepositoryFacts
from penstock.model.operation import (
    BlockedByLink,
    BlockedByUnlink,
    CommentCreate,
    IssueClose,
    IssueCreate,
    IssueReopen,
    IssueUpdate,
    LabelCreate,
    LabelsAdd,
    LabelsRemove,
    MilestoneCreate,
    Operation,
    Payload,
    Ref,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.ports import Reply, Request

NOW = 1_800_000_000.0
RUN = "01HQ"
FACTS = RepositoryFacts(
    name="octo/widgets",
    node_id="R_1",
    database_id=11,
    permission="write",
    visibility="public",
    archived=False,
    has_issues=True,
    watchers=3,
)
ACCOUNT = Account("octocat", 7, "U_7")
NAMES = Names(
    labels={"bug": ("Bug", "LA_1"), "p1": ("p1", "LA_2")},
    milestones={"M1": (4, "MI_4")},
    users={"ann": ("Ann", "U_1"), "bob": ("bob", "U_2")},
    types={"task": ("Task", "IT_1")},
)
ISSUE, OTHER = Ref(number=17, node_id="I_17", database_id=1017), Ref(number=18, node_id="I_18", database_id=1018)

PAYLOADS: tuple[Payload, ...] = (
    LabelCreate("bug", "d73a4a", "Something is wrong"),
    MilestoneCreate("M2"),
    IssueCreate(
        "Title",
        region="Text",
        labels=("bug", "P1"),
        assignees=("ann",),
        milestone="M1",
        issue_type="Task",
        parent=Ref(op=0),
    ),
    IssueUpdate(
        ISSUE,
        title="New",
        region="New text",
        state="not_planned",
        assignees=("Ann", "bob"),
        milestone="M1",
        issue_type="task",
    ),
    IssueClose(ISSUE, "not_planned"),
    IssueReopen(ISSUE),
    LabelsAdd(ISSUE, ("Bug", "p1")),
    LabelsRemove(ISSUE, ("p1",)),
    CommentCreate(ISSUE, "Said"),
    SubIssueLink(ISSUE, OTHER, replace=True),
    SubIssueUnlink(ISSUE, OTHER),
    BlockedByLink(ISSUE, OTHER),
    BlockedByUnlink(ISSUE, OTHER),
)
"""One of every kind, in the order of `KINDS`."""

BY_KIND = {Operation(no=0, key="", payload=payload).kind.name: payload for payload in PAYLOADS}


def context(
    *, young: bool = False, names: Names = NAMES, account: Account = ACCOUNT, graph: str = "g", run: str = RUN
) -> Context:
    """A context in which operation n created issue #(100 + n)."""
    return Context(
        repository=FACTS,
        account=account,
        graph=graph,
        run=run,
        names=names,
        resolve=lambda ref: ref if ref.op < 0 else Ref(ref.op, 100 + ref.op, f"I_{100 + ref.op}", 1100 + ref.op),
        young=lambda ref: young,
    )


def operation(kind: str, no: int = 5, key: str = "1.2") -> Operation:
    """The operation of a kind, as `PAYLOADS` has it."""
    return Operation(no=no, key=key, payload=BY_KIND[kind])


def batch(kind: str, size: int) -> list[Operation]:
    """Operations 0, 1, … of a kind, with keys `k0`, `k1`, …"""
    return [operation(kind, no, f"k{no}") for no in range(size)]


def marker(no: int, *, key: str = "", run: str = RUN, graph: str = "g") -> Marker:
    """The marker of operation `no` of `batch`."""
    return Marker(graph=graph, key=key or f"k{no}", op=no, run=run)


def reply(document: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer with a JSON body, or with these bytes."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(status, {"x-github-request-id": "AB:1", **(headers or {})}, body)


def data(fields: Mapping[str, Any] | None, *errors: Mapping[str, Any], **headers: str) -> Reply:
    """A GraphQL answer with HTTP status 200."""
    document: dict[str, Any] = {"data": fields}
    if errors:
        document["errors"] = list(errors)
    return reply(document, headers=headers)


def refused(alias: str, kind: str | None, message: str) -> dict[str, Any]:
    """The error of one alias, as GitHub writes it."""
    error = {"path": [alias], "locations": [{"line": 1, "column": 1}], "message": message}
    return error if kind is None else {"type": kind, **error}


def body_of(request: Request) -> Any:
    """The decoded body of a request."""
    return json.loads(request.body) if request.body else None


def created(numbers: Sequence[int]) -> dict[str, Any]:
    """The data of a batch of creates that got these numbers."""
    issues = ({"id": f"I_{n}", "number": n, "databaseId": 1000 + n} for n in numbers)
    return {f"i{i}": {"issue": issue} for i, issue in enumerate(issues)}
