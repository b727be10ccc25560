"""Batch sizes follow seconds: each bound acts, and says so."""

from __future__ import annotations

import math
from random import Random

import pytest
from tests.core.worlds import CLOSE, CREATE, LABEL, LINK

from penstock.core.adaptive import CALIBRATION, SERVER_LIMIT_S, AdaptiveController, controller_for
from penstock.core.controller import FixedController
from penstock.core.ratio import RatioSizes
from penstock.github.limits import DOCUMENTED, GHES
from penstock.model.config import BatchConfig
from penstock.model.operation import KINDS

UPDATE = KINDS[CLOSE]


def run_in(
    controller: AdaptiveController, requests: int, *, cost_s: float, overhead_s: float = 0.2, factor: float = 1.0
) -> int:
    """Requests of the size that is asked for, on a server without noise. Returns the next size."""
    for _ in range(requests):
        size = controller.size(UPDATE)
        took_s = factor * (overhead_s + size * cost_s)
        if took_s > SERVER_LIMIT_S:
            controller.timed_out(UPDATE, size)
        else:
            controller.answered(UPDATE, size, took_s)
    return controller.size(UPDATE)


def adaptive(**settings: float) -> AdaptiveController:
    """A controller with these settings."""
    return AdaptiveController(BatchConfig(**settings), DOCUMENTED)  # type: ignore[arg-type]


def test_the_settings_choose_the_controller() -> None:
    """Without adaptive batching every batch has the base size."""
    fixed = controller_for(BatchConfig(enable_adaptive_batching=False, base_batch_size=12), DOCUMENTED)

    assert isinstance(fixed, FixedController)
    assert 12 == fixed.size(UPDATE)
    assert isinstance(controller_for(BatchConfig(), DOCUMENTED), AdaptiveController)


@pytest.mark.parametrize("base", [5, 15, 20])
def test_it_begins_with_the_base_size(base: int) -> None:
    """Nothing is known yet."""
    assert base == adaptive(base_batch_size=base).size(UPDATE)


def test_cheap_operations_go_in_large_batches() -> None:
    """Fifty of 0.05 s each are done long before the server's limit."""
    assert 50 == run_in(adaptive(), 20, cost_s=0.05)


def test_dear_operations_stay_below_the_servers_limit() -> None:
    """At 0.4 s each, twenty-four would take the whole ten seconds; a time-out costs more than the last few save."""
    assert 12 <= run_in(adaptive(), 40, cost_s=0.4) <= 20


def test_a_slow_server_gets_smaller_batches() -> None:
    """Three times as slow: the size follows within a few requests."""
    controller = adaptive()
    usual = run_in(controller, 30, cost_s=0.15)

    assert run_in(controller, 6, cost_s=0.15, factor=3) < 0.6 * usual


def test_after_a_time_out_the_next_batch_is_smaller() -> None:
    """Whatever the model thinks."""
    controller = adaptive()
    before = run_in(controller, 30, cost_s=0.15)
    controller.timed_out(UPDATE, before)

    assert controller.size(UPDATE) <= 0.7 * before
    assert "growing step by step" == controller.why(UPDATE)


def test_what_was_too_heavy_is_tried_again_step_by_step() -> None:
    """Six tenths of it, and half as much again after every two that went through."""
    controller = adaptive()
    run_in(controller, 20, cost_s=0.05)
    controller.too_heavy(UPDATE, 50)

    assert (30, "more at once have yet to go through") == (controller.size(UPDATE), controller.why(UPDATE))
    assert 45 == run_in(controller, 2, cost_s=0.05)


def test_the_users_bounds_hold() -> None:
    """`max_batch_size` always; `min_batch_size` against the model, not against what was refused."""
    assert 30 == run_in(adaptive(max_batch_size=30), 20, cost_s=0.05)
    slow = adaptive(min_batch_size=6, base_batch_size=6)
    assert 6 == run_in(slow, 10, cost_s=1.4)
    slow.too_heavy(UPDATE, 2)
    assert 1 == slow.size(UPDATE)


