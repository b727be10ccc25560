"""What every REST handler works with: the parsed request, the records it names, pages and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from penstock.sim.records import Issue, Repository
from penstock.sim.refusal import SimRefusal, forbidden, gone, moved, not_found
from penstock.sim.session import Session

T = TypeVar("T")
PER_PAGE = 30
PER_PAGE_MAX = 100
_DIGITS_MAX = 18


@dataclass(slots=True)
class RestAnswer:
    """Status, JSON value (None for an empty body), and headers beside the usual ones."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class RestRequest:
    """
    Attributes:
        path: Without prefix and query, e.g. `/repos/octo/widgets/issues/7`.
        rest: The part of the path behind the repository, e.g. `/issues/7`.
        parameters: Values of the route's `{names}`.
        query: Query parameters; the last one wins.
        body: The parsed JSON object; empty when there is none.
    """

    session: Session
    method: str
    path: str
    rest: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def repository(self) -> Repository:
        """
        The repository the path names.

        Raises:
            SimRefusal: 404 when it is not there for this actor, 301 when it was renamed or transferred.
        """
        tables = self.session.state.tables
        if "repository_id" in self.parameters:
            by_id = (r for r in tables.repositories.values() if str(r.id) == self.parameters["repository_id"])
            found = next(by_id, None)
        else:
            name = f"{self.parameters['owner']}/{self.parameters['repo']}".lower()
            found = tables.repositories.get(name)
            renamed = tables.renamed.get(name) if found is None else None
            if renamed is not None and self.session.level(renamed) != "none":
                raise moved(f"{self.session.api_url}/repositories/{renamed.id}{self.rest}")
        if found is None or self.session.level(found) == "none":
            raise not_found()
        return found

    def issues_repository(self) -> Repository:
        """
        The same, for reading issues.

        Raises:
            SimRefusal: also 403 for a token without the right, 410 when issues are switched off.
        """
        repository = self.repository()
        if not self.session.token.reads_issues(repository):
            raise forbidden(
                "Resource not accessible by personal access token", X_Accepted_GitHub_Permissions="issues=read"
            )
        if not repository.has_issues:
            raise gone("Issues has been disabled in this repository.")
        return repository

    def read_issue(self) -> Issue:
        """
        The issue the path names, as a replica shows it.

        Raises:
            SimRefusal: 404, also for a moment after its creation when the fault `item.fresh` strikes; 410 for a
                deleted one, 301 for a transferred one.
        """
        repository = self.issues_repository()
        number = self.number("number")
        return self._found(self.session.view.issue(repository, number), repository, number)

    def write_issue(self) -> Issue:
        """
        The issue the path names, in its newest version, to write to.

        Raises:
            SimRefusal: See `read_issue`.
        """
        repository = self.repository()
        number = self.number("number")
        return self._found(self.session.state.issue(repository, number), repository, number)

    def _found(self, issue: Issue | None, repository: Repository, number: int) -> Issue:
        if issue is not None:
            if self.session.hides(issue):
                raise not_found()
            return issue
        ever = repository.by_number.get(number)
        if ever is not None and ever.moved_to is not None:
            there = ever.moved_to
            raise moved(f"{self.session.api_url}/repositories/{there.repository.id}/issues/{there.number}")
        if ever is not None and ever.deleted:
            raise gone("This issue was deleted")
        raise not_found()

    def number(self, name: str) -> int:
        """A number in the path."""
        number = decimal(self.parameters[name])
        if number is None:
            raise not_found()
        return number

    def text(self, name: str, *, required: bool = False) -> str | None:
        """
        A text of the body; None when it is absent or null.

        Raises:
            SimRefusal: 422 for another type, or when a required one is missing.
        """
        value = self.body.get(name)
        if value is None:
            if required:
                raise wrong_request(f'"{name}" wasn\'t supplied.')
            return None
        if not isinstance(value, str):
            raise wrong_request(f"For 'properties/{name}', {value} is not a string.")
        return value

    def integer(self, name: str) -> int:
        """
        A number of the body.

        Raises:
            SimRefusal: 422 when it is missing or of another type.
        """
        value = self.body.get(name)
        if value is None:
            raise wrong_request(f'"{name}" wasn\'t supplied.')
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_request(f"For 'properties/{name}', {value} is not an integer.")
        return value

    def texts(self, name: str) -> list[str] | None:
        """
        A list of texts of the body, given as texts or as objects with a `name`; None when it is absent or null.

        Raises:
            SimRefusal: 422 for another type.
        """
        value = self.body.get(name)
        if value is None:
            return None
        entries = value if isinstance(value, list) else [value]
        names = [entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
        texts = [entry for entry in names if isinstance(entry, str)]
        if len(texts) < len(names):
            raise wrong_request(f"For 'properties/{name}', {value} is not an array.")
        return texts

    def page(self, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
        """The part of a list this request asks for, and the `link` header."""
        per_page = min(max(self._count("per_page", PER_PAGE), 1), PER_PAGE_MAX)
        page = max(self._count("page", 1), 1)
        last = max(1, -(-len(items) // per_page))
        part = items[(page - 1) * per_page : page * per_page]
        links = []
        if page > 1:
            links.append(self._link(min(page - 1, last), "prev"))
        if page < last:
            links += [self._link(page + 1, "next"), self._link(last, "last")]
        if page > 1:
            links.append(self._link(1, "first"))
        return part, {"link": ", ".join(links)} if links else {}

    def _count(self, name: str, default: int) -> int:
        number = decimal(self.query.get(name, ""))
        return default if number is None else number

    def _link(self, page: int, relation: str) -> str:
        query = urlencode({**self.query, "page": page})
        return f'<{self.session.api_url}{self.path}?{query}>; rel="{relation}"'


def decimal(text: str) -> int | None:
    """The number a text stands for; None for any other text, and for a number no record can have."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS_MAX else None


def wrong_request(reason: str) -> SimRefusal:
    """A body that does not fit the endpoint's schema."""
    return SimRefusal(422, "UNPROCESSABLE", f"Invalid request.\n\n{reason}")
