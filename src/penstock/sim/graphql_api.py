"""`POST /graphql`: a document goes in, GitHub's answer comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penstock.sim.graphql_cost import Estimate, estimate
from penstock.sim.graphql_document import Operation, RequestRefused, document
from penstock.sim.graphql_run import Run
from penstock.sim.graphql_scope import Scope
from penstock.sim.session import Session


async def execute(session: Session, request: Mapping[str, Any]) -> dict[str, Any]:
    """
    Answer one request.

    Args:
        session: Whose request it is. Its `cost` is set to what the operation costs the hourly quota.
        request: `{"query", "variables", "operationName"}` as the client sent it.

    Returns:
        `{"data"}`; with `errors` beside it when some fields failed; `errors` alone when nothing was executed.

    Raises:
        SimTimeout: the request's time is up; aliases that are done stay done.
    """
    try:
        operation, values = _read(request)
        plan = operation.plan(values)
        found = estimate(plan, values)
    except RequestRefused as refused:
        return {"errors": refused.errors}
    writes = operation.kind == "mutation"
    session.cost = found.cost
    run = Run(_scope(session, found, writes=writes), values)
    data = await (run.mutation(plan) if writes else run.query(plan))
    return {"data": data, "errors": run.errors} if run.errors else {"data": data}


def cost(request: Mapping[str, Any]) -> int:
    """Points this request costs the hourly quota: 1 for a mutation, and for what GitHub would not execute."""
    try:
        operation, values = _read(request)
        return estimate(operation.plan(values), values).cost
    except RequestRefused:
        return 1


def writes(request: Mapping[str, Any]) -> bool:
    """Is it a mutation? What GitHub would not execute is none."""
    try:
        return _operation(request).kind == "mutation"
    except RequestRefused:
        return False


def _operation(request: Mapping[str, Any]) -> Operation:
    text = request.get("query")
    if not isinstance(text, str) or not text.strip():
        raise RequestRefused({"message": "A query attribute must be specified and must be a string."})
    return document(text).operation(request.get("operationName"))


def _read(request: Mapping[str, Any]) -> tuple[Operation, dict[str, Any]]:
    operation = _operation(request)
    variables = request.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise RequestRefused({"message": "Variables must be an object."})
    return operation, operation.coerce(variables or {})


def _scope(session: Session, found: Estimate, *, writes: bool) -> Scope:
    reads = session.state if writes else session.view
    return Scope(session=session, reads=reads, cost=found.cost, node_count=found.nodes)
