"""Labels, milestones, assignees, comments and accounts over REST."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Answer, Door, behind_the_door


def names(answer: Answer) -> list[str]:
    return [label["name"] for label in answer.value]


def test_a_repository_opens_with_githubs_labels() -> None:
    """Nine of them, marked as default; their URLs are escaped."""

    async def scenario(door: Door) -> Any:
        return (await door.call("GET", "/labels")).value

    labels = behind_the_door(scenario)

    assert (9, True) == (len(labels), all(label["default"] for label in labels))
    assert labels[4]["url"].endswith("/labels/good%20first%20issue")


@pytest.mark.parametrize(
    ("label", "error"),
    [
        ({"name": "BUG", "color": "ffffff"}, {"code": "already_exists", "field": "name"}),
        ({"name": "x", "color": "red"}, {"code": "invalid", "field": "color", "value": "red"}),
        (
            {"name": "x" * 51},
            {"code": "custom", "field": "name", "message": "name is too long (maximum is 50 characters)"},
        ),
        (
            {"name": "x", "description": "y" * 101},
            {
                "code": "custom",
                "field": "description",
                "message": "description is too long (maximum is 100 characters)",
            },
        ),
    ],
)
def test_a_bad_label_is_refused(label: dict[str, Any], error: dict[str, Any]) -> None:
    """A name in use whatever its case, a colour that is none, texts too long."""

    async def scenario(door: Door) -> Answer:
        return await door.call("POST", "/labels", label)

    answer = behind_the_door(scenario)

    assert (422, [{"resource": "Label", **error}]) == (answer.status, answer.value["errors"])


def test_labels_of_an_issue_are_added_set_and_removed() -> None:
    """POST adds, PUT replaces, DELETE takes one or all; both take a bare list too."""

    async def scenario(door: Door) -> list[Any]:
        await door.create(labels=["bug"])
        added = await door.call("POST", "/issues/1/labels", {"labels": ["question"]})
        again = await door.call("POST", "/issues/1/labels", ["question", "wontfix"])
        removed = await door.call("DELETE", "/issues/1/labels/question")
        missing = await door.call("DELETE", "/issues/1/labels/question")
        replaced = await door.call("PUT", "/issues/1/labels", {"labels": ["invalid"]})
        cleared = await door.call("DELETE", "/issues/1/labels")
        left = await door.call("GET", "/issues/1/labels")
        return [
            names(added),
            names(again),
            names(removed),
            (missing.status, missing.value["message"]),
            names(replaced),
            cleared.status,
            left.value,
        ]

    assert [
        ["bug", "question"],
        ["bug", "question", "wontfix"],
        ["bug", "wontfix"],
        (404, "Label does not exist"),
        ["invalid"],
        204,
        [],
    ] == behind_the_door(scenario)


def test_a_renamed_label_stays_on_its_issues_and_a_deleted_one_leaves_them() -> None:
    """Issues refer to labels, not to their names."""

    async def scenario(door: Door) -> list[list[str]]:
        await door.create(labels=["bug", "question"])
        await door.call("PATCH", "/labels/bug", {"new_name": "fault", "color": "#000000"})
        renamed = names(await door.call("GET", "/issues/1/labels"))
        await door.call("DELETE", "/labels/fault")
        return [renamed, names(await door.call("GET", "/issues/1/labels"))]

    assert [["fault", "question"], ["question"]] == behind_the_door(scenario)


def test_milestones_are_numbered_listed_and_closed() -> None:
    """Numbers of their own; a title is unique; closed ones are listed only when asked for."""

    async def scenario(door: Door) -> list[Any]:
        first = await door.call("POST", "/milestones", {"title": "v1", "due_on": "2027-02-01T08:00:00Z"})
        second = await door.call("POST", "/milestones", {"title": "v2", "description": "next"})
        twice = await door.call("POST", "/milestones", {"title": "v1"})
        await door.call("PATCH", "/milestones/1", {"state": "closed", "title": "v1.0"})
        listed = await door.call("GET", "/milestones")
        everything = await door.call("GET", "/milestones?state=all")
        return [
            (first.value["number"], first.value["due_on"]),
            (second.value["number"], second.value["description"]),
            (twice.status, twice.value["errors"]),
            [milestone["title"] for milestone in listed.value],
            [milestone["title"] for milestone in everything.value],
        ]

    assert [
        (1, "2027-02-01T08:00:00Z"),
        (2, "next"),
        (422, [{"resource": "Milestone", "code": "already_exists", "field": "title"}]),
        ["v2"],
        ["v1.0", "v2"],
    ] == behind_the_door(scenario)


def test_assignees_are_checked_and_unknown_ones_dropped() -> None:
    """GET tells who can be assigned; adding somebody else to an issue does nothing."""

    async def scenario(door: Door) -> list[Any]:
        await door.create()
        listed = await door.call("GET", "/assignees")
        checks = [(await door.call("GET", f"/assignees/{login}")).status for login in ("mona", "nobody")]
        added = await door.call("POST", "/issues/1/assignees", {"assignees": ["mona", "nobody", "hubot"]})
        removed = await door.call("DELETE", "/issues/1/assignees", {"assignees": ["mona"]})
        return [
            [user["login"] for user in listed.value],
            checks,
            (added.status, [user["login"] for user in added.value["assignees"]]),
            [user["login"] for user in removed.value["assignees"]],
        ]

    assert [
        ["octo", "hubot", "mona"],
        [204, 404],
        (201, ["mona", "hubot"]),
        ["hubot"],
    ] == behind_the_door(scenario)


def test_comments_are_written_listed_and_changed() -> None:
    """Oldest first; an empty one is refused."""

    async def scenario(door: Door) -> list[Any]:
        await door.create()
        first = await door.call("POST", "/issues/1/comments", {"body": "one"})
        await door.sleep(10)
        await door.call("POST", "/issues/1/comments", {"body": "two"})
        empty = await door.call("POST", "/issues/1/comments", {"body": " "})
        await door.call("PATCH", f"/issues/comments/{first.value['id']}", {"body": "one!"})
        listed = await door.call("GET", "/issues/1/comments")
        single = await door.call("GET", f"/issues/comments/{first.value['id']}")
        issue = await door.call("GET", "/issues/1")
        return [
            first.status,
            empty.status,
            [comment["body"] for comment in listed.value],
            single.value["body"],
            issue.value["comments"],
        ]

    assert [201, 422, ["one!", "two"], "one!", 2] == behind_the_door(scenario)


def test_the_repository_shows_what_a_plan_needs() -> None:
    """Permissions of the asker, visibility, archived, issues enabled, watchers, ids."""

    async def scenario(door: Door) -> Any:
        door.github.add_repository("octo", "gears", private=True, watchers=12)
        return (await door.call("GET", "/repos/octo/gears")).value

    repository = behind_the_door(scenario)

    assert ("private", True, 12) == (
        repository["visibility"],
        repository["private"],
        repository["subscribers_count"],
    )
    assert {"admin": True, "maintain": True, "push": True, "triage": True, "pull": True} == repository["permissions"]
    assert repository["node_id"].startswith("R_kgDO")


def test_issue_types_belong_to_organisations() -> None:
    """A user has none."""

    async def scenario(door: Door) -> list[Any]:
        door.github.add_repository("acme", "tools", owner_kind="Organization")
        types = await door.call("GET", "/orgs/acme/issue-types")
        user = await door.call("GET", "/orgs/octo/issue-types")
        return [[found["name"] for found in types.value], user.status]

    assert [["Task", "Bug", "Feature"], 404] == behind_the_door(scenario)


def test_an_issue_gets_a_type_by_name() -> None:
    """An unknown one is refused."""

    async def scenario(door: Door) -> list[Any]:
        tools = door.github.add_repository("acme", "tools", owner_kind="Organization")
        octo = door.github.state.user("octo")
        assert octo is not None
        tools.roles[octo.id] = "write"
        typed = await door.call("POST", "/repos/acme/tools/issues", {"title": "x", "type": "bug"})
        unknown = await door.call("POST", "/repos/acme/tools/issues", {"title": "x", "type": "epic"})
        return [typed.value["type"]["name"], unknown.status]

    assert ["Bug", 422] == behind_the_door(scenario)


def test_enterprise_paths_work_and_keep_their_prefix() -> None:
    """`/api/v3` answers like the root, and its links stay below it."""

    async def scenario(door: Door) -> tuple[str, str]:
        for n in range(2):
            await door.create(f"t{n}")
        answer = await door.call("GET", "/api/v3/repos/octo/widgets/issues?per_page=1")
        return answer.value[0]["url"], answer.headers["link"].split(";")[0]

    assert (
        "https://api.github.com/api/v3/repos/octo/widgets/issues/2",
        "<https://api.github.com/api/v3/repos/octo/widgets/issues?per_page=1&page=2>",
    ) == behind_the_door(scenario)


def test_nobody_answers_elsewhere() -> None:
    """Unknown paths and methods are 404."""

    async def scenario(door: Door) -> list[int]:
        calls = (("GET", "/nothing"), ("DELETE", "/issues"), ("GET", "/user/keys"), ("GET", "/issues/x"))
        return [(await door.call(method, path)).status for method, path in calls]

    assert [404, 404, 404, 404] == behind_the_door(scenario)
