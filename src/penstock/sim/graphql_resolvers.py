"""Which function answers which field of which type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from penstock.sim.graphql_connections import CONNECTION, PAGE_INFO
from penstock.sim.graphql_introspection import answers, introspection
from penstock.sim.graphql_mutations import MUTATION
from penstock.sim.graphql_queries import QUERY, REPOSITORY
from penstock.sim.graphql_records import (
    ACCOUNT,
    COMMENT,
    ISSUE,
    ISSUE_TYPE,
    LABEL,
    MILESTONE,
    PULL_REQUEST,
)
from penstock.sim.graphql_scope import Resolver, Table

_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "Query": QUERY,
        "Mutation": MUTATION,
        "User": ACCOUNT,
        "Organization": ACCOUNT,
        "Repository": REPOSITORY,
        "Issue": ISSUE,
        "PullRequest": PULL_REQUEST,
        "IssueComment": COMMENT,
        "Label": LABEL,
        "Milestone": MILESTONE,
        "IssueType": ISSUE_TYPE,
        "PageInfo": PAGE_INFO,
    }
)


@cache
def resolver(type_name: str, field_name: str) -> Resolver:
    """
    The function for a field of an object type.

    Types that are not stored (edges, summaries, payloads) are plain dictionaries with the field's name as key.
    """
    if field_name == "__typename":
        return lambda _source, _arguments, _scope: type_name
    if answers(type_name, field_name):
        return introspection(type_name, field_name)
    if type_name.endswith("Connection"):
        return CONNECTION[field_name]
    table = _TABLES.get(type_name)
    if table is None:
        return lambda source, _arguments, _scope: source[field_name]
    return table[field_name]
