"""What every journal promises, run on each implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.contracts.runs import OPERATIONS, PLAN, creates, record

from penstock.base.errors import JournalError
from penstock.io.journal import open_journal
from penstock.model.events import Checkpoint, Dead, Ended, Event, Skipped, Stopped
from penstock.model.operation import Operation, OperationRef
from penstock.model.ports import Entry, Journal, RunSummary

IMPLEMENTATIONS: dict[str, Callable[[Path], Journal]] = {
    "file": open_journal,
    "memory": lambda _directory: open_journal(None),
}
SHARED = ("file",)
"""Those that two processes can have open at once."""


@pytest.fixture(params=IMPLEMENTATIONS)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened: Journal = IMPLEMENTATIONS[request.param](tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture(params=SHARED)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Journal, Journal]]:
    """Two journal objects on one storage, as two processes have them."""
    first: Journal = IMPLEMENTATIONS[request.param](tmp_path / "state")
    second: Journal = IMPLEMENTATIONS[request.param](tmp_path / "state")
    yield first, second
    first.close()
    second.close()


def test_a_run_comes_back_as_it_was_stored(journal: Journal) -> None:
    """Plan, configuration and counts survive exactly; operations are read on their own."""
    with_operations = msgspec.structs.replace(record(), plan=msgspec.structs.replace(PLAN, operations=OPERATIONS))
    journal.create_run(with_operations, OPERATIONS)

    assert record() == journal.run("RUN1")


def test_operations_come_back_as_they_were_stored(journal: Journal) -> None:
    """All in order, or those asked for in the order asked for, also twice."""
    journal.create_run(record(), OPERATIONS)

    assert list(OPERATIONS) == journal.operations("RUN1")
    assert [OPERATIONS[3], OPERATIONS[0], OPERATIONS[3]] == journal.operations("RUN1", [3, 0, 3])
    assert [] == journal.operations("RUN1", [])


def test_refs_are_operations_without_payload(journal: Journal) -> None:
    """They tell what the core schedules by."""
    journal.create_run(record(), OPERATIONS)

    expected = [
        OperationRef(operation.no, operation.kind.code, operation.needs, operation.conflict) for operation in OPERATIONS
    ]
    assert expected == list(journal.refs("RUN1"))


def test_an_operation_that_is_not_there_is_an_error(journal: Journal) -> None:
    """It is not left out silently."""
    journal.create_run(record(), OPERATIONS)

    with pytest.raises(JournalError, match="no operation 4"):
        journal.operations("RUN1", [0, 4])


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1000, 1001, 2345])
def test_runs_of_any_size_are_whole(journal: Journal, count: int) -> None:
    """No page boundary loses or repeats an operation or an event."""
    journal.create_run(record(total=count), creates(count))
    journal.append("RUN1", [Dead(no, "") for no in range(count)], 1.0, durable=False)

    assert list(creates(count)) == journal.operations("RUN1")
    assert list(range(count)) == [ref.no for ref in journal.refs("RUN1")]
    assert list(range(1, count + 1)) == [entry.seq for entry in journal.log("RUN1")]


@pytest.mark.parametrize("given", [3, 5])
def test_a_run_that_miscounts_is_not_stored(journal: Journal, given: int) -> None:
    """A run is stored whole or not at all."""
    with pytest.raises(JournalError, match="4 operations was given"):
        journal.create_run(record(), creates(given))

    assert [] == journal.runs()


def test_a_plan_that_breaks_off_is_not_stored(journal: Journal) -> None:
    """An error while the operations are made takes the run back."""

    def broken() -> Iterator[Operation]:
        yield from creates(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        journal.create_run(record(), broken())

    assert [] == journal.runs()
    journal.create_run(record(), OPERATIONS)
    assert list(OPERATIONS) == journal.operations("RUN1")


def test_the_log_is_numbered_without_gaps(journal: Journal) -> None:
    """Every run counts from 1 on its own; `append` says how far it got."""
    first: list[Event] = [Skipped((2, 3), 1), Dead(1, "gone")]
    journal.create_run(record("A"), OPERATIONS)
    journal.create_run(record("B"), OPERATIONS)

    assert 2 == journal.append("A", first, 5.0, durable=True)
    assert 1 == journal.append("B", [Dead(0, "")], 6.0, durable=False)
    assert 3 == journal.append("A", [Stopped("asked to")], 7.5, durable=False)

    expected = [Entry(1, 5.0, first[0]), Entry(2, 5.0, first[1]), Entry(3, 7.5, Stopped("asked to"))]
    assert expected == list(journal.log("A"))
    assert expected[2:] == list(journal.log("A", after=2))
    assert [] == list(journal.log("A", after=3))
    assert (3, 1) == (journal.run("A").seq, journal.run("B").seq)


def test_an_append_can_change_the_state(journal: Journal) -> None:
    """With its events in one commit, or with none at all."""
    journal.create_run(record(), OPERATIONS)
    journal.append("RUN1", [Stopped("")], 1.0, durable=True, state="stopped")
    stopped = journal.run("RUN1").state
    last = journal.append("RUN1", [], 2.0, durable=True, state="running")
    journal.append("RUN1", [Checkpoint(1, 1, 0)], 3.0, durable=True)

    assert ("stopped", 1, "running") == (stopped, last, journal.run("RUN1").state)


def test_the_log_can_be_read_while_it_grows(journal: Journal) -> None:
    """Reading holds nothing open: the reader neither blocks the writer nor misses what came before its end."""
    journal.create_run(record(), OPERATIONS)
    journal.append("RUN1", [Dead(0, "")] * 1500, 1.0, durable=False)

    seen = []
    for entry in journal.log("RUN1"):
        seen.append(entry.seq)
        if entry.seq == 1:
            journal.append("RUN1", [Dead(0, "")], 2.0, durable=False)

    assert list(range(1, 1502)) == seen


def test_runs_are_listed_newest_first(journal: Journal) -> None:
    """With what a list shows."""
    journal.create_run(record("A", created_at=10.0), OPERATIONS)
    journal.create_run(record("B", created_at=30.0), OPERATIONS)
    journal.create_run(record("C", created_at=20.0), OPERATIONS)
    journal.append("C", [Ended(4, 0)], 40.0, durable=True, state="finished")

    assert ["B", "C", "A"] == [run.id for run in journal.runs()]
    assert RunSummary(
        id="C", kind="apply", graph="widgets", repository="octo/widgets", plan_sha="cd",
        created_at=20.0, total=4, state="finished", seq=1,
    ) == journal.runs()[1]  # fmt: skip


def test_an_unknown_run_is_named(journal: Journal) -> None:
    """Whatever is asked of it."""
    for ask in (journal.run, journal.claim):
        with pytest.raises(JournalError, match="RUN9"):
            ask("RUN9")
    with pytest.raises(JournalError, match="RUN9"):
        journal.append("RUN9", [Dead(0, "")], 1.0, durable=False)


def test_the_same_run_cannot_be_stored_twice(journal: Journal) -> None:
    """The first one stays as it is."""
    journal.create_run(record(), OPERATIONS)

    with pytest.raises(JournalError):
        journal.create_run(record(total=1), creates(1))

    assert list(OPERATIONS) == journal.operations("RUN1")


def test_whoever_claimed_last_appends(pair: tuple[Journal, Journal]) -> None:
    """A process that was thought dead cannot write a word more, and its numbers are not taken."""
    old, new = pair
    old.create_run(record(), OPERATIONS)
    old.append("RUN1", [Dead(0, "old")], 1.0, durable=True)

    new.claim("RUN1")
    with pytest.raises(JournalError, match="another process took this run over"):
        old.append("RUN1", [Dead(1, "old")], 2.0, durable=True, state="stopped")

    assert 2 == new.append("RUN1", [Dead(2, "new")], 3.0, durable=True)
    assert [Dead(0, "old"), Dead(2, "new")] == [entry.event for entry in new.log("RUN1")]
    assert "running" == new.run("RUN1").state


def test_a_run_can_be_claimed_back(pair: tuple[Journal, Journal]) -> None:
    """The claim that counts is the last one, not the first."""
    first, second = pair
    first.create_run(record(), OPERATIONS)
    second.claim("RUN1")
    first.claim("RUN1")

    assert 1 == first.append("RUN1", [Dead(0, "")], 1.0, durable=True)
    with pytest.raises(JournalError, match="took this run over"):
        second.append("RUN1", [Dead(1, "")], 1.0, durable=True)


def test_an_unclaimed_run_takes_no_events(pair: tuple[Journal, Journal]) -> None:
    """Who only looks at a run cannot change it."""
    owner, visitor = pair
    owner.create_run(record(), OPERATIONS)

    with pytest.raises(JournalError, match="RUN1"):
        visitor.append("RUN1", [Dead(0, "")], 1.0, durable=True)

    assert [] == list(owner.log("RUN1"))
