"""Whatever is wrong with a dump or stops an import: one clear error, the old catalogue, and nothing left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import open_catalogue
from linernotes.stores.sqlite.schema import FILES, path_of
from tests.conftest import RunCommand
from tests.importing import tiny


@pytest.fixture
def data(tmp_path: Path, linernotes: RunCommand) -> Path:
    """A data folder with a live catalogue."""
    folder = tmp_path / "data"
    assert linernotes("import", tiny.folder(tmp_path / "good", tiny.tables()), "--data", folder).code == 0
    return folder


def holds(data: Path) -> str:
    """Return the live build's id, having read from it, and see that no work is left."""
    live = BuildFolder(data).live()
    assert live is not None
    assert not (data / "work").exists()
    assert sorted(path.name for path in (data / "catalogue").iterdir()) == sorted([live.name, "current"])
    with closing(open_catalogue(live)) as catalogue:
        assert catalogue.artists([tiny.mbid("artist Silent")])[0] is not None
    return live.name


def fails(linernotes: RunCommand, data: Path, dump: Path, *said: str) -> None:
    """Import what cannot be, and see that the error says why and that the catalogue is the one from before."""
    before = holds(data)
    outcome = linernotes("import", dump, "--data", data)
    assert outcome.code == 1, outcome
    for words in said:
        assert words in outcome.err, outcome.err
    assert "Traceback" not in outcome.err
    assert holds(data) == before


