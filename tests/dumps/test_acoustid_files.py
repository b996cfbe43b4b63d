"""Files of AcoustID's public data: found in their order, read line by line, and written to the byte."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.dumps.acoustid.files import find_files
from linernotes.dumps.acoustid.lines import LONGEST_LINE, LineFile, digest_of
from linernotes.dumps.acoustid.writing import write_days, write_listing
from linernotes.ports.public_data import PlaceRow, Stream

DAY = 86_400_000
ANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def read(path: Path) -> list[tuple[int, bytes]]:
    with LineFile(path) as file:
        return list(file)


def test_files_come_by_day_and_then_so_that_references_come_first(tmp_path):
    put(
        tmp_path,
        "2026/2026-11/2026-11-21-track_mbid-update.jsonl.gz",
        "2026/2026-11/2026-11-21-track-update.jsonl",
        "2026/2026-11/2026-11-21-meta-update.jsonl.gz",
        "2026/2026-10/2026-10-02-track_meta-update.jsonl.gz",
        "2026/2026-11/index.json",
        "2026/2026-11/2026-13-21-track-update.jsonl.gz",
        "2026/2026-11/2026-11-21-track-update.jsonl.gz.part",
    )
    found = find_files([tmp_path, tmp_path / "2026"])
    assert [(file.day, file.stream) for file in found.files] == [
        (date(2026, 10, 2), Stream.TRACK_META),
        (date(2026, 11, 21), Stream.TRACK),
        (date(2026, 11, 21), Stream.META),
        (date(2026, 11, 21), Stream.TRACK_MBID),
    ]
    assert found.unknown == ()


def test_streams_that_are_not_known_are_named(tmp_path):
    put(tmp_path, "2026-11-21-track_mood-update.jsonl.gz", "2026-11-21-track-update.jsonl")
    found = find_files([tmp_path])
    assert [path.name for path in found.unknown] == ["2026-11-21-track_mood-update.jsonl.gz"]
    assert len(found.files) == 1


@pytest.mark.parametrize("name", ["nothing", "some.jsonl.gz", "2026-02-30-track-update.jsonl", ""])
def test_a_path_without_such_data_is_refused(tmp_path, name):
    put(tmp_path, "some.jsonl.gz", "2026-02-30-track-update.jsonl")
    with pytest.raises(Invalid):
        find_files([tmp_path / name])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_are_numbered_and_empty_ones_are_passed_over(tmp_path, pack):
    path = tmp_path / "x"
    path.write_bytes(pack(b"one\n\n  \r\nfour\nfive"))
    assert read(path) == [(1, b"one\n"), (4, b"four\n"), (5, b"five")]


def test_a_file_of_several_compressed_parts_is_one(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert [line for _, line in read(path)] == [b"one\n", b"two\n"]


def test_the_digest_after_the_last_line_is_that_of_the_file(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"one\n" * 100_000))
    heard = []
    with LineFile(path, advance=heard.append) as file:
        assert sum(1 for _ in file) == 100_000
        assert file.digest() == digest_of(path)
    assert sum(heard) == path.stat().st_size


@pytest.mark.parametrize("end", [1, 5, 8, 12])
def test_a_file_that_is_cut_off_says_after_which_line(tmp_path, end):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n")[:-end])
    with pytest.raises(Corrupt, match=r"x\.gz.*after line \d"):
        read(path)


def test_a_bomb_without_an_end_of_line_takes_no_more_memory_than_a_line_may(tmp_path):
    path = tmp_path / "x.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(5):
            file.write(bytes(LONGEST_LINE))
        file.write(b"\nlast\n")
    found = read(path)
    assert [(number, min(len(line), LONGEST_LINE + 1)) for number, line in found] == [(1, LONGEST_LINE + 1), (2, 5)]


@given(st.binary(max_size=200), st.integers(0, 60), st.sampled_from([bytes, gzip.compress]))
@ANY
def test_whatever_a_file_holds_only_our_error_is_raised(tmp_path, content, damage, pack):
    raw = bytearray(pack(content))
    if damage < len(raw):
        raw[damage] ^= 0x41
    path = tmp_path / "x"
    path.write_bytes(raw)
    try:
        numbers = [number for number, _ in read(path)]
    except Corrupt:
        return
    assert numbers == sorted(set(numbers))


def test_the_same_rows_make_the_same_files_in_folders_by_month(tmp_path):
    rows = [(day, PlaceRow(id_, 1, 1, day * DAY)) for day in (20_000, 20_001, 20_060) for id_ in (1, 2)]
    heard = []
    for out in ("a", "b"):
        paths = list(write_days(tmp_path / out, Stream.TRACK_FINGERPRINT, rows, advance=heard.append))
        for folder in {path.parent for path in paths}:
            write_listing(folder)
    assert sum(heard) == 12
    names = sorted(str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert names == [
        "2024/2024-10/2024-10-04-track_fingerprint-update.jsonl.gz",
        "2024/2024-10/2024-10-05-track_fingerprint-update.jsonl.gz",
        "2024/2024-10/index.json",
        "2024/2024-12/2024-12-03-track_fingerprint-update.jsonl.gz",
        "2024/2024-12/index.json",
    ]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    listed = json.loads((tmp_path / "a/2024/2024-12/index.json").read_bytes())
    assert listed == [{"name": Path(names[3]).name, "size": (tmp_path / "a" / names[3]).stat().st_size}]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    def stopping():
        yield 20_000, PlaceRow(1, 1, 1, 0)
        raise InterruptedError

    [path] = write_days(tmp_path, Stream.TRACK_FINGERPRINT, [(20_000, PlaceRow(9, 1, 1, 0))], advance=lambda _: None)
    before = path.read_bytes()
    with pytest.raises(InterruptedError):
        list(write_days(tmp_path, Stream.TRACK_FINGERPRINT, stopping(), advance=lambda _: None))
    assert path.read_bytes() == before
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
