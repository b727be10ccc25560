"""Requests and answers against the simulated GitHub: what is sent is understood, and what comes back is read right."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace
from tests.github.samples import RUN

from penstock.base.errors import TransportError
from penstock.github.context import Api, Context
from penstock.github.lookups import lookup
from penstock.github.reads import observe
from penstock.github.requests import effect
from penstock.github.responses import read_effect, read_lookup
from penstock.model.observed import Names, Observation
from penstock.model.operation import (
    BlockedByLink,
    BlockedByUnlink,
    CommentCreate,
    IssueClose,
    IssueCreate,
    IssueReopen,
    IssueUpdate,
    LabelCreate,
    LabelsAdd,
    LabelsRemove,
    MilestoneCreate,
    Operation,
    Payload,
    Ref,
    SubIssueLink,
    SubIssueUnlink,
)
from penstock.model.outcome import Answer, InDoubt, Outcome, Succeeded
from penstock.model.ports import Reply, Request
from penstock.model.task import TaskState
from penstock.sim.faults import Faults
from penstock.sim.github import SimulatedGitHub
from penstock.sim.latency import Latency
from penstock.sim.virtual_loop import LoopClock, run_virtual

T = TypeVar("T")

DOUBTFUL: dict[str, Payload] = {
    "issue.create": IssueCreate("Three"),
    "comment.create": CommentCreate(Ref(op=0), "Said"),
    "label.create": LabelCreate("p1"),
    "milestone.create": MilestoneCreate("M1"),
    "sub_issue.link": SubIssueLink(Ref(op=0), Ref(op=1)),
    "blocked_by.link": BlockedByLink(Ref(op=0), Ref(op=1)),
}
"""One of every kind that can be looked up, for two issues that operations 0 and 1 created."""


class Visit:
    """One client of a fresh simulated GitHub, and what it has created so far."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.github = SimulatedGitHub(clock=LoopClock(), profile="ghes", latency=Latency.none())
        self.made: dict[int, Ref] = {}
        self.operations: list[Operation] = []
        self.seen: Observation | None = None

    async def send(self, request: Request) -> Reply | TransportError:
        """One request, as the transport would send it."""
        headers = {"Authorization": "Bearer sim-token", "Accept": request.accept}
        try:
            found = await self.github.handle(request.method, request.path, headers, request.body)
        except TransportError as error:
            return error
        return Reply(found.status, found.headers, found.body)

    async def hold(self, conversation: Generator[Request, Reply, T]) -> T:
        """A conversation to its end."""
        request = next(conversation)
        while True:
            answer = await self.send(request)
            assert isinstance(answer, Reply)
            try:
                request = conversation.send(answer)
            except StopIteration as end:
                found: T = end.value
                return found

    async def observe(self, **options: Any) -> Observation:
        """The repository as it is now."""
        now = self.github.clock.now()
        self.seen = await self.hold(observe("octo/widgets", "g", now=now, transport=self.api, **options))
        return self.seen

    async def context(self) -> Context:
        """With the names that are there now."""
        seen = await self.observe()
        return Context(
            repository=seen.repository,
            account=seen.account,
            graph="g",
            run=RUN,
            names=seen.names,
            resolve=lambda ref: self.made.get(ref.op, ref),
            young=lambda ref: False,
        )

    def plan(self, *payloads: Payload) -> list[Operation]:
        """The next operations."""
        first = len(self.operations)
        new = [Operation(no=first + i, key=f"k{first + i}", payload=payload) for i, payload in enumerate(payloads)]
        self.operations += new
        return new

    async def do(self, operations: Sequence[Operation]) -> Answer:
        """Send operations of one kind in one request; over REST there is only one."""
        context = await self.context()
        sent_at = self.github.clock.now()
        answer = await self.send(effect(context, self.api, operations))
        times = {"batch": 1, "sent_at": sent_at, "received_at": self.github.clock.now(), "timeout_s": 12.0}
        found = read_effect(context, self.api, operations, answer, **times)  # type: ignore[arg-type]
        for operation, outcome in zip(operations, found.outcomes, strict=True):
            if isinstance(outcome, Succeeded) and outcome.number:
                self.made[operation.no] = Ref(operation.no, outcome.number, outcome.node_id, outcome.database_id)
        return found

    async def outcome(self, payload: Payload) -> Outcome:
        """What becomes of one operation."""
        return (await self.do(self.plan(payload))).outcomes[0]

    async def look_up(self, operations: Sequence[Operation], high_water: int = 0) -> dict[int, Succeeded]:
        """A whole read."""
        context, cursor = await self.context(), ""
        found: dict[int, Succeeded] = {}
        while True:
            answer = await self.send(lookup(context, self.api, operations, high_water, cursor))
            page = read_lookup(
                *(context, self.api, operations, answer),
                batch=1,
                sent_at=0.0,
                received_at=0.0,
                high_water=high_water,
                cursor=cursor,
            )
            assert () == page.outcomes
            found |= dict(page.found)
            cursor = page.more
            if not cursor:
                return found


