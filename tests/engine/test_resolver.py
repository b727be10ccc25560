"""What references mean in the course of a run."""

from __future__ import annotations

import pytest
from tests.contracts.runs import PLAN
from tests.engine.test_driver import Story, creates

from penstock.core.fold import Fold
from penstock.engine.resolver import Resolver
from penstock.model.operation import IssueUpdate, Ref


@pytest.mark.parametrize(("age_s", "young"), [(0.0, True), (59.0, True), (61.0, False)])
def test_an_issue_that_stood_at_the_beginning_may_be_as_young_as_the_run(age_s: float, young: bool) -> None:
    """An earlier run may have made it a moment before: a replica that does not know it yet is no refusal."""
    resolver = Resolver(PLAN, "R", Fold(), Story(creates(1)).journal, {})
    resolver.context(1_000.0)

    assert young == resolver.context(1_000.0 + age_s).young(Ref(number=7, node_id="I_7"))


@pytest.mark.parametrize(("read", "before"), [({9: "as people left it"}, "as people left it"), ({8: "another"}, "")])
def test_an_update_of_an_issue_that_the_run_created_is_written_on_its_body_of_now(
    read: dict[int, str], before: str
) -> None:
    """A run that goes on has read it; what people wrote since its create stays."""
    story = Story([*creates(1), IssueUpdate(issue=Ref(op=0), region="Text")])
    fold = Fold(ref.kind for ref in story.journal.refs("R"))
    fold.number[0] = 9

    (operation,) = Resolver(PLAN, "R", fold, story.journal, read).operations([1])

    assert isinstance(operation.payload, IssueUpdate)
    assert before == operation.payload.body_before
