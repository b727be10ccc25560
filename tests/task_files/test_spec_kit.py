"""spec-kit's tasks.md: the tree, who waits for whom, and that no line is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.api.rehearse import rehearse
from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.io.task_files.spec_kit import looks_like_spec_kit
from penstock.model.task import Task, TaskGraph

EXAMPLES = Path(__file__).parents[2] / "examples"
SAMPLES = Path(__file__).parents[1] / "data" / "spec-kit"


@pytest.fixture(scope="module")
def stories() -> TaskGraph:
    return load_graph(str(SAMPLES / "stories.md"))


@pytest.fixture(scope="module")
def numbered() -> TaskGraph:
    return load_graph(str(SAMPLES / "numbered.md"))


def load(text: str) -> TaskGraph:
    return load_graph("tasks.md", text=text.encode())


def needs(graph: TaskGraph) -> dict[str, tuple[str, ...]]:
    return {task.key: task.depends_on for task in graph.tasks if task.depends_on}


def by_key(graph: TaskGraph) -> dict[str, Task]:
    return {task.key: task for task in graph.tasks}


def test_the_tree_is_feature_phase_task(stories: TaskGraph) -> None:
    """The feature gives its folder as name; phases are called by their number, tasks by their id, others by title."""
    assert ("012-night-bus-boards", "spec-kit") == (stories.name, stories.format)
    assert [
        ("feature", None),
        *(("phase-1", "feature"), ("T001", "phase-1"), ("T002", "phase-1")),
        *(("phase-2", "feature"), ("T003", "phase-2"), ("T004", "phase-2"), ("T005", "phase-2"), ("T005a", "phase-2")),
        *(("phase-3", "feature"), ("T006", "phase-3"), ("T007", "phase-3"), ("T008", "phase-3"), ("T009", "phase-3")),
        *(("phase-4", "feature"), ("T010", "phase-4"), ("ask-the-operator-for-a-shorter-text", "phase-4")),
        *(("phase-n", "feature"), ("photographs-for-docs", "phase-n")),
        ("walk-along-line-n7-and-read-every-board", "phase-n"),
    ] == [(task.key, task.parent) for task in stories.tasks]
    derived = [task.key for task in stories.tasks if task.derived]
    assert [
        "ask-the-operator-for-a-shorter-text",
        "photographs-for-docs",
        "walk-along-line-n7-and-read-every-board",
    ] == (derived)


def test_titles_states_and_stories(stories: TaskGraph) -> None:
    """Marks and dependencies are not part of a title; a phase whose tasks are all done is done."""
    tasks = by_key(stories)
    assert "Night bus boards" == tasks["feature"].title
    assert "Phase 3: User Story 1 - The next bus (Priority: P1) 🎯 MVP" == tasks["phase-3"].title
    assert ("Needs a key. Order three SIM cards", "completed") == (tasks["T002"].title, tasks["T002"].state)
    assert "Draw text that can be read from the other side of the street" == tasks["T004"].title
    assert "Minutes to the next bus (depends on T006; the numbers on T004)" == tasks["T007"].title
    assert [("US1",), ("US1", "US2"), ()] == [tasks[key].labels for key in ("T006", "T008", "T005")]
    assert ["completed", "open", "not_planned"] == [tasks[key].state for key in ("phase-1", "phase-2", "T009")]


def test_a_long_title_is_cut_and_stands_in_the_body_as_a_whole(stories: TaskGraph) -> None:
    """Descriptions of three lines are usual, and GitHub takes 256 characters."""
    task = by_key(stories)["T003"]
    assert len(task.title) <= 200
    assert task.title.startswith("Read the timetable feed") and task.title.endswith("…")
    assert task.body.startswith("Read the timetable feed") and task.body.endswith("around three")


def test_all_other_lines_are_text_where_they_stand(stories: TaskGraph) -> None:
    """Below a task, in a phase, or of the feature; code, quotes, comments and other lists hold no tasks."""
    tasks = by_key(stories)
    assert (
        "- Verify: pull the network cable for an hour\n- [ ] the board says what it lacks\n\n"
        "  ```bash\n  - [ ] T902 is in a code block\n  ```"
    ) == tasks["T005"].body
    assert tasks["phase-2"].body.endswith("**Checkpoint**: A board can hang in the depot.")
    assert "T903 is in a quote" in tasks["phase-3"].body
    assert "T901 is in a comment" in tasks["feature"].body
    assert "### Within Each User Story" in tasks["feature"].body


@pytest.mark.parametrize("name", ["stories.md", "numbered.md"])
def test_no_line_is_lost(name: str) -> None:
    """Every line that is not blank, a rule or front matter is a heading, a task's title, or listed as text."""
    lines = (SAMPLES / name).read_text(encoding="utf-8").split("\n")
    graph = load_graph(str(SAMPLES / name), keep_mentions=True)
    text = {number for prose in graph.prose for number in range(prose.first, prose.last + 1)}
    for prose in graph.prose:
        for number in range(prose.first, prose.last + 1):
            assert lines[number - 1].strip() in by_key(graph)[prose.key].body
    titles = {task.line for task in graph.tasks}
    wrapped = {35, 36, 37} if name == "stories.md" else set()
    front = {1, 3, 4} if name == "stories.md" else set()
    for number, line in enumerate(lines, 1):
        if line.strip() and line != "---" and number not in front:
            assert (number in text) != (number in titles | wrapped), line