def test_a_low_quota_makes_batches_smaller() -> None:
    """Below `rate_limit_threshold` of the hourly requests, in proportion to what is left."""
    controller = adaptive(rate_limit_threshold=0.2)
    run_in(controller, 20, cost_s=0.05)
    controller.quota(0.21)
    assert 50 == controller.size(UPDATE)
    controller.quota(0.1)
    assert (7, "10% of the hourly quota left") == (controller.size(UPDATE), controller.why(UPDATE))


def test_errors_make_batches_smaller_until_they_stop() -> None:
    """Above `error_rate_threshold`, and back in small steps."""
    controller = adaptive(error_rate_threshold=0.1)
    run_in(controller, 20, cost_s=0.05)
    controller.failed(0.2)
    assert (10, "too many errors") == (controller.size(UPDATE), controller.why(UPDATE))
    for _ in range(5):
        controller.failed(0.1)
    assert 50 == controller.size(UPDATE)


def test_after_an_outage_it_begins_slowly() -> None:
    """A second's work at first, then growing."""
    controller = adaptive()
    before = run_in(controller, 30, cost_s=0.15)
    controller.recovered()

    assert controller.size(UPDATE) <= 7
    assert before == pytest.approx(run_in(controller, 10, cost_s=0.15), abs=3)


def test_what_a_window_binds_goes_in_the_smallest_batch_that_reaches_its_rate() -> None:
    """80 a minute with a second between requests need two, however fast the server is."""
    controller = adaptive()
    run_in(controller, 20, cost_s=0.05)

    assert (2, "content, 80 per minute") == (controller.size(KINDS[CREATE]), controller.why(KINDS[CREATE]))
    assert 2 == controller.size(KINDS[LINK])
    controller.use(GHES)
    assert (5, "at risk in one request") == (controller.size(KINDS[CREATE]), controller.why(KINDS[CREATE]))
    assert controller.size(KINDS[LABEL]) > 5


def test_a_model_that_is_wrong_too_often_is_set_aside() -> None:
    """A server as no model has it (every third answer ten times as slow): sizes follow the target time instead."""
    controller, random = adaptive(), Random(1)
    whys = set()
    for _ in range(4 * CALIBRATION):
        size = controller.size(UPDATE)
        whys.add(controller.why(UPDATE))
        controller.answered(UPDATE, size, (0.2 + 0.02 * size) * (10 if random.random() < 0.3 else 1))

    assert "towards the target time, without the model" in whys


def test_the_ratio_moves_towards_the_target_time() -> None:
    """Half the way up, most of the way down, half of what ran out of time; a tail batch proves nothing."""
    sizes = RatioSizes(20, 50, 10.0)
    for _ in range(20):
        sizes.answered("close", sizes.size("close"), 0.2 + sizes.size("close") * 0.3)
    assert 18 <= sizes.size("close") <= 20
    sizes.answered("close", 2, 0.1)
    assert sizes.size("close") <= 20
    sizes.timed_out("close", 18)
    assert 9 == sizes.size("close")
    assert 20 == sizes.size("other")


def test_noise_costs_size_but_not_time_outs() -> None:
    """With response times that scatter, few requests run out of time, and most of the ten seconds are used."""
    controller, random = adaptive(), Random(5)
    took = []
    for _ in range(400):
        size = controller.size(UPDATE)
        took_s = (0.2 + size * 0.2) * math.exp(0.25 * random.gauss(0, 1))
        took.append(took_s)
        if took_s > SERVER_LIMIT_S:
            controller.timed_out(UPDATE, size)
        else:
            controller.answered(UPDATE, size, took_s)

    assert sum(took_s > SERVER_LIMIT_S for took_s in took) <= 12
    assert sum(took) / len(took) > 0.4 * SERVER_LIMIT_S
