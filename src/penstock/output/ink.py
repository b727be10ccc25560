"""Colour that never carries a meaning alone: every coloured word says the same without it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
)


class Ink:
    """
    Paints, or does not.

    Args:
        color: Whether escape codes are wanted.
    """

    def __init__(self, color: bool = False) -> None:
        self.color = color

    def paint(self, text: str, style: str) -> str:
        """The text in a style of `CODES`; an empty style leaves it alone."""
        if not self.color or not style or not text:
            return text
        return f"\x1b[{CODES[style]}m{text}\x1b[0m"
