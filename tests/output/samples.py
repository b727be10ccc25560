"""One plan, one result and one audit that the tests of screens look at."""

from __future__ import annotations

from penstock.api.estimate import Estimate
from penstock.core.planner import make_plan
from penstock.github.limits import CAPS
from penstock.io.task_files import load_graph
from penstock.model.observed import Account, Marker, Names, Observation, ObservedIssue, RepositoryFacts
from penstock.model.plan import AuditReport, Difference, Plan
from penstock.model.result import Failure, RunResult
from penstock.model.task import TaskGraph

NOW = 1_800_000_000.0
"""2027-01-15T08:00:00Z."""

TASKS = b"""\
graph: garden
tasks:
  - key: beds
    title: Build three raised beds
    labels: [wood]
    assignees: [mona]
    tasks:
      - key: beds.frame
        title: Saw and screw the frames
        labels: [wood]
      - key: beds.soil
        title: Fill with soil
        depends_on: [beds.frame]
  - key: seeds
    title: Order seeds
    state: completed
    milestone: Spring
  - key: fence
    title: Mend the fence
"""

ESTIMATES = (
    Estimate(profile="documented", bound_s=362.0, expected_s=366.0, binding="content, 80 per minute"),
    Estimate(profile="observed", bound_s=10_890.0, expected_s=10_920.0, binding="creates, 150 per hour"),
)


def garden(*, tasks: bytes = TASKS, prune: bool = False, issues: bool = True) -> Plan:
    """A plan with a bit of everything: of its tasks two have an issue, and one issue has no task any more."""
    graph = load_graph("garden.yaml", text=tasks)
    seen = observation(issues=issues)
    return make_plan(graph, seen, now=NOW, host="https://api.github.com", caps=CAPS, prune=prune)


def graph() -> TaskGraph:
    """The tasks."""
    return load_graph("garden.yaml", text=TASKS)


def observation(*, issues: bool = True) -> Observation:
    """The repository as it is before."""
    found = (_issue(4, "fence", "Mend the fences"), _issue(7, "pond", "Dig a pond"))
    return Observation(
        repository=RepositoryFacts(
            name="octo/garden",
            node_id="R_1",
            database_id=1,
            permission="write",
            visibility="private",
            archived=False,
            has_issues=True,
            watchers=12,
        ),
        account=Account("alice", 7, "U_7"),
        names=Names(users={"mona": ("mona", "U_8")}, labels={"wood": ("wood", "L_1")}),
        issues=found if issues else (),
        total=30,
        high_water=41,
        transport="graphql",
        requests=3,
        as_of=NOW,
    )


def _issue(number: int, key: str, title: str) -> ObservedIssue:
    return ObservedIssue(
        number=number,
        node_id=f"I_{number}",
        database_id=number,
        title=title,
        body="",
        state="open",
        author="alice",
        marker=Marker(graph="garden", key=key, op=0, run="R"),
        region="",
    )


def result(**fields: object) -> RunResult:
    """A run of 12 operations that went well, but for `fields`."""
    given: dict[str, object] = {
        "run": "01MCC5RMVRAPAAMTSM5XEGMJ22",
        "state": "finished",
        "graph": "garden",
        "repository": "octo/garden",
        "total": 12,
        "succeeded": 12,
        "requests": 9,
        "started_at": NOW,
        "ended_at": NOW + 95,
    }
    return RunResult(**(given | fields))  # type: ignore[arg-type]


def failed_result() -> RunResult:
    """Three operations failed for two reasons, and took one with them."""
    no_label = 'label "p9" does not exist'
    return result(
        succeeded=8,
        dead=3,
        skipped=1,
        throttles=1,
        failures=(
            Failure("issue.create beds", no_label, 3),
            Failure("issue.create seeds", "Validation Failed: title is too long", 13),
            Failure("issue.create fence", no_label, 17),
            Failure("blocked_by.link beds.soil ← beds.frame", "operation 3 is dead", 10, skipped=True),
        ),
    )


def stopped_result() -> RunResult:
    """A run that was asked to stop."""
    return result(state="stopped", succeeded=5, left=7, in_doubt=1, cause="Ctrl-C")


def differences() -> AuditReport:
    """One of each sort."""
    return AuditReport(
        missing=(Difference("beds.soil"),),
        extra=(Difference("pond", (7,)),),
        duplicate=(Difference("fence", (4, 9)),),
        different=(Difference("beds", (2,), ("title", "labels")),),
    )
