"""The Markdown reader: which trees come out of documents as people write them."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from penstock.io.task_files.prd import read_prd
from penstock.model.task import Task


def tasks(text: str, path: str = "plan.md") -> list[Task]:
    return read_prd(dedent(text), path).tasks


def tree(text: str) -> list[str]:
    """Titles in document order, indented by level."""
    level: dict[str | None, int] = {None: -1}
    rows: list[str] = []
    for task in tasks(text):
        level[task.key] = level[task.parent] + 1
        rows.append("  " * level[task.key] + task.title)
    return rows


def only(text: str) -> Task:
    (task,) = tasks(text)
    return task


def body(text: str, key: str) -> str:
    return next(task.body for task in tasks(text) if task.key == key)


PRD = """\
    ---
    task_id: shop
    title: Shop
    complexity: 8
    priority: high
    labels: [backend, shop]
    estimated_hours: 320
    dependencies: [login, PAY-2]
    milestone: v2
    assignee: mona
    ---

    # Shop

    ## Overview

    A shop.

    - [ ] fast, always

    ## Epic Breakdown

    ### 1. Accounts

    People sign up.

    - Sign up with e-mail
      - a mail with a link
    - Sign in

    ### 2. Catalogue

    - Search
    - Filters

    #### Acceptance criteria

    - [ ] an answer in a second

    ## Technical Requirements

    ### Database

    ```sql
    CREATE TABLE orders (
      # not a heading
      id INTEGER  -- 1. not an item
    );
    ```

    ### API

    1. `GET /orders`

    ```json
    {"a": [1, 2]}
    ```

    ## Acceptance Criteria

    - [ ] Everything works
    - [x] The manual is there

    ## Dependencies

    - Redis 7

    ## Timeline

    ### Phase 1: Foundations

    1. Accounts first

    ## Risks

    | risk | answer |
    |---|---|
    | nobody comes | advertise |
    """

TASKMASTER = """
    <context>
    # Overview
    It solves a problem.

    # Core Features
    - Login
      - What it does

    # User Experience
    1. Personas
    </context>
    <PRD>
    # Technical Architecture
    - A server

    # Development Roadmap
    What to build.

    ## MVP
    - Create the project
    - Build the login
      - with a form

    ## Future
    - Pay

    # Logical Dependency Chain
    1. Foundation first

    # Risks and Mitigations
    - [ ] none
    </PRD>
    """


class TestDocuments:
    """Whole documents of the kinds that are found."""

    def test_a_prd_with_epics(self) -> None:
        """Work becomes a tree, and everything around it the text of the document's task."""
        expected = ["Shop", "  Epic Breakdown", "    Accounts", "      Sign up with e-mail", "      Sign in"]
        expected += ["    Catalogue", "      Search", "      Filters"]
        assert expected == tree(PRD)

    def test_its_front_matter_describes_the_documents_task(self) -> None:
        """Labels and milestone hold for all tasks, the rest for the document's; other fields are its text."""
        shop, epics, *_ = tasks(PRD)
        assert ("shop", False, ("backend", "shop", "priority: high"), "v2", ("mona",), ("login", "PAY-2")) == (
            shop.key,
            shop.derived,
            shop.labels,
            shop.milestone,
            shop.assignees,
            shop.depends_on,
        )
        assert (("backend", "shop"), "v2", (), ()) == (
            epics.labels,
            epics.milestone,
            epics.assignees,
            epics.depends_on,
        )
        assert shop.body.startswith("**complexity:** 8\n**estimated_hours:** 320\n\n")

    def test_its_text_sections_are_kept_as_written(self) -> None:
        """Code, tables, boxes and numbered lists outside the work stay where they stood, in order."""
        source = dedent(PRD)
        sections = source[source.index("## Technical Requirements") :].rstrip()
        overview = source[source.index("## Overview") : source.index("## Epic Breakdown")].rstrip()
        assert body(PRD, "shop").endswith(f"{overview}\n\n{sections}")
        assert "#### Acceptance criteria\n\n- [ ] an answer in a second" == body(PRD, "catalogue")
        assert "- a mail with a link" == body(PRD, "sign-up-with-e-mail")

    def test_a_taskmaster_prd(self) -> None:
        """Tags around the parts do not hide the heading below them; several top headings get a task above them."""
        expected = ["plan", "  Development Roadmap", "    MVP", "      Create the project", "      Build the login"]
        expected += ["    Future", "      Pay"]
        assert expected == tree(TASKMASTER)
        assert "<context>\n# Overview\n" == body(TASKMASTER, "plan")[:21]
        assert body(TASKMASTER, "plan").endswith("# Risks and Mitigations\n- [ ] none\n</PRD>")

    def test_a_todo_list(self) -> None:
        """Boxes are tasks; no heading, no text, so nothing stands above them."""
        text = "- [ ] Buy milk\n- [x] Sell eggs\n* [X] Sweep\n+ [-] Plough\n1. [ ] Sow\n"
        assert ["open", "completed", "completed", "not_planned", "open"] == [task.state for task in tasks(text)]
        assert ["Buy milk", "Sell eggs", "Sweep", "Plough", "Sow"] == tree(text)

    def test_a_todo_list_with_headings(self) -> None:
        """A heading with a task below it is a task; so is what groups boxes in a list."""
        text = """
            # TODO
            - plain, but this is a list of work
            ## Backend
            - [ ] endpoint
            - not boxed, and still work
            ## Ideas
            Some day.
            """
        expected = ["TODO", "  plain, but this is a list of work", "  Backend", "    endpoint"]
        assert [*expected, "    not boxed, and still work"] == tree(text)
        assert ["- Group", "## Ideas\nSome day."] == [
            body("# T\n- Group\n\n## X\n- [ ] a", "t"),
            body(text, "todo"),
        ]
        assert ["Group", "  a"] == tree("- Group\n  - [ ] a")

    def test_nested_numbered_lists(self) -> None:
        """Numbers make tasks on every level; text between them stays with its item."""
        text = """
            1. One
               1. One one
                  more of its title

                  A paragraph.
               2) Another list
            2. Two
            lazy
            """
        assert ["One", "  One one more of its title", "  Another list", "Two lazy"] == tree(text)
        assert "A paragraph." == body(text, "one-one-more-of-its-title")

    def test_a_document_of_its_own_name(self) -> None:
        """Without a heading that can be its task, text above the tasks makes one, called like the graph or the file."""
        assert ["plan", "  a"] == tree("Words.\n\n- [ ] a")
        assert ["winter", "  a"] == tree("---\ngraph: winter\n---\nWords.\n\n- [ ] a")
        assert ["Winter", "  a"] == tree("---\ntitle: Winter\n---\n- [ ] a")
        assert ["a"] == tree("---\nlabels: [x]\n---\n<!-- no words -->\n\n---\n\n- [ ] a")
        assert "<!-- no words -->\n\n---" == body("<!-- no words -->\n\n---\n\n- [ ] a", "a")


