"""The layout of bodies, as `docs/issue-body.md` shows it: what is printed there is what is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.github.samples import context

from penstock.github.body import body_of, split
from penstock.model.operation import CommentCreate, IssueCreate, IssueUpdate, Operation, Payload, Ref, TextLinks

GOLDEN = Path(__file__).with_name("golden")
PAGE = Path(__file__).parents[2] / "docs" / "issue-body.md"
RUN = "01K9ZQ4T5E6R7T8Y9V0W1X2A3B"
ISSUE = Ref(number=402)

TEXT = "Parse the front matter of the plan file.\n\n- [ ] `graph`\n- [ ] `labels`"
NEW_TEXT = "Parse the front matter of the plan file and say where it is wrong.\n\n- [ ] `graph`\n- [ ] `labels`"
LINKS = TextLinks(parent=Ref(number=380), blocked_by=(Ref(number=398), Ref(op=1)))
CREATE = IssueCreate("Parse front matter", TEXT, labels=("area: parser", "p1"))
CHANGE = IssueUpdate(ISSUE, region=NEW_TEXT, set_labels=("area: parser",), set_state="completed")


def read(name: str) -> str:
    """A golden file without its last line break."""
    return (GOLDEN / f"{name}.md").read_text(encoding="utf-8").removesuffix("\n")


def written(payload: Payload, no: int = 17) -> str:
    """What an operation on task 21.4 writes."""
    return body_of(context(graph="large-prd", run=RUN), Operation(no=no, key="21.4", payload=payload)) or ""


def change_of(before: str) -> str:
    """The body after the update, which is another operation than the create."""
    update = IssueUpdate(ISSUE, before, region=NEW_TEXT, set_labels=CHANGE.set_labels, set_state=CHANGE.set_state)
    return written(update, 3)


BODIES = {
    "created": lambda: written(CREATE),
    "empty": lambda: written(IssueCreate("Parse front matter")),
    "updated": lambda: change_of(read("created")),
    "edited-updated": lambda: change_of(read("edited")),
    "end-removed-updated": lambda: change_of(read("end-removed")),
    "linked": lambda: written(IssueCreate("Parse front matter", TEXT, LINKS)),
    "comment": lambda: written(CommentCreate(ISSUE, "Split into 21.5 and 21.6."), 40),
    "quoting": lambda: written(
        IssueCreate("Explain markers", "The region ends with\n<!-- /penstock:v1 -->\nand no more.")
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_are_laid_out_as_documented(name: str) -> None:
    """A change of the layout is a change of these files, of the page, and of every issue out there."""
    assert read(name) == BODIES[name]()


def test_the_page_shows_the_golden_files() -> None:
    """Each block that names a file is that file; and every file is shown."""
    blocks = re.findall(r"<!-- golden: (\S+) -->\n+````text\n(.*?)\n````", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert {path.stem: read(path.stem) for path in GOLDEN.glob("*.md")} == dict(blocks)


def test_the_quoted_end_is_read_back() -> None:
    """The backslash is only in the stored body."""
    assert "The region ends with\n<!-- /penstock:v1 -->\nand no more." == split(read("quoting"))[1]
