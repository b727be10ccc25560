"""Damaged files of every format: refused with a line, or read whole, and never anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.task_files.test_any_bytes import read

from penstock.model.task import TaskGraph

ROOT = Path(__file__).parents[2]
PLACES = st.integers(0, 10_000)

SEEDS = {
    "plan.yaml": """\
graph: g
defaults: {labels: [all]}
tasks:
  - key: a
    title: Q1Q
    body: |
      text
        more
    tasks:
      - {key: b, title: "Q2Q", state: completed, depends_on: []}
      - key: c
        title: 'Q3Q'
        depends_on: [b]
  - key: d
    title: Q4Q
    parent: a
""",
    "plan.json": """\
{"graph": "g", "tasks": [
  {"key": "a", "title": "Q1Q \\u00e9\\ud83d\\ude00", "tasks": [{"key": "b", "title": "Q2Q"}]},
  {"key": "c", "title": "Q3Q", "parent": "a", "depends_on": ["b"], "labels": ["x", "y"]}
]}
""",
    "taskmaster.json": """\
{"master": {"tasks": [
  {"id": 1, "title": "Q1Q", "status": "done", "dependencies": [], "subtasks": [
    {"id": 1, "title": "Q2Q", "details": "x"}, {"id": 2, "title": "Q3Q", "dependencies": [1]}]},
  {"id": 2, "title": "Q4Q", "dependencies": [1, "1.2"], "priority": "high"}
]}}
""",
    "plan.jsonl": """\
{"graph": "g", "defaults": {"labels": ["all"]}}
{"key": "a", "title": "Q1Q", "tasks": [{"key": "b", "title": "Q2Q"}]}