@pytest.fixture(params=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> Any:
    """Each API in turn."""
    return request.param


def test_every_kind_takes_effect(api: Api) -> None:
    """One of each, in an order in which they make sense; a fresh read shows what they did."""

    async def story() -> Observation:
        visit = Visit(api)
        first, second, third = Ref(op=2), Ref(op=3), Ref(op=4)
        payloads: tuple[Payload, ...] = (
            LabelCreate("p1", "ff0000", "First"),
            MilestoneCreate("M1"),
            IssueCreate("One", "Text", labels=("P1",), assignees=("hubot",), milestone="M1"),
            IssueCreate("Two"),
            IssueCreate("Three"),
            SubIssueLink(first, second),
            SubIssueLink(first, third),
            SubIssueUnlink(first, third),
            BlockedByLink(third, second),
            BlockedByLink(third, first),
            BlockedByUnlink(third, first),
            LabelsAdd(second, ("p1",)),
            LabelsRemove(first, ("p1",)),
            CommentCreate(first, "Said"),
            IssueClose(third, "not_planned"),
            IssueClose(second),
            IssueReopen(second),
            IssueUpdate(first, title="Uno", milestone="", assignees=("mona",), state="completed"),
        )
        for payload in payloads:
            assert isinstance(await visit.outcome(payload), Succeeded), payload
        return await visit.observe()

    seen = run_virtual(story())

    shown = [
        (issue.title, issue.state, issue.labels, issue.assignees, issue.milestone, issue.parent, issue.blocked_by)
        for issue in seen.issues
    ]
    assert [
        ("Uno", "completed", (), ("mona",), "", 0, ()),
        ("Two", "open", ("p1",), (), "", 1, ()),
        ("Three", "not_planned", (), (), "", 0, (2,)),
    ] == shown
    assert (api, True, 3, 3) == (seen.transport, seen.native_links, seen.total, seen.high_water)


@pytest.mark.parametrize("state", ["open", "completed", "not_planned"])
@pytest.mark.parametrize("before", ["open", "completed"])
def test_an_update_sets_the_state(api: Api, before: TaskState, state: TaskState) -> None:
    """Along with a title, from open and from closed."""

    async def story() -> Observation:
        visit = Visit(api)
        await visit.outcome(IssueCreate("One"))
        if before != "open":
            await visit.outcome(IssueClose(Ref(op=0), before))
        assert isinstance(await visit.outcome(IssueUpdate(Ref(op=0), title="Uno", state=state)), Succeeded)
        return await visit.observe()

    assert [("Uno", state)] == [(issue.title, issue.state) for issue in run_virtual(story()).issues]


def test_a_parent_rides_on_the_create_over_graphql() -> None:
    """No link of its own is needed."""

    async def story() -> Observation:
        visit = Visit("graphql")
        await visit.do(visit.plan(IssueCreate("Parent")))
        answer = await visit.do(visit.plan(*(IssueCreate(f"Child {n}", parent=Ref(op=0)) for n in range(20))))
        assert 20 == sum(isinstance(outcome, Succeeded) for outcome in answer.outcomes)
        return await visit.observe()

    assert [0, *[1] * 20] == [issue.parent for issue in run_virtual(story()).issues]


def test_an_update_keeps_what_people_wrote(api: Api) -> None:
    """Around the region that was read."""

    async def story() -> str:
        visit = Visit(api)
        await visit.do(visit.plan(IssueCreate("One", "old")))
        mine = f"Above\n{(await visit.observe()).issues[0].body}\nbelow"
        await visit.outcome(IssueUpdate(Ref(op=0), mine, region="new"))
        return (await visit.observe()).issues[0].body

    body = run_virtual(story())
    assert body.startswith("Above\n<!-- penstock:v1 graph=g key=k1 op=0 ")
    assert body.endswith("-->\nnew\n<!-- /penstock:v1 -->\nbelow")


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_a_lost_answer_is_settled_by_a_look_up(api: Api, kind: str) -> None:
    """The write landed, the connection broke: the look-up finds it, and had not found it before."""

    async def story() -> None:
        visit = Visit(api)
        for issue in (IssueCreate("One"), IssueCreate("Two")):
            await visit.do(visit.plan(issue))
        operations = visit.plan(DOUBTFUL[kind])
        assert {} == await visit.look_up(operations, 2)

        context = await visit.context()
        visit.github.set_faults(Faults(rates={"cut.after": 1.0}))
        lost = await visit.send(effect(context, visit.api, operations))
        visit.github.set_faults(Faults())

        assert isinstance(lost, TransportError)
        found = await visit.look_up(operations, 2)
        assert [2] == list(found)
        assert found[2].adopted
        if kind == "issue.create":
            assert 3 == found[2].number

    run_virtual(story())


@pytest.mark.parametrize("kind", ["label.create", "milestone.create", "sub_issue.link", "blocked_by.link"])
def test_what_exists_already_is_verified(api: Api, kind: str) -> None:
    """A keyed operation sent twice is refused as existing, which a look-up then confirms."""

    async def story() -> tuple[Outcome, dict[int, Succeeded]]:
        visit = Visit(api)
        for issue in (IssueCreate("One"), IssueCreate("Two")):
            await visit.do(visit.plan(issue))
        operations = visit.plan(DOUBTFUL[kind])
        await visit.do(operations)
        again = await visit.do(operations)
        return again.outcomes[0], await visit.look_up(operations)

    outcome, found = run_virtual(story())
    assert isinstance(outcome, InDoubt)
    assert ("exists", [2]) == (outcome.category, list(found))


@pytest.mark.parametrize("payload", [SubIssueUnlink(Ref(op=0), Ref(op=1)), BlockedByUnlink(Ref(op=0), Ref(op=1))])
def test_undoing_twice_is_harmless(api: Api, payload: Payload) -> None:
    """After a lost answer these are simply sent again."""

    async def story() -> list[Outcome]:
        visit = Visit(api)
        for issue in (IssueCreate("One"), IssueCreate("Two")):
            await visit.do(visit.plan(issue))
        return [await visit.outcome(payload) for _ in range(2)]

    assert [True, True] == [isinstance(outcome, Succeeded) for outcome in run_virtual(story())]


def test_taking_a_label_off_twice_is_harmless(api: Api) -> None:
    """The same for labels."""

    async def story() -> list[Outcome]:
        visit = Visit(api)
        await visit.outcome(LabelCreate("p1"))
        await visit.outcome(IssueCreate("One", labels=("p1",)))
        return [await visit.outcome(LabelsRemove(Ref(op=1), ("p1",))) for _ in range(2)]

    assert [True, True] == [isinstance(outcome, Succeeded) for outcome in run_virtual(story())]


def test_both_apis_observe_the_same_repository() -> None:
    """250 issues over three pages, read by either."""

    async def story() -> list[Observation]:
        visit = Visit("graphql")
        for _ in range(10):
            await visit.do(visit.plan(*(IssueCreate(f"Issue {n}", "Text") for n in range(25))))
        by_graphql = await visit.observe()
        visit.api = "rest"
        return [by_graphql, await visit.observe()]

    by_graphql, by_rest = run_virtual(story())

    assert 250 == len(by_graphql.issues)
    assert by_graphql.issues == by_rest.issues
    assert by_graphql.repository == by_rest.repository
    assert (by_graphql.account, by_graphql.total) == (by_rest.account, by_rest.total)
    assert replace(by_graphql.names, users={}, types={}) == replace(by_rest.names, users={}, types={})
    assert isinstance(by_graphql.names, Names)
    assert by_graphql.requests <= 3 + 20
