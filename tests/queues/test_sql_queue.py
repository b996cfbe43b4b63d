"""The queue in SQL beyond its contract: what goes wrong becomes an error of ours, and no question reads every job."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import mysql

from linernotes.domain.errors import Corrupt, Invalid, Unavailable
from linernotes.domain.jobs import JobState, NewJob
from linernotes.queues.sql import SqlQueue
from linernotes.queues.sql.tables import job, metadata
from linernotes.stores.sql import open_state
from tests.contracts.queues import queue_engine

NOW = 1_800_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    opened = queue_engine(f"sqlite:///{path}")
    yield opened
    opened.dispose()


def test_a_database_without_the_tables_is_unavailable() -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(Unavailable, match="the job queue cannot be used: no such table: job"):
        SqlQueue(engine=engine).counts()
    engine.dispose()


def test_a_damaged_file_is_corrupt(engine: Engine, path: Path) -> None:
    queue = SqlQueue(engine=engine)
    engine.dispose()
    path.write_bytes(b"this is a letter to my grandmother\n" * 100)
    with pytest.raises(Corrupt, match="damaged"):
        queue.put([NewJob("refresh", "a")], now=NOW)


def test_a_database_that_somebody_else_keeps_is_unavailable(engine: Engine, path: Path) -> None:
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10"))
    engine.dispose()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            SqlQueue(engine=engine).put([NewJob("refresh", "a")], now=NOW)
        assert SqlQueue(engine=engine).lease(owner="me", kinds=["refresh"], limit=1, now=NOW, until=NOW) == []


def test_a_connection_that_was_cut_is_made_anew(postgres_url: str) -> None:
    engine, other = queue_engine(postgres_url), queue_engine(postgres_url)
    queue = SqlQueue(engine=engine)
    queue.put([NewJob("refresh", "a")], now=NOW)
    with other.connect() as connection:
        everybody = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {everybody}")
    assert [found.key for found in queue.jobs()] == ["a"]
    engine.dispose()
    other.dispose()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="the job queue cannot be used"):
        SqlQueue(engine=engine).lease(owner="me", kinds=["refresh"], limit=1, now=NOW, until=NOW)


def test_text_that_a_database_cannot_keep_is_invalid(engine: Engine, postgres_url: str) -> None:
    with pytest.raises(Invalid, match="cannot keep"):
        SqlQueue(engine=engine).put([NewJob("refresh", "\ud800")], now=NOW)
    other = queue_engine(postgres_url)
    with pytest.raises(Invalid, match="cannot keep"):
        SqlQueue(engine=other).put([NewJob("refresh", "\x00")], now=NOW)
    other.dispose()


def test_only_databases_that_were_thought_of_are_used() -> None:
    class Foreign:
        """Speaks a dialect that nobody wrote statements for. Fake."""

        dialect = mysql.dialect()

    with pytest.raises(Invalid, match="mysql"):
        SqlQueue(engine=Foreign())  # type: ignore[arg-type]


def test_an_id_is_never_used_twice(engine: Engine) -> None:
    queue = SqlQueue(engine=engine)
    queue.put([NewJob("refresh", "a")], now=NOW)
    [gone] = queue.lease(owner="me", kinds=["refresh"], limit=1, now=NOW, until=NOW)
    assert queue.finish(gone)
    queue.put([NewJob("refresh", "b")], now=NOW)
    assert queue.jobs()[0].id > gone.id


def test_a_queue_without_work_takes_no_lock(engine: Engine, path: Path) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    SqlQueue(engine=engine).lease(owner="me", kinds=["refresh"], limit=1, now=NOW, until=NOW)
    assert [statement.split()[0] for statement in said] == ["SELECT"]


def test_jobs_are_taken_in_the_order_of_an_index(engine: Engine) -> None:
    said: list[tuple[str, tuple[object, ...]]] = []
    queue = SqlQueue(engine=engine)
    queue.put([NewJob("refresh", str(number)) for number in range(10)], now=NOW)
    event.listen(
        engine, "before_cursor_execute", lambda _c, _u, statement, values, *_: said.append((statement, values))
    )
    assert len(queue.lease(owner="me", kinds=["refresh", "clean"], limit=3, now=NOW, until=NOW)) == 3
    with engine.connect() as connection:
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in list(said)
            if not statement.startswith("BEGIN")
        ]
    steps = [step for plan in plans for step in plan]
    assert any(re.match(r"SEARCH job USING (COVERING )?INDEX .*\(state=\?", step) for step in steps)
    assert [step for step in steps if re.match(r"SCAN job\b", step)] == []


def test_a_long_queue_is_taken_in_order_without_being_sorted(postgres_url: str) -> None:
    engine = queue_engine(postgres_url)
    queue = SqlQueue(engine=engine)
    queue.put([NewJob("refresh", str(number), priority=number % 3) for number in range(5000)], now=NOW)
    said: list[tuple[str, object]] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _u, statement, values, *_: said.append((statement, values))
    )
    assert len(queue.lease(owner="me", kinds=["refresh"], limit=3, now=NOW, until=NOW + 1)) == 3
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE job")
        [(statement, values)] = [each for each in said if "UPDATE job" in each[0]]
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
    assert re.search(r"Index Scan using job_\w+ on job", plan)
    assert "Seq Scan on job" not in plan
    assert {found.priority for found in queue.jobs(JobState.RUNNING)} == {2}
    engine.dispose()


def test_the_table_describes_every_field_of_a_job() -> None:
    from linernotes.domain.jobs import Job

    assert [column.name for column in job.columns] == list(Job.__struct_fields__)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_tables_are_those_that_the_migrations_leave(kind: str, path: Path, request: pytest.FixtureRequest) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    where = path if kind == "sqlite" else request.getfixturevalue("postgres_url")
    ours = {"include_name": lambda name, of, _: of != "table" or name in metadata.tables}
    with closing(open_state(where)) as state, state.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), metadata) == []