{"key": "c", "title": "Q3Q", "parent": "a", "depends_on": ["b"]}
""",
    "plan.csv": '''\
title,key,body,labels,parent,depends on,Other
Q1Q,a,"one
two, three","x; y",,,1
"Q2Q",b,,,a,,

Q3Q,c,=1+1,"say ""so""",a,b,2
''',
    "plan.tsv": "title\tkey\tlevel\nQ1Q\ta\t1\nQ2Q\tb\t2\nQ3Q\tc\t1\n",
    "tasks.md": """\
# Tasks: Q0Q

## Phase 1: Q1Q

- [x] T001 Q2Q
- [ ] T002 [P] [US1] Q3Q
  (depends on T001)
  - [ ] T003 Q4Q

    text

## Phase 2: Q5Q

```
code
```

- [ ] T004 Q6Q
- [ ] Q7Q

## Dependencies

- **Q5Q (Phase 2)**: Depends on Phase 1
- T001 blocks T004
""",
    "prd.md": """\
---
graph: g
labels: [x]
---
# Q0Q

Text.

## Epics

### 1. Q1Q

- [ ] T014 Q2Q (depends on Q4Q)
  1. Q3Q
     Priority: high

| a | b |
|---|---|

### 2. Q4Q

* Q5Q [a link](https://example.org) <!-- note -->
  > quote
""",
}
"""One small file of each format; the marks `Q1Q` … stand where tasks are named."""

PIECES = (
    *("\0", "\x01", "\x07", "\x1b[2J", "\x7f", "\x85", "\u00a0", "\u200b", "\u200f", "\u202e", "\u2028", "\u2029"),
    *(
        "\ufeff",
        "\ufffe",
        "\r",
        "\r\n",
        "\n",
        "\n\n",
        "\t",
        "    ",
        '"',
        "'",
        "`",
        "```\n",
        "~~~",
        "<!--",
        "-->",
        "---\n",
    ),
    *(
        "- [ ] ",
        "# ",
        "> ",
        "|",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ":",
        ",",
        ";",
        "=",
        "*a",
        "&a ",
        "!!int ",
        "\\",
        "\\ud800",
    ),
    *("T001", "depends on T001", "[P]", "Phase 1", "key", "title", "NaN", "1e999", "<div>", "@ada", "e\u0301" * 40),
)


def _cut(data: bytes, first: int, second: int, _: int) -> bytes:
    start, end = sorted((first % (len(data) + 1), second % (len(data) + 1)))
    return data[:start] + data[end:]


def _cut_short(data: bytes, first: int, _: int, __: int) -> bytes:
    return data[: first % (len(data) + 1)]


def _swap(data: bytes, first: int, second: int, _: int) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    first, second = first % len(data), second % len(data)
    changed[first], changed[second] = changed[second], changed[first]
    return bytes(changed)


def _insert(data: bytes, first: int, _: int, choice: int) -> bytes:
    place = first % (len(data) + 1)
    return data[:place] + PIECES[choice % len(PIECES)].encode() + data[place:]


def _overwrite(data: bytes, first: int, _: int, choice: int) -> bytes:
    place = first % (len(data) + 1)
    return data[:place] + bytes([choice % 256]) + data[place + 1 :]


def _move_line(data: bytes, first: int, second: int, _: int) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    line = lines.pop(first % len(lines))
    lines.insert(second % (len(lines) + 1), line)
    return b"".join(lines)


def _repeat_line(data: bytes, first: int, second: int, _: int) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    lines.insert(second % (len(lines) + 1), lines[first % len(lines)])
    return b"".join(lines)


def _indent_line(data: bytes, first: int, _: int, choice: int) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    lines[first % len(lines)] = b" " * (choice % 9) + lines[first % len(lines)].lstrip(b" ")
    return b"".join(lines)


def _end_lines(data: bytes, _: int, __: int, choice: int) -> bytes:
    ends = ("\r", "\r\n", "\n\n", "\u2028", "\x85", "\x0c", "\n\r")
    return data.replace(b"\n", ends[choice % len(ends)].encode())


def _encode(data: bytes, _: int, __: int, choice: int) -> bytes:
    encodings = ("utf-16", "utf-16-le", "utf-8-sig", "utf-32", "utf-7")
    try:
        return data.decode().encode(encodings[choice % len(encodings)])
    except UnicodeError:
        return data


FRONT_MATTER = re.compile(r"\A\ufeff?---\s.*?^(?:---|\.\.\.)\s*?$", re.DOTALL | re.MULTILINE)
"""YAML, in which a line may be a comment."""

Damage = Callable[[bytes, int, int, int], bytes]
DAMAGES: tuple[Damage, ...] = (
    *(_cut, _cut_short, _swap, _insert, _insert, _overwrite),
    *(_move_line, _repeat_line, _indent_line, _end_lines, _encode),
)


def words_of(graph: TaskGraph) -> str:
    """All that a graph says, in one text."""
    texts = [graph.name, *graph.notes]
    for task in graph.tasks:
        texts += [task.key, task.title, task.body, task.parent or "", task.milestone or "", task.issue_type or ""]
        texts += [*task.labels, *task.assignees, *task.depends_on]
    return "\n".join(texts)


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=150, deadline=None)
@given(damages=st.lists(st.tuples(st.sampled_from(DAMAGES), PLACES, PLACES, PLACES), min_size=1, max_size=4))
def test_a_damaged_file_is_refused_or_read_whole(name: str, damages: Sequence[tuple[Damage, int, int, int]]) -> None:
    """
    Whatever is cut, swapped, repeated or put in: an error with a line, or a checked graph in which every task that the
    file still names is found. Comments and fields that a format leaves out by its rules are not looked at.
    """
    data = SEEDS[name].encode()
    for damage, *numbers in damages:
        data = damage(data, *numbers)
    graph = read(name, data)
    if graph is None or name == "plan.yaml" or any(note.startswith("columns left out") for note in graph.notes):
        return
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")
    said = words_of(graph)
    assert [] == [mark for mark in re.findall(r"Q\d+Q", FRONT_MATTER.sub("", text)) if mark not in said]


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_sound(name: str) -> None:
    """Damage is done to files that are read."""
    graph = read(name, SEEDS[name].encode())
    assert graph is not None
    assert set(re.findall(r"Q\d+Q", SEEDS[name])) <= set(re.findall(r"Q\d+Q", words_of(graph)))