def test_what_is_implied_and_what_is_said(stories: TaskGraph) -> None:
    """
    Without `[P]` a task waits for the one before it in its phase; what it says comes first. Phases wait as the
    section on dependencies says.
    """
    assert {
        "T002": ("T001",),
        "phase-2": ("phase-1",),
        "T003": ("T001",),
        "T004": ("T002", "T003"),
        "T005a": ("T005",),
        "phase-3": ("phase-2",),
        "T007": ("T006",),
        "T009": ("T008",),
        "phase-4": ("phase-2", "phase-3"),
        "ask-the-operator-for-a-shorter-text": ("T010",),
        "phase-n": ("phase-2", "phase-3", "phase-4"),
        "walk-along-line-n7-and-read-every-board": ("photographs-for-docs",),
    } == needs(stories)
    assert "tasks without [P] that wait for the task before them: 6" in stories.notes
    assert "phases that wait for phases, as lines 81, 82, 83, 85, 89 and 1 more say: 4" in stories.notes


def test_lines_about_tasks_in_the_section_on_dependencies(numbered: TaskGraph) -> None:
    """`blocks` and `depends on` between ids are read, with ranges; other sentences are text."""
    assert {
        "T002": ("T001",),
        "phase-3-2": ("phase-3-1",),
        "phase-3-3": ("phase-3-2",),
        "T006": ("T005",),
        "T007": ("T005", "T006"),
        "phase-3-4": ("phase-3-3",),
        "T008": ("T005", "T003", "T004"),
    } == needs(numbered)
    assert "rain-gauges" == numbered.name
    assert "Write down how it was wired" == by_key(numbered)["T002"].title
    assert "- [ ] every gauge has a test" in by_key(numbered)["feature"].body


def test_without_a_section_on_dependencies_each_phase_waits_for_the_one_before() -> None:
    """One edge per phase, whatever the number of tasks."""
    phases = "".join(
        f"## Phase {n}: x{n}\n" + "".join(f"- [ ] T{n}{m:02} [P] t\n" for m in range(9)) for n in (1, 2, 3)
    )
    graph = load(f"# Tasks: f\n{phases}")
    assert {"phase-2": ("phase-1",), "phase-3": ("phase-2",)} == needs(graph)


HEAD = "# Tasks: f\n## Phase 1: a\n"
KNOTS = [
    # A task that waits for a later one of its phase: the later one no longer waits.
    (HEAD + "- [ ] T1 x (depends on T3)\n- [ ] T2 x\n- [ ] T3 x\n", {"T1": ("T3",), "T2": ("T1",)}, "T3 on T2"),
    # A task that waits for a task of the next phase: that phase no longer waits for the first.
    (HEAD + "- [ ] T1 x depends on T2\n## Phase 2: b\n- [ ] T2 x\n", {"T1": ("T2",)}, "phase-2 on phase-1"),
    # A way round through another phase.
    (
        HEAD + "- [ ] T1 x (depends on T3)\n- [ ] T2 x\n## Phase 2: b\n- [ ] T3 x (depends on T2)\n",
        {"T1": ("T3",), "T3": ("T2",)},
        "T2 on T1, phase-2 on phase-1",
    ),
    # A sub-task that waits for its uncle.
    (
        HEAD + "- [ ] T1 x\n  - [ ] T2 x (depends on T3)\n- [ ] T3 x\n",
        {"T2": ("T3",)},
        "T3 on T1",
    ),
]


