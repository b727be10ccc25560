"""A request as it arrives: which API it is for, whether it writes, and what its body says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

_ENTERPRISE_PREFIXES = (("/api/v3", ""), ("/api/graphql", "/graphql"))


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """
    Attributes:
        path: Without query, and without the prefix of an enterprise server.
        body: The JSON object; None when there is none, or when it is malformed.
        malformed: What is wrong with the body; empty when nothing is.
        enterprise: It came to `/api/v3` or `/api/graphql`.
        writes: A REST write, or a GraphQL mutation.
    """

    id: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    malformed: str
    enterprise: bool
    graphql: bool
    writes: bool

    @property
    def name(self) -> str:
        """How scripted faults find it, e.g. `POST /graphql mutation`."""
        kind = (" mutation" if self.writes else " query") if self.graphql else ""
        return f"{self.method} {self.path}{kind}"

    def header(self, name: str) -> str:
        """A header's value; empty when it is missing."""
        return self.headers.get(name) or self.headers.get(name.lower()) or ""


def arrival(request_id: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Arrival:
    """Read a request; a malformed body is noted, not raised."""
    bare, _, query = path.partition("?")
    enterprise = False
    for prefix, inside in _ENTERPRISE_PREFIXES:
        if bare == prefix or bare.startswith(f"{prefix}/"):
            bare, enterprise = inside + bare[len(prefix) :], True
    value, malformed = _body(bare, body)
    graphql = bare == "/graphql"
    writes = _mutates(value) if graphql else method not in ("GET", "HEAD")
    return Arrival(request_id, method, bare, query, headers, value, malformed, enterprise, graphql, writes)


def _mutates(body: dict[str, Any] | None) -> bool:
    from penstock.sim.graphql_document import is_mutation

    return body is not None and is_mutation(body.get("query"), body.get("operationName"))


def _body(path: str, body: bytes) -> tuple[dict[str, Any] | None, str]:
    if not body:
        return None, ""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, "Problems parsing JSON"
    if isinstance(value, list) and path.endswith("/labels"):
        return {"labels": value}, ""  # the label endpoints also take a bare list
    if not isinstance(value, dict):
        return None, "Body should be a JSON object"
    return value, ""
