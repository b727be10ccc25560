"""Every screen, as a person sees it at 80 columns and as a program reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC

import msgspec
import pytest
from msgspec.structs import replace
from tests.cli.conftest import GOLDEN
from tests.output.moments import BAND, FAILURES, HINT, TROUBLES, sending, waiting
from tests.output.moments import view as run_view
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
from penstock.model.limits import Charge, Learnt, Served, Spent
from penstock.model.ports import RunSummary
from penstock.model.task import Prose
from penstock.output.audit import audit_document, audit_lines
from penstock.output.bars import picture
from penstock.output.consent import consent_lines, question
from penstock.output.ink import Ink
from penstock.output.limits import LimitsView, limits_document, limits_lines
from penstock.output.plan import PlanView, plan_document, plan_lines
from penstock.output.problem import error_document, error_lines
from penstock.output.progress import PlainPicture
from penstock.output.result import Again, result_document, result_lines
from penstock.output.rows import painted
from penstock.output.snapshot import Snapshot
from penstock.output.status import resumed_lines, runs_document, runs_lines, status_document, status_lines

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


@pytest.mark.parametrize(("name", "verbose"), [("plan-text", False), ("plan-text-whole", True)])
def test_lines_that_became_text_are_told(golden: Golden, name: str, verbose: bool) -> None:
    """One row says how many; with -v each piece says whose text it became."""
    pieces = (Prose("beds", 3, 9), Prose("beds", 12, 12), Prose("seeds", 14, 40))
    plan = garden()
    told = msgspec.structs.replace(plan, desired=msgspec.structs.replace(plan.desired, prose=pieces))

    golden(f"{name}.txt", text(plan_lines(view(plan=told), ink=PLAIN, width=80, verbose=verbose)))


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("done", result()),
        ("failed", failed_result()),
        ("stopped", stopped_result()),
        ("pages", result(dead=3, skipped=1, failures=FAILURES)),
    ],
)
def test_a_result_says_how_it_went(golden: Golden, name: str, outcome: object) -> None:
    """Counts, failures by reason with their lines, and the next command."""
    assert isinstance(outcome, type(result()))
    golden(f"result-{name}.txt", text(result_lines(outcome, "garden.yaml", ink=PLAIN, width=80)))
    golden(f"result-{name}.json", document(result_document(outcome)))


def test_an_audit_lists_what_differs(golden: Golden) -> None:
    """Each difference with its issues and its line, and the command that shows how to mend them."""
    lines = audit_lines(
        differences(), graph(), "octo/garden", ink=PLAIN, width=80, again="garden.yaml --repo octo/garden"
    )
    golden("audit.txt", text(lines))
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


@pytest.mark.parametrize(("name", "shot"), [("waiting", waiting()), ("sending", sending())])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50), (50, 24)])
def test_a_run_while_it_goes(golden: Golden, name: str, shot: Snapshot, width: int, height: int) -> None:
    """Bars, limits with the binding one marked, engine, what failed last, the wait, the hint: what has room."""
    rows = picture(shot, BAND, NOW, width=width - 1, height=height - 1, hint=HINT, zone=UTC)

    golden(f"run-{name}-{width}.txt", text([painted(row, PLAIN) for row in rows]))


@pytest.mark.parametrize("name", ["run-waiting-120", "result-pages"])
def test_screens_are_documented_as_they_are(name: str) -> None:
    """The page that explains a screen shows that screen."""
    shown = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")

    assert f"```\n{shown}```" in (GOLDEN.parents[2] / "docs" / "screens.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 120])
def test_a_run_in_colour(golden: Golden, width: int) -> None:
    """Sixteen colours at most; without its escape codes it is the plain one."""
    rows = picture(waiting(), BAND, NOW, width=width - 1, height=39, hint=HINT, zone=UTC)
    coloured = [painted(row, Ink(True)) for row in rows]

    golden(f"run-colour-{width}.txt", text(coloured).replace("\x1b", "ESC"))
    assert [painted(row, PLAIN) for row in rows] == [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in coloured]


def test_a_run_without_a_terminal(golden: Golden) -> None:
    """Lines, and one for each failure."""
    lines: list[str] = []
    plain = PlainPicture(lines.append)
    plain.draw(sending(), BAND, NOW)
    plain.draw(waiting(news=TROUBLES), BAND, NOW + 31)

    golden("run-plain.txt", re.sub(r"until [0-9:]+", "until 08:12", text(lines)))


@pytest.mark.parametrize("state", ["running", "interrupted", "stopped", "finished"])
def test_status_says_where_a_run_stands(golden: Golden, state: str) -> None:
    """Counts, process, what it waits for until when, or how to go on."""
    shown = run_view(state=state, shot=waiting(state=state), cause="Ctrl-C" if state == "stopped" else "")
    for width in (0, 80, 120):
        golden(f"status-{state}-{width}.txt", text(status_lines(shown, NOW, ink=PLAIN, width=width, zone=UTC)))


def test_status_for_programs(golden: Golden) -> None:
    """The same facts."""
    golden("status.json", document(status_document(run_view())))


def test_resume_says_what_it_finds(golden: Golden) -> None:
    """What is done, what is looked up first, and what must be waited for."""
    lines = resumed_lines(run_view(), waiting().wait, NOW, ink=PLAIN, width=80)

    golden("resume.txt", re.sub(r"until [0-9:]+", "until 08:12", text(lines)))


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
        served=(
            Served(
                api="graphql",
                at=NOW - 60,
                overhead_s=0.18,
                cost_s={"issue.update": 0.31, "issue.close": 0.22},
                noise=0.04,
                samples=1_204,
            ),
        ),
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


def test_status_repeats_where_the_journal_lies() -> None:
    """The next command can be copied as it stands."""
    shown = replace(run_view(state="interrupted"), again=Again(run="--state-dir elsewhere"))

    assert f"next     penstock resume {shown.run} --state-dir elsewhere" == status_lines(shown, NOW, ink=PLAIN)[-1]
