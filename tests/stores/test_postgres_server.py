"""The server that the tests start is a real one, and each test has a database of its own."""

from __future__ import annotations

import psycopg
import pytest

from tests.services import PostgresServer, find_postgres, fresh_database, running_postgres


def test_a_database_is_empty_and_gone_after(postgres_server: PostgresServer):
    with fresh_database(postgres_server) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_what_was_committed_survives_a_crash(postgres_server: PostgresServer):
    with running_postgres(postgres_server.programs) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
        server.crash()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url())
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (1,)


def test_a_folder_without_a_server_says_why(tmp_path):
    assert "no PostgreSQL server program" in find_postgres(str(tmp_path)).reason
