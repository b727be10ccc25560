"""JSON Lines: what is read, and which line an error names."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.api.rehearse import rehearse
from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.model.task import Task

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(text: str) -> tuple[Task, ...]:
    return load_graph("plan.jsonl", text=text.encode()).tasks


def refused(text: str) -> tuple[int, str]:
    with pytest.raises(InputError) as caught:
        load(text)
    return caught.value.line, caught.value.message


def test_a_line_is_a_task_with_all_fields_of_the_native_format() -> None:
    """The header names the graph and its defaults; nesting and `parent` mix; lines are those of the file."""
    text = (
        '{"graph": "café", "defaults": {"labels": ["all"]}}\n\n'
        '{"key": "1.10", "title": "Top", "tasks": [{"key": 2, "title": "Below", "state": "completed"}]}\n'
        '{"key": "3", "title": "Beside", "parent": "1.10", "depends_on": ["2"], "labels": ["own"]}'
    )
    graph = load_graph("plan.ndjson", text=text.encode())
    assert ("café", "jsonl") == (graph.name, graph.format)
    assert (
        Task(key="1.10", title="Top", labels=("all",), line=3),
        Task(key="2", title="Below", parent="1.10", state="completed", labels=("all",), line=3),
        Task(key="3", title="Beside", parent="1.10", depends_on=("2",), labels=("all", "own"), line=4),
    ) == graph.tasks


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way_and_a_separator_inside_a_text_ends_none(end: str) -> None:
    """U+2028 and U+0085 belong to the text of a body; only real line ends count."""
    tasks = load(end.join(['{"key": "a", "title": "A", "body": "1\u2028 2\x85"}', "", '{"key": "b", "title": "B"}']))
    assert [("a", 1, "1\u2028 2"), ("b", 3, "")] == [(task.key, task.line, task.body) for task in tasks]


def test_without_a_header_the_graph_has_the_files_name() -> None:
    """And a header may hold defaults only."""
    assert "plan" == load_graph("plan.jsonl", text=b'{"key": "a", "title": "A"}').name
    assert "plan" == load_graph("plan.jsonl", text=b'{"defaults": {}}\n{"key": "a", "title": "A"}').name


TASK = '{"key": "a", "title": "A"}\n'
WRONG = [
    (TASK + '{"key": "b", "title": "B"', 2, "broken JSON"),
    (TASK + "\n\n[1]", 4, "a line is not a task"),
    (TASK + '"b"', 2, "a line is not a task"),
    (TASK + '{"key": "b", "title": "B"} {"key": "c", "title": "C"}', 2, "broken JSON"),
    (TASK + '{"key": "b", "key": "c", "title": "B"}', 2, '"key" appears twice in one block'),
    (TASK + '{"key": "b", "titel": "B"}', 2, 'unknown field "titel"'),
    (TASK + '{"key": "b"}', 2, 'tasks[1] has no "title"'),
    (TASK + '{"key": "b", "title": "\\ud800"}', 2, "an escape that stands for no character"),
    (TASK + '{"key": "b", "title": NaN}', 2, "NaN is not JSON"),
    (TASK + "[" * 10_000, 2, "nested more than 64 deep"),
    (TASK + '{"graph": "late"}', 2, '"graph" may stand in the first line only'),
    ('{"graph": "g"}\n{"defaults": {}}\n' + TASK, 2, '"defaults" may stand in the first line only'),
    ('{"graph": "g", "key": "a", "title": "A"}', 1, '"key" cannot stand beside "graph"'),
    ('{"graph": "g", "tasks": [{"key": "a", "title": "A"}]}', 1, '"tasks" cannot stand beside "graph"'),
    ('{"graph": "g"}', 0, "the file has no tasks"),
    (TASK + '{"key": "b", "title": "B", "depends_on": ["c"]}', 2, 'task "b" depends on "c", which is not in the file'),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_whatever_is_wrong_the_line_is_named(text: str, line: int, message: str) -> None:
    """Never half a file: one bad line refuses all of it."""
    assert (line, message) == refused(text)


def test_the_example_rehearses_clean() -> None:
    """It shows a header, `parent`, nesting and a blank line."""
    graph = load_graph(str(EXAMPLES / "small-plan.jsonl"))
    edges = sum(len(task.depends_on) for task in graph.tasks)
    assert ("bike-counter", 7, 4) == (graph.name, len(graph.tasks), edges)
    done = rehearse(graph).summary()
    assert (done["operations"], 0, 0) == (done["succeeded"], done["failed"], done["violations"])
    assert {"missing": 0, "extra": 0, "duplicate": 0, "different": 0} == done["audit"]
