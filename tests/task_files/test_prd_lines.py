"""The Markdown reader loses nothing: every line of a document is found again in a task, or the file is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.base.errors import InputError
from penstock.io.task_files.draft import Draft
from penstock.io.task_files.prd import read_prd
from penstock.model.task import Task

ROOT = Path(__file__).parents[2]

INDENTS = ("", "", "", "", "  ", "   ", "    ", "     ", "\t", " \t", "- ", "> ")

LINES = (
    *("{}", "{} {}", "{}\\", "**{}**", "[{}](http://{})", "[{}]: http://{}", "<{}>", "<div>{}", "</div>", "&amp; {}"),
    *(
        "# {}",
        "# {}",
        "## {}",
        "## {} ##",
        "### 1. {}",
        "## 1.2 {}",
        "## Epic 2: {}",
        "#### [REQ-1] {}",
        "#",
        "###### {}",
    ),
    *("## Tasks", "## Roadmap", "## Overview", "### Acceptance criteria", "**Goals:**", "Notes:", "- Risks:"),
    *(
        "- {}",
        "* {}",
        "+ {}",
        "- [ ] {}",
        "- [x] {}",
        "- [-] {}",
        "- [ ]",
        "-",
        "1. {}",
        "2) {}",
        "10. [ ] {}",
        "- - [ ] {}",
    ),
    *(
        "- T01 {}",
        "- T02: {}",
        "- [ ] [AB-7] {}",
        "- **AB-8**: {}",
        "1. `T09` {}",
        "- [ ] {} and {}",
        "*   {}",
        "-\t[ ] {}",
    ),
    *("- [ ] **{}** [{}](http://{}) `{}`", "- [ ] ![{}]({}) <!-- {} -->", "- [ ] {} ({}; {})", "- [ ] {} \\* <{}>"),
    *("- [ ] {} (labels: {}, {}; estimate: {})", "- [ ] {} (depends on {})", "- [ ] {} (priority: {}) (type: {})"),
    *("Priority: {}", "**Labels:** {}, {}", "- Assignee: @{}", "Milestone: {}", "Type: {} {}", "Estimate: {}"),
    *("Depends on: {}", "Depends on T01, {}", "Blocked by: T01", "- Dependencies: {}", "Status: {}", "Owner: {}"),
    *(
        "```",
        "```{}",
        "~~~",
        "````",
        "---",
        "***",
        "===",
        "<!-- {}",
        "{} -->",
        "<!-- {} -->",
        "> {}",
        "> - [ ] {}",
        ">",
    ),
    *("| {} | {} |", "|---|---|", "{} | {}", "", "", "", "", "\x0b", "\u2028{}", "\u00a0", "graph: {}", "title: {}"),
)

WORDLESS = "Blocked by: T01"
"""Taken as an attribute, and without a word of its own."""

MARKS = "-+*_>|. \t0123456789)"
"""What may go from the ends of a line when it becomes part of a title."""


def numbered(lines: Sequence[tuple[str, str]]) -> str:
    """A document in which each `{}` is a word that stands nowhere else."""
    words = iter(range(100_000))
    text = "\n".join(indent + line for indent, line in lines)
    return re.sub(r"\{\}", lambda _: f"word{next(words):05}x", text)


def everything(task: Task) -> str:
    names = (*task.labels, *task.assignees, *task.depends_on, task.milestone or "", task.issue_type or "")
    return "\n".join((task.key, task.title, task.body, *names))


def told_of(draft: Draft) -> dict[int, str]:
    """Line → key of the task whose body it is reported to be in."""
    return {line: one.key for one in draft.prose for line in range(one.first, one.last + 1)}


def check_lines(text: str, draft: Draft) -> None:
    """What was reported as text stands in the body; what was not, and has no word of its own, is a title's."""
    lines = text.split("\n")
    body = {task.key: task.body for task in draft.tasks}
    told = told_of(draft)
    titles = {task.line for task in draft.tasks}
    front = front_lines(lines)
    for number, line in enumerate(lines[front:], front + 1):
        bare = line.strip()
        if not bare or "word" in bare or bare.endswith(WORDLESS):
            continue
        if number in told:
            assert bare in body[told[number]], (number, line)
        else:
            in_a_title = number in titles or any(bare.strip(MARKS) in task.title for task in draft.tasks)
            assert in_a_title or is_underline(lines, number, titles), (number, line)


def front_lines(lines: Sequence[str]) -> int:
    if lines[0] != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in {"---", "..."}), 0)


def is_underline(lines: Sequence[str], number: int, titles: set[int]) -> bool:
    """A line below a heading, which may have several lines."""
    above = number - 1
    while above and lines[above - 1].strip(" \t") and above not in titles:
        above -= 1
    return above in titles and set(lines[number - 1].strip()) <= set("=-")


def check_words(text: str, tasks: Sequence[Task]) -> None:
    """Every word of a document is in a task."""
    found = "\n".join(map(everything, tasks)).lower()
    assert [] == [word for word in re.findall(r"word\d{5}x", text) if word not in found]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(INDENTS), st.sampled_from(LINES)), max_size=30))
@example([("", "# {}"), ("", "{}"), ("", "- [ ] {}"), ("", "---"), ("", "{}")])
@example([("", "# {}"), ("", "Milestone: {}"), ("", "Milestone: {}"), ("", "- [ ] {}")])
def test_any_document_is_read_whole(lines: Sequence[tuple[str, str]]) -> None:
    """Pieces of Markdown in any order and depth: no word and no line is lost."""
    text = numbered(lines)
    try:
        draft = read_prd(text, "plan.md")
    except InputError as error:
        assert 0 <= error.line <= len(lines)
        assert error.message
        return
    assert draft.tasks
    if len({task.key for task in draft.tasks}) < len(draft.tasks):
        return  # two tasks with one id: the check that all formats share refuses it
    check_words(text, draft.tasks)
    check_lines(text, draft)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["- [ ] {}", "  - [ ] {}", "1. {}", "{}", "", "- {}", "## {}", "## Plan"]), max_size=20)
)
def test_a_documents_own_heading_changes_nothing_below_it(lines: Sequence[str]) -> None:
    """Under a title the same tasks come out, one level further down, with the same keys and texts."""
    text = numbered([("", line) for line in lines])
    try:
        plain = read_prd(text, "whole.md").tasks
    except InputError:
        return
    if plain[0].title == "whole":
        plain = plain[1:]
    under = read_prd(f"# The title\n\n{text}", "plan.md").tasks
    assert [(task.key, task.title, task.body) for task in plain] == [
        (task.key, task.title, task.body) for task in under[1:]
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*prd.md")), ids=lambda path: path.name)
def test_the_examples_are_read_whole(path: Path) -> None:
    """Every word of the text below the front matter is in a task, and every line is accounted for."""
    text = path.read_text(encoding="utf-8")
    draft = read_prd(text, str(path))
    lines = text.split("\n")
    begin = front_lines(lines)
    found = "\n".join(map(everything, draft.tasks)).lower()
    names = {"depends", "labels", "priority", "assignee", "assignees", "status", "blocked", "dependencies", "milestone"}
    words = set(re.findall(r"\w{3,}", "\n".join(lines[begin:]).lower())) - names
    assert [] == sorted(word for word in words if word not in found)
    body = {task.key: task.body for task in draft.tasks}
    for number, key in told_of(draft).items():
        if number > begin and lines[number - 1].strip():
            bare = lines[number - 1].strip()
            assert bare in body[key] or re.match(r"\W*(?:depends on|blocked by|labels|status)\b", bare, re.IGNORECASE)
