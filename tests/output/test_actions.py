"""What GitHub Actions is told: commands that nothing breaks out of, inside its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.output.samples import ESTIMATES, differences, failed_result, garden, graph, stopped_result
from tests.output.samples import result as finished_result

from penstock.base.errors import InputError, PenstockError
from penstock.model.plan import AuditReport
from penstock.model.result import Failure
from penstock.output.actions import SUMMARY_BYTES, Actions, Step, annotation_lines, defused, output, summary
from penstock.output.markdown import code, escaped, fenced, folded, table
from penstock.output.plan import PlanView
from penstock.output.step import audit_step, error_step, plan_step, run_step, whole_list
from penstock.output.stream import Diagnostic

COMMAND = re.compile(r"::(\w+) (.*?)::(.*)")


def at(path: str, line: int) -> str:
    """A place without a link."""
    return code(f"{path}:{line}")


def nobody(lines: Iterable[str]) -> None:
    """Reads no lines."""


def parsed(command: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it."""
    found = COMMAND.fullmatch(command)
    assert found, command
    name, heads, text = found.groups()
    pairs = (head.split("=", 1) for head in heads.split(","))
    return name, {key: runner_reads(value) for key, value in pairs}, runner_reads(text)


def runner_reads(text: str) -> str:
    """What the runner puts in their place, in its order."""
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def html(markdown: str) -> str:
    """The page that a summary becomes."""
    found: str = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    return found


def test_a_diagnostic_is_an_annotation_at_its_line() -> None:
    """File, line and title first, then what happened and what to do; nothing breaks out of its field."""
    found = Diagnostic(
        level="error", message="50%0A of a::b\r\nis gone", hint="mend, or leave", path="a,b:c%.yaml", line=9
    )
    [command] = annotation_lines([found], str)

    assert (
        "error",
        {"file": "a,b:c%.yaml", "line": "9", "title": "Penstock"},
        "50%0A of a::b\r\nis gone\nhint: mend, or leave",
    ) == parsed(command)
    assert "\n" not in command


def test_what_needs_a_yes_is_a_warning_and_a_note_is_none() -> None:
    """The runner knows three levels; notes are for those who read the log."""
    levels = [Diagnostic(level=level, message="m") for level in ("error", "confirm", "warning", "note")]

    assert ["error", "warning"] == [parsed(command)[0] for command in annotation_lines(levels, str)[:2]]
    assert 2 == len(annotation_lines([levels[1], levels[0], levels[3]], str))


def test_what_says_the_same_is_one_annotation() -> None:
    """At the first of its lines, with the number of them and the other lines."""
    same = [Diagnostic(level="error", message="no label", path="g.yaml", line=line) for line in (3, 8, 13)]
    [command] = annotation_lines(same, str)
    _, heads, text = parsed(command)

    assert ("3", "3 × no label (also at lines 8 and 13)") == (heads["line"], text)


@pytest.mark.parametrize("count", [9, 10, 11, 46, 1_000])
def test_at_most_ten_of_a_level(count: int) -> None:
    """GitHub shows ten: the nine largest and how many more there are; the other level is not touched."""
    many = [Diagnostic(level="error", message=f"m{no}", line=no) for no in range(count)]
    large = [Diagnostic(level="error", message="large")] * 5
    lines = annotation_lines([*many, *large, Diagnostic(level="warning", message="w")], str)
    errors = [line for line in lines if line.startswith("::error")]

    assert min(count + 1, 10) == len(errors)
    assert "5 × large" == parsed(errors[0])[2]
    assert 1 == len(lines) - len(errors)
    if count + 1 > 10:
        assert f"…and {count - 8:,} more: see the log or the summary" == parsed(errors[-1])[2]


