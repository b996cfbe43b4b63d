"""The command line from an empty folder to a checked catalogue, in the order in which a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import RunCommand


def test_from_nothing_to_a_catalogue_that_can_be_searched(linernotes: RunCommand, tmp_path: Path) -> None:
    refused = linernotes("--data", "d", "search", "love")
    assert (refused.code, refused.out) == (1, "")
    assert "linernotes import" in refused.err

    assert linernotes("sample", "--scale", "0.0003", "--seed", "7", "--out", "dump").code == 0
    names = {file.name for file in (tmp_path / "dump").iterdir()}
    assert {"mbdump.tar.bz2", "mbdump-derived.tar.bz2", "mbdump-cover-art-archive.tar.bz2"} <= names

    planned = json.loads(linernotes("--data", "d", "import", "dump", "--dry-run", "--json").out)
    assert planned["schema_sequence"] == 31
    assert linernotes("--data", "d", "info").code == 1

    told = json.loads(linernotes("--data", "d", "import", "dump", "--json").out)
    known = json.loads(linernotes("--data", "d", "info", "--json").out)
    assert known["build"] == told["build_id"]
    assert known["counts"]["artist"] == told["counts"]["artist"] > 0
    assert set(known["layers"]) == {"core", "derived", "cover-art"}

    examined = json.loads(linernotes("--data", "d", "doctor", "--json").out)
    assert examined["level"] == "ok"

    found = json.loads(linernotes("--data", "d", "search", "various artists", "--json").out)
    assert "various artists" in json.dumps(found).lower()


def test_the_core_archive_alone_is_enough_and_says_so(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("sample", "--scale", "0.0003", "--seed", "7", "--out", "dump")
    assert linernotes("--data", "d", "import", tmp_path / "dump" / "mbdump.tar.bz2").code == 0
    assert json.loads(linernotes("--data", "d", "info", "--json").out)["layers"] == {"core": "CC0 1.0"}


def test_a_backup_of_the_state_can_take_its_place(linernotes: RunCommand, tmp_path: Path) -> None:
    linernotes("--data", "d", "db", "upgrade")
    assert linernotes("--data", "d", "db", "backup", "safe.sqlite").code == 0
    (tmp_path / "d" / "state.sqlite").write_bytes(b"damaged" * 1000)
    assert linernotes("--data", "d", "db", "current").code == 1
    for name in ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"):
        (tmp_path / "d" / name).unlink(missing_ok=True)
    (tmp_path / "safe.sqlite").rename(tmp_path / "d" / "state.sqlite")
    assert linernotes("--data", "d", "db", "upgrade").out == "d/state.sqlite: up to date\n"
