"""Every record that is stored comes back equal, whatever is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.runs import OPERATIONS, PLAN, record

from penstock.io.clock import SystemClock
from penstock.io.journal import open_journal
from penstock.io.ledger import SqlLedger
from penstock.io.plan_file import is_plan, plan_sha, read_plan, write_plan
from penstock.model.events import Event
from penstock.model.limits import Fact, Paused
from penstock.model.operation import Operation, Payload
from penstock.model.task import TaskGraph

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS: dict[type[msgspec.inspect.Type], st.SearchStrategy[Any]] = {
    msgspec.inspect.IntType: st.integers(-(2**63), 2**63 - 1),
    msgspec.inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    msgspec.inspect.StrType: TEXT,
    msgspec.inspect.BoolType: st.booleans(),
    msgspec.inspect.NoneType: st.none(),
}


def values(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    """Any value of a type, as msgspec understands the type."""
    match kind:
        case msgspec.inspect.StructType(cls=made, fields=fields):
            return st.builds(made, **{field.name: values(field.type) for field in fields})
        case msgspec.inspect.UnionType(types=types):
            return st.one_of([values(one) for one in types])
        case msgspec.inspect.LiteralType(values=literals):
            return st.sampled_from(literals)
        case msgspec.inspect.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=3).map(tuple)
        case msgspec.inspect.TupleType(item_types=items):
            return st.tuples(*(values(item) for item in items))
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=3)
    return SCALARS[type(kind)]


def every(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type."""
    return values(msgspec.inspect.type_info(kind))


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_event_comes_back(kind: type[Any], data: st.DataObject) -> None:
    """Each kind of event, with every kind of outcome and charge in it."""
    events = data.draw(st.lists(every(kind), max_size=4))
    journal = open_journal(None)
    journal.create_run(record(), OPERATIONS)
    journal.append("RUN1", events, 1.0, durable=False)

    assert events == [entry.event for entry in journal.log("RUN1")]
    journal.close()


@pytest.mark.parametrize("kind", get_args(Payload), ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_payload_comes_back(kind: type[Any], data: st.DataObject) -> None:
    """From the journal, with its operation's keys around it, and named as before."""
    payload = data.draw(every(kind))
    key, qualifier, conflict = data.draw(st.tuples(TEXT, TEXT, TEXT))
    operation = Operation(no=0, key=key, qualifier=qualifier, conflict=conflict, payload=payload, line=3)
    journal = open_journal(None)
    journal.create_run(record(total=1), [operation])

    assert [operation] == journal.operations("RUN1")
    assert operation.name == journal.operations("RUN1", [0])[0].name
    journal.close()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    graph=every(TaskGraph),
    operations=st.lists(every(Operation), max_size=3).map(tuple),
    basis=st.dictionaries(st.integers(1, 10**9), TEXT, max_size=4),
)
def test_every_plan_comes_back(
    tmp_path: Path, graph: TaskGraph, operations: tuple[Operation, ...], basis: dict[int, str]
) -> None:
    """From its file, under the name it was written under."""
    plan = msgspec.structs.replace(PLAN, desired=graph, operations=operations, basis=basis)
    path = tmp_path / "plan.jsonl"

    assert plan_sha(plan) == write_plan(path, plan)
    assert plan == read_plan(path)
    assert is_plan(path)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(every(Fact), max_size=4))
def test_every_fact_comes_back(tmp_path: Path, facts: list[Fact]) -> None:
    """From the ledger, to a process that was there when it was written; of one name the last counts."""
    writer, reader = (SqlLedger(tmp_path, "github.com", 5, SystemClock()) for _ in range(2))
    with reader.transaction() as transaction:
        transaction.news()
    with writer.transaction() as transaction:
        transaction.write(facts)
    with reader.transaction() as transaction:
        news = transaction.news()
    writer.close()
    reader.close()

    names = [(type(fact), *(getattr(fact, name, "") for name in ("id", "profile", "api"))) for fact in facts]
    last = {name: number for number, name in enumerate(names)}
    expected = [fact for n, fact in enumerate(facts) if isinstance(fact, Paused) or last[names[n]] == n]
    assert expected == news
