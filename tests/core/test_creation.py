"""What is named is created first, and as few tasks as can be are left to name something later."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.core.planning import task

from penstock.core.creation import creation_order
from penstock.model.task import Task


def keys(*tasks: Task) -> str:
    """The order, as keys."""
    return " ".join(one.key for one in creation_order(tasks))


def late(tasks: list[Task]) -> list[str]:
    """Tasks that stand before one of their blockers."""
    order = [one.key for one in creation_order(tasks)]
    return [one.key for one in tasks if any(order.index(key) > order.index(one.key) for key in one.depends_on)]


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Parents before their children; dependencies anywhere, without circles of their own."""
    names = [str(no) for no in range(draw(st.integers(0, 9)))]
    ranks = draw(st.permutations(names))
    return [
        task(
            name,
            parent=draw(st.none() | st.sampled_from(names[:no])) if no else None,
            depends_on=tuple(draw(st.lists(st.sampled_from(sooner), unique=True))) if sooner else (),
        )
        for no, name in enumerate(names)
        for sooner in [ranks[: ranks.index(name)]]
    ]


def on_a_circle(one: Task, tasks: list[Task]) -> bool:
    """Whether a task leads back to itself by parents and blockers."""
    named = {other.key: {*other.depends_on, *([other.parent] if other.parent else [])} for other in tasks}
    reached: set[str] = set()
    ahead = set(named[one.key])
    while ahead:
        reached |= ahead
        ahead = {further for key in ahead for further in named[key]} - reached
    return one.key in reached


@given(tasks())
def test_every_parent_comes_first_and_blockers_unless_in_a_circle(tasks: list[Task]) -> None:
    """Each task is there once; only one of a circle names something later."""
    order = [one.key for one in creation_order(tasks)]

    assert sorted(order) == sorted(one.key for one in tasks)
    for one in tasks:
        assert one.parent is None or order.index(one.parent) < order.index(one.key)
        assert one.key not in late(tasks) or on_a_circle(one, tasks)


def test_a_file_whose_order_serves_is_left_in_order() -> None:
    """Numbers go up as the file goes down."""
    assert "1 2 1.1 2.1" == keys(
        task("1"), task("2"), task("1.1", parent="1"), task("2.1", parent="2", depends_on=("1",))
    )


def test_a_parent_that_waits_for_all_its_children_is_the_only_one_late() -> None:
    """Not each child: one update, not many."""
    children = [task(f"p.{no}", parent="p") for no in range(20)]

    assert ["p"] == late([task("p", depends_on=tuple(one.key for one in children)), *children])


def test_circles_inside_a_circle_are_cut_one_each() -> None:
    """A root that waits for phases that wait for their steps: each of them is late, and no step is."""
    phases = [task(f"{no}", parent="r", depends_on=(f"{no}.1", f"{no}.2")) for no in (1, 2)]
    steps = [task(f"{no}.{step}", parent=f"{no}") for no in (1, 2) for step in (1, 2)]

    assert ["r", "1", "2"] == late([task("r", depends_on=("1", "2")), *phases, *steps])


def test_a_chain_through_a_whole_circle_is_cut_once() -> None:
    """Steps in the wrong order wait for each other; when their parent is there, none of them is late."""
    steps = [task(str(no), parent="p", depends_on=(str(no + 1),)) for no in range(1, 30)]

    assert ["p"] == late([task("p", depends_on=("1",)), *steps, task("30", parent="p")])


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Ten thousand tasks, each waiting for the next one in the file."""
    chain = [task(str(no), depends_on=(str(no + 1),)) for no in range(10_000)]

    assert str(9_999) == creation_order(chain)[0].key
