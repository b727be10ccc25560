"""Issues over REST: opened, listed, changed and closed as on GitHub."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Answer, Door, behind_the_door

from penstock.sim.access import Token


def test_an_issue_is_opened_with_everything_it_names() -> None:
    """Title, body, labels, assignees and milestone ride on one POST; number, database id and node id come back."""

    async def scenario(door: Door) -> Any:
        await door.call("POST", "/milestones", {"title": "v1"})
        return await door.create("Pump", body="Water", labels=["bug"], assignees=["mona"], milestone=1)

    issue = behind_the_door(scenario)

    assert (1, "Pump", "Water", "open") == (issue["number"], issue["title"], issue["body"], issue["state"])
    assert ["bug"] == [label["name"] for label in issue["labels"]]
    assert ["mona"] == [user["login"] for user in issue["assignees"]]
    assert ("v1", 1) == (issue["milestone"]["title"], issue["milestone"]["open_issues"])
    assert issue["node_id"].startswith("I_kwDO")
    assert issue["id"] != issue["number"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": "  "}, {"resource": "Issue", "code": "missing_field", "field": "title"}),
        (
            {"title": "x" * 257},
            {
                "resource": "Issue",
                "code": "custom",
                "field": "title",
                "message": "title is too long (maximum is 256 characters)",
            },
        ),
        (
            {"title": "x", "body": "x" * 65_537},
            {
                "resource": "Issue",
                "code": "custom",
                "field": "body",
                "message": "body is too long (maximum is 65536 characters)",
            },
        ),
        (
            {"title": "x", "assignees": ["nobody"]},
            {"resource": "Issue", "code": "invalid", "field": "assignees", "value": "nobody"},
        ),
        (
            {"title": "x", "milestone": 9},
            {"resource": "Issue", "code": "invalid", "field": "milestone", "value": 9},
        ),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, Any], error: dict[str, Any]) -> None:
    """422 Validation Failed names resource, field and code, and nothing is created."""

    async def scenario(door: Door) -> tuple[Answer, int]:
        answer = await door.call("POST", "/issues", fields)
        return answer, door.github.stats()["issues"]

    answer, issues = behind_the_door(scenario)

    assert (422, "Validation Failed", [error]) == (answer.status, answer.value["message"], answer.value["errors"])
    assert 0 == issues


def test_the_longest_title_and_body_pass() -> None:
    """The limits are inclusive."""

    async def scenario(door: Door) -> Any:
        return await door.create("x" * 256, body="y" * 65_536)

    assert 65_536 == len(behind_the_door(scenario)["body"])


@pytest.mark.parametrize(
    ("raw", "status", "message"),
    [
        (b"{", 400, "Problems parsing JSON"),
        (b"[]", 400, "Body should be a JSON object"),
        (b"{}", 422, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        (b'{"title": 7}', 422, "Invalid request.\n\nFor 'properties/title', 7 is not a string."),
    ],
)
def test_a_malformed_request_is_explained(raw: bytes, status: int, message: str) -> None:
    """In GitHub's words."""

    async def scenario(door: Door) -> Answer:
        return await door.call("POST", "/issues", raw=raw)

    answer = behind_the_door(scenario)

    assert (status, message) == (answer.status, answer.value["message"])


def test_unknown_labels_are_created_on_the_way() -> None:
    """GitHub does so for who may push; the colour is its grey."""

    async def scenario(door: Door) -> Any:
        await door.create(labels=["brand new"])
        return (await door.call("GET", "/labels/brand%20new")).value

    assert "ededed" == behind_the_door(scenario)["color"]


