"""The command as a step of GitHub Actions runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from tests.cli.shell import COMMAND, PATIENCE_S, Done, Shell
from tests.cli.test_journeys import LAB, TASKS, many

ROOT = Path(__file__).parents[2]
OUTPUT = re.compile(r"(\w+)<<(ghadelimiter_\w+)\n(.*?)\n\2\n", re.DOTALL)


class Step:
    """A step: its environment, and what it leaves behind."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.page = shell.directory / "step-summary"
        self.outputs_file = shell.directory / "step-output"
        self.environ = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(shell.directory),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "octo/widgets",
            "GITHUB_SHA": "cafe",
            "GITHUB_STEP_SUMMARY": str(self.page),
            "GITHUB_OUTPUT": str(self.outputs_file),
        }

    def run(self, *arguments: str) -> Done:
        """Run a command; what the step before left is gone."""
        for file in (self.page, self.outputs_file):
            file.write_text("")
        return self.shell.run(*arguments, **self.environ)

    @property
    def summary(self) -> str:
        """Markdown."""
        return self.page.read_text()

    @property
    def outputs(self) -> dict[str, str]:
        """By name."""
        return {name: value for name, _, value in OUTPUT.findall(self.outputs_file.read_text())}


def commands(text: str, name: str) -> list[str]:
    """Workflow commands of one name."""
    return [line for line in text.splitlines() if line.startswith(f"::{name}")]


def test_a_plan_is_a_page(shell: Shell) -> None:
    """Summary and outputs, warnings at their lines, the long list folded; stdout is what it is everywhere."""
    step = Step(shell)
    file = shell.write("many.yaml", many(30).replace("title: Task 7}", "title: Task 7, labels: [wood]}"))
    plain = shell.run("plan", file, *LAB)
    done = step.run("plan", file, *LAB)

    assert (0, plain.out) == (done.code, done.out)
    assert ["::warning file=many.yaml,line=10,title=Penstock::1 label will be created: wood"] == [
        line.partition("%0A")[0] for line in commands(done.err, "warning")
    ]
    assert ["::group::all 31 operations"] == commands(done.err, "group")
    assert 31 == done.err.partition("::group::")[2].partition("::endgroup::")[0].count("\n") - 1
    assert step.summary.startswith("### Plan for octo/widgets\n\n**31 operations**")
    assert 31 == step.summary.count("\n+ ")
    assert ("31", "0", "0", "many") == tuple(step.outputs[name] for name in ("changes", "errors", "exit_code", "graph"))


def test_a_run_is_a_page(shell: Shell) -> None:
    """Progress is folded, the result is not; the outputs name the run."""
    step = Step(shell)
    done = step.run("apply", shell.write("garden.yaml", TASKS), *LAB, "--yes")
    run = shell.run("runs", "--json").document["runs"][0]["id"]
    folded = done.err.partition("::group::progress of octo/widgets\n")[2].partition("::endgroup::")[0]

    assert 0 == done.code
    assert "100 %  7/7" in folded
    assert "::" not in done.out
    assert "### Run: octo/widgets" in step.summary
    assert {
        "run": run,
        "state": "finished",
        "repository": "octo/widgets",
        "graph": "garden",
        "total": "7",
        "succeeded": "7",
        "failed": "0",
        "left": "0",
        "exit_code": "0",
    } == step.outputs


def test_what_failed_is_annotated(shell: Shell) -> None:
    """At the first of its lines, once for each reason; the page links to the lines."""
    step = Step(shell)
    shell.simulator.act("create_label", name="wood", color="ededed")
    labelled = many(5).replace("tasks:", "defaults: {labels: [wood]}\ntasks:")
    shell.run("apply", shell.write("many.yaml", labelled), *LAB, "--yes", "--first", "1")
    shell.simulator.act("delete_label", name="wood")
    done = step.run("resume")
    [error] = commands(done.err, "error")

    assert 3 == done.code
    assert error.startswith("::error file=many.yaml,line=5,title=Penstock::4 × failed: ")
    assert error.endswith("(also at lines 6, 7 and 8)")
    assert "https://github.com/octo/widgets/blob/cafe/many.yaml#L5" in step.summary
    assert ("4", "3") == (step.outputs["failed"], step.outputs["exit_code"])


