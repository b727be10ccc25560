"""
Make the two GraphQL schemas of this repository from GitHub's published one.

    python tools/trim_schema.py schema.graphql tests/data/github-overlay.graphql

writes `tests/data/github-schema.graphql.gz` (everything GitHub published, with newer definitions laid over it)
and `src/penstock/sim/schema.graphql` (the part which the simulator serves). Nothing is renamed or retyped.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    assert_valid_schema,
    build_ast_schema,
    parse,
    print_ast,
)

CONNECTION = "nodes edges pageInfo totalCount"
SERVED = f"""
Query: viewer repository node nodes rateLimit user organization
RateLimit: cost limit nodeCount remaining resetAt used
Node: id
Actor: login resourcePath url
RepositoryOwner: id login resourcePath url
Assignable: assignees
Labelable: labels viewerCanLabel
Closable: closed closedAt viewerCanClose viewerCanReopen
User: id databaseId login name resourcePath url
Organization: id databaseId login name resourcePath url
Repository: id databaseId name nameWithOwner owner url resourcePath createdAt visibility isPrivate isArchived
Repository: hasIssuesEnabled viewerPermission viewerCanAdminister watchers assignableUsers labels label
Repository: milestones milestone issueTypes issueType issues issue issueOrPullRequest
Issue: id databaseId fullDatabaseId number title body state stateReason closed closedAt createdAt updatedAt
Issue: url resourcePath author viewerDidAuthor locked labels assignees milestone issueType parent subIssues
Issue: subIssuesSummary blockedBy blocking issueDependenciesSummary comments repository viewerCanLabel
Issue: viewerCanClose viewerCanReopen viewerCanUpdate
PullRequest: id databaseId fullDatabaseId number title body state closed closedAt createdAt updatedAt url
PullRequest: resourcePath author repository labels assignees milestone comments viewerCanLabel viewerCanClose
PullRequest: viewerCanReopen
IssueComment: id databaseId fullDatabaseId body author createdAt updatedAt url issue repository viewerDidAuthor
Label: id name color description isDefault repository issues url resourcePath
Milestone: id number title description state closed closedAt createdAt dueOn updatedAt repository issues
Milestone: url resourcePath viewerCanClose viewerCanReopen
IssueType: id name description color isEnabled isPrivate
SubIssuesSummary: completed percentCompleted total
IssueDependenciesSummary: blockedBy blocking totalBlockedBy totalBlocking
PageInfo: endCursor hasNextPage hasPreviousPage startCursor
IssueConnection: {CONNECTION}
LabelConnection: {CONNECTION}
MilestoneConnection: {CONNECTION}
UserConnection: {CONNECTION}
IssueCommentConnection: {CONNECTION}
IssueTypeConnection: {CONNECTION}
IssueEdge: cursor node
LabelEdge: cursor node
MilestoneEdge: cursor node
UserEdge: cursor node
IssueCommentEdge: cursor node
IssueTypeEdge: cursor node
IssueOrPullRequest:
IssueFilters: assignee createdBy labels mentioned milestone milestoneNumber since states
IssueOrder: direction field
LabelOrder: direction field
MilestoneOrder: direction field
IssueCommentOrder: direction field
IssueTypeOrder: direction field
IssueDependencyOrder: direction field
Mutation: createIssue updateIssue closeIssue reopenIssue addLabelsToLabelable removeLabelsFromLabelable
Mutation: addAssigneesToAssignable addComment updateIssueComment addSubIssue removeSubIssue
Mutation: reprioritizeSubIssue addBlockedBy removeBlockedBy createLabel updateLabel deleteLabel
Mutation: updateIssueIssueType deleteIssue transferIssue
CreateIssueInput: assigneeIds body issueTypeId labelIds milestoneId parentIssueId repositoryId title
UpdateIssueInput: assigneeIds body id issueTypeId labelIds milestoneId state stateInput title
IssueStateUpdateInput: duplicateIssueId stateReason value
CloseIssueInput: duplicateIssueId issueId stateReason
ReopenIssueInput: issueId
AddLabelsToLabelableInput: labelIds labelableId
RemoveLabelsFromLabelableInput: labelIds labelableId
AddAssigneesToAssignableInput: assignableId assigneeIds
AddCommentInput: body subjectId
UpdateIssueCommentInput: body id
AddSubIssueInput: issueId replaceParent subIssueId subIssueUrl
RemoveSubIssueInput: issueId subIssueId
ReprioritizeSubIssueInput: afterId beforeId issueId subIssueId
AddBlockedByInput: blockingIssueId issueId
RemoveBlockedByInput: blockingIssueId issueId
CreateLabelInput: color description name repositoryId
UpdateLabelInput: color description id name
DeleteLabelInput: id
UpdateIssueIssueTypeInput: issueId issueTypeId
DeleteIssueInput: issueId
TransferIssueInput: issueId repositoryId
CreateIssuePayload: issue
UpdateIssuePayload: actor issue
CloseIssuePayload: issue
ReopenIssuePayload: issue
AddLabelsToLabelablePayload: labelable
RemoveLabelsFromLabelablePayload: labelable
AddAssigneesToAssignablePayload: assignable
AddCommentPayload: commentEdge subject
UpdateIssueCommentPayload: issueComment
AddSubIssuePayload: issue subIssue
RemoveSubIssuePayload: issue subIssue
ReprioritizeSubIssuePayload: issue
AddBlockedByPayload: blockingIssue issue
RemoveBlockedByPayload: blockingIssue issue
CreateLabelPayload: label
UpdateLabelPayload: label
DeleteLabelPayload:
UpdateIssueIssueTypePayload: issue
DeleteIssuePayload: repository
TransferIssuePayload: issue
"""
"""What the simulator serves, by type. `clientMutationId` comes with the input and payload of every mutation."""


def named(node: TypeNode) -> str:
    """The name inside the list and non-null wrappers."""
    while not hasattr(node, "name"):
        node = node.type  # type: ignore[attr-defined]
    return str(node.name.value)


def served_fields() -> dict[str, set[str]]:
    """Type name to the names of its served fields."""
    fields: dict[str, set[str]] = {}
    for line in SERVED.strip().splitlines():
        name, _, names = line.partition(":")
        fields.setdefault(name, set()).update(names.split())
    for mutation in fields["Mutation"]:
        for type_ in ("Input", "Payload"):
            fields[mutation[0].upper() + mutation[1:] + type_].add("clientMutationId")
    return fields


def rebuilt(node: Any, **changes: Any) -> Any:
    """
    The same definition without its description and directives, with some parts replaced.

    Why: deprecations in GitHub's schema break the rule that an interface field which is not deprecated has no
    deprecated implementation, and the descriptions are three quarters of its size.
    """
    parts = {key: getattr(node, key) for key in node.keys if key != "loc"}
    if "description" in parts:
        parts["description"] = None
    if "directives" in parts and not isinstance(node, DirectiveDefinitionNode):
        parts["directives"] = ()
    return type(node)(**(parts | changes))


def bare(node: Any) -> Any:
    """A definition without the descriptions of its fields, arguments or values."""
    changes: dict[str, Any] = {}
    for part in ("fields", "arguments", "values"):
        if getattr(node, part, None):
            # By name: the published schema holds two fields twice.
            children = {child.name.value: bare(child) for child in getattr(node, part)}
            changes[part] = tuple(children.values())
    return rebuilt(node, **changes)


def merge(published: DocumentNode, overlay: DocumentNode) -> DocumentNode:
    """
    Lay newer definitions over the published ones.

    A definition in the overlay replaces the one of the same name; `extend type` adds fields or replaces them.
    """
    definitions: dict[str, Any] = {d.name.value: bare(d) for d in published.definitions if hasattr(d, "name")}
    for newer in overlay.definitions:
        name = newer.name.value  # type: ignore[attr-defined]
        if not isinstance(newer, ObjectTypeExtensionNode):
            definitions[name] = bare(newer)
            continue
        fields = {f.name.value: f for f in definitions[name].fields or ()}
        fields.update({f.name.value: bare(f) for f in newer.fields or ()})
        definitions[name] = rebuilt(definitions[name], fields=tuple(fields.values()))
    return DocumentNode(definitions=tuple(definitions.values()))


def trim(full: DocumentNode, served: dict[str, set[str]]) -> DocumentNode:
    """
    Keep the served fields, and the enums and scalars they name.

    Raises:
        SystemExit: a served type or field does not exist in the full schema.
    """
    by_name: dict[str, Any] = {d.name.value: d for d in full.definitions}  # type: ignore[attr-defined]
    kept: dict[str, DefinitionNode] = {}
    used: set[str] = set()
    for name, wanted in served.items():
        if name not in by_name:
            raise SystemExit(f"error: GitHub has no type {name}")
        node = by_name[name]
        available = {field.name.value for field in getattr(node, "fields", None) or ()}
        if wanted - available:
            raise SystemExit(f"error: {name} has no {sorted(wanted - available)}")
        changes: dict[str, Any] = {}
        if wanted:
            changes["fields"] = tuple(f for f in node.fields if f.name.value in wanted)
            used |= {n for field in changes["fields"] for n in names_in(field)}
        if getattr(node, "interfaces", None):
            changes["interfaces"] = tuple(i for i in node.interfaces if i.name.value in served)
        kept[name] = rebuilt(node, **changes)
    kept["Query"] = rebuilt(kept["Query"], interfaces=())
    for name in sorted(used - kept.keys()):
        node = by_name.get(name)
        if isinstance(node, EnumTypeDefinitionNode | ScalarTypeDefinitionNode):
            kept[name] = node
        elif node is not None:
            raise SystemExit(f"error: {name} is used but not served")
    return DocumentNode(definitions=tuple(kept[name] for name in sorted(kept)))


def names_in(field: Any) -> set[str]:
    """Every type that a field, or one of its arguments, names."""
    arguments = field.arguments or () if isinstance(field, FieldDefinitionNode) else ()
    return {named(field.type), *(named(argument.type) for argument in arguments)}


def main() -> None:
    """Read the published schema and the overlays, write both schemas."""
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Make the schemas from GitHub's published one.")
    parser.add_argument("published", type=Path, help="schema.graphql of @octokit/graphql-schema")
    parser.add_argument("overlay", type=Path, help="definitions newer than the published ones")
    parser.add_argument("--full", type=Path, default=root / "tests/data/github-schema.graphql.gz")
    parser.add_argument("--trimmed", type=Path, default=root / "src/penstock/sim/schema.graphql")
    options = parser.parse_args()
    full = merge(*(parse(p.read_text("utf-8"), no_location=True) for p in (options.published, options.overlay)))
    trimmed = trim(full, served_fields())
    for document in (full, trimmed):
        assert_valid_schema(build_ast_schema(document))
    options.full.write_bytes(gzip.compress(print_ast(full).encode(), compresslevel=9, mtime=0))
    header = "# The part of GitHub's GraphQL schema that the simulator serves. Made by tools/trim_schema.py.\n"
    options.trimmed.write_text(header + print_ast(trimmed) + "\n", "utf-8")
    print(f"{len(full.definitions)} definitions, {len(trimmed.definitions)} served")


if __name__ == "__main__":
    main()
