"""Input values: variables and arguments become plain Python values of the type that the schema asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    ValueNode,
    VariableNode,
    value_from_ast,
)
from graphql.language import ListValueNode, ObjectValueNode

Path: TypeAlias = tuple[str | int, ...]
Problems: TypeAlias = list[tuple[Path, str]]
Coerce: TypeAlias = Callable[[Any, Path, Problems], Any]
Values: TypeAlias = Mapping[str, Any]
ReadArguments: TypeAlias = Callable[[Values], dict[str, Any]]


@cache
def coercer(type_: GraphQLInputType) -> Coerce:
    """
    The function that checks and converts one value of this type.

    It takes the value, its path inside the variable, and a list to which it adds `(path, explanation)` for
    everything wrong. The explanations are GitHub's.
    """
    if isinstance(type_, GraphQLNonNull):
        return _non_null(coercer(type_.of_type))
    if isinstance(type_, GraphQLList):
        return _list(coercer(type_.of_type))
    if isinstance(type_, GraphQLInputObjectType):
        return _input_object(type_)
    return _leaf(type_)


def _non_null(inner: Coerce) -> Coerce:
    def coerce(value: Any, path: Path, problems: Problems) -> Any:
        if value is None:
            problems.append((path, "Expected value to not be null"))
            return None
        return inner(value, path, problems)

    return coerce


def _list(item: Coerce) -> Coerce:
    def coerce(value: Any, path: Path, problems: Problems) -> Any:
        if value is None:
            return None
        if not isinstance(value, list):
            return [item(value, path, problems)]
        return [item(each, (*path, index), problems) for index, each in enumerate(value)]

    return coerce


def _input_object(type_: GraphQLInputObjectType) -> Coerce:
    coercers = {name: coercer(field.type) for name, field in type_.fields.items()}
    required = [n for n, field in type_.fields.items() if isinstance(field.type, GraphQLNonNull)]

    def coerce(value: Any, path: Path, problems: Problems) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            problems.append((path, f"Expected {value!r} to be a key-value object."))
            return None
        found: dict[str, Any] = {}
        for name, given in value.items():
            if name in coercers:
                found[name] = coercers[name](given, (*path, name), problems)
            else:
                problems.append(((*path, name), f"Field is not defined on {type_.name}"))
        for name in required:
            if name not in found:
                problems.append(((*path, name), "Expected value to not be null"))
        return found

    return coerce


def _leaf(type_: GraphQLLeafType) -> Coerce:
    def coerce(value: Any, path: Path, problems: Problems) -> Any:
        if value is None:
            return None
        try:
            return type_.coerce_input_value(value)
        except GraphQLError:
            if isinstance(type_, GraphQLEnumType):
                text = f'Expected "{value}" to be one of: {", ".join(type_.values)}'
            else:
                text = f"Could not coerce value {value!r} to {type_.name}"
            problems.append((path, text))
            return None

    return coerce


def argument_reader(definition: GraphQLField, node: FieldNode) -> ReadArguments:
    """
    The function that makes a field's arguments from the variables.

    A field whose arguments are all written out gets the same dictionary every time: do not change it.
    """
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    constants: dict[str, Any] = {}
    variables: list[tuple[str, str]] = []
    mixed: list[tuple[str, ValueNode, GraphQLInputType]] = []
    for name, argument in definition.args.items():
        value = given.get(name)
        if value is None or _names_a_variable(value):
            if argument.default is not None and argument.default.literal is not None:
                constants[name] = value_from_ast(argument.default.literal, argument.type)
            if isinstance(value, VariableNode):
                variables.append((name, value.name.value))
            elif value is not None:
                mixed.append((name, value, argument.type))
        else:
            constants[name] = value_from_ast(value, argument.type)

    def read(values: Values) -> dict[str, Any]:
        arguments = dict(constants)
        for name, variable in variables:
            if variable in values:
                arguments[name] = values[variable]
        for name, literal, type_ in mixed:
            arguments[name] = value_from_ast(literal, type_, dict(values))
        return arguments

    return read if variables or mixed else lambda _: constants


def _names_a_variable(value: ValueNode) -> bool:
    if isinstance(value, VariableNode):
        return True
    children: Sequence[ValueNode] = ()
    if isinstance(value, ListValueNode):
        children = value.values
    elif isinstance(value, ObjectValueNode):
        children = [field.value for field in value.fields]
    return any(_names_a_variable(child) for child in children)
