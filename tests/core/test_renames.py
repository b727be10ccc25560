"""Tasks without keys of their own that were renamed or moved: found again, asked about, and kept as one issue each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.planning import World, graph, issue, names, observed, plan, task

from penstock.core.compare import standing
from penstock.core.renames import Title, find_renames, likeness
from penstock.core.staleness import changed
from penstock.io.task_files.keys import slug
from penstock.model.observed import ObservedIssue
from penstock.model.operation import IssueUpdate
from penstock.model.plan import Rename
from penstock.model.task import Task

TEXT = "Read the front matter, and say on which line it is wrong."
LONG = "Choose the menu with all the people who will eat it, and ask them twice"


def made(key: str, title: str, **fields: Any) -> Task:
    """A task whose key was made from its title."""
    return task(key, title, derived=True, **fields)


def pairs(tasks: list[Task], *issues: ObservedIssue) -> dict[str, int]:
    """Key of the task → number of the issue that looks like its own."""
    return {found.key: found.number for found in find_renames(graph(*tasks), standing(issues))}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Implement parser", "Implement the CSV parser"),
        ("Write documentation", "Write the documentation"),
        ("Export to CSV", "CSV export"),
        ("Recieve payments", "Receive payments"),
        ("Deploy to production", "Deploy to prod"),
        ("Phase 2: Core", "Phase 3: Core"),
        ("Book", "The book"),
        ("ログイン画面を作る", "ログイン画面を作成"),
        ("SET UP: ci", "Set up CI"),
        ("🚀", "🚀"),
    ],
)
def test_a_similar_title_is_the_same_work(before: str, after: str) -> None:
    """Words added, turned round, spelt right, in any script."""
    assert {"new": 5} == pairs([made("new", after)], issue(5, "old", before))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Write docs", "Write tests"),
        ("Implement parser", "Implement renderer"),
        ("Book a hall", "Print the posters"),
        ("🚀", "🎉"),
    ],
)
def test_another_title_is_other_work(before: str, after: str) -> None:
    """A task taken out and another put in is no rename."""
    assert {} == pairs([made("new", after)], issue(5, "old", before))


def test_the_same_parent_or_text_makes_up_for_a_title() -> None:
    """Neither alone does: many tasks have one parent, and short texts stand in many."""
    parent = task("p")
    close = made("new", "Choose dishes and wines", parent="p")
    far = made("new", "Handle metadata at the top", body=TEXT)

    assert {"new": 5} == pairs([parent, close], issue(4, "p"), issue(5, "old", "Choose twelve dishes", parent=4))
    assert {} == pairs([parent, close], issue(4, "p"), issue(5, "old", "Choose twelve dishes", parent=9))
    assert {"new": 5} == pairs([far], issue(5, "old", "Handle front matter", region=TEXT))
    assert {} == pairs([far], issue(5, "old", "Handle front matter", region="Do it."))
    assert {} == pairs([made("new", "Handle", body=TEXT)], issue(5, "old", "Print the posters", region=TEXT))


def test_a_key_that_was_written_means_what_it_says() -> None:
    """Another one is another task, unless its title stands where it stood; an issue that has its task is left alone."""
    assert {} == pairs([task("B-1", "Some")], issue(5, "A-1", "Same"))
    assert {} == pairs([task("p"), task("B-1", "Same", parent="p")], issue(4, "p"), issue(5, "A-1", "Same"))
    assert {"B-1": 5} == pairs([task("B-1", "Same")], issue(5, "A-1", "Same"))
    assert {} == pairs([made("new", "Same"), made("old", "Same")], issue(5, "old", "Same"))
    assert {} == pairs([made("old", "Same")], issue(5, "old", "Other"))


@pytest.mark.parametrize(
    ("key", "title", "after"),
    [
        ("invite-the-guests", "Invite the guests", "Invite the guests"),
        ("invite-the-guests", "Invite the guests", "Invite all guests"),
        ("guests/invite", "Invite", "Invite"),
        (slug(LONG), LONG, LONG),
        ("straße", "Straße", "Strasse"),
    ],
)
def test_a_task_that_was_given_a_key_keeps_its_issue(key: str, title: str, after: str) -> None:
    """Ids are often added when the issues are there already, with keys that were made from titles."""
    here = [task("p"), task("G-1", after, parent="p")]

    assert {"G-1": 5} == pairs(here, issue(4, "p"), issue(5, key, title, parent=4))
    assert {"G-1": 5} == pairs(here, issue(4, "p"), issue(5, key, title))


def test_the_same_children_make_the_same_parent() -> None:
    """A parent whose title is all new is known by what hangs below it; by half of it, not."""
    tasks = [made("new", "The people we like"), *(task(key, parent="new") for key in ("a", "b"))]
    below = [issue(2, "a", parent=1), issue(3, "b", parent=1)]

    assert {"new": 1} == pairs(tasks, issue(1, "guests", "Guests"), *below)
    others = [issue(no, key, parent=1) for no, key in ((4, "c"), (5, "d"))]
    assert {} == pairs(tasks, issue(1, "guests", "Guests"), *below, *others)
    assert {} == pairs(tasks, issue(1, "guests", "Guests"), issue(2, "a"), issue(3, "b"))


def test_the_same_words_tell_more_than_children_that_moved() -> None:
    """The only child went from one renamed parent to another: both are known by their own words."""
    tasks = [made("c-i", "Chess ivory"), made("l-d", "Library dusty"), task("a", parent="c-i")]
    before = [issue(1, "d-l", "Dusty library"), issue(2, "i-c", "Ivory chess"), issue(3, "a", parent=1)]

    assert {"c-i": 2, "l-d": 1} == pairs(tasks, *before)


def test_children_that_were_renamed_as_well_speak_for_their_parents() -> None:
    """Levels are found from below: each pair tells of the parents of both."""
    tasks = [
        made("all", "Everything"),
        made("some", "Parts of it", parent="all"),
        *(made(f"n{no}", f"Paint carefully the wall {no}", parent="some") for no in range(3)),
    ]
    walls = [issue(no + 3, f"o{no}", f"Paint the wall {no}", parent=2) for no in range(3)]

    found = pairs(tasks, issue(1, "big", "Big"), issue(2, "part", "Part", parent=1), *walls)

    assert {"all": 1, "some": 2, "n0": 3, "n1": 4, "n2": 5} == found


def test_tasks_that_exchange_their_issues_are_confirmed() -> None:
    """Ids numbered anew would give each task the comments of its neighbour; a new title alone is no question."""
    before = observed(*(issue(no, f"T0{no}", title) for no, title in enumerate(("Plan", "Build", "Ship"), 1)))
    titles = ("Think", "Plan", "Build", "Ship")

    (told,) = plan(graph(*(task(f"T0{no}", title, line=no) for no, title in enumerate(titles, 1))), before).findings

    message = '2 tasks take over the issue of another: "Plan" was #1 (T01) and would be #2 (T02)'
    assert ("confirm", message, 2) == (told.level, told.message, told.line)
    assert () == plan(graph(task("T01", "Plans"), task("T02", "Build"), task("T03", "Ship")), before).findings


def test_a_closed_issue_is_found_as_well() -> None:
    """Finished work that is worded anew is not done again."""
    assert {"new": 5} == pairs([made("new", "Same")], issue(5, "old", "Same", state="completed"))


def test_the_best_match_wins() -> None:
    """Each task and each issue once: the surest pair first, the rest among themselves."""
    tasks = [made("a", "Write the parser tests"), made("b", "Write the parser")]

    found = pairs(tasks, issue(5, "x", "Write a parser"), issue(6, "y", "Write parser tests"))

    assert {"a": 6, "b": 5} == found


def test_the_same_title_comes_before_a_similar_one() -> None:
    """What still stands somewhere as it was is not taken for another."""
    tasks = [made("a", "Write the tests now"), made("b", "Write the tests")]

    assert {"b": 5} == pairs(tasks, issue(5, "x", "Write the tests"))

    moved = [task("p"), made("a", "Write the tests", parent="p")]
    assert {"a": 5} == pairs(moved, issue(4, "p"), issue(5, "x", "Write the tests"), issue(6, "y", "Write tests"))


def test_children_of_renamed_parents_find_their_own() -> None:
    """Two parts are renamed, each with a step of one title: keys qualified by the part change too."""
    tasks = [
        made("payment-system", "Payment system"),
        made("payment-system/tests", "Tests", parent="payment-system"),
        made("user-accounts", "User accounts"),
        made("user-accounts/tests", "Tests", parent="user-accounts"),
    ]
    issues = [
        issue(1, "accounts", "Accounts of users"),
        issue(2, "accounts/tests", "Tests", parent=1),
        issue(3, "payments", "Payment systems"),
        issue(4, "payments/tests", "Tests", parent=3),
    ]

    assert {"payment-system": 3, "payment-system/tests": 4, "user-accounts": 1, "user-accounts/tests": 2} == pairs(
        tasks, *issues
    )


def test_a_rename_stops_the_plan_until_the_user_decides() -> None:
    """Each is an error on its line; the first says how to go on."""
    wanted = graph(made("new", "New title", line=14), made("b/x", "Moved", line=20))
    seen = observed(issue(12, "old", "Old title", region=TEXT), issue(13, "a/x", "Moved"))
    wanted = graph(made("new", "New title", line=14, body=TEXT), made("b/x", "Moved", line=20))

    asked = plan(wanted, seen)

    hint = "--accept-renames keeps their issues, --refuse-renames makes new ones; a key in the file ends the question"
    assert [
        ("error", 'looks renamed: "Old title" (#12) → "New title"', hint, 14),
        ("error", 'looks the same: "Moved" (#13), a/x → b/x', "", 20),
    ] == [(one.level, one.message, one.hint, one.line) for one in asked.findings]
    assert () == asked.renames


def test_an_accepted_rename_is_one_update() -> None:
    """The key rides on the write that brings the new title; children and dependants are not touched."""
    wanted = graph(
        made("implement-the-parser", "Implement the parser", line=3),
        made("step", "Step", parent="implement-the-parser"),
        made("after", "After", depends_on=("implement-the-parser",)),
    )
    seen = observed(
        issue(5, "implement-parser", "Implement parser"),
        issue(6, "step", "Step", parent=5),
        issue(7, "after", "After", blocked_by=(5,)),
    )
    world = World(seen)

    decided = plan(wanted, seen, renames="accept")
    world.apply(decided)

    (update,) = decided.operations
    assert "issue.update implement-the-parser" == update.name
    assert isinstance(update.payload, IssueUpdate)
    assert ("Implement the parser", "") == (update.payload.title, update.payload.region)
    assert (
        Rename(
            key="implement-the-parser",
            title="Implement the parser",
            key_before="implement-parser",
            title_before="Implement parser",
            number=5,
            line=3,
        ),
    ) == decided.renames
    assert ((), ()) == (decided.findings, decided.extra)
    assert "implement-the-parser" == world.seen.issues[0].marker.key
    assert ((), ()) == (plan(wanted, world.seen).operations, plan(wanted, world.seen).findings)


def test_a_refused_rename_is_a_new_issue() -> None:
    """The old one is left over, as that of any task that is gone; nobody asks again."""
    wanted = graph(made("new", "Write the docs"))
    seen = observed(issue(5, "old", "Write docs", parent=0))
    world = World(seen)

    decided = plan(wanted, seen, renames="refuse")
    world.apply(decided)

    assert (["issue.create new"], (5,), ()) == (names(decided), decided.extra, decided.renames)
    assert ((), ()) == (plan(wanted, world.seen).operations, plan(wanted, world.seen).findings)


def test_an_accepted_rename_is_not_stale_by_itself() -> None:
    """Under the lock the issue still has its old key: that is what the plan was made from."""
    wanted = graph(made("new", "Same"))
    seen = observed(issue(5, "old", "Same"))

    decided = plan(wanted, seen, renames="accept")

    assert () == changed(decided, seen)
    assert ("#5 (new) changed",) == changed(decided, World(seen).apply(decided))


def test_what_a_run_left_is_paired_as_before() -> None:
    """A run died between two renames: planned again, the rest is the rest."""
    tasks = [made(f"the-{n}", f"Write the {n} chapter") for n in ("first", "second", "third")]
    wanted = graph(*tasks)
    seen = observed(*(issue(no, n, f"Write {n} chapter") for no, n in enumerate(("first", "second", "third"), 5)))
    whole = plan(wanted, seen, renames="accept")
    world = World(seen)

    world.apply(plan(graph(tasks[1]), seen, renames="accept"))
    rest = plan(wanted, world.seen, renames="accept")

    assert [5, 6, 7] == [pair.number for pair in whole.renames]
    assert [5, 7] == [pair.number for pair in rest.renames]
    assert ["issue.update the-first", "issue.update the-third"] == names(rest)


def test_a_person_s_title_does_not_make_a_rename() -> None:
    """The key still stands in the file: the title is set back, as ever."""
    decided = plan(graph(made("old", "Old")), observed(issue(5, "old", "What a person calls it")))

    assert (["issue.update old"], ()) == (names(decided), decided.findings)


def test_a_task_renamed_beside_a_twin_that_moved() -> None:
    """The twin has one of the two issues of their title; the other is not left behind while a third one is made."""
    tasks = [task("here"), task("there"), made("x-again", "Paint the wall again", parent="here")]
    issues = [issue(1, "here"), issue(2, "there"), *(issue(no, f"{no}/x", "Paint the wall") for no in (5, 6))]

    assert {"x": 5, "x-again": 6} == pairs([*tasks, made("x", "Paint the wall", parent="there")], *issues)


def test_a_twin_of_a_title_that_was_taken_up() -> None:
    """A task got the title that another one has had all along: that one's old issue is not left behind either."""
    tasks = [made("a/x", "Paint the wall"), made("b/x", "Paint the wall")]
    issues = [issue(5, "x", "Paint the wall"), issue(6, "y", "Paint the walls")]

    assert {"a/x": 5, "b/x": 6} == pairs(tasks, *issues)


