"""The frontier: every operation comes out once, after what it needs, the most urgent first."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.worlds import CLOSE, CREATE, LINK, ref

from penstock.core.frontier import Frontier
from penstock.model.operation import OperationRef

KINDS_USED = (CREATE, CLOSE, LINK)


def frontier(*refs: OperationRef) -> Frontier:
    """A frontier with these operations, those that wait for nothing pushed."""
    made = Frontier()
    made.extend(refs)
    for one in refs:
        if not made.waits(one.no):
            made.push(one.no)
    return made


@st.composite
def plans(draw: st.DrawFn) -> list[OperationRef]:
    """Up to thirty operations of three kinds, with needs and conflict keys."""
    refs = []
    for no in range(draw(st.integers(1, 30))):
        needs = draw(st.lists(st.integers(0, no - 1), unique=True, max_size=3)) if no else []
        refs.append(ref(no, draw(st.sampled_from(KINDS_USED)), *needs, conflict=draw(st.sampled_from(["", "a", "b"]))))
    return refs


def test_the_longest_chain_goes_first_then_the_order_of_the_plan() -> None:
    """What unlocks most comes out first; equals come in the plan's order."""
    made = frontier(ref(0, CREATE), ref(1, CREATE), ref(2, CREATE), ref(3, CREATE, 2), ref(4, LINK, 3))

    assert (2, 0, 1) == made.take(CREATE, 5)


def test_the_kind_with_the_longest_chain_is_the_most_urgent() -> None:
    """Kinds compare by their most urgent operation."""
    made = frontier(ref(0, CLOSE), ref(1, CREATE), ref(2, LINK, 1))

    assert made.urgency(CREATE) < made.urgency(CLOSE)


def test_an_operation_waits_for_all_its_needs() -> None:
    """It is free when the last need is settled, not before."""
    made = frontier(ref(0, CREATE), ref(1, CREATE), ref(2, LINK, 0, 1))

    assert [[], [2]] == [made.settled(0), made.settled(1)]
    assert not made.waits(2)


def test_operations_taken_in_later_do_not_wait_for_what_is_settled() -> None:
    """A need that was settled before its dependant was known is met."""
    made = frontier(ref(0, CREATE))
    made.settled(0)
    made.extend([ref(1, LINK, 0), ref(2, LINK, 0, 1)])

    assert [False, True] == [made.waits(1), made.waits(2)]


def test_those_that_share_a_conflict_key_go_together() -> None:
    """A batch is filled from one key before it takes a second: a held key keeps others waiting."""
    made = frontier(*(ref(no, LINK, conflict="ab"[no % 2]) for no in range(6)))

    assert (0, 2, 4) == made.take(LINK, 3)
    assert 3 == made.ready(LINK)


def test_a_held_key_hides_all_of_its_operations_whatever_their_kind() -> None:
    """Two kinds that share a parent are never in flight together."""
    made = frontier(ref(0, LINK, conflict="a"), ref(1, CREATE, conflict="a"), ref(2, CREATE))
    taken = made.take(LINK, 5)

    assert 1 == made.ready(CREATE)
    assert (2,) == made.take(CREATE, 5)
    made.let_go(taken)
    assert (1,) == made.take(CREATE, 5)


def test_what_comes_back_while_its_key_is_held_waits_for_it() -> None:
    """A retry respects the key that another request took meanwhile."""
    made = frontier(ref(0, LINK, conflict="a"), ref(1, LINK, conflict="a"))
    first = made.take(LINK, 1)
    made.let_go(first)
    second = made.take(LINK, 1)
    made.push(0)

    assert [(0,), (1,), 0] == [first, second, made.ready(LINK)]
    made.let_go(second)
    assert (0,) == made.take(LINK, 5)


def test_what_is_lost_is_told_once() -> None:
    """A second dead operation above the same dependants does not skip them again."""
    made = frontier(ref(0, CREATE), ref(1, CREATE), ref(2, LINK, 0, 1), ref(3, CLOSE, 2), ref(4, CLOSE, 1))

    assert [[2, 3], [4]] == [made.lose(0), made.lose(1)]


@settings(deadline=None)
@given(plans(), st.integers(0, 2**32))
def test_each_comes_out_once_after_its_needs_and_alone_with_its_key(refs: list[OperationRef], seed: int) -> None:
    """Whatever the plan, and in whatever order requests end and fail: none is lost, doubled, early or in conflict."""
    random = Random(seed)
    made = frontier(*refs)
    flying: list[tuple[int, ...]] = []
    settled: set[int] = set()
    for _ in range(2_000):
        kinds = [kind for kind in KINDS_USED if made.ready(kind)]
        if kinds and (not flying or random.random() < 0.6):
            kind, size = random.choice(kinds), random.randint(1, 4)
            expected = min(size, made.ready(kind))
            taken = made.take(kind, size)
            assert expected == len(taken), "what is said to be ready can be taken"
            assert {kind} == {refs[no].kind for no in taken}
            assert all(settled.issuperset(refs[no].needs) for no in taken)
            keys = {refs[no].conflict for no in taken} - {""}
            assert not any(keys & {refs[no].conflict for no in other} for other in flying)
            assert not settled & set(taken) and not any(set(taken) & set(other) for other in flying)
            flying.append(taken)
        elif flying:
            ended = flying.pop(random.randrange(len(flying)))
            made.let_go(ended)
            for no in ended:
                if random.random() < 0.3:
                    made.push(no)
                else:
                    settled.add(no)
                    for unlocked in made.settled(no):
                        made.push(unlocked)
        else:
            break

    assert set(range(len(refs))) == settled


@settings(deadline=None)
@given(plans(), st.integers(0, 2**32))
def test_a_dead_operation_takes_all_below_it_along_and_nothing_else(refs: list[OperationRef], seed: int) -> None:
    """Those lost are exactly those with a dead operation somewhere above."""
    random = Random(seed)
    made = frontier(*refs)
    dead = {no for no in range(len(refs)) if not refs[no].needs and random.random() < 0.5}
    lost = [no for dying in dead for no in made.lose(dying)]

    below: set[int] = set()
    for one in refs:
        if any(need in dead or need in below for need in one.needs):
            below.add(one.no)
    assert sorted(below) == sorted(lost)
