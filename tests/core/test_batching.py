"""The next request of a kind: its API, its size, its charge."""

from __future__ import annotations

from msgspec.structs import replace
from tests.core.worlds import CLOSE, CREATE, LINK, MILESTONE, QUICK

from penstock.core.batching import Batching
from penstock.core.budget import Budget
from penstock.core.controller import FixedController
from penstock.model.limits import Profile, Spent, Window
from penstock.model.operation import KINDS

TEN_PER_MINUTE = replace(
    QUICK,
    windows=(Window("10", "content", 10, 60),),
    content_kinds=("issue.create", "blocked_by.link"),
    mutation_gap_s=18.0,
)
"""Three at a time reach the rate of the window."""


def batching(profile: Profile = QUICK, *, api: str = "graphql", creates_max: int = 0, spent: int = 0) -> Batching:
    """On a budget of which so many items are spent."""
    budget = Budget(profile)
    made = Batching(budget, FixedController(20, profile), api=api, creates_max=creates_max)
    if spent:
        charge = made.charge(KINDS[CREATE], spent)
        budget.observe(Spent(id="r:1", charge=charge, sent_at=0.0, ends_at=0.0, open=False), 0.0)
    return made


def test_graphql_carries_many_and_rest_one() -> None:
    """One REST request does one operation; so does a milestone, which GraphQL cannot create."""
    graphql, rest = batching(), batching(api="rest")

    assert [20, 1, 1] == [
        graphql.size(KINDS[LINK], 99, 0.0),
        rest.size(KINDS[LINK], 99, 0.0),
        graphql.size(KINDS[MILESTONE], 99, 0.0),
    ]
    assert ["graphql", "rest", "rest", "graphql"] == [
        *(graphql.api_of(KINDS[LINK]), graphql.api_of(KINDS[MILESTONE]), rest.api_of(KINDS[LINK]), graphql.api_of())
    ]


def test_no_more_than_are_ready() -> None:
    """The tail is a smaller batch."""
    assert 7 == batching().size(KINDS[LINK], 7, 0.0)


def test_the_last_places_of_a_window_are_filled_by_a_smaller_batch() -> None:
    """A place left empty for an hour costs more than a request; a full window is waited for by one operation."""
    sizes = [batching(TEN_PER_MINUTE, spent=spent).size(KINDS[CREATE], 99, 1.0) for spent in (0, 7, 8, 9, 10)]

    assert [3, 3, 2, 1, 1] == sizes


def test_a_window_binds_only_what_it_counts() -> None:
    """Closing goes on in large batches while content is used up."""
    assert 20 == batching(TEN_PER_MINUTE, spent=10).size(KINDS[CLOSE], 99, 1.0)


def test_the_canary_counts_what_was_sent_and_not_what_came_back_undone() -> None:
    """Never more than so many creates may stand; other kinds are free."""
    made = batching(creates_max=7)
    sizes = [made.size(KINDS[CREATE], 99, 0.0)]
    made.sent(KINDS[CREATE], range(5))
    sizes.append(made.size(KINDS[CREATE], 99, 0.0))
    made.sent(KINDS[CREATE], (5, 6))
    sizes.append(made.size(KINDS[CREATE], 99, 0.0))
    spent = made.creates_spent
    made.came_back((4, 6, 400))
    sizes.append(made.size(KINDS[CREATE], 99, 0.0))

    assert ([5, 2, 0, 2], True, False) == (sizes, spent, made.creates_spent)
    assert 20 == made.size(KINDS[LINK], 99, 0.0)


def test_without_a_canary_creates_are_not_counted() -> None:
    """A million creates leave nothing behind."""
    made = batching()
    made.sent(KINDS[CREATE], range(1_000))

    assert not made.creates_spent and not made._creates