titles = st.lists(st.sampled_from(["Write docs", "Write the docs", "Write tests", "Write", "Ship it"]), max_size=6)


@given(titles, titles)
def test_no_task_and_no_issue_is_in_two_pairs(new: list[str], old: list[str]) -> None:
    """And the order in which issues are read changes nothing."""
    tasks = [made(f"n{no}", title) for no, title in enumerate(new)]
    issues = [issue(no, f"o{no}", title) for no, title in enumerate(old, 1)]

    found = pairs(tasks, *issues)

    assert len(found) == len(set(found.values()))
    assert found == pairs(tasks, *reversed(issues))
    assert min(len(new), len(old)) >= len(found) >= sum(min(new.count(title), old.count(title)) for title in set(new))


@pytest.mark.parametrize("common", ["", "Implement the part of the system that is called "])
def test_ten_thousand_renames_are_not_a_hundred_million_comparisons(common: str) -> None:
    """A task is compared with a handful of issues, however many are gone and however alike their titles begin."""
    compared = 0

    def counted(one: Title, other: Title) -> float:
        nonlocal compared
        compared += 1
        return likeness(one, other)

    words = [f"{no * 7919 % 100_003:05d}" for no in range(10_000)]
    tasks = [made(f"n{word}", f"{common}module {word} now") for word in words]
    issues = [issue(no, f"o{word}", f"{common}module {word}") for no, word in enumerate(words, 1)]

    found = find_renames(graph(*tasks), standing(issues), counted)

    assert compared <= 2 * 6 * len(tasks)
    right = sum(f"o{pair.key.removeprefix('n')}" == pair.key_before for pair in found)
    assert right >= 0.99 * len(tasks)
