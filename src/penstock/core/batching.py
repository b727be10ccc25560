"""The next request of a kind: over which API, how many operations, at what charge."""

from __future__ import annotations

import math

from penstock.core.budget import ITEM_METERS, Budget, write_charge
from penstock.core.controller import FixedController
from penstock.core.fold import ISSUE_CREATE
from penstock.model.limits import Charge
from penstock.model.operation import Kind


class Batching:
    """
    Args:
        api: `graphql` or `rest`, for kinds that both can do.
        creates_max: Creates that may be sent in this process; 0 is no limit.
    """

    def __init__(self, budget: Budget, controller: FixedController, *, api: str, creates_max: int) -> None:
        self.creates_left = creates_max or math.inf
        self._budget = budget
        self._controller = controller
        self._api = api

    def api_of(self, kind: Kind | None = None) -> str:
        """The API of a kind: milestones can only be made over REST. Of a probe, without one."""
        return "graphql" if self._api == "graphql" and (kind is None or kind.graphql) else "rest"

    def charge(self, kind: Kind, size: int) -> Charge:
        """What a request of this size spends."""
        return write_charge(
            kind,
            size,
            api=self.api_of(kind),
            predicted_s=self._controller.predict_s(kind, size),
            profile=self._budget.profile,
        )

    def size(self, kind: Kind, ready: int, now: float) -> int:
        """
        Operations for the next request, 0 when no further create may be sent.

        The last places of a window are filled by a smaller batch; a full window is waited for with a whole one.
        """
        size = 1 if self.api_of(kind) == "rest" else min(self._controller.size(kind), ready)
        if kind.code == ISSUE_CREATE:
            size = int(min(size, self.creates_left))
        meters = [meter for meter in ITEM_METERS if meter in self.charge(kind, size).meters]
        room = self._budget.room(meters, now)
        return int(room) if 1 <= room < size else size

    def sent(self, kind: Kind, count: int) -> None:
        """Operations left; a negative count says that they came back undone."""
        if kind.code == ISSUE_CREATE:
            self.creates_left -= count
