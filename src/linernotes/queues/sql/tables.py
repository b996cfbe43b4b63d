"""The queue's tables as the state's migrations leave them. Times are unix milliseconds, UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, desc

from linernotes.domain.jobs import JobState

metadata = MetaData()

job = Table(
    "job",
    metadata,
    # SQLite counts up by itself only where the type is INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run_at", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    # No id is used twice: who holds a job that is long gone must not touch another one.
    sqlite_autoincrement=True,
)
LIVE = job.c.state.in_((JobState.WAITING.value, JobState.RUNNING.value))
Index("job_live", job.c.kind, job.c.key, unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
Index("job_next", job.c.state, desc(job.c.priority), job.c.run_at, job.c.id)

period = Table(
    "period",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", BigInteger, nullable=False),
)
