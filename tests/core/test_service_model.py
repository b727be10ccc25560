"""Response times are learnt: structure slowly, the server's mood at once, time-outs as what they are."""

from __future__ import annotations

import math
from random import Random

import pytest

from penstock.core.controller import ITEM_S, REQUEST_S
from penstock.core.service_model import ServiceModel


def taught(samples: int, *, factor: float = 1.0, sigma: float = 0.0, model: ServiceModel | None = None) -> ServiceModel:
    """A model after requests of two kinds: 0.2 s each, and 0.05 or 0.4 s per item."""
    model, random = model or ServiceModel(), Random(7)
    for _ in range(samples):
        kind, cost_s = random.choice((("cheap", 0.05), ("dear", 0.4)))
        items = random.randint(1, 20)
        noise = math.exp(sigma * random.gauss(0, 1) - sigma**2 / 2)
        model.answered(kind, items, factor * (0.2 + items * cost_s) * noise)
    return model


def test_before_the_first_answer_the_usual_times_hold() -> None:
    """So that a forecast and the first batch expect the same."""
    assert REQUEST_S + 15 * ITEM_S == pytest.approx(ServiceModel().predict_s("any", 15))


@pytest.mark.parametrize("sigma", [0.0, 0.3])
def test_kinds_have_their_own_cost(sigma: float) -> None:
    """After a hundred requests each kind is foretold, with noise and without."""
    model = taught(100, sigma=sigma)

    assert 0.2 + 20 * 0.05 == pytest.approx(model.predict_s("cheap", 20), rel=0.2)
    assert 0.2 + 20 * 0.4 == pytest.approx(model.predict_s("dear", 20), rel=0.2)


def test_a_slow_server_is_believed_after_two_answers() -> None:
    """A speed that changed is followed at once; what a kind costs is not unlearnt for it."""
    model = taught(100, sigma=0.1)
    costs = model.served("graphql", 0.0).cost_s
    for _ in range(2):
        model.answered("dear", 15, 3 * (0.2 + 15 * 0.4))

    assert 3 * (0.2 + 10 * 0.4) == pytest.approx(model.predict_s("dear", 10), rel=0.25)
    assert costs["dear"] == pytest.approx(model.served("graphql", 0.0).cost_s["dear"], rel=0.15)


def test_a_time_out_says_longer_than_that() -> None:
    """It raises what is expected; a request that was expected to take longer anyway teaches nothing."""
    model = taught(100)
    before_s = model.predict_s("dear", 20)
    model.timed_out("dear", 20, 10.0)
    assert model.predict_s("dear", 20) > before_s

    slow = taught(100)
    before_s = slow.predict_s("dear", 60)
    slow.timed_out("dear", 60, 10.0)
    assert before_s == slow.predict_s("dear", 60)


def test_a_kind_that_was_never_met_is_taken_for_the_dearest() -> None:
    """Its first batch must not run out of time."""
    model = taught(100)

    assert model.predict_s("dear", 10) == pytest.approx(model.predict_s("new", 10))


def test_another_run_begins_with_what_was_learnt() -> None:
    """Structure is kept, the mood of the moment is not."""
    model = taught(100)
    expected_s = model.predict_s("dear", 10)
    for _ in range(3):
        model.answered("dear", 15, 3 * (0.2 + 15 * 0.4))
    kept = model.served("graphql", 5.0)

    assert ("graphql", 5.0, 103) == (kept.api, kept.at, kept.samples)
    assert expected_s == pytest.approx(ServiceModel(kept).predict_s("dear", 10), rel=0.2)


def test_no_sequence_of_answers_breaks_it() -> None:
    """Whatever the server does, every prediction is a positive number, and it still learns afterwards."""
    model, random = ServiceModel(), Random(3)
    for _ in range(20_000):
        kind, items = random.choice("abcdef"), random.randint(1, 50)
        if random.random() < 0.1:
            model.timed_out(kind, items, 10.0)
        else:
            model.answered(kind, items, 10 ** random.uniform(-4, 2))
        assert 0 < model.predict_s(kind, items) < math.inf
    for _ in range(1_000):
        items = random.randint(5, 20)
        model.answered("a", items, 0.2 + items * 0.1)
    assert 0.2 + 15 * 0.1 == pytest.approx(model.predict_s("a", 15), rel=0.2)
