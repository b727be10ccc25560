"""The fields of `Mutation` that change issues, their comments and labels. Links between issues are next door."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from penstock.sim.graphql_connections import Connection
from penstock.sim.graphql_items import Item, mutation
from penstock.sim.graphql_link_mutations import LINK_MUTATIONS
from penstock.sim.graphql_scope import Table
from penstock.sim.records import Comment, Issue, IssueType, Label, Milestone, Repository, User
from penstock.sim.refusal import SimRefusal


def _create_issue(item: Item) -> dict[str, Any]:
    repository = item.record("repositoryId", Repository)
    item.session.require_write(repository)
    parent = item.optional("parentIssueId", Issue)
    fields: dict[str, Any] = {
        "labels": item.records("labelIds", Label),
        "assignees": item.records("assigneeIds", User),
        "milestone": item.optional("milestoneId", Milestone),
        "type": item.optional("issueTypeId", IssueType),
    }
    if parent is not None:
        item.session.require_write(parent.repository, "triage")
        fields |= {"parent": parent, "position": item.position}
    actor, given = item.session.actor, item.given
    now = item.admit()
    issue = item.session.state.create_issue(actor, repository, given["title"], given.get("body"), now=now, **fields)
    return {"issue": issue}


def _update_issue(item: Item) -> dict[str, Any]:
    issue, session = item.issue("id"), item.session
    session.require_edit(issue)
    changes, turn = _changes(item), _turn(item, issue)
    now = item.admit()
    if changes:
        session.state.update_issue(session.actor, issue, now=now, counts=turn is None, **changes)
    if turn is not None:
        turn(now=now)
    return {"issue": issue, "actor": session.actor}


def _turn(item: Item, issue: Issue) -> Callable[..., Issue] | None:
    """
    What closes or reopens the issue, lacking only `now`; None when it is to stay as it is.

    Source: https://docs.github.com/en/graphql/reference/issues#input-object-updateissueinput (`state` and
    `stateInput` exclude each other; a reason means something for CLOSED only, an original for DUPLICATE only)
    """
    wanted, state = item.given.get("stateInput"), item.session.state
    if wanted is not None and item.given.get("state") is not None:
        raise SimRefusal(422, "UNPROCESSABLE", "`state` and `stateInput` are mutually exclusive.")
    value = wanted["value"] if wanted is not None else item.given.get("state")
    reason = (wanted or {}).get("stateReason")
    if value == "CLOSED" and (issue.state == "open" or reason is not None):
        original = item.below("stateInput").optional("duplicateIssueId", Issue) if reason == "DUPLICATE" else None
        return partial(state.close_issue, item.session.actor, issue, reason and reason.lower(), duplicate_of=original)
    if value == "OPEN" and issue.state == "closed":
        return partial(state.reopen_issue, issue)
    return None


def _changes(item: Item) -> dict[str, Any]:
    """The fields to change. Null leaves a text or a list as it is, and takes milestone and type away."""
    given = item.given
    changes: dict[str, Any] = {name: given[name] for name in ("title", "body") if given.get(name) is not None}
    if given.get("labelIds") is not None:
        changes["labels"] = item.records("labelIds", Label)
    if given.get("assigneeIds") is not None:
        changes["assignees"] = item.records("assigneeIds", User)
    if "milestoneId" in given:
        changes["milestone"] = item.optional("milestoneId", Milestone)
    if "issueTypeId" in given:
        changes["type"] = item.optional("issueTypeId", IssueType)
    return changes


def _update_issue_type(item: Item) -> dict[str, Any]:
    issue, session = item.issue("issueId"), item.session
    session.require_write(issue.repository, "write")
    chosen = item.optional("issueTypeId", IssueType)
    session.state.update_issue(session.actor, issue, type=chosen, now=item.admit())
    return {"issue": issue}


def _close_issue(item: Item) -> dict[str, Any]:
    issue, session = item.issue("issueId"), item.session
    session.require_edit(issue)
    reason = item.given.get("stateReason")
    original = item.optional("duplicateIssueId", Issue)
    now = item.admit()
    session.state.close_issue(session.actor, issue, reason and reason.lower(), duplicate_of=original, now=now)
    return {"issue": issue}


def _reopen_issue(item: Item) -> dict[str, Any]:
    issue = item.issue("issueId")
    item.session.require_edit(issue)
    item.session.state.reopen_issue(issue, now=item.admit())
    return {"issue": issue}


def _delete_issue(item: Item) -> dict[str, Any]:
    issue = item.issue("issueId")
    item.session.require_write(issue.repository, "admin")
    item.session.state.delete_issue(issue, now=item.admit())
    return {"repository": issue.repository}


def _transfer_issue(item: Item) -> dict[str, Any]:
    issue, target = item.issue("issueId"), item.record("repositoryId", Repository)
    item.session.require_write(issue.repository, "write")
    item.session.require_write(target, "write")
    return {"issue": item.session.state.transfer_issue(issue, target, now=item.admit())}


def _add_labels(item: Item) -> dict[str, Any]:
    issue, labels = item.record("labelableId", Issue), item.records("labelIds", Label)
    item.session.require_write(issue.repository, "triage")
    item.session.state.add_labels(issue, labels, now=item.admit())
    return {"labelable": issue}


def _remove_labels(item: Item) -> dict[str, Any]:
    issue, labels = item.record("labelableId", Issue), item.records("labelIds", Label)
    item.session.require_write(issue.repository, "triage")
    item.session.state.remove_labels(issue, labels, now=item.admit())
    return {"labelable": issue}


def _add_assignees(item: Item) -> dict[str, Any]:
    issue, users = item.record("assignableId", Issue), item.records("assigneeIds", User)
    item.session.require_write(issue.repository, "triage")
    item.session.state.add_assignees(issue, users, now=item.admit())
    return {"assignable": issue}


def _add_comment(item: Item) -> dict[str, Any]:
    issue, session = item.record("subjectId", Issue), item.session
    session.require_write(issue.repository)
    now = item.admit()
    comment = session.state.add_comment(session.actor, issue, item.given["body"], now=now)
    edge = {"cursor": Connection((comment,), {}).cursor(comment), "node": comment}
    return {"commentEdge": edge, "subject": issue}


def _update_comment(item: Item) -> dict[str, Any]:
    comment, session = item.record("id", Comment), item.session
    session.require_write(comment.repository, "read" if comment.author is session.actor else "write")
    session.state.update_comment(comment, item.given["body"], now=item.admit())
    return {"issueComment": comment}


def _create_label(item: Item) -> dict[str, Any]:
    repository, given = item.record("repositoryId", Repository), item.given
    item.session.require_write(repository, "write")
    now = item.admit()
    label = item.session.state.create_label(
        repository, given["name"], given["color"], given.get("description"), now=now
    )
    return {"label": label}


def _update_label(item: Item) -> dict[str, Any]:
    label, given = item.record("id", Label), item.given
    item.session.require_write(label.repository, "write")
    changes = {name: given.get(name) for name in ("name", "color", "description")}
    return {"label": item.session.state.update_label(label, now=item.admit(), **changes)}


def _delete_label(item: Item) -> dict[str, Any]:
    label = item.record("id", Label)
    item.session.require_write(label.repository, "write")
    item.session.state.delete_label(label, now=item.admit())
    return {}


MUTATION: Table = {
    **LINK_MUTATIONS,
    "createIssue": mutation("issue.create", _create_issue, parent="parentIssueId"),
    "updateIssue": mutation("issue.update", _update_issue),
    "updateIssueIssueType": mutation("issue.update", _update_issue_type),
    "closeIssue": mutation("issue.close", _close_issue),
    "reopenIssue": mutation("issue.reopen", _reopen_issue),
    "deleteIssue": mutation("issue.delete", _delete_issue),
    "transferIssue": mutation("issue.transfer", _transfer_issue),
    "addLabelsToLabelable": mutation("labels.add", _add_labels),
    "removeLabelsFromLabelable": mutation("labels.remove", _remove_labels),
    "addAssigneesToAssignable": mutation("assignees.add", _add_assignees),
    "addComment": mutation("comment.create", _add_comment),
    "updateIssueComment": mutation("comment.update", _update_comment),
    "createLabel": mutation("label.create", _create_label),
    "updateLabel": mutation("label.update", _update_label),
    "deleteLabel": mutation("label.delete", _delete_label),
}
