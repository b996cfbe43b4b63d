"""`linernotes db`, told as a person would use it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from linernotes import __version__
from linernotes.stores.sql.revisions import HEAD, REVISIONS
from tests.conftest import RunCommand


def test_current_before_and_after_upgrade(linernotes: RunCommand, tmp_path: Path) -> None:
    assert linernotes("--data", "d", "db", "current").out == f"d/state.sqlite: none yet (newest is {HEAD})\n"
    assert not (tmp_path / "d").exists()
    assert linernotes("--data", "d", "db", "upgrade").out == f"d/state.sqlite: applied {', '.join(REVISIONS)}\n"
    assert linernotes("--data", "d", "db", "upgrade").out == "d/state.sqlite: up to date\n"
    assert json.loads(linernotes("--data", "d", "db", "current", "--json").out) == {
        "path": "d/state.sqlite", "revision": HEAD, "head": HEAD, "pending": [],
    }  # fmt: skip


def test_a_dry_upgrade_makes_nothing(linernotes: RunCommand, tmp_path: Path) -> None:
    outcome = linernotes("--data", "d", "db", "upgrade", "--dry-run", "--json")
    assert json.loads(outcome.out) == {"path": "d/state.sqlite", "dry_run": True, "applied": list(REVISIONS)}
    assert not (tmp_path / "d").exists()


def test_a_backup_is_one_whole_database(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    outcome = linernotes("--data", "d", "db", "backup", "safe/copy.sqlite", "--json")
    assert json.loads(outcome.out)["bytes"] == (tmp_path / "safe/copy.sqlite").stat().st_size
    with closing(sqlite3.connect(tmp_path / "safe/copy.sqlite")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    assert [file.name for file in (tmp_path / "safe").iterdir()] == ["copy.sqlite"]


def test_a_dry_backup_writes_nothing(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    assert linernotes("--data", "d", "db", "backup", "copy.sqlite", "--dry-run").out.startswith("would copy ")
    assert not (tmp_path / "copy.sqlite").exists()


def test_a_backup_overwrites_nothing(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    (tmp_path / "copy.sqlite").write_text("precious")
    outcome = linernotes("--data", "d", "db", "backup", "copy.sqlite")
    assert outcome.code == 1
    assert outcome.err.startswith("error: copy.sqlite is there already\n")
    assert (tmp_path / "copy.sqlite").read_text() == "precious"


def test_a_backup_of_nothing_says_so(linernotes: RunCommand) -> None:
    outcome = linernotes("--data", "d", "db", "backup", "copy.sqlite")
    assert outcome.code == 1
    assert outcome.err.startswith("error: there is no state database at d/state.sqlite\n")


def test_only_what_is_labelled_so_is_applied(linernotes: RunCommand) -> None:
    assert linernotes("--data", "d", "db", "upgrade", "--only", "pre").out.startswith("d/state.sqlite: applied 0001")
    outcome = linernotes("--data", "d", "db", "upgrade", "--only", "post", "--dry-run")
    assert (outcome.code, outcome.out) == (0, "d/state.sqlite: nothing labelled post is left\n")
    assert linernotes("--data", "d", "db", "upgrade", "--only", "soon").code == 2


def test_this_version_can_run_before_and_after_the_upgrade(linernotes: RunCommand) -> None:
    version = f"linernotes {__version__}"
    told = linernotes("--data", "d", "db", "downgrade-check")
    assert (told.code, told.out) == (0, f"{version} can run: there is no schema at d/state.sqlite yet\n")
    linernotes("--data", "d", "db", "upgrade")
    told = linernotes("--data", "d", "db", "downgrade-check", __version__)
    assert (told.code, told.out) == (0, f"{version} can run on schema {HEAD} of d/state.sqlite\n")
    assert json.loads(linernotes("--data", "d", "db", "downgrade-check", "--json").out) == {
        "path": "d/state.sqlite", "revision": HEAD, "version": __version__, "runs": True,
    }  # fmt: skip


def test_a_version_that_nobody_knows_is_refused(linernotes: RunCommand) -> None:
    told = linernotes("--data", "d", "db", "downgrade-check", "9.9.9")
    assert told.code == 1
    assert told.err.startswith("error: linernotes 9.9.9 is not known here\nhint: Known are ")


def test_no_version_can_run_on_a_schema_of_the_future(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "d/state.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for words in (["current"], ["upgrade"], ["downgrade-check"]):
        told = linernotes("--data", "d", "db", *words)
        assert told.code == 1
        assert "has schema 9999, which this version does not know" in told.err


def test_a_folder_that_cannot_be_written_is_named(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    (tmp_path / "file").write_text("")
    told = linernotes("--data", "d", "db", "backup", "file/copy.sqlite")
    assert told.code == 1
    assert told.err.startswith("error: file/copy.sqlite cannot be written: ")
    long = "x" * 250
    assert linernotes("--data", "d", "db", "backup", long).err.startswith(f"error: {long} cannot be written: File name")


def test_a_damaged_database_is_not_blamed_on_the_target(linernotes: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/state.sqlite").write_bytes(b"this is a letter to my grandmother\n" * 100)
    told = linernotes("--data", "d", "db", "backup", "copy.sqlite")
    assert told.err.startswith("error: the state database is damaged: ")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == []


def test_a_server_is_upgraded_and_inspected_as_a_file_is(
    linernotes: RunCommand, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_DATABASE", postgres_url.replace("linernotes@", "linernotes:hush@"))
    assert linernotes("db", "current").out == f"{postgres_url}: none yet (newest is {HEAD})\n"
    assert linernotes("db", "upgrade").out == f"{postgres_url}: applied {', '.join(REVISIONS)}\n"
    assert linernotes("db", "upgrade").out == f"{postgres_url}: up to date\n"
    assert linernotes("db", "current", "--json").out.count("hush") == 0
    assert linernotes("db", "downgrade-check").code == 0
    told = linernotes("db", "backup", "copy.sqlite")
    assert told.code == 1
    assert "pg_dump --schema=linernotes_state" in told.err