@pytest.mark.parametrize(("text", "expected", "left_out"), KNOTS)
def test_what_is_implied_gives_way(text: str, expected: dict[str, tuple[str, ...]], left_out: str) -> None:
    """No circle arises, not even through a phase that ends with its last task, and a note names what was left out."""
    graph = load(text)
    assert expected == needs(graph)
    assert f"implied waits left out, since the file says otherwise: {left_out}" in graph.notes


def test_a_long_knot_is_untied_in_bounded_time() -> None:
    """A chain of 3,000 tasks, each of which waits for a later one as well, stays a plan without circles."""
    lines = "".join(f"- [ ] T{n} x (depends on T{n + 5})\n" for n in range(1000, 4000))
    graph = load(HEAD + lines + "".join(f"- [ ] T{n} x\n" for n in range(4000, 4006)))
    assert 3_008 == len(graph.tasks)


SAYINGS = [
    ("depends on T1", ("T1",)),
    ("Depends on: T1 and T3", ("T1", "T3")),
    ("blocked by tasks T1, T2, and T4", ("T1", "T2", "T4")),
    ("(depends on T1-T4)", ("T1", "T2", "T3", "T4")),
    ("(depends on T2 to T4 - the first half)", ("T2", "T3", "T4")),
    ("(depends on T1 models)", ("T1",)),
    ("after T1, see T2", ()),
    ("- **Depends on**: T3", ("T3",)),
]


@pytest.mark.parametrize(("saying", "expected"), SAYINGS)
@pytest.mark.parametrize("place", ["", "\n\n  "])
def test_ways_to_say_it(saying: str, place: str, expected: tuple[str, ...]) -> None:
    """In the title line or in the text below it."""
    first = "".join(f"- [ ] T{n} [P] x\n" for n in range(1, 5))
    assert expected == load(f"{HEAD}{first}- [ ] T9 [P] x {place}{saying}\n").tasks[-1].depends_on


def test_phases_without_a_number_and_of_the_third_level() -> None:
    """A section with tasks is a phase; a heading of the third level is one when it says so and holds tasks."""
    graph = load(
        "# Tasks: f\n## Setup\n- [ ] T001 [P] x\n## Rest\n### Phase 2: b\n- [ ] T002 [P] x\n### Phase 3: none\nno\n"
    )
    assert [
        ("feature", None),
        ("setup", "feature"),
        ("T001", "setup"),
        ("phase-2", "feature"),
        ("T002", "phase-2"),
    ] == [(task.key, task.parent) for task in graph.tasks]
    assert {"phase-2": ("setup",)} == needs(graph)


ORDERS = [
    ("- **Middle (Phases 2-4)**: Depend on Setup", {"phase-2": "1", "phase-3": "1", "phase-4": "1", "phase-5": "4"}),
    ("- Phase 5: starts after Foundation", {"phase-2": "1", "phase-3": "2", "phase-4": "3", "phase-5": "2"}),
    ("- **Phase 2+**: depend on Phases 1-2 - not on 3", {f"phase-{n}": "1" if n == 2 else "12" for n in (2, 3, 4, 5)}),
    ("- Phase 3 (no dependencies): can start after Phase 9", {"phase-2": "1", "phase-4": "3", "phase-5": "4"}),
    ("- **Phase 4**: No dependencies, so before or after Phase 2", {"phase-2": "1", "phase-3": "2", "phase-5": "4"}),
    ("- US1: blocked by Polish", {"phase-2": "1", "phase-3": "5", "phase-4": "3"}),
    ("Phase 3: depends on Phase 1", {"phase-2": "1", "phase-3": "2", "phase-4": "3", "phase-5": "4"}),
    ("- Phase 3: depends on good weather", {"phase-2": "1", "phase-3": "2", "phase-4": "3", "phase-5": "4"}),
]


