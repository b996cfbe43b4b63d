"""Builds on PostgreSQL under trouble: swapped while they are read, servers that go away, URLs that are none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
import pytest

from linernotes.domain.errors import Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.domain.ids import EntityRef, Kind
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.arrays import mbid_array, raw_array
from linernotes.stores.postgres.builds import PostgresBuilds
from linernotes.stores.postgres.catalogue import url_key
from linernotes.stores.postgres.database import FAILURE_SECONDS
from linernotes.stores.postgres.documents import Packer, Unpacker
from linernotes.stores.postgres.faults import place_of
from linernotes.stores.postgres.schema import schema_name
from tests.contracts.catalogues import fill_postgres
from tests.contracts.world import ALPHA, BETA, FULL, WORLD, mbid
from tests.services import PostgresServer, running_postgres


@pytest.fixture
def builds(postgres_url: str, tmp_path: Path) -> Iterator[PostgresBuilds]:
    """A database with a live build of the world."""
    with closing(fill_postgres(WORLD, tmp_path, postgres_url)) as filled:
        yield filled


def next_world(number: int):
    """Return the world as another build."""
    return msgspec.structs.replace(WORLD, info=msgspec.structs.replace(WORLD.info, build_id=f"build-{number}"))


def test_builds_are_swapped_under_readers_without_a_failed_read(builds, postgres_url, tmp_path):
    stopped = threading.Event()

    def read() -> set[str]:
        seen = set()
        while not stopped.is_set():
            build_id = builds.live_id()
            snapshot = builds.open(build_id)
            assert snapshot.artists([ALPHA.mbid]) == [ALPHA]
            assert snapshot.discography(ALPHA.mbid)
            seen.add(build_id)
        return seen

    with ThreadPoolExecutor(3) as threads:
        reading = [threads.submit(read) for _ in range(3)]
        for number in range(3):
            fill_postgres(next_world(number), tmp_path, postgres_url).close()
        stopped.set()
        seen = set.union(*(one.result() for one in reading))
    assert builds.live_id() == "build-2"
    assert len(seen) > 1
    assert builds.builds() == [("build-1", "old"), ("build-2", "live")]


def test_a_snapshot_whose_build_was_dropped_is_unavailable_and_not_empty(builds, postgres_url, tmp_path):
    snapshot = builds.open(WORLD.info.build_id)
    for number in range(2):
        fill_postgres(next_world(number), tmp_path, postgres_url).close()
    with pytest.raises(Unavailable):
        snapshot.artists([ALPHA.mbid])


def test_many_threads_read_at_once_through_few_connections(postgres_url, builds):
    with closing(PostgresBuilds(Secret(postgres_url), connections=2)) as few, ThreadPoolExecutor(8) as threads:
        snapshot = few.open(WORLD.info.build_id)
        wanted = snapshot.releases_of([FULL.mbid])
        assert wanted[0]
        assert all(found == wanted for found in threads.map(lambda _: snapshot.releases_of([FULL.mbid]), range(200)))


def test_when_every_connection_is_taken_the_caller_is_told_when_to_come_back(postgres_url, builds):
    with closing(PostgresBuilds(Secret(postgres_url), connections=1, wait_seconds=0.1)) as busy:
        snapshot = busy.open(WORLD.info.build_id)
        with psycopg.connect(postgres_url) as blocker, ThreadPoolExecutor(1) as threads:
            blocker.execute(f"LOCK TABLE {schema_name(WORLD.info.build_id)}.artist")
            waiting = threads.submit(snapshot.artists, [ALPHA.mbid])
            while not blocker.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]:
                pass
            with pytest.raises(Unavailable) as caught:
                snapshot.artists([BETA.mbid])
            blocker.rollback()
            assert waiting.result() == [ALPHA]
    assert caught.value.retry_after


def test_a_server_that_crashes_and_comes_back_is_used_again(postgres_server: PostgresServer, tmp_path):
    with (
        running_postgres(postgres_server.programs, careful=False) as server,
        closing(fill_postgres(WORLD, tmp_path, server.url())) as builds,
    ):
        snapshot = builds.open(WORLD.info.build_id)
        assert snapshot.artists([ALPHA.mbid]) == [ALPHA]
        server.crash()
        for _ in range(3):
            with pytest.raises(Unavailable, match="refused") as caught:
                snapshot.artists([ALPHA.mbid])
            assert caught.value.retry_after
        server.start()
        time.sleep(FAILURE_SECONDS)
        assert snapshot.artists([ALPHA.mbid]) == [ALPHA]
        server.stop()
        server.start()
        # A restart while nobody asked is not noticed at all, by however many ask at once.
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _: snapshot.artists([ALPHA.mbid]), range(50))) == [[ALPHA]] * 50


PASSWORD = "hush-hush"
BAD_URLS = ("", f"mysql://u:{PASSWORD}@h/d", f"host=h password={PASSWORD}", f"postgresql://u:{PASSWORD}%zz@h/d",
            f"postgresql://u:{PASSWORD}@h:port/d?nonsense={PASSWORD}")  # fmt: skip


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_url_is_refused_without_being_repeated(url):
    with pytest.raises(Invalid) as caught:
        PostgresBuilds(Secret(url))
    assert PASSWORD not in whole(caught.value)
    assert "postgresql://" in caught.value.hint


def test_a_server_that_is_not_there_is_named_without_the_password():
    with closing(PostgresBuilds(Secret(f"postgresql://someone:{PASSWORD}@127.0.0.1:1/music"))) as builds:
        with pytest.raises(Unavailable) as caught:
            builds.live_id()
        with pytest.raises(Unavailable), builds.importing():
            pass
    assert "127.0.0.1:1/music" in caught.value.message
    assert "running" in caught.value.hint
    assert PASSWORD not in whole(caught.value)


def test_a_database_that_is_not_there_is_named(postgres_server: PostgresServer):
    url = Secret(postgres_server.url("nowhere"))
    with closing(PostgresBuilds(url)) as builds, pytest.raises(Unavailable, match="nowhere"):
        builds.live_id()


def whole(error: BaseException | None) -> str:
    """Return all that a traceback would show of an error."""
    said = ""
    while error is not None:
        hint = error.hint if isinstance(error, LinernotesError) else ""
        said += f"{error!r} {error} {hint}\n"
        error = error.__cause__ or error.__context__
    return said


def test_places_are_told_without_user_and_password():
    assert place_of(Secret(f"postgresql://u:{PASSWORD}@db.example:6432/music")) == "db.example:6432/music"
    assert place_of(Secret("postgres:///music")) == "local socket:5432/music"


def test_a_build_of_another_format_asks_for_an_import(builds, postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE linernotes_catalogue.build SET format = 99")
    with pytest.raises(Unavailable, match="format 99") as caught:
        builds.open(WORLD.info.build_id)
    assert "linernotes import" in caught.value.hint
    assert builds.usable() is None


def test_a_live_build_that_is_damaged_is_not_in_the_way_of_an_import(builds, postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"DROP TABLE {schema_name(WORLD.info.build_id)}.artist")
    assert builds.usable() is None


def test_a_row_that_makes_no_sense_is_corrupt(builds, postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE linernotes_catalogue.build SET info = '{}'")
    with pytest.raises(Corrupt):
        builds.live_id()


def test_a_damaged_document_is_an_error_and_never_another_answer(builds, postgres_url):
    snapshot = builds.open(WORLD.info.build_id)
    for damage in (b"", b"\0", b"\1oops", b"\7x", b"\0\xc1"):
        with psycopg.connect(postgres_url) as connection:
            connection.execute(f"UPDATE {schema_name(WORLD.info.build_id)}.artist SET doc = %s", [damage])
        with pytest.raises(Corrupt):
            snapshot.artists([ALPHA.mbid])


def test_two_urls_with_one_key_are_told_apart(builds, postgres_url):
    asked = "https://elsewhere.example/"
    with psycopg.connect(postgres_url) as connection:
        statement = f"INSERT INTO {schema_name(WORLD.info.build_id)}.artist_url VALUES (%s, %s::uuid)"
        connection.execute(statement, [url_key(asked), ALPHA.mbid])
    snapshot = builds.open(WORLD.info.build_id)
    assert snapshot.by_url([asked]) == [()]
    own = ALPHA.links[0].url
    assert EntityRef(Kind.ARTIST, ALPHA.mbid) in snapshot.by_url([own, asked])[0]


def test_a_batch_of_hundreds_is_answered_in_order(builds):
    snapshot = builds.open(WORLD.info.build_id)
    asked = [mbid(f"nobody {number}") if number % 3 else ALPHA.mbid for number in range(500)]
    assert snapshot.artists(asked) == [None if number % 3 else ALPHA for number in range(500)]


def test_arrays_are_as_postgresql_reads_them(postgres_url):
    mbids = [mbid("one"), mbid("two")]
    with psycopg.connect(postgres_url) as connection:
        for given in ([], mbids):
            told = connection.execute("SELECT uuid_send(u) FROM unnest(%s::uuid[]) u", [given]).fetchall()
            assert mbid_array(given) == raw_array([value for (value,) in told])
            copied = bytes(mbid_array(given))
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (value uuid[])")
            with connection.cursor() as cursor, cursor.copy("COPY kept FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["bytea"])
                copy.write_row([copied])
            [kept] = connection.execute("DELETE FROM kept RETURNING value::text[]").fetchone()
            assert kept == given


@pytest.mark.parametrize("value", ["x", "long " * 1000])
def test_documents_come_out_as_they_went_in(value):
    packed = Packer()(value)
    assert Unpacker()(msgspec.msgpack.Decoder(str).decode, packed) == value
    assert len(packed) < 100


def test_schemas_are_named_so_that_any_build_id_is_safe():
    assert schema_name('2026-"x"; DROP') == "catalogue_2026__x___drop"
    assert len(schema_name("x" * 200)) == 63
