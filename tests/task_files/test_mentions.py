"""Imported text mails nobody, and code, addresses and links stay as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.io.task_files.mentions import GAP, defuse, defuse_line


def shown(markdown: str) -> str:
    """Defused text with each gap shown as a middle dot."""
    return defuse(markdown).replace(GAP, "·")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("@ada", "@·ada"),
        ("ask @ada, (@bob) and **@eve**", "ask @·ada, (@·bob) and **@·eve**"),
        ("cc @octo/team", "cc @·octo/team"),
        ("é@ada and \\@bob", "é@·ada and \\@·bob"),
        ("see #12, octo/widgets#7 and GH-9", "see #·12, octo/widgets#·7 and GH-·9"),
        ("[@ada](https://example.org)", "[@·ada](https://example.org)"),
        ("- item\n\n    @ada in the item", "- item\n\n    @·ada in the item"),
    ],
)
def test_live_references_are_defused(markdown: str, expected: str) -> None:
    """Every spelling that GitHub turns into a mail or a back link is broken."""
    assert expected == shown(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "mail ada@example.org or a.b+c@d.org",
        "at @ sign, # alone, @-x, #fix and C# and 1 @ 2",
        "https://medium.com/@ada/post#12 and www.example.org/@ada",
        "<https://example.org/@ada#1>",
        "entity &#123; stays",
        "`@ada` and ``a ` @bob`` and `#12`",
        "```js\n@Decorator() // #12\n```",
        "~~~\n@ada\n```\n@bob\n~~~~",
        "1. first\n\n   ```ts\n   import '@jest/globals'\n\n   @ada\n   ```\n",
        "- ```\n  @ada\n  ```",
        "> ```\n> @ada\n> > @bob\n> ```",
        "```\n> @ada\n```",
        "<info added on 2025-05-01T21:59:10.551Z>\n```\n@param x\n```\n</info added on 2025-05-01T21:59:10.551Z>",
    ],
)
def test_code_addresses_and_links_are_left_alone(markdown: str) -> None:
    """Samples can still be copied, links still lead where they led."""
    assert markdown == shown(markdown)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("```\n@ada", "```\n@·ada"),
        ("> ```\n> code\n@ada\n```\n@bob\n```", "> ```\n> code\n@·ada\n```\n@·bob\n```"),
        ("  ```\n@ada\n  ```\n@bob", "  ```\n@·ada\n  ```\n@·bob"),
        ("> ```\n  @ada\n> ```", "> ```\n  @·ada\n> ```"),
        ("```\n@ada\n    ```\n@bob\n```", "```\n@·ada\n    ```\n@·bob\n```"),
        ("<div>\n```\n@ada\n```\n</div>", "<div>\n```\n@·ada\n```\n</div>"),
        ("<!--\n\n```\n-->\n@ada\n```", "<!--\n\n```\n-->\n@·ada\n```"),
        ("a `b\nc` @ada `d", "a `b\nc` @·ada `d"),
        ("a `b\nc @ada` d", "a `b\nc @·ada` d"),
        ("| `a | @ada` |", "| `a | @·ada` |"),
        ("`` a ` @ada", "`` a ` @·ada"),
        ("https://example.org)@ada", "https://example.org)@·ada"),
    ],
)
def test_doubt_counts_as_prose(markdown: str, expected: str) -> None:
    """Where GitHub might see prose, the reference is broken, even if that puts a gap into code."""
    assert expected == shown(markdown)


def test_a_paragraph_ends_the_doubt() -> None:
    """A stray backtick makes the rest of its paragraph prose, not the rest of the text."""
    assert "a ` b\n`@·ada`\n\n`@bob`" == shown("a ` b\n`@ada`\n\n`@bob`")


def test_titles_know_code_spans() -> None:
    """A title is one line: spans are code, the rest is prose."""
    assert f"Fix `@param` for @{GAP}ada" == defuse_line("Fix `@param` for @ada")


@given(st.text(st.sampled_from("@#a1`~> \n-\\|<&;")))
def test_defusing_only_adds_gaps_and_only_once(markdown: str) -> None:
    """Without the gaps the text is what it was, and a second pass finds nothing to do."""
    once = defuse(markdown)
    assert markdown == once.replace(GAP, "")
    assert once == defuse(once)
