"""The plans that ship: they load, and the large one is as large as the demo promises."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from penstock.io.task_files import load_graph, native_schema
from penstock.io.task_files.syntax_yaml import read_yaml
from penstock.model.task import TaskGraph

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def large() -> TaskGraph:
    return load_graph(str(EXAMPLES / "large-prd.md"))


def levels(graph: TaskGraph) -> Counter[int]:
    """How many tasks stand on each level; the top is 1."""
    level: dict[str, int] = {}
    for task in graph.tasks:
        level[task.key] = 1 if task.parent is None else level[task.parent] + 1
    return Counter(level.values())


def test_the_large_plan_has_its_size(large: TaskGraph) -> None:
    """A document, its epics and their items, some with items of their own; more than 600 dependencies."""
    assert ("dayline", "markdown") == (large.name, large.format)
    assert {1: 1, 2: 42, 3: 495, 4: 49} == levels(large)
    assert 656 == sum(len(task.depends_on) for task in large.tasks)
    assert 3 == len({task.milestone for task in large.tasks if task.milestone})
    assert all("dayline" in task.labels for task in large.tasks)


def test_the_large_plan_stays_inside_githubs_caps(large: TaskGraph) -> None:
    """At most 100 sub-tasks of a parent, at most 50 dependencies of a task in either direction."""
    children = Counter(task.parent for task in large.tasks if task.parent)
    blocking = Counter(key for task in large.tasks for key in task.depends_on)
    assert max(children.values()) <= 100
    assert max(blocking.values()) <= 50
    assert max(len(task.depends_on) for task in large.tasks) <= 50


def test_the_large_plan_reads_like_a_plan(large: TaskGraph) -> None:
    """No two tasks share a title, most have a text, and most say who they are."""
    assert len(large.tasks) == len({task.title for task in large.tasks})
    assert sum(bool(task.body) for task in large.tasks) > 300
    assert 33 == sum(task.derived for task in large.tasks)


def test_the_native_example_fits_the_published_schema() -> None:
    """An editor with our schema finds nothing to complain about."""
    document = read_yaml((EXAMPLES / "small-plan.yaml").read_text(encoding="utf-8"), "small-plan.yaml")
    jsonschema.validate(document, native_schema(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("name", "kind", "graph_name", "tasks", "finished"),
    [
        ("small-plan.yaml", "native", "winter-menu", 5, 1),
        ("taskmaster.json", "taskmaster", "master", 9, 4),
        ("small-prd.md", "markdown", "bike-library", 11, 1),
    ],
)
def test_small_examples_load(name: str, kind: str, graph_name: str, tasks: int, finished: int) -> None:
    """The small files show their format and say what is finished."""
    graph = load_graph(str(EXAMPLES / name))
    assert (kind, graph_name, tasks) == (graph.format, graph.name, len(graph.tasks))
    assert f"finished tasks, which are created and closed: {finished} (--open-only leaves them out)" == graph.notes[-1]


def test_the_example_in_the_documentation_loads() -> None:
    """What a reader copies from the page works."""
    page = (ROOT / "docs" / "input-formats.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    keys = [task.key for task in load_graph("page.yaml", text=example.encode()).tasks]
    assert ["menu", "menu.dishes", "menu.suppliers"] == keys
