"""`--no-native-links`: a simulated server without sub-issues and dependencies, served or rehearsed on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from click.testing import Result
from tests.cli.shell import Simulator


@pytest.mark.parametrize(("flags", "expected"), [((), 422), (("--no-native-links",), 404)])
def test_the_served_simulator_has_links_unless_told_otherwise(flags: tuple[str, ...], expected: int) -> None:
    """An empty body is wrong where a sub-issue can be added, and does not matter where the path is unknown."""
    with Simulator("--profile", "lab", *flags) as simulator:
        simulator.act("create_issue", title="One")
        request = urllib.request.Request(  # noqa: S310 (loopback)
            f"{simulator.url}/repos/octo/widgets/issues/1/sub_issues",
            headers={"Authorization": f"Bearer {simulator.hello['token']}"},
            method="POST",
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)  # noqa: S310 (loopback)

    assert expected == refused.value.code


def test_a_rehearsal_can_be_told_that_the_server_is_old(penstock: Callable[..., Result]) -> None:
    """Fewer operations stand, all of them well."""
    new, old = (
        json.loads(penstock("rehearse", "examples/small-plan.yaml", "--json", *flags).stdout)
        for flags in ((), ("--no-native-links",))
    )

    assert old["operations"] < new["operations"]
    assert (0, 0) == (old["failed"], old["violations"])
