"""What an answer teaches: the size that changes is told with its reason, and other runs get what was learnt."""

from __future__ import annotations

import pytest
from tests.core.worlds import CLOSE, LABEL

from penstock.core.adaptive import AdaptiveController
from penstock.core.learning import KEPT_EVERY, Learning
from penstock.github.limits import DOCUMENTED
from penstock.model.config import BatchConfig
from penstock.model.events import Sized
from penstock.model.operation import KIND_BY_NAME, KINDS
from penstock.model.outcome import Answer, InDoubt, Outcome, Rate, Succeeded, Throttled, Transient

UPDATE = KINDS[CLOSE]


def answer(outcome: Outcome, size: int, took_s: float = 1.0, rate: Rate | None = None) -> Answer:
    """A request of this size that ended alike for all its operations."""
    return Answer(batch=1, sent_at=100.0, received_at=100.0 + took_s, outcomes=(outcome,) * size, rate=rate)


def learning(api: str = "graphql") -> tuple[Learning, AdaptiveController]:
    """A new one, with its controller."""
    controller = AdaptiveController(BatchConfig(), DOCUMENTED)
    return Learning(controller, api), controller


def test_a_new_size_is_told_with_its_reason() -> None:
    """And the same size is not told again."""
    taught, controller = learning()
    assert [] == taught.learn(UPDATE, answer(Succeeded(), 15, 2.0))
    first = controller.size(UPDATE)
    [sized] = taught.learn(UPDATE, answer(InDoubt("timeout", ""), first, 10.0))

    assert Sized("issue.close", first, controller.size(UPDATE), "growing step by step") == sized
    assert [] == taught.learn(UPDATE, answer(Throttled("lane"), 5))


def test_each_kind_has_a_size_of_its_own() -> None:
    """A label that takes long says nothing of a close."""
    taught, controller = learning()
    for _ in range(10):
        taught.learn(UPDATE, answer(Succeeded(), controller.size(UPDATE), 1.0))
    taught.learn(KINDS[LABEL], answer(Succeeded(), 5, 9.0))

    assert controller.size(KINDS[LABEL]) < controller.size(UPDATE)


@pytest.mark.parametrize(
    ("outcome", "shrinks"),
    [
        (InDoubt("timeout", ""), True),
        (Transient("resource"), True),
        (Transient("server"), False),
        (InDoubt("network", ""), False),
        (Throttled("lane"), False),
    ],
)
def test_only_weight_and_time_tell_against_a_size(outcome: Outcome, shrinks: bool) -> None:
    """One bad gateway is the server's; a time-out and a refusal for weight are the batch's."""
    taught, controller = learning()
    before = controller.size(UPDATE)
    taught.learn(UPDATE, answer(outcome, 15, 10.0))

    assert shrinks == (controller.size(UPDATE) < before)


@pytest.mark.parametrize(("failures", "shrinks"), [(1, False), (2, False), (3, True)])
def test_many_errors_tell_against_it(failures: int, shrinks: bool) -> None:
    """More than a tenth of the operations of ten requests, in three of them at least: one bad gateway is no rate."""
    taught, controller = learning()
    outcomes = [Transient("server")] * failures + [Succeeded()] * (10 - failures)
    for outcome in outcomes:
        taught.learn(UPDATE, answer(outcome, 10, 2.0))

    assert shrinks == ("too many errors" == controller.why(UPDATE))


def test_errors_count_once() -> None:
    """Ten clean requests later the size grows again."""
    taught, controller = learning()
    for outcome in [Transient("server")] * 10 + [Succeeded()] * 40:
        taught.learn(UPDATE, answer(outcome, 10, 2.0))

    assert "too many errors" != controller.why(UPDATE)


def test_the_quota_of_an_answer_counts() -> None:
    """A tenth of the hour's requests left."""
    taught, controller = learning()
    taught.learn(UPDATE, answer(Succeeded(), 15, 3.0, Rate("graphql", 5_000, 500, 4_500, 999.0)))

    assert "10% of the hourly quota left" == controller.why(UPDATE)


def test_over_rest_there_is_nothing_to_tell() -> None:
    """One operation a request, always; what is learnt are the times."""
    taught, controller = learning("rest")
    told = [taught.learn(UPDATE, answer(Succeeded(), 1, took_s)) for took_s in (0.1, 3.0, 0.1, 9.0)]

    assert [[]] * 4 == told
    [kept] = taught.to_keep(200.0, last=True)
    assert ("rest", 4) == (kept.api, kept.samples)
    assert controller.size(UPDATE) > 1


def test_what_graphql_cannot_do_teaches_it_nothing() -> None:
    """A milestone goes over REST, whose times are others."""
    taught, controller = learning()
    taught.learn(KIND_BY_NAME["milestone.create"], answer(Succeeded(), 1, 0.05))

    assert 0 == controller.model.samples


def test_what_was_learnt_is_kept_every_so_often_and_at_the_end() -> None:
    """Not after every answer, and not when nothing is new."""
    taught, _ = learning()
    for number in range(1, KEPT_EVERY + 1):
        taught.learn(UPDATE, answer(Succeeded(), 15, 2.0))
        assert (number == KEPT_EVERY) == bool(taught.to_keep(200.0, last=False))
    assert [] == taught.to_keep(300.0, last=True)
    taught.learn(UPDATE, answer(Succeeded(), 15, 2.0))
    assert [KEPT_EVERY + 1] == [kept.samples for kept in taught.to_keep(400.0, last=True)]