def test_a_broken_file_is_annotated(shell: Shell) -> None:
    """Where it is broken, with the hint; the page and the outputs say that it ended so."""
    step = Step(shell)
    file = shell.write("garden.yaml", TASKS.replace("[beds.frame]", "[beds.farme]"))
    done = step.run("plan", file, *LAB, "--json")
    [error] = commands(done.err, "error")

    assert error.startswith('::error file=garden.yaml,line=9,title=Penstock::task "beds.soil" depends on "beds.farme"')
    assert error.endswith('%0Ahint: did you mean "beds.frame"?')
    assert 64 == done.document["error"]["exit_code"]
    assert step.summary.startswith("### Penstock stopped: ")
    assert {"exit_code": "64"} == step.outputs


def test_findings_are_annotated(shell: Shell) -> None:
    """Also by apply, which refuses the plan."""
    step = Step(shell)
    file = shell.write("garden.yaml", TASKS.replace("labels: [wood]", "assignees: [monna]"))
    for command in (["plan", file, *LAB], ["apply", file, *LAB, "--yes"]):
        done = step.run(*command)
        found = "::error file=garden.yaml,line=3,title=Penstock::monna cannot be assigned in octo/widgets"

        assert 64 == done.code
        assert found in {line.partition("%0A")[0] for line in commands(done.err, "error")}
        assert "64" == step.outputs["exit_code"]


def test_an_audit_is_a_page(shell: Shell) -> None:
    """Differences at their lines."""
    step = Step(shell)
    file = shell.write("garden.yaml", TASKS)
    shell.run("apply", file, *LAB, "--yes")
    shell.write(file, TASKS.replace("Order seeds", "Order many seeds"))
    done = step.run("audit", file, *LAB)
    [warning] = commands(done.err, "warning")

    assert (3, "1") == (done.code, step.outputs["different"])
    assert warning.startswith("::warning file=garden.yaml,line=12,title=Penstock::different: seeds  #")
    assert "### Audit of octo/widgets" in step.summary


def test_a_rehearsal_is_a_page(shell: Shell) -> None:
    """It needs no server; the page says what the simulator counted."""
    step = Step(shell)
    done = step.run("rehearse", shell.write("garden.yaml", TASKS))

    assert 0 == done.code
    assert "### Rehearsal on a simulated GitHub" in step.summary
    assert "the simulator counted 0 requests or items against a limit" in step.summary
    assert "7" == step.outputs["succeeded"]


def test_a_plan_that_changes_nothing(shell: Shell) -> None:
    """Has a page as well: a green job should say why it did nothing."""
    step = Step(shell)
    file = shell.write("garden.yaml", TASKS)
    shell.run("apply", file, *LAB, "--yes")
    for command in (["plan", file, *LAB], ["apply", file, *LAB, "--yes"]):
        step.run(*command)

        assert "**Nothing to do**" in step.summary
        assert "0" == step.outputs["exit_code"]


def test_titles_command_nothing(shell: Shell) -> None:
    """Neither the runner nor the page: text of others stays text, also in JSON."""
    step = Step(shell)
    title = "##[stop-commands]x ::error::y | `z` <script>"
    file = shell.write("hostile.yaml", json.dumps({"graph": title, "tasks": [{"key": "a", "title": title}]}))
    streams = [step.run(*words, *LAB) for words in (["plan", file], ["plan", file, "--json"], ["plan", file, "-v"])]

    for done in streams:
        assert "##[" not in done.out + done.err
        assert not [line for line in (done.out + done.err).splitlines() if line.strip().startswith("::error")]
    assert title == streams[1].document["graph"]
    assert "<script>" not in step.summary.partition("<details>")[0]


