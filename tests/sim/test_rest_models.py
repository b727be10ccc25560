"""The answers parse with models that others made from GitHub's own API description."""

from __future__ import annotations

from typing import Any

import pytest
from githubkit_schemas.latest import models
from pydantic import TypeAdapter
from tests.sim.door import Door, behind_the_door


async def rich_world(door: Door) -> None:
    """An organisation's repository in which issue 1 has everything an issue can have."""
    tools = door.github.add_repository("acme", "tools", owner_kind="Organization", description="Spanners")
    octo = door.github.state.user("octo")
    assert octo is not None
    tools.roles[octo.id] = "admin"
    tools.assignable["octo"] = octo
    await call(door, "POST", "/milestones", {"title": "v1", "description": "first", "due_on": "2027-02-01T08:00:00Z"})
    fields = {"body": "x", "labels": ["bug"], "assignees": ["octo"], "milestone": 1, "type": "Task"}
    ids = [(await call(door, "POST", "/issues", {"title": f"t{n}", **fields}))["id"] for n in range(3)]
    await call(door, "POST", "/issues/1/sub_issues", {"sub_issue_id": ids[1]})
    await call(door, "POST", "/issues/1/dependencies/blocked_by", {"issue_id": ids[2]})
    await call(door, "POST", "/issues/1/comments", {"body": "hello"})
    await call(door, "PATCH", "/issues/2", {"state": "closed", "state_reason": "not_planned"})
    door.github.act({"do": "create_pull", "repository": "acme/tools"})


async def call(door: Door, method: str, path: str, body: Any = None) -> Any:
    full = path if path.startswith(("/user", "/orgs", "/rate_limit")) else f"/repos/acme/tools{path}"
    answer = await door.call(method, full, body)
    assert answer.status < 300, answer
    return answer.value


@pytest.mark.parametrize(
    ("method", "path", "model"),
    [
        ("GET", "", models.FullRepository),
        ("GET", "/issues?state=all", list[models.Issue]),
        ("POST", "/issues", models.Issue),
        ("GET", "/issues/1", models.Issue),
        ("GET", "/issues/2", models.Issue),
        ("GET", "/issues/4", models.Issue),
        ("PATCH", "/issues/1", models.Issue),
        ("GET", "/issues/1/labels", list[models.Label]),
        ("POST", "/issues/1/labels", list[models.Label]),
        ("GET", "/labels", list[models.Label]),
        ("POST", "/labels", models.Label),
        ("GET", "/milestones", list[models.Milestone]),
        ("POST", "/milestones", models.Milestone),
        ("GET", "/milestones/1/labels", list[models.Label]),
        ("GET", "/assignees", list[models.SimpleUser]),
        ("GET", "/issues/1/comments", list[models.IssueComment]),
        ("POST", "/issues/1/comments", models.IssueComment),
        ("GET", "/issues/comments", list[models.IssueComment]),
        ("GET", "/issues/1/sub_issues", list[models.Issue]),
        ("GET", "/issues/2/parent", models.Issue),
        ("GET", "/issues/1/dependencies/blocked_by", list[models.Issue]),
        ("GET", "/issues/3/dependencies/blocking", list[models.Issue]),
        ("GET", "/user", models.PublicUser),
        ("GET", "/orgs/acme/issue-types", list[models.IssueType]),
        ("GET", "/rate_limit", models.RateLimitOverview),
    ],
)
def test_an_answer_fits_its_model(method: str, path: str, model: Any) -> None:
    """Strictly as the independent client reads it."""

    async def scenario(door: Door) -> Any:
        await rich_world(door)
        body = {"title": "x", "name": "x", "body": "x", "labels": ["bug"]} if method != "GET" else None
        return await call(door, method, path, body)

    value = behind_the_door(scenario, profile="documented")

    assert TypeAdapter(model).validate_python(value)


def test_a_refusal_fits_its_model() -> None:
    """422 with the fields at fault, 404 with nothing but a message."""

    async def scenario(door: Door) -> tuple[Any, Any]:
        invalid = await door.call("POST", "/issues", {"title": ""})
        return invalid.value, (await door.call("GET", "/issues/1")).value

    invalid, missing = behind_the_door(scenario)

    assert TypeAdapter(models.ValidationError).validate_python(invalid)
    assert TypeAdapter(models.BasicError).validate_python(missing)
