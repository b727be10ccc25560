"""Several files of one graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.errors import InputError, UsageError
from penstock.io.task_files import load_graph


def files(directory: Path, **texts: str) -> list[str]:
    """Write task files and return their paths."""
    for name, text in texts.items():
        (directory / f"{name}.yaml").write_text(text)
    return [str(directory / f"{name}.yaml") for name in texts]


def test_files_of_one_graph_are_one_plan(tmp_path: Path) -> None:
    """In the order of the command line, without lines, since a line would not say of which file."""
    paths = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]", b="graph: g\ntasks: [{key: b, title: B}]")
    graph = load_graph(*paths)

    assert ("g", ["a", "b"], {0}) == (graph.name, [task.key for task in graph.tasks], {t.line for t in graph.tasks})


def test_files_of_two_graphs_are_refused(tmp_path: Path) -> None:
    """A plan is made for one graph; --graph can make them one."""
    paths = files(tmp_path, a="tasks: [{key: a, title: A}]", b="tasks: [{key: b, title: B}]")

    with pytest.raises(UsageError, match="the files hold 2 graphs: a, b"):
        load_graph(*paths)
    assert 2 == len(load_graph(*paths, name="both").tasks)


def test_a_key_names_one_task_of_all_files(tmp_path: Path) -> None:
    """The second one is named with its line."""
    paths = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]", b="graph: g\ntasks:\n  - {key: a, title: B}")

    with pytest.raises(InputError, match='two tasks have the key "a"') as refused:
        load_graph(*paths)
    assert (paths[1], 3) == (refused.value.path, refused.value.line)
    assert f'the first is "A" in {paths[0]} on line 2' == refused.value.cause


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    """Each of its tasks would become two issues."""
    [path] = files(tmp_path, a="graph: g\ntasks: [{key: a, title: A}]")

    with pytest.raises(InputError, match='two tasks have the key "a"'):
        load_graph(path, path)


def test_a_task_may_wait_for_one_of_another_file(tmp_path: Path) -> None:
    """Files of one graph are checked together; what none of them has is named with its file and line."""
    here = "graph: g\ntasks:\n  - {key: a, title: A}"
    there = "graph: g\ntasks:\n  - key: b\n    title: B\n    depends_on: [a]"

    assert ("a",) == load_graph(*files(tmp_path, a=here, b=there)).tasks[1].depends_on
    paths = files(tmp_path, a=here, b=there.replace("[a]", "[c]"))
    with pytest.raises(InputError, match='"b" depends on "c", which is not in the file') as refused:
        load_graph(*paths)
    assert (paths[1], 3) == (refused.value.path, refused.value.line)
