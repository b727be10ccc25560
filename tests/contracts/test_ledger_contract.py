"""What every ledger promises, run on each implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.io.ledger import SqlLedger
from penstock.model.limits import Charge, Fact, Learnt, Paused, Spent
from penstock.model.ports import Ledger

NOW = 1_000_000.0
Open = Callable[..., Ledger]


class StoppedClock:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.shown = NOW

    def now(self) -> float:
        """The instant shown."""
        return self.shown

    async def sleep(self, delay_s: float) -> None:
        """Move on at once."""
        self.shown += delay_s


def _sql(directory: Path, clock: StoppedClock) -> Open:
    return lambda host="api.github.com", account=5: SqlLedger(directory, host, account, clock)


IMPLEMENTATIONS: dict[str, Callable[[Path, StoppedClock], Open]] = {"file": _sql}


@pytest.fixture
def clock() -> StoppedClock:
    """The clock that the ledgers read."""
    return StoppedClock()


@pytest.fixture(params=IMPLEMENTATIONS)
def opened(request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock) -> Iterator[Open]:
    """Opens a ledger of one storage: each is a process of its own."""
    make = IMPLEMENTATIONS[request.param](tmp_path / "state", clock)
    ledgers: list[Ledger] = []

    def remembered(host: str = "api.github.com", account: int = 5) -> Ledger:
        ledgers.append(make(host, account))
        return ledgers[-1]

    yield remembered
    for ledger in ledgers:
        ledger.close()


def spent(name: str, *, ends_at: float = NOW, is_open: bool = False) -> Spent:
    """One create."""
    charge = Charge(resource="graphql", lane="create", writes=True, meters={"content": 1, "create": 1})
    return Spent(id=name, charge=charge, sent_at=ends_at - 1, ends_at=ends_at, open=is_open)


def paused(until: float = NOW + 60) -> Paused:
    """A secondary limit."""
    return Paused(scope="account", until=until, cause="secondary limit", streak=2)


def learnt(profile: str, *, at: float = NOW) -> Learnt:
    """An unannounced limit."""
    return Learnt(profile=profile, at=at, why="refused after 20 creates in 60 s")


def write(ledger: Ledger, *facts: Fact) -> None:
    """Commit facts."""
    with ledger.transaction() as transaction:
        transaction.write(facts)


def news(ledger: Ledger) -> list[Fact]:
    """What is new to a ledger."""
    with ledger.transaction() as transaction:
        return transaction.news()


def test_others_learn_every_fact_once_and_in_order(opened: Open) -> None:
    """All three kinds, exactly as they were written."""
    one, other = opened(), opened()
    facts: list[Fact] = [spent("R:1"), paused(), learnt("observed"), spent("R:2")]
    write(one, *facts[:2])
    write(one, *facts[2:])

    assert facts == news(other)
    assert [] == news(other)


def test_nobody_learns_what_it_wrote_itself(opened: Open) -> None:
    """Neither before nor after a fact of somebody else."""
    one, other = opened(), opened()
    news(one)
    write(one, spent("R:1"))
    write(other, spent("S:1"))
    write(one, spent("R:2"))

    assert [spent("S:1")] == news(one)
    assert [spent("R:1"), spent("R:2")] == news(other)


def test_facts_written_beside_a_read_are_not_missed(opened: Open) -> None:
    """News come before the write of one transaction, and what another writes in between is still to come."""
    one, other = opened(), opened()
    with one.transaction() as transaction:
        assert [] == transaction.news()
        transaction.write([spent("R:1")])
    write(other, spent("S:1"))
    with one.transaction() as transaction:
        transaction.write([spent("R:2")])
        assert [spent("S:1")] == transaction.news()


def test_an_answer_replaces_the_open_spend(opened: Open) -> None:
    """Who saw the open one is told of its end; who comes later sees the end alone."""
    one, other, late = opened(), opened(), opened()
    write(one, spent("R:1", ends_at=NOW + 10, is_open=True))
    before = news(other)
    write(one, spent("R:1"))

    assert [spent("R:1", ends_at=NOW + 10, is_open=True)] == before
    assert [spent("R:1")] == news(other)
    assert [spent("R:1")] == news(late)


def test_a_failed_transaction_changes_nothing(opened: Open) -> None:
    """Nothing is written, and the news are told again."""
    one, other = opened(), opened()
    write(other, spent("S:1"))

    def fail() -> None:
        with one.transaction() as transaction:
            transaction.news()
            transaction.write([spent("R:1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert [spent("S:1")] == news(one)
    assert [] == news(other)


def test_a_new_process_learns_what_still_matters(opened: Open, clock: StoppedClock) -> None:
    """Spends of the last hour and a little, open spends, pauses that are not over, everything learnt."""
    matters: list[Fact] = [
        spent("R:2", ends_at=NOW - 3_699),
        spent("R:3", ends_at=NOW + 12, is_open=True),
        spent("R:4", ends_at=NOW - 100, is_open=True),
        paused(NOW + 1),
        learnt("observed", at=NOW - 1e6),
    ]
    write(opened(), spent("R:1", ends_at=NOW - 3_701), paused(NOW - 1), *matters)

    assert matters == news(opened())


def test_a_restart_learns_what_its_dead_self_wrote(opened: Open) -> None:
    """A pause outlives the process that was told to wait."""
    before = opened()
    write(before, paused(), spent("R:1", is_open=True))
    before.close()

    assert [paused(), spent("R:1", is_open=True)] == news(opened())


def test_a_shorter_pause_does_not_hide_a_longer_one(opened: Open) -> None:
    """Both are told."""
    write(opened(), paused(NOW + 600))
    write(opened(), paused(NOW + 60))

    assert [paused(NOW + 600), paused(NOW + 60)] == news(opened())


def test_accounts_do_not_mix(opened: Open) -> None:
    """Limits belong to one account on one host."""
    write(opened(account=5), spent("R:1"))
    write(opened(account=6), spent("R:1"))
    write(opened(host="ghe.example"), learnt("ghes"))

    assert [spent("R:1")] == news(opened(account=5))
    assert [learnt("ghes")] == news(opened(host="ghe.example"))


def test_old_facts_make_room(opened: Open, clock: StoppedClock) -> None:
    """What no window can count any more is no news to anybody, and a working ledger goes on telling."""
    one, other = opened(), opened()
    news(other)
    write(one, spent("R:0"))
    clock.shown += 4_000
    write(one, *(spent(f"R:{number}", ends_at=clock.shown) for number in range(1, 400)))
    for number in range(400, 1_000):
        write(one, spent(f"R:{number}", ends_at=clock.shown))

    assert [f"R:{number}" for number in range(1, 1_000)] == [fact.id for fact in news(other) if isinstance(fact, Spent)]