def test_a_file_is_named_from_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the step works; a file outside is named as the user named it."""
    below = tmp_path / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    written: list[str] = []
    runner = Actions({"GITHUB_WORKSPACE": str(tmp_path)}, written.extend, quiet=False)
    runner.annotate([Diagnostic(level="error", message="m", path=path) for path in ("plan.yaml",)])
    runner.annotate([Diagnostic(level="error", message="m", path="/elsewhere/plan.yaml")])

    assert ["docs/plan.yaml", "/elsewhere/plan.yaml"] == [parsed(line)[1]["file"] for line in written]


def test_a_place_is_a_link_to_the_commit() -> None:
    """Markdown is shown as source, for there the line is; without a commit there is no link."""
    environ = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "octo/garden", "GITHUB_SHA": "abc"}
    runner = Actions(environ, nobody, quiet=False)

    assert '<a href="https://github.com/octo/garden/blob/abc/a%20b.md?plain=1#L7"><code>a b.md:7</code></a>' in html(
        runner.place("a b.md", 7)
    )
    assert "<a" not in html(Actions({}, nobody, quiet=False).place("a.md", 7))
    assert "<a" not in html(runner.place("/elsewhere/a.md", 7))


@pytest.mark.parametrize("value", ["", "x", "a\nb", "x\nrun<<EOF\nforged\nEOF", "世"])
def test_an_output_is_what_it_was(value: str) -> None:
    """Nothing in a value ends it early."""
    head, *lines, mark, rest = output("run", value).split("\n")

    assert f"run<<{mark}" == head
    assert (value, "") == ("\n".join(lines), rest)
    assert mark not in value


@pytest.mark.parametrize("line", ["##[error]x", "  ::add-mask::x", "a ##[group]b", "::error::x"])
def test_text_of_others_is_no_command(line: str) -> None:
    """It looks the same; the runner takes commands from the beginning of a line, and `##[` anywhere."""
    safe = defused(line)

    assert line == safe.replace("\u200b", "")
    assert "##[" not in safe
    assert not safe.strip().startswith("::")


def test_an_ordinary_line_stays_as_it_is() -> None:
    """Two colons within a line are nobody's command."""
    assert "use a::b for ## [x]" == defused("use a::b for ## [x]")


@pytest.mark.parametrize(
    "text", ["a|b", "`x`", "<b>bold</b>", "*x* _y_ [z](u)", "\\", "&amp;", "@mona", "a\nb|", "~~x~~"]
)
def test_text_of_others_is_no_markup(text: str) -> None:
    """In a cell and as code it reads as it was written, on one line."""
    row = html(table(("a", "b:"), [(escaped(text), code(text))]))
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    shown = text.replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert [shown, f"<code>{shown}</code>"] == cells


def test_a_fence_holds_whatever_stands_in_it() -> None:
    """Also fences."""
    text = "````\n```diff\n<b>"

    assert "<pre><code>````\n```diff\n&lt;b&gt;\n</code></pre>\n" == html(fenced(text))


def test_a_long_list_is_cut_with_a_pointer() -> None:
    """Whole lines within the room, and where the others stand; with room for all there is no pointer."""
    lines = [f"+ line {no} `{'`' * (no % 7)}" for no in range(1_000)]
    cut = folded("All", lines, 10_000, "see the log")

    assert len(cut.encode()) <= 10_000
    assert 7_000 < len(cut.encode())
    assert "see the log\n\n</details>" in cut
    assert cut.count("+ line") < 1_000
    assert "see the log" not in folded("All", lines, 100_000, "see the log")
    assert "" == folded("All", lines, 100, "see the log")


def test_a_summary_fits_the_step() -> None:
    """Above 1 MiB GitHub drops all of it; commands of one step share the room."""
    step = Step(summary="# Done", listing=["+ " + "世" * 300] * 5_000, title="All", rest="more", outputs={})

    assert 900_000 < len(summary(step, SUMMARY_BYTES).encode()) <= SUMMARY_BYTES
    assert len(summary(step, 50_000).encode()) <= 50_000
    assert "# Done\n\n" == summary(step, 20)
    assert "" == summary(step, 3)


def test_a_second_command_adds_to_the_first(tmp_path: Path) -> None:
    """Both files are appended to; and where one cannot be written, that is said and nothing ends."""
    pages, outputs = tmp_path / "page", tmp_path / "outputs"
    pages.write_text("before\n")
    written: list[str] = []
    environ = {"GITHUB_STEP_SUMMARY": str(pages), "GITHUB_OUTPUT": str(outputs)}
    Actions(environ, written.extend, quiet=False).leave(Step(summary="after", outputs={"run": "01"}))
    Actions({"GITHUB_OUTPUT": str(tmp_path)}, written.extend, quiet=False).leave(Step(summary="x", outputs={"a": 1}))

    assert "before\nafter\n\n" == pages.read_text()
    assert outputs.read_text().startswith("run<<")
    assert ["::warning title=Penstock::cannot write GITHUB_OUTPUT: Is a directory"] == written


def test_commands_of_one_step_share_its_room(tmp_path: Path) -> None:
    """What stands in the summary already counts."""
    page = tmp_path / "page"
    page.write_text("x" * (SUMMARY_BYTES - 5_000))
    step = Step(summary="# Done", listing=["+ line"] * 5_000, title="All", rest="more", outputs={})
    Actions({"GITHUB_STEP_SUMMARY": str(page)}, nobody, quiet=False).leave(step)

    assert SUMMARY_BYTES - 4_000 < page.stat().st_size <= SUMMARY_BYTES


def test_quiet_annotates_errors_alone() -> None:
    """And folds nothing."""
    written: list[str] = []
    runner = Actions({}, written.extend, quiet=True)
    runner.annotate([Diagnostic(level="error", message="e"), Diagnostic(level="warning", message="w")])
    with runner.group("all"):
        pass

    assert ["::error title=Penstock::e"] == written


