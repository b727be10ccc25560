"""How the simulated GitHub says no: one exception that REST and GraphQL both know how to print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

DOCS = "https://docs.github.com/rest"
RESOURCE_LIMITS_MESSAGE = "Resource limits for this query exceeded."
TOO_QUICK_MESSAGE = "was submitted too quickly"


class SimRefusal(Exception):
    """
    One operation that GitHub does not carry out.

    In GraphQL it becomes one entry of `errors` with the alias as its path, and the alias is null. In REST it
    becomes the whole answer.

    Attributes:
        status: REST status, e.g. 422.
        type: GraphQL error type: `UNPROCESSABLE`, `NOT_FOUND`, `FORBIDDEN`, ...; None when GitHub gives none.
        message: GraphQL message.
        rest_message: `message` of the REST body.
        errors: `errors` of the REST body; empty means the field is left out.
        headers: REST headers beside the usual ones.
        silent: GraphQL answers null for the alias and says nothing in `errors`.
    """

    def __init__(
        self,
        status: int,
        type: str | None,  # noqa: A002 - GitHub's own word
        message: str,
        *,
        rest_message: str | None = None,
        errors: Sequence[dict[str, Any]] = (),
        headers: dict[str, str] | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.rest_message = message if rest_message is None else rest_message
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.silent = silent

    def graphql_error(self, path: Sequence[str | int]) -> dict[str, Any]:
        """The entry of `errors` for the alias at `path`."""
        error: dict[str, Any] = {"path": list(path), "message": self.message}
        if self.type is not None:
            error["type"] = self.type
        return error


def invalid(resource: str, field: str, code: str, message: str, value: Any = None) -> SimRefusal:
    """
    A record that fails GitHub's validation.

    Args:
        resource: `Issue`, `Label`, `Milestone`, `IssueComment`.
        field: The field at fault.
        code: `missing_field`, `invalid`, `already_exists`, `custom`, ...
        message: Full sentence; GraphQL shows it, REST shows it for `custom`.
        value: The value at fault, shown by REST when given.
    """
    error: dict[str, Any] = {"resource": resource, "code": code, "field": field}
    if code == "custom":
        error["message"] = message[0].lower() + message[1:]
    if value is not None:
        error["value"] = value
    return SimRefusal(422, "UNPROCESSABLE", message, rest_message="Validation Failed", errors=[error])


def sub_issue_refused(reason: str) -> SimRefusal:
    """
    A sub-issue link breaks a rule, e.g. a second parent.

    Source: https://github.com/cli/cli/pull/13413 (REST says "occurred", GraphQL "occured")
    """
    text = "while adding the sub-issue to the parent issue."
    return SimRefusal(
        422,
        "UNPROCESSABLE",
        f"An error occured {text} {reason}",
        rest_message=f"An error occurred {text} {reason}",
    )


def dependency_refused(reason: str) -> SimRefusal:
    """A blocked-by link breaks a rule, e.g. it exists already."""
    return SimRefusal(422, "UNPROCESSABLE", reason, rest_message=f"Validation failed: {reason}")


def not_found(message: str = "Not Found", rest_message: str = "Not Found") -> SimRefusal:
    """Something is missing, or hidden from the actor, which looks the same."""
    return SimRefusal(404, "NOT_FOUND", message, rest_message=rest_message)


def unresolved(node_id: str) -> SimRefusal:
    """GraphQL's words for a node id that leads nowhere."""
    return not_found(f"Could not resolve to a node with the global id of '{node_id}'.")


def forbidden(message: str, **headers: str) -> SimRefusal:
    """The actor may see the object but not do this to it."""
    return SimRefusal(403, "FORBIDDEN", message, headers={k.replace("_", "-"): v for k, v in headers.items()})


def gone(message: str) -> SimRefusal:
    """It existed, or the feature is switched off."""
    return SimRefusal(410, "NOT_FOUND", message)


def archived() -> SimRefusal:
    """The repository is read-only."""
    return forbidden("Repository was archived so is read-only.")


def too_quick() -> SimRefusal:
    """
    A content window is full. Never announced by a header.

    Source: https://github.com/cli/cli/issues/4801 (the alias error and the REST text)
    """
    text = (
        "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
        "Please retry your request again later."
    )
    return SimRefusal(403, "UNPROCESSABLE", TOO_QUICK_MESSAGE, rest_message=text)


def out_of_resources() -> SimRefusal:
    """
    The query used up its execution budget; aliases before this one are done.

    Source: https://github.blog/changelog/2025-09-01-graphql-api-resource-limits
    """
    return SimRefusal(403, "RESOURCE_LIMITS_EXCEEDED", RESOURCE_LIMITS_MESSAGE)


def went_wrong(request_id: str, *, silent: bool = False) -> SimRefusal:
    """GitHub's own failure, of one alias or of the whole request."""
    message = (
        "Something went wrong while executing your query. This may be the result of a timeout, or it could be a "
        f"GitHub bug. Please include `{request_id}` when reporting this issue."
    )
    return SimRefusal(500, None, message, rest_message="Server Error", silent=silent)


def moved(location: str) -> SimRefusal:
    """The repository or issue lives elsewhere now."""
    return SimRefusal(301, "NOT_FOUND", "Moved Permanently", errors=(), headers={"location": location})