def test_the_documented_example_gives_the_documented_tree() -> None:
    """What a reader copies from the page becomes what stands below it: keys (long ones cut), titles, levels."""
    page = (Path(__file__).parents[2] / "docs" / "input-formats.md").read_text(encoding="utf-8")
    found = re.search(r"^```markdown\n(.*?)^```\n\n```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert found
    shown = [re.split(r" {2,}", line.strip())[:2] for line in found[2].splitlines()]
    indents = [(len(line) - len(line.lstrip())) // 2 for line in found[2].splitlines()]
    made = tasks(found[1])
    assert [title for _, title in shown] == [task.title for task in made]
    assert all(task.key.startswith(key.rstrip("…")) for (key, _), task in zip(shown, made, strict=True))
    assert [len(row) - len(row.lstrip()) for row in tree(found[1])] == [2 * indent for indent in indents]


class TestHeadings:
    """Which headings are tasks, and what is one at all."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("# D\n## A\n### B\n- [ ] c", ["D", "  A", "    B", "      c"]),
            ("# D\n#### Deep\n- [ ] c\n## A\n- [ ] e", ["D", "  Deep", "    c", "  A", "    e"]),
            ("# D\n## Words\n## T12 Work", ["D", "  Work"]),
            ("# D\n## Words\n## [REQ-7] Work", ["D", "  Work"]),
            ("# D\n## Words\n## **REQ-7**: Work", ["D", "  Work"]),
            ("# D\n## Words\n## US-3 — Work", ["D", "  Work"]),
            ("# D\n## Words\n## Work (priority: high)", ["D", "  Work"]),
            ("# D\n## Words\n## Work\nEstimate: 3d", ["D", "  Work"]),
            ("# D\n## 1. Words\n## Phase 2: Words\n- [ ] a", ["D", "  Phase 2: Words", "    a"]),
            ("# D\n## Plan\n### Part\nWords.\n#### Detail\nWords.", ["D", "  Plan", "    Part"]),
            ("# D\n## Plan\n### Part\n#### 2. Detail", ["D", "  Plan", "    Part", "      Detail"]),
            ("# D\n## Plan\n### Part\n#### Epic 2: Detail", ["D", "  Plan", "    Part", "      Epic 2: Detail"]),
            ("# D\n## Plan\n### Users\n- a\n### Risks\n- b", ["D", "  Plan", "    Users", "      a"]),
            ("# D\n## 2. Goals & Non-Goals\n1. a\n## Overview (short)\n1. a\n## 1.2 Risks\n- [ ] a\n# E", None),
            ("Title\n=====\n\nPart\nof two lines\n---\n- [ ] a", ["Title", "  Part of two lines", "    a"]),
            ("# D\n> ## Quoted\n> - [ ] a\n\n- # In an item\n  - [ ] b", ["D", "  b"]),
            ("# D\n```\n## Code\n- [ ] a\n```\n    - [ ] b\n\n- [ ] c", ["D", "  c"]),
            ("# D\n<!--\n## Hidden\n- [ ] a\n\n- [ ] b\n-->\n- [ ] c", ["D", "  c"]),
            ("# D\n| a |\n|---|\n| - [ ] b |\n\n- [ ] c", ["D", "  c"]),
            ("#\n- [ ] a\n## \n- [ ] b", ["plan", "  a", "  b"]),
            ("- [ ] a\n# B\n- [ ] c", ["a", "B", "  c"]),
            ("# A\n- [ ] b\n# C\n- [ ] d", ["A", "  b", "C", "  d"]),
        ],
    )
    def test_the_tree(self, text: str, expected: list[str] | None) -> None:
        """Ids, attributes, numbers in a work section, or a task below make a heading a task."""
        if expected is None:
            text += "\n- [ ] c"
            expected = ["plan", "  E", "    c"]
        assert expected == tree(text)


class TestItems:
    """Which items are tasks, where their text ends and how it is indented."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("- T014 a\n- words", ["plan", "  a"]),
            ("- [T014] a\n- [see] b", ["plan", "  a"]),
            ("- [T014]: a", ["a"]),
            ("- 1.2 Build a\n- 1.5 hours of rain", ["plan", "  Build a"]),
            ("- **AUTH3: a**\n- IPv6: words\n- [P1] words", ["plan", "  a"]),
            ("- [ ] [P1] urgent\n- [ ]\n- [ ] \n- [~] words", ["plan", "  [P1] urgent"]),
            (
                "# D\n## Tasks\n- a\n  - words\n    - [ ] b\n- c",
                ["D", "  Tasks", "    a", "      words", "        b", "    c"],
            ),
            ("# D\n## Tasks\n- a\n\n**Goals:**\n- words\n\nMore:\n- b", ["D", "  Tasks", "    a", "    b"]),
            ("- [ ] a\n  Acceptance criteria:\n  - [ ] words", ["a"]),
            ("- [ ] a\n  - **Acceptance criteria**\n    - [ ] words\n  - [ ] b", ["a", "  b"]),
            ("- [ ] a\n\n  Done when:\n\n  1. words", ["a"]),
            ("- - [ ] a\n- 1. b", ["a", "b"]),
            ("-\t[ ] a\n\t- [ ] b\n\t\t- [ ] c", ["a", "  b", "    c"]),
            ("- [ ] T5 a\n- [ ] T014", ["T5 a", "T014"]),
            ("-\n  [ ] a\n-\n\n  words\n- \u00a0\n  [ ] b", ["plan", "  a", "  b"]),
        ],
    )
    def test_the_tree(self, text: str, expected: list[str]) -> None:
        """Boxes, numbers, ids and the outermost bullets of work are tasks, other bullets are text."""
        assert expected == tree(text)

    def test_an_items_text_is_dedented_and_code_is_not_touched(self) -> None:
        """The columns of the item go, and nothing else: inner indentation, tabs in code and blank lines stay."""
        text = "10. Item\n\n    Text\n    > quote\n\n    ```py\n    if x:\n    \ty = 1\n\n\n        z\n"
        text += "    ```\n\n        code\n"
        assert "Text\n> quote\n\n```py\nif x:\n\ty = 1\n\n\n    z\n```\n\n    code" == only(text).body
        assert "a\n    b" == only("- [ ] x\n\n\ta\n\t    b").body.replace("  a", "a").replace("      b", "    b")
        assert "```\nnever closed\n- [ ] text" == only("- [ ] x\n  ```\n  never closed\n  - [ ] text\n").body

    def test_text_keeps_its_order_around_what_is_taken_out(self) -> None:
        """Where a task or an attribute stood between two pieces, they follow each other."""
        text = "# D\none\n\n- [ ] a\n\n  of a\n\n- words\n- [ ] b\n\n## Words\ntwo\nPriority: high\nthree\n"
        assert ["one\n\n- words\n", "of a", ""] == [
            task.body.partition("\n## ")[0]
            for task in tasks("# D\none\n\n- [ ] a\n\n  of a\n\n- words\n- [ ] b\n\n## X")
        ]
        assert "two\nthree" == body(text, "words")

    def test_loose_and_tight_lists_are_the_same(self) -> None:
        """Blank lines between items change nothing."""
        tight = "- [ ] a\n  - [ ] b\n- [ ] c\n"
        assert tree(tight) == tree(tight.replace("\n", "\n\n")) == ["a", "  b", "c"]

    def test_line_ends_and_byte_order_mark(self) -> None:
        """Files of every system are read alike."""
        expected = [(task.key, task.body, task.line) for task in tasks(PRD)]
        for end in ("\r\n", "\r"):
            found = read_prd("\ufeff" + dedent(PRD).replace("\n", end), "plan.md")
            assert expected == [(task.key, task.body, task.line) for task in found.tasks]


