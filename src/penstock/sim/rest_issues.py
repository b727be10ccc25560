"""REST: list, open, read, change and close issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.sim.catalogue import UNCHANGED
from penstock.sim.isotime import seconds_of
from penstock.sim.records import Issue, IssueType, Label, Milestone, Repository, User
from penstock.sim.refusal import invalid
from penstock.sim.rest_render import issue_json
from penstock.sim.rest_request import RestAnswer, RestRequest, decimal, wrong_request
from penstock.sim.session import Session

_NEW_LABEL_COLOR = "ededed"
_SORTS: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: issue.number,
    "updated": lambda issue: (issue.updated_at, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}


async def list_issues(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues: issues and pull requests, newest first unless asked otherwise."""
    session = request.session
    repository = request.issues_repository()
    await session.work("read")
    listed = _sorted(request, _filtered(request, session.view.issues(repository)))
    part, headers = request.page(listed)
    return RestAnswer(200, [issue_json(session, issue) for issue in part], headers)


def _filtered(request: RestRequest, issues: Sequence[Issue]) -> Sequence[Issue]:
    tests = _tests(request)
    if not tests:
        return issues
    return [issue for issue in issues if all(test(issue) for test in tests)]


def _tests(request: RestRequest) -> list[Callable[[Issue], bool]]:
    query = request.query
    tests: list[Callable[[Issue], bool]] = []
    state = query.get("state", "open")
    if state not in ("open", "closed", "all"):
        raise invalid("Issue", "state", "invalid", "State is not valid", state)
    if state != "all":
        tests.append(lambda issue: issue.state == state)
    if "creator" in query:
        creator = query["creator"].lower()
        tests.append(lambda issue: issue.author.login.lower() == creator)
    since = seconds_of(query["since"]) if "since" in query else None
    if since is not None:
        offset_s = request.session.clock_skew_s
        tests.append(lambda issue: int(issue.updated_at + offset_s) >= since)
    if query.get("labels"):
        wanted = {name.strip().lower() for name in query["labels"].split(",")}
        tests.append(lambda issue: wanted <= {label.name.lower() for label in issue.labels})
    if "milestone" in query:
        tests.append(_milestone_test(query["milestone"]))
    if "assignee" in query:
        tests.append(_assignee_test(query["assignee"].lower()))
    return tests


def _milestone_test(wanted: str) -> Callable[[Issue], bool]:
    if wanted == "none":
        return lambda issue: issue.milestone is None
    if wanted == "*":
        return lambda issue: issue.milestone is not None
    return lambda issue: issue.milestone is not None and str(issue.milestone.number) == wanted


def _assignee_test(wanted: str) -> Callable[[Issue], bool]:
    if wanted == "none":
        return lambda issue: not issue.assignees
    if wanted == "*":
        return lambda issue: bool(issue.assignees)
    return lambda issue: any(user.login.lower() == wanted for user in issue.assignees)


def _sorted(request: RestRequest, issues: Sequence[Issue]) -> Sequence[Issue]:
    sort, ascending = request.query.get("sort", "created"), request.query.get("direction") == "asc"
    if sort not in _SORTS:
        raise invalid("Issue", "sort", "invalid", "Sort is not valid", sort)
    if sort == "created":
        return issues if ascending else _Reversed(issues)
    return sorted(issues, key=_SORTS[sort], reverse=not ascending)


