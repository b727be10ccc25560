"""
Errors by whose fault they are. Each one that a user can meet carries a cause, a hint and an exit code.

Exit codes have one meaning each, on every command; an unknown code is a failure.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FATAL = 1
EXIT_CHANGES = 2
EXIT_PARTIAL = 3
EXIT_AUTH = 4
EXIT_STOPPED = 5
EXIT_STALE = 6
EXIT_LOCKED = 7
EXIT_USAGE = 64
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

LINE_CHARS_MAX = 2_000


class PenstockError(Exception):
    """
    What a user is told: `error:` what happened, `cause:` why, `hint:` the next step.

    Args:
        message: What happened, without a final full stop.
        cause: Why; one line, may be empty.
        hint: What to do next; one line, may be empty.
    """

    exit_code = EXIT_FATAL

    def __init__(self, message: str, *, cause: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.hint = hint


class UsageError(PenstockError):
    """The command line or the configuration cannot be used."""

    exit_code = EXIT_USAGE


def _one_line(text: str) -> str:
    """What quotes a file, fit for a line: characters that nobody sees are escaped, and what never ends is cut."""
    if len(text) > LINE_CHARS_MAX:
        text = f"{text[:LINE_CHARS_MAX]}…"
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class InputError(UsageError):
    """
    A task file or a settings file cannot be used. Nothing was sent.

    Args:
        message: What is wrong. Like cause and hint it may quote the file as it stands: it becomes one line of text.
        path: The file as the user named it.
        line: 1-based line; 0 when no line can be named.
    """

    def __init__(self, message: str, *, path: str, line: int = 0, cause: str = "", hint: str = "") -> None:
        super().__init__(_one_line(message), cause=_one_line(cause), hint=_one_line(hint))
        self.path = path
        self.line = line


class PlanError(UsageError):
    """The plan cannot be applied to this repository as it stands. Nothing was sent."""


class AccessError(PenstockError):
    """The token is missing, expired, or lacks a right that the plan needs."""

    exit_code = EXIT_AUTH


class StaleError(PenstockError):
    """The repository is not the one the plan was made for, or changed under it."""

    exit_code = EXIT_STALE


class LockedError(PenstockError):
    """Another run holds the repository."""

    exit_code = EXIT_LOCKED


class ServerError(PenstockError):
    """The server could not be reached, or answered in a way that cannot be used."""


class JournalError(PenstockError):
    """The journal, ledger or plan file cannot be read or written."""


class TransportError(Exception):
    """A request has no answer. Not for users: the core turns it into an outcome."""


class NotSent(TransportError):
    """Nothing reached the server (refused connection, name look-up, TLS): trying again is safe."""


class AnswerLost(TransportError):
    """The request was sent and its effect is unknown: connection cut, truncated answer."""


class TimedOut(AnswerLost):
    """The request was sent and no answer came in time."""
