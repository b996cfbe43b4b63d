"""The memory of files that were handed in: by path, size and time of change, for each place by itself."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from linernotes.app.naming.known import KnownFiles, NoKnownFiles, known_files, stamp
from linernotes.domain.errors import Conflict, Unavailable


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    path.write_bytes(b"one")
    return path


def remembers(data: Path, song: Path, *, length: float = 120, place: str = "here") -> bool:
    with known_files(data, place=place) as known:
        return known.knows(stamp(song), length=length)


def keep(data: Path, song: Path, *, length: float = 120) -> None:
    with known_files(data, place="here") as known:
        known.keep([(stamp(song), 7)], length=length)


def test_a_file_is_known_as_long_as_it_is_the_same(tmp_path: Path, song: Path) -> None:
    assert not remembers(tmp_path, song)
    keep(tmp_path, song)
    assert remembers(tmp_path, song)
    os.utime(song, ns=(1, stamp(song).changed + 1))
    assert not remembers(tmp_path, song)
    keep(tmp_path, song)
    before = song.stat()
    song.write_bytes(b"three")
    os.utime(song, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not remembers(tmp_path, song)


def test_another_place_knows_nothing_of_it(tmp_path: Path, song: Path) -> None:
    keep(tmp_path, song)
    assert not remembers(tmp_path, song, place="elsewhere")


@pytest.mark.parametrize(
    ("had", "wanted", "enough"), [(120, 120, True), (120, 60, True), (120, 0, False), (60, 120, False), (0, 0, True)]
)
def test_it_is_handed_in_again_when_more_of_it_is_wanted(
    tmp_path: Path, song: Path, had: float, wanted: float, *, enough: bool
) -> None:
    keep(tmp_path, song, length=had)
    assert remembers(tmp_path, song, length=wanted) is enough
    assert remembers(tmp_path, song, length=1) is True


def test_paths_that_are_no_text_and_relative_ones_are_kept(
    tmp_path: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / b"caf\xe9.mp3".decode("utf-8", "surrogateescape")
    song.rename(odd)
    keep(tmp_path, odd)
    monkeypatch.chdir(tmp_path)
    assert remembers(tmp_path, Path(odd.name))


def test_files_of_a_batch_are_kept_together_or_not_at_all(tmp_path: Path, song: Path) -> None:
    with known_files(tmp_path, place="here") as known:
        bad = stamp(song)
        with pytest.raises(Unavailable):
            known.keep([(stamp(song), 1), (bad, None)], length=1)
        assert not known.knows(stamp(song), length=1)


def test_a_newer_memory_and_a_damaged_one_are_told(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "library.db")
    connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(Conflict, match="newer"), known_files(tmp_path, place="x"):
        pass
    (tmp_path / "library.db").write_bytes(b"no database, this" * 100)
    with pytest.raises(Unavailable, match=r"library\.db"), known_files(tmp_path, place="x"):
        pass


def test_a_memory_of_an_older_version_is_gone_on_with(tmp_path: Path, song: Path) -> None:
    keep(tmp_path, song)
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        connection.execute("alter table handed_in drop column sign")
        connection.execute("pragma user_version = 1")
    assert remembers(tmp_path, song)
    with known_files(tmp_path, place="here") as known:
        assert known.newest(below=8, limit=1) == [(7, "")]


def test_files_are_forgotten_from_a_submission_on(tmp_path: Path, song: Path) -> None:
    files = [msgspec.structs.replace(stamp(song), path=tmp_path / str(number)) for number in range(5)]
    with known_files(tmp_path, place="here") as known, known_files(tmp_path, place="else") as other:
        known.keep(zip(files, [0, 1, 2, 3, 3], strict=True), length=1)
        other.keep([(files[4], 9)], length=1)
        known.sign({1: "a", 3: "c"})
        assert known.newest(below=99, limit=2) == [(3, "c"), (2, "")]
        assert known.newest(below=3, limit=2) == [(2, ""), (1, "a")]
        assert known.unsigned() == [2]
        assert known.forget(2) == 3
        assert [known.knows(file, length=1) for file in files] == [True, True, False, False, False]
        assert other.knows(files[4], length=1)


def test_an_error_of_whoever_uses_it_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), known_files(tmp_path, place="x"):
        stamp(tmp_path / "absent")


def test_nothing_is_known_without_a_memory(song: Path) -> None:
    without: KnownFiles | NoKnownFiles = NoKnownFiles()
    without.keep([(stamp(song), 1)], length=1)
    assert not without.knows(stamp(song), length=1)
