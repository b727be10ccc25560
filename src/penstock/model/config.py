"""Settings of a run."""

from __future__ import annotations

from typing import Literal

import msgspec

from penstock.base.errors import UsageError


class BatchConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How many operations go into one request.

    Attributes:
        base_batch_size: Size for kinds that no content window binds.
        max_attempts: Tries per operation before it is dead; throttles do not count.
        checkpoint_interval: Settled operations between two checkpoint marks.

    Raises:
        UsageError: One of them is below 1.
    """

    base_batch_size: int = 20
    max_attempts: int = 5
    checkpoint_interval: int = 100

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if getattr(self, name) < 1:
                raise UsageError(f"cannot use {name} {getattr(self, name)}", hint="it must be at least 1")


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Everything a run may be told.

    Attributes:
        profile: `auto`, `documented`, `observed`, `literal`, `ghes` or `lab`.
        transport: `auto`, `graphql` or `rest`.
        batch: Batch settings.
        max_writes: Refuse a plan with more operations; 0 is no limit.
        first: Stop, resumable, after this many creates; 0 is no limit.
        authors: Further logins whose markers count.
    """

    profile: str = "auto"
    transport: Literal["auto", "graphql", "rest"] = "auto"
    batch: BatchConfig = BatchConfig()
    max_writes: int = 0
    first: int = 0
    authors: tuple[str, ...] = ()
