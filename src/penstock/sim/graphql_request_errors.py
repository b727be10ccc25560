"""Documents that GitHub does not execute: the same complaints in GitHub's words, codes and paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    VariableDefinitionNode,
    get_named_type,
    print_ast,
)
from graphql.language import ArgumentNode, ObjectFieldNode, VariableNode

from penstock.sim.graphql_ast import children

_RULES: tuple[tuple[str, str, str], ...] = (
    (
        r"Cannot query field '(?P<fieldName>\w+)' on type '(?P<typeName>\w+)'",
        "undefinedField",
        "Field '{fieldName}' doesn't exist on type '{typeName}'",
    ),
    (
        r"Field '(?P<name>\w+)' of type '(?P<type>.+?)' must have a selection",
        "selectionMismatch",
        (
            "Field must have selections (field '{name}' returns {typeName} but has no selections. "
            "Did you mean '{name} {{ ... }}'?)"
        ),
    ),
    (
        r"Field '(?P<name>\w+)' must not have a selection since type '(?P<type>.+?)'",
        "selectionMismatch",
        "Selections can't be made on scalars (field '{name}' returns {typeName} but has selections)",
    ),
    (
        r"Unknown argument '(?P<argumentName>\w+)' on field '\w+\.(?P<name>\w+)'",
        "argumentNotAccepted",
        "Field '{name}' doesn't accept argument '{argumentName}'",
    ),
    (
        r"Argument '\w+\.(?P<name>\w+)\((?P<arguments>\w+):\)' of type '.+' is required",
        "missingRequiredArguments",
        "Field '{name}' is missing required arguments: {arguments}",
    ),
    (
        r"Variable '\$(?P<variableName>\w+)' is not defined",
        "variableNotDefined",
        "Variable ${variableName} is used by {operation} but not declared",
    ),
    (
        r"Variable '\$(?P<variableName>\w+)' is never used",
        "variableNotUsed",
        "Variable ${variableName} is declared by {operation} but not used",
    ),
    (
        r"Variable '\$(?P<variableName>\w+)' of type '(?P<type>.+)' used in position .* type '(?P<expected>.+)'",
        "variableMismatch",
        "Type mismatch on variable ${variableName} and argument {argumentName} ({type} / {expected})",
    ),
    (
        r"Expected value of type '(?P<inputObjectType>\w+)' to include required field '(?P<argumentName>\w+)'",
        "missingRequiredInputObjectAttribute",
        "Argument '{argumentName}' on InputObject '{inputObjectType}' is required. Expected type {argumentType}",
    ),
    (
        r"Expected value of type '(?P<name>\w+)' not to include unknown field '(?P<argumentName>\w+)'",
        "argumentNotAccepted",
        "InputObject '{name}' doesn't accept argument '{argumentName}'",
    ),
    (
        r"(\w+ cannot represent|Value '.*' does not exist in|Expected value of|Enum '.*' cannot represent)",
        "argumentLiteralsIncompatible",
        "Argument '{argumentName}' on {owner} has an invalid value ({value}). Expected type '{argumentType}'.",
    ),
    (
        r"Unknown type '(?P<typeName>\w+)'.* \(on \$(?P<variableName>\w+)\)",
        "variableRequiresValidType",
        "{typeName} isn't a defined input type (on ${variableName})",
    ),
    (
        r"Variable '\$(?P<variableName>\w+)' cannot be non-input type '(?P<typeName>\w+)",
        "variableRequiresValidType",
        "{typeName} isn't a valid input type (on ${variableName})",
    ),
    (
        r"Unknown type '(?P<typeName>\w+)'",
        "undefinedType",
        "No such type {typeName}, so it can't be a fragment condition",
    ),
    (
        r"Unknown fragment '(?P<fragmentName>\w+)'",
        "useAndDefineFragment",
        "Fragment {fragmentName} was used, but not defined",
    ),
    (
        r"Fragment '(?P<fragmentName>\w+)' is never used",
        "useAndDefineFragment",
        "Fragment {fragmentName} was defined, but not used",
    ),
    (
        r"Fragment .*cannot be spread .* of type '(?P<parentName>\w+)' can never be of type '(?P<typeName>\w+)'",
        "cannotSpreadFragment",
        "Fragment on {typeName} can't be spread inside {parentName}",
    ),
    (r"Fields '(?P<fieldName>\w+)' conflict", "fieldConflict", "Field '{fieldName}' has a field conflict"),
    (
        r"Unknown directive '@(?P<directiveName>\w+)'",
        "undefinedDirective",
        "Directive @{directiveName} is not defined",
    ),
)
"""
What graphql-core says (and the variable whose declaration it is about), GitHub's code for it, GitHub's sentence. Groups
of the pattern go into `extensions`.
"""

_WRITTEN_ONLY = frozenset({"type", "expected", "owner", "value", "operation"})


def syntax_error(error: GraphQLSyntaxError) -> dict[str, Any]:
    """The one entry of `errors` for a document that cannot be parsed."""
    line, column = error.locations[0] if error.locations else (1, 1)
    text = error.source.body if error.source else ""
    token = re.compile(r"\w+|.").match(text, *(error.positions or ()))
    found = f'"{token.group()}"' if token else "end of file"
    return {
        "message": f"Parse error on {found} at [{line}, {column}]",
        "locations": [{"line": line, "column": column}],
    }


def validation_error(served: GraphQLSchema, document: DocumentNode, error: GraphQLError) -> dict[str, Any]:
    """The entry of `errors` for one broken rule of the schema or the language."""
    # A variable that does not fit is blamed where it is used, everything else at the first node.
    chain = _chain(document, error.nodes[-1 if isinstance(error.nodes[-1], VariableNode) else 0]) if error.nodes else ()
    entry: dict[str, Any] = {
        "path": _path(chain),
        "locations": [{"line": line, "column": column} for line, column in (error.locations or ())[:1]],
        "message": error.message,
    }
    declared = [node.variable.name.value for node in chain if isinstance(node, VariableDefinitionNode)]
    said = " ".join((error.message, *(f"(on ${name})" for name in declared)))
    for pattern, code, sentence in _RULES:
        match = re.match(pattern, said)
        if match:
            words = _context(served, chain, error) | match.groupdict()
            named = {k: v for k, v in words.items() if k in match.re.groupindex and k not in _WRITTEN_ONLY}
            entry["message"] = sentence.format_map(words)
            entry["extensions"] = {"code": code} | named
            break
    return entry


def _chain(document: DocumentNode, target: Node) -> Sequence[Node]:
    """The nodes from the operation or fragment down to this one."""
    chain: list[Node] = []
    node: Node | None = document
    while node is not None and node is not target:
        node = next((child for child in children(node) if _holds(child, target)), None)
        if node is not None:
            chain.append(node)
    return chain


def _holds(node: Node, target: Node) -> bool:
    if node is target:
        return True
    if node.loc is None or target.loc is None:
        return False
    return node.loc.start <= target.loc.start and target.loc.end <= node.loc.end


def operation_label(node: OperationDefinitionNode) -> str:
    """`query`, `mutation`, or `query Name`."""
    return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value


def _path(chain: Sequence[Node]) -> list[str]:
    path = []
    for node in chain:
        match node:
            case OperationDefinitionNode():
                path.append(operation_label(node))
            case FragmentDefinitionNode():
                path.append(f"fragment {node.name.value}")
            case FieldNode():
                path.append(node.alias.value if node.alias else node.name.value)
            case InlineFragmentNode(type_condition=condition):
                path.append(f"... on {condition.name.value}" if condition else "...")
            case FragmentSpreadNode():
                path.append(f"... {node.name.value}")
            case ArgumentNode() | ObjectFieldNode():
                path.append(node.name.value)
    return path


def _context(served: GraphQLSchema, chain: Sequence[Node], error: GraphQLError) -> dict[str, str]:
    """Words for the sentences that graphql-core's message does not carry."""
    words = {"operation": "anonymous query", "value": print_ast(chain[-1]) if chain else ""}
    if chain and isinstance(chain[0], OperationDefinitionNode) and chain[0].name:
        words["operation"] = chain[0].name.value
    types = TypeInfo(served)
    owner, field = "Field", None
    for node in chain:
        types.enter(node)
        if isinstance(node, FieldNode):
            owner, field = f"Field '{node.name.value}'", types.get_field_def()
        if isinstance(node, ObjectFieldNode):
            owner = f"InputObject '{get_named_type(types.get_parent_input_type())}'"
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            words["argumentName"] = node.name.value
            words["argumentType"] = str(types.get_input_type())
    words["owner"] = owner
    if isinstance(field, GraphQLField):
        words["typeName"] = str(get_named_type(field.type))
    required = re.search(r"'(?P<type>\w+)' to include required field '(?P<field>\w+)'", error.message)
    if required:
        input_type: Any = served.type_map[required["type"]]
        words["argumentType"] = str(input_type.fields[required["field"]].type)
    return words
