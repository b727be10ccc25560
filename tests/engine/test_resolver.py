"""What references mean in the course of a run."""

from __future__ import annotations

import pytest
from tests.contracts.runs import PLAN
from tests.engine.test_driver import Story, creates

from penstock.core.fold import Fold
from penstock.engine.resolver import Resolver
from penstock.github.body import Links, compose, split
from penstock.model.observed import Marker
from penstock.model.operation import IssueUpdate, Ref, TextLinks


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


def test_a_blocker_that_people_wrote_into_the_text_meanwhile_stays() -> None:
    """On a server that knows no links: a colleague added #4 while the run stood still, which no plan knows."""
    marker = Marker(graph="g", key="a", op=0, run="R")
    planned, now = (compose("Old", marker, links=Links(2, numbers)) for numbers in ((3,), (3, 4)))
    links = TextLinks(parent=Ref(number=2), blocked_by=(Ref(number=3),))
    update = IssueUpdate(issue=Ref(number=9), region="New", body_before=planned, links=links)

    (operation,) = Resolver(PLAN, "R", Fold([3]), Story([update]).journal, {9: now}).operations([0])

    assert split(now).links == Links(2, (3, 4))
    assert isinstance(operation.payload, IssueUpdate)
    assert (3, 4) == tuple(ref.number for ref in operation.payload.links.blocked_by)
