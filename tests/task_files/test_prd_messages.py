"""What the Markdown reader refuses, and how it says so: line, cause, next step."""

from __future__ import annotations

import time

import pytest

from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.io.task_files.prd import read_prd


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        load_graph("plan.md", text=text.encode())
    assert "plan.md" == caught.value.path
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "message", "cause", "hint"),
    [
        (
            "# Title\n\nJust text.\n\n- and bullets\n",
            0,
            "the file has no tasks",
            "no box to tick, no numbered item, no id, no section of work with bullets in it",
            'write a task as "- [ ] Title", or bullets below the heading "Tasks"',
        ),
        (
            "---\ntitle: x\n# D\n- [ ] a\n",
            1,
            "the front matter does not end",
            "it begins with --- and no later line is --- again",
            "put --- below its last field",
        ),
        (
            "---\ntitle: x\nlables: [a]\n---\n- [ ] a\n",
            3,
            'unknown field "lables" in the front matter',
            "it looks like a slip of the pen",
            'did you mean "labels"?',
        ),
        (
            "---\nassignee: a\nassignees: [b]\n---\n- [ ] a\n",
            3,
            '"assignees" says again what line 2 says',
            "both fields mean the same",
            "keep one of the two",
        ),
        ("---\ntitle: [x]\n---\n- [ ] a\n", 2, '"title" must be text, not a list', "", ""),
        ("---\nlabels:\n  a: b\n---\n- [ ] a\n", 2, '"labels" must be a list of names, not a block of fields', "", ""),
        (
            "---\ngraph: a\ngraph: b\n---\n- [ ] a\n",
            3,
            '"graph" appears twice in one block',
            "it is set on line 2 and again on line 3",
            "keep one of the two",
        ),
        (
            "- [ ] T01 a\n- [ ] T02 b\n\n  Depends on: T01, Bild it\n- [ ] Build it\n",
            4,
            'task "T02" depends on "Bild it", which is no task in this file',
            "the other names beside it are tasks or look like ids, so all of them have to be",
            'did you mean "build it"?',
        ),
        (
            "- [ ] T01 a\n- [ ] T02 b (depends on T03)\n",
            2,
            'task "T02" depends on "T03", which is not in the file',
            "",
            'did you mean "T02"?',
        ),
        (
            "- [ ] A\n  - [ ] Test\n- [ ] B\n  - [ ] Test\n- [ ] C (depends on Test)\n",
            5,
            'task "c" depends on "Test", which is not one task',
            "2 tasks are called so: a/test, b/test",
            "name it by its key, or give each of them its own id",
        ),
        (
            "- [ ] A\n- [ ] A\n",
            2,
            '"A" cannot be told from another task',
            "it has no key of its own, and another stands on line 1",
            "give each of them a key, or titles that differ",
        ),
        (
            "- [ ] a (milestone: M1)\n  - Milestone: M2\n",
            2,
            'task "a" says its milestone twice',
            'it is "M1" on line 1, and "M2" here',
            "keep one of the two",
        ),
        (
            f"- [ ] T01 {'long ' * 60}\n",
            1,
            'the title of task "T01" is 299 characters long',
            "GitHub takes at most 256",
            "shorten it and move the rest into the body",
        ),
    ],
)
def test_messages(text: str, line: int, message: str, cause: str, hint: str) -> None:
    """Each names the line, says why, and what to do."""
    error = refused(text)
    assert (line, message, cause, hint) == (error.line, error.message, error.cause, error.hint)


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    """Only fields make front matter; an empty one is allowed."""
    for text in ("---\n\n- [ ] a\n", "---\nText.\n\n---\n- [ ] a\n", "---\n# Head\n- [ ] a\n", "---\n---\n- [ ] a"):
        assert "a" == read_prd(text, "plan.md").tasks[-1].title


def test_more_levels_than_github_holds_are_refused_by_line() -> None:
    """Nine levels below the top are one too many, and the task that stands there is named."""
    eight = "".join(f"{'  ' * level}- [ ] T{level:02} x\n" for level in range(9))
    assert 9 == len(load_graph("plan.md", text=eight.encode()).tasks)
    error = refused(eight + f"{'  ' * 9}- [ ] T09 x\n")
    assert (10, 'task "T09" stands 9 levels below the top') == (error.line, error.message)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("".join(f"{'  ' * level}- [ ] x{level}\n" for level in range(200)), 100),
        ("- [ ] x\n" + "- " * 10_000 + "x", 2),
        ("1. " * 10_000 + "x", 1),
        (">" * 10_000 + " x", 1),
        ("- [ ] x\n\n" + "> - " * 5_000 + "x", 3),
    ],
)
def test_nesting_that_the_parser_would_cut_is_refused(text: str, line: int) -> None:
    """However deep: an error, and quickly; nothing is dropped in silence."""
    began = time.process_time()
    error = refused(text)
    assert (line, "lists or quotes are nested too deep") == (error.line, error.message)
    assert time.process_time() - began < 20


def test_nesting_below_that_is_read_to_the_bottom() -> None:
    """Ninety lists in each other are text as deep as they stand."""
    text = "# D\n## T01 x\n" + "".join(f"{'  ' * level}- x{level}\n" for level in range(90))
    assert read_prd(text, "plan.md").tasks[-1].body.endswith("  - x89")
