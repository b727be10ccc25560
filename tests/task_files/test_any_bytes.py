"""Whatever the bytes, the answer is a checked graph or an input error: never a traceback, never half a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.io.task_files.cycles import knots, shortest_cycle
from penstock.model.task import TaskGraph

PATHS = st.sampled_from(["plan.json", "plan.yaml", "plan", "plan.md", "plan.jsonl", "plan.csv", "plan.tsv"])

LINE_ENDINGS = (b"\n", b"\r", "\x85".encode(), "\u2028".encode(), "\u2029".encode())

TOKENS = (
    *(
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        ":",
        "-",
        ",",
        "?",
        "|",
        ">",
        "#",
        "1",
        "null",
        "<<",
        "---",
        "...",
        "*a",
        "&a",
        "!t",
    ),
    *("\n", "\r", "\t", " ", "  ", "- ", "\x85", "\u2028", "é", "\x07", "\\", "\\ud800"),
    *("tasks:", "key: a", "key: b", "title: t", "parent: a", "depends_on: [a]"),
    *('"tasks":', '"key":', '"title":', '"id":'),
)

FIELDS = (
    *("tasks", "key", "title", "body", "labels", "state", "parent", "depends_on", "graph", "defaults", "$schema"),
    *("id", "subtasks", "dependencies", "status", "details", "acceptanceCriteria", "master", "a.b"),
)
VALUES: tuple[object, ...] = ("a", "b", "1", 1, 1.5, None, True, "done", "@x #1", "\0", "1.1", [], ["a"], [1], {})


def read(path: str, data: bytes) -> TaskGraph | None:
    """The graph, held to what every graph promises, or None when the file is refused."""
    try:
        graph = load_graph(path, text=data)
    except InputError as error:
        assert error.message
        assert path == error.path
        text = data.decode("utf-16", "replace").encode() if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data
        assert 0 <= error.line <= 1 + sum(text.count(ending) for ending in LINE_ENDINGS)
        assert (error.message + error.cause + error.hint).isprintable()
        return None
    seen: set[str] = set()
    keys = {task.key for task in graph.tasks}
    for task in graph.tasks:
        assert task.key not in seen
        assert task.parent is None or task.parent in seen
        assert set(task.depends_on) <= keys - {task.key}
        assert task.title
        f"{task.title}{task.body}".encode()
        seen.add(task.key)
    return graph


@given(PATHS, st.binary(max_size=200))
def test_any_bytes(path: str, data: bytes) -> None:
    """Noise is refused, or read whole."""
    read(path, data)


@settings(max_examples=200)
@given(PATHS, st.lists(st.sampled_from(TOKENS), max_size=40))
def test_any_line_of_tokens(path: str, tokens: Sequence[str]) -> None:
    """Pieces of YAML and JSON in any order are refused, or read whole."""
    read(path, "".join(tokens).encode())


@settings(max_examples=200)
@given(
    PATHS,
    st.recursive(
        st.sampled_from(VALUES),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
        max_leaves=20,
    ),
)
def test_any_document(path: str, document: object) -> None:
    """Well-formed documents of any shape are refused, or read whole."""
    read(path, json.dumps(document).encode())


@settings(max_examples=200)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"key": st.sampled_from("abcdef"), "title": st.just("t")},
            optional={"depends_on": st.lists(st.sampled_from("abcdef")), "parent": st.sampled_from("abcdef")},
        ),
        min_size=1,
        unique_by=lambda task: str(task["key"]),
    )
)
def test_any_graph_of_six(tasks: Sequence[Mapping[str, object]]) -> None:
    """Small graphs are read exactly when an independent judge finds them sound."""
    graph = read("plan.json", json.dumps({"tasks": tasks}).encode())
    assert _sound(tasks) == (graph is not None)


def _sound(tasks: Sequence[Mapping[str, object]]) -> bool:
    """Peels off tasks without open needs until nothing is left: the textbook test for a sound graph."""
    blockers = {str(task["key"]): list(task.get("depends_on", [])) for task in tasks}  # type: ignore[call-overload]
    parents = {str(task["key"]): [task["parent"]] if "parent" in task else [] for task in tasks}
    if any(len(set(keys)) < len(keys) for keys in blockers.values()):
        return False
    for needs in (blockers, parents):
        left = dict(needs)
        while free := [key for key, keys in left.items() if not set(keys) & left.keys()]:
            for key in free:
                del left[key]
        if left or any(key not in needs for keys in needs.values() for key in keys):
            return False
    return True


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True)))
def test_knots_are_the_keys_that_reach_each_other(edges: dict[str, list[str]]) -> None:
    """Each knot is a maximal set of mutual reach, and a shortest cycle through any of its keys stays inside it."""
    reach = {key: _reached(key, edges) for key in "abcdef"}
    expected = {frozenset(b for b in reach[a] if a in reach[b]) | {a} for a in "abcdef"}
    found = knots(edges)
    assert {members for members in expected if len(members) > 1} == {frozenset(knot) for knot in found}
    for knot in found:
        for key in knot:
            cycle = shortest_cycle(key, edges)
            assert (key, key) == (cycle[0], cycle[-1])
            assert set(cycle) <= knot
            assert all(after in edges[before] for before, after in pairwise(cycle))


def _reached(start: str, edges: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(edges.get(start, []))
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead += edges.get(key, [])
    return found
