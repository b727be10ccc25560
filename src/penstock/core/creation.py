"""
In which order issues are created when a text names the numbers of others: what is named comes first.

Parents and dependencies together may form circles, though neither does alone: a parent that waits for its own child.
Such a circle is cut at its first task in the file; that one names what is created later in an update of its own. Its
parent is never cut off, for a parent stands before its children in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penstock.model.task import Task


def creation_order(tasks: Sequence[Task]) -> list[Task]:
    """
    Put tasks into an order in which each stands after its parent, and after its blockers where no circle forbids it.

    Args:
        tasks: Those to create, in the order of the file. What they name beside these stands already.
    """
    position = {task.key: no for no, task in enumerate(tasks)}
    needs = [[position[key] for key in (task.parent or "", *task.depends_on) if key in position] for task in tasks]
    order: list[int] = []
    groups = [list(range(len(tasks)))]
    while groups:
        group = groups.pop()
        if len(group) <= 1:
            order.extend(group)
            continue
        parts = list(_parts(group, needs))
        if len(parts) == 1:  # a circle, or several that share tasks
            first = min(group)
            order.append(first)
            parts = [[no for no in group if no != first]]
        groups.extend(reversed(parts))
    return [tasks[no] for no in order]


def _parts(group: Sequence[int], needs: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """
    The strongly connected parts of a group, each after those that it needs: Tarjan's algorithm, without recursion.

    Source: https://doi.org/10.1137/0201010
    """
    members = frozenset(group)
    seen_as: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    stacked: set[int] = set()
    for root in group:
        path = [] if root in seen_as else [(root, iter(needs[root]))]
        while path:
            no, rest = path[-1]
            if no not in seen_as:
                seen_as[no] = lowest[no] = len(seen_as)
                stack.append(no)
                stacked.add(no)
            for need in rest:
                if need in members and need not in seen_as:
                    path.append((need, iter(needs[need])))
                    break
                if need in stacked:
                    lowest[no] = min(lowest[no], seen_as[need])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[no])
                if lowest[no] == seen_as[no]:
                    part = [stack.pop()]
                    while part[-1] != no:
                        part.append(stack.pop())
                    stacked.difference_update(part)
                    yield part