@pytest.mark.parametrize(("line", "expected"), ORDERS)
def test_ways_to_order_phases(line: str, expected: dict[str, str]) -> None:
    """By number, story or name; a line that names no phases on one side is text; nothing waits for itself."""
    names = ["Setup", "Foundational", "User Story 1 - a", "User Story 2 - b", "Polish & more"]
    phases = "".join(f"## Phase {n}: {name}\n- [ ] T{n} [P] x\n" for n, name in enumerate(names, 1))
    graph = load(f"# Tasks: f\n{phases}## Dependencies\n{line}\n")
    assert {key: tuple(f"phase-{n}" for n in numbers) for key, numbers in expected.items()} == needs(graph)
    assert [] == [note for note in graph.notes for n in range(1, 6) if f"phase-{n} on phase-{n}" in note]


def test_a_link_in_a_title_stands_in_the_body() -> None:
    """GitHub shows titles as plain text, and the address must not be lost."""
    task = load("# Tasks: f\n- [ ] T001 [P] Read [the plan](./plan.md)\n").tasks[1]
    assert ("Read the plan", "T001 [P] Read [the plan](./plan.md)") == (task.title, task.body)


def test_a_phase_without_tasks_stays_open() -> None:
    """Only a phase whose tasks are all done is done, and the feature with it only when every phase is."""
    graph = load("# Tasks: f\n## Phase 1: a\n- [x] T001 x\n- [-] T002 x\n## Phase 2: b\nLater.\n")
    assert ["open", "completed", "completed", "not_planned", "open"] == [task.state for task in graph.tasks]


def test_front_matter_speaks_for_the_feature() -> None:
    """`graph` names the graph, labels are for all, and unknown fields become text."""
    graph = load("---\ngraph: g\nlabels: [l]\npriority: High\nowner_team: blue\n---\n# Tasks: f\n- [ ] T001 [P] x\n")
    assert "g" == graph.name
    assert [("l", "priority: high"), ("l",)] == [task.labels for task in graph.tasks]
    assert "**owner_team:** blue" == graph.tasks[0].body


WRONG = [
    (HEAD + "- [ ] T1 x\n- [~] T2 x\n", 4, "the box [~] is not known"),
    (HEAD + "- [ ] T1 x\n- [ ] T1 y\n", 4, 'two tasks have the key "T1"'),
    (HEAD + "- [ ] T1 x (depends on T2)\n", 3, 'task "T1" depends on "T2", which is not in the file'),
    (HEAD + "- [ ] T1 x (depends on T1-T999)\n", 3, "the range T1 to T999 cannot be read"),
    (HEAD + "- [ ] T1 x (depends on T1a-T3)\n", 3, "the range T1a to T3 cannot be read"),
    (HEAD + "- [ ] T1 x\n## Dependencies\n- T1 blocks T2\n", 5, '"T2" is not in the file'),
    (HEAD + "- [ ] T1 x depends on T2\n- [ ] T2 x depends on T1\n", 3, "dependencies form a cycle: T1 → T2 → T1"),
    ("# Tasks: f\n- [ ] T1 x\n## Phase 1: a\n## Phase 1: b\n", 4, 'two tasks have the key "phase-1"'),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_whatever_is_wrong_the_line_is_named(text: str, line: int, message: str) -> None:
    """Never half a file."""
    with pytest.raises(InputError) as caught:
        load(text)
    assert (line, message) == (caught.value.line, caught.value.message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Tasks: f\n- [ ] T001 x\n", True),
        ("# Implementation tasks\n\n- [x] **T001** x\n", True),
        ("# Plan\n- [ ] T001 [P] x\n", True),
        ("# Plan\n1. [ ] T001 [US2] x\n", True),
        ("# Plan\n- [ ] T001 x\n", False),
        ("# Tasks: f\n- [ ] x\n", False),
        ("# Tasks: f\nT001 [P]\n", False),
        ("", False),
    ],
)
def test_a_spec_kit_file_is_told_from_other_markdown(text: str, expected: bool) -> None:
    """Ids alone do not make it one: its title or its marks do."""
    assert expected == looks_like_spec_kit(text)


def test_the_example_rehearses_clean() -> None:
    """It shows phases, stories, both kinds of waiting, and a section on dependencies."""
    graph = load_graph(str(EXAMPLES / "spec-kit-tasks.md"))
    assert ("004-tool-loans", 21, 14) == (
        graph.name,
        len(graph.tasks),
        sum(len(task.depends_on) for task in graph.tasks),
    )
    done = rehearse(graph).summary()
    assert (done["operations"], 0, 0) == (done["succeeded"], done["failed"], done["violations"])
    assert {"missing": 0, "extra": 0, "duplicate": 0, "different": 0} == done["audit"]
