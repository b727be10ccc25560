"""What the next command must be told again, so that it can be copied as it is printed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from penstock.cli.options import GITHUB, PACE, PLANNING, READING, TARGET, Settings
from penstock.output.result import Again
from penstock.output.text import arguments

if TYPE_CHECKING:
    from penstock.model.config import Config
    from penstock.model.task import TaskGraph

HERE = ("state_dir",)


def about_files(settings: Settings, graph: TaskGraph) -> Again:
    """After a command that read task files: the same files and options."""
    options = settings.repeated((*TARGET, *PACE, *READING, *PLANNING))
    return Again(run=settings.repeated(HERE), plan=f"{arguments(graph)} {options}".rstrip())


def about_run(settings: Settings, graph: TaskGraph, repository: str, host: str, config: Config) -> Again:
    """After a command on a run or a saved plan: what is known of how that was made."""
    words = ["--repo", repository]
    if host != GITHUB:
        words += ["--api-url", host]
    if config.profile != "auto":
        words += ["--profile", config.profile]
    here = settings.repeated(HERE)
    return Again(run=here, plan=f"{arguments(graph)} {shlex.join(words)} {here}".rstrip())
