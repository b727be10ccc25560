"""Tables: which column holds what, what a cell means, and which line an error names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from penstock.api.rehearse import rehearse
from penstock.base.errors import InputError
from penstock.io.task_files import load_graph
from penstock.model.task import Task, TaskGraph

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(text: str, name: str = "plan.csv", columns: Mapping[str, str] | None = None) -> TaskGraph:
    return load_graph(name, text=text.encode(), columns=columns or {})


def refused(text: str, columns: Mapping[str, str] | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        load(text, columns=columns)
    return caught.value


def test_every_field_has_a_column() -> None:
    """Names of columns do not depend on case, blanks or hyphens; cells are trimmed; an empty cell says nothing."""
    graph = load(
        "Key,TITLE,body,State,labels,assignees,milestone,Type,priority,parent,depends-on\n"
        "1.10, Top ,,,,,,,,,\n"
        '2,Below,"one\n\ntwo",done,"a; b, c",ada,Spring,Bug,High,1.10,\n'
        '3,Beside,,in progress,x,"ada,bob",,,,1.10,"2,1.10"\n'
    )
    assert ("plan", "csv") == (graph.name, graph.format)
    assert (
        Task(key="1.10", title="Top", line=2),
        Task(
            key="2",
            title="Below",
            body="one\n\ntwo",
            state="completed",
            labels=("a", "b, c", "priority: high"),
            assignees=("ada",),
            milestone="Spring",
            issue_type="Bug",
            parent="1.10",
            line=3,
        ),
        Task(
            key="3",
            title="Beside",
            labels=("x", "status: in-progress"),
            assignees=("ada", "bob"),
            parent="1.10",
            depends_on=("2", "1.10"),
            line=6,
        ),
    ) == graph.tasks


def test_usual_names_of_other_tools_are_known() -> None:
    """A list may have several columns, which all count."""
    graph = load("Issue Key,Summary,Description,Status,Label,Labels,Blocked by\nA,a,text,To Do,x,y,\nB,b,,Closed,,,A\n")
    assert [("A", "text", ("x", "y"), "open"), ("B", "", (), "completed")] == [
        (task.key, task.body, task.labels, task.state) for task in graph.tasks
    ]
    assert ("A",) == graph.tasks[1].depends_on


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan.csv", "key,title\na,x;y\n"),
        ("plan.csv", "key;title\na;x;y\n".replace("x;y", '"x;y"')),
        ("plan.csv", "key\ttitle\na\tx;y\n"),
        ("plan.tsv", "key\ttitle\r\na\tx;y\r\n"),
        ("plan.csv", "key,title\ra,x;y\r"),
        ("plan.csv", '\ufeff"key","title"\r\n\r\n"a","x;y"'),
    ],
)
def test_the_header_tells_the_separator(name: str, text: str) -> None:
    """Commas, semicolons, tabs; any line end; with or without a byte order mark."""
    assert [("a", "x;y")] == [(task.key, task.title) for task in load(text, name).tasks]


def test_a_cell_is_text_and_nothing_else() -> None:
    """Formulas, numbers, dates and truth values stay what was written."""
    cells = ["=1+1", "+49 30", "-x", "@ada", "1.10", "007", "yes", "2026-01-01", "1e5", '=HYPERLINK("x")']
    text = "title\n" + "".join('"{}"\n'.format(cell.replace('"', '""')) for cell in cells)
    graph = load_graph("plan.csv", text=text.encode(), keep_mentions=True)
    assert cells == [task.title for task in graph.tasks]


def test_lines_are_those_of_the_file_whatever_the_quotes_hold() -> None:
    """Quoted line breaks and blank rows are counted; a row of empty cells is blank."""
    text = 'key,title,body\na,A,"1\n2\r\n3"\n\n,,\n  ,,\nb,B,\n'
    assert [("a", 2), ("b", 8)] == [(task.key, task.line) for task in load(text).tasks]


def test_keys_come_from_titles_where_there_are_none() -> None:
    """And then titles are what parents and dependencies can name."""
    graph = load("title,parent,depends on\nBig one,,\nFirst, Big one,\nSecond,Big one,First\n")
    assert [("big-one", None, ()), ("first", "big-one", ()), ("second", "big-one", ("first",))] == [
        (task.key, task.parent, task.depends_on) for task in graph.tasks
    ]
    assert all(task.derived for task in graph.tasks)


def test_a_key_means_more_than_a_title_of_the_same_words() -> None:
    """Where both fit, the key is meant."""
    graph = load("key,title,depends on\na,b,\nb,c,\nd,x,b\n")
    assert ("b",) == graph.tasks[2].depends_on


def test_levels_nest() -> None:
    """The task above is the nearest row with a smaller level; a filled parent cell says more; none means the top."""
    graph = load("Outline Level,key,title,parent\n1,a,a,\n2,b,b,\n4,c,c,\n2,d,d,\n,e,e,\n2,f,f,\n3,g,g,a\n")
    assert {"a": None, "b": "a", "c": "b", "d": "a", "e": None, "f": None, "g": "a"} == {
        task.key: task.parent for task in graph.tasks
    }


def test_columns_can_be_mapped() -> None:
    """What is mapped wins over what the header says; the header's own name over another usual one."""
    text = "ID,Name,Title,Long text,Key,NAME\n1,n,t,b,k,N\n"
    (task,) = load(text, columns={"title": "Name", "body": "long TEXT"}).tasks
    assert ("k", "n", "b") == (task.key, task.title, task.body)
    (task,) = load(text, columns={"title": "NAME"}).tasks
    assert "N" == task.title


