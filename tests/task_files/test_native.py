"""The native format, in YAML and JSON."""

from __future__ import annotations

import codecs
import json
from typing import Any

import jsonschema
import pytest

from penstock.base.errors import InputError
from penstock.io.task_files import load_graph, native_schema
from penstock.model.task import Task

FULL = b"""\
graph: kitchen
defaults:
  labels: [menu]
  assignees: [ada]
  milestone: Winter
  type: Feature
tasks:
  - key: 1.10
    title: "  Choose dishes "
    state: completed
    tasks:
      - key: 007
        title: yes
        body: |
          First line

            indented
        labels: [cold, menu]
        assignees: []
        milestone:
        type: null
        depends_on: [later]
  - key: later
    title: 2026-01-01
    parent: 1.10
    assignees: [bob, bob]
"""


def test_every_field_is_read_and_defaults_fill_what_is_absent() -> None:
    """Labels of the defaults are added; other defaults serve tasks that say nothing, and an empty value says no."""
    graph = load_graph("plan.yaml", text=FULL)
    assert ("kitchen", "native", "plan.yaml") == (graph.name, graph.format, graph.source)
    assert (
        Task(
            key="1.10",
            title="Choose dishes",
            state="completed",
            labels=("menu",),
            assignees=("ada",),
            milestone="Winter",
            issue_type="Feature",
            line=8,
        ),
        Task(
            key="007",
            title="yes",
            body="First line\n\n  indented",
            parent="1.10",
            depends_on=("later",),
            labels=("menu", "cold"),
            line=12,
        ),
        Task(
            key="later",
            title="2026-01-01",
            parent="1.10",
            labels=("menu",),
            assignees=("bob",),
            milestone="Winter",
            issue_type="Feature",
            line=23,
        ),
    ) == graph.tasks


def test_json_reads_like_yaml() -> None:
    """The same plan in both syntaxes gives the same tasks, numbers written as numbers included."""
    as_json = b"""{"tasks": [
      {"key": 1.10, "title": "Dig", "tasks": [
        {"key": 7, "title": "Rest", "body": "a\\r\\nb"}]}]}"""
    as_yaml = (
        b"tasks:\n- key: 1.10\n  title: Dig\n  tasks:\n  - key: 7\n    title: Rest\n    body: |\n      a\n      b\n"
    )
    read = [load_graph("p.json", text=as_json).tasks, load_graph("p.yaml", text=as_yaml).tasks]
    assert [["1.10", "7"], ["1.10", "7"]] == [[task.key for task in tasks] for tasks in read]
    assert ["a\nb", "a\nb"] == [tasks[1].body for tasks in read]
    assert [2, 3] == [task.line for task in read[0]]


