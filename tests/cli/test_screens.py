"""Every screen, as a person sees it at 80 columns and as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC

import msgspec
import pytest
from tests.output.samples import (
    ESTIMATES,
    NOW,
    differences,
    failed_result,
    garden,
    graph,
    result,
    stopped_result,
)

from penstock.base.errors import InputError, StaleError
from penstock.github.limits import DOCUMENTED, OBSERVED
from penstock.model.limits import Charge, Learnt, Spent
from penstock.model.ports import RunSummary
from penstock.output.audit import audit_document, audit_lines
from penstock.output.consent import consent_lines, question
from penstock.output.ink import Ink
from penstock.output.limits import LimitsView, limits_document, limits_lines
from penstock.output.plan import PlanView, plan_document, plan_lines
from penstock.output.problem import error_document, error_lines
from penstock.output.result import result_document, result_lines
from penstock.output.snapshot import Bar, Snapshot, Wait
from penstock.output.status import RunView, runs_document, runs_lines, status_document, status_lines

Golden = Callable[[str, str], None]
PLAIN = Ink(False)
BROKEN = b"graph: garden\ntasks:\n  - {key: fence, title: Mend the fences, assignees: [nobody, monna]}\n"
SAME = b"graph: garden\ntasks:\n  - {key: fence, title: Mend the fences}\n  - {key: pond, title: Dig a pond}\n"


def text(lines: list[str]) -> str:
    """Lines as they are written."""
    return "".join(line + "\n" for line in lines)


def document(value: object) -> str:
    """A document, set out for the reader of the golden file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def view(**fields: object) -> PlanView:
    """A plan that was saved."""
    given: dict[str, object] = {"plan": garden(), "estimates": ESTIMATES, "saved": "garden.plan", "sha256": "9f2c" * 16}
    return PlanView(**(given | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "shown", "width", "verbose"),
    [
        ("plan", view(), 80, False),
        ("plan-wide", view(), 120, False),
        ("plan-piped", view(), 0, True),
        ("plan-prune", view(plan=garden(prune=True), prune=True), 80, False),
        ("plan-broken", view(plan=garden(tasks=BROKEN), saved=""), 80, False),
        ("plan-nothing", view(plan=garden(tasks=SAME), saved=""), 80, False),
    ],
)
def test_a_plan_says_what_it_would_do(golden: Golden, name: str, shown: PlanView, width: int, verbose: bool) -> None:
    """What was read and matched, the operations with their lines, findings with hints, cost, both times, next."""
    golden(f"{name}.txt", text(plan_lines(shown, ink=PLAIN, width=width, verbose=verbose)))


def test_colour_says_nothing_of_its_own(golden: Golden) -> None:
    """The coloured screen without its escape codes is the plain one."""
    golden("plan-colour.txt", text(plan_lines(view(), ink=Ink(True), width=80)))


def test_a_plan_for_programs(golden: Golden) -> None:
    """Counts, findings and times; the operations stand in the plan file."""
    golden("plan.json", document(plan_document(view())))


@pytest.mark.parametrize(
    ("name", "outcome"), [("done", result()), ("failed", failed_result()), ("stopped", stopped_result())]
)
def test_a_result_says_how_it_went(golden: Golden, name: str, outcome: object) -> None:
    """Counts, failures by reason with their lines, and the next command."""
    assert isinstance(outcome, type(result()))
    golden(f"result-{name}.txt", text(result_lines(outcome, "garden.yaml", ink=PLAIN, width=80)))
    golden(f"result-{name}.json", document(result_document(outcome)))


def test_an_audit_lists_what_differs(golden: Golden) -> None:
    """Each difference with its issues and its line."""
    golden("audit.txt", text(audit_lines(differences(), graph(), "octo/garden", ink=PLAIN, width=80)))
    golden("audit.json", document(audit_document(differences(), graph(), "octo/garden")))


def test_an_audit_without_differences(golden: Golden) -> None:
    """Two lines."""
    clean = msgspec.structs.replace(differences(), missing=(), extra=(), duplicate=(), different=())
    golden("audit-clean.txt", text(audit_lines(clean, graph(), "octo/garden", ink=PLAIN, width=80)))


def test_consent_names_everybody_concerned(golden: Golden) -> None:
    """Account, repository and who sees it, writes, who is mailed, both times, and what else to confirm."""
    plan = garden()
    asks = ["octo/garden is not git's origin here, which is octo/orchard"]
    lines = consent_lines(plan, ESTIMATES, asks, first=3, ink=PLAIN, width=80)

    golden("consent.txt", text([*lines, question(plan)]))


