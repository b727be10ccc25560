"""The Markdown reader: headings that are work because they count themselves, and numbers that do not matter."""

from __future__ import annotations

from textwrap import dedent

from penstock.io.task_files.prd import read_prd
from penstock.model.task import Task


def tasks(text: str) -> list[Task]:
    return read_prd(dedent(text), "plan.md").tasks


def tree(text: str) -> list[str]:
    """Titles in document order, indented by level."""
    level: dict[str | None, int] = {None: -1}
    rows: list[str] = []
    for task in tasks(text):
        level[task.key] = level[task.parent] + 1
        rows.append("  " * level[task.key] + task.title)
    return rows


def test_headings_that_count_themselves_are_work() -> None:
    """As language models write plans: signs in front, numbers with dots, and siblings that have nothing below them."""
    text = """\
        # 🚀 Garden

        ## 📋 Overview

        ### Feature 1: Growth

        ## 🏗️ Phase 1: Foundation (weeks 1-2)

        ### ✅ Task 1.1: Set up the repository

        Create it.

        ### ✅ Task 1.2: Configure the database
        **Dependencies:** Task 1.1

        - [ ] Install it

        ## 🌱 Phase 2: Sensors

        ### User Story 2.1 - As a gardener I read the soil
        Depends on: 1.1, Task 1.2

        ## Section 3: Words
        """

    assert [
        "🚀 Garden",
        "  🏗️ Phase 1: Foundation (weeks 1-2)",
        "    ✅ Task 1.1: Set up the repository",
        "    ✅ Task 1.2: Configure the database",
        "      Install it",
        "  🌱 Phase 2: Sensors",
        "    User Story 2.1 - As a gardener I read the soil",
    ] == tree(text)
    first, second = "task-1-1-set-up-the-repository", "task-1-2-configure-the-database"
    assert [(first,), (first, second)] == [task.depends_on for task in tasks(text) if task.depends_on]
    assert "Create it." == next(task.body for task in tasks(text) if task.key == first)


def test_a_bare_number_in_front_of_a_section_s_name_does_not_count() -> None:
    """`2 Tasks` is a work section and `3 Notes` is text; `404 page` is a title as any."""
    text = "# D\n## 2 Tasks\n- a\n## 3 Notes\n- [ ] b\n## 404 page\n- [ ] c\n"
    assert ["D", "  2 Tasks", "    a", "  404 page", "    c"] == tree(text)
