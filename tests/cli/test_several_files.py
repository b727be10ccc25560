"""What the commands take: the files of one graph together, a saved plan alone, a run by its id."""

from __future__ import annotations

import shlex

from tests.cli.shell import Shell

LAB = ("--repo", "octo/widgets", "--profile", "lab")
WALLS = "---\ngraph: house\n---\n- [ ] T01 Walls\n"
ROOF = "---\ngraph: house\n---\n- [ ] T02 Roof (depends on T01)\n"


def test_one_graph_in_several_files(shell: Shell) -> None:
    """Plan, apply, audit and rehearse take its parts together; what is printed as the next command works as it is."""
    parts = shell.write("walls.md", WALLS), shell.write("my roof.md", ROOF)
    planned = shell.run("plan", *parts, *LAB)
    command = shlex.split(planned.out.splitlines()[-1])[2:]
    applied = shell.run(*command, "--yes", "--state-dir", "here")
    audited = shell.run(*shlex.split(applied.out.splitlines()[-1])[2:])
    rehearsed = shell.run("rehearse", *parts, "--json")
    shell.write("my roof.md", ROOF.replace("Roof", "Tin roof"))
    differs = shell.run("audit", *parts, *LAB)
    again = shell.run(*shlex.split(differs.out.splitlines()[-1])[2:], "--json")

    assert ["apply", *parts, *LAB] == [word for word in command if not word.startswith(("http", "--api-url"))]
    assert [0, 0, 0, 0, 3, 0] == [done.code for done in (planned, applied, audited, rehearsed, differs, again)]
    assert 3 == rehearsed.document["operations"]
    assert "clean    every task has its one issue" in audited.out
    assert 1 == again.document["operations"]


def test_a_saved_plan_stands_alone(shell: Shell) -> None:
    """It is no task file, and no part of a graph; the hint is what to do with it."""
    file = shell.write("walls.md", WALLS)
    shell.run("plan", file, *LAB, "--out", "house.plan")
    calls = [["plan"], ["rehearse"], *([name, file] for name in ("plan", "apply", "audit", "rehearse"))]

    for call in calls:
        done = shell.run(*call, "house.plan")
        assert 64 == done.code
        assert "error: house.plan is a saved plan, not a task file" in done.err
        assert "hint:  penstock apply house.plan carries it out" in done.err


def test_a_file_that_is_not_there_is_not_taken_for_a_run(shell: Shell) -> None:
    """A name with a dot or a slash can be no run's."""
    assert "error: wals.md: the task file cannot be read" in shell.run("audit", "wals.md", *LAB).err
    assert "error: there is no journal in .penstock" in shell.run("audit", "01M8", *LAB).err


def test_what_cannot_be_a_repository_is_not_read(shell: Shell) -> None:
    """Nothing claims to read before it is known what."""
    file = shell.write("walls.md", WALLS)
    for name in ("plan", "apply", "audit"):
        done = shell.run(name, file, "--repo", "https://github.com/octo/widgets")
        assert (64, False) == (done.code, "reading" in done.err)
