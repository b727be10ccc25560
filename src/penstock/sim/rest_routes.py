"""REST: which handler answers which method and path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from penstock.sim import (
    rest_accounts,
    rest_comments,
    rest_issues,
    rest_labels,
    rest_links,
    rest_milestones,
)
from penstock.sim.rest_request import RestAnswer, RestRequest

Handler = Callable[[RestRequest], Awaitable[RestAnswer]]

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/user", rest_accounts.get_user),
    ("GET", "/users/{login}", rest_accounts.get_user_by_login),
    ("GET", "/rate_limit", rest_accounts.get_rate_limit),
    ("GET", "/orgs/{org}/issue-types", rest_accounts.list_issue_types),
)
_REPOSITORY_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", rest_accounts.get_repository),
    ("GET", "/issues", rest_issues.list_issues),
    ("POST", "/issues", rest_issues.create_issue),
    ("GET", "/issues/comments", rest_comments.list_repository_comments),
    ("GET", "/issues/comments/{comment}", rest_comments.get_comment),
    ("PATCH", "/issues/comments/{comment}", rest_comments.update_comment),
    ("DELETE", "/issues/comments/{comment}", rest_comments.delete_comment),
    ("GET", "/issues/{number}", rest_issues.get_issue),
    ("PATCH", "/issues/{number}", rest_issues.update_issue),
    ("GET", "/issues/{number}/labels", rest_labels.list_issue_labels),
    ("POST", "/issues/{number}/labels", rest_labels.add_issue_labels),
    ("PUT", "/issues/{number}/labels", rest_labels.set_issue_labels),
    ("DELETE", "/issues/{number}/labels", rest_labels.clear_issue_labels),
    ("DELETE", "/issues/{number}/labels/{name...}", rest_labels.remove_issue_label),
    ("POST", "/issues/{number}/assignees", rest_labels.add_issue_assignees),
    ("DELETE", "/issues/{number}/assignees", rest_labels.remove_issue_assignees),
    ("GET", "/issues/{number}/comments", rest_comments.list_comments),
    ("POST", "/issues/{number}/comments", rest_comments.create_comment),
    ("GET", "/labels", rest_labels.list_labels),
    ("POST", "/labels", rest_labels.create_label),
    ("GET", "/labels/{name...}", rest_labels.get_label),
    ("PATCH", "/labels/{name...}", rest_labels.update_label),
    ("DELETE", "/labels/{name...}", rest_labels.delete_label),
    ("GET", "/milestones", rest_milestones.list_milestones),
    ("POST", "/milestones", rest_milestones.create_milestone),
    ("GET", "/milestones/{milestone}", rest_milestones.get_milestone),
    ("PATCH", "/milestones/{milestone}", rest_milestones.update_milestone),
    ("DELETE", "/milestones/{milestone}", rest_milestones.delete_milestone),
    ("GET", "/milestones/{milestone}/labels", rest_milestones.list_milestone_labels),
    ("GET", "/assignees", rest_labels.list_assignees),
    ("GET", "/assignees/{login}", rest_labels.check_assignee),
    ("GET", "/subscribers", rest_accounts.list_subscribers),
)
_LINK_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/issues/{number}/sub_issues", rest_links.list_sub_issues),
    ("POST", "/issues/{number}/sub_issues", rest_links.add_sub_issue),
    ("DELETE", "/issues/{number}/sub_issue", rest_links.remove_sub_issue),
    ("PATCH", "/issues/{number}/sub_issues/priority", rest_links.move_sub_issue),
    ("GET", "/issues/{number}/parent", rest_links.get_parent),
    ("GET", "/issues/{number}/dependencies/blocked_by", rest_links.list_blocked_by),
    ("POST", "/issues/{number}/dependencies/blocked_by", rest_links.add_blocked_by),
    ("DELETE", "/issues/{number}/dependencies/blocked_by/{issue_id}", rest_links.remove_blocked_by),
    ("GET", "/issues/{number}/dependencies/blocking", rest_links.list_blocking),
)


_REST = "..."
"""Ends the name of a parameter that takes the rest of the path: labels have slashes in their names."""


@dataclass(slots=True)
class _Node:
    """One step of a path: what may follow, and who answers here."""

    fixed: dict[str, _Node] = field(default_factory=dict)
    named: dict[str, _Node] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)


class Router:
    """
    Finds the handler of a path, with repositories by name and by id.

    Args:
        native_links: Whether there are sub-issues and dependencies.
    """

    def __init__(self, *, native_links: bool = True) -> None:
        self._root = _Node()
        for method, path, handler in _ROUTES:
            self._add(method, path, handler)
        for prefix in ("/repos/{owner}/{repo}", "/repositories/{repository_id}"):
            for method, path, handler in (*_REPOSITORY_ROUTES, *(_LINK_ROUTES if native_links else ())):
                self._add(method, prefix + path, handler)

    def _add(self, method: str, path: str, handler: Handler) -> None:
        node = self._root
        for part in path.strip("/").split("/"):
            if part.startswith("{"):
                node = node.named.setdefault(part[1:-1], _Node())
            else:
                node = node.fixed.setdefault(part, _Node())
        node.handlers[method] = handler

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """
        The handler and the values of the path's names; None when nobody answers there.

        HEAD is answered as GET; who sends the answer leaves the body out.
        """
        parameters: dict[str, str] = {}
        node = self._root
        parts = path.strip("/").split("/")
        for place, part in enumerate(parts):
            following = node.fixed.get(part)
            if following is None:
                if not node.named or not part:
                    return None
                name, following = next(iter(node.named.items()))
                if name.endswith(_REST):
                    parameters[name.removesuffix(_REST)] = "/".join(parts[place:])
                    node = following
                    break
                parameters[name] = part
            node = following
        handler = node.handlers.get("GET" if method == "HEAD" else method)
        return None if handler is None else (handler, parameters)
