"""Who the token speaks for, on whichever API the server has."""

from __future__ import annotations

from typing import Any

import pytest
from tests.github.samples import ACCOUNT, NOW, data, reply

from penstock.base.errors import AccessError, ServerError
from penstock.github.whoami import whoami
from penstock.model.observed import Account
from penstock.model.ports import Reply

VIEWER = data({"viewer": {"login": "octocat", "databaseId": 7, "id": "U_7"}})
USER = reply({"login": "octocat", "id": 7, "node_id": "U_7"})
MISSING = reply({"message": "Not Found"}, 404)


def asked(transport: str, *replies: Reply) -> Account:
    """The account, after exactly these answers."""
    conversation = whoami(transport, NOW)
    next(conversation)
    for answer in replies[:-1]:
        conversation.send(answer)
    with pytest.raises(StopIteration) as end:
        conversation.send(replies[-1])
    found: Any = end.value.value
    assert isinstance(found, Account)
    return found


def test_the_account_is_the_same_on_every_way() -> None:
    """GraphQL, REST, and REST where GraphQL is missing."""
    assert [ACCOUNT] * 3 == [asked("auto", VIEWER), asked("rest", USER), asked("auto", MISSING, USER)]


@pytest.mark.parametrize(
    ("transport", "answer", "error"),
    [
        ("graphql", MISSING, ServerError),
        ("auto", reply({"message": "Bad credentials"}, 401), AccessError),
        ("rest", reply({"message": "Forbidden"}, 403), AccessError),
        ("rest", MISSING, AccessError),
        ("rest", reply(b"", 502), ServerError),
    ],
)
def test_what_is_wrong_is_said(transport: str, answer: Reply, error: type[Exception]) -> None:
    """A token that is not good enough is another matter than a server that does not work."""
    with pytest.raises(error):
        asked(transport, answer)
