"""Mutations that ran and whose payload could not be read: done or not, they must not be sent again unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.github.samples import NOW, batch, context, data

from penstock.github.responses import read_effect
from penstock.model.operation import Operation
from penstock.model.outcome import InDoubt, Outcome, Transient
from penstock.model.ports import Reply


def outcomes_of(operations: Sequence[Operation], result: Reply) -> tuple[Outcome, ...]:
    """How the operations ended."""
    return read_effect(
        *(context(), "graphql", operations, result), batch=3, sent_at=NOW - 1, received_at=NOW, timeout_s=12.0
    ).outcomes


@pytest.mark.parametrize("kind", ["RESOURCE_LIMITS_EXCEEDED", "NOT_FOUND", "FORBIDDEN"])
@pytest.mark.parametrize("payload", [None, {"issue": None}])
def test_an_error_below_an_alias_is_a_doubt(kind: str, payload: object) -> None:
    """The mutation ran and only its payload could not be read: sent again it would be done twice."""
    error: dict[str, Any] = {"type": kind, "path": ["i0", "issue", "databaseId"], "message": "No."}

    outcomes = outcomes_of(batch("issue.create", 1), data({"i0": payload}, error))

    assert (InDoubt("null", f"{kind} (No.)"),) == outcomes


def test_a_payload_without_its_object_is_a_doubt_whatever_is_said_of_the_request() -> None:
    """A limit that ended the request did not undo what had run before."""
    error = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}

    outcomes = outcomes_of(batch("issue.create", 2), data({"i0": {"issue": None}, "i1": None}, error))

    assert InDoubt("null", "no data and no error") == outcomes[0]
    assert isinstance(outcomes[1], Transient)
