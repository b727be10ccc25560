"""One line of Markdown as GitHub shows it in a title, which is plain text with code spans."""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it import MarkdownIt

_MARKUP = re.compile(r"[*_\[<&\\~]")
CHARS_MAX = 4_000
"""What is longer is no title and stays as written: some markup takes the parser more than linear time."""


class Plain(NamedTuple):
    """
    Attributes:
        text: Without marks of emphasis, link targets and comments; code spans keep their backticks.
        whole: Nothing that a reader could miss was left out: no link, no image, no comment.
    """

    text: str
    whole: bool


class Inline:
    """Reads inline markup. Keeps its parser, so one is made for a whole file."""

    def __init__(self) -> None:
        self._markdown = MarkdownIt("commonmark").enable("strikethrough")

    def plain(self, text: str) -> Plain:
        """Runs of blanks, line breaks included, become one."""
        if not _MARKUP.search(text) or len(text) > CHARS_MAX:
            return Plain(" ".join(text.split()), True)
        parts: list[str] = []
        whole = True
        (line,) = self._markdown.parseInline(text)
        for token in line.children or ():
            match token.type:
                case "code_inline":
                    parts.append(f"{token.markup}{token.content}{token.markup}")
                case "softbreak" | "hardbreak":
                    parts.append(" ")
                case "html_inline" if token.content.startswith("<!--"):
                    whole = False
                case "link_open":
                    whole = whole and token.info == "auto"
                case "image":
                    parts.append(token.content)
                    whole = False
                case _:
                    parts.append(token.content)
        return Plain(" ".join("".join(parts).split()), whole)
