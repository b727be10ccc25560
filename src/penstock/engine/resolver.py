"""What an operation's references mean once earlier operations have run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from penstock.core.fold import DONE, Fold
from penstock.github.body import Links, split
from penstock.github.context import Context
from penstock.model.observed import Names
from penstock.model.operation import (
    KIND_BY_NAME,
    IssueUpdate,
    LabelCreate,
    MilestoneCreate,
    Operation,
    Ref,
    TextLinks,
)
from penstock.model.plan import Plan
from penstock.model.ports import Journal

YOUNG_S = 60.0
_NAMING = frozenset(KIND_BY_NAME[name].code for name in ("label.create", "milestone.create"))


def _with_added(payload: IssueUpdate, body: str) -> TextLinks:
    """The links that an update writes in words, and those that people have written there since the plan was made."""
    said, before = (split(text).links or Links() for text in (body, payload.body_before))
    added = (Ref(number=number) for number in said.blocked_by if number not in before.blocked_by)
    return msgspec.structs.replace(payload.links, blocked_by=(*payload.links.blocked_by, *added))


class Resolver:
    """
    Fills in ids of issues, labels and milestones that this run created.

    Args:
        bodies: Issue number → body, read after the plan was: what people wrote since survives an update.
    """

    def __init__(self, plan: Plan, run: str, fold: Fold, journal: Journal, bodies: Mapping[int, str]) -> None:
        self._fold = fold
        self._run = run
        self._journal = journal
        self._plan = plan
        self._bodies = bodies
        self._labels = dict(plan.names.labels)
        self._milestones = dict(plan.names.milestones)
        self._unnamed = {no for no, kind in enumerate(fold.kinds) if kind in _NAMING}
        self._now = 0.0
        self._began_at = math.inf

    def context(self, now: float) -> Context:
        """The context for requests built at `now`."""
        self._now = now
        self._began_at = min(self._began_at, now)
        self._learn_names()
        names = msgspec.structs.replace(self._plan.names, labels=self._labels, milestones=self._milestones)
        return self._context(names)

    def operations(self, numbers: Sequence[int]) -> list[Operation]:
        """Operations with their payloads."""
        return [self._on_fresh_body(operation) for operation in self._journal.operations(self._run, numbers)]

    def _on_fresh_body(self, operation: Operation) -> Operation:
        payload = operation.payload
        if not isinstance(payload, IssueUpdate):
            return operation
        number = self._resolve(payload.issue).number
        if number not in self._bodies:
            return operation
        body = self._bodies[number]
        fresh = msgspec.structs.replace(payload, body_before=body, links=_with_added(payload, body))
        return msgspec.structs.replace(operation, payload=fresh)

    def _context(self, names: Names) -> Context:
        return Context(
            repository=self._plan.repository,
            account=self._plan.account,
            graph=self._plan.desired.name,
            run=self._run,
            names=names,
            resolve=self._resolve,
            young=self._young,
        )

    def _learn_names(self) -> None:
        made = sorted(no for no in self._unnamed if self._fold.phase[no] == DONE)
        if not made:
            return
        for operation in self.operations(made):
            no, payload = operation.no, operation.payload
            if isinstance(payload, LabelCreate):
                self._labels[payload.name.lower()] = (payload.name, self._fold.node_id[no])
            elif isinstance(payload, MilestoneCreate):
                self._milestones[payload.title] = (self._fold.number[no], self._fold.node_id[no])
        self._unnamed.difference_update(made)

    def _resolve(self, ref: Ref) -> Ref:
        if ref.op < 0:
            return ref
        return Ref(
            op=ref.op,
            number=self._fold.number[ref.op],
            node_id=self._fold.node_id[ref.op],
            database_id=self._fold.database_id[ref.op],
        )

    def _young(self, ref: Ref) -> bool:
        """Made less than a minute ago by this run; what stood at its beginning may be as young as the run itself."""
        made_at = self._fold.done_at[ref.op] if ref.op >= 0 else self._began_at
        return self._now - made_at < YOUNG_S