BROKEN = {
    "too few columns": ("artist", lambda text: text.replace(b"\tSilent\tSilent", b"\tSilent"), "line 3", "19 columns"),
    "too many columns in one row": ("artist", lambda text: text[:-1] + b"\tx\n", "line 3", "20 found"),
    "bad UTF-8": ("artist", lambda text: text.replace("ö".encode(), b"\xff", 1), "line 2", "UTF-8"),
    "not a number": ("artist", lambda text: b"x" + text, "line 1", "column id"),
    "not an MBID": ("track", lambda text: text.replace(str(tiny.mbid("track 2")).encode(), b"oops"), "line 2", "gid"),
    "a row cut off": ("artist", lambda text: text[:-30], "line 3", "cut off"),
    "a number too large": ("medium", lambda text: text.replace(b"1\t", b"99999999999\t", 1), "line 1", "column id"),
    "no name": (
        "artist",
        lambda text: text.replace(b"Silent\tSilent", b"\\N\tSilent"),
        "line 3",
        "column name is NULL",
    ),
    "all columns missing": ("recording", lambda _: b"1\n2\n", "line 1", "9 columns are expected, 1 found"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_row_is_named_with_archive_table_and_line(tmp_path, data, linernotes: RunCommand, fault: str):
    table, damage, *said = BROKEN[fault]
    made = tiny.tables()
    made[table] = damage(made[table])
    dump = tiny.archive(tmp_path / "mbdump.tar.bz2", made)
    fails(linernotes, data, dump, "mbdump.tar.bz2", f"table {table}", *said)


def test_a_missing_table_is_named(tmp_path, data, linernotes: RunCommand):
    made = tiny.tables()
    del made["track"]
    fails(linernotes, data, tiny.folder(tmp_path / "dump", made), "no table track", "mbdump.tar.bz2 is needed")


def test_an_unknown_schema_sequence_is_refused_with_the_known_ones(tmp_path, data, linernotes: RunCommand):
    dump = tiny.archive(tmp_path / "mbdump.tar.bz2", tiny.tables(), SCHEMA_SEQUENCE="99")
    fails(linernotes, data, dump, "mbdump.tar.bz2", "schema sequence 99 is not known", "31")


def test_archives_of_different_exports_do_not_mix(tmp_path, data, linernotes: RunCommand):
    dump = tiny.archives(tmp_path / "dump", tiny.tables())
    tiny.archive(dump / "mbdump-derived.tar.bz2", {}, TIMESTAMP="2026-09-09 00:00:00+00")
    fails(linernotes, data, dump, "different exports")


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_truncated_archive_is_refused(tmp_path, data, linernotes: RunCommand, kept: float):
    made = tiny.tables() | {"annotation": os.urandom(300_000).hex().encode() + b"\n"}
    dump = tiny.archive(tmp_path / "mbdump.tar.bz2", made)
    content = dump.read_bytes()
    dump.write_bytes(content[: int(len(content) * kept)])
    fails(linernotes, data, dump, "mbdump.tar.bz2", "damaged or incomplete")


def test_a_corrupt_archive_is_refused(tmp_path, data, linernotes: RunCommand):
    dump = tiny.archive(tmp_path / "mbdump.tar.bz2", tiny.tables())
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 0x55
    dump.write_bytes(content)
    fails(linernotes, data, dump, "mbdump.tar.bz2", "damaged or incomplete")


@pytest.mark.parametrize("content", [b"", b"hello" * 1000, b"BZh9"])
def test_what_is_no_archive_is_refused(tmp_path, data, linernotes: RunCommand, content: bytes):
    dump = tmp_path / "mbdump.tar.bz2"
    dump.write_bytes(content)
    fails(linernotes, data, dump, "mbdump.tar.bz2")


def test_a_folder_without_a_dump_and_a_path_that_is_not_there(tmp_path, data, linernotes: RunCommand):
    (tmp_path / "empty").mkdir()
    fails(linernotes, data, tmp_path / "empty", "no MusicBrainz dump here")
    fails(linernotes, data, tmp_path / "nowhere", "no such file or folder")


def test_two_imports_into_one_folder_do_not_run_at_once(tmp_path, data, linernotes: RunCommand):
    dump = tiny.folder(tmp_path / "dump", tiny.tables())
    with (data / "import.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fails(linernotes, data, dump, "another import is running")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from linernotes.cli import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("limit", [20_000, 300_000])
def test_a_disk_that_takes_no_more_is_an_error_and_no_loss(tmp_path, data, limit: int):
    made = tiny.tables()
    made["url"] = b"".join(
        tiny.row("url", id=n, gid=tiny.mbid(f"url {n}"), url=f"https://x.example/{n}") for n in range(3000)
    )
    dump = tiny.archive(tmp_path / "mbdump.tar.bz2", made)
    before = holds(data)
    command = [sys.executable, "-c", LIMITED.format(limit=limit), "import", str(dump), "--data", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1, ended
    assert "Is the disk full?" in ended.stderr
    assert holds(data) == before


def test_killed_in_the_middle_the_old_catalogue_stays_and_the_next_import_cleans_up(
    tmp_path, data, linernotes: RunCommand
):
    dump = tiny.folder(tmp_path / "dump", tiny.tables())
    before = holds(data)
    for wanted in ("staging.duckdb", "build"):
        command = [sys.executable, "-m", "linernotes", "import", str(dump), "--data", str(data)]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 30
        while not (data / "work" / wanted).exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        live = BuildFolder(data).live()
        assert live is not None
        assert live.name == before
        assert (data / "work").exists()
    assert linernotes("import", dump, "--data", data).code == 0
    assert holds(data) != before


def test_a_damaged_catalogue_is_not_in_the_way_of_a_new_one(tmp_path, data, linernotes: RunCommand):
    before = holds(data)
    for file in FILES:
        path = path_of(data / "catalogue" / before, file)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 3] + b"\xff" * (len(content) - len(content) // 3))
    assert linernotes("import", tiny.folder(tmp_path / "dump", tiny.tables()), "--data", data).code == 0
    assert holds(data) != before


def test_a_state_that_cannot_remember_the_import_is_told_before_it(tmp_path, data, linernotes: RunCommand):
    (data / "state.sqlite").write_bytes(b"this is no database" * 100)
    fails(linernotes, data, tiny.folder(tmp_path / "dump", tiny.tables()), "state database is damaged")


def test_folders_may_have_almost_any_name(tmp_path, linernotes: RunCommand):
    odd = tmp_path / "a b%20#ü'\""
    odd.mkdir()
    dump = tiny.archives(odd / "dump", tiny.tables())
    for _ in range(2):
        assert linernotes("import", dump, "--data", odd / "data").code == 0
    holds(odd / "data")


@pytest.mark.parametrize("name", ["what?", "[box]", "star*"])
def test_a_folder_name_that_reads_as_a_pattern_is_refused(tmp_path, linernotes: RunCommand, name: str):
    dump = tiny.archives(tmp_path / name / "dump", tiny.tables())
    outcome = linernotes("import", dump, "--data", tmp_path / name / "data")
    assert (outcome.code, "pattern" in outcome.err) == (1, True)
    assert linernotes("import", dump, "--data", tmp_path / "data").code == 0
