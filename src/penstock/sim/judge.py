"""
The judge's own paths: what happened on the simulated GitHub, and how to change it by hand.

GET /_sim/stats, GET /_sim/state, POST /_sim/faults, POST /_sim/reset, POST /_sim/act, POST /_sim/tokens. They cost no
limits, take no time, need no token, and are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from penstock.sim.access import Token, TokenState
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.refusal import SimRefusal
from penstock.sim.replies import SimReply, json_reply

PREFIX = "/_sim/"


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /_sim/reset; what is left out stays."""

    seed: int | None = None
    profile: str | None = None


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of POST /_sim/tokens: the attributes of `Token`, with its user by login."""

    value: str
    login: str = "octo"
    state: TokenState = "active"
    scopes: tuple[str, ...] | None = ("repo",)
    issues: Literal["none", "read", "write"] = "write"
    repositories: frozenset[str] | None = None
    sso_url: str | None = None


class Judge:
    """Answers the paths below `/_sim/` of one simulated GitHub."""

    def __init__(self, github: SimulatedGitHub) -> None:
        self._github = github
        self._answers: Mapping[str, Callable[[bytes], Mapping[str, Any]]] = {
            "GET /_sim/stats": lambda _: github.stats(),
            "GET /_sim/state": lambda _: github.state_json(),
            "POST /_sim/faults": self._set_faults,
            "POST /_sim/reset": self._reset,
            "POST /_sim/act": lambda body: github.act(_read(body, dict[str, Any])),
            "POST /_sim/tokens": self._set_token,
        }

    def answer(self, method: str, path: str, body: bytes) -> SimReply:
        """404 for an unknown method or path, 422 for a body that does not fit; both say what would."""
        asked = f"{'GET' if method == 'HEAD' else method} {path}"
        answer = self._answers.get(asked)
        if answer is None:
            return json_reply(404, {"message": f"no {asked}; there are {', '.join(self._answers)}"})
        try:
            return json_reply(200, answer(body))
        except (ValueError, SimRefusal) as error:
            return json_reply(422, {"message": str(error)})

    def _set_faults(self, body: bytes) -> Mapping[str, Any]:
        fields = _read(body, dict[str, Any])
        name = fields.get("name")
        self._github.set_faults(Faults.named(name) if isinstance(name, str) else Faults.from_json(fields))
        return {"ok": True}

    def _reset(self, body: bytes) -> Mapping[str, Any]:
        wanted = _read(body, Reset)
        self._github.reset(seed=wanted.seed, profile=wanted.profile)
        return {"ok": True}

    def _set_token(self, body: bytes) -> Mapping[str, Any]:
        wanted = _read(body, NewToken)
        fields = msgspec.structs.asdict(wanted)
        state, login = self._github.state, fields.pop("login")
        if wanted.repositories is not None:
            fields["repositories"] = frozenset(name.lower() for name in wanted.repositories)
        user = state.user(login) or state.add_user(login)
        self._github.tokens.register(Token(user=user, **fields))
        return {"login": user.login}


def _read(body: bytes, type_: Any) -> Any:
    """
    A JSON object of this type; an empty body is an empty object.

    Raises:
        ValueError: It is none, or does not fit.
    """
    try:
        return msgspec.json.decode(body or b"{}", type=type_)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
