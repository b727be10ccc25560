"""Addresses of GitHub's web pages, where people find what the API calls by number."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from penstock.model.operation import (
    IssueCreate,
    LabelCreate,
    MilestoneCreate,
    Operation,
    Payload,
    Ref,
    SubIssueLink,
    SubIssueUnlink,
)

GHES_ROOT = "/api/v3"


def web_root(host: str) -> str:
    """
    The site of an API root: `https://github.com` for `https://api.github.com`.

    Source: https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api,
    https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency (`api.SUBDOMAIN.ghe.com`)
    """
    if host.endswith(GHES_ROOT):
        return host.removesuffix(GHES_ROOT)
    parts = urlsplit(host)
    if parts.netloc == "api.github.com" or parts.netloc.endswith(".ghe.com"):
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"
    return host


def issue_url(host: str, repository: str, number: int) -> str:
    """Of an issue of `owner/name`; empty for number 0."""
    return f"{web_root(host)}/{repository}/issues/{number}" if number else ""


def milestone_url(host: str, repository: str, number: int) -> str:
    """Of a milestone; empty for number 0."""
    return f"{web_root(host)}/{repository}/milestone/{number}" if number else ""


def subject_of(payload: Payload) -> Ref:
    """The issue that an operation changes; an empty reference for one that makes something new."""
    match payload:
        case LabelCreate() | MilestoneCreate() | IssueCreate():
            return Ref()
        case SubIssueLink(child=ref) | SubIssueUnlink(child=ref):
            return ref
        case _:
            return payload.issue


def page_of(operation: Operation, numbers: Sequence[int], host: str, repository: str) -> str:
    """
    The page to look at when an operation failed; empty for an issue that does not exist.

    Args:
        numbers: Issue numbers by operation, 0 where none is known.
    """
    match operation.payload:
        case LabelCreate():
            return f"{web_root(host)}/{repository}/labels"
        case MilestoneCreate():
            return f"{web_root(host)}/{repository}/milestones"
    ref = subject_of(operation.payload)
    return issue_url(host, repository, ref.number or (numbers[ref.op] if ref.op >= 0 else 0))
