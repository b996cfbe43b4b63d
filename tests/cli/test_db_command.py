"""`linernotes db`, told as a person would use it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

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
