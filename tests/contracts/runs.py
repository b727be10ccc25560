"""A small run, for tests that store one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from penstock.model.config import BatchConfig, Config
from penstock.model.operation import IssueCreate, LabelCreate, Operation, Ref, SubIssueLink
from penstock.model.plan import Plan
from penstock.model.ports import RunRecord

PLAN = msgspec.convert(
    {
        "desired": {"name": "widgets", "source": "plan.yaml", "format": "native", "sha256": "ab", "tasks": [
            {"key": "1", "title": "Größe"}
        ]},
        "created_at": 1.5,
        "host": "https://api.github.com",
        "transport": "graphql",
        "repository": {
            "name": "octo/widgets", "node_id": "R_1", "database_id": 7, "permission": "admin",
            "visibility": "private", "archived": False, "has_issues": True, "watchers": 3,
        },
        "account": {"login": "octo", "id": 5, "node_id": "U_5"},
        "names": {"labels": {"bug": ["Bug", "L_1"]}, "milestones": {"M": [1, "MI_1"]}},
        "high_water": 12,
        "basis": {12: "digest"},
        "named": {"label:Bug": "x"},
    },
    Plan,
)  # fmt: skip
OPERATIONS = (
    Operation(no=0, key="", qualifier="bug", payload=LabelCreate("bug")),
    Operation(no=1, key="1", payload=IssueCreate("Größe", "text", labels=("bug",)), needs=(0,), line=3),
    Operation(no=2, key="2", payload=IssueCreate("b"), conflict="1", needs=(1,)),
    Operation(no=3, key="2", payload=SubIssueLink(Ref(op=1), Ref(op=2)), conflict="1", needs=(1, 2)),
)


def record(run_id: str = "RUN1", *, total: int = len(OPERATIONS), created_at: float = 100.25) -> RunRecord:
    """A run that was just made."""
    config = Config(profile="lab", batch=BatchConfig(base_batch_size=3), authors=("mona",))
    return RunRecord(
        id=run_id, kind="apply", plan=PLAN, plan_sha="cd", config=config, created_at=created_at, total=total
    )


def creates(count: int) -> Iterator[Operation]:
    """A chain of that many issues."""
    return (
        Operation(no=no, key=str(no), payload=IssueCreate(f"task {no}"), needs=(no - 1,) if no else ())
        for no in range(count)
    )
