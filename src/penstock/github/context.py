"""What a builder of requests must know beside the operation: the repository, the account, and what names mean there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from penstock.base.errors import StaleError
from penstock.model.observed import Account, Names, RepositoryFacts
from penstock.model.operation import Kind, Ref

Api = Literal["graphql", "rest"]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        repository, account, names: As they were read; `names` also holds the labels and milestones made since.
        graph, run: What markers say.
        resolve: Fills number, node id and database id of an issue that an operation of this run created.
        young: Whether this run created the issue less than 60 s ago: replicas may not know it yet.
    """

    repository: RepositoryFacts
    account: Account
    graph: str
    run: str
    names: Names
    resolve: Callable[[Ref], Ref]
    young: Callable[[Ref], bool]

    @property
    def path(self) -> str:
        """Root of the repository's REST paths."""
        return f"/repos/{self.repository.name}"

    def label_ids(self, labels: tuple[str, ...]) -> list[str]:
        """Node ids, each once; GitHub compares label names without case."""
        return list(dict.fromkeys(_known(self.names.labels, name.lower(), "label", name)[1] for name in labels))

    def user_ids(self, logins: tuple[str, ...]) -> list[str]:
        """Node ids of accounts that can be assigned."""
        return [_known(self.names.users, login.lower(), "assignee", login)[1] for login in logins]

    def milestone(self, title: str) -> tuple[int, str]:
        """Number and node id."""
        number, node_id = _known(self.names.milestones, title, "milestone", title)
        return number, node_id

    def type_id(self, name: str) -> str:
        """Node id of an issue type."""
        return str(_known(self.names.types, name.lower(), "issue type", name)[1])


def route(api: Api, kind: Kind) -> Api:
    """The API that operations of this kind take: some kinds have only REST."""
    return api if kind.graphql else "rest"


def login_of(author: Mapping[str, Any] | None) -> str:
    """
    An author's login as the account itself would spell it; empty for a deleted account.

    GraphQL gives an app's login without the `[bot]` that REST and `viewer` give it.
    """
    if not author:
        return ""
    login = str(author["login"])
    is_bare_bot = author.get("__typename") == "Bot" and not login.endswith("[bot]")
    return f"{login}[bot]" if is_bare_bot else login


def _known(names: Mapping[str, Any], name: str, what: str, spelt: str) -> Any:
    if name not in names:
        raise StaleError(
            f"the repository has no {what} {spelt!r}",
            cause="it was there, or was planned to be made, when the plan was made",
            hint="make a new plan",
        )
    return names[name]
