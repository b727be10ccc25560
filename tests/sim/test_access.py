"""Who may do what: tokens, roles, and repositories that refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Answer, Door, behind_the_door

from penstock.sim.access import Token, TokenState


def register(door: Door, login: str = "octo", **fields: Any) -> None:
    """Make the token `t` a special one."""
    user = door.github.state.user(login) or door.github.state.add_user(login)
    door.github.tokens.register(Token(value="t", user=user, **fields))


async def with_token(door: Door, method: str = "POST", path: str = "/issues", body: Any = None) -> Answer:
    return await door.call(method, path, {"title": "x"} if body is None and method != "GET" else body, bearer="t")


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_a_dead_token_is_401(state: TokenState) -> None:
    """Whatever it asks for."""

    async def scenario(door: Door) -> Answer:
        register(door, state=state)
        return await with_token(door, "GET", "/user")

    answer = behind_the_door(scenario)

    assert (401, "Bad credentials") == (answer.status, answer.value["message"])


def test_no_token_is_401_too() -> None:
    """With another message."""

    async def scenario(door: Door) -> Answer:
        return await door.call("GET", "/user", bearer="")

    assert "Requires authentication" == behind_the_door(scenario).value["message"]


def test_any_other_token_is_the_owners() -> None:
    """So that a first try needs no set-up."""

    async def scenario(door: Door) -> Any:
        return (await with_token(door, "GET", "/user")).value["login"]

    assert "octo" == behind_the_door(scenario)


def test_a_classic_token_shows_its_scopes() -> None:
    """In `x-oauth-scopes`; a fine-grained one has no such header."""

    async def scenario(door: Door) -> list[str | None]:
        register(door, scopes=("repo", "read:org"))
        classic = await with_token(door, "GET", "/user")
        register(door, scopes=None)
        fine = await with_token(door, "GET", "/user")
        return [classic.headers.get("x-oauth-scopes"), fine.headers.get("x-oauth-scopes")]

    assert ["repo, read:org", None] == behind_the_door(scenario)


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": ()},
        {"scopes": ("read:org",)},
        {"scopes": None, "issues": "read"},
        {"scopes": None, "repositories": frozenset({"octo/gears"})},
    ],
)
def test_a_token_without_the_right_is_told_which_one(fields: dict[str, Any]) -> None:
    """403 names the permission to grant; reading a public repository goes on."""

    async def scenario(door: Door) -> tuple[Answer, int, int]:
        register(door, **fields)
        refused = await with_token(door)
        return refused, (await with_token(door, "GET", "/issues")).status, door.github.stats()["issues"]

    refused, reading, issues = behind_the_door(scenario)

    assert (403, "Resource not accessible by personal access token") == (refused.status, refused.value["message"])
    assert "issues=write" == refused.headers["X-Accepted-GitHub-Permissions"]
    assert (200, 0) == (reading, issues)


def test_graphql_refuses_a_token_without_scopes_as_a_whole() -> None:
    """INSUFFICIENT_SCOPES, no data, nothing executed."""

    async def scenario(door: Door) -> tuple[Any, int]:
        register(door, scopes=("read:org",))
        repository = door.github.state.repository("octo", "widgets")
        assert repository is not None
        body = {
            "query": "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
            "variables": {"i": {"repositoryId": repository.node_id, "title": "x"}},
        }
        answer = await with_token(door, "POST", "/graphql", body)
        return answer.value, door.github.stats()["issues"]

    value, issues = behind_the_door(scenario)

    assert ["INSUFFICIENT_SCOPES"] == [error["type"] for error in value["errors"]]
    assert (None, 0) == (value.get("data"), issues)


def test_public_repo_is_enough_for_public_repositories_only() -> None:
    """A private one is not even seen."""

    async def scenario(door: Door) -> list[int]:
        door.github.add_repository("octo", "secret", private=True)
        register(door, scopes=("public_repo",))
        public = await with_token(door)
        secret = await with_token(door, "POST", "/repos/octo/secret/issues")
        return [public.status, secret.status]

    assert [201, 404] == behind_the_door(scenario)


def test_a_private_repository_is_not_there_for_others() -> None:
    """404, not 403."""

    async def scenario(door: Door) -> list[int]:
        door.github.add_repository("octo", "secret", private=True)
        register(door, login="mona")
        paths = ("/repos/octo/secret", "/repos/octo/secret/issues", "/repos/octo/secret/labels")
        return [(await with_token(door, "GET", path)).status for path in paths]

    assert [404, 404, 404] == behind_the_door(scenario)


def test_single_sign_on_names_the_page() -> None:
    """403 with the address to authorise the token at; `GET /user` works without."""

    async def scenario(door: Door) -> tuple[Answer, Answer, Answer]:
        register(door, sso_url="https://github.com/orgs/octo/sso?authorization_request=A1")
        graphql = await with_token(door, "POST", "/graphql", {"query": "{ viewer { login } }"})
        return await with_token(door), graphql, await with_token(door, "GET", "/user")

    rest, graphql, user = behind_the_door(scenario)

    expected = "required; url=https://github.com/orgs/octo/sso?authorization_request=A1"
    assert (403, expected) == (rest.status, rest.headers["x-github-sso"])
    assert (200, expected) == (graphql.status, graphql.headers["x-github-sso"])
    assert ["FORBIDDEN"] == [error["type"] for error in graphql.value["errors"]]
    assert 200 == user.status


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"archived": True}, 403, "Repository was archived so is read-only."),
        ({"has_issues": False}, 410, "Issues has been disabled in this repository."),
    ],
)
def test_a_closed_repository_refuses_writes(change: dict[str, Any], status: int, message: str) -> None:
    """Archived or without issues."""

    async def scenario(door: Door) -> Answer:
        door.github.act({"do": "change_repository", **change})
        return await door.call("POST", "/issues", {"title": "x"})

    answer = behind_the_door(scenario)

    assert (status, message) == (answer.status, answer.value["message"])


def test_a_renamed_repository_redirects_with_the_whole_path() -> None:
    """301, and the address it names answers."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("found")
        door.github.act({"do": "rename_repository", "to": "octo/gadgets"})
        moved = await door.call("GET", "/issues/1")
        bare = await door.call("GET", "/repos/octo/widgets")
        there = await door.call("GET", moved.headers["location"].removeprefix("https://api.github.com"))
        repository = await door.call("GET", bare.headers["location"].removeprefix("https://api.github.com"))
        return [moved.status, there.value["title"], repository.value["full_name"]]

    assert [301, "found", "octo/gadgets"] == behind_the_door(scenario)


