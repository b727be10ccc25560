"""What a read of a repository has gathered so far, and the one place where its requests are sent and judged."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from penstock.base.errors import AccessError, PenstockError, ServerError
from penstock.github.body import parse, version
from penstock.github.context import Api
from penstock.github.errors import GRANT
from penstock.github.graphql import PATH
from penstock.github.marker import VERSION
from penstock.github.responses import read_trouble
from penstock.model.observed import Account, Marker, Names, Observation, ObservedIssue, RepositoryFacts
from penstock.model.outcome import Fatal, Outcome, Throttled
from penstock.model.ports import Reply, Request


class Harvest:
    """
    Args:
        repository: `owner/name` as the user gave it.
        graph: Whose issues are wanted.
        authors: Logins whose markers count, beside the account's own.
        logins: Whom the graph wants to assign.
        as_of: Epoch seconds at which the read began.
    """

    account: Account
    facts: RepositoryFacts

    def __init__(
        self, repository: str, graph: str, *, authors: tuple[str, ...], logins: tuple[str, ...], as_of: float
    ) -> None:
        self.owner, _, self.name = repository.partition("/")
        self.repository = repository
        self.logins = logins
        self.labels: dict[str, tuple[str, str]] = {}
        self.milestones: dict[str, tuple[int, str]] = {}
        self.users: dict[str, tuple[str, str]] = {}
        self.types: dict[str, tuple[str, str]] = {}
        self.native_links = True
        self._graph = graph
        self._authors = {login.lower() for login in authors}
        self._issues: dict[int, ObservedIssue] = {}
        self._untrusted: dict[int, str] = {}
        self._other_graphs: dict[str, list[str]] = {}
        self._numbers: set[int] = set()
        self._high_water = 0
        self._requests = 0
        self.as_of = as_of

    def send(self, request: Request) -> Generator[Request, Reply, Reply]:
        """Send one request and count it."""
        self._requests += 1
        return (yield request)

    def ask(self, request: Request) -> Generator[Request, Reply, Reply]:
        """
        Send one request whose answer can be used.

        Raises:
            AccessError: The token is not good enough; the hint names what to grant.
            ServerError: The answer cannot be used.
        """
        reply = yield from self.send(request)
        trouble = read_trouble("graphql" if request.path == PATH else "rest", reply, self.as_of)
        if trouble is not None:
            raise trouble_error(trouble)
        return reply

    def meet(self, account: Account, facts: RepositoryFacts, headers: Mapping[str, str]) -> None:
        """
        The account and the repository.

        Raises:
            AccessError: The token's scopes, where the server lists them, do not reach the repository's issues.
        """
        self.account, self.facts = account, facts
        scopes = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")} - {""}
        enough = {"repo", "public_repo"} if facts.visibility == "public" else {"repo"}
        if scopes and not scopes & enough:
            cause = f"its scopes are {', '.join(sorted(scopes))}"
            raise AccessError(f"the token may not write issues of {facts.name}", cause=cause, hint=GRANT)

    def see(self, number: int, *, is_issue: bool) -> None:
        """Count an issue, or the number of a pull request."""
        self._high_water = max(self._high_water, number)
        if is_issue:
            self._numbers.add(number)

    def marker_of(self, number: int, body: str, author: str) -> Marker | None:
        """The marker, when it is of this graph and its author counts; another one is noted."""
        trusted = author.lower() in self._authors | {self.account.login.lower()}
        marker = parse(body)
        if marker is None:
            if trusted and (version(body) or 0) > VERSION:
                raise PenstockError(
                    f"issue #{number} was written by a newer Penstock",
                    cause="its marker is of a version that this one cannot read",
                    hint="upgrade Penstock",
                )
            return None
        if marker.graph != self._graph:
            if trusted:
                self._other_graphs.setdefault(marker.graph, []).append(marker.key)
            return None
        if not trusted:
            self._untrusted[number] = author
            return None
        return marker

    def keep(self, issue: ObservedIssue) -> None:
        """An issue of the graph, as `marker_of` told."""
        self._issues[issue.number] = issue

    def observation(self, transport: Api) -> Observation:
        """All of it, issues by number."""
        return Observation(
            repository=self.facts,
            account=self.account,
            names=Names(labels=self.labels, milestones=self.milestones, users=self.users, types=self.types),
            issues=tuple(issue for _, issue in sorted(self._issues.items())),
            total=len(self._numbers),
            high_water=self._high_water,
            transport=transport,
            native_links=self.native_links,
            requests=self._requests,
            as_of=self.as_of,
            untrusted=self._untrusted,
            other_graphs={graph: tuple(keys) for graph, keys in self._other_graphs.items()},
        )


def trouble_error(trouble: Outcome) -> PenstockError:
    """What a person is told when a read cannot go on."""
    if isinstance(trouble, Fatal):
        error = AccessError if trouble.access else ServerError
        return error("GitHub refused to show the repository", cause=trouble.why, hint=trouble.hint)
    if isinstance(trouble, Throttled):
        return ServerError("GitHub's rate limit is used up", cause=trouble.why, hint="try again later")
    cause = getattr(trouble, "why", "")
    return ServerError("GitHub did not answer the read", cause=cause, hint="try again later")


def unseen(repository: str, words: str) -> AccessError:
    """A repository that does not exist, or that the token cannot see: GitHub does not tell which."""
    return AccessError(f"repository {repository} cannot be seen", cause=words, hint=f"check the name, or {GRANT}")
