"""Everybody else: what scripted people do in the web interface, and the whole world as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from penstock.sim.records import LEVELS, Issue, Label, Repository, User
from penstock.sim.state import State

STRANGER = "stranger"
T = TypeVar("T")
_WORDS: Mapping[type, str] = MappingProxyType({str: "text", list: "list", int: "number", bool: "truth value"})
_OWNER_KINDS = ("User", "Organization")
_NEW_REPOSITORY: Mapping[str, type] = MappingProxyType(
    {"private": bool, "archived": bool, "has_issues": bool, "watchers": int, "description": str}
)


def act(state: State, action: Mapping[str, Any], now: float) -> dict[str, Any]:
    """
    Do what a person would do by hand.

    Args:
        action: `do`, one of the names of `_ACTIONS`; `repository`, `octo/widgets` unless given; `number` of the
            issue; `by`, a login, `stranger` unless given; and what the action needs:
            edit_issue (title, body, labels, assignees) · close_issue (reason) · reopen_issue · delete_issue ·
            transfer_issue (to: a full name) · comment (body) · create_issue (title, body) · create_pull (title,
            body) · create_label (name, color) · delete_label (name) · rename_label (name, new_name) ·
            rename_repository (to) · change_repository (archived, has_issues, private) · set_role (login, role) ·
            create_repository (name: a full name, owner_kind, private, archived, has_issues, watchers).

    Returns:
        What was done, e.g. the number of a new issue.

    Raises:
        ValueError: An unknown action, repository, issue or label; a value that is missing or of another type.
        SimRefusal: GitHub would not let anybody do it.
    """
    scene = _Scene(state, action, now)
    name = scene.text("do")
    handler = _ACTIONS.get(name)
    if handler is None:
        raise ValueError(f"no action {name!r}; there are {', '.join(_ACTIONS)}")
    return handler(scene)


class _Scene:
    """An action with the records it names."""

    def __init__(self, state: State, action: Mapping[str, Any], now: float) -> None:
        self.state = state
        self.action = action
        self.now = now

    def value(self, name: str, type_: type[T], default: T | None = None) -> T:
        """A value of the action; without a default it must be there."""
        found = self.action.get(name, default)
        if not isinstance(found, type_):
            given = f"it is {found!r}" if name in self.action else "there is none"
            raise ValueError(f"{name} must be a {_WORDS[type_]}; {given}")
        return found

    def text(self, name: str, default: str | None = None) -> str:
        return self.value(name, str, default)

    def texts(self, name: str) -> list[str]:
        found = self.value(name, list)
        if not all(isinstance(each, str) for each in found):
            raise ValueError(f"{name} must be a list of texts; it is {found!r}")
        return found

    def body(self) -> str | None:
        """The body, which may be null."""
        return None if self.action.get("body") is None else self.text("body")

    @property
    def actor(self) -> User:
        return self.user_named(self.text("by", STRANGER))

    @property
    def repository(self) -> Repository:
        return self.repository_named(self.text("repository", "octo/widgets"))

    def user_named(self, login: str) -> User:
        """Signed up if need be."""
        return self.state.user(login) or self.state.add_user(login)

    def repository_named(self, full_name: str) -> Repository:
        owner, _, name = full_name.partition("/")
        found = self.state.repository(owner, name)
        if found is None:
            raise ValueError(f"no repository {full_name!r}")
        return found

    @property
    def issue(self) -> Issue:
        number = self.value("number", int)
        found = self.state.issue(self.repository, number)
        if found is None:
            raise ValueError(f"no issue {number!r} in {self.repository.full_name}")
        return found

    def new_name(self, field: str) -> tuple[str, str]:
        """Owner and name of a repository that is not there yet."""
        full_name = self.text(field)
        owner, _, name = full_name.partition("/")
        if not owner or not name or "/" in name:
            raise ValueError(f"{field} must be OWNER/NAME; it is {full_name!r}")
        if self.state.repository(owner, name) is not None:
            raise ValueError(f"there is a repository {full_name!r} already")
        return owner, name

    def label(self, name: str) -> Label:
        found = self.state.label(self.repository, name)
        if found is None:
            raise ValueError(f"no label {name!r} in {self.repository.full_name}")
        return found


def _edit_issue(scene: _Scene) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "title" in scene.action:
        changes["title"] = scene.text("title")
    if "body" in scene.action:
        changes["body"] = scene.body()
    if "labels" in scene.action:
        changes["labels"] = [scene.label(name) for name in scene.texts("labels")]
    if "assignees" in scene.action:
        found = (scene.state.user(login) for login in scene.texts("assignees"))
        changes["assignees"] = [user for user in found if user is not None]
    issue = scene.issue
    scene.state.update_issue(scene.repository.owner, issue, **changes, now=scene.now)
    return {"number": issue.number}


def _close_issue(scene: _Scene) -> dict[str, Any]:
    issue = scene.issue
    scene.state.close_issue(scene.actor, issue, scene.text("reason", "completed"), now=scene.now)
    return {"number": issue.number}


def _reopen_issue(scene: _Scene) -> dict[str, Any]:
    issue = scene.issue
    scene.state.reopen_issue(issue, now=scene.now)
    return {"number": issue.number}


def _delete_issue(scene: _Scene) -> dict[str, Any]:
    issue = scene.issue
    scene.state.delete_issue(issue, now=scene.now)
    return {"number": issue.number}


def _transfer_issue(scene: _Scene) -> dict[str, Any]:
    target = scene.repository_named(scene.text("to"))
    moved = scene.state.transfer_issue(scene.issue, target, now=scene.now)
    return {"number": moved.number, "repository": target.full_name}


def _comment(scene: _Scene) -> dict[str, Any]:
    body = scene.text("body", "Any news?")
    return {"id": scene.state.add_comment(scene.actor, scene.issue, body, now=scene.now).id}


def _create_issue(scene: _Scene) -> dict[str, Any]:
    title, is_pull = scene.text("title", "It does not work"), scene.text("do") == "create_pull"
    issue = scene.state.create_issue(scene.actor, scene.repository, title, scene.body(), is_pull=is_pull, now=scene.now)
    return {"number": issue.number}


def _create_label(scene: _Scene) -> dict[str, Any]:
    name, color = scene.text("name"), scene.text("color", "ededed")
    return {"id": scene.state.create_label(scene.repository, name, color, now=scene.now).id}


def _delete_label(scene: _Scene) -> dict[str, Any]:
    label = scene.label(scene.text("name"))
    scene.state.delete_label(label, now=scene.now)
    return {"id": label.id}


def _rename_label(scene: _Scene) -> dict[str, Any]:
    label = scene.label(scene.text("name"))
    scene.state.update_label(label, name=scene.text("new_name"), now=scene.now)
    return {"id": label.id}


def _rename_repository(scene: _Scene) -> dict[str, Any]:
    repository = scene.repository
    owner, name = scene.new_name("to")
    scene.state.rename_repository(repository, scene.user_named(owner), name)
    return {"repository": repository.full_name}


def _change_repository(scene: _Scene) -> dict[str, Any]:
    repository = scene.repository
    repository.archived = scene.value("archived", bool, repository.archived)
    repository.has_issues = scene.value("has_issues", bool, repository.has_issues)
    repository.private = scene.value("private", bool, repository.private)
    return {"repository": repository.full_name}


def _set_role(scene: _Scene) -> dict[str, Any]:
    login, role = scene.text("login"), scene.text("role")
    if role not in LEVELS:
        raise ValueError(f"no role {role!r}; there are {', '.join(LEVELS)}")
    user = scene.user_named(login)
    scene.repository.roles[user.id] = role
    scene.repository.assignable[login.lower()] = user
    return {"login": login, "role": role}


def _create_repository(scene: _Scene) -> dict[str, Any]:
    owner, name = scene.new_name("name")
    kind = scene.text("owner_kind", "User")
    if kind not in _OWNER_KINDS:
        raise ValueError(f"no kind of owner {kind!r}; there are {', '.join(_OWNER_KINDS)}")
    user = scene.state.user(owner) or scene.state.add_user(owner, kind)
    fields: dict[str, Any] = {
        field: scene.value(field, type_) for field, type_ in _NEW_REPOSITORY.items() if field in scene.action
    }
    return {"repository": scene.state.add_repository(user, name, now=scene.now, **fields).full_name}


_ACTIONS: Mapping[str, Callable[[_Scene], dict[str, Any]]] = {
    "edit_issue": _edit_issue,
    "close_issue": _close_issue,
    "reopen_issue": _reopen_issue,
    "delete_issue": _delete_issue,
    "transfer_issue": _transfer_issue,
    "comment": _comment,
    "create_issue": _create_issue,
    "create_pull": _create_issue,
    "create_label": _create_label,
    "delete_label": _delete_label,
    "rename_label": _rename_label,
    "rename_repository": _rename_repository,
    "change_repository": _change_repository,
    "set_role": _set_role,
    "create_repository": _create_repository,
}


def world_json(state: State) -> dict[str, Any]:
    """
    Everything stored, for judges: repositories by full name with labels, milestones and issues by number.

    Related issues are given as numbers, or as `owner/name#number` in another repository.
    """
    repositories = state.tables.repositories.values()
    return {"repositories": {repository.full_name: _repository_json(repository) for repository in repositories}}


def _repository_json(repository: Repository) -> dict[str, Any]:
    return {
        "private": repository.private,
        "archived": repository.archived,
        "has_issues": repository.has_issues,
        "labels": sorted(label.name for label in repository.labels.values()),
        "milestones": [
            {"number": milestone.number, "title": milestone.title, "state": milestone.state}
            for milestone in repository.milestones.values()
        ],
        "issues": [_issue_json(issue) for issue in repository.issues],
    }


def _issue_json(issue: Issue) -> dict[str, Any]:
    def name(other: Issue) -> int | str:
        if other.repository is issue.repository:
            return other.number
        return f"{other.repository.full_name}#{other.number}"

    return {
        "number": issue.number,
        "id": issue.id,
        "node_id": issue.node_id,
        "is_pull": issue.is_pull,
        "title": issue.title,
        "body": issue.body,
        "author": issue.author.login,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "labels": [label.name for label in issue.labels],
        "assignees": [user.login for user in issue.assignees],
        "milestone": None if issue.milestone is None else issue.milestone.title,
        "type": None if issue.type is None else issue.type.name,
        "parent": None if issue.parent is None else name(issue.parent),
        "sub_issues": [name(child) for child in issue.sub_issues],
        "blocked_by": [name(blocker) for blocker in issue.blocked_by],
        "comments": [{"author": comment.author.login, "body": comment.body} for comment in issue.comments],
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    }
