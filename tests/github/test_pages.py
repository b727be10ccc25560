"""Where people look, and what they can do."""

from __future__ import annotations

import pytest

from penstock.github.pages import issue_url, milestone_url, page_of, web_root
from penstock.github.remedies import reason_of, remedy_for
from penstock.model.operation import (
    BlockedByLink,
    IssueCreate,
    IssueUpdate,
    LabelCreate,
    MilestoneCreate,
    Operation,
    Payload,
    Ref,
    SubIssueLink,
)


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.octo.ghe.com", "https://octo.ghe.com"),
        ("https://ghes.example/api/v3", "https://ghes.example"),
        ("https://api.example.org/api/v3", "https://api.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_every_server_has_its_own_site(api: str, expected: str) -> None:
    """github.com, data residency, Enterprise Server, a simulator."""
    assert expected == web_root(api)


def test_what_has_no_number_has_no_page() -> None:
    """A link that leads nowhere is worse than none."""
    assert "https://github.com/o/r/issues/7" == issue_url("https://api.github.com", "o/r", 7)
    assert ["", ""] == [
        issue_url("https://api.github.com", "o/r", 0),
        milestone_url("https://api.github.com", "o/r", 0),
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (IssueCreate(title="new"), ""),
        (IssueUpdate(issue=Ref(number=7)), "/issues/7"),
        (IssueUpdate(issue=Ref(op=1)), "/issues/12"),
        (IssueUpdate(issue=Ref(op=0)), ""),
        (SubIssueLink(parent=Ref(number=7), child=Ref(op=1)), "/issues/12"),
        (BlockedByLink(issue=Ref(number=7), blocker=Ref(op=1)), "/issues/7"),
        (LabelCreate(name="p9"), "/labels"),
        (MilestoneCreate(title="M1"), "/milestones"),
    ],
)
def test_a_failed_operation_leads_to_what_it_is_about(payload: Payload, expected: str) -> None:
    """Its issue, also one that this run made; nothing for one that could not be made."""
    page = page_of(Operation(no=2, key="k", payload=payload), [0, 12, 0], "https://api.github.com", "o/r")

    assert (f"https://github.com/o/r{expected}" if expected else "") == page


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "An error occured while adding the sub-issue. Parent cannot have more than 100 sub-issues",
            "spread",
        ),
        ("Title is too long (maximum is 256 characters)", "shorten"),
        ('label "p9" does not exist', "create the label"),
        ("assignees: invalid (monna cannot be assigned)", "access to the repository"),
        ("Could not resolve to a node with the global id of 'I_kwDO4'.", "plan again"),
        ("HTTP 502", "apply again later"),
        ("the server's own words say it best", ""),
    ],
)
def test_what_can_be_mended_is_said(words: str, expected: str) -> None:
    """By the words of the refusal; nothing where nothing better is known."""
    assert expected in remedy_for(words)
    assert bool(expected) == bool(remedy_for(words))


def test_one_reason_reads_the_same() -> None:
    """Ids of nodes and requests differ from one operation to the next; names of labels are the reason."""
    assert reason_of("global id of 'I_kwDO4'.") == reason_of("global id of 'I_kwDO5'.")
    assert reason_of("include `4A1B:3C2D:99` when") == reason_of("include `4A1B:3C2D:98` when")
    assert 'label "p9" does not exist' == reason_of('label "p9" does not exist')
