"""What stores of identification in SQL promise beyond their ports: rows, look-ups by an index, crashes, old schemas."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.identification import AgentCount, Application
from linernotes.domain.ids import EntityRef, Kind
from linernotes.stores.sql import Location, open_state
from linernotes.stores.sql.engines import make_engine
from linernotes.stores.sql.identification import change_log, clients, counts, submissions, tracks, work
from linernotes.stores.sql.identification.sessions import Turn
from linernotes.stores.sql.identification.sqlite_sessions import SqliteSessions
from linernotes.stores.sql.location import is_server
from linernotes.stores.sql.opening import upgrade
from tests.contracts.identification_worlds import (
    NOW,
    PUID,
    SONG,
    WORDS,
    A,
    World,
    import_all,
    import_one,
    opened_world,
    said,
)

LATER = NOW + 5000
FOUND_BY_AN_INDEX = {
    name: getattr(module, name)
    for module, names in (
        (
            tracks,
            ["FINGERPRINTS", "FINGERPRINTS_OF", "DURATIONS", "LINKS", "TRACKS_WITH", "METADATA", "BY_GID", "BY_ID"],
        ),
        (work, ["PENDING", "META", "FOREIGN_ID", "SOURCE", "COUNT_FINGERPRINT", "IMPORTED", "REJECTED", "FAILED"]),
        (submissions, ["KNOWN", "STATUSES", "OLDEST", "WAITING", "COUNT"]),
        (change_log, ["CHANGES"]),
        (clients, ["APPLICATION", "ACCOUNT", "ACCOUNT_OF", "SET_ACTIVE", "SET_ACTIVE_OF", "SET_ACCOUNT_KEY"]),
        (counts, ["LOOKUPS"]),
    )
    for name in names
}
# What is small by its nature, or wanted whole.
SCANNED = {"chosen", "walk", "(subquery-3)"}


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with opened_world(request.param, tmp_path, request) as one:
        yield one


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return tmp_path / "state.sqlite"


@pytest.mark.parametrize("name", FOUND_BY_AN_INDEX)
def test_an_index_finds_what_is_asked(tmp_path: Path, name: str) -> None:
    upgrade(tmp_path / "state.sqlite")
    statement = FOUND_BY_AN_INDEX[name].replace("{among}", "IN (?, ?, ?)")
    values = [None] * statement.count("?")
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    scans = [step for step in plan if step.startswith("SCAN") and step.split()[1] not in SCANNED]
    assert [step for step in scans if "acoustid_submission_pending" not in step] == []
    assert any(step.startswith("SEARCH") for step in plan) or scans


def test_what_is_read_in_order_is_not_sorted(tmp_path: Path) -> None:
    upgrade(tmp_path / "state.sqlite")
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as connection:
        asked = ((work.PENDING, (0, 9, 9)), (submissions.OLDEST, (1, 1)), (change_log.CHANGES, (0, 9)))
        for statement, values in asked:
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values))
            assert "TEMP B-TREE" not in plan
            assert "acoustid_submission_pending" in plan or "PRIMARY KEY" in plan


def test_every_mutation_says_when(world: World) -> None:
    whole = {"puid": PUID, "metadata": SONG, "foreign_id": "foo:1"}
    [(track, fingerprint)] = import_all(world, said(b"1", bitrate=320, file_format="MP3", **whole))
    names = ("track_mbid", "track_puid", "track_meta", "track_foreignid")
    look = "SELECT submission_count, created, updated FROM acoustid_"
    assert [world.ask(look + name) for name in names] == [[(1, NOW, None)]] * 4
    assert world.ask("SELECT created, updated, new_id FROM acoustid_track") == [(NOW, None, None)]
    world.submissions.add([said(b"2", **whole)], now=LATER)
    with world.submissions.work() as again:
        [one] = again.pending(limit=1)
        again.count_fingerprint(fingerprint, now=LATER)
        again.link(one, track, now=LATER)
        again.imported(one, fingerprint=fingerprint, track=track, now=LATER)
    assert [world.ask(look + name) for name in names] == [[(2, NOW, LATER)]] * 4
    assert world.ask("SELECT submission_count, bitrate, format, created, updated FROM acoustid_fingerprint") == [
        (2, 320, "MP3", NOW, LATER)
    ]


def test_a_submission_is_kept_for_ever_with_its_source_and_what_became_of_it(world: World) -> None:
    [(track, fingerprint)] = import_all(world, said(account=3, application=4, application_version="5"))
    [(source, *became)] = world.ask("SELECT source, fingerprint, track, handled_at, words FROM acoustid_submission")
    assert became == [fingerprint, track, NOW, WORDS]
    assert world.ask("SELECT account, application, version FROM acoustid_source WHERE id = ?", source) == [(3, 4, "5")]
    world.submissions.add([said(b"2")], now=NOW)
    with world.submissions.work() as more:
        more.rejected(more.pending(limit=1)[0], reason="no", now=LATER)
    assert world.ask("SELECT handled_at, track FROM acoustid_submission WHERE state = 'rejected'") == [(LATER, None)]


def test_equal_metadata_are_one_row_under_acoustids_uuid(world: World) -> None:
    import_all(world, said(b"1", metadata=SONG), said(b"2", metadata=SONG))
    assert world.ask("SELECT gid FROM acoustid_meta") == [(SONG.gid.bytes,)]


def test_user_agents_are_counted_apart_as_far_as_they_can_be_kept(world: World) -> None:
    world.clients.add_application(Application(id=0, name="x"), b"k")
    for agent in ("a", "a", "b", "a\0", "\ud800", "x" * 9999):
        world.counts.add_agents([AgentCount(1, "2026-11-21", agent, "::1", 2)])
    found = world.ask("SELECT user_agent, count FROM acoustid_stats_user_agents ORDER BY user_agent")
    assert found == [("?", 2), ("a", 6), ("b", 2), ("x" * 500, 2)]


def test_words_are_not_compressed_again_on_a_server(postgres_url: str) -> None:
    upgrade(postgres_url)
    engine = make_engine(postgres_url)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'words' AND attstorage = 'e'")
        )
        assert sorted(found.scalars()) == ["acoustid_fingerprint", "acoustid_submission"]
    engine.dispose()


def test_what_the_schema_before_held_is_kept(where: Location) -> None:
    from linernotes.stores.sql.migrations import run as migrate

    engine = make_engine(where)
    with engine.begin() as connection:
        if is_server(where):
            connection.execute(text("CREATE SCHEMA linernotes_state"))
        migrate(connection, "0002")
        connection.execute(text(f"INSERT INTO change VALUES ('artist', '{A}', 10, 'asked for')"))
        connection.execute(text("UPDATE counter SET value = 7"))
    engine.dispose()
    upgrade(where)
    with closing(open_state(where)) as state:
        assert [one.mbid for one in state.marked_since(Kind.ARTIST, 0, 10)] == [A]
        assert state.overlay.generation() == 7
        assert state.submissions.add([said()], now=NOW)[0].id == 1


def test_a_lock_that_does_not_come_free_is_a_fault_not_an_answer(postgres_url: str) -> None:
    upgrade(postgres_url)
    impatient = open_state(postgres_url + "?options=-clock_timeout%3D50ms")
    with closing(impatient), impatient.submissions.work() as first:
        with pytest.raises(Unavailable, match="lock timeout"), impatient.submissions.work():
            pass
        assert first.pending(limit=1) == []
    with impatient.submissions.work() as again:
        assert again.pending(limit=1) == []
    impatient.close()


def test_submitting_goes_on_while_a_server_imports(postgres_url: str) -> None:
    upgrade(postgres_url)
    with closing(open_state(postgres_url)) as state, state.submissions.work() as importing:
        assert state.submissions.add([said()], now=NOW)[0].id == 1
        assert len(importing.pending(limit=5)) == 1


def test_reads_and_writes_outlive_a_restart_of_the_server(postgres_url: str) -> None:
    upgrade(postgres_url)
    with closing(open_state(postgres_url)) as state:
        state.submissions.add([said(b"1")], now=NOW)
        for again in (state.submissions.waiting, lambda: state.submissions.add([said(b"1")], now=NOW)):
            with state.engine.connect() as connection:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                         " AND datname = current_database()")
                )  # fmt: skip
            assert again()
        assert state.submissions.waiting() == 1


@pytest.mark.parametrize("value", [1 << 63, 1 << 80, "half \ud800"])
def test_a_value_that_no_check_caught_is_invalid_and_undone(world: World, value: object) -> None:
    with pytest.raises(Invalid):
        world.change("INSERT INTO acoustid_stats (name, date, value) VALUES ('x', ?, ?)", str(value)[:4], value)
    assert world.ask("SELECT count(*) FROM acoustid_stats") == [(0,)]


def test_a_session_serves_again_after_work_that_failed(world: World) -> None:
    for _ in range(3):
        with pytest.raises(Invalid), world.submissions.work() as failing:
            failing.new_track(now=1 << 80)
        import_all(world, said(b"1"))
    assert world.counts.totals()["track"] == 1


def test_what_a_server_has_given_up_is_not_taken_for_kept(postgres_url: str) -> None:
    upgrade(postgres_url)
    with closing(open_state(postgres_url)) as state:
        with pytest.raises(Unavailable, match="undone"), state.sessions.writing(Turn.COUNTS) as session:  # noqa: PT012 - told at the end
            session.tell("INSERT INTO acoustid_stats (name, date, value) VALUES ('x', '2026-11-21', 1)")
            with suppress(Unavailable):
                session.ask("SELECT 1 / (SELECT 0 FROM no_such_table)")
        assert World(state).ask("SELECT count(*) FROM acoustid_stats") == [(0,)]


def test_what_a_file_has_given_up_is_not_gone_on_with(tmp_path: Path) -> None:
    with closing(open_state(tmp_path / "state.sqlite")) as state:
        insert = "INSERT INTO acoustid_stats (name, date, value) VALUES ('x', ?, 1)"
        with pytest.raises(Unavailable, match="undone"), state.sessions.writing(Turn.COUNTS) as session:  # noqa: PT012 - told at the end
            session.tell(insert, ("2026-11-21",))
            session.tell("ROLLBACK")  # as SQLite does of its own accord
            with suppress(Unavailable):
                session.tell(insert, ("2026-11-22",))
        assert World(state).ask("SELECT count(*) FROM acoustid_stats") == [(0,)]


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    sessions = SqliteSessions(path=str(tmp_path / "none" / "state.sqlite"))
    with pytest.raises(Unavailable):
        sessions.read(lambda session: session.ask("SELECT 1"))
    with pytest.raises(Unavailable), sessions.writing(Turn.IMPORT):
        pass


KILLED = """
import sys
from pathlib import Path
from linernotes.stores.sql import open_state
from tests.contracts.identification_worlds import import_one, said, NOW
state = open_state(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]))
for n in range(10_000):
    state.submissions.add([said(n.to_bytes(4, "big"))], now=NOW)
    with state.submissions.work() as work:
        for one in work.pending(limit=1):
            import_one(work, one)
            print("within", flush=True)
    print(n, flush=True)
