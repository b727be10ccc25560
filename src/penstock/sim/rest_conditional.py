"""
Conditional reads: who has an answer already is told so, and pays nothing of the hourly quota for it.

Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests;
the headers are those of the answers recorded in https://github.com/PyGithub/PyGithub/tree/main/tests/ReplayData (2026).
"""

from __future__ import annotations

import hashlib

from penstock.sim.replies import SimReply

_CACHED = (
    ("cache-control", "private, max-age=60, s-maxage=60"),
    ("vary", "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With"),
)
_FREE = 304


def conditional(reply: SimReply, method: str, known: str) -> SimReply:
    """
    The same answer with its `etag`, or 304 without a body.

    Args:
        known: The request's `If-None-Match`: tags of answers the client has, or `*`.
    """
    if reply.status not in (200, 201) or not reply.body:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()}"'
    reply.headers.update(_CACHED, etag=f"W/{tag}")
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    if method in ("GET", "HEAD") and tags & {tag, "*"}:
        return SimReply(_FREE, {name: value for name, value in reply.headers.items() if name != "content-type"}, b"")
    return reply


def points(reply: SimReply) -> int:
    """What an answer costs the hourly quota."""
    return 0 if reply.status == _FREE else 1
