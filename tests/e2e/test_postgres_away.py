"""A PostgreSQL that goes away and comes back, and one that does not let us in: no wrong answer, no password shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.e2e.conftest import free_port, until
from tests.e2e.machines import Artists, Machine, artist, put_refreshes, waiting
from tests.providers.serving import serving
from tests.services import PostgresServer, running_postgres

PASSWORD = "kept/to@yourself"
WRONG = "gues5ed"
USER = "guarded"


@pytest.fixture(scope="module")
def own_server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A server of these tests' own, which one may stop; one of its users has a password."""
    with running_postgres(postgres_server.programs, careful=False) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(USER), sql.Literal(PASSWORD))
            connection.execute(made)
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(USER)))
            [rules] = connection.execute("SHOW hba_file").fetchone()
            Path(rules).write_text(f"host all {USER} all scram-sha-256\nhost all all all trust\n")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def url_of(server: PostgresServer, password: str) -> str:
    return f"postgresql://{USER}:{password.replace('/', '%2F').replace('@', '%40')}@127.0.0.1:{server.port}/{USER}"


@pytest.mark.slow
def test_while_postgresql_is_away_the_answer_is_503_and_after_it_is_right_again(
    own_server: PostgresServer, samples: list[Path], tmp_path: Path
) -> None:
    url = url_of(own_server, PASSWORD)
    source = Artists(40)
    first, *later = source.mbids
    with serving(source) as web:
        machine = Machine(tmp_path / "one", url, web)
        machine.load(samples[0])
        with machine.serving() as server, machine.working() as worker:
            assert artist(server, first).status == 200
            own_server.stop()
            for path in (f"/v1/artists/{later[0]}", f"/v1/artists/{first}", f"/api/v0.4/artist/{later[1]}"):
                answer = server.ask(path)
                if answer.status == 200:
                    # What was answered a moment ago may be answered from memory.
                    assert answer.json["mbid"] == first
                    continue
                assert answer.status == 503, path
                assert answer.headers["content-type"].partition(";")[0] in {
                    "application/json",
                    "application/problem+json",
                }
                assert answer.json.get("detail") or answer.json.get("error")
            assert server.ask("/health/live").status == 200
            ready = server.ask("/health/ready")
            assert ready.status == 503
            assert ready.json["checks"]["state"]["status"] == "failed"
            assert source.counts.keys() == {first}
            own_server.start()
            until(lambda: server.ask("/health/ready").status == 200)
            until(lambda: artist(server, later[0]).status == 200)  # for half a second nobody tried again
            put_refreshes(url, later[:20])
            answers = [artist(server, mbid) for mbid in later]
            assert [answer.body for answer in answers if answer.status != 200] == []
            until(lambda: not waiting(url))
            assert worker.poll() is None
            code, log = server.stop()
    assert code == 0
    assert "Traceback" not in log
    told = log + (tmp_path / "one-worker.log").read_text()
    assert "PostgreSQL" in told
    assert not shown(told)


def test_a_database_that_does_not_answer_holds_up_nothing_else(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(2)
    with serving(source) as web, Machine(tmp_path / "one", postgres_url, web).serving() as server:
        with psycopg.connect(postgres_url) as connection, ThreadPoolExecutor() as people:
            connection.execute("LOCK TABLE linernotes_state.fact, linernotes_state.api_key")
            waiting_ones = [people.submit(artist, server, mbid) for mbid in source.mbids]
            until(lambda: blocked(postgres_url))
            for _ in range(3):
                assert server.ask("/health/live").status == 200
            assert not any(each.done() for each in waiting_ones)
            connection.rollback()
        assert [each.result().status for each in waiting_ones] == [200, 200]


@pytest.mark.slow
@pytest.mark.parametrize("why", ["it is wrong", "nobody is there"])
def test_a_password_is_never_shown(own_server: PostgresServer, samples: list[Path], tmp_path: Path, why: str) -> None:
    machine = Machine(tmp_path / "one", url_of(own_server, WRONG))
    commands = [
        ["serve", "--port", free_port()],
        ["worker"],
        ["import", samples[0]],
        ["info"],
        ["doctor"],
        ["db", "upgrade"],
        ["jobs", "counts"],
    ]
    with contextlib.ExitStack() as stack:
        if why == "nobody is there":
            stack.callback(own_server.start)
            own_server.stop()
        for command in commands:
            refused = machine.run("--debug", *command)
            assert refused.returncode == 1, command
            assert str(own_server.port) in refused.stderr + refused.stdout
            assert not shown(refused.stdout + refused.stderr)
    assert not shown(machine.run("config", "show").stdout)


def blocked(url: str) -> bool:
    """Whether somebody waits for a lock."""
    with psycopg.connect(url) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall())


def shown(text: str) -> bool:
    """Whether a password, or the encoded piece of one, is in a text."""
    return any(word in text for word in (WRONG, PASSWORD, "kept%2Fto", "yourself"))
