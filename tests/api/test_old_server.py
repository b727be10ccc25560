"""A rehearsal on a server that is too old for sub-issues and dependencies."""

from __future__ import annotations

from pathlib import Path

from penstock.api.rehearse import rehearse
from penstock.io.task_files import load_graph

SMALL_PLAN = Path(__file__).parents[2] / "examples" / "small-plan.yaml"


def test_links_are_made_only_where_the_server_has_them() -> None:
    """The same plan on both: every issue is there, with native dependencies on the new one only."""
    new, old = (rehearse(load_graph(str(SMALL_PLAN)), native_links=links).stats["by_kind"] for links in (True, False))

    assert (5, 5) == (new["issue.create"], old["issue.create"])
    assert (True, False) == ("blocked_by.link" in new, "blocked_by.link" in old)
