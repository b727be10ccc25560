"""The driver on virtual time: what is written before what is sent, and what ends a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
from tests.contracts.runs import PLAN

from penstock.base.errors import AnswerLost, JournalError, TransportError
from penstock.core.scheduler import Scheduler
from penstock.engine.account import AccountLimits
from penstock.engine.driver import Driver, Moment, Observer
from penstock.engine.resolver import Resolver
from penstock.io.ledger import SqlLedger
from penstock.model.config import BatchConfig
from penstock.model.decision import AwaitAnswer, Decision, Dispatch, Finished, Halt, WaitUntil
from penstock.model.events import Event
from penstock.model.operation import IssueClose, IssueCreate, LabelCreate, Operation, OperationRef, Payload, Ref
from penstock.model.ports import Entry, Reply, Request, RunRecord, RunSummary
from penstock.sim.virtual_loop import LoopClock, run_virtual

ANSWER_S = 2.0
ISSUE = Ref(number=5, node_id="I_5", database_id=1005)
Step = tuple[str, Any]


class NotedJournal:
    """Notes every commit; the disk is full after some."""

    def __init__(self, plan: Sequence[Operation], steps: list[Step]) -> None:
        self.plan = plan
        self.steps = steps
        self.full_after = 1_000
        self.commits = 0

    def append(self, _run: str, events: Sequence[Event], _at: float, *, durable: bool, state: str | None = None) -> int:
        """One commit."""
        assert state is None
        self.commits += 1
        if self.commits > self.full_after:
            raise JournalError("cannot use the journal", cause="the disk is full")
        self.steps.append(("durable" if durable else "commit", [type(event).__name__ for event in events]))
        return 0

    def operations(self, _run: str, numbers: Sequence[int] | None = None) -> list[Operation]:
        """With payloads."""
        return [self.plan[no] for no in numbers or ()]

    def refs(self, _run: str) -> Iterator[OperationRef]:
        """Without."""
        return (OperationRef(op.no, op.kind.code, op.needs, op.conflict) for op in self.plan)

    def create_run(self, run: RunRecord, operations: Iterable[Operation]) -> None:
        """Not asked for by a driver; neither are those that follow."""
        raise NotImplementedError

    def claim(self, run_id: str) -> None:
        raise NotImplementedError

    def run(self, run_id: str) -> RunRecord:
        raise NotImplementedError

    def runs(self) -> list[RunSummary]:
        raise NotImplementedError

    def log(self, run_id: str, after: int = 0) -> Iterator[Entry]:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to let go of."""


class NotedServer:
    """Notes every request and answer. Every mutation succeeds, unless requests are failing."""

    def __init__(self, steps: list[Step], answer_s: float) -> None:
        self.steps = steps
        self.failing: BaseException | None = None
        self.in_flight = self.most_in_flight = self.numbers = 0
        self.slower_s = 0.0
        self._answer_s = answer_s

    async def send(self, request: Request, timeout_s: float) -> Reply:
        """The answer, after some time."""
        took_s = self._answer_s + self.slower_s * len(self.steps)
        assert timeout_s > took_s
        asked = json.loads(request.body)
        self.steps.append(("send", sorted(asked["variables"])))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(took_s)
        self.in_flight -= 1
        if self.failing:
            raise self.failing
        self.steps.append(("answer", None))
        return Reply(200, {}, json.dumps({"data": {name: self._made() for name in asked["variables"]}}).encode())

    def _made(self) -> dict[str, Any]:
        self.numbers += 1
        made = {"id": f"X_{self.numbers}", "number": self.numbers, "databaseId": 1000 + self.numbers}
        return {"issue": made, "label": made}

    async def close(self) -> None:
        """Nothing to let go of."""


class Story:
    """A journal and a server that note in one list what reaches them, in order."""

    def __init__(self, payloads: Sequence[Payload], answer_s: float = ANSWER_S) -> None:
        plan = [Operation(no=no, key=str(no), payload=payload) for no, payload in enumerate(payloads)]
        self.steps: list[Step] = []
        self.journal = NotedJournal(plan, self.steps)
        self.server = NotedServer(self.steps, answer_s)

    def of(self, *sorts: str) -> list[Step]:
        """The steps of these sorts."""
        return [step for step in self.steps if step[0] in sorts]


