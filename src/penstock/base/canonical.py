"""One way to write a value as bytes, one way to name it by its content, one way to make ids."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """The first 16 hexadecimal characters of the SHA-256 of the canonical JSON: short enough for a marker."""
    return sha256_hex(canonical_json(value))[:16]


def ulid(now: float, entropy: bytes) -> str:
    """
    A sortable identifier of 26 characters: 48 bits of milliseconds, 80 bits of entropy.

    Args:
        now: Instant in epoch seconds.
        entropy: At least 10 bytes; only the first 10 are used.

    Source: https://github.com/ulid/spec
    """
    number = (int(now * 1000) << 80) | int.from_bytes(entropy[:10], "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