def test_a_repository_given_away_belongs_to_its_new_owner() -> None:
    """The old name leads there; the old owner is a guest."""

    async def scenario(door: Door) -> list[Any]:
        door.github.act({"do": "rename_repository", "to": "mona/widgets"})
        moved = await door.call("GET", "/repos/octo/widgets")
        repository = (await door.call("GET", "/repos/mona/widgets")).value
        return [moved.status, repository["owner"]["login"], repository["permissions"]["push"]]

    assert [301, "mona", False] == behind_the_door(scenario)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (None, {"open", "comment"}),
        ("triage", {"open", "comment", "close", "labels", "link"}),
        ("write", {"open", "comment", "close", "labels", "link", "define"}),
    ],
)
def test_roles_decide(role: str | None, allowed: set[str]) -> None:
    """A stranger opens and comments, triage closes, labels and links, write defines labels."""

    async def scenario(door: Door) -> set[str]:
        child = (await door.create("a"))["id"]
        await door.create("b")
        register(door, login="somebody")
        if role is not None:
            repository = door.github.state.repository("octo", "widgets")
            assert repository is not None
            door.github.add_assignee(repository, "somebody", role)
        calls: dict[str, tuple[str, str, Any]] = {
            "open": ("POST", "/issues", {"title": "x"}),
            "comment": ("POST", "/issues/1/comments", {"body": "x"}),
            "close": ("PATCH", "/issues/1", {"state": "closed"}),
            "labels": ("POST", "/issues/1/labels", {"labels": ["bug"]}),
            "link": ("POST", "/issues/2/sub_issues", {"sub_issue_id": child}),
            "define": ("POST", "/labels", {"name": "x"}),
        }
        answers = {name: await with_token(door, *call) for name, call in calls.items()}
        return {name for name, answer in answers.items() if answer.status < 300}

    assert allowed == behind_the_door(scenario)


def test_an_author_may_close_an_own_issue() -> None:
    """Without any role."""

    async def scenario(door: Door) -> int:
        register(door, login="stranger")
        door.github.act({"do": "create_issue"})
        return (await with_token(door, "PATCH", "/issues/1", {"state": "closed"})).status

    assert 200 == behind_the_door(scenario)
