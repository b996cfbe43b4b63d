"""The state database: what was acknowledged stays, and its schema goes one way."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData

from linernotes.domain.catalogue import Change
from linernotes.domain.errors import Conflict, Corrupt, Unavailable
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.stores.sql import Location, SqlState, open_state
from linernotes.stores.sql.opening import make_engine, upgrade
from linernotes.stores.sql.revisions import HEAD, REVISIONS, current_revision

A = MBID("aaaaaaaa-0000-4000-8000-000000000000")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "state.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[SqlState]:
    with closing(open_state(path)) as opened:
        yield opened


def artists(*mbids: MBID) -> list[EntityRef]:
    return [EntityRef(Kind.ARTIST, mbid) for mbid in mbids]


def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    with closing(open_state(path)) as state:
        state.mark(artists(A), changed_at=10, reason="asked for")
    with closing(open_state(path)) as state:
        assert state.marked_since(Kind.ARTIST, 0, 10) == [Change(Kind.ARTIST, A, 10)]


def test_an_acknowledged_mark_survives_kill_9(path: Path) -> None:
    code = f"""
from pathlib import Path
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.stores.sql import open_state
state = open_state(Path({str(path)!r}))
for at in range(1, 10_000):
    state.mark([EntityRef(Kind.ARTIST, MBID({A!r}))], changed_at=at, reason="asked for")
    print(at, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(20)][-1]
        process.send_signal(signal.SIGKILL)
    with closing(open_state(path)) as state:
        assert state.marked_since(Kind.ARTIST, 0, 1)[0].changed_at >= acknowledged


def test_commits_wait_for_the_disk(state: SqlState) -> None:
    with state.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_threads_may_write_at_once(state: SqlState) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: state.mark(artists(A), changed_at=at, reason="asked for"), range(1, 41)))
    assert len(state.marked_since(Kind.ARTIST, 0, 10)) == 1


def test_several_may_open_a_new_database_at_once(path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for state in pool.map(lambda _: open_state(path), range(4)):
            state.close()
    assert current_revision(path) == HEAD


def test_opening_an_up_to_date_database_imports_no_alembic(path: Path) -> None:
    open_state(path).close()
    code = (
        "import sys; from pathlib import Path; from linernotes.stores.sql import open_state;"
        f"open_state(Path({str(path)!r})).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE import_history (strange)")
    with pytest.raises(Unavailable, match="already exists"):
        upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("import_history",)]


def test_a_newer_schema_is_refused_with_a_way_out(path: Path) -> None:
    open_state(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Conflict, match="schema 9999, which this version does not know") as caught:
        open_state(path)
    assert "newer" in caught.value.hint


def test_a_file_that_is_no_database_is_corrupt(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is a letter to my grandmother\n" * 100)
    with pytest.raises(Corrupt, match="damaged"):
        open_state(path)


def test_a_data_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Unavailable, match="cannot be used"):
        open_state(tmp_path / "data" / "state.sqlite")


def test_the_list_of_revisions_is_the_migrations_folder_each_labelled() -> None:
    from alembic.script import ScriptDirectory

    from linernotes.stores.sql.migrations import alembic_config

    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == REVISIONS
    assert [script.doc for script in scripts if not script.doc.startswith(("pre: ", "post: "))] == []


def test_the_migrations_end_at_the_tables(path: Path) -> None:
    assert _differences(path) == []


def test_the_migrations_end_at_the_tables_on_postgresql(postgres_url: str) -> None:
    assert _differences(postgres_url) == []


def _differences(where: Location) -> Any:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from linernotes.queues.sql import tables as of_jobs
    from linernotes.stores.sql import tables

    both = MetaData()
    for table in (*tables.metadata.sorted_tables, *of_jobs.metadata.sorted_tables):
        table.to_metadata(both)
    upgrade(where)
    engine = make_engine(where)
    try:
        with engine.connect() as connection:
            return compare_metadata(MigrationContext.configure(connection), both)
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT mbid, changed_at FROM change WHERE kind = 'a' AND changed_at > 1 ORDER BY changed_at DESC, mbid",
        "SELECT * FROM import_history ORDER BY built_at DESC, build_id LIMIT 5",
    ],
)
def test_an_index_serves_every_order(path: Path, query: str) -> None:
    open_state(path).close()
    with closing(sqlite3.connect(path)) as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert "newest" in plan
    assert "TEMP B-TREE" not in plan
