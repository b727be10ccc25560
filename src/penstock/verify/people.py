"""Everybody else in the repository: strangers before and during a run, colleagues between two runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from penstock.model.operation import IssueCreate, Operation
from penstock.sim.github import SimulatedGitHub
from penstock.verify.graphs import LABELS

ACCOUNT = "octo"
"""Who the client's token belongs to."""

TRIAGED = "triaged"
OTHER_GRAPH = "another"
_LINKS_END = "<!-- /penstock:links -->"


class People:
    """
    Args:
        repository: Full name.
        words: Draws what is added to links in texts.
        note: Is told what somebody did.
    """

    def __init__(
        self, sim: SimulatedGitHub, repository: str, random: Random, words: Random, note: Callable[[str], None]
    ) -> None:
        self._sim = sim
        self._repository = repository
        self._random = random
        self._words = words
        self._note = note
        self.closed: set[int] = set()

    def before(self, count: int, keys: Sequence[str]) -> None:
        """What stands there already: strangers' issues, some labels, and now and then another graph's issues."""
        self._act(do="create_label", name=TRIAGED)
        for label in self._random.sample(LABELS[3:], self._random.choice((0, 1))):
            self._act(do="create_label", name=label.upper())
        for _ in range(count):
            self.somebody()
            if self._random.random() < 0.5:
                key = self._random.choice(keys)
                self._act(do="create_issue", by=ACCOUNT, title="Elsewhere", body=_marked(OTHER_GRAPH, key, 0, "R"))

    def somebody(self) -> None:
        """A stranger opens an issue or a pull request."""
        self._act(do=self._random.choice(("create_issue", "create_pull")), title="It does not work")

    def mimic(self, run: str, graph: str, operations: Sequence[Operation]) -> None:
        """A stranger opens issues with the very markers of some creates, as quoting does: not the account's own."""
        creates = [operation for operation in operations if isinstance(operation.payload, IssueCreate)]
        for operation in self._random.sample(creates, min(len(creates), 3)):
            self._act(do="create_issue", title="Quoted", body=_marked(graph, operation.key, operation.no, run))

    def edit(self, issues: Sequence[dict[str, Any]]) -> None:
        """Colleagues write around what Penstock wrote, label, comment and close."""
        for issue in issues:
            number = issue["number"]
            if issue["author"] != ACCOUNT or issue["title"] == "Elsewhere" or self._random.random() < 0.5:
                continue
            match self._random.choice(("write", "label", "comment", "close")):
                case "write":
                    words = f"Mona thinks that {number} is fine."
                    body = f"{words}\r\n\r\n{issue['body']}\n\n{words}"
                    self._act(do="edit_issue", by="mona", number=number, body=body)
                case "label":
                    self._act(do="edit_issue", by="mona", number=number, labels=[*issue["labels"], TRIAGED])
                case "comment":
                    self._act(do="comment", by="mona", number=number, body=f"On {issue['body']}")
                case _ if issue["state"] == "open":
                    self.closed.add(number)
                    self._act(do="close_issue", by="mona", number=number)

    def link_in_words(self, issues: Sequence[dict[str, Any]]) -> None:
        """Colleagues add issues of their own to the lines that say what blocks an issue."""
        outside = [issue["number"] for issue in issues if issue["author"] != ACCOUNT]
        for issue in issues:
            head, end, tail = (issue["body"] or "").partition(_LINKS_END)
            if outside and end and issue["author"] == ACCOUNT and self._words.random() < 0.3:
                other, lines = f"#{self._words.choice(outside)}", head.rstrip("\n")
                last = lines.rpartition("\n")[2]
                if other not in last.removeprefix("Blocked by ").split(", "):
                    joint = ", " if last.startswith("Blocked by ") else "\nBlocked by "
                    body = f"{lines}{joint}{other}\n{end}{tail}"
                    self._act(do="edit_issue", by="mona", number=issue["number"], body=body)

    def _act(self, **action: Any) -> None:
        done = self._sim.act({**action, "repository": self._repository})
        self._note(f"{action.get('by', 'a stranger')}: {action['do']} {done.get('number', action.get('name', ''))}")


def _marked(graph: str, key: str, op: int, run: str) -> str:
    return f"<!-- penstock:v1 graph={graph} key={key} op={op} run={run} sha=0 -->\nQuoted\n<!-- /penstock:v1 -->"
