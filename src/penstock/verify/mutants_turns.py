"""Bugs of links in texts and of renames, each as a function from the true function to a worse one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from penstock.core.renames import find_renames
from penstock.github.body import parse
from penstock.model.operation import IssueClose, IssueUpdate, TextLinks
from penstock.model.task import Task


def without_links(true: Any) -> Any:
    """An update that writes the text, and forgets the links above it."""

    def payload(*args: Any, **kwargs: Any) -> Any:
        return replace(true(*args, **kwargs), links=TextLinks())

    return payload


def parent_among_blockers(true: Any) -> Any:
    """The parent is written as one more issue that blocks."""

    def numbers(context: Any, links: TextLinks) -> Any:
        parent = (links.parent,) if links.parent else ()
        return true(context, TextLinks(blocked_by=(*parent, *links.blocked_by)))

    return numbers


def never_completed(_true: Any) -> Any:
    """What could not be named yet when an issue was created is never named."""

    def complete(self: Any, task: Task, _links: TextLinks) -> None:
        ref = self._draft.refs[task.key]
        if task.state != "open":
            self._draft.add(task.key, IssueClose(issue=ref, reason=task.state), needs=(ref.op,))

    return complete


def needs_nothing(true: Any) -> Any:
    """What a text names is not waited for."""

    def add(self: Any, key: str, payload: Any, **fields: Any) -> int:
        if isinstance(payload, IssueUpdate) and payload.links != TextLinks():
            fields["needs"] = ()
        no: int = true(self, key, payload, **fields)
        return no

    return add


def read_as_text(true: Any) -> Any:
    """The lines of links are taken for the task's own words when a body is read."""

    def split(body: str) -> Any:
        parts = true(body)
        return parts._replace(links=None)

    return split


def words_stay(true: Any) -> Any:
    """On a server that has learnt links nobody looks whether there are still words."""

    def delta(task: Any, issue: Any, **how: Any) -> Any:
        return true(task, issue, **{**how, "native_links": False})

    return delta


def old_key_kept(true: Any) -> Any:
    """The marker goes on saying the key that the task had."""

    def body_of(context: Any, operation: Any) -> Any:
        before = parse(getattr(operation.payload, "body_before", ""))
        return true(context, replace(operation, key=before.key) if before else operation)

    return body_of


def decided(true: Any, *, said: str, done: str) -> Any:
    """One answer about renames is taken for the other."""

    def make_plan(*args: Any, renames: str, **kwargs: Any) -> Any:
        return true(*args, renames=done if renames == said else renames, **kwargs)

    return make_plan


def all_alike(_true: Any) -> Any:
    """Any title is as good as another: who stands first gets the first issue."""

    def find(graph: Any, found: Any) -> Any:
        return find_renames(graph, found, lambda _one, _other: 1.0)

    return find
