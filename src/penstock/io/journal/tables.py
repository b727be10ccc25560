"""
The journal's tables: the plan (`op`, never updated), the truth (`log`, append only), and who may append (`slice`).

Portable SQL: the same tables are meant for Postgres.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, Text

from penstock.io.database import meta_table

VERSION = 1
SLICE_SIZE = 500
"""Operations per slice, the unit that can be handed to another machine. One process owns all slices of a local run."""

TABLES = sa.MetaData()

META = meta_table(TABLES)

RUN = sa.Table(
    "run",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parent", Text),
    Column("graph", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("plan_sha", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
)
"""`seq` is the last sequence number of the run's log. The row is written again with every append, so it stays small."""

PLAN = sa.Table(
    "plan",
    TABLES,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""What a run's plan holds beside its operations: `body` is zlib-compressed JSON."""

OP = sa.Table(
    "op",
    TABLES,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("parent", Integer),
    Column("slice", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("qualifier", Text, nullable=False),
    Column("conflict", Text, nullable=False),
    Column("needs", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""`level` is the longest way to an operation that needs nothing; `needs` and `payload` are JSON."""

LOG = sa.Table(
    "log",
    TABLES,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("slice", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""One event a row; `body` is its JSON, `epoch` the claim under which it was written."""

SLICE = sa.Table(
    "slice",
    TABLES,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("credential", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until", Float),
    sqlite_with_rowid=False,
)
"""`epoch` grows with every claim: whoever holds an older one can append no more."""
