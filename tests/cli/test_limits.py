"""`penstock limits`: what was learnt of an account and its server can be seen, and forgotten."""

from __future__ import annotations

from tests.cli.shell import Shell

PLAN = "graph: pace\ntasks:\n" + "".join(f"  - {{key: t{number}, title: Task {number}}}\n" for number in range(12))
LAB = ("--profile", "lab")


def test_the_servers_pace_is_shown_until_it_is_forgotten(shell: Shell) -> None:
    """A run leaves what a request and an issue took; `--forget` says how many facts went."""
    file = shell.write("pace.yaml", PLAN)
    assert 0 == shell.run("apply", file, "--repo", "octo/widgets", *LAB, "--yes").code

    shown = shell.run("limits", *LAB).out
    assert "pace" in shown
    assert "s for each issue.create; learnt from" in shown
    [served] = shell.run("limits", *LAB, "--json").document["served"]
    assert "graphql" == served["api"]
    assert 0 < served["cost_s"]["issue.create"] < 1

    forgotten = shell.run("limits", *LAB, "--forget")
    assert "forgot   1 fact learnt of octo" in forgotten.err
    assert "learnt from" not in forgotten.out
    assert [] == shell.run("limits", *LAB, "--json").document["served"]
