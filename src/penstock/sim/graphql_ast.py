"""Walking a parsed document: what lies below a node, and where it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import Node, get_location


def children(node: Node) -> Iterator[Node]:
    """The nodes right below this one, in the order of the text."""
    for key in node.keys:
        value = getattr(node, key)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, list | tuple):
            yield from (child for child in value if isinstance(child, Node))


def descendants(node: Node) -> Iterator[Node]:
    """Every node below this one."""
    for child in children(node):
        yield child
        yield from descendants(child)


def location(node: Node) -> dict[str, int]:
    """`{"line", "column"}`, both from 1."""
    if node.loc is None:
        return {"line": 1, "column": 1}
    line, column = get_location(node.loc.source, node.loc.start)
    return {"line": line, "column": column}
