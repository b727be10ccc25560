"""Fixed batch sizes: what a content window binds goes in small batches, the rest in large ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.core.worlds import CLOSE, CREATE, LINK

from penstock.base.errors import UsageError
from penstock.core.controller import FixedController
from penstock.github.limits import DOCUMENTED, GHES, LITERAL, OBSERVED
from penstock.model.config import BatchConfig
from penstock.model.limits import Profile
from penstock.model.operation import KINDS


@dataclass
class Size:
    """The size of a kind's batches under a profile."""

    profile: Profile
    kind: int
    expected: int


@pytest.mark.parametrize(
    "size",
    [
        Size(DOCUMENTED, CREATE, 2),
        Size(DOCUMENTED, LINK, 2),
        Size(DOCUMENTED, CLOSE, 20),
        Size(OBSERVED, CREATE, 1),
        Size(OBSERVED, LINK, 2),
        Size(LITERAL, CREATE, 5),
        Size(GHES, CREATE, 5),
        Size(GHES, LINK, 20),
    ],
)
def test_what_a_window_binds_goes_in_the_smallest_batch_that_reaches_its_rate(size: Size) -> None:
    """80 a minute with a second between requests need two at a time; 20 a minute need one."""
    assert size.expected == FixedController(20, size.profile).size(KINDS[size.kind])


def test_a_batch_that_was_too_heavy_is_halved_down_to_one() -> None:
    """For its kind only."""
    controller, sizes = FixedController(20, GHES), []
    for _ in range(6):
        sizes.append(controller.size(KINDS[LINK]))
        controller.too_heavy(KINDS[LINK], sizes[-1])

    assert [20, 10, 5, 2, 1, 1] == sizes
    assert 20 == controller.size(KINDS[CLOSE])


def test_other_limits_other_sizes() -> None:
    """After a change of profile the new windows decide."""
    controller = FixedController(20, DOCUMENTED)
    controller.use(OBSERVED)

    assert 1 == controller.size(KINDS[CREATE])


def test_larger_batches_are_expected_to_take_longer() -> None:
    """Each operation costs its share."""
    controller = FixedController(20, GHES)

    assert controller.predict_s(KINDS[LINK], 1) < controller.predict_s(KINDS[LINK], 20)


@pytest.mark.parametrize("name", ["base_batch_size", "max_attempts", "checkpoint_interval"])
def test_batch_settings_below_one_are_refused(name: Any) -> None:
    """A size of zero would send nothing for ever."""
    with pytest.raises(UsageError, match=f"cannot use {name} 0"):
        BatchConfig(**{name: 0})  # type: ignore[arg-type]
