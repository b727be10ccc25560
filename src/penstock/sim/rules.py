"""
GitHub's validation, as questions that raise the refusal GitHub would give.

Source: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues (100 below
one parent, 8 levels), https://github.com/dead-claudia/github-limits (lengths).
"""

from __future__ import annotations

import re

from penstock.sim.records import Issue
from penstock.sim.refusal import dependency_refused, invalid, sub_issue_refused

TITLE_MAX = 256
BODY_MAX = 65_536
LABEL_NAME_MAX = 50
LABEL_DESCRIPTION_MAX = 100
LABELS_PER_ISSUE_MAX = 100
SUB_ISSUES_MAX = 100
LEVELS_MAX = 8
DEPENDENCIES_MAX = 50

_COLOR = re.compile(r"[0-9a-fA-F]{6}")


def check_text(resource: str, title: str | None, body: str | None) -> None:
    """A title must not be blank, title and body must not be too long. None means unchanged."""
    if title is not None:
        if not title.strip():
            raise invalid(resource, "title", "missing_field", "Title can't be blank")
        if len(title) > TITLE_MAX:
            text = f"Title is too long (maximum is {TITLE_MAX} characters)"
            raise invalid(resource, "title", "custom", text)
    if body is not None and len(body) > BODY_MAX:
        raise invalid(resource, "body", "custom", f"Body is too long (maximum is {BODY_MAX} characters)")


def check_comment(body: str) -> None:
    """A comment must say something, and not too much."""
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "Body can't be blank")
    check_text("IssueComment", None, body)


def check_label(name: str | None, color: str | None, description: str | None) -> None:
    """Name, colour and description of a label. None means unchanged."""
    if name is not None:
        if not name.strip():
            raise invalid("Label", "name", "missing_field", "Name can't be blank")
        if len(name) > LABEL_NAME_MAX:
            text = f"Name is too long (maximum is {LABEL_NAME_MAX} characters)"
            raise invalid("Label", "name", "custom", text)
    if color is not None and not _COLOR.fullmatch(color):
        raise invalid("Label", "color", "invalid", "Color must be 6 hexadecimal characters", color)
    if description is not None and len(description) > LABEL_DESCRIPTION_MAX:
        text = f"Description is too long (maximum is {LABEL_DESCRIPTION_MAX} characters)"
        raise invalid("Label", "description", "custom", text)


def check_sub_issue(parent: Issue, child: Issue, *, replace: bool, position: int | None) -> None:
    """
    May `child` become a sub-issue of `parent`?

    Args:
        replace: Take the child away from the parent it has.
        position: `parent.last_position` as read when the request began this item; None skips the check. Two
            requests that read the same position collide.
    """
    if parent.is_pull:
        raise sub_issue_refused("Parent may only be an issue")
    if child.is_pull:
        raise sub_issue_refused("Sub issue may only be an issue")
    if child.parent is parent:
        reason = "Issue may not contain duplicate sub-issues"
        raise sub_issue_refused(reason if replace else f"{reason} and Sub issue may only have one parent")
    if child.parent is not None and not replace:
        raise sub_issue_refused("Sub issue may only have one parent")
    if child is parent or child in ancestors(parent):
        raise sub_issue_refused("Sub issue cannot be the same as or an ancestor of the parent")
    if parent.repository.owner is not child.repository.owner:
        raise sub_issue_refused("Sub issue must belong to the same owner as the parent")
    check_room(parent, height(child), position)


def check_room(parent: Issue, levels: int, position: int | None) -> None:
    """May something `levels` high be put below this parent now?"""
    if len(parent.sub_issues) >= SUB_ISSUES_MAX:
        raise sub_issue_refused(f"Parent cannot have more than {SUB_ISSUES_MAX} sub-issues")
    if len(ancestors(parent)) + levels > LEVELS_MAX:
        raise sub_issue_refused(f"Sub-issues cannot be nested more than {LEVELS_MAX} levels deep")
    if position is not None and position != parent.last_position:
        raise sub_issue_refused("Priority has already been taken")


def check_dependency(issue: Issue, blocker: Issue) -> None:
    """May `issue` become blocked by `blocker`?"""
    if issue.is_pull:
        raise dependency_refused("Source issue may only be an issue")
    if blocker.is_pull:
        raise dependency_refused("Target issue may only be an issue")
    if issue is blocker:
        raise dependency_refused("Target issue cannot be the same as the source issue")
    if blocker in issue.blocked_by:
        raise dependency_refused("Target issue has already been taken")
    if len(issue.blocked_by) >= DEPENDENCIES_MAX or len(blocker.blocking) >= DEPENDENCIES_MAX:
        raise dependency_refused(f"Issue cannot have more than {DEPENDENCIES_MAX} dependencies of one type")


def ancestors(issue: Issue) -> list[Issue]:
    """Parent, grandparent, and so on; the issue itself is not among them."""
    found: list[Issue] = []
    above = issue.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def height(issue: Issue) -> int:
    """Levels of the tree that hangs below this issue, itself included."""
    return 1 + max((height(child) for child in issue.sub_issues), default=0)
