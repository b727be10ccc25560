"""Plans for issues that hang or wait in the wrong place."""

from __future__ import annotations

from tests.core.planning import World, graph, issue, names, observed, plan, task

from penstock.model.operation import BlockedByUnlink, Ref, SubIssueLink, SubIssueUnlink


def ref(number: int) -> Ref:
    """The issue with this number."""
    return Ref(number=number, node_id=f"I_{number}", database_id=1000 + number)


def test_a_missing_parent_is_linked() -> None:
    """Nothing is replaced where there is nothing."""
    made = plan(graph(task("1"), task("1.1", parent="1")), observed(issue(5, "1"), issue(6, "1.1")))

    (link,) = made.operations
    assert SubIssueLink(parent=ref(5), child=ref(6)) == link.payload
    assert ("sub_issue.link 1.1 ← 1", "1") == (link.name, link.conflict)


def test_a_wrong_parent_is_replaced() -> None:
    """One link moves the issue."""
    wanted = graph(task("1"), task("2"), task("x", parent="2"))

    made = plan(wanted, observed(issue(5, "1"), issue(6, "2"), issue(7, "x", parent=5)))

    assert [SubIssueLink(parent=ref(6), child=ref(7), replace=True)] == [one.payload for one in made.operations]


def test_a_standing_issue_moves_below_a_new_one() -> None:
    """The link waits for the parent's create."""
    made = plan(graph(task("1"), task("x", parent="1")), observed(issue(7, "x")))

    assert ["issue.create 1", "sub_issue.link x ← 1"] == names(made)
    assert (0,) == made.operations[1].needs


def test_a_foreign_parent_is_replaced_only_after_a_question() -> None:
    """A person hung the issue below an issue of their own."""
    wanted = graph(task("1"), task("x", parent="1", line=4))

    made = plan(wanted, observed(issue(5, "1"), issue(7, "x", parent=99)))

    assert [SubIssueLink(parent=ref(5), child=ref(7), replace=True)] == [one.payload for one in made.operations]
    assert [("confirm", 4)] == [(finding.level, finding.line) for finding in made.findings]


def test_a_foreign_parent_of_a_top_task_stays() -> None:
    """The plan says nothing about it, not even with `prune`."""
    made = plan(graph(task("x")), observed(issue(7, "x", parent=99, blocked_by=(98,))), prune=True)

    assert ((), ()) == (made.operations, made.findings)


def test_links_no_longer_wanted_go_only_with_prune() -> None:
    """Without it they are counted."""
    wanted = graph(task("1"), task("x", line=3))
    seen = observed(issue(5, "1"), issue(7, "x", parent=5, blocked_by=(5, 99)))

    kept = plan(wanted, seen)
    made = plan(wanted, seen, prune=True)

    assert ((), ("2 links are no longer wanted: --prune takes them away",)) == (kept.operations, kept.notes)
    assert [SubIssueUnlink(parent=ref(5), child=ref(7)), BlockedByUnlink(issue=ref(7), blocker=ref(5))] == [
        one.payload for one in made.operations
    ]
    assert [("1", 3), ("", 3)] == [(one.conflict, one.line) for one in made.operations]


def test_only_missing_dependencies_are_linked() -> None:
    """Those that stand cost nothing."""
    wanted = graph(task("1"), task("2"), task("x", depends_on=("1", "2")))

    made = plan(wanted, observed(issue(5, "1"), issue(6, "2"), issue(7, "x", blocked_by=(5,))))

    assert ["blocked_by.link x ← 2"] == names(made)


def test_a_turned_tree_is_moved_from_the_top() -> None:
    """1 → 2 → 3 becomes 3 → 2 → 1 below a root: at no moment would GitHub see a circle."""
    wanted = graph(task("r"), task("3", parent="r"), task("2", parent="3"), task("1", parent="2"))
    seen = observed(issue(1, "r"), issue(2, "1", parent=1), issue(3, "2", parent=2), issue(4, "3", parent=3))
    world = World(seen)

    made = plan(wanted, seen)
    world.apply(made)

    assert ["sub_issue.link 3 ← r", "sub_issue.link 2 ← 3", "sub_issue.link 1 ← 2"] == names(made)
    assert [(), (0,), (1,)] == [operation.needs for operation in made.operations]
    assert () == plan(wanted, world.seen).operations


def test_a_move_waits_for_moves_above_a_parent_that_stays() -> None:
    """What hangs below a moved issue moves with it, so a move to there waits as well."""
    wanted = graph(task("r"), task("a", parent="r"), task("b", parent="a"), task("x", parent="b"))
    seen = observed(issue(1, "r"), issue(2, "x", parent=1), issue(3, "a", parent=2), issue(4, "b", parent=3))

    made = plan(wanted, seen)
    World(seen).apply(made)

    assert ["sub_issue.link a ← r", "sub_issue.link x ← b"] == names(made)
    assert (0,) == made.operations[1].needs


def test_a_root_leaves_its_own_subtree_even_without_prune() -> None:
    """Child and parent change places: the old link cannot stand beside the new one."""
    wanted = graph(task("b"), task("a", parent="b"))
    seen = observed(issue(1, "a"), issue(2, "b", parent=1))
    world = World(seen)

    made = plan(wanted, seen)
    world.apply(made)

    assert ["sub_issue.unlink b ← a", "sub_issue.link a ← b"] == names(made)
    assert (0,) == made.operations[1].needs
    assert ((), ()) == (made.notes, plan(wanted, world.seen).operations)