def creates(count: int) -> list[Payload]:
    """Issues that do not wait for each other."""
    return [IssueCreate(f"Task {no}") for no in range(count)]


def driver_of(story: Story, profile: str, size: int, observer: Observer | None) -> Driver:
    """A driver of the whole plan on an account of its own."""
    clock = LoopClock()
    limits = AccountLimits(SqlLedger(None, "host", 1, clock), profile, clock.now())
    batch = BatchConfig(enable_adaptive_batching=False, base_batch_size=size)
    scheduler = Scheduler(
        run="R", budget=limits.budget, fallback=None, api="graphql", config=batch, uniform=lambda: 0.5
    )
    scheduler.offer(story.journal.refs("R"), clock.now())
    return Driver(
        run="R",
        scheduler=scheduler,
        limits=limits,
        resolver=Resolver(PLAN, "R", scheduler.fold, story.journal, {}),
        journal=story.journal,
        transport=story.server,
        clock=clock,
        api="graphql",
        observer=observer,
    )


def play(
    story: Story,
    *,
    profile: str = "documented",
    size: int = 10,
    observer: Observer | None = None,
    meanwhile: Callable[[Driver], Awaitable[None]] | None = None,
) -> Finished | Halt:
    """Drive to the end, with something going on beside."""

    async def scene() -> Finished | Halt:
        driver = driver_of(story, profile, size, observer)
        beside = asyncio.ensure_future(meanwhile(driver)) if meanwhile else None
        try:
            return await driver.run()
        finally:
            if beside:
                beside.cancel()

    return run_virtual(scene())


def test_every_intent_is_committed_before_its_request_is_sent() -> None:
    """As many commits with an intent as requests, and at every instant at least as many."""
    story = Story(creates(7))

    assert Finished() == play(story)

    balance = 0
    for sort, what in story.steps:
        balance += (sort in {"commit", "durable"} and "Intent" in what) - (sort == "send")
        assert balance >= 0
    assert (0, 7) == (balance, story.server.numbers)


def test_an_answer_is_committed_with_the_next_intent() -> None:
    """One commit between an answer and the next request, and the answer stands in it before the intent."""
    story = Story(creates(4))

    play(story)

    sorts = "".join(sort[0] for sort, _ in story.steps)
    assert "dsa" * 2 + "c" == sorts
    assert [["Intent"], ["Answered", "Intent"], ["Answered", "Ended"]] == [w for _, w in story.of("commit", "durable")]


def test_an_answer_is_committed_before_a_wait() -> None:
    """While a full window is waited for, the journal lacks nothing."""
    story = Story(creates(90), answer_s=0.2)
    seen: list[Step] = []

    async def look(_driver: Driver) -> None:
        await asyncio.sleep(50.0)
        seen.extend(story.steps)
        assert 80 == story.server.numbers

    assert Finished() == play(story, meanwhile=look)
    assert ["send", "answer", "commit"] == [sort for sort, _ in seen[-3:]]
    assert ["Answered"] == seen[-1][1]


def test_an_answer_is_committed_while_others_are_awaited() -> None:
    """Of two requests in flight one takes longer: a crash before it ends does not lose the answer of the other."""
    story = Story(creates(2))
    story.server.slower_s = 0.5
    seen: list[Step] = []

    async def look(_driver: Driver) -> None:
        await asyncio.sleep(ANSWER_S + 1.25)
        seen.extend(story.steps)

    assert Finished() == play(story, profile="ghes", size=1, meanwhile=look)
    assert 2 == story.server.most_in_flight
    assert [("answer", None), ("commit", ["Answered"])] == seen[-2:]


@pytest.mark.parametrize(
    ("payload", "sort"),
    [(IssueCreate("A"), "durable"), (LabelCreate("a"), "commit"), (IssueClose(ISSUE, "completed"), "commit")],
)
def test_only_what_cannot_be_told_apart_is_made_durable(payload: Payload, sort: str) -> None:
    """A power loss may forget the intent of what can be sent again without harm; never the intent of a create."""
    story = Story([payload])

    play(story)

    assert sort == story.steps[0][0]
    assert ["commit"] == [sort for sort, what in story.of("commit", "durable") if "Intent" not in what]