def test_elsewhere_there_is_nothing_of_it(shell: Shell) -> None:
    """Unless GITHUB_ACTIONS says so: no commands, no files, whatever else is set."""
    step = Step(shell)
    step.environ["GITHUB_ACTIONS"] = "false"
    file = shell.write("many.yaml", many(30))
    done = step.run("apply", file, *LAB, "--yes")

    assert 0 == done.code
    assert "::" not in done.out + done.err
    assert ("", {}) == (step.summary, step.outputs)


def test_colour_in_a_log_does_not_move(shell: Shell) -> None:
    """FORCE_COLOR, which workflows set, paints; it never draws over a line."""
    step = Step(shell)
    step.environ["FORCE_COLOR"] = "1"
    done = step.run("apply", shell.write("many.yaml", many(30)), *LAB, "--yes")

    assert "\x1b[32m" in done.out
    assert set() == set(re.findall(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\r", done.out + done.err))


# -- the workflow of the documentation


def workflow() -> dict[Any, Any]:
    """As YAML has it; its `on` is a word that YAML 1.1 takes for a truth."""
    text = (ROOT / "docs" / "github-actions.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found: dict[Any, Any] = yaml.safe_load(block)
    return found


def test_the_workflow_is_what_it_should_be() -> None:
    """Every action is pinned by its tag, rights are the least, and the journal is kept whatever happens."""
    found = workflow()
    apply = found["jobs"]["apply"]
    used = [step["uses"] for job in found["jobs"].values() for step in job["steps"] if "uses" in step]

    assert {"pull_request", "push", "workflow_dispatch"} == set(found[True])
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)
    assert {"contents": "read", "issues": "read"} == found["jobs"]["plan"]["permissions"]
    assert "write" == apply["permissions"]["issues"]
    assert "always()" == apply["steps"][-1]["if"]
    assert (".penstock", True) == tuple(apply["steps"][-1]["with"][name] for name in ("path", "include-hidden-files"))
    assert all(step["run"].startswith("exec ") for step in apply["steps"] if step.get("timeout-minutes"))


def test_the_workflow_works(shell: Shell) -> None:
    """Plan, apply, a job that is cancelled, and the one that goes on with its journal: no issue twice."""
    found = workflow()
    (shell.directory / "docs").mkdir()
    shell.write("docs/plan.yaml", many(30))
    contexts = {
        "github.token": shell.simulator.hello["token"],
        "github.api_url": shell.simulator.url,
        "github.workspace": str(shell.directory),
    }
    environ = {
        name: re.sub(r"\$\{\{ (.*?) \}\}", lambda context: contexts[context[1]], value)
        for name, value in found["env"].items()
    }
    steps = [one for job in found["jobs"].values() for one in job["steps"]]
    scripts = {one["name"]: one["run"] for one in steps if "name" in one and "run" in one}
    step = Step(shell)
    environ |= step.environ | {"PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"}

    def bash(name: str, *, more: str = "") -> subprocess.CompletedProcess[str]:
        """As the runner calls it."""
        step.page.write_text("")
        step.outputs_file.write_text("")
        return subprocess.run(
            ["bash", "-e", "-c", scripts[name] + more],
            cwd=shell.directory,
            env=shell.environ | environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    planned = bash("Plan")
    changes = step.outputs["changes"]
    cancelled = bash("Apply", more=" --first 5")
    resumed = bash("Resume")

    assert (0, "30") == (planned.returncode, changes)
    assert (5, 0) == (cancelled.returncode, resumed.returncode)
    assert ("30", "0") == (step.outputs["succeeded"], step.outputs["exit_code"])
    assert (30, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates"))
    assert (shell.directory / ".penstock" / "state" / "penstock").is_dir()
