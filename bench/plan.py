"""
What planning costs this machine: processor time from a Markdown file to the last line on the screen, and memory.

    python bench/plan.py [--n 10000] [--repeats 3] [--json]

Writes a PRD of n tasks: headings in two levels, items with sub-items, ids for nine in ten, attributes, 1.2 dependencies
a task, text and code in the bodies. Then does what `penstock plan` does with it, imports and the reading of the
repository left out: read and check the file, plan, preflight, both estimates of `auto`, the plan's digest, the screen.

Twice: for an empty repository, where every task is new, and for one that has them all already. `cpu_s` is the dearer
of the two from file to screen, in processor seconds of this process (user and system), each stage the least of several
repeats; `cpu_new_s` and `cpu_matching_s` are both, the rest is stage by stage. `peak_rss_mb` is the process's largest
resident size, interpreter, imports and both made repositories included.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench._report import Figures, options, show

from penstock.api.estimate import estimates
from penstock.core.planner import make_plan
from penstock.github.limits import CAPS
from penstock.io.plan_file import plan_sha
from penstock.io.task_files import load_graph
from penstock.model.config import Config
from penstock.model.observed import Account, Marker, Names, Observation, ObservedIssue, RepositoryFacts
from penstock.model.plan import Plan
from penstock.model.task import TaskGraph
from penstock.output.ink import Ink
from penstock.output.plan import PlanView, plan_document, plan_lines

T = TypeVar("T")

HOST = "https://api.github.com"
AREA, EPIC, ITEM = 1000, 100, 10
"""So many tasks stand in an area, an epic, an item, itself included."""

WIDTH = 120
_RSS_UNITS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


def prd(n: int) -> str:
    """A document with n tasks, its own included."""
    lines = ["---", "graph: bench", "milestone: Next", "labels: [bench]", "reviewed: yes", "---", "", "# The programme"]
    lines += ["", "## Overview", "", "What it is for, who asked for it, and how we know that it is done.", ""]
    for number in range(1, n):
        lines += _task(number)
    return "\n".join(lines) + "\n"


def _task(number: int) -> Iterator[str]:
    """The lines of one task: areas and epics are headings, items hold sub-items."""
    name = f"{_named(number)}{_title(number)}"
    if number % AREA == 1:
        yield from ("", f"## {name}", "", "Priority: high", "", "Why this area is there, in a sentence or two.", "")
    elif number % EPIC == 1:
        yield from ("", f"### {name} (depends on {_id(number - 1)}; labels: epic)", "", "One line of its story.", "")
    else:
        sub = number % ITEM != 0
        indent = "  " if sub and number % EPIC > ITEM else ""
        yield f"{indent}- [{'x' if number % 8 == 0 else ' '}] {name}{_attributes(number)}"
        if number % 3 == 0:
            yield from (
                "",
                f"{indent}  What is wanted, and how to see that it is done,",
                f"{indent}  on two lines.",
                "",
            )
        if number % 10 == 7:
            yield from (f"{indent}  ```sh", f"{indent}  make task-{number}  # [ ] not a task", f"{indent}  ```", "")


def _named(number: int) -> str:
    return "" if number % 10 == 5 and number % EPIC != 1 else f"{_id(number)} "


def _id(number: int) -> str:
    return f"T{number:06}"


def _title(number: int) -> str:
    if number % 10 == 4:
        return f"Make `part {number}` ready for **everybody**"
    return f"Build part {number} of the programme"


def _attributes(number: int) -> str:
    needs = [_id(number - back) for back in (1, 7) if number > back and _named(number - back) and number % (back + 2)]
    groups = [f"depends on {', '.join(needs)}"] if needs else []
    groups += [f"labels: part, team-{number % 7}"] if number % 4 == 0 else []
    groups += ["estimate: 3d"] if number % 6 == 0 else []
    return f" ({'; '.join(groups)})" if groups else ""


def empty(graph: TaskGraph) -> Observation:
    """A repository without issues that has the graph's labels and milestones."""
    labels = {label for task in graph.tasks for label in task.labels}
    milestones = sorted({task.milestone for task in graph.tasks if task.milestone})
    return Observation(
        repository=RepositoryFacts(
            name="octo/widgets",
            node_id="R_1",
            database_id=1,
            permission="admin",
            visibility="private",
            archived=False,
            has_issues=True,
            watchers=1,
        ),
        account=Account("octo", 1, "U_1"),
        names=Names(
            labels={label: (label, f"L_{label}") for label in labels},
            milestones={title: (number, f"M_{number}") for number, title in enumerate(milestones, 1)},
        ),
        issues=(),
        total=0,
        high_water=0,
        transport="graphql",
        requests=1,
        as_of=0.0,
    )


