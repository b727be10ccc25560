"""Errors as people read them (`error:`, `cause:`, `hint:`) and as programs do."""

from __future__ import annotations

from typing import Any

from penstock.base.errors import InputError, PenstockError
from penstock.output.ink import Ink
from penstock.output.text import Page, place


def error_lines(error: PenstockError, ink: Ink, width: int = 0) -> list[str]:
    """A paragraph each for what happened, why, and what to do; a broken file is named with the line."""
    page = Page(ink, width, gutter=7)
    page.row(
        "error:",
        f"{place(error.path, error.line)}: {error.message}" if isinstance(error, InputError) else error.message,
        "red",
    )
    if error.cause:
        page.row("cause:", error.cause)
    if error.hint:
        page.row("hint:", error.hint, "cyan")
    return page.lines


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
