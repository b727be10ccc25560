"""Notes on Markdown plans: what may have been meant otherwise is said, and nothing else is."""

from __future__ import annotations

from textwrap import dedent

import pytest

from penstock.io.task_files.prd import read_prd


def notes(text: str) -> list[str]:
    return read_prd(dedent(text), "plan.md").notes


def test_boxes_that_become_text_are_counted_by_section() -> None:
    """In text sections, under labels, in quotes and HTML; boxes of code and boxes that are tasks are not counted."""
    told = notes("""\
        - [ ] T01 One

          Acceptance criteria:
          - [ ] fast
          - [x] small

        ## Acceptance criteria
        - [ ] nice
        - [ ] T02 Two

        ### API
        1. [ ] `GET /`

        ## More
        - [ ] Three
          - plain

        > - [ ] quoted

        <details>
        - [ ] hidden
        </details>

        ```
        - [ ] code
        ```
        """)
    expected = (
        '7 check boxes become text, not tasks: 4 below "Acceptance criteria" (line 4 and on), '
        '2 below "More" (line 18 and on), 1 below "API" (line 12)'
    )
    assert [expected] == told


def test_a_table_where_tasks_are_expected_is_told() -> None:
    """Rows are no tasks in Markdown; elsewhere a table is just a table."""
    table = "| Task | Owner |\n|---|---|\n| Build | Ann |\n"
    assert ["the table on line 3 becomes text, not tasks; a table of tasks is a CSV file"] == notes(
        f"## Tasks\n\n{table}\n- one\n\n## Risks\n\n{table}"
    )


def test_numbered_items_in_prose_are_told() -> None:
    """Where other tasks have boxes; below a heading that is a task itself, numbers are how steps are written."""
    prose = "# Cache\n\nWe considered:\n\n1. Redis\n2. Nothing\n\n## Work\n"
    expected = (
        '2 numbered items are tasks, though no section of work is around: "Redis" (line 5), "Nothing" (line 6); '
        "bullets would be text"
    )
    assert [expected] == notes(f"{prose}- [ ] Build it\n")
    assert [] == notes(f"{prose}1. Build it\n")
    assert [] == notes("## Tasks\n1. One\n- [ ] Two\n\n## [E-1] Epic\n1. Three\n2. [ ] Four\n3. T05 Five\n")


@pytest.mark.parametrize(("titles", "told"), [(("PAY-21 One", "PAY-22 Two", "PAY-23: Three"), 2), (("UTF-8 text",), 0)])
def test_titles_that_begin_with_ids_of_one_project(titles: tuple[str, ...], told: int) -> None:
    """Read as part of the title, since `UTF-8 text` has no id; where several begin alike it is said."""
    expected = (
        '2 titles begin with what may be ids, and are not read so: PAY-21, PAY-22; an id is written "[PAY-21] Title" '
        'or "PAY-21: Title"'
    )
    assert ([expected] if told else []) == notes("".join(f"- [ ] {title}\n" for title in titles))


def test_a_dependency_on_nothing_is_told() -> None:
    """It stays in the title, since brackets may mean anything; that nothing waits for it must not go unseen."""
    plan = "# Plan\n\n- [ ] T01 Dig\n- [ ] T02 Sow (depends on Wals)\n- [ ] T03 Reap [blocked by the weather]\n"
    expected = (
        "2 titles end in a dependency that names no task, and wait for nothing: "
        '"Sow (depends on Wals)" (line 4), "Reap [blocked by the weather]" (line 5)'
    )

    assert [expected] == notes(plan)


@pytest.mark.parametrize(("closing", "told"), [("", True), ("```\n", False)])
def test_code_that_never_ends_is_told(closing: str, told: bool) -> None:
    """Every task below it is text, as GitHub shows it too."""
    plan = f"# Plan\n\n- [ ] T01 Dig\n\n```sh\nmake\n{closing}\n- [ ] T02 Sow\n"
    draft = read_prd(plan, "plan.md")

    assert told == any("the code block that begins on line 5 is never closed" in note for note in draft.notes)
    assert told == (len(draft.tasks) == 2)
