"""Keys made from titles: alike on every reading, wherever a task stands, and never two alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.base.errors import InputError
from penstock.io.task_files.check import KEY_CHARS_MAX
from penstock.io.task_files.keys import SLUG_CHARS_MAX, Named, assign_keys, slug
from penstock.io.task_files.prd import read_prd


def keys(*tasks: tuple[str, str, int]) -> list[str]:
    """Of tasks given as (own key, title, number of the task above or -1)."""
    return assign_keys([Named(key, title, above, line) for line, (key, title, above) in enumerate(tasks, 1)], "f.md")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sign in", "sign-in"),
        ("  Sign--in! (v2) ", "sign-in-v2"),
        ("Crème brûlée", "crème-brûlée"),
        ("ﬁne ②", "fine-2"),
        ("计划 一", "计划-一"),
    ],
)
def test_a_slug_is_words_of_any_script(title: str, expected: str) -> None:
    """Lower case, compatibility forms folded, signs left out."""
    assert expected == slug(title)


@pytest.mark.parametrize("title", ["!!!", "🚀", "a" * 61, "word " * 40])
def test_what_is_no_word_or_too_long_gets_a_digest(title: str) -> None:
    """Such slugs are as long as promised, and differ where titles differ."""
    assert 0 < len(slug(title)) <= SLUG_CHARS_MAX
    assert slug(title) != slug(title + "?")


def test_a_lone_title_is_its_own_key_wherever_it_stands() -> None:
    """Moving a task under another one, or a new task beside it, changes nothing."""
    assert ["epic", "sign-in"] == keys(("", "Epic", -1), ("", "Sign in", 0))
    assert ["sign-in", "epic", "more"] == keys(("", "Sign in", -1), ("", "Epic", -1), ("", "More", 1))


def test_one_title_in_several_places_is_qualified_by_the_task_above() -> None:
    """All of them are, so that none depends on which stands first; so is one whose slug is another's own key."""
    assert ["a", "a/tests", "b", "b/tests", "/tests"] == keys(
        ("", "A", -1), ("", "Tests", 0), ("", "B", -1), ("", "Tests", 2), ("", "Tests", -1)
    )
    assert ["T1", "T1/t1", "t1"] == keys(("T1", "A", -1), ("", "T1", 0), ("t1", "B", -1))


def test_long_tasks_above_are_told_apart() -> None:
    """Two parents that begin alike and end differently do not give their children one key."""
    first, second = "x" * 70 + "1", "x" * 70 + "2"
    made = keys(
        (first, "A", -1), ("", "Tests", 0), (second, "B", -1), ("", "Tests", 2), ("", "Deep", 1), ("", "Deep", 3)
    )
    assert 6 == len(set(made))
    assert max(map(len, made)) <= KEY_CHARS_MAX


def test_two_of_one_title_below_one_task_are_refused() -> None:
    """Their keys would depend on their order; the error names both lines."""
    with pytest.raises(InputError) as caught:
        keys(("", "A", -1), ("", "Tests", 0), ("", "Tests", 0))
    assert ("f.md", 3, '"Tests" cannot be told from another task') == (
        caught.value.path,
        caught.value.line,
        caught.value.message,
    )
    assert "it has no key of its own, and another stands on line 2" == caught.value.cause


@given(
    st.permutations(["- [ ] Build it", "- [ ] T07 Ship it", "1. Tests"]),
    st.permutations(
        ["## Later\n- [ ] Build it\n  - [ ] Tests\n- [ ] Think", "## Now\n1. Tests", "## Soon\n- [ ] Rest"]
    ),
)
def test_any_order_gives_the_same_keys(items: list[str], sections: list[str]) -> None:
    """Documents that hold the same tasks in another order give them the same keys."""
    found = read_prd("\n\n".join([*items, *sections]), "plan.md").tasks
    expected = {"/build-it", "later/build-it", "T07", "/tests", "later/build-it/tests", "now/tests", "think", "rest"}
    expected |= {"later", "now", "soon"}
    assert expected == {task.key for task in found}


def test_an_id_survives_a_new_title_and_a_new_place() -> None:
    """A task with an id keeps its key, so it keeps its issue; one without takes its key from the title."""
    before = read_prd("# D\n## A\n- [ ] T014 Create the model\n- [ ] Sign in\n", "d.md").tasks
    after = read_prd("# D\n## B\n### C\n1. **T014**: Build the model\n\n## A\n- [ ] Sign on\n", "d.md").tasks
    assert [("T014", False), ("sign-in", True)] == [(task.key, task.derived) for task in before[2:]]
    assert [("T014", False), ("sign-on", True)] == [
        (task.key, task.derived) for task in after if task.title[0] in "BS"
    ][1:]
