"""The schema of the state, on both databases: what is migrated, what is refused, and what is never said."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from linernotes import __version__
from linernotes.domain.catalogue import Change
from linernotes.domain.errors import Conflict, Invalid, LinernotesError, Unavailable
from linernotes.domain.facts import Aspect, Wanted
from linernotes.domain.ids import MBID, Kind
from linernotes.domain.secret import Secret
from linernotes.stores.sql import Location, open_state, state_location
from linernotes.stores.sql.engines import make_engine, writing
from linernotes.stores.sql.location import is_server, name_of, server_url
from linernotes.stores.sql.opening import upgrade
from linernotes.stores.sql.revisions import (
    HEAD,
    LABELS,
    PROGRAMS,
    REVISIONS,
    check_program,
    current_revision,
    needed,
    pending,
)

A = MBID("aaaaaaaa-0000-4000-8000-000000000000")
SCHEMAS = {"0001": "pre", "0002": "pre", "0003": "post", "0004": "pre", "0005": "post"}


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return tmp_path / "state.sqlite"


def run(where: Location, *statements: str) -> None:
    engine = make_engine(where)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def at_first_schema(where: Location) -> None:
    """Make a database as the first version left it."""
    from linernotes.stores.sql.migrations import run as migrate

    engine = make_engine(where)
    with engine.begin() as connection:
        if is_server(where):
            connection.execute(text("CREATE SCHEMA linernotes_state"))
        migrate(connection, "0001")
    engine.dispose()
    run(where, f"INSERT INTO change VALUES ('artist', '{A}', 10, 'asked for')")


def test_what_the_first_schema_held_is_kept(where: Location) -> None:
    at_first_schema(where)
    assert current_revision(where) == "0001"
    assert upgrade(where) == REVISIONS[1:]
    with closing(open_state(where)) as state:
        assert state.marked_since(Kind.ARTIST, 0, 10) == [Change(Kind.ARTIST, A, 10)]
        assert state.overlay.generation() == 0


def test_a_file_is_upgraded_as_it_is_opened(tmp_path: Path) -> None:
    at_first_schema(tmp_path / "state.sqlite")
    open_state(tmp_path / "state.sqlite").close()
    assert current_revision(tmp_path / "state.sqlite") == HEAD


def test_a_servers_old_schema_is_refused_with_what_to_run(postgres_url: str) -> None:
    at_first_schema(postgres_url)
    with pytest.raises(Conflict, match="has schema 0001, and this version needs") as caught:
        open_state(postgres_url)
    assert caught.value.hint == "Run `linernotes db upgrade`."
    assert current_revision(postgres_url) == "0001"


def test_a_newer_schema_is_refused_by_all_who_look(where: Location) -> None:
    upgrade(where)
    run(where, "UPDATE alembic_version SET version_num = '9999'")
    looks: list[Callable[[Location], object]] = [open_state, upgrade, current_revision]
    for look in looks:
        with pytest.raises(Conflict, match="has schema 9999, which this version does not know") as caught:
            look(where)
        assert "newer" in caught.value.hint


def test_many_may_open_an_empty_database_at_once(where: Location) -> None:
    with ThreadPoolExecutor(4) as pool:
        for state in pool.map(lambda _: open_state(where), range(4)):
            state.close()
    assert current_revision(where) == HEAD


def test_a_migration_that_fails_leaves_a_server_as_it_was(postgres_url: str) -> None:
    run(postgres_url, "CREATE SCHEMA linernotes_state", "CREATE TABLE linernotes_state.fact (strange int)")
    with pytest.raises(Unavailable, match="already exists"):
        upgrade(postgres_url)
    assert current_revision(postgres_url) is None
    run(postgres_url, "CREATE TABLE linernotes_state.change (free int)")


def test_a_server_that_is_up_to_date_is_opened_without_alembic(postgres_url: str) -> None:
    upgrade(postgres_url)
    code = (
        "import sys; from linernotes.stores.sql import open_state;"
        f"open_state({postgres_url!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_a_file_is_opened_without_the_servers_driver(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from linernotes.stores.sql import open_state;"
        f"open_state(Path({str(tmp_path / 's')!r})).close(); print('psycopg' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_our_tables_lie_in_a_schema_of_their_own(postgres_url: str) -> None:
    upgrade(postgres_url)
    engine = make_engine(postgres_url)
    with engine.connect() as connection:
        schemas = connection.execute(text("SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg|inf)'"))
        assert schemas.scalars().all() == ["linernotes_state"]
    engine.dispose()


def test_nobody_waits_for_a_lock_without_end(postgres_url: str) -> None:
    with closing(open_state(postgres_url + "?options=-clock_timeout%3D50ms")) as state, writing(state.engine) as first:
        first.execute(text("SELECT value FROM counter FOR UPDATE"))
        with pytest.raises(Unavailable, match="lock timeout"):
            state.overlay.forget([Wanted(Aspect.ARTIST, A)])


def test_labels_are_those_of_the_migrations() -> None:
    from alembic.script import ScriptDirectory

    from linernotes.stores.sql.migrations import alembic_config

    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    assert {script.revision: script.module.label for script in scripts} == LABELS
    assert [script.revision for script in scripts if not script.doc.startswith(f"{script.module.label}: ")] == []
    assert PROGRAMS[__version__] == HEAD


def test_pending_are_those_after_a_revision_up_to_the_first_of_another_label() -> None:
    assert pending(None, labels=SCHEMAS) == tuple(SCHEMAS)
    assert pending("0003", labels=SCHEMAS) == ("0004", "0005")
    assert pending(None, "pre", labels=SCHEMAS) == ("0001", "0002")
    assert pending("0002", "post", labels=SCHEMAS) == ("0003",)
    assert pending("0004", "pre", labels=SCHEMAS) == ()
    with pytest.raises(Conflict, match="schema 0003, labelled post, has to come first"):
        pending("0002", "pre", labels=SCHEMAS)


def test_what_runs_after_the_old_code_is_not_needed_to_start() -> None:
    assert needed("0004", labels=SCHEMAS) == ()
    assert needed("0002", labels=SCHEMAS) == ("0003", "0004")
    assert needed("0005", labels=SCHEMAS) == ()


def test_a_version_runs_on_what_it_knows_and_lacks_nothing_of(tmp_path: Path) -> None:
    def can(where: Location, program: str, revision: str | None) -> bool:
        try:
            check_program(where, revision, program, programs={"1": "0002", "2": "0003", "3": "0004"}, labels=SCHEMAS)
        except Conflict:
            return False
        return True

    file, server = tmp_path / "state.sqlite", "postgresql://localhost/db"
    assert [can(server, "1", each) for each in (None, "0001", "0002", "0003")] == [True, False, True, False]
    assert [can(file, "1", each) for each in (None, "0001", "0002", "0003")] == [True, True, True, False]
    assert [can(server, "2", each) for each in ("0002", "0003", "0004")] == [True, True, False]
    assert [can(server, "3", each) for each in ("0002", "0003", "0004")] == [False, False, True]


def test_the_state_is_on_the_server_if_one_is_set(tmp_path: Path) -> None:
    assert state_location(tmp_path, Secret("")) == tmp_path / "state.sqlite"
    assert state_location(tmp_path, Secret("postgresql://h/d")) == "postgresql://h/d"


def test_what_a_url_says_is_kept_and_ours_is_added() -> None:
    url = server_url("postgres://u:p%40w@h:1/d?sslmode=require&connect_timeout=3&options=-cgeqo%3Doff")
    assert url.password == "p@w"
    assert dict(url.query) == {
        "connect_timeout": "3",
        "tcp_user_timeout": "30000",
        "application_name": "linernotes",
        "sslmode": "require",
        "options": url.query["options"],
    }
    assert str(url.query["options"]).endswith("=60s -cgeqo=off -csearch_path=linernotes_state")
    assert name_of("postgresql://u:secret@h:1/d?password=other") == "postgresql://u@h:1/d"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:se%40cret@127.0.0.1:1/d",
        "postgresql://u:se@cret@127.0.0.1:1/d",
        "postgresql://u:cret@127.0.0.1:port/d",
        "postgresql://u:cret@[::1/d",
        "postgresql://127.0.0.1:1/d?password=cret",
        "postgresql://u@127.0.0.1:1/d?sslmode=strange",
        "mysql://u:cret@h/d",
        "cret",
    ],
)
def test_no_error_about_a_url_tells_its_password(url: str) -> None:
    for look in (open_state, upgrade, current_revision):
        with pytest.raises(LinernotesError) as caught:
            look(url)
        assert isinstance(caught.value, Invalid | Unavailable)
        assert caught.value.hint
        told = "".join(traceback.format_exception(caught.value))
        assert "cret" not in told


def test_a_server_that_is_down_is_unavailable_for_now(postgres_url: str) -> None:
    with pytest.raises(Unavailable, match="refused") as caught:
        open_state("postgresql://linernotes@127.0.0.1:1/none")
    assert "PostgreSQL is running" in caught.value.hint
    assert caught.value.retry_after
    with pytest.raises(Unavailable, match="does not exist"):
        open_state(postgres_url + "_none")
