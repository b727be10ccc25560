"""Plans for a server that has neither sub-issues nor dependencies: the texts say them, in as few writes as can be."""

from __future__ import annotations

from typing import Any

from tests.core.planning import World, graph, issue, names, observed, plan, task

from penstock.model.observed import Observation, ObservedIssue
from penstock.model.operation import BlockedByLink, IssueCreate, IssueUpdate, Ref, SubIssueLink, TextLinks
from penstock.model.plan import Plan
from penstock.model.task import TaskGraph


def old(*issues: ObservedIssue, **fields: Any) -> Observation:
    """A read of a server without links."""
    return observed(*issues, native_links=False, **fields)


def linked(number: int, key: str, parent: int = 0, *blocked_by: int) -> ObservedIssue:
    """An issue whose text says this."""
    return issue(number, key, parent=parent, blocked_by=blocked_by, links_in_text=True)


def said(made: Plan) -> dict[str, tuple[int, list[int]]]:
    """What the texts will say, by task: parent and blockers as numbers of creates."""
    links = {
        one.key: one.payload.links for one in made.operations if isinstance(one.payload, IssueCreate | IssueUpdate)
    }
    return {
        key: (link.parent.op if link.parent else -1, [ref.op for ref in link.blocked_by]) for key, link in links.items()
    }


def apply(wanted: TaskGraph, seen: Observation) -> World:
    """The repository after a plan, in which nothing is left to do."""
    world = World(seen)
    world.apply(plan(wanted, seen))
    assert () == plan(wanted, world.seen).operations
    return world


def test_links_ride_on_the_creates() -> None:
    """Whatever a text names is created before it: not one write more."""
    wanted = graph(task("1"), task("1.1", parent="1", depends_on=("1.3",)), task("1.2", parent="1"), task("1.3"))

    made = plan(wanted, old())

    assert ["issue.create 1", "issue.create 1.3", "issue.create 1.1", "issue.create 1.2"] == names(made)
    assert {"1": (-1, []), "1.3": (-1, []), "1.1": (0, [1]), "1.2": (0, [])} == said(made)
    assert [(), (), (0, 1), (0,)] == [operation.needs for operation in made.operations]
    apply(wanted, old())


def test_the_plan_says_that_texts_take_the_place_of_links() -> None:
    """Whoever expected sub-issues learns it before anything is sent."""
    wanted = graph(task("1"), task("1.1", parent="1", depends_on=("1",), line=3), task("2", depends_on=("1", "1.1")))

    (finding,) = plan(wanted, old()).findings

    assert ("warning", 3) == (finding.level, finding.line)
    assert (
        "ghe.example has no sub-issues or dependencies: 1 sub-issue and 3 dependencies are written into the texts "
        "of the issues"
    ) == finding.message
    assert () == plan(graph(task("1")), old()).findings


def test_a_parent_that_waits_for_its_children_is_one_update_more() -> None:
    """The circle is cut at the parent, which names all of them at once, and is closed with the same write."""
    wanted = graph(
        task("1", state="completed", labels=("a",), depends_on=("1.1", "1.2", "0")),
        task("1.1", parent="1"),
        task("1.2", parent="1", depends_on=("1.1",)),
        task("0"),
    )

    made = plan(wanted, old())
    first, update = made.operations[2].payload, made.operations[-1]

    assert ["label.create a", "issue.create 0", "issue.create 1", "issue.create 1.1", "issue.create 1.2"] == names(
        made
    )[:5]
    assert isinstance(first, IssueCreate)
    assert TextLinks(blocked_by=(Ref(op=1),)) == first.links
    assert ("issue.update 1", (1, 2, 3, 4)) == (update.name, update.needs)
    assert update.payload == IssueUpdate(
        issue=Ref(op=2),
        region="",
        links=TextLinks(blocked_by=(Ref(op=3), Ref(op=4), Ref(op=1))),
        set_labels=("a",),
        set_state="completed",
        state="completed",
    )
    assert 6 == len(made.operations)
    assert "completed" == apply(wanted, old()).seen.issues[1].state


def test_a_changed_dependency_is_one_update() -> None:
    """It carries the whole text with its links, and nobody else's is touched."""
    wanted = graph(task("1"), task("2"), task("x", parent="1", depends_on=("2",)))

    made = plan(wanted, old(issue(5, "1"), issue(6, "2"), linked(7, "x", 5)))

    assert ["issue.update x"] == names(made)
    payload = made.operations[0].payload
    assert isinstance(payload, IssueUpdate)
    assert ("", (5, [6])) == (payload.region, numbers(payload))