@pytest.mark.parametrize(
    "data",
    [
        "tasks: [{key: a, title: Köln 🜁}]".encode(),
        codecs.BOM_UTF8 + "tasks: [{key: a, title: Köln 🜁}]".encode(),
        "tasks: [{key: a, title: Köln 🜁}]".encode("utf-16"),
        codecs.BOM_UTF16_BE + "tasks: [{key: a, title: Köln 🜁}]".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little", "utf-16 big"],
)
def test_encodings_with_a_mark_are_understood(data: bytes) -> None:
    """UTF-8, with or without a byte order mark, and UTF-16 with one read the same."""
    assert ["Köln 🜁"] == [task.title for task in load_graph("plan.yaml", text=data).tasks]


def test_json_may_have_a_byte_order_mark() -> None:
    """Editors on Windows write one."""
    text = codecs.BOM_UTF8 + b'{"tasks": [{"key": "a", "title": "b"}]}'
    assert ["a"] == [task.key for task in load_graph("plan.json", text=text).tasks]


@pytest.mark.parametrize(
    ("path", "text", "given", "expected"),
    [
        ("docs/plan.v2.yaml", b"{graph: inner, tasks: [{key: a, title: b}]}", None, "inner"),
        ("docs/plan.v2.yaml", b"{graph: inner, tasks: [{key: a, title: b}]}", "mine", "mine"),
        ("docs/plan.v2.yaml", b"{tasks: [{key: a, title: b}]}", None, "plan.v2"),
        ("docs/plan", b'{"tasks": [{"key": "a", "title": "b"}]}', None, "plan"),
    ],
)
def test_the_graph_is_named_by_the_user_else_the_file_else_its_stem(
    path: str, text: bytes, given: str | None, expected: str
) -> None:
    """A file that moves to another folder keeps its graph."""
    assert expected == load_graph(path, text=text, name=given).name


@pytest.mark.parametrize("name", ["", "  ", "a\nb"])
def test_a_graph_needs_a_name(name: str) -> None:
    """The name goes into every marker: it is one line of text."""
    with pytest.raises(InputError, match="cannot be the name of a graph"):
        load_graph("p.yaml", text=b"tasks: [{key: a, title: b}]", name=name)


def test_a_quoted_null_is_text() -> None:
    """Only an unquoted null means nothing."""
    (task,) = load_graph("p.yaml", text=b'tasks: [{key: "~", title: "null", body: ~}]').tasks
    assert ("~", "null", "") == (task.key, task.title, task.body)


def test_escapes_in_json_are_characters() -> None:
    """A pair of escapes is one character, and an escaped backslash is a backslash."""
    text = rb'{"tasks": [{"key": "a", "title": "\ud83d\ude00 \\ud800"}]}'
    assert "😀 \\ud800" == load_graph("p.json", text=text).tasks[0].title


def test_the_hash_is_of_the_bytes() -> None:
    """Two files that read the same but differ in a byte have different hashes."""
    plain = load_graph("p.yaml", text=b"tasks: [{key: a, title: b}]")
    spaced = load_graph("p.yaml", text=b"tasks: [{key: a, title: b} ]")
    assert plain.tasks == spaced.tasks
    assert plain.sha256 != spaced.sha256
    assert 64 == len(plain.sha256)


def test_mentions_are_defused_unless_kept() -> None:
    """By default neither title nor body mails anybody; `keep_mentions` leaves them as written."""
    text = b'tasks: [{key: a, title: "Ask @ada", body: "See #12"}]'
    (quiet,) = load_graph("p.yaml", text=text).tasks
    (live,) = load_graph("p.yaml", text=text, keep_mentions=True).tasks
    assert ("Ask @\u200bada", "See #\u200b12") == (quiet.title, quiet.body)
    assert ("Ask @ada", "See #12") == (live.title, live.body)


class TestSchema:
    """The published schema and the reader agree."""

    @pytest.mark.parametrize(
        "document",
        [
            {"tasks": [{"key": "a", "title": "b"}]},
            {"$schema": "x", "graph": "g", "defaults": {"labels": ["l"]}, "tasks": [{"key": "a", "title": "b"}]},
            {"tasks": [{"key": "a", "title": "b", "milestone": None, "tasks": [{"key": "c", "title": "d"}]}]},
        ],
    )
    def test_what_the_schema_takes_is_read(self, document: dict[str, Any]) -> None:
        """A document that an editor accepts loads."""
        jsonschema.validate(document, native_schema(), cls=jsonschema.Draft202012Validator)
        assert load_graph("p.json", text=json.dumps(document).encode()).tasks

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"tasks": [{"key": "a"}]},
            {"tasks": [{"key": "a", "title": ""}]},
            {"tasks": [{"key": "", "title": "b"}]},
            {"tasks": [{"key": "a", "title": "t" * 257}]},
            {"tasks": [{"key": "a", "title": "b", "colour": "red"}]},
            {"tasks": [{"key": "a", "title": "b", "state": "done"}]},
            {"tasks": [{"key": "a", "title": "b", "depends_on": "c"}]},
            {"tasks": [{"key": "a", "title": "b"}], "defaults": {"body": "x"}},
        ],
    )
    def test_what_the_schema_refuses_is_refused(self, document: dict[str, Any]) -> None:
        """An editor underlines what the reader refuses."""
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, native_schema(), cls=jsonschema.Draft202012Validator)
        with pytest.raises(InputError):
            load_graph("p.json", text=json.dumps(document).encode())
