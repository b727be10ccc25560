"""What a user reads when a task file is wrong: the line, what happened, why, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.base.errors import EXIT_USAGE, InputError
from penstock.io.task_files import load_graph


def said(name: str, content: bytes) -> str:
    """The whole complaint about a file, as `name:line`, message, cause and hint on a line each."""
    with pytest.raises(InputError) as caught:
        load_graph(name, text=content)
    error = caught.value
    assert name == error.path
    assert EXIT_USAGE == error.exit_code
    return "\n".join([f"{error.path}:{error.line}", error.message, error.cause, error.hint]).rstrip()


SYNTAX = [
    (
        "tab.yaml",
        b"tasks:\n\t- key: a\n",
        (
            "tab.yaml:2\nbroken YAML\n"
            "found character that cannot start any token, while scanning for the next token that begins on line 2\n"
            "indent with spaces; put text that starts with @ or % in quotes"
        ),
    ),
    (
        "quote.yaml",
        b'tasks:\n- key: a\n  title: "x\n',
        (
            "quote.yaml:3\nbroken YAML\n"
            "found unexpected end of stream, while scanning a quoted scalar that begins on line 3\nclose the quote"
        ),
    ),
    (
        "colon.yaml",
        b"tasks:\n- key: a\n  title: Phase 1: dig\n",
        (
            "colon.yaml:3\nbroken YAML\nmapping values are not allowed in this context\n"
            "put text that has a colon and a space in it in quotes"
        ),
    ),
    (
        "bell.yaml",
        b"tasks:\n- key: a\n  title: x\x07\n",
        "bell.yaml:3\nbroken YAML\na character that YAML does not allow",
    ),
    (
        "comma.json",
        b'{"tasks": [\n {"key": "a",}\n]}',
        "comma.json:2\nbroken JSON\nexpecting property name enclosed in double quotes at column 14",
    ),
    (
        "cut.json",
        b'{"tasks": [\n {"key": "a"',
        "cut.json:2\nbroken JSON\nexpecting ',' delimiter at column 13",
    ),
    (
        "nan.json",
        b'{"tasks": [\n {"key": NaN}]}',
        "nan.json:2\nNaN is not JSON\n\nput it in quotes if it is text",
    ),
    (
        "half.json",
        b'{"tasks": [\n {"key": "a", "title": "\\ud83d"}]}',
        (
            "half.json:2\nan escape that stands for no character\n"
            "\\ud800 to \\udfff mean something only in pairs\nwrite the character itself"
        ),
    ),
    (
        "twice.yaml",
        b"tasks:\n- key: a\n  title: x\n  key: b\n",
        'twice.yaml:4\n"key" appears twice in one block\nit is set on line 2 and again on line 4\nkeep one of the two',
    ),
    (
        "twice.json",
        b'{"tasks": [\n {"key": "a",\n "key": "b"}]}',
        'twice.json:3\n"key" appears twice in one block\nit is set on line 2 and again on line 3\nkeep one of the two',
    ),
    (
        "brace.yaml",
        b"tasks:\n- key: a\n  title: {{ name }}\n",
        "brace.yaml:3\na list or a block cannot be a key\n\nfor text with { or [ in it use quotes",
    ),
]

BOMBS = [
    (
        "anchor.yaml",
        b"a: &a [lol]\nb: [*a, *a, *a]\n",
        (
            "anchor.yaml:1\nan anchor (&a) is not allowed in a task file\n"
            "a task file is one document of plain text, lists and blocks\n"
            "write the value out; for text that starts with * & or ! use quotes"
        ),
    ),
    (
        "alias.yaml",
        b"tasks:\n- key: a\n  title: *important\n",
        (
            "alias.yaml:3\nan alias (*important) is not allowed in a task file\n"
            "a task file is one document of plain text, lists and blocks\n"
            "write the value out; for text that starts with * & or ! use quotes"
        ),
    ),
    (
        "tag.yaml",
        b"tasks: !!python/object:os.system []\n",
        (
            "tag.yaml:1\na tag (tag:yaml.org,2002:python/object:os.system) is not allowed in a task file\n"
            "a task file is one document of plain text, lists and blocks\n"
            "write the value out; for text that starts with * & or ! use quotes"
        ),
    ),
    (
        "two.yaml",
        b"tasks: []\n---\ntasks: []\n",
        (
            "two.yaml:2\na second document (---) is not allowed in a task file\n"
            "a task file is one document of plain text, lists and blocks\n"
            "write the value out; for text that starts with * & or ! use quotes"
        ),
    ),
    (
        "flow.yaml",
        b"graph: g\ntasks: " + b"[" * 10_000,
        "flow.yaml:2\nnested more than 64 deep\n\nGitHub holds eight levels of sub-issues; move deeper tasks up",
    ),
    (
        "block.yaml",
        b"- " * 10_000,
        "block.yaml:1\nnested more than 64 deep\n\nGitHub holds eight levels of sub-issues; move deeper tasks up",
    ),
    (
        "deep.json",
        b'{"tasks":\n' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        "deep.json:2\nnested more than 64 deep\n\nGitHub holds eight levels of sub-issues; move deeper tasks up",
    ),
]

ENCODINGS = [
    (
        "latin.yaml",
        "tasks:\n- key: é".encode("latin-1"),
        "latin.yaml:2\nthe task file is not UTF-8\nbyte 0xe9 at offset 14 fits no character\nsave the file as UTF-8",
    ),
    (
        "wide.yaml",
        "tasks:".encode("utf-16-le"),
        "wide.yaml:1\nthe task file is not text\nit has a NUL character\nsave the file as UTF-8",
    ),
    (
        "odd.yaml",
        b"\xff\xfea",
        "odd.yaml:1\nthe task file is not UTF-16\nbyte 0x61 at offset 2 fits no character\nsave the file as UTF-8",
    ),
    ("empty.yaml", b"", "empty.yaml:0\nthe task file is empty"),
    ("blank.json", b" \n\n", "blank.json:0\nthe task file is empty"),
    ("comment.yaml", b"# later\n", "comment.yaml:0\nthe task file is empty"),
]

SHAPES = [
    (
        "list.json",
        b"[1]",
        (
            "list.json:0\nthis is not a task file\n"
            'a task file is a block with the key "tasks", or with one key for each Taskmaster tag\n'
            'put the list of tasks below "tasks"'
        ),
    ),
    ("none.yaml", b"tasks: []\n", 'none.yaml:0\nthe file has no tasks\n\nadd at least one task below "tasks"'),
    ("null.yaml", b"graph: g\ntasks:\n", "null.yaml:2\ntasks must be a list, not nothing"),
    ("lack.yaml", b"graph: g\n", 'lack.yaml:1\nthe file has no "tasks"\n\nadd "tasks" to this block'),
    ("nokey.yaml", b"tasks:\n- title: x\n", 'nokey.yaml:2\ntasks[0] has no "key"\n\nadd "key" to this block'),
    (
        "typo.yaml",
        b"tasks:\n- key: a\n  titel: x\n",
        'typo.yaml:3\nunknown field "titel"\ntasks[0] has no such field\ndid you mean "title"?',
    ),
    (
        "other.yaml",
        b"tasks:\n- key: a\n  title: x\n  tasks:\n  - key: b\n    title: y\n    blocked_by: [a]\n",
        'other.yaml:7\nunknown field "blocked_by"\ntasks[0].tasks[0] has no such field\ndid you mean "depends_on"?',
    ),
    (
        "id.json",
        b'{"tasks": [{"id": "a",\n "title": "x",\n "depends_on": []}]}',
        'id.json:1\nunknown field "id"\ntasks[0] has no such field\ndid you mean "key"?',
    ),
    (
        "id.yaml",
        b"tasks:\n- id: 1\n  title: x\n",
        'id.yaml:2\nunknown field "id"\ntasks[0] has no such field\ndid you mean "key"?',
    ),
    (
        "far.yaml",
        b"tasks:\n- key: a\n  title: x\n  colour: red\n",
        'far.yaml:4\nunknown field "colour"\ntasks[0] has no such field',
    ),
    (
        "text.yaml",
        b"tasks:\n- key: a\n  title: x\n  depends_on: b\n",
        "text.yaml:4\ntasks[0].depends_on must be a list, not text\n\nput it in a list: [ ]",
    ),
    (
        "true.json",
        b'{"tasks": [{"key": "a",\n "title": true}]}',
        "true.json:2\ntasks[0].title must be text, not true or false",
    ),
    (
        "state.yaml",
        b"tasks:\n- key: a\n  title: x\n  state: done\n",
        (
            'state.yaml:4\ntasks[0].state cannot be "done"\n'
            'it is one of completed, not_planned, open\ndid you mean "completed"?'
        ),
    ),
    (
        "parents.yaml",
        b"tasks:\n- key: a\n  title: x\n  tasks:\n  - key: b\n    title: y\n    parent: c\n- key: c\n  title: z\n",
        (
            'parents.yaml:7\ntask "b" has two parents\nit is nested under "a" and names "c" as its parent\n'
            'drop "parent", or move the task out of the nesting'
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [pytest.param(*case, id=case[0]) for case in (*SYNTAX, *BOMBS, *ENCODINGS, *SHAPES)],
)
def test_a_bad_file_is_refused_in_these_words(name: str, content: bytes, expected: str) -> None:
    """A file that cannot be read names its line, the cause and the next step, and nothing else comes of it."""
    assert expected == said(name, content)


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    """A file of more than 100 MB is not even decoded."""
    assert (
        "big.yaml:0\nthe task file is too large\nthe most is 100 MB\n"
        "split the plan into several files, each with a graph name of its own"
    ) == said("big.yaml", b"#" * 100_000_001)


@pytest.mark.parametrize("path", ["missing.yaml", ".", "", "a\0b"])
def test_a_file_that_cannot_be_opened_is_refused(path: str, tmp_path: Path) -> None:
    """A missing file, a directory or an impossible name is an input error that names the path as given."""
    named = path and f"{tmp_path}/{path}"
    with pytest.raises(InputError, match="the task file cannot be read") as caught:
        load_graph(named)
    assert named == caught.value.path
    assert caught.value.cause


@pytest.mark.parametrize("text", ["- [ ] T01 One\n- [ ] T02 Two\n", "# Plan\n\nJust text.\n", "title;key\na: b;c\n"])
@pytest.mark.parametrize("name", ["plan.txt", "TODO", "plan.mdx"])
def test_a_name_that_does_not_tell_the_format(name: str, text: str) -> None:
    """Somebody's list in a .txt is no broken YAML to him: the message says what it was taken for."""
    with pytest.raises(InputError) as refused:
        load_graph(name, text=text.encode())
    assert (
        "it was read as YAML, since its name does not tell; Markdown is called .md, a table .csv" == refused.value.hint
    )


def test_a_spreadsheet_is_not_text() -> None:
    """The encoding is not what is wrong with it."""
    with pytest.raises(InputError) as refused:
        load_graph("plan.xlsx", text=b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xe4")
    assert ("the task file is not text", "export a spreadsheet as CSV, a document as Markdown") == (
        refused.value.message,
        refused.value.hint,
    )
