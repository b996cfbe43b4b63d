"""How the overlay lies in SQL, and how reading it goes on when something is damaged, busy or gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from linernotes.domain.entities import AlbumSummary, Artist, Link
from linernotes.domain.errors import Conflict, Corrupt, Invalid, Unavailable
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.keys import Scope, new_key
from linernotes.domain.traces import Scheme
from linernotes.stores.sql import SqlState, open_state
from linernotes.stores.sql.engines import writing
from linernotes.stores.sql.idle import Idle
from linernotes.stores.sql.sqlite_reading import FACT, NAME

A = MBID("aaaaaaaa-0000-4000-8000-000000000000")
ASKED = Wanted(Aspect.ARTIST, A)
SAID = Fact(ASKED, Artist(A, "Name", "Name", links=(Link("https://a.example", "x"),)), "mb", 10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[SqlState]:
    with closing(open_state(path)) as opened:
        yield opened


@pytest.fixture
def server(postgres_url: str) -> Iterator[SqlState]:
    with closing(open_state(postgres_url)) as opened:
        yield opened


def test_what_is_large_is_compressed_and_what_is_small_is_not(state: SqlState, path: Path) -> None:
    large = Fact(Wanted(Aspect.DISCOGRAPHY, A), tuple(AlbumSummary(A, f"Album {n}") for n in range(99)), "mb", 1)
    gone = Fact(Wanted(Aspect.LABEL, A), None, "mb", 1)
    state.overlay.keep([SAID, large, gone])
    with closing(sqlite3.connect(path)) as connection:
        documents = dict(connection.execute("SELECT aspect, doc FROM fact").fetchall())
    assert documents["artist"][:1] == b"\0"
    assert documents["discography"][:1] == b"\1"
    assert len(documents["discography"]) < 1000
    assert documents["label"] is None


@pytest.mark.parametrize("document", [b"", b"\0", b"\0\xc1", b"\1\x28\xb5\x2f\xfd", b"\1", b"\0\x91\xa1\xff"])
def test_a_damaged_document_is_corrupt(state: SqlState, document: bytes) -> None:
    state.overlay.keep([SAID])
    with writing(state.engine) as connection:
        connection.execute(text("UPDATE fact SET doc = :doc"), {"doc": document})
    with pytest.raises(Corrupt, match="a kept artist cannot be read"):
        state.overlay.read([ASKED])


def test_what_is_no_text_cannot_be_kept(state: SqlState) -> None:
    with pytest.raises(Invalid, match="artist cannot be kept"):
        state.overlay.keep([Fact(ASKED, Artist(A, "half \ud800", ""), "mb", 10)])
    with pytest.raises(Invalid, match="without zero bytes"):
        state.keys.add(new_key(name="zero\0byte", scopes=(Scope.READ,), now=1)[0])
    for name in ("zero\0byte", "half \ud800", "x" * 3000):
        with pytest.raises(Invalid):
            state.claims.claim(name, owner="a", now=0, until=1)
        with pytest.raises(Invalid):
            state.pace.reserve(name, interval=1, now=0, latest=1)
        state.claims.release(name, owner="a")
        assert not state.claims.held(name, now=0)


def test_what_is_said_again_is_not_written_again_whole(state: SqlState) -> None:
    state.overlay.keep([SAID])
    with writing(state.engine) as connection:
        connection.execute(text("UPDATE fact SET doc = x'00'"))
        connection.execute(text("UPDATE trace SET id = 999"))
    state.overlay.keep([Fact(ASKED, SAID.value, "other", 20)])
    with state.engine.connect() as connection:
        assert connection.execute(text("SELECT doc, source, fetched_at FROM fact")).one() == (b"\0", "other", 20)
        assert connection.execute(text("SELECT id FROM trace")).scalar() == 999


def test_reading_waits_for_no_writer(state: SqlState) -> None:
    state.overlay.keep([SAID])
    with writing(state.engine) as connection:
        connection.execute(text("DELETE FROM fact"))
        assert state.overlay.read([ASKED, ASKED]) == [SAID, SAID]
        assert state.overlay.generation() == 1


def test_a_keep_that_fails_midway_keeps_nothing(state: SqlState) -> None:
    with writing(state.engine) as connection:
        connection.execute(text("CREATE TRIGGER no BEFORE INSERT ON trace BEGIN SELECT raise(ABORT, 'no room'); END"))
    with pytest.raises(Unavailable, match="no room"):
        state.overlay.keep([Fact(Wanted(Aspect.LABEL, A), None, "mb", 1), SAID])
    assert state.overlay.read([Wanted(Aspect.LABEL, A), ASKED]) == [None, None]
    assert state.overlay.generation() == 0


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (FACT, "sqlite_autoindex_fact_1"),
        (NAME, "COVERING INDEX trace_name"),
        ("SELECT * FROM fact WHERE missing IS 0 AND fetched_at < ? ORDER BY fetched_at LIMIT ?", "fact_oldest"),
        ("DELETE FROM trace WHERE aspect = ? AND owner IN (?)", "trace_owner"),
    ],
)
def test_an_index_serves_every_question(state: SqlState, path: Path, query: str, index: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", (1, 2)))
    assert index in plan
    assert "SCAN" not in plan


def test_a_file_that_went_away_is_unavailable(state: SqlState, path: Path) -> None:
    state.engine.dispose()
    path.rename(path.with_name("elsewhere"))
    path.mkdir()
    with pytest.raises(Unavailable, match="cannot be used"):
        state.overlay.generation()
    path.rmdir()


def test_reading_goes_on_when_the_server_ended_its_connections(server: SqlState, postgres_url: str) -> None:
    server.overlay.keep([SAID])
    for _ in range(2):
        assert server.overlay.read([ASKED]) == [SAID]
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
    assert server.overlay.generation() == 1
    assert server.overlay.find(Scheme.URL, ["https://a.example"]) == [(EntityRef(Kind.ARTIST, A),)]
    assert server.overlay.forget([ASKED]) == 1


def test_a_table_that_is_gone_is_unavailable_on_a_server_too(server: SqlState) -> None:
    with writing(server.engine) as connection:
        connection.execute(text("DROP TABLE counter"))
    with pytest.raises(Unavailable, match="does not exist"):
        server.overlay.generation()
    with pytest.raises(Unavailable, match="does not exist"):
        server.overlay.keep([SAID])


def test_a_failed_transaction_on_a_server_says_which_key_is_taken(server: SqlState) -> None:
    key, _ = new_key(name="one", scopes=(Scope.READ,), now=1)
    server.keys.add(key)
    with pytest.raises(Conflict, match=key.id):
        server.keys.add(key)


class Line:
    """A connection that counts how many of its kind are open."""

    opened = 0

    def __init__(self) -> None:
        Line.opened += 1

    def close(self) -> None:
        Line.opened -= 1


def test_idle_connections_are_used_again_and_closed_at_the_end() -> None:
    idle = Idle(connect=Line)
    first, second = idle.take(), idle.take()
    idle.give(first)
    assert idle.take() is first
    idle.give(second)
    assert Line.opened == 2
    idle.close()
    assert Line.opened == 1
    idle.give(first)
    assert Line.opened == 0


def test_as_many_connections_are_open_as_were_in_use_at_once(state: SqlState) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: state.overlay.read([ASKED]), range(200)))
    assert 1 <= len(state.overlay._reader._idle._waiting) <= 4
