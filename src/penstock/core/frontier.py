"""
The frontier: operations whose dependencies are settled, the most urgent first.

Urgency is the upward rank (length of the longest chain an operation unlocks), then the plan's order. Conflict keys
are held while a request is in flight; operations that wait for one are parked, not searched past again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from penstock.model.operation import KINDS, OperationRef


class Frontier:
    """All operations of a run by number: what each waits for, what each unlocks, which are ready."""

    def __init__(self) -> None:
        self._kind = bytearray()
        self._waiting = array("i")
        self._rank = array("i")
        self._conflict: list[str] = []
        # edges as linked lists in arrays: the last edge of each operation, and for each edge its end and the one before
        self._last_edge = array("i")
        self._edge_to = array("i")
        self._edge_before = array("i")
        # per kind a heap of (-rank, number), and one per conflict key below it; entries no longer ready are skipped
        self._heap: tuple[list[tuple[int, int]], ...] = tuple([] for _ in KINDS)
        self._siblings: dict[tuple[int, str], list[tuple[int, int]]] = {}
        self._is_ready = bytearray()
        self._ready = [0] * len(KINDS)
        self._held: dict[str, int] = {}
        self._parked: dict[str, list[int]] = {}

    def extend(self, refs: Sequence[OperationRef]) -> None:
        """Add operations. Nothing is ready before `push` says so."""
        for ref in refs:
            self._kind.append(ref.kind)
            self._waiting.append(len(ref.needs))
            self._rank.append(1)
            self._conflict.append(ref.conflict)
            self._last_edge.append(-1)
            self._is_ready.append(0)
            for need in ref.needs:
                self._edge_to.append(ref.no)
                self._edge_before.append(self._last_edge[need])
                self._last_edge[need] = len(self._edge_to) - 1
        for ref in reversed(refs):
            rank = self._rank[ref.no] + 1
            for need in ref.needs:
                self._rank[need] = max(self._rank[need], rank)

    def _unlocks(self, no: int) -> Iterator[int]:
        edge = self._last_edge[no]
        while edge >= 0:
            yield self._edge_to[edge]
            edge = self._edge_before[edge]

    def waits(self, no: int) -> bool:
        """Whether the operation still waits for another."""
        return self._waiting[no] > 0

    def push(self, no: int) -> None:
        """The operation can be sent (again)."""
        conflict, kind = self._conflict[no], self._kind[no]
        if conflict and conflict in self._held:
            self._parked.setdefault(conflict, []).append(no)
            return
        entry = (-self._rank[no], no)
        heappush(self._heap[kind], entry)
        if conflict:
            heappush(self._siblings.setdefault((kind, conflict), []), entry)
        self._is_ready[no] = 1
        self._ready[kind] += 1

    def settled(self, no: int) -> Iterator[int]:
        """The operation succeeded: yields those that now wait for nothing."""
        for unlocked in self._unlocks(no):
            self._waiting[unlocked] -= 1
            if self._waiting[unlocked] == 0:
                yield unlocked

    def downstream(self, no: int) -> list[int]:
        """All operations that need this one, directly or not, ascending."""
        seen: set[int] = set()
        stack = [no]
        while stack:
            for unlocked in self._unlocks(stack.pop()):
                if unlocked not in seen:
                    seen.add(unlocked)
                    stack.append(unlocked)
        return sorted(seen)

    def ready(self, kind: int) -> int:
        """How many operations of the kind could be sent now."""
        return self._ready[kind]

    def urgency(self, kind: int) -> tuple[int, int]:
        """Sort key of the kind's most urgent ready operation; smaller is sooner. The kind must have one."""
        heap = self._heap[kind]
        while not self._is_ready[heap[0][1]]:
            heappop(heap)
        return heap[0]

    def take(self, kind: int, size: int) -> tuple[int, ...]:
        """
        Up to `size` ready operations; their conflict keys are held until `let_go`.

        Those that share a conflict key go together: each key that a request holds keeps other requests waiting.
        """
        taken: list[int] = []
        heap = self._heap[kind]
        while heap and len(taken) < size:
            no = heappop(heap)[1]
            if not self._is_ready[no]:
                continue
            conflict = self._conflict[no]
            if not conflict:
                self._pick(no, taken)
            elif conflict in self._held:
                self._park(no, conflict)
            else:
                heappush(heap, (-self._rank[no], no))
                self._take_siblings(kind, conflict, size, taken)
        for no in taken:
            conflict = self._conflict[no]
            if conflict:
                self._held[conflict] = self._held.get(conflict, 0) + 1
        return tuple(taken)

    def _take_siblings(self, kind: int, conflict: str, size: int, taken: list[int]) -> None:
        siblings = self._siblings[kind, conflict]
        while siblings and len(taken) < size:
            no = heappop(siblings)[1]
            if self._is_ready[no]:
                self._pick(no, taken)
        if not siblings:
            del self._siblings[kind, conflict]

    def _pick(self, no: int, taken: list[int]) -> None:
        self._is_ready[no] = 0
        self._ready[self._kind[no]] -= 1
        taken.append(no)

    def _park(self, no: int, conflict: str) -> None:
        self._is_ready[no] = 0
        self._ready[self._kind[no]] -= 1
        self._parked.setdefault(conflict, []).append(no)

    def let_go(self, refs: Sequence[int]) -> None:
        """The request of these operations came to an end: what was parked behind them is ready again."""
        for no in refs:
            conflict = self._conflict[no]
            if not conflict:
                continue
            left = self._held[conflict] - 1
            if left:
                self._held[conflict] = left
                continue
            del self._held[conflict]
            for parked in self._parked.pop(conflict, ()):
                self.push(parked)
