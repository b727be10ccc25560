"""`--json-stream` as programs read it: whole runs against a served simulator, every line against the schema."""

from __future__ import annotations

import json
import re
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.shell import Done, Shell
from tests.cli.test_journeys import LAB, TASKS, many

from penstock.output.stream import stream_schema

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(stream_schema())


def lines_of(text: str) -> list[dict[str, Any]]:
    """The lines of a stream: the version first, all as promised."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    assert ["version"] == [line["type"] for line in lines[:1]]
    assert 1 == sum(line["type"] == "version" for line in lines)
    return lines


def of_type(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Those of one type."""
    return [line for line in lines if line["type"] == name]


def test_a_plan_as_a_stream(shell: Shell) -> None:
    """Operations, numbers, findings, and last the document that --json prints."""
    file = shell.write("garden.yaml", TASKS)
    done = shell.run("plan", file, *LAB, "--json-stream")
    document = shell.run("plan", file, *LAB, "--json").document
    lines = lines_of(done.out)

    assert 0 == done.code
    assert document["operations"] == len(of_type(lines, "planned"))
    assert document["findings"] == [
        {name: found[name] for name in ("level", "message", "hint", "line")}
        for found in of_type(lines, "diagnostic")
        if found["level"] != "note"
    ]
    assert document["counts"] == of_type(lines, "plan_summary")[0]["counts"]
    assert "finished" == lines[-1]["type"]
    assert document | {"sha256": ""} == lines[-1]["document"] | {"sha256": ""}


def test_a_whole_run_as_a_stream(shell: Shell) -> None:
    """Every operation is planned once, sent, and settled once with its issue; the last line is the result."""
    done = shell.run("apply", shell.write("garden.yaml", TASKS), *LAB, "--yes", "--json-stream")
    lines = lines_of(done.out)
    [started] = of_type(lines, "started")
    settled = of_type(lines, "settled")
    last = lines[-1]

    assert (0, "finished") == (done.code, last["type"])
    assert list(range(7)) == sorted(line["no"] for line in of_type(lines, "planned"))
    assert list(range(7)) == sorted(line["no"] for line in settled)
    assert set(range(7)) == {no for line in of_type(lines, "sent") for no in line["operations"]}
    assert (last["document"]["run"], 7, 0) == (started["run"], started["total"], started["settled"])
    assert {1, 2, 3, 4} == {line["number"] for line in settled if line["kind"] == "issue.create"}
    assert all(line["request_id"] and line["ms"] > 0 and line["result"] == "done" for line in settled)
    assert (7, 7, 0) == tuple(of_type(lines, "progress")[-1][name] for name in ("settled", "total", "failed"))
    assert (7, 0) == (last["document"]["succeeded"], last["document"]["exit_code"])


def test_nothing_but_lines_on_stdout(shell: Shell) -> None:
    """People still read stderr; --quiet silences it."""
    file = shell.write("garden.yaml", TASKS)
    loud = shell.run("plan", file, *LAB, "--json-stream")
    quiet = shell.run("plan", file, *LAB, "--json-stream", "--quiet")

    assert "reading  octo/widgets" in loud.err
    assert "" == quiet.err
    assert loud.out.splitlines()[:-1] == quiet.out.splitlines()[:-1]


def test_a_run_that_stops_says_so_last(shell: Shell) -> None:
    """And its resumption tells only what is new."""
    file = shell.write("many.yaml", many(12))
    first = lines_of(shell.run("apply", file, *LAB, "--yes", "--first", "3", "--json-stream").out)
    rest = lines_of(shell.run("resume", "--json-stream").out)

    assert ("stopped", 5) == (first[-1]["type"], first[-1]["document"]["exit_code"])
    assert (3, 9) == (len(of_type(first, "settled")), len(of_type(rest, "settled")))
    assert (3, 12) == tuple(of_type(rest, "started")[0][name] for name in ("settled", "total"))
    assert 12 == len(of_type(rest, "planned"))
    assert ("finished", 12) == (rest[-1]["type"], rest[-1]["document"]["succeeded"])