def test_without_push_access_fields_are_dropped_in_silence() -> None:
    """A stranger's issue is created, without labels, assignees and milestone."""

    async def scenario(door: Door) -> Any:
        stranger = door.github.state.add_user("stranger")
        door.github.tokens.register(Token(value="stranger-token", user=stranger))
        answer = await door.call(
            "POST",
            "/issues",
            {"title": "Help", "labels": ["bug"], "assignees": ["mona"], "milestone": 1},
            bearer="stranger-token",
        )
        return answer.value

    issue = behind_the_door(scenario)

    assert ([], [], None) == (issue["labels"], issue["assignees"], issue["milestone"])
    assert ("stranger", "NONE") == (issue["user"]["login"], issue["author_association"])


def test_a_list_shows_issues_and_pull_requests_newest_first() -> None:
    """They share one number space; a pull request is told by its key."""

    async def scenario(door: Door) -> Any:
        await door.create("first")
        door.github.act({"do": "create_pull", "title": "patch"})
        await door.create("third")
        return (await door.call("GET", "/issues")).value

    listed = behind_the_door(scenario)

    assert [3, 2, 1] == [issue["number"] for issue in listed]
    assert [False, True, False] == ["pull_request" in issue for issue in listed]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 3, 1]),
        ("?state=all", [4, 3, 2, 1]),
        ("?state=closed", [2]),
        ("?direction=asc", [1, 3, 4]),
        ("?labels=bug", [1]),
        ("?labels=bug,question", []),
        ("?assignee=mona", [3]),
        ("?assignee=none", [4, 1]),
        ("?milestone=1", [3]),
        ("?milestone=none", [4, 1]),
        ("?creator=stranger", [4]),
        ("?creator=OCTO&state=all", [3, 2, 1]),
        ("?sort=updated&state=all", [1, 2, 4, 3]),
        ("?sort=comments&direction=desc", [3, 4, 1]),
        ("?since=2027-01-15T08:00:30Z&state=all", [2, 1]),
        ("?state=all&per_page=2&page=2", [2, 1]),
    ],
)
def test_a_list_is_filtered_and_sorted(query: str, numbers: list[int]) -> None:
    """By state, labels, assignee, milestone, creator and time of the last change."""

    async def scenario(door: Door) -> Any:
        await door.call("POST", "/milestones", {"title": "v1"})
        await door.create("one", labels=["bug"])
        await door.create("two")
        await door.create("three", assignees=["mona"], milestone=1)
        await door.call("POST", "/issues/3/comments", {"body": "hm"})
        door.github.act({"do": "create_issue"})
        await door.sleep(60)
        await door.call("PATCH", "/issues/2", {"state": "closed"})
        await door.sleep(60)
        await door.call("PATCH", "/issues/1", {"title": "one again"})
        return (await door.call("GET", f"/issues{query}")).value

    assert numbers == [issue["number"] for issue in behind_the_door(scenario)]


def test_links_lead_through_all_pages() -> None:
    """`Link` names next and last, then prev and first; following next shows every issue once."""

    async def scenario(door: Door) -> tuple[list[int], list[str]]:
        for n in range(7):
            await door.create(f"t{n}")
        seen: list[int] = []
        relations: list[str] = []
        path = "/repos/octo/widgets/issues?per_page=3"
        while path:
            answer = await door.call("GET", path)
            seen += [issue["number"] for issue in answer.value]
            links: dict[str, str] = {}
            for part in answer.headers["link"].split(", "):
                address, _, relation = part.partition("; ")
                links[relation] = address
            relations.append(" ".join(sorted(links)))
            path = links.get('rel="next"', "").strip("<>").removeprefix("https://api.github.com")
        return seen, relations

    seen, relations = behind_the_door(scenario)

    assert [7, 6, 5, 4, 3, 2, 1] == seen
    assert [
        'rel="last" rel="next"',
        'rel="first" rel="last" rel="next" rel="prev"',
        'rel="first" rel="prev"',
    ] == relations


