"""
The first read: everything a plan is made from, as a generator that yields requests and is sent the answers.

The shell pumps it and decides nothing; which API speaks and when a list is at its end is decided here.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Literal

from penstock.base.errors import ServerError
from penstock.github import reads_graphql, reads_rest
from penstock.github.harvest import Harvest
from penstock.model.observed import Observation
from penstock.model.ports import Reply, Request


def observe(
    repository: str,
    graph: str,
    *,
    now: float,
    transport: Literal["auto", "graphql", "rest"] = "auto",
    authors: Sequence[str] = (),
    logins: Sequence[str] = (),
) -> Generator[Request, Reply, Observation]:
    """
    Read a repository: account, facts, names, and the issues of one graph.

    Over GraphQL it takes at most ceil(issues / 100) + 20 requests, unless labels or milestones fill more pages than
    issues do.

    Args:
        repository: `owner/name`.
        graph: Name of the graph whose issues are wanted.
        now: Epoch seconds; the observation's `as_of`.
        transport: `auto` speaks GraphQL, and REST where `/graphql` is missing.
        authors: Logins whose markers count beside the account's own.
        logins: Whom the graph wants to assign: asked for by name where a repository has more than 100 assignable
            accounts.

    Yields:
        Requests, all of them reads. Send in the answer, after as many tries of your own as you like: an answer that
        is a refusal or a failure ends the read, except that a failed page of issues is asked again in smaller ones.

    Raises:
        AccessError: The token is not good enough, or the repository cannot be seen; the hint names what to grant.
        ServerError: The server cannot be used: rate limit, outage, or no GraphQL where only that was asked for.
        PenstockError: The repository has issues written by a newer Penstock.
    """

    harvest = Harvest(repository, graph, authors=tuple(authors), logins=tuple(logins), as_of=now)
    if transport != "rest":
        try:
            yield from reads_graphql.read(harvest)
        except reads_graphql.NoGraphql:
            if transport == "graphql":
                raise ServerError("the server has no GraphQL", hint="use `--transport rest`") from None
        else:
            return harvest.observation("graphql")
    yield from reads_rest.read(harvest)
    return harvest.observation("rest")
