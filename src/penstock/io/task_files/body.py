"""A Taskmaster task's texts as one Markdown body."""

from __future__ import annotations


def markdown_body(
    description: str | None,
    details: str | list[str] | None,
    test_strategy: str | list[str] | None,
    acceptance_criteria: str | list[str] | None,
) -> str:
    """
    Put the texts of a task under each other.

    Returns:
        The description without a heading, then a section for each other text that is not blank. A list becomes
        bullets, acceptance criteria become boxes to tick.
    """
    sections = (
        ("", description or "", ""),
        ("## Details\n\n", details or "", "- "),
        ("## Test strategy\n\n", test_strategy or "", "- "),
        ("## Acceptance criteria\n\n", acceptance_criteria or "", "- [ ] "),
    )
    parts: list[str] = []
    for heading, content, bullet in sections:
        text = content if isinstance(content, str) else "\n".join(f"{bullet}{line}" for line in content)
        if text.strip():
            parts.append(heading + text.strip("\r\n").rstrip())
    return "\n\n".join(parts)
