"""
How records look in REST answers, complete enough for typed clients.

Source: https://github.com/github/rest-api-description (2026)
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from penstock.sim.records import Comment, Issue, IssueType, Label, Milestone, Repository, User
from penstock.sim.session import Session

Json = dict[str, Any]

_USER_LINKS = (
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
)
_REPOSITORY_LINKS = (
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
)
_PERMISSIONS = (("admin", "admin"), ("maintain", "maintain"), ("push", "write"), ("triage", "triage"), ("pull", "read"))
_PLAIN = "/!$&'()*+,;=:@"
"""Signs that stay as they are in the address of a label."""
_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def user_json(session: Session, user: User) -> Json:
    """A simple user, as inside other records; rendered once per answer."""
    known = session.rendered_users.get(user.id)
    if known is None:
        known = session.rendered_users[user.id] = _user_json(session, user)
    return known


def _user_json(session: Session, user: User) -> Json:
    url = f"{session.api_url}/users/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": user.node_id,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{user.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{session.html_url}/{user.login}",
        **{name: url + suffix for name, suffix in _USER_LINKS},
        "type": user.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def account_json(session: Session, user: User) -> Json:
    """The user a token belongs to, as `GET /user` shows it."""
    return {
        **user_json(session, user),
        "name": user.login.capitalize(),
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "notification_email": None,
        "public_repos": 1,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": session.iso(0),
        "updated_at": session.iso(0),
    }


def repository_url(session: Session, repository: Repository) -> str:
    """Address of a repository in the REST API."""
    return f"{session.api_url}/repos/{repository.full_name}"


def repository_json(session: Session, repository: Repository) -> Json:
    """A full repository with the actor's permissions."""
    url, html = repository_url(session, repository), f"{session.html_url}/{repository.full_name}"
    open_issues = sum(issue.state == "open" for issue in repository.issues)
    opened = session.iso(repository.created_at)
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": user_json(session, repository.owner),
        "private": repository.private,
        "visibility": "private" if repository.private else "public",
        "html_url": html,
        "description": repository.description,
        "fork": False,
        "url": url,
        **{name: url + suffix for name, suffix in _REPOSITORY_LINKS},
        "clone_url": f"{html}.git",
        "git_url": f"{html}.git".replace("https:", "git:"),
        "ssh_url": f"git@github.com:{repository.full_name}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "forks_count": 0,
        "forks": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "subscribers_count": repository.watchers,
        "network_count": 0,
        "size": 0,
        "default_branch": "main",
        "open_issues_count": open_issues,
        "open_issues": open_issues,
        "topics": [],
        "has_issues": repository.has_issues,
        "has_projects": True,
        "has_wiki": True,
        "has_pages": False,
        "has_downloads": True,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": False,
        "pushed_at": opened,
        "created_at": opened,
        "updated_at": opened,
        "permissions": {name: session.can(repository, level) for name, level in _PERMISSIONS},
    }


def label_json(session: Session, label: Label) -> Json:
    """A label."""
    return {
        "id": label.id,
        "node_id": label.node_id,
        "url": f"{repository_url(session, label.repository)}/labels/{quote(label.name, safe=_PLAIN)}",
        "name": label.name,
        "color": label.color,
        "default": label.is_default,
        "description": label.description,
        "archived_at": None,
        "archived_by": None,
    }


def milestone_json(session: Session, milestone: Milestone) -> Json:
    """A milestone with its numbers of issues."""
    repository = milestone.repository
    url = f"{repository_url(session, repository)}/milestones/{milestone.number}"
    closed = milestone.closed_at
    return {
        "url": url,
        "html_url": f"{session.html_url}/{repository.full_name}/milestone/{milestone.number}",
        "labels_url": f"{url}/labels",
        "id": milestone.id,
        "node_id": milestone.node_id,
        "number": milestone.number,
        "state": milestone.state,
        "title": milestone.title,
        "description": milestone.description,
        "creator": user_json(session, milestone.creator),
        "open_issues": milestone.counts["open"],
        "closed_issues": milestone.counts["closed"],
        "created_at": session.iso(milestone.created_at),
        "updated_at": session.iso(milestone.updated_at),
        "closed_at": None if closed is None else session.iso(closed),
        "due_on": milestone.due_on,
    }


