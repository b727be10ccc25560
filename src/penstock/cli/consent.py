"""Asking once, and only where somebody can answer."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_INTERRUPTED, PenstockError, UsageError
from penstock.output.consent import consent_lines, question
from penstock.output.plan import finding_rows
from penstock.output.text import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from penstock.api.estimate import Estimate
    from penstock.model.plan import Plan
    from penstock.output.screen import Screen


class Declined(PenstockError):
    """The answer was not yes."""

    exit_code = EXIT_INTERRUPTED


def ask(plan: Plan, estimates: Sequence[Estimate], asks: Sequence[str], screen: Screen, *, first: int) -> None:
    """
    Show what is about to happen and wait for a yes.

    Raises:
        UsageError: There is nobody to ask.
        Declined: The answer was another one.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="look at `penstock plan` first, then add --yes",
        )
    screen.problem(consent_lines(plan, estimates, asks, first=first, ink=screen.note_ink, width=screen.note_width))
    if _answer(question(plan)) != "yes":
        raise Declined("not applied: the answer was not yes", hint="nothing was sent")


def told(plan: Plan, asks: Sequence[str], screen: Screen) -> list[str]:
    """What `--yes` has confirmed, for the record."""
    page = Page(screen.note_ink, screen.note_width)
    for sentence in asks:
        page.row("confirm", sentence, "yellow")
    finding_rows(page, plan.findings, plan.desired.source)
    return page.lines


def _answer(text: str) -> str:
    """One line of stdin. Ctrl-C is an answer too: the event loop would keep it until the line is typed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        click.echo(text, err=True, nl=False)
        return sys.stdin.readline().strip().lower()
    except KeyboardInterrupt:
        click.echo(err=True)
        return ""
    finally:
        signal.signal(signal.SIGINT, before)
