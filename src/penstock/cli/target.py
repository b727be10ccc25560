"""Which repository is meant, and the client for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from penstock.base.errors import UsageError
from penstock.io.git import origin_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from penstock.api.client import Client
    from penstock.cli.options import Settings
    from penstock.model.config import Config
    from penstock.model.plan import Plan


class Target(NamedTuple):
    """
    A repository, and what must be confirmed about it.

    Attributes:
        repository: `owner/name`.
        ask: A sentence; empty when nothing is odd.
    """

    repository: str
    ask: str


def find_target(settings: Settings) -> Target:
    """
    The repository of `--repo`, else git's origin.

    Raises:
        UsageError: Neither names one.
    """
    origin = origin_repository()
    if settings.repo is None:
        if origin is None:
            raise UsageError(
                "no repository is named",
                cause="git has no remote `origin` here that is one",
                hint="add --repo OWNER/NAME",
            )
        return Target(origin, "")
    return Target(settings.repo, origin_ask(settings.repo, origin))


def origin_ask(repository: str, origin: str | None) -> str:
    """What to confirm when git, standing here, knows another repository."""
    if origin is None or origin.lower() == repository.lower():
        return ""
    return f"{repository} is not git's origin here, which is {origin}"


def saved_plan(paths: Sequence[str]) -> Plan | None:
    """
    The plan that was saved under the only path; None for task files.

    Raises:
        UsageError: It cannot be read.
    """
    from penstock.io.plan_file import is_plan, read_plan

    [first, *more] = map(Path, paths)
    return read_plan(first) if is_plan(first) and not more else None


def client_for(settings: Settings, repository: str, api_url: str, config: Config | None = None) -> Client:
    """
    A client with the settings of the command line.

    Raises:
        AccessError: There is no token.
    """
    from penstock.api.client import Client

    return Client(
        repository,
        api_url=api_url,
        config=config or settings.config(),
        state_dir=settings.state_dir,
    )