def test_an_onlooker_reads_the_same(shell: Shell) -> None:
    """`status --watch` tells a run from its beginning, whoever drove it and however often."""
    file = shell.write("many.yaml", many(12))
    first = lines_of(shell.run("apply", file, *LAB, "--yes", "--first", "3", "--json-stream").out)
    rest = lines_of(shell.run("resume", "--json-stream").out)
    seen = lines_of(shell.run("status", "--watch", "--json-stream", GH_TOKEN="").out)
    once = lines_of(shell.run("status", "--json-stream").out)

    told = [*of_type(first, "settled"), *of_type(rest, "settled")]
    assert [_without_time(line) for line in told] == [_without_time(line) for line in of_type(seen, "settled")]
    assert [0, 3] == [line["settled"] for line in of_type(seen, "started")]
    assert [line["batch"] for line in of_type([*first, *rest], "sent")] == [
        line["batch"] for line in of_type(seen, "sent")
    ]
    assert seen[-1] == once[-1]
    assert 12 == seen[-1]["document"]["succeeded"]


def _without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "at"}


def test_a_failure_in_a_stream(shell: Shell) -> None:
    """Dead with the server's words and its line in the file; exit 3."""
    shell.simulator.act("create_label", name="wood", color="ededed")
    labelled = many(3).replace("tasks:", "defaults: {labels: [wood]}\ntasks:")
    shell.run("apply", shell.write("many.yaml", labelled), *LAB, "--yes", "--first", "1")
    shell.simulator.act("delete_label", name="wood")
    done = shell.run("resume", "--json-stream")
    dead = [line for line in of_type(lines_of(done.out), "settled") if line["result"] == "dead"]

    assert 3 == done.code
    assert [("issue.create k1", "many.yaml", 5), ("issue.create k2", "many.yaml", 6)] == [
        (line["name"], line["source"], line["line"]) for line in dead
    ]
    assert all(line["why"] for line in dead)


def test_progress_is_told_every_second(shell: Shell) -> None:
    """No more often, but for the last one, which says how it ended."""
    file = shell.write("many.yaml", many(60))
    lines = lines_of(shell.run("apply", file, *LAB, "--yes", "--json-stream").out)
    *progress, last = of_type(lines, "progress")

    assert len(progress) >= 2
    assert all(later["at"] - sooner["at"] >= 1 for sooner, later in pairwise(progress))
    assert (60, 60) == (last["settled"], last["total"])


def test_waits_are_told(shell: Shell) -> None:
    """A window that holds a run back is named, with the instant at which it goes on."""
    lines = lines_of(shell.run("rehearse", shell.write("many.yaml", many(200)), "--json-stream").out)
    waits = of_type(lines, "waiting")

    assert {"content, 80 per minute"} == {line["cause"] for line in waits}
    assert all(line["until"] - line["at"] >= 2 for line in waits)
    assert len(waits) <= 5


def test_an_audit_as_a_stream(shell: Shell) -> None:
    """Each difference is a diagnostic at its line."""
    file = shell.write("garden.yaml", TASKS)
    shell.run("apply", file, *LAB, "--yes")
    shell.write(file, TASKS.replace("Order seeds", "Order many seeds"))
    done = shell.run("audit", file, *LAB, "--json-stream")
    lines = lines_of(done.out)
    [found] = of_type(lines, "diagnostic")

    assert (3, 12, "garden.yaml") == (done.code, found["line"], found["path"])
    assert 1 == lines[-1]["document"]["audit"]["different"]