# -- the page of a step


def pages() -> Mapping[str, Step]:
    """One of each."""
    plan = garden(tasks=PLAN)
    failed = failed_result()
    return {
        "plan": plan_step(PlanView(plan=plan, estimates=ESTIMATES, sha256="9f" * 32), 0, at),
        "run": run_step(failed, plan, 3, at),
        "stopped": run_step(stopped_result(), plan, 5, at),
        "audit": audit_step(differences(), graph(), "octo/garden", 3),
        "error": error_step(InputError("no `key`", path="g.yaml", line=3, hint="add one"), at),
    }


PLAN = b"""\
graph: garden
tasks:
  - key: beds
    title: "Build | `three` <b>beds</b> ##[error]x"
    labels: ["wo|od"]
"""


@pytest.mark.parametrize("name", ["plan", "run", "stopped", "audit", "error"])
def test_a_page_is_sound(name: str) -> None:
    """It begins with a heading, every fold is closed, every table has its columns, and it says the exit code."""
    step = pages()[name]
    page = summary(step, SUMMARY_BYTES)
    shown = html(page)

    assert shown.startswith("<h3>")
    assert page.count("<details>") == page.count("</details>")
    assert "<b>beds" not in shown
    for found in re.findall(r"<table>.*?</table>", shown, re.DOTALL):
        assert 1 == len({row.count("<td") + row.count("<th") for row in re.findall(r"<tr>.*?</tr>", found, re.DOTALL)})
    assert "exit_code" in step.outputs


def words(page: str) -> str:
    """What a reader sees, on one line."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html(page)).split()))


def test_the_page_of_a_plan() -> None:
    """How much, how long, what to mind, what to do next, and every operation folded away."""
    step = pages()["plan"]
    page = words(step.summary)

    for part in ("2 operations", "Time: 6 min", "1 label will be created: wo|od", "penstock apply garden.yaml"):
        assert part in page
    assert 2 == len(step.listing)
    assert (2, 0, 0, "9f" * 32) == tuple(step.outputs[name] for name in ("changes", "errors", "exit_code", "sha256"))


def test_the_page_of_a_run_that_failed() -> None:
    """Failures by reason with their lines; skipped ones are counted; annotations for what failed by itself."""
    step = pages()["run"]
    page = words(step.summary)

    assert 'label "p9" does not exist issue.create beds garden.yaml:3 issue.create fence garden.yaml:17' in page
    assert "skipped, since something they need failed 1" in page
    assert "mend what failed, then penstock apply garden.yaml" in page
    assert ("finished", 12, 8, 4, 0, 3) == tuple(
        step.outputs[name] for name in ("state", "total", "succeeded", "failed", "left", "exit_code")
    )
    assert [3, 13, 17] == [one.line for one in step.diagnostics]


def test_a_failure_links_to_its_page() -> None:
    """Where there is one."""
    failure = Failure("issue.close fence", "gone", 17, url="https://github.com/octo/garden/issues/4")
    step = run_step(finished_result(dead=1, succeeded=11, failures=(failure,)), garden(), 3, at)

    assert '<a href="https://github.com/octo/garden/issues/4"><code>issue.close fence</code></a>' in html(step.summary)


def test_the_page_of_a_run_that_stopped() -> None:
    """Why, how much is left, and how to go on."""
    page = words(pages()["stopped"].summary)

    assert "Stopped (Ctrl-C)" in page
    assert "left 7" in page
    assert "penstock resume 01MCC5RMVRAPAAMTSM5XEGMJ22" in page


def test_the_page_of_an_audit() -> None:
    """Counts, and each difference folded away; a clean one lists nothing."""
    step = pages()["audit"]
    clean = audit_step(AuditReport(), graph(), "octo/garden", 0)

    assert "not as planned" in words(step.summary)
    assert 4 == len(step.listing)
    assert (1, 1, 1, 1) == tuple(step.outputs[sort] for sort in ("missing", "extra", "duplicate", "different"))
    assert [] == list(clean.listing)


def test_the_page_of_an_error() -> None:
    """What happened, where, and what to do; the exit code is an output."""
    step = pages()["error"]

    assert "Penstock stopped: g.yaml:3 : no `key` Hint: add one" == words(step.summary)
    assert {"exit_code": 64} == step.outputs
    assert {"exit_code": 1} == error_step(PenstockError("x"), at).outputs


def test_the_list_of_a_plan_ends_somewhere() -> None:
    """A log of a million lines is read by nobody."""
    tasks = "".join(f"  - {{key: k{no}, title: Task {no}}}\n" for no in range(5_100)).encode()
    lines = whole_list(garden(tasks=b"graph: many\ntasks:\n" + tasks, issues=False))

    assert (5_001, "… 100 more; -v shows all") == (len(lines), lines[-1])
