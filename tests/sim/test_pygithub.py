"""PyGithub, unmodified and over HTTP, does on the simulator what it does on GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from github.Repository import Repository
from tests.sim.graphql_world import START
from tests.sim.served import Served, pygithub, served

import github


@pytest.fixture
def simulator() -> Iterator[Served]:
    """An empty simulated GitHub that holds the documented limits."""
    with served(profile="documented") as simulator:
        yield simulator


@pytest.fixture
def repository(simulator: Served) -> Iterator[Repository]:
    """`octo/widgets`, in pages of two."""
    with pygithub(simulator, per_page=2) as client:
        yield client.get_repo("octo/widgets")


def test_the_repository_and_the_user_are_read(repository: Repository, simulator: Served) -> None:
    """Every attribute of the models that scripts commonly ask for."""
    with pygithub(simulator) as client:
        user = client.get_user()
        assert ("octo", "Octo", "User") == (user.login, user.name, user.type)
        assert ["repo"] == client.oauth_scopes

    assert ("octo/widgets", "octo", False, True) == (
        repository.full_name,
        repository.owner.login,
        repository.private,
        repository.has_issues,
    )
    assert repository.permissions.push
    assert ["hubot", "mona", "octo"] == sorted(user.login for user in repository.get_assignees())
    assert (True, False) == (repository.has_in_assignees("mona"), repository.has_in_assignees("nobody"))


def test_labels_are_created_listed_changed_and_deleted(repository: Repository) -> None:
    """By name, whatever stands in it."""
    repository.create_label("area/käse: 5 & more?", "FF0000", "Both")
    label = repository.get_label("area/käse: 5 & more?")
    label.edit("p1", "00ff00", "First")
    names = [each.name for each in repository.get_labels()]
    repository.get_label("wontfix").delete()

    assert ("p1", "00ff00", "First") == (label.name, label.color, label.description)
    assert (10, "p1") == (len(names), names[-1])
    assert 9 == repository.get_labels().totalCount


def test_milestones_are_created_listed_changed_and_deleted(repository: Repository) -> None:
    """With a due date: the client sends midnight UTC, which to GitHub is still the day before."""
    milestone = repository.create_milestone("v1", description="First", due_on=date(2027, 2, 1))
    repository.create_milestone("v2")
    issue = repository.create_issue("One", labels=["bug"], milestone=milestone)
    inside = [label.name for label in milestone.get_labels()]
    milestone.edit("v1.0", state="closed")

    assert ("v1.0", "First", "closed") == (milestone.title, milestone.description, milestone.state)
    assert datetime(2027, 1, 31, 8, tzinfo=UTC) == milestone.due_on
    assert ["bug"] == inside
    assert ["v2"] == [each.title for each in repository.get_milestones()]
    assert [2, 1] == [each.number for each in repository.get_milestones(state="all", direction="desc")]
    milestone.delete()
    issue.update()
    assert issue.milestone is None


def test_an_issue_is_created_with_everything(repository: Repository) -> None:
    """Labels, known and new, an assignee, a milestone; the answer and a fresh read agree."""
    milestone = repository.create_milestone("v1")
    repository.create_label("p1", "ff0000")

    made = repository.create_issue("One", "Text", assignee="mona", labels=["p1", "new"], milestone=milestone)

    for issue in (made, repository.get_issue(made.number)):
        assert (1, "One", "Text", "open", None) == (
            issue.number,
            issue.title,
            issue.body,
            issue.state,
            issue.state_reason,
        )
        assert (["p1", "new"], ["mona"]) == ([x.name for x in issue.labels], [x.login for x in issue.assignees])
        assert ("v1", "octo", "octo/widgets") == (issue.milestone.title, issue.user.login, issue.repository.full_name)
        assert datetime.fromtimestamp(START, UTC) == issue.created_at


def test_issues_are_listed_in_pages_and_by_filters(repository: Repository) -> None:
    """Both ways, counted, sliced; by state, label, assignee, milestone and the time of the last change."""
    milestone = repository.create_milestone("v1")
    for number in range(5):
        repository.create_issue(f"Issue {number}", labels=[("even", "odd")[number % 2]])
    repository.get_issue(2).edit(state="closed")
    repository.get_issue(3).edit(assignees=["hubot"], milestone=milestone)
    later = datetime.fromtimestamp(START, UTC) + timedelta(seconds=1)

    def numbers(**filters: Any) -> list[int]:
        return [issue.number for issue in repository.get_issues(**filters)]

    assert [5, 4, 3, 1] == numbers()
    assert [1, 2, 3, 4, 5] == numbers(state="all", direction="asc")
    assert [1, 2, 3, 4, 5] == [issue.number for issue in repository.get_issues(state="all").reversed]
    assert ([2], [5, 3, 1]) == (numbers(state="closed"), numbers(labels=["even"]))
    assert ([3], [3], [5, 4, 1]) == (numbers(assignee="hubot"), numbers(milestone=milestone), numbers(assignee="none"))
    assert ([5, 4, 3, 1], []) == (numbers(since=later - timedelta(seconds=1)), numbers(since=later))
    assert 4 == repository.get_issues().totalCount
    assert [4, 3] == [repository.get_issues()[place].number for place in (1, 2)]


def test_an_issue_is_edited_closed_and_reopened(repository: Repository, simulator: Served) -> None:
    """Several fields at once; a state with its reason; a milestone and assignees taken away again."""
    milestone = repository.create_milestone("v1")
    issue = repository.create_issue("One", "Text", assignees=["mona"], milestone=milestone)

    issue.edit(title="Uno", body="Testo", labels=["bug"], state="closed", state_reason="not_planned")
    closed = (issue.title, issue.body, issue.state, issue.state_reason)
    by = issue.closed_by
    issue.edit(state="open")
    reopened: tuple[object, ...] = (issue.state, issue.state_reason, issue.closed_at)
    issue.edit(milestone=None, assignees=[])

    assert ("Uno", "Testo", "closed", "not_planned") == closed
    assert by is not None
    assert "octo" == by.login
    assert ("open", "reopened", None) == reopened
    stored = simulator.issue(1)
    assert ("Uno", ["bug"], None, []) == tuple(stored[x] for x in ("title", "labels", "milestone", "assignees"))


def test_assignees_and_labels_come_and_go(repository: Repository) -> None:
    """Added, removed, replaced and cleared."""
    issue = repository.create_issue("One", labels=["bug"])

    issue.add_to_assignees("mona", "hubot")
    issue.remove_from_assignees("mona")
    issue.add_to_labels("good first issue", repository.get_label("wontfix"))
    issue.remove_from_labels("good first issue")
    added = [label.name for label in issue.get_labels()]
    issue.set_labels("question", "new one")
    replaced = [label.name for label in issue.get_labels()]
    issue.delete_labels()

    assert ["hubot"] == [user.login for user in issue.assignees]
    assert (["bug", "wontfix"], ["question", "new one"]) == (added, replaced)
    assert [] == list(issue.get_labels())


def test_comments_are_written_listed_edited_and_deleted(repository: Repository) -> None:
    """Of one issue and of the repository."""
    issue = repository.create_issue("One")
    comments = [issue.create_comment(f"Comment {number}") for number in range(3)]
    repository.create_issue("Two").create_comment("Elsewhere")

    comments[0].edit("Changed")
    comments[1].delete()
    issue.update()

    assert ["Changed", "Comment 2"] == [comment.body for comment in issue.get_comments()]
    assert ["Changed", "Comment 2", "Elsewhere"] == [each.body for each in repository.get_issues_comments()]
    assert ("Changed", "octo", 2) == (issue.get_comment(comments[0].id).body, comments[0].user.login, issue.comments)


def test_sub_issues_are_added_listed_moved_and_removed(repository: Repository) -> None:
    """By object and by database id, in the order somebody chose."""
    parent, *children = [repository.create_issue(title) for title in ("Parent", "A", "B", "C")]
    for child in children:
        parent.add_sub_issue(child.id)
    parent.prioritize_sub_issue(children[0], children[2])
    parent.remove_sub_issue(children[1])
    children[2].edit(state="closed")
    parent.update()

    assert ["C", "A"] == [child.title for child in parent.get_sub_issues()]
    summary = parent.sub_issues_summary
    assert (2, 1, 50) == (summary.total, summary.completed, summary.percent_completed)
    children[0].update()
    assert parent.url == children[0].parent_issue_url


def test_dependencies_are_added_listed_and_removed(repository: Repository) -> None:
    """Seen from both ends; the object that waits stays the same issue."""
    waiting, blocker, other = [repository.create_issue(title) for title in ("Waiting", "Blocker", "Other")]

    waiting.add_blocked_by(blocker)
    waiting.add_blocked_by(other)
    linked = [issue.title for issue in waiting.get_blocked_by()]
    summary = waiting.issue_dependencies_summary
    waiting.remove_blocked_by(other)

    assert ("Waiting", 2, 2) == (waiting.title, summary.blocked_by, summary.total_blocked_by)
    assert ["Blocker", "Other"] == linked
    assert ["Blocker"] == [issue.title for issue in waiting.get_blocked_by()]
    assert ["Waiting"] == [issue.title for issue in blocker.get_blocking()]


def test_an_old_server_has_no_links() -> None:
    """The client's own exception; the attribute of an issue is empty."""
    with served(profile="ghes", native_links=False) as simulator, pygithub(simulator) as client:
        issue = client.get_repo("octo/widgets").create_issue("One")
        with pytest.raises(github.UnknownObjectException):
            list(issue.get_sub_issues())
        assert issue.sub_issues_summary is None
