"""Whatever a client sends, there is an answer; and the same story is told on every machine."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sim.door import Door, behind_the_door

from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import START

DEEP_CURSOR = base64.b64encode(b"cursor:v2:" + b"[" * 100_000).decode()
METHODS = st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE"))
PATHS = st.sampled_from(
    (
        "",
        "/issues",
        "/issues/1",
        "/issues/2",
        "/issues/9",
        "/issues/1/labels",
        "/issues/1/labels/bug",
        "/issues/1/assignees",
        "/issues/1/comments",
        "/issues/comments/1",
        "/issues/1/sub_issues",
        "/issues/1/sub_issue",
        "/issues/1/sub_issues/priority",
        "/issues/1/parent",
        "/issues/1/dependencies/blocked_by",
        "/issues/1/dependencies/blocked_by/2600000002",
        "/issues/1/dependencies/blocking",
        "/labels",
        "/labels/bug",
        "/milestones",
        "/milestones/1",
        "/assignees/mona",
        "/graphql",
    )
)
QUERIES = st.sampled_from(("", "?state=closed", "?state=odd", "?since=yesterday", "?page=-1&per_page=x", "?sort=age"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3_000_000_000)
    | st.text(max_size=20)
    | st.sampled_from(("open", "bug")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("name", "id")), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (
    *("title", "body", "labels", "assignees", "milestone", "type", "state", "state_reason", "name", "color"),
    *("new_name", "description", "due_on", "sub_issue_id", "issue_id", "after_id", "before_id", "query", "variables"),
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)


@settings(max_examples=150, deadline=None)
@given(calls=st.lists(st.tuples(METHODS, PATHS, QUERIES, BODIES), min_size=1, max_size=8))
def test_nonsense_is_answered(calls: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Any method on any path with any body: an answer below 500, and statistics that add up."""

    async def scenario(door: Door) -> tuple[list[int], dict[str, Any]]:
        for title in ("a", "b"):
            await door.create(title, labels=["bug"])
        answers = [await door.call(method, path + query, body) for method, path, query, body in calls]
        return [answer.status for answer in answers], door.github.stats()

    statuses, stats = behind_the_door(scenario)

    assert [] == [status for status in statuses if status >= 500]
    assert (len(calls) + 2, 0) == (stats["requests"], stats["violations"])


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/issues/" + "9" * 5_000, b"", 404),
        ("GET", "/issues?page=" + "9" * 5_000, b"", 200),
        ("POST", "/issues", b'{"title": "x", "milestone": "' + b"9" * 5_000 + b'"}', 422),
        ("POST", "/issues", b'{"title": "\xed\xa0\x80"}', 400),
        ("POST", "/issues", b"[" * 100_000, 400),
        ("GET", "//[x", b"", 404),
        ("POST", "/graphql", b'{"query": "' + b"{a" * 10_000 + b'"}', 200),
        ("POST", "/graphql", b'{"query": "{viewer{id}}", "operationName": {"a": 1}}', 200),
        ("POST", "/graphql", b'{"query": "query($i:[ID!]!){nodes(ids:$i){id}}", "variables": {"i": [[[[]]]]}}', 200),
    ],
)
def test_the_worst_is_answered(method: str, path: str, body: bytes, expected: int) -> None:
    """Numbers without end, halves of characters, nesting without end, shapes nobody expects."""

    async def scenario(door: Door) -> tuple[int, int]:
        status = (await door.call(method, path, raw=body)).status
        return status, door.github.stats()["refusals"].get("crash", 0)

    assert (expected, 0) == behind_the_door(scenario)


def test_a_cursor_of_the_wrong_kind_is_refused() -> None:
    """In GitHub's words."""
    query = '{repository(owner:"octo",name:"widgets"){labels(first:1,after:"CURSOR"){totalCount}}}'

    async def scenario(door: Door) -> Any:
        return (await door.call("POST", "/graphql", {"query": query.replace("CURSOR", DEEP_CURSOR)})).value["errors"][
            0
        ]["type"]

    assert "INVALID_CURSOR_ARGUMENTS" == behind_the_door(scenario)


class StoppedClock:
    """A part of the simulator that breaks: waiting fails."""

    def now(self) -> float:
        """Epoch seconds."""
        return START

    async def sleep(self, delay_s: float) -> None:
        """Never works."""
        raise RuntimeError("the clock has stopped")


async def test_a_mistake_of_the_simulators_own_looks_like_one_of_githubs(caplog: pytest.LogCaptureFixture) -> None:
    """The client gets an answer, the log the reason, the statistics the count."""
    github = SimulatedGitHub(clock=StoppedClock(), latency=Latency(rtt_s=0.0))
    door = Door(github)

    rest = await door.call("GET", "/issues")
    graphql = await door.call("POST", "/graphql", {"query": "{viewer{login}}"})

    assert (500, "Server Error") == (rest.status, rest.value["message"])
    assert (200, None) == (graphql.status, graphql.value["data"])
    assert graphql.value["errors"][0]["message"].startswith("Something went wrong while executing your query.")
    assert {"crash": 2} == github.stats()["refusals"]
    assert "the clock has stopped" in caplog.text


async def story(door: Door) -> str:
    """A day with everything in it, as text."""
    for n in range(60):
        for method, path, body in (
            ("POST", "/issues", {"title": f"t{n}", "labels": ["b", "a", "c"], "assignees": ["mona", "octo"]}),
            ("PATCH", f"/issues/{n}", {"state": "closed"}),
            ("GET", "/issues?state=all&labels=a,b", None),
        ):
            try:
                answer = await door.call(method, path, body)
            except Exception as error:  # noqa: BLE001 - lost answers belong to the story
                await door.sleep(len(str(error)))
            else:
                await door.sleep(answer.status / 100)
    return json.dumps([door.github.state_json(), door.github.stats(), door.github.clock.now()])


SCRIPT = """
import hashlib
from tests.sim.door import behind_the_door
from tests.sim.test_robustness import story
from penstock.sim.faults import Faults
from penstock.sim.latency import Latency
text = behind_the_door(story, profile="observed", latency=Latency(), faults=Faults.swarm(3), seed=3)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_story_does_not_depend_on_hashing() -> None:
    """Another PYTHONHASHSEED, the same latencies, faults, refusals and state."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert 65 == len(runs[0])
    assert runs[0] == runs[1]


@pytest.mark.parametrize("seed", range(10))
def test_a_swarm_of_faults_breaks_no_rule_of_the_simulator(seed: int) -> None:
    """Numbers stay dense, milestone and issue counts agree, nothing is left half done."""

    async def scenario(door: Door) -> list[Any]:
        await story(door)
        issues = door.github.state_json()["repositories"]["octo/widgets"]["issues"]
        stats = door.github.stats()
        return [
            [issue["number"] for issue in issues] == list(range(1, len(issues) + 1)),
            stats["by_kind"].get("issue.create", 0) == len(issues) == stats["issues"],
        ]

    assert [True, True] == behind_the_door(
        scenario, profile="documented", latency=Latency(), faults=Faults.swarm(seed), seed=seed
    )