def test_columns_that_are_left_out_are_named() -> None:
    """Only those with something in them, misspelt fields first; a column without a name is counted."""
    graph = load("title,Sprint,asignees,Empty,\nx,4,ada,,\ny,,,,z\n")
    assert ('columns left out: "asignees" (did you mean "assignees"?), "Sprint", "column 5"',) == graph.notes
    many = ",".join(f"c{number}" for number in range(100))
    (note,) = load(f"title,{many}\nx,{many}\n").notes
    assert note.endswith('"c7" and 92 more')


WRONG = [
    ("key,name\na\n", 2, "a row of 1 below a header of 2 cells"),
    ("key,title\n\na,b,c\n", 3, "a row of 3 below a header of 2 cells"),
    ('key,title\n"a\nb",c\nd,"e\nf\n', 4, "broken table"),
    ('key,title\na,"b"c\n', 2, "broken table"),
    ("key,title\na," + "x" * 200_000 + "\n", 2, "broken table"),
    ("key,title\n", 1, "the table has no rows"),
    ("key,titel\na,b\n", 1, "no column holds the title"),
    ("name,Summary\na,b\n", 1, 'several columns could be the "title"'),
    ("title,title\na,b\n", 1, 'several columns could be the "title"'),
    ("key,title\na,\n", 2, "a row has no title"),
    ("key,title,state\na,b,donne\n", 2, '"donne" is not a state'),
    ("key,title,level\na,b,top\n", 2, "'top' is not a level"),
    ("key,title,level\na,b," + "9" * 5000 + "\n", 2, f"'{'9' * 60}' is not a level"),
    ("title\na\na\n", 3, '"a" cannot be told from another task'),
    ("key,title\na,b\na,c\n", 3, 'two tasks have the key "a"'),
    ("key,title,parent\na,b,c\n", 2, 'task "a" has the parent "c", which is not in the file'),
    ("key,title\na,b\x07\n", 2, 'the title of task "a" is not one line of text'),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_whatever_is_wrong_the_line_is_named(text: str, line: int, message: str) -> None:
    """Never half a table: one bad row refuses all of it."""
    error = refused(text)
    assert (line, message) == (error.line, error.message)


MAPPED = [
    ({"titel": "a"}, 'no column can hold "titel"', 'did you mean "title"?'),
    ({"title": "sumary"}, 'there is no column "sumary"', 'did you mean "summary"?'),
    ({"title": "x", "body": "x"}, 'column "x" is mapped to "title" and to "body"', "a column holds one field"),
    ({"title": "twice"}, 'several columns could be the "title"', "give each column a name of its own"),
]


@pytest.mark.parametrize(("columns", "message", "hint"), MAPPED)
def test_a_wrong_map_is_explained(columns: Mapping[str, str], message: str, hint: str) -> None:
    """The field or column that was meant is suggested."""
    error = refused("summary,x,twice,twice\na,b,c,d\n", columns)
    assert (message, hint) == (error.message, error.hint)


def test_a_state_is_suggested() -> None:
    """All of them are listed as well."""
    error = refused("title,state\na,compleeted\n")
    assert 'did you mean "completed"?' == error.hint
    assert "in-progress" in error.cause


def test_the_example_rehearses_clean() -> None:
    """It shows names of other tools, lists, and a body of several lines."""
    graph = load_graph(str(EXAMPLES / "small-plan.csv"))
    edges = sum(len(task.depends_on) for task in graph.tasks)
    assert ("small-plan", 5, 4) == (graph.name, len(graph.tasks), edges)
    done = rehearse(graph).summary()
    assert (done["operations"], 0, 0) == (done["succeeded"], done["failed"], done["violations"])
    assert {"missing": 0, "extra": 0, "duplicate": 0, "different": 0} == done["audit"]