class TestTitles:
    """A title is one plain line, as GitHub shows it."""

    @pytest.mark.parametrize(
        ("written", "title"),
        [
            ("**Bold**, *it*, __b__, _i_, ~~gone~~ and snake_case_name", "Bold, it, b, i, gone and snake_case_name"),
            ("`code` with ``two ` ticks``", "`code` with ``two ` ticks``"),
            (r"2 \* 3 &amp; 4 < 5", "2 * 3 & 4 < 5"),
            ("Read <https://x.example/a_b_c>", "Read https://x.example/a_b_c"),
            ("Use List<T>  and   blanks", "Use List<T> and blanks"),
            ("Say `[REQ-7]` (see the rules)", "Say `[REQ-7]` (see the rules)"),
            ("over two\n  lines\\\nand a third", "over two lines and a third"),
            ("Ship (depends on the weather)", "Ship (depends on the weather)"),
            ("Ship (priority: high; or not)", "Ship (priority: high; or not)"),
        ],
    )
    def test_markup_goes_and_code_stays(self, written: str, title: str) -> None:
        """Marks of emphasis, escapes and entities are read; nothing is left for the body."""
        task = only(f"- [ ] {written}")
        assert (title, "") == (task.title, task.body)

    @pytest.mark.parametrize(
        "written", ["Read [the spec](https://x.example) of it", "See ![a map](m.png)", "a <!-- b -->"]
    )
    def test_what_a_title_cannot_hold_is_repeated_in_the_body(self, written: str) -> None:
        """Targets of links, images and comments are not lost."""
        task = only(f"- [ ] {written} (estimate: 3d)")
        assert (f"{written}\n\nEstimate: 3d", False) == (task.body, "(" in task.title)


def test_body_lines_are_reported() -> None:
    """Which lines became whose text: runs of lines from the first word to the last, in document order."""
    found = read_prd(
        "---\nrevision: 2\n  # note\n---\n# D\n\none\n\ntwo\n\n- [ ] a\n  x\n\n  y\nthree\n\n## Words\n", "plan.md"
    )
    assert [("d", 2, 3), ("d", 7, 9), ("a-x", 14, 15), ("d", 17, 17)] == [
        (one.key, one.first, one.last) for one in found.prose
    ]