"""


def test_a_process_that_is_killed_leaves_nothing_half_done(where: Location, repository: Path) -> None:
    upgrade(where)
    acknowledged = -1
    for imports in (1, 4, 9):
        code = [sys.executable, "-c", KILLED, str(where)]
        with subprocess.Popen(code, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
            assert process.stdout is not None
            seen = 0
            while seen < imports:
                line = process.stdout.readline()
                assert line
                if line == "within\n":
                    seen += 1
                else:
                    acknowledged = max(acknowledged, int(line))
            process.send_signal(signal.SIGKILL)
        _check_whole(where, acknowledged)


def _check_whole(where: Location, acknowledged: int) -> None:
    with closing(open_state(where)) as state, state.submissions.work():  # after whatever the server still undoes
        totals = state.counts.totals()
        done = totals["submission"] - totals["submission_waiting"]
        assert done > acknowledged
        assert totals["submission_waiting"] <= 1
        assert [totals[name] for name in ("track", "fingerprint", "track_mbid")] == [done] * 3
        lines = state.change_log.changes(0, limit=10_000)
        assert len(lines) == len({line.fingerprint for line in lines}) == done
        linked = World(state).ask("SELECT submission_count FROM acoustid_track_mbid")
        assert linked == [(1,)] * done


def test_marks_and_imports_of_one_file_wait_for_each_other(tmp_path: Path) -> None:
    with closing(open_state(tmp_path / "state.sqlite")) as state:
        state.submissions.add([said()], now=NOW)
        with state.submissions.work() as first:
            import_one(first, first.pending(limit=1)[0])
        state.mark([EntityRef(Kind.RECORDING, A)], changed_at=1, reason="asked for")
        assert state.submissions.waiting() == 0
