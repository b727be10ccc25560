"""`penstock limits`: profiles, what an account has spent of them, and what it taught us."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from penstock.base.errors import EXIT_OK
from penstock.cli.options import SCREEN, Settings, takes

if TYPE_CHECKING:
    from penstock.model.limits import Fact
    from penstock.model.observed import Account
    from penstock.output.screen import Screen


@click.command("limits", short_help="What an account may spend.")
@click.option("--forget", is_flag=True, help="Forget what was learnt: limits, and the server's pace.")
@takes("api_url", "state_dir", "profile", *SCREEN)
def command(settings: Settings, forget: bool) -> int:
    """Profiles with their windows and sources, and for the account of the newest run here what it has spent.

    Reads this machine's ledger only: nothing is asked of the server.
    """
    from penstock.cli.estimating import in_force
    from penstock.engine.account import profile_named
    from penstock.github.limits import PROFILES
    from penstock.model.limits import Learnt, Served, Spent
    from penstock.output.limits import LimitsView, limits_document, limits_lines

    screen = settings.screen()
    chosen = settings.profile or "auto"
    account = _account(settings)
    facts = _facts(settings, account, screen if forget else None) if account else []
    learnt = [fact for fact in facts if isinstance(fact, Learnt)]
    view = LimitsView(
        profiles=tuple(PROFILES.values()),
        current=profile_named(in_force(chosen, learnt))[0],
        chosen=chosen,
        account=account.login if account else "",
        learnt=tuple(learnt),
        served=tuple(fact for fact in facts if isinstance(fact, Served)),
        spent=tuple(fact for fact in facts if isinstance(fact, Spent)),
    )
    screen.document(limits_document(view, time.time()))
    screen.result(limits_lines(view, time.time(), ink=screen.ink, width=screen.width))
    return EXIT_OK


def _account(settings: Settings) -> Account | None:
    """Whose limits: the account of the newest run here on this server."""
    from penstock.base.errors import JournalError
    from penstock.cli.history import open_history

    try:
        journal = open_history(settings)
    except JournalError:
        return None
    plans = (journal.run(run.id).plan for run in journal.runs())
    return next((plan.account for plan in plans if plan.host == settings.api_url), None)


def _facts(settings: Settings, account: Account, forgetting: Screen | None) -> list[Fact]:
    """What the ledger holds of an account; what was learnt is deleted first where a screen is given to say so."""
    from penstock.io.clock import SystemClock
    from penstock.io.ledger import SqlLedger
    from penstock.io.places import user_state_directory
    from penstock.output.text import count_of

    ledger = SqlLedger(user_state_directory(), settings.api_url, account.id, SystemClock())
    try:
        if forgetting:
            forgetting.note(f"forgot   {count_of(ledger.forget(), 'fact')} learnt of {account.login}")
        with ledger.transaction() as transaction:
            return transaction.news()
    finally:
        ledger.close()
