"""The command as people and scripts use it, against a served simulator: what it says, and how it ends."""

from __future__ import annotations

import signal

from tests.cli.shell import Shell

LAB = ("--repo", "octo/widgets", "--profile", "lab")

TASKS = """\
graph: garden
tasks:
  - key: beds
    title: Build three raised beds
    labels: [wood]
    tasks:
      - key: beds.frame
        title: Saw and screw the frames
      - key: beds.soil
        title: Fill with soil
        depends_on: [beds.frame]
  - key: seeds
    title: Order seeds
    state: completed
"""


def many(count: int) -> str:
    """A flat list of tasks."""
    return "graph: many\ntasks:\n" + "".join(f"  - {{key: k{no}, title: Task {no}}}\n" for no in range(count))


def test_from_plan_to_audit_and_back(shell: Shell) -> None:
    """Plan, apply the saved plan, audit, plan again: nothing to do; change a title: one write."""
    file = shell.write("garden.yaml", TASKS)
    planned = shell.run("plan", file, *LAB, "--out", "garden.plan", "--detailed-exitcode")
    applied = shell.run("apply", "garden.plan", "--profile", "lab", "--yes", "--json")
    audited = shell.run("audit", "--json")
    again = shell.run("plan", file, *LAB, "--detailed-exitcode", "--json")
    repeated = shell.run("apply", "garden.plan", "--profile", "lab", "--yes")
    shell.write(file, TASKS.replace("Order seeds", "Order many seeds"))
    differs = shell.run("audit", file, *LAB, "--json")
    edited = shell.run("apply", file, *LAB, "--yes", "--json")

    assert [2, 0, 0, 0, 0, 3, 0] == [
        done.code for done in (planned, applied, audited, again, repeated, differs, edited)
    ]
    assert "next     penstock apply garden.plan --profile lab\n" == planned.out.splitlines(keepends=True)[-1]
    assert (7, 7) == (applied.document["total"], applied.document["succeeded"])
    assert audited.document["clean"]
    assert (0, 4) == (again.document["operations"], again.document["unchanged"])
    assert "was carried out before" in repeated.err
    assert {"missing": 0, "extra": 0, "duplicate": 0, "different": 1} == differs.document["audit"]
    assert 1 == edited.document["total"]
    assert (4, 0, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates", "violations"))


def test_nothing_to_do_asks_nothing(shell: Shell) -> None:
    """An empty plan needs no consent and no terminal."""
    file = shell.write("garden.yaml", TASKS)
    shell.run("apply", file, *LAB, "--yes")
    done = shell.run("apply", file, *LAB)

    assert (0, "done     nothing to do: octo/widgets is as planned\n") == (done.code, done.out)


def test_without_a_terminal_nobody_is_asked(shell: Shell) -> None:
    """Exit 64 with the way out, even when something is piped in; nothing is sent."""
    file = shell.write("garden.yaml", TASKS)
    done = shell.run("apply", file, *LAB, answer="yes\n")

    assert 64 == done.code
    assert "hint:  look at `penstock plan` first, then add --yes" in done.err
    assert 0 == shell.simulator.stats()["mutations"]


def test_consent_is_asked_once(shell: Shell) -> None:
    """Who, where, how much, who is mailed; then `yes` starts it, with bars."""
    terminal = shell.terminal("apply", shell.write("garden.yaml", TASKS), *LAB)
    terminal.wait_for("Apply 7 operations to octo/widgets? (yes/no)")
    before = shell.simulator.stats()["mutations"]
    terminal.type("yes\n")

    assert 0 == terminal.end()
    assert 0 == before
    assert 4 == shell.simulator.stats()["issues"]
    for word in ("octo/widgets (public), as octo", "mails", "no switch", "━", "done     run "):
        assert word in terminal.seen


def test_any_other_answer_is_a_no(shell: Shell) -> None:
    """`y`, an empty line, Ctrl-C and Ctrl-D alike: exit 130 and nothing sent."""
    file = shell.write("garden.yaml", TASKS)
    codes = []
    for answer in ("y\n", "\n", "\x04", signal.SIGINT):
        terminal = shell.terminal("apply", file, *LAB)
        terminal.wait_for("(yes/no)")
        if isinstance(answer, str):
            terminal.type(answer)
        else:
            terminal.signal(answer)
        codes.append(terminal.end())
        assert "not applied: the answer was not yes" in terminal.seen

    assert [130] * 4 == codes
    assert 0 == shell.simulator.stats()["mutations"]


def test_another_repository_than_origin_is_confirmed(shell: Shell) -> None:
    """The consent screen says what git thinks; `plan` says it too."""
    config = shell.directory / ".git"
    (config / "objects").mkdir(parents=True)
    (config / "refs").mkdir()
    (config / "HEAD").write_text("ref: refs/heads/main\n")
    (config / "config").write_text('[remote "origin"]\n\turl = https://github.com/octo/orchard.git\n')
    file = shell.write("garden.yaml", TASKS)
    planned = shell.run("plan", file, *LAB)
    applied = shell.run("apply", file, *LAB, "--yes")

    sentence = "octo/widgets is not git's origin here, which is octo/orchard"
    assert sentence in planned.err
    assert sentence in applied.err


def test_a_pipe_gets_plain_lines(shell: Shell) -> None:
    """No bars, no escape codes, no carriage returns, whatever CI systems set; the last line says 100 percent."""
    file = shell.write("many.yaml", many(30))
    done = shell.run("apply", file, *LAB, "--yes", FORCE_COLOR="1", CI="1", TTY_COMPATIBLE="1", TTY_INTERACTIVE="1")

    assert 0 == done.code
    assert "\r" not in done.err
    assert "━" not in done.err
    assert done.err.splitlines()[-1].startswith("100 %  30/30 finished, after ")


def test_a_broken_file_sends_nothing(shell: Shell) -> None:
    """Exit 64 with file and line, before the server is asked anything."""
    file = shell.write("garden.yaml", TASKS.replace("[beds.frame]", "[beds.farme]"))
    done = shell.run("plan", file, *LAB)

    assert 64 == done.code
    assert 'error: garden.yaml:9: task "beds.soil" depends on "beds.farme", which is not in the file' in done.err
    assert 'hint:  did you mean "beds.frame"?' in done.err
    assert 0 == shell.simulator.stats()["requests"]


def test_a_plan_with_errors_is_not_applied(shell: Shell) -> None:
    """All errors are listed with their lines; exit 64 from both commands."""
    file = shell.write("garden.yaml", TASKS.replace("labels: [wood]", "assignees: [monna]"))
    planned = shell.run("plan", file, *LAB)
    applied = shell.run("apply", file, *LAB, "--yes")

    assert (64, 64) == (planned.code, applied.code)
    assert "error: the plan has 1 error; nothing was sent\n" in applied.err
    for text in (planned.out, applied.err):
        assert "garden.yaml:3: monna cannot be assigned in octo/widgets" in text
        assert "hint: did you mean mona?" in text
    assert 0 == shell.simulator.stats()["mutations"]


def test_a_stale_plan_is_refused(shell: Shell) -> None:
    """Exit 6, however fresh the plan is."""
    file = shell.write("garden.yaml", TASKS)
    shell.run("plan", file, *LAB, "--out", "old.plan")
    shell.run("apply", file, *LAB, "--yes")
    done = shell.run("apply", "old.plan", "--profile", "lab", "--yes")

    assert 6 == done.code
    assert (4, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates"))


def test_a_plan_goes_where_it_was_made_for(shell: Shell) -> None:
    """Another --repo is a mistake, not a wish."""
    shell.run("plan", shell.write("garden.yaml", TASKS), *LAB, "--out", "garden.plan")
    done = shell.run("apply", "garden.plan", "--repo", "octo/other", "--yes")

    assert 64 == done.code
    assert "the plan is for octo/widgets, not for octo/other" in done.err


def test_a_canary_stops_and_goes_on(shell: Shell) -> None:
    """--first N: exit 5 after N issues, resumable by the command it prints, then 0."""
    file = shell.write("many.yaml", many(12))
    first = shell.run("apply", file, *LAB, "--yes", "--first", "3", "--json")
    issues = shell.simulator.stats()["issues"]
    status = shell.run("status", "--json")
    rest = shell.run("resume", first.document["run"][:20], "--json")
    nothing_left = shell.run("resume")

    assert (5, 3, "stopped") == (first.code, issues, status.document["state"])
    assert (0, 12) == (rest.code, rest.document["succeeded"])
    assert 64 == nothing_left.code
    assert (12, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates"))


def test_a_run_that_waits_is_not_forgotten(shell: Shell) -> None:
    """Applying the same graph anew says that a run of it could go on."""
    file = shell.write("many.yaml", many(6))
    run = shell.run("apply", file, *LAB, "--yes", "--first", "2", "--json").document["run"]
    done = shell.run("apply", file, *LAB, "--yes")

    assert f"penstock resume {run} would go on with it" in done.err


def test_too_many_writes_are_refused(shell: Shell) -> None:
    """--max-writes: exit 64, nothing sent."""
    done = shell.run("apply", shell.write("many.yaml", many(6)), *LAB, "--yes", "--max-writes", "5")

    assert 64 == done.code
    assert "the plan holds 6 writes, more than the 5 allowed" in done.err
    assert 0 == shell.simulator.stats()["mutations"]


def test_too_many_writes_are_not_rehearsed(shell: Shell) -> None:
    """The same refusal as the run's own."""
    done = shell.run("rehearse", shell.write("many.yaml", many(6)), "--max-writes", "5")

    assert 64 == done.code
    assert "the plan holds 6 writes, more than the 5 allowed" in done.err


def test_a_revoked_token_halts(shell: Shell) -> None:
    """Exit 4, and the run stays resumable."""
    shell.run("plan", shell.write("many.yaml", many(6)), *LAB, "--out", "many.plan")
    shell.simulator.fail("revoked", "mutation", 1)
    done = shell.run("apply", "many.plan", "--profile", "lab", "--yes")

    assert 4 == done.code
    assert "next     penstock resume " in done.out


def test_failed_operations_are_listed(shell: Shell) -> None:
    """Exit 3, each with its line, told while it runs and at the end."""
    shell.simulator.act("create_label", name="wood", color="ededed")
    labelled = many(3).replace("tasks:", "defaults: {labels: [wood]}\ntasks:")
    shell.run("apply", shell.write("many.yaml", labelled), *LAB, "--yes", "--first", "1")
    shell.simulator.act("delete_label", name="wood")
    done = shell.run("resume")

    assert 3 == done.code
    assert "failed issue.create k1 (many.yaml:5): " in done.err
    assert "  ! issue.create k2  many.yaml:6" in done.out
    assert "next     mend what failed, then penstock apply many.yaml" in done.out


def test_ctrl_c_drains_and_resume_goes_on(shell: Shell) -> None:
    """The first Ctrl-C ends with 130 and the resume command; nothing is lost or doubled."""
    terminal = shell.terminal("apply", shell.write("many.yaml", many(60)), *LAB, "--yes")
    terminal.wait_for("Ctrl-C: finish")
    terminal.signal(signal.SIGINT)
    code = terminal.end()
    runs = shell.run("runs", "--json").document["runs"]
    resumed = shell.run("resume", "--json")

    assert 130 == code
    assert "stopping: what is in flight ends first" in terminal.seen
    assert f"next     penstock resume {runs[0]['id']}" in terminal.seen
    assert "stopped" == runs[0]["state"]
    assert (0, 60) == (resumed.code, resumed.document["succeeded"])
    assert (60, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates"))


def test_an_impatient_finger_does_no_harm(shell: Shell) -> None:
    """Ctrl-C again and again while the command ends: no traceback, and the words of the first."""
    terminal = shell.terminal("apply", shell.write("many.yaml", many(60)), *LAB, "--yes")
    terminal.wait_for("Ctrl-C: finish")
    terminal.signal(signal.SIGINT)
    terminal.wait_for("stopped  run")
    code = terminal.end(impatient=True)

    assert 130 == code
    assert "next     penstock resume" in terminal.seen
    assert [] == [line for line in terminal.seen.splitlines() if "Traceback" in line or line.strip() == "stopped"]


def test_sigterm_drains_too(shell: Shell) -> None:
    """As CI systems send it; exit 143, and one document on stdout all the same."""
    process = shell.start("apply", shell.write("many.yaml", many(60)), *LAB, "--yes", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if " %  " in line and not line.startswith("  0 %"):
            break
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)

    assert 143 == process.returncode
    assert '"state": "stopped"' in out


def test_ctrl_c_twice_stops_at_once(shell: Shell) -> None:
    """Not even the answer in flight is waited for; the run is known as interrupted and goes on without a double."""
    file = shell.write("many.yaml", many(6))
    shell.run("plan", file, "--repo", "octo/widgets", "--out", "many.plan")
    shell.simulator.fail("slow", "mutation", 1, slow_s=[8, 8])
    terminal = shell.terminal("apply", "many.plan", "--yes")
    terminal.wait_for("sending")
    terminal.signal(signal.SIGINT)
    terminal.wait_for("again: stop now")
    terminal.signal(signal.SIGINT)
    code = terminal.end()
    state = shell.run("status", "--json").document["state"]
    resumed = shell.run("resume", "--profile", "lab", "--json")

    assert (130, "interrupted") == (code, state)
    assert "error: stopped at once; what was in flight is looked up when the run goes on" in terminal.seen
    assert (0, 6) == (resumed.code, resumed.document["succeeded"])
    assert (6, 0) == tuple(shell.simulator.stats()[name] for name in ("issues", "duplicates"))


def test_a_second_run_is_told_who_holds_the_repository(shell: Shell) -> None:
    """Exit 7 with run and process; the first one is not disturbed."""
    file = shell.write("many.yaml", many(60))
    shell.run("plan", file, *LAB, "--out", "late.plan")
    first = shell.start("apply", file, *LAB, "--yes")
    assert first.stderr is not None
    for line in first.stderr:
        if " %  " in line:
            break
    second = shell.run("apply", "late.plan", "--profile", "lab", "--yes")
    watched = shell.run("status", "--watch", "--json")
    first.communicate(timeout=60)

    assert (7, 0) == (second.code, first.returncode)
    assert f"process {first.pid} on " in second.err
    assert ("finished", 60) == (watched.document["state"], watched.document["succeeded"])


def test_status_and_limits_of_an_ended_run(shell: Shell) -> None:
    """Both read this machine's files alone, so they need no token and no server."""
    shell.run("apply", shell.write("many.yaml", many(6)), *LAB, "--yes")
    status = shell.run("status", GH_TOKEN="", PENSTOCK_API_URL="http://127.0.0.1:9")
    limits = shell.run("limits", "--profile", "lab", "--json", GH_TOKEN="")
    runs = shell.run("runs", GH_TOKEN="")

    assert (0, 0, 0) == (status.code, limits.code, runs.code)
    assert "6 done, 0 failed, 0 in doubt, 0 left" in status.out
    assert "octo" == limits.document["account"]
    assert "many → octo/widgets" in runs.out


def test_a_run_outlives_those_who_watch_it(shell: Shell) -> None:
    """When whoever read its progress goes away, the run goes on to its end."""
    process = shell.start("apply", shell.write("many.yaml", many(30)), *LAB, "--yes", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stderr.readline()
    process.stderr.close()
    out = process.stdout.read()
    process.stdout.close()

    assert 0 == process.wait(60)
    assert '"succeeded": 30' in out


def test_a_closed_pipe_is_no_fault_of_ours(shell: Shell) -> None:
    """`penstock plan … -v | head` prints no traceback."""
    process = shell.start("plan", shell.write("many.yaml", many(3000)), *LAB, "-v")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(60)

    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
