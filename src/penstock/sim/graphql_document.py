"""
Documents: parsed, checked against the schema once per text, and compiled to a plan that runs without looking back.

Checking a document costs many times what running its plan does. A client that sends constant text with variables
pays for the check once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    get_operation_ast,
    parse,
    print_ast,
    type_from_ast,
    validate,
    value_from_ast,
)

from penstock.sim.graphql_ast import location
from penstock.sim.graphql_plan import Field, Planner, condition_variables
from penstock.sim.graphql_request_errors import syntax_error, validation_error
from penstock.sim.graphql_values import Coerce, Problems, coercer

KEPT_DOCUMENTS = 256
_KEPT_PLANS = 16
_ABSENT: Any = object()


class RequestRefused(Exception):
    """The document is not executed at all. `errors` is the whole answer, as GitHub prints it."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = list(errors)


class Variable:
    """One declared variable: how to check what the client sent for it."""

    def __init__(self, node: VariableDefinitionNode, served: GraphQLSchema) -> None:
        type_: Any = type_from_ast(served, node.type)
        self.name = node.variable.name.value
        self.type = print_ast(node.type)
        self.required = self.type.endswith("!")
        self.default = _ABSENT if node.default_value is None else value_from_ast(node.default_value, type_)
        self._node = node
        self._coerce: Coerce = coercer(type_)

    def coerce(self, given: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any] | None:
        """
        Put the value into `values`; leave it out when it was not given and need not be.

        Returns:
            The entry of `errors` when the value does not fit the type, else None.
        """
        if self.name not in given:
            if self.default is not _ABSENT:
                values[self.name] = self.default
                return None
            if not self.required:
                return None
        value = given.get(self.name)
        problems: Problems = []
        values[self.name] = self._coerce(value, (), problems)
        return self._error(value, problems) if problems else None

    def _error(self, value: Any, problems: Problems) -> dict[str, Any]:
        inside = [(".".join(map(str, path)), why) for path, why in problems if path]
        details = ", ".join(f"{path} ({why})" for path, why in inside)
        message = f"Variable ${self.name} of type {self.type} was provided invalid value"
        return {
            "message": f"{message} for {details}" if details else message,
            "locations": [location(self._node)],
            "extensions": {
                "value": value,
                "problems": [{"path": list(path), "explanation": why} for path, why in problems],
            },
        }


class Operation:
    """One operation of a checked document."""

    def __init__(
        self, node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], served: GraphQLSchema
    ) -> None:
        self.kind = node.operation.value
        self.name = node.name.value if node.name else None
        self._variables = [Variable(each, served) for each in node.variable_definitions or ()]
        self._node = node
        self._planner = Planner(fragments, served)
        self._flags = condition_variables((node, *fragments.values()))
        self._plans: dict[tuple[bool, ...], tuple[Field, ...]] = {}

    def coerce(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """
        The variables as the schema's types want them.

        Raises:
            RequestRefused: some are missing or do not fit.
        """
        values: dict[str, Any] = {}
        errors = [error for variable in self._variables if (error := variable.coerce(given, values))]
        if errors:
            raise RequestRefused(*errors)
        return values

    def plan(self, values: Mapping[str, Any]) -> tuple[Field, ...]:
        """What to run; `@skip` and `@include` are already decided by these variables."""
        flags = tuple(bool(values.get(name)) for name in self._flags)
        plan = self._plans.get(flags)
        if plan is None:
            if len(self._plans) >= _KEPT_PLANS:
                self._plans.clear()
            plan = self._plans[flags] = self._planner.operation(self._node, values)
        return plan


class Document:
    """A document that GitHub would execute."""

    def __init__(self, operations: Iterable[Operation], ast: DocumentNode) -> None:
        self.ast = ast
        self._operations = {operation.name: operation for operation in operations}

    def operation(self, name: Any) -> Operation:
        """
        The operation to run.

        Raises:
            RequestRefused: the document has several and none, or a wrong one, is named.
        """
        if not name and len(self._operations) == 1:
            return next(iter(self._operations.values()))
        if not name:
            raise RequestRefused({"message": "An operation name is required"})
        if not isinstance(name, str) or name not in self._operations:
            raise RequestRefused({"message": f'No operation named "{name}"'})
        return self._operations[name]


def is_mutation(text: Any, name: Any) -> bool:
    """
    Would this text, with the operation of this name, change something? Known as soon as it parses.

    What cannot be executed, because it does not parse or no operation is chosen, changes nothing.
    """
    if not isinstance(text, str):
        return False
    try:
        chosen = get_operation_ast(_parsed(text), name or None)
    except RequestRefused:
        return False
    return chosen is not None and chosen.operation is OperationType.MUTATION


@lru_cache(maxsize=KEPT_DOCUMENTS)
def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        raise RequestRefused(syntax_error(error)) from None


@lru_cache(maxsize=KEPT_DOCUMENTS)
def document(text: str, served: GraphQLSchema) -> Document:
    """
    Parse, check against the schema that is served, and compile.

    Raises:
        RequestRefused: it does not parse, or breaks a rule of the schema.
    """
    ast = _parsed(text)
    errors = validate(served, ast)
    if errors:
        raise RequestRefused(*(validation_error(served, ast, error) for error in errors))
    fragments = {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}
    operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
    return Document((Operation(node, fragments, served) for node in operations), ast)
