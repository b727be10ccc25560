"""Several files of one graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.errors import InputError, UsageError
from penstock.cli.graphs import load
from penstock.cli.options import Settings


def files(directory: Path, **texts: str) -> list[str]:
    """Write task files and return their paths."""
    for name, text in texts.items():
        (directory / f"{name}.yaml").write_text(text)
    return [str(directory / f"{name}.yaml") for name in texts]


def test_files_of_one_graph_are_one_plan(tmp_path: Path) -> None:
    """In the order of the command line, without lines, since a line would not say of which file."""
    paths = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]", b="graph: g\ntasks: [{key: b, title: B}]")
    graph = load(Settings(), paths)

    assert ("g", ["a", "b"], {0}) == (graph.name, [task.key for task in graph.tasks], {t.line for t in graph.tasks})


def test_files_of_two_graphs_are_refused(tmp_path: Path) -> None:
    """A plan is made for one graph; --graph can make them one."""
    paths = files(tmp_path, a="tasks: [{key: a, title: A}]", b="tasks: [{key: b, title: B}]")

    with pytest.raises(UsageError, match="the files hold 2 graphs: a, b"):
        load(Settings(), paths)
    assert 2 == len(load(Settings(graph="both"), paths).tasks)


def test_a_key_names_one_task_of_all_files(tmp_path: Path) -> None:
    """The second one is named with its line."""
    paths = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]", b="graph: g\ntasks:\n  - {key: a, title: B}")

    with pytest.raises(InputError, match='the key "a" is also in') as refused:
        load(Settings(), paths)
    assert (paths[1], 3) == (refused.value.path, refused.value.line)


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    """Each of its tasks would become two issues."""
    [path] = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]")

    with pytest.raises(InputError, match='the key "a" is also in'):
        load(Settings(), [path, path])
