"""What can be deleted beside labels, names with slashes in a path, and other corners that real clients reach."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Door, behind_the_door

from penstock.sim.access import Token


def test_a_deleted_milestone_leaves_its_issues() -> None:
    """Its number stays used; its title is free again."""

    async def scenario(door: Door) -> list[Any]:
        await door.call("POST", "/milestones", {"title": "v1"})
        await door.create("One", milestone=1)
        deleted = await door.call("DELETE", "/milestones/1")
        again = await door.call("DELETE", "/milestones/1")
        issue = (await door.call("GET", "/issues/1")).value
        remade = await door.call("POST", "/milestones", {"title": "v1"})
        return [deleted.status, again.status, issue["milestone"], remade.value["number"]]

    assert [204, 404, None, 2] == behind_the_door(scenario)


def test_a_deleted_comment_is_gone() -> None:
    """From its issue, from the repository's list, and by its id."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("One")
        made = [(await door.call("POST", "/issues/1/comments", {"body": body})).value for body in ("a", "b")]
        deleted = await door.call("DELETE", f"/issues/comments/{made[0]['id']}")
        again = await door.call("DELETE", f"/issues/comments/{made[0]['id']}")
        lists = [(await door.call("GET", path)).value for path in ("/issues/1/comments", "/issues/comments")]
        issue = (await door.call("GET", "/issues/1")).value
        return [deleted.status, again.status, [[each["body"] for each in found] for found in lists], issue["comments"]]

    assert [204, 404, [["b"], ["b"]], 1] == behind_the_door(scenario)


def test_comments_of_the_repository_are_sorted() -> None:
    """By id, by creation or by the last change, both ways; another order is refused."""

    async def scenario(door: Door) -> list[Any]:
        await door.create("One")
        for body in ("a", "b", "c"):
            made = (await door.call("POST", "/issues/1/comments", {"body": body})).value
            await door.sleep(1)
        await door.call("PATCH", f"/issues/comments/{made['id'] - 2}", {"body": "A"})
        queries = ("", "?sort=created&direction=desc", "?sort=updated", "?per_page=1&page=2")
        found = [(await door.call("GET", f"/issues/comments{query}")).value for query in queries]
        refused = await door.call("GET", "/issues/comments?sort=length")
        return ["".join(comment["body"] for comment in each) for each in found] + [refused.status]

    assert ["Abc", "cbA", "bcA", "b", 422] == behind_the_door(scenario)


def test_only_the_author_or_who_may_write_deletes() -> None:
    """Of a comment, a milestone; everybody may read them."""

    async def scenario(door: Door) -> list[int]:
        await door.create("One")
        await door.call("POST", "/milestones", {"title": "v1"})
        comment = (await door.call("POST", "/issues/1/comments", {"body": "a"})).value["id"]
        door.github.act({"do": "set_role", "login": "hubot", "role": "read"})
        hubot = door.github.state.user("hubot")
        assert hubot is not None
        door.github.tokens.register(Token(value="hubot's", user=hubot))
        paths = (f"/issues/comments/{comment}", "/milestones/1")
        return [(await door.call("DELETE", path, bearer="hubot's")).status for path in paths]

    assert [403, 403] == behind_the_door(scenario)


@pytest.mark.parametrize("path", ["area/core", "area%2Fcore", "AREA/Core"])
def test_a_label_with_a_slash_is_found(path: str) -> None:
    """Escaped or not; its own address leaves the slash as it is."""

    async def scenario(door: Door) -> list[Any]:
        made = await door.call("POST", "/labels", {"name": "area/core", "color": "ff0000"})
        await door.create("One", labels=["area/core", "bug"])
        removed = await door.call("DELETE", f"/issues/1/labels/{path}")
        found = await door.call("GET", f"/labels/{path}")
        return [made.value["url"][-9:], [label["name"] for label in removed.value], found.value["name"]]

    assert ["area/core", ["bug"], "area/core"] == behind_the_door(scenario)


@pytest.mark.parametrize(("assignee", "expected"), [("mona", ["mona"]), (None, []), ("", [])])
def test_the_older_field_names_one_assignee(assignee: str | None, expected: list[str]) -> None:
    """Or nobody; `assignees` comes before it."""

    async def scenario(door: Door) -> list[list[str]]:
        await door.create("One", assignees=["hubot"])
        single = await door.call("PATCH", "/issues/1", {"assignee": assignee})
        both = await door.call("PATCH", "/issues/1", {"assignee": assignee, "assignees": ["octo"]})
        return [[user["login"] for user in answer.value["assignees"]] for answer in (single, both)]

    assert [expected, ["octo"]] == behind_the_door(scenario)


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [("2027-02-01", (201, "2027-02-01T08:00:00Z")), ("", (201, None)), (None, (201, None)), ("soon", (422, None))],
)
def test_a_due_date_is_a_day(due_on: str | None, expected: tuple[int, str | None]) -> None:
    """In Pacific time; what is no date is refused."""

    async def scenario(door: Door) -> tuple[int, str | None]:
        answer = await door.call("POST", "/milestones", {"title": "v1", "due_on": due_on})
        return answer.status, answer.value.get("due_on")

    assert expected == behind_the_door(scenario)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2027-01-15T08:00:00Z", 1),
        ("2027-01-15T08:00:01Z", 0),
        ("2027-01-15%2010:00:00%2B02:00", 1),
        ("2027-01-15T08:00:00.5-01:00", 0),
        ("yesterday", 1),
    ],
)
def test_since_is_read_in_every_form_clients_send(since: str, expected: int) -> None:
    """With an offset, a fraction, or a space; a text that is no instant filters nothing."""

    async def scenario(door: Door) -> int:
        await door.create("One")
        return len((await door.call("GET", f"/issues?since={since}")).value)

    assert expected == behind_the_door(scenario)