def numbers(payload: IssueUpdate) -> tuple[int, list[int]]:
    """What an update writes, where all issues stand."""
    return (payload.links.parent or Ref()).number, sorted(ref.number for ref in payload.links.blocked_by)


def test_another_change_keeps_the_links() -> None:
    """A new text comes with them; a new title needs no text at all."""
    seen = old(issue(5, "1"), linked(7, "x", 5, 5))
    wanted = task("x", parent="1", depends_on=("1",), body="New")

    (text,) = plan(graph(task("1"), wanted), seen).operations
    (title,) = plan(graph(task("1"), task("x", "New", parent="1", depends_on=("1",))), seen).operations

    assert isinstance(text.payload, IssueUpdate)
    assert isinstance(title.payload, IssueUpdate)
    assert ("New", (5, [5])) == (text.payload.region, numbers(text.payload))
    assert (None, TextLinks()) == (title.payload.region, title.payload.links)


def test_a_standing_issue_waits_for_what_it_names() -> None:
    """An update that names a new issue is sent when that one has its number."""
    made = plan(graph(task("1"), task("x", parent="1")), old(issue(7, "x")))

    assert ["issue.create 1", "issue.update x"] == names(made)
    assert (0,) == made.operations[1].needs


def test_links_no_longer_wanted_go_only_with_prune() -> None:
    """Without it they are counted, and stay through other changes; those of people always stay."""
    seen = old(issue(5, "1"), linked(7, "x", 5, 5, 99))
    wanted = graph(task("1"), task("x", body="New"))

    (kept,) = plan(wanted, seen).operations
    (pruned,) = plan(wanted, seen, prune=True).operations

    assert isinstance(kept.payload, IssueUpdate)
    assert isinstance(pruned.payload, IssueUpdate)
    assert [(5, [5, 99]), (0, [99])] == [numbers(kept.payload), numbers(pruned.payload)]
    assert ("2 links are no longer wanted: --prune takes them away",) == plan(wanted, seen).notes
    assert () == plan(graph(task("1"), task("x")), seen).operations


def test_a_root_leaves_its_own_subtree_even_without_prune() -> None:
    """Child and parent change places: neither may be part of the other at once."""
    wanted = graph(task("b"), task("a", parent="b"))

    world = apply(wanted, old(issue(1, "a"), linked(2, "b", 1)))

    assert [2, 0] == [one.parent for one in world.seen.issues]
    assert () == plan(wanted, old(issue(1, "a"), linked(2, "b", 1))).notes


def test_a_parent_that_people_wrote_is_replaced_only_after_a_question() -> None:
    """As with a link of the server."""
    wanted = graph(task("1"), task("x", parent="1", line=4))

    made = plan(wanted, old(issue(5, "1"), linked(7, "x", 99)))

    assert ["issue.update x"] == names(made)
    assert [("confirm", 4), ("warning", 4)] == [(finding.level, finding.line) for finding in made.findings]


def test_an_issue_that_is_closed_with_prune_keeps_its_links() -> None:
    """Its task is gone; what it was part of is still true."""
    (update,) = plan(graph(task("1")), old(issue(5, "1"), linked(7, "x", 5, 5)), prune=True).operations

    assert isinstance(update.payload, IssueUpdate)
    assert (5, [5]) == numbers(update.payload)


def test_a_server_that_learnt_links_gets_links_for_words() -> None:
    """The words go in one update each, and nothing is left of them."""
    wanted = graph(task("1"), task("x", parent="1", depends_on=("1",)))
    read_again = linked(7, "x")  # as a read shows it: the server itself has no links yet

    world = apply(wanted, observed(issue(5, "1"), read_again))
    made = plan(wanted, observed(issue(5, "1"), read_again))

    assert ["issue.update x", "sub_issue.link x ← 1", "blocked_by.link x ← 1"] == names(made)
    assert [IssueUpdate, SubIssueLink, BlockedByLink] == [type(one.payload) for one in made.operations]
    assert (False, 5, (5,)) == (
        world.seen.issues[1].links_in_text,
        world.seen.issues[1].parent,
        world.seen.issues[1].blocked_by,
    )


def test_links_count_towards_the_size_of_a_body() -> None:
    """A text that just fits is too long with its links."""
    body = "x" * (65_536 - 400)
    blockers = tuple(str(no) for no in range(30))
    wanted = graph(*(task(key) for key in blockers), task("x", body=body, depends_on=blockers))

    assert ["error", "warning"] == [finding.level for finding in plan(wanted, old()).findings]
    assert [] == [finding.level for finding in plan(wanted, observed()).findings]
