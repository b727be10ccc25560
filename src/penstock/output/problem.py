"""Errors as people read them (`error:`, `cause:`, `hint:`) and as programs do."""

from __future__ import annotations

from typing import Any

from penstock.base.errors import InputError, PenstockError
from penstock.output.ink import Ink


def error_lines(error: PenstockError, ink: Ink) -> list[str]:
    """At most three lines; a broken file is named with the line."""
    message = f"{_place(error)}: {error.message}" if isinstance(error, InputError) else error.message
    lines = [f"{ink.paint('error:', 'red')} {message}"]
    if error.cause:
        lines.append(f"{ink.paint('cause:', 'dim')} {error.cause}")
    if error.hint:
        lines.append(f"{ink.paint('hint:', 'cyan')} {error.hint}")
    return lines


def error_document(error: PenstockError) -> dict[str, Any]:
    """`{"error": {message, cause, hint, exit_code}}`, with `path` and `line` for a broken file."""
    body: dict[str, Any] = {
        "message": error.message,
        "cause": error.cause,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, InputError):
        body |= {"path": error.path, "line": error.line}
    return {"error": body}


def _place(error: InputError) -> str:
    return f"{error.path}:{error.line}" if error.line else error.path
