"""
The frontier: operations whose dependencies are settled, the most urgent first.

Urgency is the upward rank (length of the longest chain an operation unlocks), then the plan's order. Operations of one
kind and conflict key stand together as a group; while a request holds the key the whole group is out of sight, so
nothing is ever searched past.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush

from penstock.model.operation import KINDS, OperationRef

_NUMBER_BITS = 40
_NUMBER = (1 << _NUMBER_BITS) - 1
_OPEN, _SETTLED, _LOST = range(3)


class Frontier:
    """All operations of a run by number: what each waits for, what each unlocks, which are ready."""

    def __init__(self) -> None:
        self._kind = bytearray()
        self._waiting = array("i")
        self._rank = array("i")
        self._fate = bytearray()
        # conflict keys by number; 0 is none
        self._conflict = array("i")
        self._keys: dict[str, int] = {"": 0}
        # edges as linked lists in arrays: the last edge of each operation, and for each edge its end and the one before
        self._last_edge = array("i")
        self._edge_to = array("i")
        self._edge_before = array("i")
        # per kind a heap of those without a key and of the first of every group; what is no longer first is skipped
        self._heap: tuple[list[int], ...] = tuple([] for _ in KINDS)
        self._groups: dict[int, dict[int, list[int]]] = {}
        self._ready = [0] * len(KINDS)
        self._held: dict[int, int] = {}

    def extend(self, refs: Iterable[OperationRef]) -> bytearray:
        """Add operations, and return their kinds. Nothing is ready before `push` says so."""
        first = len(self._kind)
        for ref in refs:
            self._kind.append(ref.kind)
            self._fate.append(_OPEN)
            self._waiting.append(len(ref.needs))
            self._rank.append(1)
            self._conflict.append(self._keys.setdefault(ref.conflict, len(self._keys)))
            self._last_edge.append(-1)
            for need in ref.needs:
                self._edge_to.append(ref.no)
                self._edge_before.append(self._last_edge[need])
                self._last_edge[need] = len(self._edge_to) - 1
                self._waiting[-1] -= self._fate[need] == _SETTLED
        for no in range(len(self._kind) - 1, first - 1, -1):
            for unlocked in self._unlocks(no):
                self._rank[no] = max(self._rank[no], self._rank[unlocked] + 1)
        return self._kind[first:]

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
        kind, key = self._kind[no], self._conflict[no]
        entry = no - (self._rank[no] << _NUMBER_BITS)
        if key:
            group = self._groups.setdefault(key, {}).setdefault(kind, [])
            heappush(group, entry)
            if key in self._held:
                return
            if group[0] == entry:
                heappush(self._heap[kind], entry)
        else:
            heappush(self._heap[kind], entry)
        self._ready[kind] += 1

    def settled(self, no: int) -> list[int]:
        """The operation succeeded. Returns those that now wait for nothing."""
        self._fate[no] = _SETTLED
        unlocked = []
        for waiting in self._unlocks(no):
            self._waiting[waiting] -= 1
            if not self._waiting[waiting]:
                unlocked.append(waiting)
        return unlocked

    def lose(self, no: int) -> list[int]:
        """The operation is dead. Returns all that need it, directly or not, and were not lost before; ascending."""
        lost = []
        stack = [no]
        while stack:
            for waiting in self._unlocks(stack.pop()):
                if self._fate[waiting] != _LOST:
                    self._fate[waiting] = _LOST
                    lost.append(waiting)
                    stack.append(waiting)
        return sorted(lost)

    def ready(self, kind: int) -> int:
        """How many operations of the kind could be sent now, in one request or several."""
        return self._ready[kind]

    def urgency(self, kind: int) -> int:
        """Sort key of the kind's most urgent ready operation; smaller is sooner. The kind must have one."""
        heap = self._heap[kind]
        while not self._is_first(kind, heap[0]):
            heappop(heap)
        return heap[0]

    def _is_first(self, kind: int, entry: int) -> bool:
        key = self._conflict[entry & _NUMBER]
        if not key:
            return True
        group = self._groups.get(key, {}).get(kind)
        return group is not None and key not in self._held and group[0] == entry

    def take(self, kind: int, size: int) -> tuple[int, ...]:
        """
        Up to `size` ready operations; their conflict keys are held until `let_go`.

        Those that share a conflict key go together: each key that a request holds keeps other requests waiting.
        """
        taken: list[int] = []
        heap = self._heap[kind]
        while heap and len(taken) < size:
            entry = heappop(heap)
            if not self._is_first(kind, entry):
                continue
            key = self._conflict[entry & _NUMBER]
            if key:
                self._take_group(kind, key, size, taken)
            else:
                taken.append(entry & _NUMBER)
                self._ready[kind] -= 1
        return tuple(taken)

    def _take_group(self, kind: int, key: int, size: int, taken: list[int]) -> None:
        groups = self._groups[key]
        for other, group in groups.items():
            self._ready[other] -= len(group)
        group = groups[kind]
        count = min(size - len(taken), len(group))
        taken.extend(heappop(group) & _NUMBER for _ in range(count))
        self._held[key] = count
        if not group:
            del groups[kind]

    def let_go(self, refs: Sequence[int]) -> None:
        """The request of these operations came to an end: what stood behind their conflict keys is ready again."""
        for no in refs:
            key = self._conflict[no]
            if not key:
                continue
            self._held[key] -= 1
            if self._held[key]:
                continue
            del self._held[key]
            groups = self._groups[key]
            for kind, group in groups.items():
                self._ready[kind] += len(group)
                heappush(self._heap[kind], group[0])
            if not groups:
                del self._groups[key]
