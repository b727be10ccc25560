"""What references mean in the course of a run."""

from __future__ import annotations

import pytest
from tests.contracts.runs import PLAN
from tests.engine.test_driver import Story, creates

from penstock.core.fold import Fold
from penstock.engine.resolver import Resolver
from penstock.model.operation import Ref


@pytest.mark.parametrize(("age_s", "young"), [(0.0, True), (59.0, True), (61.0, False)])
def test_an_issue_that_stood_at_the_beginning_may_be_as_young_as_the_run(age_s: float, young: bool) -> None:
    """An earlier run may have made it a moment before: a replica that does not know it yet is no refusal."""
    resolver = Resolver(PLAN, "R", Fold(), Story(creates(1)).journal, {})
    resolver.context(1_000.0)

    assert young == resolver.context(1_000.0 + age_s).young(Ref(number=7, node_id="I_7"))
