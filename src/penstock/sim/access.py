"""Tokens: whose they are, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from penstock.sim.records import Repository, User

TokenState = Literal["active", "revoked", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """
    A personal access token.

    Attributes:
        value: What the client sends.
        user: Whose it is; limits are counted per user, not per token.
        state: Anything but `active` is answered by 401.
        scopes: Scopes of a classic token, e.g. `repo`; None for a fine-grained one.
        issues: Right of a fine-grained token to issues: `none`, `read` or `write`.
        repositories: Full names a fine-grained token reaches, lower case; None for all of the user's.
        sso_url: Page on which the token must be authorised for the organisation first; None when it is.
    """

    value: str
    user: User
    state: TokenState = "active"
    scopes: tuple[str, ...] | None = ("repo",)
    issues: Literal["none", "read", "write"] = "write"
    repositories: frozenset[str] | None = None
    sso_url: str | None = None

    def reaches(self, repository: Repository) -> bool:
        """May it see this repository, as far as its user may?"""
        if self.scopes is not None:
            return not repository.private or "repo" in self.scopes
        chosen = self.repositories is None or repository.full_name.lower() in self.repositories
        return chosen or not repository.private

    def writes_issues(self, repository: Repository) -> bool:
        """May it write issues there, as far as its user may?"""
        if self.scopes is not None:
            return "repo" in self.scopes or ("public_repo" in self.scopes and not repository.private)
        chosen = self.repositories is None or repository.full_name.lower() in self.repositories
        return chosen and self.issues == "write"

    def reads_issues(self, repository: Repository) -> bool:
        """May it read issues there? Issues of a public repository are everybody's."""
        if not repository.private:
            return True
        return self.reaches(repository) and (self.scopes is not None or self.issues != "none")

    @property
    def lacks_write_scope(self) -> bool:
        """A classic token no mutation accepts: GraphQL refuses the whole request."""
        return self.scopes is not None and not {"repo", "public_repo"} & set(self.scopes)


class Tokens:
    """
    Which tokens exist.

    Args:
        owner: Whom a token belongs to that nobody registered; None answers those by 401.
    """

    def __init__(self, owner: User | None) -> None:
        self._owner = owner
        self._known: dict[str, Token] = {}

    def register(self, token: Token) -> None:
        """Add a token, or change what one may do."""
        self._known[token.value] = token

    def find(self, value: str) -> Token | None:
        """The active token behind this value; None is answered by 401 Bad credentials."""
        token = self._known.get(value)
        if token is None and self._owner is not None and value:
            token = Token(value=value, user=self._owner)
            self._known[value] = token
        return token if token is not None and token.state == "active" else None

    def revoke(self, value: str) -> None:
        """The token stops working."""
        token = self._known.get(value)
        if token is not None:
            self._known[value] = replace(token, state="revoked")