class _Reversed(Sequence[Issue]):
    """Newest first, without copying a hundred thousand issues for one page."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self._issues = issues

    def __len__(self) -> int:
        return len(self._issues)

    def __getitem__(self, index: Any) -> Any:
        last = len(self._issues) - 1
        if isinstance(index, slice):
            return [self._issues[last - i] for i in range(*index.indices(len(self._issues)))]
        return self._issues[last - index]


async def create_issue(request: RestRequest) -> RestAnswer:
    """POST /repos/{owner}/{repo}/issues."""
    session = request.session
    repository = request.repository()
    session.require_write(repository)
    title = request.text("title", required=True) or ""
    body = request.text("body")
    await session.work("issue.create")
    fields = _Fields(request, repository)
    assignees, milestone, issue_type = fields.assignees() or (), fields.milestone(), fields.type()
    session.admit("issue.create")
    issue = session.state.create_issue(
        session.actor,
        repository,
        title,
        body,
        labels=fields.labels() or (),
        assignees=assignees,
        milestone=None if milestone is UNCHANGED else milestone,
        type=None if issue_type is UNCHANGED else issue_type,
        now=session.now(),
    )
    rendered = issue_json(session, issue)
    return RestAnswer(201, rendered, {"location": rendered["url"]})


async def get_issue(request: RestRequest) -> RestAnswer:
    """GET /repos/{owner}/{repo}/issues/{number}."""
    await request.session.work("read")
    return RestAnswer(200, issue_json(request.session, request.read_issue()))


async def update_issue(request: RestRequest) -> RestAnswer:
    """PATCH /repos/{owner}/{repo}/issues/{number}: fields, state, or both."""
    session = request.session
    issue = request.write_issue()
    session.require_edit(issue)
    state = request.text("state")
    if state not in (None, "open", "closed"):
        raise invalid("Issue", "state", "invalid", "State is not valid", state)
    edits = any(name in request.body for name in _EDITABLE)
    kind = "issue.update" if edits else {"closed": "issue.close", "open": "issue.reopen"}.get(state or "")
    if kind is None:
        return RestAnswer(200, issue_json(session, issue))
    await session.work(kind)
    issue = request.write_issue()
    session.admit(kind)
    if edits:
        changes = _Fields(request, issue.repository).changes()
        session.state.update_issue(session.actor, issue, **changes, counts=state is None, now=session.now())
    _set_state(session, issue, state, request.text("state_reason"))
    return RestAnswer(200, issue_json(session, issue))


_EDITABLE = ("title", "body", "labels", "assignees", "assignee", "milestone", "type")


def _set_state(session: Session, issue: Issue, state: str | None, reason: str | None) -> None:
    if state == "closed":
        session.state.close_issue(session.actor, issue, reason, now=session.now())
    elif state == "open":
        session.state.reopen_issue(issue, now=session.now())


class _Fields:
    """The records that an issue's body names: labels by name, assignees by login, milestone by number."""

    def __init__(self, request: RestRequest, repository: Repository) -> None:
        self._request = request
        self._repository = repository
        self._pushes = request.session.can(repository, "write")

    def changes(self) -> dict[str, Any]:
        """Arguments of `State.update_issue`."""
        body = self._request.body
        return {
            "title": self._request.text("title"),
            "body": self._request.text("body") if "body" in body else UNCHANGED,
            "milestone": self.milestone(),
            "type": self.type(),
            "assignees": self.assignees(),
            "labels": self.labels(),
        }

    def labels(self) -> list[Label] | None:
        """Labels by name; GitHub creates those that are missing. Without push access: dropped."""
        names = self._request.texts("labels")
        return None if names is None or not self._pushes else find_labels(self._request, names)

    def assignees(self) -> list[User] | None:
        """
        Users by login; one who cannot be assigned is an error. Without push access: dropped.

        The older `assignee` names a single one, or nobody.
        """
        logins = self._request.texts("assignees")
        if logins is None and "assignee" in self._request.body:
            logins = [login for login in (self._request.text("assignee"),) if login]
        if logins is None or not self._pushes:
            return None
        users = []
        for login in logins:
            user = self._repository.assignable.get(login.lower())
            if user is None:
                raise invalid("Issue", "assignees", "invalid", f"{login} cannot be assigned", login)
            users.append(user)
        return users

    def milestone(self) -> Milestone | None:
        """
        The milestone by number; None clears it, and so does an empty text.

        Source: https://github.com/PyGithub/PyGithub/blob/main/github/Issue.py (what `edit(milestone=None)` sends)
        """
        if "milestone" not in self._request.body or not self._pushes:
            return _unchanged()
        number = self._request.body["milestone"]
        if number in (None, ""):
            return None
        wanted = decimal(str(number)) if isinstance(number, int | str) else None
        if wanted is None:
            raise wrong_request(f"For 'properties/milestone', {number} is not an integer.")
        milestone = self._request.session.state.milestone(self._repository, wanted)
        if milestone is None:
            raise invalid("Issue", "milestone", "invalid", "Milestone is not valid", number)
        return milestone

    def type(self) -> IssueType | None:
        """The issue type by name; None clears it."""
        if "type" not in self._request.body or not self._pushes:
            return _unchanged_type()
        name = self._request.text("type")
        if name is None:
            return None
        for issue_type in self._repository.owner.issue_types:
            if issue_type.name.lower() == name.lower():
                return issue_type
        raise invalid("Issue", "type", "invalid", "Type is not valid", name)


def _unchanged() -> Milestone | None:
    return UNCHANGED  # type: ignore[no-any-return]


def _unchanged_type() -> IssueType | None:
    return UNCHANGED  # type: ignore[no-any-return]


def find_labels(request: RestRequest, names: Sequence[str]) -> list[Label]:
    """Labels of the path's repository by name; missing ones are created, as GitHub does for who may push."""
    session, repository = request.session, request.repository()
    labels = []
    for name in names:
        label = session.state.label(repository, name)
        if label is None:
            label = session.state.create_label(repository, name, _NEW_LABEL_COLOR, now=session.now())
        labels.append(label)
    return labels
