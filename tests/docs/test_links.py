"""Every relative link in a Markdown file leads somewhere, down to the heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def documents() -> list[Path]:
    """All Markdown files of the repository, hidden folders and test data left out."""
    files = [path for path in ROOT.rglob("*.md") if not {"data", "node_modules"} & set(path.parts)]
    return sorted(path for path in files if not any(part.startswith(".") for part in path.relative_to(ROOT).parts))


def links(text: str) -> Iterator[str]:
    """Targets of links and pictures inside the repository."""
    for token in MarkdownIt().parse(text):
        for part in token.children or []:
            target = str(part.attrGet("href") or part.attrGet("src") or "")
            if target and not ELSEWHERE.match(target):
                yield target


def anchors(text: str) -> set[str]:
    """The fragment of each heading, the way GitHub makes them: lower case, signs dropped, spaces to hyphens."""
    tokens = MarkdownIt().parse(text)
    slugs = [
        re.sub(r"[^\w\- ]", "", _plain(inner).lower()).replace(" ", "-")
        for heading, inner in pairwise(tokens)
        if heading.type == "heading_open"
    ]
    seen: Counter[str] = Counter()
    found = set()
    for slug in slugs:
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def _plain(inner: Token) -> str:
    return "".join(part.content for part in inner.children or [])


def broken_links(path: Path, text: str) -> list[str]:
    """Links of this document whose file or heading does not exist."""
    return [f"{path.name}: {target}" for target in links(text) if not _leads_somewhere(path, text, target)]


def _leads_somewhere(path: Path, text: str, target: str) -> bool:
    file, _, anchor = target.partition("#")
    if not file:
        return anchor in anchors(text)
    there = path.parent / file
    if not there.exists():
        return False
    return not anchor or (there.suffix == ".md" and anchor in anchors(there.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """Nobody who follows a link of ours lands nowhere."""
    assert [] == broken_links(path, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](there.md)", []),
        ("[a](there.md#the-1-st-heading) [b](there.md#again) [c](there.md#again-1)", []),
        ("# Here\n[a](#here) [b](there.md 'x')", []),
        ("[a](gone.md)", ["here.md: gone.md"]),
        ("[a](gone.md 'title')", ["here.md: gone.md"]),
        ("[a](there.md#gone)", ["here.md: there.md#gone"]),
        ("[a](there.md#again-2)", ["here.md: there.md#again-2"]),
        ("[a](#gone)", ["here.md: #gone"]),
        ("![picture](gone.svg)", ["here.md: gone.svg"]),
        ("[a]\n\n[a]: gone.md", ["here.md: gone.md"]),
        ("[a](https://example.org/gone) [b](mailto:a@example.org)", []),
        ("`[a](gone.md)`\n\n```\n[a](gone.md)\n```\n", []),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Files, headings, pictures and reference links are checked; code and other sites are not."""
    (tmp_path / "there.md").write_text("# The `1` st *heading*\n\n## Again\n\n## Again\n")

    assert expected == broken_links(tmp_path / "here.md", text)
