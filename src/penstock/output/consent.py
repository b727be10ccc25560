"""What a person should know before anything is written: who, where, how much, who is mailed, how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from penstock.api.estimate import Estimate
from penstock.model.operation import IssueCreate, IssueUpdate
from penstock.model.plan import Plan
from penstock.output.changes import seen_counts, sentence_of
from penstock.output.estimate import time_sentence
from penstock.output.ink import Ink
from penstock.output.plan import finding_rows
from penstock.output.text import Page, count_of, listed

PEOPLE_SHOWN = 5

_TOLD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "issue.create": ("new issue", "new issues"),
        "issue.close": ("close", "closes"),
        "issue.reopen": ("reopening", "reopenings"),
        "comment.create": ("comment", "comments"),
    }
)
"""What watchers are told of; labels, links and new texts make no mail."""


def consent_lines(
    plan: Plan, estimates: Sequence[Estimate], asks: Sequence[str], *, first: int = 0, ink: Ink, width: int = 0
) -> list[str]:
    """
    The screen before the question.

    Args:
        asks: Further points to confirm, e.g. that the repository is not git's origin.
        first: The run stops after so many new issues.
    """
    page = Page(ink, width)
    facts = plan.repository
    page.row(
        "into", f"{facts.name} ({facts.visibility}), as {plan.account.login}, permission {facts.permission}", "bold"
    )
    page.row("writes", f"{len(plan.operations):,}: {sentence_of(plan.operations)}")
    if first:
        page.more(f"it stops, to be resumed, after {count_of(first, 'new issue')}")
    page.row("mails", mail_sentence(plan))
    page.row("time", time_sentence(estimates))
    for ask in asks:
        page.row("confirm", ask, "yellow")
    finding_rows(page, plan.findings, plan.desired.source)
    return page.lines


def question(plan: Plan) -> str:
    """The one question."""
    return f"Apply {count_of(len(plan.operations), 'operation')} to {plan.repository.name}? (yes/no) "


def mail_sentence(plan: Plan) -> str:
    """
    Who hears of it. GitHub notifies watchers and assignees of what an API client does as of anything else.

    Source: https://docs.github.com/en/account-and-profile/managing-subscriptions-and-notifications-on-github
    """
    counts = seen_counts(plan.operations)
    told = [(kind, words) for kind, words in _TOLD.items() if counts[kind]]
    assigned: Counter[str] = Counter()
    for operation in plan.operations:
        if isinstance(operation.payload, IssueCreate | IssueUpdate):
            assigned.update(login for login in operation.payload.assignees or () if login != plan.account.login)
    parts = []
    if told and plan.repository.watchers:
        news = listed(count_of(counts[kind], *words) for kind, words in told)
        parts.append(f"{count_of(plan.repository.watchers, 'watcher')} about {news}")
    if assigned:
        people = [f"{login} ({count})" for login, count in assigned.most_common(PEOPLE_SHOWN)]
        more = len(assigned) - len(people)
        parts.append(f"as assignees {', '.join(people)}" + (f" and {more} more" if more else ""))
    if not parts:
        return "nobody that GitHub tells us of"
    return f"{'; '.join(parts)}. GitHub has no switch to write without mails"