def matching(graph: TaskGraph) -> Observation:
    """The same repository after the plan was applied."""
    numbers = {task.key: number for number, task in enumerate(graph.tasks, 1)}
    seen = empty(graph)
    issues = tuple(
        ObservedIssue(
            number=numbers[task.key],
            node_id=f"I_{numbers[task.key]}",
            database_id=numbers[task.key],
            title=task.title,
            body=task.body,
            state=task.state,
            author="octo",
            marker=Marker(
                graph=graph.name,
                key=task.key,
                op=numbers[task.key],
                run="r",
                state=task.state,
                labels=task.labels,
            ),
            region=task.body,
            labels=task.labels,
            milestone=task.milestone or "",
            parent=numbers[task.parent] if task.parent else 0,
            blocked_by=tuple(numbers[key] for key in task.depends_on),
        )
        for task in graph.tasks
    )
    names = {"issues": issues, "total": len(issues), "high_water": len(issues)}
    return type(seen)(**{field: getattr(seen, field) for field in seen.__struct_fields__} | names)


class Stages:
    """Runs stages and remembers the processor seconds of each: the least of several repeats."""

    def __init__(self, repeats: int) -> None:
        self.seconds: dict[str, float] = {}
        self._repeats = repeats

    def run(self, name: str, stage: Callable[[], T]) -> T:
        """The stage's result; its time is kept under its name."""
        spent: list[float] = []
        for _ in range(self._repeats):
            gc.collect()
            began = time.process_time()
            result = stage()
            spent.append(time.process_time() - began)
        self.seconds[name] = min(spent)
        return result


def measure(n: int, repeats: int, directory: Path) -> Figures:
    """Plan n tasks in this process."""
    path = directory / "programme.md"
    path.write_text(prd(n), encoding="utf-8")
    stages = Stages(repeats)
    graph = stages.run("read_s", lambda: load_graph(str(path)))
    if len(graph.tasks) != n:
        raise SystemExit(f"{len(graph.tasks)} tasks were read, not {n}")
    writes = {name: _plan(stages, graph, name) for name in ("new", "matching")}
    if writes["matching"]:
        raise SystemExit(f"a repository that matches would get {writes['matching']} writes")
    each = {name: sum(spent for stage, spent in stages.seconds.items() if name in stage) for name in writes}
    totals = {f"cpu_{name}_s": stages.seconds["read_s"] + spent for name, spent in each.items()}
    return {
        "tasks": n,
        "dependencies": sum(len(task.depends_on) for task in graph.tasks),
        "operations": writes["new"],
        "cpu_s": round(max(totals.values()), 3),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _RSS_UNITS_PER_MB, 1),
        **{name: round(seconds, 3) for name, seconds in (totals | stages.seconds).items()},
    }


def _plan(stages: Stages, graph: TaskGraph, name: str) -> int:
    """All that is done with a graph once the repository was read; returns how many writes there are."""
    seen = (empty if name == "new" else matching)(graph)
    plan = stages.run(f"plan_{name}_s", lambda: make_plan(graph, seen, now=0.0, host=HOST, caps=CAPS))
    times = stages.run(f"estimate_{name}_s", lambda: estimates(plan, Config()))
    view = PlanView(plan=plan, estimates=times, sha256=stages.run(f"digest_{name}_s", lambda: plan_sha(plan)))
    stages.run(f"screen_{name}_s", lambda: _shown(view))
    _check(plan)
    return len(plan.operations)


def _shown(view: PlanView) -> list[str]:
    plan_document(view)
    return plan_lines(view, ink=Ink(color=True), width=WIDTH)


def _check(plan: Plan) -> None:
    errors = [finding.message for finding in plan.findings if finding.level == "error"]
    if errors:
        raise SystemExit(f"the plan has errors, the first is: {errors[0]}")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="tasks [10000]")
    parser.add_argument("--repeats", type=int, default=3, help="how often each stage runs [3]")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="penstock-plan-") as directory:
        show(measure(chosen.n, chosen.repeats, Path(directory)), as_json=chosen.as_json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
