"""`POST /graphql`: a document goes in, GitHub's answer comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema

from penstock.sim.graphql_cost import estimate
from penstock.sim.graphql_document import Operation, RequestRefused, document
from penstock.sim.graphql_run import Run
from penstock.sim.graphql_schema import schema
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
        operation, values = _read(request, schema(native_links=session.native_links))
        plan = operation.plan(values)
        found = estimate(plan, values)
    except RequestRefused as refused:
        return {"errors": refused.errors}
    changes = operation.kind == "mutation"
    session.cost = found.cost
    reads = session.state if changes else session.view
    run = Run(Scope(session=session, reads=reads, cost=found.cost, node_count=found.nodes), values)
    data = await (run.mutation(plan) if changes else run.query(plan))
    return {"data": data, "errors": run.errors} if run.errors else {"data": data}


def _read(request: Mapping[str, Any], served: GraphQLSchema) -> tuple[Operation, dict[str, Any]]:
    text, variables = request.get("query"), request.get("variables")
    if not isinstance(text, str) or not text.strip():
        raise RequestRefused({"message": "A query attribute must be specified and must be a string."})
    if variables is not None and not isinstance(variables, dict):
        raise RequestRefused({"message": "Variables are invalid JSON."})
    operation = document(text, served).operation(request.get("operationName"))
    return operation, operation.coerce(variables or {})
