"""The plan that is measured: trees of 500 issues, each a root, its 20 children and their leaves."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.model.task import Task, TaskGraph

TREE = 500
PARENTS = 20
BODY = "What is wanted, and how to see that it is done.\n\n- [ ] the first half\n- [ ] the second half\n"


def tree(n: int, *, mixed: bool = False) -> TaskGraph:
    """
    A graph of `n` tasks.

    Args:
        mixed: Every fourth leaf is done (one close each), every third is blocked by the leaf before it (one link each).
    """
    return TaskGraph(name="bench", source="bench", format="native", sha256="", tasks=tuple(_tasks(n, mixed)))


def _tasks(n: int, mixed: bool) -> Iterator[Task]:
    for number in range(n):
        root, place = number - number % TREE, number % TREE
        leaf = mixed and place > PARENTS + 1
        yield Task(
            key=str(number),
            title=f"Task {number:,} of {n:,}",
            body=BODY,
            parent=_parent(root, place),
            depends_on=(str(number - 1),) if leaf and place % 3 == 0 else (),
            state="completed" if leaf and place % 4 == 0 else "open",
        )


def _parent(root: int, place: int) -> str | None:
    if place == 0:
        return None
    return str(root if place <= PARENTS else root + 1 + place % PARENTS)
