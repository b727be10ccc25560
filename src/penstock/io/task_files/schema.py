"""The native format as types: what is read, and what is published as JSON Schema, are one definition."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Text = Annotated[str, Meta(extra_json_schema={"minLength": 1})]

Labels = Annotated[list[Text], Meta(description="Names of labels. Missing ones are planned as new.")]
Assignees = Annotated[list[Text], Meta(description="Logins.")]
Milestone = Annotated[Text, Meta(description="Title of the milestone. A missing one is planned as new.")]
IssueType = Annotated[Text, Meta(description="Name of an issue type of the organisation.")]


class NativeDefaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every task of the file gets. Labels are added; the rest is for tasks that say nothing themselves."""

    labels: Labels | None = None
    assignees: Assignees | None = None
    milestone: Milestone | None = None
    type: IssueType | None = None


class NativeTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task; becomes one issue."""

    key: Annotated[
        str,
        Meta(
            description="Stable identity inside the graph: a task keeps its issue as long as it keeps its key.",
            extra_json_schema={"minLength": 1, "maxLength": 128},
        ),
    ]
    title: Annotated[str, Meta(description="Title of the issue.", extra_json_schema={"minLength": 1, "maxLength": 256})]
    body: Annotated[str, Meta(description="Markdown.")] | None = None
    state: Annotated[
        Literal["open", "completed", "not_planned"], Meta(description="What the issue's state shall be.")
    ] = "open"
    labels: Labels | None = None
    assignees: Assignees | UnsetType | None = UNSET
    milestone: Milestone | UnsetType | None = UNSET
    type: IssueType | UnsetType | None = UNSET
    parent: Annotated[str, Meta(description="Key of the task above; instead of nesting.")] | None = None
    depends_on: Annotated[list[str], Meta(description="Keys of the tasks that block this one.")] | None = None
    tasks: Annotated[list[NativeTask], Meta(description="Sub-tasks.")] | None = None


class NativeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan file."""

    tasks: Annotated[list[NativeTask], Meta(description="The tasks, in order.")]
    graph: Annotated[Text, Meta(description="Name of the graph; the file's stem when absent.")] | None = None
    defaults: NativeDefaults | None = None
    schema_url: str | None = msgspec.field(default=None, name="$schema")


def native_schema() -> dict[str, Any]:
    """
    The JSON Schema (2020-12) of the native format, for editors and other people's tools.

    Example:
        `penstock config schema > penstock.schema.json`, then in the plan's first line
        `# yaml-language-server: $schema=penstock.schema.json`.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Penstock plan file",
        **msgspec.json.schema(NativeFile),
    }
