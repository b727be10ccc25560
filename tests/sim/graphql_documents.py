"""
Documents that exercise every feature of the executor, with their variables.

`ISSUE` and `REPOSITORY` stand for the ids of the first issue and of `octo/widgets`.
"""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("{ viewer { login id databaseId url __typename } }", {}),
    (
        """
        { __typename a: viewer { ...U } b: viewer { ...U ...U } }
        fragment U on User { login n: name ... on Node { id } }
        """,
        {},
    ),
    (
        """
        query ($o: String!, $n: String! = "widgets") {
          repository(owner: $o, name: $n) { nameWithOwner owner { __typename login } visibility viewerPermission }
        }
        """,
        {"o": "octo"},
    ),
    (
        """
        { repository(owner: "acme", name: "tools") {
            owner { ... on Organization { login id } ... on User { name } }
            issueTypes(first: 2) { nodes { name color } totalCount }
        } }
        """,
        {},
    ),
    (
        """
        query ($yes: Boolean!, $no: Boolean = false) {
          viewer { login @include(if: $yes) id @skip(if: $yes) name @include(if: $no) ... @skip(if: $no) { url } }
        }
        """,
        {"yes": True},
    ),
    ("query ($yes: Boolean!) { viewer { login @include(if: $yes) id @skip(if: $yes) } }", {"yes": False}),
    ("{ viewer { login @include(if: false) id @skip(if: false) } }", {}),
    (
        """
        { repository(owner: "octo", name: "widgets") {
            issues(first: 3, states: [OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) {
              totalCount
              pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
              edges { cursor node { number title } }
              nodes { labels(first: 5) { nodes { name } } author { login } }
        } } }
        """,
        {},
    ),
    (
        """
        query ($n: Int!) { repository(owner: "octo", name: "widgets") {
          issueOrPullRequest(number: $n) {
            __typename
            ... on Issue { title parent { number } subIssuesSummary { total completed percentCompleted } }
            ... on PullRequest { state number }
        } } }
        """,
        {"n": 2},
    ),
    (
        """
        { repository(owner: "octo", name: "widgets") {
            a: issueOrPullRequest(number: 6) { ... on Node { id __typename } }
            b: issue(number: 99) { id }
            c: issue(number: 6) { id }
            label(name: "nope") { id }
        } }
        """,
        {},
    ),
    (
        """
        query ($f: IssueFilters) { repository(owner: "octo", name: "widgets") {
          issues(first: 10, filterBy: $f) { nodes { number } }
        } }
        """,
        {"f": {"createdBy": "octo", "labels": "bug", "assignee": None}},
    ),
    (
        """
        query ($s: [IssueState!]) { repository(owner: "octo", name: "widgets") {
          issues(first: 10, filterBy: {states: $s, since: "2020-01-01T00:00:00Z"}) {
            nodes { number state stateReason closedAt }
        } } }
        """,
        {"s": "CLOSED"},
    ),
    (
        """
        query ($ids: [ID!]!) { nodes(ids: $ids) {
          id __typename
          ... on Labelable { labels(first: 2) { nodes { name } } }
          ... on Label { name }
          ... on Repository { name }
        } }
        """,
        {"ids": ["R_none", "ISSUE", "REPOSITORY"]},
    ),
    (
        """
        query ($id: ID!) { node(id: $id) { ... on Issue {
          id id number
          blockedBy(first: 5) { nodes { number } }
          blocking(first: 5) { nodes { number } }
          issueDependenciesSummary { blockedBy blocking totalBlockedBy totalBlocking }
          comments(first: 5) { nodes { body author { login } issue { number } } }
          milestone { title dueOn }
          issueType { name }
          assignees(last: 1) { nodes { login } }
        } } }
        """,
        {"id": "ISSUE"},
    ),
    ('{ node(id: "nowhere") { id } user(login: "acme") { id } organization(login: "ACME") { login } }', {}),
    ('{ repository(owner: "octo", name: "gone") { id } viewer { id } }', {}),
    (
        """
        { repository(owner: "octo", name: "widgets") {
            id
            label(name: "bug") { name repository { issues(first: 3, after: "rubbish") { nodes { id } } } }
        } }
        """,
        {},
    ),
]

