"""Cycles in a graph of keys, found in one pass and without recursion, however long they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

Edges = Mapping[str, Sequence[str]]
"""From each key to the keys it points at. Keys without an entry point at nothing."""


def knots(edges: Edges) -> list[set[str]]:
    """
    Sets of keys that all reach each other: each cycle lies inside one of them.

    Returns:
        The strongly connected components of more than one key, in linear time.

    Source: R. Tarjan, Depth-first search and linear graph algorithms, 1972; here with a stack of iterators.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    trail: dict[str, None] = {}
    found: list[set[str]] = []
    for root in edges:
        if root in order:
            continue
        walk = [_enter(root, edges, order, low, trail)]
        while walk:
            key, ahead = walk[-1]
            for other in ahead:
                if other not in order:
                    walk.append(_enter(other, edges, order, low, trail))
                    break
                if other in trail:
                    low[key] = min(low[key], order[other])
            else:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    low[above] = min(low[above], low[key])
                if low[key] == order[key]:
                    found.append(_untie(key, trail))
    return [members for members in found if len(members) > 1]


def _enter(
    key: str, edges: Edges, order: dict[str, int], low: dict[str, int], trail: dict[str, None]
) -> tuple[str, Iterator[str]]:
    order[key] = low[key] = len(order)
    trail[key] = None
    return key, iter(edges.get(key, ()))


def _untie(key: str, trail: dict[str, None]) -> set[str]:
    """Take the component that `key` closes off the trail."""
    members = set()
    while key not in members:
        members.add(trail.popitem()[0])
    return members


def shortest_cycle(start: str, edges: Edges) -> list[str]:
    """
    A shortest way from `start` back to `start`.

    Returns:
        The keys on the way, `start` first and last; only `start` when there is no way back.
    """
    came_from: dict[str, str] = {}
    ahead = deque([start])
    while ahead:
        key = ahead.popleft()
        for other in edges.get(key, ()):
            if other == start:
                way = [start, key]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other not in came_from:
                came_from[other] = key
                ahead.append(other)
    return [start]


def written(cycle: Sequence[str]) -> str:
    """A cycle for a message: `a → b → a`; the middle of a long one is left out."""
    if len(cycle) <= 12:
        return " → ".join(cycle)
    return " → ".join([*cycle[:6], f"… {len(cycle) - 9} more …", *cycle[-3:]])
