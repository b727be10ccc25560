"""One graph from the task files of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from penstock.base.canonical import digest
from penstock.base.errors import InputError, UsageError
from penstock.model.task import TaskGraph

if TYPE_CHECKING:
    from penstock.cli.options import Settings


def load(settings: Settings, paths: Sequence[str]) -> TaskGraph:
    """
    Read one file, or several that are parts of one graph.

    Returns:
        The graph. One of several files names no lines, since a line would not say of which file.

    Raises:
        InputError: A file cannot be used, or two of them have the same key.
        UsageError: The files hold graphs of several names.
    """
    graphs = [settings.load(path) for path in paths]
    if len(graphs) == 1:
        return graphs[0]
    names = list(dict.fromkeys(graph.name for graph in graphs))
    if len(names) > 1:
        raise UsageError(
            f"the files hold {len(names)} graphs: {', '.join(names)}",
            cause="a plan is made for one graph",
            hint="plan them one by one, or give them one name with --graph",
        )
    _check_keys(graphs)
    return TaskGraph(
        name=names[0],
        source=", ".join(paths),
        format=graphs[0].format,
        sha256=digest([graph.sha256 for graph in graphs]),
        tasks=tuple(msgspec.structs.replace(task, line=0) for graph in graphs for task in graph.tasks),
        notes=tuple(note for graph in graphs for note in graph.notes),
    )


def _check_keys(graphs: Sequence[TaskGraph]) -> None:
    homes: dict[str, TaskGraph] = {}
    for graph in graphs:
        for task in graph.tasks:
            home = homes.setdefault(task.key, graph)
            if home is not graph:
                raise InputError(
                    f'the key "{task.key}" is also in {home.source}',
                    path=graph.source,
                    line=task.line,
                    hint="a key names one task of a graph; change one of the two",
                )