def test_a_request_that_breaks_ends_the_run() -> None:
    """An error that no one foresaw is not taken for an answer, nor waited for."""
    story = Story(creates(2))
    story.server.failing = ZeroDivisionError("unforeseen")

    with pytest.raises(ZeroDivisionError, match="unforeseen"):
        play(story)


def test_a_lost_answer_does_not_end_the_run() -> None:
    """It is looked for; the transport's errors are answers of a kind."""
    story = Story([IssueClose(ISSUE, "completed")])
    lost: TransportError = AnswerLost("cut")
    story.server.failing = lost

    async def mend(_driver: Driver) -> None:
        await asyncio.sleep(ANSWER_S + 0.1)
        story.server.failing = None

    assert Finished() == play(story, meanwhile=mend)
    assert 2 == len(story.of("send"))


def test_a_stop_drains() -> None:
    """The request in flight gets its answer, the answer is committed, nothing more is sent."""
    story = Story(creates(40))

    async def stop(driver: Driver) -> None:
        await asyncio.sleep(0.5)
        driver.stop("SIGTERM")
        driver.stop("again")

    assert Halt("SIGTERM") == play(story, meanwhile=stop)
    assert (1, 1, 0) == (len(story.of("send")), len(story.of("answer")), story.server.in_flight)
    assert ("commit", ["Answered"]) == story.steps[-1]


def test_a_stop_at_every_decision_lets_requests_end() -> None:
    """An observer may ask again and again without keeping the loop busy."""
    story = Story(creates(40))
    asked = 0

    async def scene() -> Finished | Halt:
        def observe(_moment: Moment) -> None:
            nonlocal asked
            asked += 1
            assert asked < 50
            driver.stop("enough")

        driver = driver_of(story, "documented", 10, observe)
        return await driver.run()

    assert Halt("enough") == run_virtual(scene())
    assert (1, 1) == (len(story.of("send")), len(story.of("answer")))


def test_a_server_without_windows_gets_several_requests_at_once() -> None:
    """The driver awaits no answer while the scheduler has something to send; `ghes` allows eight."""
    story = Story([*creates(30), *(IssueClose(ISSUE, "completed") for _ in range(30))])

    assert Finished() == play(story, profile="ghes", size=2)
    assert 8 == story.server.most_in_flight


def test_one_request_at_a_time_where_github_asks_for_it() -> None:
    """Mutations of one account never overlap on github.com."""
    story = Story([*creates(30), *(IssueClose(ISSUE, "completed") for _ in range(30))])

    play(story, size=2)

    assert 1 == story.server.most_in_flight


def test_a_full_disk_ends_the_run_and_nothing_is_sent_without_an_intent() -> None:
    """The error tells why; the request whose intent could not be written never leaves."""
    story = Story(creates(20))
    story.journal.full_after = 2

    with pytest.raises(JournalError, match="cannot use the journal"):
        play(story)
    assert 2 == len(story.of("send")) == len(story.of("commit", "durable"))


def test_an_observer_that_breaks_ends_the_run_with_what_is_known_written() -> None:
    """The error comes out as it is, after the answers that had arrived were committed."""
    story = Story(creates(40))

    def observe(moment: Moment) -> None:
        if moment.fold.succeeded:
            raise ValueError("cannot draw")

    with pytest.raises(ValueError, match="cannot draw"):
        play(story, observer=observe)
    assert ("commit", ["Answered"]) == story.steps[-1]
    assert 1 == len(story.of("send"))


def test_an_observer_sees_every_decision() -> None:
    """In order, the last one included."""
    seen: list[type[Decision]] = []

    play(Story(creates(2)), observer=lambda moment: seen.append(type(moment.decision)))

    assert [Dispatch, AwaitAnswer, Finished] == [sort for sort in seen if sort is not WaitUntil]
