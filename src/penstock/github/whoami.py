"""Who the token speaks for: asked first, because limits belong to the account, not to the token."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from penstock.base.errors import AccessError, ServerError
from penstock.github.context import Api
from penstock.github.errors import GRANT, decode, words_of
from penstock.github.graphql import request
from penstock.github.harvest import trouble_error
from penstock.github.responses import read_trouble
from penstock.model.observed import Account
from penstock.model.ports import Reply, Request

_QUERY = "query{viewer{login databaseId id}}"


def whoami(transport: str, now: float) -> Generator[Request, Reply, Account]:
    """
    Ask GraphQL, and REST where GraphQL is missing or not wanted.

    Raises:
        AccessError: The token is not good enough.
        ServerError: The answer cannot be used.
    """
    if transport != "rest":
        reply = yield request(_QUERY, {})
        if reply.status != 404:
            viewer = _usable("graphql", reply, now)["data"]["viewer"]
            return Account(viewer["login"], viewer["databaseId"] or 0, viewer["id"])
        if transport == "graphql":
            raise ServerError("the server has no GraphQL", hint="use `--transport rest`")
    user = _usable("rest", (yield Request("GET", "/user")), now)
    return Account(user["login"], user["id"], user["node_id"])


def _usable(api: Api, reply: Reply, now: float) -> Any:
    trouble = read_trouble(api, reply, now)
    if trouble is not None:
        raise trouble_error(trouble)
    document = decode(reply.body)
    if reply.status != 200:
        raise AccessError("the token's account cannot be seen", cause=words_of(document), hint=GRANT)
    return document
