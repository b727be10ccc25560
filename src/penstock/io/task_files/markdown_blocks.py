"""
Markdown's blocks as a tree: where headings, paragraphs and list items begin and end, and nothing inside them.

Everything that holds no task (quotes, tables, code, raw HTML, rules) is a block without parts. Each block knows its
lines, so whoever reads the tree can tell what became of every line of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_block.html_block import HTML_SEQUENCES
from markdown_it.token import Token

from penstock.base.errors import InputError

NESTING_MAX = 200
"""What the parser opens inside each other; a list and its item count as two. Beyond it would drop text silently."""

LINES_MAX = 1_000_000
CELLS_MAX = 2_000_000
"""What a document may have: at either limit the parser takes about a minute and 3 GB of memory."""

TAB_COLUMNS = 4

_MARKER = re.compile(r" *(?:[-+*]|\d{1,9}[.)])( *)(?=(.?))")

_BLOCKS_WITH_PARTS = frozenset({"list_item_open", "blockquote_open"})


# A tree has no cycles: the collector has nothing to look for, and large files have hundreds of thousands of these.
class Node(msgspec.Struct, kw_only=True, gc=False):
    """
    One block.

    Attributes:
        kind: An `opaque` block has neither text nor parts; an `ornament` is a rule or a comment, nothing to read.
        first, end: 0-based lines, `end` not included.
        text: What stands in a heading; of a paragraph each line, without indentation and without markers before it.
        level: Of a heading: 1 to 6.
        ordered: Of an item: it is numbered.
        column: Of an item: where its content begins; what stands below is indented by so many columns.
        parts: Of a list its items, of an item its blocks.
    """

    kind: Literal["heading", "paragraph", "list", "item", "opaque", "ornament"]
    first: int
    end: int
    text: str = ""
    level: int = 0
    ordered: bool = False
    column: int = 0
    parts: list[Node] = msgspec.field(default_factory=list)


def read_blocks(text: str, path: str) -> list[Node]:
    """
    Parse a document.

    Args:
        text: Lines are separated by `\\n` and nothing else.
        path: The file as the user named it.

    Returns:
        The blocks at the top. Headings are found only there: one inside a quote or an item is opaque.

    Raises:
        InputError: More than `LINES_MAX` lines or `CELLS_MAX` bars, or blocks so deep inside each other that the
            parser would stop.

    Source: https://github.github.com/gfm/
    """
    _check_size("lines", text.count("\n") + 1, LINES_MAX, path)
    _check_size("table cells", text.count("|"), CELLS_MAX, path)
    tokens = _parser().parse(text)
    _check_nesting(tokens, path)
    return _tree(tokens, text.split("\n"))


def _parser() -> MarkdownIt:
    """
    Block rules only. Reference definitions stay the text they are written as, and a tag of no HTML element alone on
    its line (`<context>`, `<PRD>`) is a line of text: by the letter of CommonMark it would hide the heading below it.
    """
    markdown = MarkdownIt("commonmark", {"maxNesting": NESTING_MAX}).enable("table").disable("reference")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    markdown.block.ruler.at("html_block", _html_element, {"alt": ["paragraph", "blockquote"]})
    return markdown


def _html_element(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[first] + state.tShift[first]
    if state.src[begin : begin + 1] != "<":
        return False
    line = state.src[begin : state.eMarks[first]]
    known = any(opening.search(line) for opening, _, ends_paragraph in HTML_SEQUENCES if ends_paragraph)
    return known and html_block(state, first, end, silent)


def _check_size(what: str, count: int, most: int, path: str) -> None:
    if count > most:
        raise InputError(
            f"the document has {count:,} {what}",
            path=path,
            line=1,
            cause=f"the most is {most:,}",
            hint="split the plan into several files, each with a graph name of its own",
        )


def _check_nesting(tokens: Sequence[Token], path: str) -> None:
    for token in tokens:
        if token.level >= NESTING_MAX - 1 and token.type in _BLOCKS_WITH_PARTS:
            raise InputError(
                "lists or quotes are nested too deep",
                path=path,
                line=token.map[0] + 1 if token.map else 0,
                cause=f"{NESTING_MAX // 2} lists or {NESTING_MAX} quotes inside each other are the most that is read",
                hint="GitHub holds eight levels of sub-issues; move deeper tasks up",
            )


def _tree(tokens: Sequence[Token], lines: Sequence[str]) -> list[Node]:
    top = Node(kind="item", first=0, end=len(lines))
    stack = [top]
    hidden_from = -1  # the level of the opaque block that the next tokens stand in
    for number, token in enumerate(tokens):
        if hidden_from >= 0:
            if token.level == hidden_from:
                hidden_from = -1
        elif token.nesting < 0:
            if token.type in {"list_item_close", "bullet_list_close", "ordered_list_close"}:
                stack.pop()
        elif token.map is not None and token.type != "inline":
            node = _node(token, tokens[number + 1].content if token.nesting else "", stack, lines)
            stack[-1].parts.append(node)
            if node.kind in {"list", "item"}:
                stack.append(node)
            elif node.kind == "opaque" and token.nesting > 0:
                hidden_from = token.level
    return top.parts


def _node(token: Token, text: str, stack: Sequence[Node], lines: Sequence[str]) -> Node:
    first, end = token.map or (0, 0)
    match token.type:
        case "heading_open" if len(stack) == 1:
            return Node(kind="heading", first=first, end=end, text=text, level=int(token.tag[1]))
        case "paragraph_open":
            return Node(kind="paragraph", first=first, end=end, text=_paragraph(first, end, stack[-1], lines))
        case "bullet_list_open" | "ordered_list_open":
            return Node(kind="list", first=first, end=end, column=stack[-1].column)
        case "list_item_open":
            column = _content_column(lines[first], stack[-1].column)
            return Node(kind="item", first=first, end=end, ordered=token.markup in {".", ")"}, column=column)
        case "hr":
            return Node(kind="ornament", first=first, end=end)
        case "html_block" if token.content.lstrip().startswith("<!--") and token.content.rstrip().endswith("-->"):
            return Node(kind="ornament", first=first, end=end)
        case _:
            return Node(kind="opaque", first=first, end=end)


def _paragraph(first: int, end: int, holder: Node, lines: Sequence[str]) -> str:
    """Its lines, one for each in the file: the parser's own text lacks lines that hold nothing but odd blanks."""
    begin = lines[first]
    if holder.kind == "item" and holder.first == first:
        begin = begin.expandtabs(TAB_COLUMNS)[holder.column :]
    return "\n".join(line.strip(" \t") for line in (begin, *lines[first + 1 : end]))


def _content_column(line: str, start: int) -> int:
    """Where the content of an item begins whose marker stands at `start` or, indented, behind it."""
    found = _MARKER.match(line.expandtabs(TAB_COLUMNS), start)
    if found is None:  # cannot be: the parser saw a marker here
        return start
    spaces = len(found[1])
    return found.end(1) if found[2] and 1 <= spaces <= TAB_COLUMNS else found.start(1) + 1


def dedented(line: str, columns: int) -> str:
    """A line without its first columns of indentation, or without what it has of them. A cut tab leaves blanks."""
    taken = 0
    for place, character in enumerate(line):
        if taken >= columns or character not in " \t":
            return " " * (taken - columns) + line[place:]
        taken += 1 if character == " " else TAB_COLUMNS - taken % TAB_COLUMNS
    return ""
