"""The fields of `Mutation` that link issues: sub-issues and dependencies."""

from __future__ import annotations

import re
from typing import Any

from penstock.sim.graphql_items import Item, mutation
from penstock.sim.graphql_scope import Table
from penstock.sim.records import Issue
from penstock.sim.refusal import SimRefusal, not_found

_ISSUE_URL = re.compile(r"https?://[^/]+/([^/]+)/([^/]+)/issues/(\d{1,18})/?")


def _child(item: Item) -> Issue:
    """
    The sub-issue named by id or by web address.

    Raises:
        SimRefusal: neither is given, or it leads nowhere.
    """
    if item.given.get("subIssueId") is not None:
        return item.record("subIssueId", Issue)
    url = item.given.get("subIssueUrl")
    if url is None:
        raise SimRefusal(422, "UNPROCESSABLE", "Either subIssueId or subIssueUrl must be provided")
    match = _ISSUE_URL.fullmatch(url)
    if match:
        repository = item.session.repository(match[1], match[2])
        found = item.session.state.issue(repository, int(match[3]))
        if found is not None:
            return found
    raise not_found(f"Could not resolve to an issue with the URL of '{url}'.")


def _add_sub_issue(item: Item) -> dict[str, Any]:
    parent, child = item.record("issueId", Issue), _child(item)
    item.session.require_write(parent.repository, "triage")
    replace, now = bool(item.given.get("replaceParent")), item.admit()
    item.session.state.add_sub_issue(parent, child, replace=replace, position=item.position, now=now)
    return {"issue": parent, "subIssue": child}


def _remove_sub_issue(item: Item) -> dict[str, Any]:
    parent, child = item.record("issueId", Issue), item.record("subIssueId", Issue)
    item.session.require_write(parent.repository, "triage")
    item.session.state.remove_sub_issue(parent, child, now=item.admit())
    return {"issue": parent, "subIssue": child}


def _reprioritize_sub_issue(item: Item) -> dict[str, Any]:
    parent, child = item.record("issueId", Issue), item.record("subIssueId", Issue)
    after, before = item.optional("afterId", Issue), item.optional("beforeId", Issue)
    item.session.require_write(parent.repository, "triage")
    if (after is None) == (before is None):
        raise SimRefusal(422, "UNPROCESSABLE", "You must specify either after_id or before_id, but not both")
    item.session.state.move_sub_issue(parent, child, after=after, before=before, now=item.admit())
    return {"issue": parent}


def _add_blocked_by(item: Item) -> dict[str, Any]:
    issue, blocker = item.issue("issueId"), item.issue("blockingIssueId")
    item.session.require_write(issue.repository, "triage")
    item.session.state.add_blocked_by(issue, blocker, now=item.admit())
    return {"issue": issue, "blockingIssue": blocker}


def _remove_blocked_by(item: Item) -> dict[str, Any]:
    issue, blocker = item.issue("issueId"), item.issue("blockingIssueId")
    item.session.require_write(issue.repository, "triage")
    item.session.state.remove_blocked_by(issue, blocker, now=item.admit())
    return {"issue": issue, "blockingIssue": blocker}


LINK_MUTATIONS: Table = {
    "addSubIssue": mutation("sub_issue.link", _add_sub_issue, parent="issueId"),
    "removeSubIssue": mutation("sub_issue.unlink", _remove_sub_issue),
    "reprioritizeSubIssue": mutation("sub_issue.move", _reprioritize_sub_issue),
    "addBlockedBy": mutation("blocked_by.link", _add_blocked_by),
    "removeBlockedBy": mutation("blocked_by.unlink", _remove_blocked_by),
}
