"""The plan of an operation: its fields with fragments spread, conditions decided and resolvers looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.language import BooleanValueNode

from penstock.sim.graphql_ast import descendants, location
from penstock.sim.graphql_resolvers import resolver
from penstock.sim.graphql_scope import Resolver
from penstock.sim.graphql_values import ReadArguments, argument_reader

Grouped = dict[str, list[FieldNode]]


@dataclass(slots=True, frozen=True)
class Shape:
    """
    How a resolved value becomes JSON.

    Attributes:
        non_null: Null here makes the parent null.
        item: The shape of the items, for a list.
        leaf: A scalar or enum: goes out as it is.
    """

    non_null: bool
    item: Shape | None
    leaf: bool


@dataclass(slots=True, frozen=True)
class Field:
    """
    One field to run.

    Attributes:
        key: Its alias, or else its name.
        children: The sub-fields by the name of the object type found at run time.
        connection: It is a paginated list.
        paged: It, or a field below it, is one.
        location: `{"line", "column"}` in the document.
    """

    key: str
    name: str
    resolve: Resolver
    arguments: ReadArguments
    shape: Shape
    children: Mapping[str, tuple[Field, ...]]
    connection: bool
    paged: bool
    location: dict[str, int]


class Planner:
    """Makes plans from the syntax trees of one document."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], served: GraphQLSchema) -> None:
        self._schema = served
        self._fragments = fragments

    def operation(self, node: OperationDefinitionNode, values: Mapping[str, Any]) -> tuple[Field, ...]:
        """The fields of a whole operation, given the variables that its conditions name."""
        root = self._schema.get_root_type(OperationType(node.operation.value))
        if root is None:
            raise LookupError(node.operation)
        return self._fields(root, [node.selection_set], values)

    def _fields(
        self, type_: GraphQLObjectType, selections: Iterable[SelectionSetNode], values: Mapping[str, Any]
    ) -> tuple[Field, ...]:
        grouped: Grouped = {}
        seen: set[str] = set()
        for selection_set in selections:
            self._collect(type_, selection_set, values, grouped, seen)
        return tuple(self._field(type_, key, nodes, values) for key, nodes in grouped.items())

    def _collect(
        self,
        type_: GraphQLObjectType,
        selection_set: SelectionSetNode,
        values: Mapping[str, Any],
        grouped: Grouped,
        seen: set[str],
    ) -> None:
        for node in selection_set.selections:
            if not _wanted(node.directives, values):
                continue
            if isinstance(node, FieldNode):
                grouped.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in seen:
                    continue
                seen.add(node.name.value)
                fragment = self._fragments[node.name.value]
            if self._applies(fragment, type_):
                self._collect(type_, fragment.selection_set, values, grouped, seen)

    def _applies(self, fragment: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType) -> bool:
        if fragment.type_condition is None or fragment.type_condition.name.value == type_.name:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, type_)

    def _objects(self, type_: GraphQLNamedType) -> Iterable[GraphQLObjectType]:
        """The object types that a value of this type can have; none for a leaf."""
        if isinstance(type_, GraphQLObjectType):
            return (type_,)
        return self._schema.get_possible_types(type_) if is_abstract_type(type_) else ()

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], values: Mapping[str, Any]) -> Field:
        node = nodes[0]
        name = node.name.value
        definition = self._schema.get_field(parent, name)
        if definition is None:
            raise LookupError(f"{parent.name}.{name}")
        named = get_named_type(definition.type)
        selections = [each.selection_set for each in nodes if each.selection_set is not None]
        children = {each.name: self._fields(each, selections, values) for each in self._objects(named)}
        connection = named.name.endswith("Connection")
        return Field(
            key=key,
            name=name,
            resolve=resolver(parent.name, name),
            arguments=argument_reader(definition, node),
            shape=_shape(definition.type),
            children=children,
            connection=connection,
            paged=connection or any(child.paged for fields in children.values() for child in fields),
            location=location(node),
        )


def condition_variables(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The variables that `@skip` and `@include` ask anywhere below these nodes."""
    names = {
        argument.value.name.value
        for root in nodes
        for node in descendants(root)
        if isinstance(node, DirectiveNode) and node.name.value in {"skip", "include"}
        for argument in node.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
    return tuple(sorted(names))


def _wanted(directives: Iterable[DirectiveNode] | None, values: Mapping[str, Any]) -> bool:
    for directive in directives or ():
        if directive.name.value not in {"skip", "include"}:
            continue
        (argument,) = directive.arguments or ()
        condition = argument.value
        if isinstance(condition, VariableNode):
            holds = bool(values.get(condition.name.value))
        else:
            holds = isinstance(condition, BooleanValueNode) and condition.value
        if holds == (directive.name.value == "skip"):
            return False
    return True


def _shape(type_: GraphQLOutputType) -> Shape:
    non_null = isinstance(type_, GraphQLNonNull)
    inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    item = _shape(inner.of_type) if isinstance(inner, GraphQLList) else None
    return Shape(non_null=non_null, item=item, leaf=is_leaf_type(inner))
