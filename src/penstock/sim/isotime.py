"""Instants as GitHub prints them and reads them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1024)
def iso(seconds: int) -> str:
    """`2026-11-23T18:44:05Z` for whole epoch seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


@lru_cache(maxsize=1024)
def http_date(seconds: int) -> str:
    """`Mon, 23 Nov 2026 18:44:05 GMT` for whole epoch seconds."""
    moment = time.gmtime(seconds)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.tm_wday]
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    month = months[moment.tm_mon - 1]
    return time.strftime(f"{day}, %d {month} %Y %H:%M:%S GMT", moment)


def seconds_of(text: str) -> float | None:
    """Epoch seconds of `2026-11-23T18:44:05Z`, or of another form of ISO 8601; None when it is no such text."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
