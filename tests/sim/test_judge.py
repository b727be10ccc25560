"""What the judge sees: statistics, duplicates by marker, scripted people, the whole state."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.door import Door, behind_the_door

from penstock.sim.markers import identity


def marked(key: str, graph: str = "g", **other: str) -> str:
    more = "".join(f" {name}={value}" for name, value in other.items())
    return f"Text\n\n<!-- penstock:v1 graph={graph} key={key}{more} -->\n"


def test_the_statistics_count_effects_and_requests_apart() -> None:
    """
    Three aliases are three mutations in one request, a title and a state in one PATCH are one, a refused write is
    none; pull requests are no issues.
    """

    async def scenario(door: Door) -> dict[str, Any]:
        await door.mutate("a", "b", "c")
        await door.call("POST", "/issues", {"title": ""})
        await door.call("PATCH", "/issues/1", {"state": "closed", "title": "b"})
        door.github.act({"do": "create_pull"})
        await door.call("GET", "/issues")
        return door.github.stats()

    stats = behind_the_door(scenario, profile="documented")

    expected = {
        "issues": 3,
        "duplicates": 0,
        "requests": 4,
        "write_requests": 3,
        "mutations": 5,
        "violations": 0,
        "by_kind": {"issue.close": 1, "issue.create": 4},
    }
    assert expected == {name: stats[name] for name in expected}


@pytest.mark.parametrize(
    ("query", "name", "writes"),
    [
        ('mutation{deleteLabel(input:{id:"x"}){clientMutationId}}', None, 1),
        ('fragment F on Issue{id} mutation{reopenIssue(input:{issueId:"x"}){issue{...F}}}', None, 1),
        ('query A{viewer{id}} mutation B{deleteLabel(input:{id:"x"}){clientMutationId}}', "B", 1),
        ('query A{viewer{id}} mutation B{deleteLabel(input:{id:"x"}){clientMutationId}}', "A", 0),
        ('{repository(owner:"o",name:"""\nmutation {\n"""){id}}', None, 0),
        ("# a comment says\n# mutation {\n{viewer{id}}", None, 0),
        ("mutation{", None, 0),
        ("mutation{nonsense}", None, 1),
        (7, None, 0),
    ],
)
def test_a_mutation_is_known_by_its_syntax(query: Any, name: str | None, writes: int) -> None:
    """Wherever it stands in the document, and not by a word in a text or comment."""

    async def scenario(door: Door) -> int:
        await door.call("POST", "/graphql", {"query": query, "operationName": name})
        counted: int = door.github.stats()["write_requests"]
        return counted

    assert writes == behind_the_door(scenario)


def test_the_same_marker_twice_is_a_duplicate() -> None:
    """Same repository, graph and key; other runs and operations of the marker do not matter."""

    async def scenario(door: Door) -> list[int]:
        door.github.add_repository("octo", "gears")
        counted = []
        for path, body in (
            ("/issues", marked("1.2", op="a", run="r1")),
            ("/issues", marked("1.3")),
            ("/issues", marked("1.2", graph="h")),
            ("/repos/octo/gears/issues", marked("1.2")),
            ("/issues", marked("1.2", op="b", run="r2")),
            ("/issues", marked("1.2")),
        ):
            await door.call("POST", path, {"title": "x", "body": body})
            counted.append(door.github.stats()["duplicates"])
        door.github.act({"do": "delete_issue", "number": 1})
        counted.append(door.github.stats()["duplicates"])
        await door.call("PATCH", "/issues/4", {"body": marked("9")})
        counted.append(door.github.stats()["duplicates"])
        return counted

    assert [0, 0, 0, 0, 1, 2, 1, 0] == behind_the_door(scenario)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        ("no marker", None),
        ("<!-- penstock:v1 key=1 -->", None),
        ("<!-- penstock:v1 graph=g key=1", None),
        ("<!-- penstock:end --> <!-- penstock:v1 graph=g key=1 sha=ff -->", ("g", "1")),
        ('<!-- penstock:v1 graph="my plan" key="1.2" op=x -->', ("my plan", "1.2")),
        ("<!-- penstock:v1 graph=g key=1 --> <!-- penstock:v1 graph=h key=2 -->", ("g", "1")),
        ("<!-- other:v1 graph=g key=1 -->", None),
    ],
)
def test_a_marker_is_read_from_a_body(body: str | None, expected: tuple[str, str] | None) -> None:
    """The first complete one counts."""
    assert expected == identity(body)


def test_people_act_beside_the_client() -> None:
    """They edit, label, comment, close and open without limits; the client sees it."""

    async def scenario(door: Door) -> Any:
        await door.create("mine", body="old", labels=["bug"])
        door.github.act({"do": "edit_issue", "number": 1, "title": "theirs", "body": "new", "labels": ["question"]})
        door.github.act({"do": "comment", "number": 1, "by": "mona", "body": "why?"})
        door.github.act({"do": "create_label", "name": "urgent", "color": "ff0000"})
        door.github.act({"do": "rename_label", "name": "question", "new_name": "riddle"})
        door.github.act({"do": "close_issue", "number": 1, "reason": "not_planned"})
        number = door.github.act({"do": "create_issue", "by": "mona", "title": "Help"})["number"]
        issue = (await door.call("GET", "/issues/1")).value
        return [
            (issue["title"], issue["body"], issue["state_reason"], issue["comments"]),
            [label["name"] for label in issue["labels"]],
            (await door.call("GET", "/labels/urgent")).status,
            (await door.call("GET", f"/issues/{number}")).value["user"]["login"],
        ]

    assert [("theirs", "new", "not_planned", 1), ["riddle"], 200, "mona"] == behind_the_door(scenario)


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ({"do": "dance"}, "no action 'dance'"),
        ({"do": "close_issue", "number": 7}, "no issue 7 in octo/widgets"),
        ({"do": "create_issue", "repository": "octo/nothing"}, "no repository 'octo/nothing'"),
        ({"do": "delete_label", "name": "x"}, "no label 'x' in octo/widgets"),
    ],
)
def test_an_impossible_action_is_named(action: dict[str, Any], error: str) -> None:
    """With what is missing."""

    async def scenario(door: Door) -> None:
        door.github.act(action)

    with pytest.raises(ValueError, match=error):
        behind_the_door(scenario)


def test_the_state_shows_everything() -> None:
    """Issues with relations as numbers, labels, milestones, flags."""

    async def scenario(door: Door) -> Any:
        await door.call("POST", "/milestones", {"title": "v1"})
        parent = await door.create("parent", labels=["bug"], assignees=["mona"], milestone=1)
        child = await door.create("child", body="b")
        await door.call("POST", "/issues/1/sub_issues", {"sub_issue_id": child["id"]})
        await door.call("POST", "/issues/2/dependencies/blocked_by", {"issue_id": parent["id"]})
        return door.github.state_json()["repositories"]["octo/widgets"]

    state = behind_the_door(scenario)
    parent, child = state["issues"]

    assert [{"number": 1, "title": "v1", "state": "open"}] == state["milestones"]
    assert (["bug"], ["mona"], "v1", [2]) == (
        parent["labels"],
        parent["assignees"],
        parent["milestone"],
        parent["sub_issues"],
    )
    assert ("b", 1, [1]) == (child["body"], child["parent"], child["blocked_by"])


def test_a_deleted_issue_leaves_no_link_behind() -> None:
    """Parent, children, blockers and blocked issues forget it."""

    async def scenario(door: Door) -> list[Any]:
        ids = [(await door.create(f"t{n}"))["id"] for n in range(4)]
        await door.call("POST", "/issues/1/sub_issues", {"sub_issue_id": ids[1]})
        await door.call("POST", "/issues/2/sub_issues", {"sub_issue_id": ids[2]})
        await door.call("POST", "/issues/2/dependencies/blocked_by", {"issue_id": ids[3]})
        door.github.act({"do": "delete_issue", "number": 2})
        issues = door.github.state_json()["repositories"]["octo/widgets"]["issues"]
        return [(issue["number"], issue["sub_issues"], issue["parent"]) for issue in issues]

    assert [(1, [], None), (3, [], None), (4, [], None)] == behind_the_door(scenario)


def test_a_reset_starts_again() -> None:
    """Issues, counts and limits are gone; numbers begin at one."""

    async def scenario(door: Door) -> list[int]:
        for _ in range(20):
            await door.create()
        door.github.reset()
        created = await door.create()
        return [created["number"], door.github.stats()["requests"]]

    assert [1, 1] == behind_the_door(scenario, profile="observed")