def test_one_page_has_no_link_header_and_at_most_100_entries() -> None:
    """`per_page` is capped at 100, as documented; the default is 30."""

    async def scenario(door: Door) -> tuple[bool, int, int]:
        before = await door.call("GET", "/issues")
        for n in range(101):
            await door.create(f"t{n}")
        default = await door.call("GET", "/issues")
        largest = await door.call("GET", "/issues?per_page=1000")
        return "link" in before.headers, len(default.value), len(largest.value)

    assert (False, 30, 100) == behind_the_door(scenario)


def test_fields_change_and_others_stay() -> None:
    """PATCH replaces labels and assignees, clears the milestone by null, and leaves the rest alone."""

    async def scenario(door: Door) -> Any:
        await door.call("POST", "/milestones", {"title": "v1"})
        await door.create("old", body="kept", labels=["bug"], assignees=["mona"], milestone=1)
        changes = {"title": "new", "labels": ["question"], "assignees": [], "milestone": None}
        return (await door.call("PATCH", "/issues/1", changes)).value

    issue = behind_the_door(scenario)

    assert ("new", "kept", None) == (issue["title"], issue["body"], issue["milestone"])
    assert (["question"], []) == ([label["name"] for label in issue["labels"]], issue["assignees"])


@pytest.mark.parametrize("reason", ["completed", "not_planned", "duplicate"])
def test_an_issue_closes_with_a_reason_and_opens_again(reason: str) -> None:
    """The reason is `reopened` afterwards; milestones count along."""

    async def scenario(door: Door) -> tuple[Any, Any, Any]:
        await door.call("POST", "/milestones", {"title": "v1"})
        await door.create(milestone=1)
        closed = await door.call("PATCH", "/issues/1", {"state": "closed", "state_reason": reason})
        counts = await door.call("GET", "/milestones/1")
        opened = await door.call("PATCH", "/issues/1", {"state": "open"})
        return closed.value, counts.value, opened.value

    closed, counts, opened = behind_the_door(scenario)

    assert ("closed", reason, "octo") == (closed["state"], closed["state_reason"], closed["closed_by"]["login"])
    assert (0, 1) == (counts["open_issues"], counts["closed_issues"])
    assert ("open", "reopened", None) == (opened["state"], opened["state_reason"], opened["closed_at"])


def test_what_is_not_there_is_named_as_github_names_it() -> None:
    """404 for never, 410 for deleted, 301 for transferred; pull requests answer as issues."""

    async def scenario(door: Door) -> list[tuple[int, str]]:
        door.github.add_repository("octo", "gears")
        for n in range(2):
            await door.create(f"t{n}")
        door.github.act({"do": "create_pull"})
        door.github.act({"do": "delete_issue", "number": 1})
        door.github.act({"do": "transfer_issue", "number": 2, "to": "octo/gears"})
        answers = [await door.call("GET", f"/issues/{n}") for n in (1, 2, 3, 4)]
        return [(answer.status, answer.value.get("message", "")) for answer in answers]

    assert [(410, "This issue was deleted"), (301, "Moved Permanently"), (200, ""), (404, "Not Found")] == (
        behind_the_door(scenario)
    )


def test_a_transferred_issue_is_found_where_its_location_leads() -> None:
    """It keeps its title and gets the next number there."""

    async def scenario(door: Door) -> tuple[Any, list[int]]:
        gears = door.github.add_repository("octo", "gears")
        await door.create("wanderer")
        door.github.act({"do": "transfer_issue", "number": 1, "to": "octo/gears"})
        moved = await door.call("GET", "/issues/1")
        there = await door.call("GET", moved.headers["location"].removeprefix("https://api.github.com"))
        return there.value, [issue.number for issue in gears.issues]

    issue, numbers = behind_the_door(scenario)

    assert ("wanderer", 1, [1]) == (issue["title"], issue["number"], numbers)


def test_a_used_number_is_never_used_again() -> None:
    """The issue after a deleted one gets the next number."""

    async def scenario(door: Door) -> int:
        await door.create()
        door.github.act({"do": "delete_issue", "number": 1})
        return int((await door.create())["number"])

    assert 2 == behind_the_door(scenario)
