"""Settings of a run."""

from __future__ import annotations

from typing import Literal

import msgspec

from penstock.base.errors import UsageError


class BatchConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How many operations go into one request, and how failures are met.

    Attributes:
        enable_adaptive_batching: Follow the server's response times; otherwise every batch has `base_batch_size`.
        min_batch_size: Sizes that response times ask for are no smaller. A target, not a floor: tails, probes, windows
            and what was refused for its weight stay below it.
        max_batch_size: No request does more.
        base_batch_size: Size to begin with.
        rate_limit_threshold: Smaller batches while less than this share of the hourly request quota is left.
        error_rate_threshold: Smaller batches after more than this share of 50 operations (in at least 10 requests)
            failed for reasons that are the server's, in three requests at the least.
        max_attempts: Tries per operation before it is dead; throttles do not count.
        checkpoint_interval: Settled operations between two checkpoint marks.

    Raises:
        UsageError: A size or number is below 1, a share outside 0 to 1, or min or base is above max.
    """

    enable_adaptive_batching: bool = True
    min_batch_size: int = 5
    max_batch_size: int = 50
    base_batch_size: int = 15
    rate_limit_threshold: float = 0.2
    error_rate_threshold: float = 0.1
    max_attempts: int = 5
    checkpoint_interval: int = 100

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if name.endswith("_threshold"):
                if not 0 <= value <= 1:
                    raise UsageError(f"cannot use {name} {value}", hint="it is a share, from 0 to 1")
            elif value < 1 and not isinstance(value, bool):
                raise UsageError(f"cannot use {name} {value}", hint="it must be at least 1")
        for name in ("min_batch_size", "base_batch_size"):
            if getattr(self, name) > self.max_batch_size:
                raise UsageError(
                    f"cannot use {name} {getattr(self, name)}",
                    cause=f"max_batch_size is {self.max_batch_size}",
                    hint="lower the one or raise the other",
                )


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
