"""Golden files, the command in this process, and the command as a process against a served simulator."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.cli.shell import Shell, Simulator

from penstock.cli.main import main

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """
    Compare a text with `golden/NAME`.

    With PENSTOCK_GOLDEN=write the file is written instead; look at the difference before you commit it.
    """

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("PENSTOCK_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare


@pytest.fixture
def penstock() -> Callable[..., Result]:
    """The command, called in this process."""

    def call(*arguments: str, **environ: str) -> Result:
        told = ("GH_TOKEN", "GITHUB_TOKEN", "FORCE_COLOR", "NO_COLOR", "XDG_CONFIG_HOME")
        settings = (name for name in os.environ if name.startswith("PENSTOCK_"))
        quiet: dict[str, str | None] = {**dict.fromkeys((*told, *settings)), "HOME": "/nonexistent"}
        return CliRunner().invoke(main, arguments, env=quiet | environ)

    return call


@pytest.fixture(scope="session")
def served() -> Iterator[Simulator]:
    """`penstock simulate`, with windows of seconds."""
    with Simulator("--profile", "lab") as simulator:
        yield simulator


@pytest.fixture
def shell(served: Simulator, tmp_path: Path) -> Shell:
    """An empty directory and an empty simulated GitHub."""
    served.reset()
    return Shell(tmp_path, served)