def type_json(session: Session, issue_type: IssueType) -> Json:
    """An issue type."""
    return {
        "id": issue_type.id,
        "node_id": issue_type.node_id,
        "name": issue_type.name,
        "description": issue_type.description,
        "color": issue_type.color,
        "created_at": session.iso(issue_type.created_at),
        "updated_at": session.iso(issue_type.created_at),
        "is_enabled": True,
    }


def issue_json(session: Session, issue: Issue) -> Json:
    """An issue or pull request, as the session's view shows its relations."""
    view, repository = session.view, issue.repository
    repo_url = repository_url(session, repository)
    url = f"{repo_url}/issues/{issue.number}"
    kind = "pull" if issue.is_pull else "issues"
    html = f"{session.html_url}/{repository.full_name}/{kind}/{issue.number}"
    rendered: Json = {
        "url": url,
        "repository_url": repo_url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": html,
        "id": issue.id,
        "node_id": issue.node_id,
        "number": issue.number,
        "title": issue.title,
        "user": user_json(session, issue.author),
        "labels": [label_json(session, label) for label in view.all_seen(issue.labels)],
        "state": issue.state,
        "locked": False,
        "assignees": [user_json(session, user) for user in issue.assignees],
        "milestone": None if issue.milestone is None else milestone_json(session, issue.milestone),
        "comments": len(issue.comments),
        "created_at": session.iso(issue.created_at),
        "updated_at": session.iso(issue.updated_at),
        "closed_at": None if issue.closed_at is None else session.iso(issue.closed_at),
        "author_association": _association(issue.author, repository),
        "type": None if issue.type is None else type_json(session, issue.type),
        "active_lock_reason": None,
        "body": issue.body,
        "closed_by": None if issue.closed_by is None else user_json(session, issue.closed_by),
        "reactions": _reactions_json(f"{url}/reactions"),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": issue.state_reason,
    }
    if session.api_version < "2026":  # the singular went with version 2026-03-10
        rendered["assignee"] = next(iter(rendered["assignees"]), None)
    if session.native_links:
        rendered |= _links_json(session, issue)
    if issue.is_pull:
        rendered["draft"] = False
        rendered["pull_request"] = {
            "url": f"{repo_url}/pulls/{issue.number}",
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": None,
        }
    return rendered


def comment_json(session: Session, comment: Comment) -> Json:
    """A comment on an issue."""
    repository, issue = comment.repository, comment.issue
    url = f"{repository_url(session, repository)}/issues/comments/{comment.id}"
    page = f"{session.html_url}/{repository.full_name}/issues/{issue.number}"
    return {
        "url": url,
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": f"{repository_url(session, repository)}/issues/{issue.number}",
        "id": comment.id,
        "node_id": comment.node_id,
        "user": user_json(session, comment.author),
        "created_at": session.iso(comment.created_at),
        "updated_at": session.iso(comment.updated_at),
        "author_association": _association(comment.author, repository),
        "body": comment.body,
        "reactions": _reactions_json(f"{url}/reactions"),
        "performed_via_github_app": None,
    }


def _association(user: User, repository: Repository) -> str:
    if user is repository.owner:
        return "OWNER"
    return "COLLABORATOR" if user.id in repository.roles else "NONE"


def _reactions_json(url: str) -> Json:
    return {"url": url, "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}


def _links_json(session: Session, issue: Issue) -> Json:
    """What an issue shows of its sub-issues, its parent and its dependencies."""
    links: Json = {
        "sub_issues_summary": _sub_issues_summary(session, issue),
        "issue_dependencies_summary": _dependencies_summary(session, issue),
    }
    parent = None if issue.parent is None else session.view.seen(issue.parent)
    if parent is not None:
        links["parent_issue_url"] = f"{repository_url(session, parent.repository)}/issues/{parent.number}"
    return links


def _sub_issues_summary(session: Session, issue: Issue) -> Json:
    children = session.view.sub_issues(issue) if issue.sub_issues else []
    done = sum(child.state == "closed" for child in children)
    percent = round(100 * done / len(children)) if children else 0
    return {"total": len(children), "completed": done, "percent_completed": percent}


def _dependencies_summary(session: Session, issue: Issue) -> Json:
    blockers = session.view.blocked_by(issue) if issue.blocked_by else []
    blocked = session.view.blocking(issue) if issue.blocking else []
    return {
        "blocked_by": sum(blocker.state == "open" for blocker in blockers),
        "total_blocked_by": len(blockers),
        "blocking": sum(waiting.state == "open" for waiting in blocked),
        "total_blocking": len(blocked),
    }
