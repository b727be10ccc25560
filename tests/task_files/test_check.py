"""Checks that all formats share: keys, texts, references, cycles, levels."""

from __future__ import annotations

import pytest

from penstock.base.errors import InputError
from penstock.io.task_files.check import checked
from penstock.model.task import Task


def task(key: str, *depends_on: str, parent: str | None = None, title: str = "Dig", line: int = 0) -> Task:
    return Task(key=key, title=title, parent=parent, depends_on=depends_on, line=line)


def _where(line: int) -> tuple[str, int]:
    return "plan.yaml", line


def said(*tasks: Task) -> tuple[int, str, str, str]:
    with pytest.raises(InputError) as caught:
        checked(tasks, _where)
    return caught.value.line, caught.value.message, caught.value.cause, caught.value.hint


def test_a_repeated_key_names_both_lines() -> None:
    """Two tasks with one key: the second is where the error is, the first is named."""
    assert (
        9,
        'two tasks have the key "a"',
        'the first is "Dig" on line 3',
        "a key names one task; change one of the two",
    ) == said(task("a", line=3), task("a", line=9))


@pytest.mark.parametrize(
    ("bad", "message", "cause", "hint"),
    [
        (task("", line=4), "a task has an empty key", "", "give it a key that no other task has"),
        (
            task(" a", line=4),
            "key ' a' cannot be used",
            "a key is one line of text without spaces at its ends",
            "",
        ),
        (
            task("a\nb", line=4),
            r"key 'a\nb' cannot be used",
            "a key is one line of text without spaces at its ends",
            "",
        ),
        (task("k" * 129, line=4), f'key "{"k" * 40}…" is 129 characters long', "the most is 128", ""),
        (
            task("a", title="", line=4),
            'task "a" has an empty title',
            "GitHub takes no issue without a title",
            "",
        ),
        (
            task("a", title="é" * 257, line=4),
            'the title of task "a" is 257 characters long',
            "GitHub takes at most 256",
            "shorten it and move the rest into the body",
        ),
        (
            task("a", title="one\ntwo", line=4),
            'the title of task "a" is not one line of text',
            r"it is 'one\ntwo'",
            "",
        ),
        (
            Task(key="a", title="Dig", body="x\0", line=4),
            'the body of task "a" has a character that is not text',
            r"it is '\x00'",
            "",
        ),
        (
            Task(key="a", title="Dig", labels=("ok", " "), line=4),
            "task \"a\" has a name that cannot be used: ' '",
            "labels, assignees, milestone and type are one line of text, not empty",
            "",
        ),
        (task("a", "a", line=4), 'task "a" depends on itself', "", ""),
        (task("a", parent="a", line=4), 'task "a" is its own parent', "", ""),
        (
            task("a", "other", "other", line=4),
            'task "a" depends on "other" twice',
            "",
            "keep one of the two",
        ),
        (
            task("a", "othr", line=4),
            'task "a" depends on "othr", which is not in the file',
            "",
            'did you mean "other"?',
        ),
        (
            task("a", parent="zzz", line=4),
            'task "a" has the parent "zzz", which is not in the file',
            "",
            "",
        ),
    ],
)
def test_a_task_that_cannot_become_an_issue_is_refused(bad: Task, message: str, cause: str, hint: str) -> None:
    """Each loose end is named with the line of its task."""
    assert (4, message, cause, hint) == said(task("other"), bad)


def test_limits_are_inclusive() -> None:
    """A key of 128 and a title of 256 characters are fine."""
    longest = task("k" * 128, title="t" * 256)
    assert (longest,) == checked([longest], _where)


def test_a_cycle_of_dependencies_is_printed() -> None:
    """The shortest cycle through its first task in the file is printed, with that task's line."""
    assert (
        2,
        "dependencies form a cycle: b → d → b",
        "each task waits for the next; the file has 1 more",
        "remove one of these links",
    ) == said(
        task("a", "b", line=1),
        task("b", "c", "d", line=2),
        task("c", "d", line=3),
        task("d", "b", line=4),
        task("x", "y", line=5),
        task("y", "x", line=6),
    )


def test_a_cycle_of_parents_is_printed() -> None:
    """Parents that go round are an error too."""
    assert (
        1,
        "parents form a cycle: a → b → a",
        "no task stands on top",
        "remove one of these links",
    ) == said(task("a", parent="b", line=1), task("b", parent="a", line=2))


def test_a_cycle_of_ten_thousand_is_found_and_shortened() -> None:
    """Long cycles neither exhaust the stack nor fill the screen."""
    ring = [task(f"t{number}", f"t{(number + 1) % 10_000}", line=number + 1) for number in range(10_000)]
    line, message, _, _ = said(*ring)
    assert (
        1,
        "dependencies form a cycle: t0 → t1 → t2 → t3 → t4 → t5 → … 9992 more … → t9998 → t9999 → t0",
    ) == (line, message)


def test_a_chain_of_ten_thousand_is_no_cycle() -> None:
    """Long chains pass, and so do diamonds."""
    chain = [task("t0"), *(task(f"t{number}", f"t{number - 1}") for number in range(1, 10_000))]
    diamond = [task("top", "left", "right"), task("left", "low"), task("right", "low"), task("low")]
    assert (*chain, *diamond) == checked([*chain, *diamond], _where)


def test_parents_come_before_their_sub_tasks() -> None:
    """A parent named after its sub-tasks moves before them; everything else keeps the file's order."""
    tasks = [task("x"), task("c1", parent="p"), task("c2", parent="p"), task("y"), task("p", parent="x")]
    assert ["x", "y", "p", "c1", "c2"] == [one.key for one in checked(tasks, _where)]


def test_eight_levels_below_the_top_are_the_most() -> None:
    """GitHub holds eight levels of sub-issues; the ninth is refused here and not in the middle of a run."""
    tasks = [task("t0"), *(task(f"t{level}", parent=f"t{level - 1}", line=level) for level in range(1, 9))]
    assert tuple(tasks) == checked(tasks, _where)
    assert (
        9,
        'task "t9" stands 9 levels below the top',
        "GitHub holds 8 levels of sub-issues",
        "move the task up",
    ) == said(*tasks, task("t9", parent="t8", line=9))


def test_an_id_that_is_only_part_of_a_title_is_explained() -> None:
    """Its author sees the id in the file; that another key is the nearest spelling does not help him."""
    line, message, _, hint = said(
        task("pay-21-count", title="PAY-21 Count", line=3), task("PAY-29", line=5), task("b", "PAY-21", line=9)
    )
    assert (9, 'task "b" depends on "PAY-21", which is not in the file') == (line, message)
    expected = 'the title on line 3 begins so, but its key is "pay-21-count"; in Markdown "[PAY-21] Title" gives a key'
    assert expected == hint
