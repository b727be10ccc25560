"""The next request of a kind: over which API, how many operations, at what charge."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.core.budget import Budget, item_meters, write_charge
from penstock.core.controller import Controller
from penstock.core.fold import ISSUE_CREATE
from penstock.model.limits import Charge
from penstock.model.operation import Kind


class Batching:
    """
    Args:
        api: `graphql` or `rest`, for kinds that both can do.
        creates_max: Creates that may be sent in this process and not come back undone; 0 is no limit.
    """

    def __init__(self, budget: Budget, controller: Controller, *, api: str, creates_max: int) -> None:
        self._budget = budget
        self._controller = controller
        self._api = api
        self._creates_max = creates_max
        self._creates: set[int] = set()

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

        What a window has room for goes at once, in a smaller batch if need be; a full window is waited for with one.
        """
        size = 1 if self.api_of(kind) == "rest" else min(self._controller.size(kind), ready)
        if self._creates_max and kind.code == ISSUE_CREATE:
            size = min(size, self._creates_max - len(self._creates))
        room = self._budget.room(item_meters(kind, self._budget.profile), now)
        return size if room >= size else max(1, int(room))

    @property
    def creates_spent(self) -> bool:
        """Whether no further create may be sent."""
        return bool(self._creates_max) and len(self._creates) >= self._creates_max

    def sent(self, kind: Kind, numbers: Iterable[int]) -> None:
        """A request of these operations is under way."""
        if self._creates_max and kind.code == ISSUE_CREATE:
            self._creates.update(numbers)

    def came_back(self, numbers: Iterable[int]) -> None:
        """These operations were not done."""
        self._creates.difference_update(numbers)