MUTATIONS: list[tuple[str, dict[str, Any]]] = [
    (
        """
        mutation ($a: CreateIssueInput!, $b: CreateIssueInput!) {
          a: createIssue(input: $a) { clientMutationId issue { number } }
          b: createIssue(input: $b) { issue { number } }
        }
        """,
        {
            "a": {"repositoryId": "REPOSITORY", "title": "New", "clientMutationId": "x"},
            "b": {"repositoryId": "REPOSITORY", "title": " "},
        },
    ),
    (
        """
        mutation ($t: String!, $p: ID) {
          a: createIssue(input: {repositoryId: "REPOSITORY", title: $t, parentIssueId: $p}) {
            issue { number parent { number } author { login } }
          }
          b: closeIssue(input: {issueId: "ISSUE", stateReason: NOT_PLANNED}) { issue { state stateReason } }
          c: closeIssue(input: {issueId: "nowhere"}) { issue { state } }
          d: addComment(input: {subjectId: "ISSUE", body: "hello"}) {
            subject { id __typename }
            commentEdge { cursor node { body } }
          }
        }
        """,
        {"t": "Child", "p": "ISSUE"},
    ),
    (
        """
        mutation ($skip: Boolean!) {
          __typename
          addBlockedBy(input: {issueId: "ISSUE", blockingIssueId: "ISSUE"}) @skip(if: $skip) { issue { id } }
          reopenIssue(input: {issueId: "ISSUE"}) @include(if: $skip) { issue { number } }
        }
        """,
        {"skip": True},
    ),
]

_ARGUMENTS = {
    "repository": 'owner: "octo", name: "widgets"',
    "node": 'id: "ISSUE"',
    "nodes": 'ids: ["ISSUE", "nowhere", "REPOSITORY"]',
    "user": 'login: "hubot"',
    "organization": 'login: "acme"',
    "issue": "number: $number",
    "issueOrPullRequest": "number: $number",
    "label": 'name: "bug"',
    "milestone": "number: 1",
    "issueType": 'name: "Task"',
}
_TOO_LARGE = {"Issue", "PullRequest", "IssueComment"}
"""Their `databaseId` is beyond 32 bits, which graphql-core refuses to print and GitHub prints."""


class RandomDocument:
    """
    A query drawn from the schema: random fields, aliases, fragments and conditions.

    Args:
        seed: Same seed, same document. Its variables are `$number`, `$yes` and `$no`.
    """

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._aliases = count()
        root = schema.query_type
        assert root is not None
        self.text = f"query ($number: Int!, $yes: Boolean!, $no: Boolean = false) {self._selection(root, 4)}"
        self.text += " fragment Used on Repository { used: issue(number: $number) { number @include(if: $yes) } }"
        self.text = self.text.replace("{", "{ unused: __typename @skip(if: $no) ", 1)
        self.text = self.text.replace("{", '{ given: repository(owner: "octo", name: "widgets") { ...Used } ', 1)

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = ["__typename"]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            names = self._random.sample(sorted(type_.fields), min(len(type_.fields), 6))
            parts += [self._field(type_.name, name, type_.fields[name], depth) for name in names]
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            for possible in self._random.sample(self._schema.get_possible_types(type_), 2):
                parts.append(f"... on {possible.name} {self._selection(possible, depth)}")
        return "{ " + " ".join(parts) + " }"

    def _field(self, parent: str, name: str, field: GraphQLField, depth: int) -> str:
        type_ = get_named_type(field.type)
        if (name == "databaseId" and parent in _TOO_LARGE) or (depth == 0 and not is_leaf_type(type_)):
            return ""
        arguments = _ARGUMENTS.get(name, "") if any(str(a.type).endswith("!") for a in field.args.values()) else ""
        if type_.name.endswith("Connection"):
            arguments = f"{self._random.choice(('first', 'last'))}: {self._random.randint(1, 3)}"
        text = f"f{next(self._aliases)}: {name}" + (f"({arguments})" if arguments else "")
        text += self._random.choice(("", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)"))
        return text if is_leaf_type(type_) else f"{text} {self._selection(type_, depth - 1)}"