def test_a_rehearsal_as_a_stream(shell: Shell) -> None:
    """Without a server, and with faults: what was in doubt is adopted."""
    file = shell.write("many.yaml", many(30))
    done = shell.run("rehearse", file, "--faults", "cut.after=0.3", "--json-stream")
    lines = lines_of(done.out)
    results = [line["result"] for line in of_type(lines, "settled")]

    assert (0, "finished") == (done.code, lines[-1]["type"])
    assert (30, {"done", "adopted"}) == (len(results), set(results))
    assert {"effect", "lookup"} <= {line["purpose"] for line in of_type(lines, "sent")}


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "gone.yaml", *LAB],
        ["plan", "gone.yaml", "--no-such-option"],
        ["apply", "gone.yaml", *LAB],
        ["rehearse", "gone.yaml"],
        ["audit"],
        ["status"],
        ["resume"],
    ],
)
def test_an_error_ends_a_stream(shell: Shell, arguments: list[str]) -> None:
    """The version, and the diagnostic with the exit code; text on stderr as ever."""
    done = shell.run(*arguments, "--json-stream")
    _, last = lines_of(done.out)

    assert ("diagnostic", "error", done.code) == (last["type"], last["level"], last["exit_code"])
    assert last["message"] in done.err


def test_a_stream_is_no_document(shell: Shell) -> None:
    """Both at once are a mistake."""
    done = shell.run("runs", "--json", "--json-stream")

    assert 64 == done.code
    assert "--json and --json-stream exclude each other" in done.document["error"]["message"]


def test_other_commands_stream_their_document(shell: Shell) -> None:
    """Two lines: a reader needs to know one form only."""
    shell.run("apply", shell.write("garden.yaml", TASKS), *LAB, "--yes")

    for command in ("runs", "limits", "status"):
        _, last = lines_of(shell.run(command, "--json-stream").out)
        assert "finished" == last["type"]
        assert f"penstock.{command}/1" == last["document"]["schema"]


def test_a_run_outlives_its_reader(shell: Shell) -> None:
    """When whoever reads the stream goes away, the run goes on to its end."""
    process = shell.start("apply", shell.write("many.yaml", many(30)), *LAB, "--yes", "--json-stream", "--quiet")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert (0, "") == (process.wait(60), err)
    assert 30 == shell.simulator.stats()["issues"]


def test_a_signal_ends_a_stream_in_order(shell: Shell) -> None:
    """SIGTERM drains: the last line is the result, and everything before it is whole."""
    process = shell.start("apply", shell.write("many.yaml", many(60)), *LAB, "--yes", "--json-stream")
    assert process.stdout is not None
    out = ""
    while '"settled"' not in out:
        out += process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    lines = lines_of(out + rest)

    assert (143, "stopped") == (process.returncode, lines[-1]["type"])
    assert lines[-1]["document"]["succeeded"] == len(of_type(lines, "settled"))


def test_the_schema_is_published(shell: Shell) -> None:
    """The one that these tests use."""
    done: Done = shell.run("config", "schema", "--of", "stream")

    assert stream_schema() == json.loads(done.out)


def test_the_lines_are_documented() -> None:
    """Every type with its fields, in the table of the reference."""
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("## Streams")[2]
    rows = {row[0]: row[2] for row in re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", text, re.MULTILINE)}
    promised = {
        definition["properties"].pop("type")["enum"][0]: set(definition["properties"])
        for definition in stream_schema()["$defs"].values()
    }

    assert promised == {name: set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", row))) for name, row in rows.items()}


def test_an_onlooker_goes_when_its_reader_does(shell: Shell) -> None:
    """Nobody reads: nothing is watched any more, while the run goes on."""
    run = shell.start("apply", shell.write("many.yaml", many(60)), *LAB, "--yes", "--json-stream")
    assert run.stdout is not None
    while '"settled"' not in run.stdout.readline():
        pass
    onlooker = shell.start("status", "--watch", "--json-stream", "--quiet")
    assert onlooker.stdout is not None
    onlooker.stdout.readline()
    onlooker.stdout.close()
    onlooker.wait(60)
    ended_first = run.poll() is None
    run.communicate(timeout=60)

    assert ended_first
    assert 60 == shell.simulator.stats()["issues"]