def test_consent_without_anybody_to_mail(golden: Golden) -> None:
    """Only links: nobody is mailed."""
    plan = msgspec.structs.replace(garden(), operations=garden().operations[-1:], findings=())

    golden("consent-quiet.txt", text(consent_lines(plan, ESTIMATES[:1], [], ink=PLAIN, width=80)))


def run_view(**fields: object) -> RunView:
    """A run that waits."""
    shot = Snapshot(
        bars=(Bar("issues", 550, 500, 3),),
        left={"issue.create": 47},
        total=550,
        done=500,
        failed=3,
        in_doubt=1,
        in_flight=0,
        requests=252,
        throttles=1,
        started_at=NOW - 600,
        wait=Wait("content, 500 per hour", NOW + 3_000),
    )
    given: dict[str, object] = {
        "run": "01MCC5RMVRAPAAMTSM5XEGMJ22",
        "repository": "octo/garden",
        "graph": "garden",
        "state": "running",
        "shot": shot,
        "pid": 4127,
        "host": "alice@bench",
        "at": NOW - 3,
    }
    return RunView(**(given | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["running", "interrupted", "stopped", "finished"])
def test_status_says_where_a_run_stands(golden: Golden, state: str) -> None:
    """Counts, process, what it waits for until when, or how to go on."""
    shown = run_view(state=state, cause="Ctrl-C" if state == "stopped" else "")
    golden(f"status-{state}.txt", text(status_lines(shown, NOW, ink=PLAIN, width=80, zone=UTC)))


def test_status_for_programs(golden: Golden) -> None:
    """The same facts."""
    golden("status.json", document(status_document(run_view())))


def test_runs_are_a_table(golden: Golden) -> None:
    """Ids whole, so that they can be copied; a dead run is called interrupted."""
    runs = [
        RunSummary(
            id=f"01MCC5RMVRAPAAMTSM5XEGMJ2{number}",
            kind="apply",
            graph="garden",
            repository="octo/garden",
            plan_sha="9f2c" * 16,
            created_at=NOW - 86_400 * number,
            total=1_234,
            state="running",
            seq=12,
        )
        for number in range(2)
    ]
    states = {runs[0].id: "running", runs[1].id: "interrupted"}

    golden("runs.txt", text(runs_lines(runs, states, NOW, ink=PLAIN, zone=UTC)))
    golden("runs.json", document(runs_document(runs, states)))


def test_limits_say_what_is_spent_and_why(golden: Golden) -> None:
    """Windows with what they hold now, what was learnt, and every profile with its source."""
    charge = Charge(resource="graphql", lane="create", writes=True, meters={"content": 20, "create": 20})
    spent = [
        Spent(id=str(number), charge=charge, sent_at=NOW - age, ends_at=NOW - age, open=False)
        for number, age in enumerate((30, 90, 4_000))
    ]
    shown = LimitsView(
        profiles=(DOCUMENTED, OBSERVED),
        current=OBSERVED,
        chosen="auto",
        account="alice",
        learnt=(Learnt(profile="observed", at=NOW - 300, why="refused after 20 creates in 60 s"),),
        spent=tuple(spent),
    )

    golden("limits.txt", text(limits_lines(shown, NOW, ink=PLAIN, width=80, zone=UTC)))
    golden("limits.json", document(limits_document(shown, NOW)))


def test_errors_say_what_why_and_what_next(golden: Golden) -> None:
    """Three paragraphs at most, the line of a broken file first."""
    stale = StaleError("the plan is stale", cause="#231 changed, #240 is gone", hint="make a new plan")
    broken = InputError('task "a" depends on itself', path="docs/plan.yaml", line=12)
    long = StaleError("the plan is stale: " + "the repository changed since it was made " * 3)

    shown = [error_lines(error, PLAIN, 80) for error in (stale, broken, long)]

    golden("errors.txt", "\n".join(map(text, shown)))
    golden("errors.json", document([error_document(stale), error_document(broken)]))


def test_nobody_finds_colour_where_none_is_wanted() -> None:
    """No plain screen has an escape code."""
    screens = [
        plan_lines(view(), ink=PLAIN),
        result_lines(failed_result(), "g.yaml", ink=PLAIN),
        audit_lines(differences(), graph(), "octo/garden", ink=PLAIN),
        status_lines(run_view(), NOW, ink=PLAIN),
    ]

    assert not any("\x1b" in line for lines in screens for line in lines)
