"""How one operation of one request ended: a closed list, the same for GraphQL aliases and REST answers."""

from __future__ import annotations

from typing import Literal

import msgspec

Scope = Literal["account", "lane", "core", "graphql"]
"""What a throttle holds back: everything, the lane of the operation, or one primary resource."""


class Succeeded(msgspec.Struct, frozen=True, tag="ok", omit_defaults=True):
    """
    The effect stands.

    Attributes:
        number: Issue or milestone number; 0 where the kind has none.
        node_id: GraphQL id of what was created.
        database_id: REST id of what was created.
        adopted: Found already standing instead of made now.
    """

    number: int = 0
    node_id: str = ""
    database_id: int = 0
    adopted: bool = False


class Throttled(msgspec.Struct, frozen=True, tag="throttled", omit_defaults=True):
    """
    Certainly not done, because a limit forbids it for now. Not an attempt.

    Attributes:
        scope: What must pause.
        until: Epoch seconds at which the server said it may go on; 0 when it named none.
        content: The content-creation limit, which the server does not announce.
        why: The server's words.
    """

    scope: Scope
    until: float = 0.0
    content: bool = False
    why: str = ""


class Transient(msgspec.Struct, frozen=True, tag="transient", omit_defaults=True):
    """
    Certainly not done; trying again may help.

    Attributes:
        category: `network`, `server`, `timeout`, `eventual` (created just now, not yet visible) or `resource`
            (the batch was too heavy).
        attempt: How much of an attempt this was: 1, 0.5 or 0.
        why: What was seen.
    """

    category: Literal["network", "server", "timeout", "eventual", "resource"]
    attempt: float = 1.0
    why: str = ""


class InDoubt(msgspec.Struct, frozen=True, tag="doubt", omit_defaults=True):
    """
    Sent, effect unknown.

    Attributes:
        category: `network`, `server`, `timeout`, `null` (alias null without an error) or `exists` (a keyed kind
            stands already: a look-up verifies it).
        why: What was seen.
    """

    category: Literal["network", "server", "timeout", "null", "exists"]
    why: str = ""


class Rejected(msgspec.Struct, frozen=True, tag="rejected", omit_defaults=True):
    """
    Refused for good: the operation is dead, its dependants are skipped.

    Attributes:
        why: The server's words with the field to fix.
        status: HTTP status, or 200 for a GraphQL alias error.
    """

    why: str
    status: int = 0


class Fatal(msgspec.Struct, frozen=True, tag="fatal", omit_defaults=True):
    """
    Nothing of this run can succeed until a person acts: stop, drain, stay resumable.

    Attributes:
        why: What the server said.
        hint: What to do.
        access: A matter of token or permission (exit code 4).
    """

    why: str
    hint: str = ""
    access: bool = True


Outcome = Succeeded | Throttled | Transient | InDoubt | Rejected | Fatal


class Rate(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    The primary limit as one answer's headers told it.

    Attributes:
        resource: `core`, `graphql` or `search`.
        limit, remaining, used: Requests or points of the window.
        reset: Epoch seconds at which the window ends.
    """

    resource: str
    limit: int
    remaining: int
    used: int
    reset: float


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """
    What came of one request, classified.

    Attributes:
        batch: Number of the dispatch.
        outcomes: One per reference of the dispatch, in order; empty for look-ups and probes that went through.
        found: For look-ups: operations found to stand, with their ids.
        more: For look-ups: cursor of the next request of the same read; empty when the read is whole.
        status: HTTP status; 0 when no answer came.
        request_id: GitHub's id of the request.
        rate: Primary limit, where headers told it.
        sent_at, received_at: Epoch seconds.
        healthy: True when the server worked, False when it failed, None when the answer says nothing about its health.
    """

    batch: int
    sent_at: float
    received_at: float
    outcomes: tuple[Outcome, ...] = ()
    found: tuple[tuple[int, Succeeded], ...] = ()
    more: str = ""
    status: int = 0
    request_id: str = ""
    rate: Rate | None = None
    healthy: bool | None = True
