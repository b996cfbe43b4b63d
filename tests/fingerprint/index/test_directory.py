"""Both directories keep what they promise, and the one in memory forgets what was not synced."""

from __future__ import annotations

import errno
from pathlib import Path
from random import Random

import numpy as np
import pytest

from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.memory import MemoryDirectory
from tests.fingerprint.index.faults import Crash, FaultyDirectory


@pytest.fixture(params=["folder", "memory", "faulty without faults"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Directory:
    if request.param == "folder":
        return FolderDirectory(tmp_path)
    return MemoryDirectory() if request.param == "memory" else FaultyDirectory(MemoryDirectory())


def put(directory: Directory, name: str, data: bytes, *, synced: bool = True) -> None:
    output = directory.create(name)
    output.write(data)
    if synced:
        output.sync()
    output.close()


def test_what_is_written_is_read(directory: Directory):
    put(directory, "b", b"beta")
    put(directory, "a", b"alpha")
    assert directory.names() == ["a", "b"]
    assert directory.size("a") == 5
    assert directory.read("a") == bytes(directory.map("a")) == b"alpha"


def test_a_part_of_a_file_is_read_and_less_where_it_ends(directory: Directory):
    put(directory, "a", b"0123456789")
    assert directory.read("a", 2, 3) == b"234"
    assert directory.read("a", 8) == directory.read("a", 8, 1 << 40) == b"89"
    assert directory.read("a", 11) == directory.read("a", 3, 0) == b""


def test_an_empty_file_maps_to_nothing(directory: Directory):
    put(directory, "a", b"")
    assert directory.map("a").nbytes == 0


def test_arrays_are_written_as_their_bytes(directory: Directory):
    output = directory.create("a")
    output.write(np.array([1, 2], dtype="<u4").data)
    output.write(np.zeros(0, dtype="<u4").data)
    output.close()
    assert directory.read("a") == bytes([1, 0, 0, 0, 2, 0, 0, 0])


def test_writing_goes_on_at_the_end_also_after_a_cut(directory: Directory):
    put(directory, "a", b"good bad")
    output = directory.append("a")
    output.truncate(5)
    output.write(b"again")
    output.close()
    output.close()
    assert directory.read("a") == b"good again"


def test_a_map_is_read_only_and_stays_when_its_name_goes_or_gets_other_content(directory: Directory):
    put(directory, "a", b"first")
    first = directory.map("a")
    put(directory, "a", b"second one")
    second = directory.map("a")
    directory.replace("a", b"3")
    third = directory.map("a")
    directory.remove("a")
    assert [bytes(first), bytes(second), bytes(third)] == [b"first", b"second one", b"3"]
    assert first.readonly
    assert directory.names() == []


def test_a_file_that_is_not_there_is_said_to_be_missing(directory: Directory):
    for operation in (directory.size, directory.append, directory.read, directory.map):
        with pytest.raises(FileNotFoundError):
            operation("a")
    directory.remove("a")
    assert directory.names() == []


def test_replacing_leaves_one_file(directory: Directory):
    directory.replace("a", b"old")
    directory.replace("a", b"new")
    directory.sync()
    assert (directory.names(), directory.read("a")) == (["a"], b"new")


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "/a", "a\0"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str):
    directory = FolderDirectory(tmp_path)
    for operation in (directory.create, directory.remove, directory.read, directory.map, directory.size):
        with pytest.raises(OSError, match="names no file") as raised:
            operation(name)
        assert raised.value.errno == errno.EINVAL


def test_folders_and_links_are_no_files_of_an_index(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    assert FolderDirectory(tmp_path).names() == []


def test_a_replacement_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path):
    (tmp_path / "a").mkdir()  # a file cannot be put in its place
    (tmp_path / "a" / "b").touch()
    with pytest.raises(IsADirectoryError):
        FolderDirectory(tmp_path).replace("a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_loss_of_power_leaves_what_was_synced_and_only_that():
    directory = MemoryDirectory()
    put(directory, "content and name", b"1")
    put(directory, "name", b"2", synced=False)
    directory.sync()
    put(directory, "content", b"3")
    directory.replace("replaced", b"4")
    output = directory.append("content and name")
    output.write(b" and more")
    left = directory.crash()
    assert {name: left.read(name) for name in left.names()} == {
        "content and name": b"1",
        "name": b"",
        "replaced": b"4",
    }
    output.sync()
    assert directory.crash().read("content and name") == b"1 and more"


def test_a_loss_of_power_takes_back_what_was_removed_or_cut_without_a_sync():
    directory = MemoryDirectory()
    put(directory, "a", b"alpha")
    put(directory, "b", b"beta")
    directory.sync()
    directory.remove("a")
    directory.append("b").truncate(1)
    left = directory.crash()
    assert (left.read("a"), left.read("b")) == (b"alpha", b"beta")
    directory.sync()
    assert directory.crash().names() == ["b"]


def test_what_is_written_over_what_was_cut_is_what_a_sync_keeps():
    directory = MemoryDirectory()
    put(directory, "a", b"alpha")
    directory.sync()
    output = directory.append("a")
    output.truncate(2)
    output.write(b"so")
    output.sync()
    assert directory.crash().read("a") == b"also"


def test_chance_keeps_of_an_unsynced_tail_any_part_and_of_synced_bytes_all():
    directory = MemoryDirectory()
    put(directory, "a", b"synced")
    directory.sync()
    directory.append("a").write(b"tail")
    left = {directory.crash(Random(seed)).read("a") for seed in range(200)}
    assert all(found.startswith(b"synced") and len(found) <= 10 for found in left)
    assert {b"synced", b"syncedt", b"syncedtail", b"synced\0ail"} <= left


def test_a_fault_comes_at_the_operation_that_was_named():
    directory = FaultyDirectory(MemoryDirectory(), fail_at=2, error=errno.EIO, part=0.5)
    output = directory.create("a")
    with pytest.raises(OSError, match="Input/output error") as raised:
        output.write(b"0123")
    assert raised.value.errno == errno.EIO
    output.write(b"45")
    assert (directory.read("a"), directory.operations) == (b"0145", 3)


def test_faults_go_on_until_they_are_healed():
    directory = FaultyDirectory(MemoryDirectory(), fail_from=1)
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            directory.replace("a", b"")
    directory.heal()
    directory.replace("a", b"")
    assert directory.names() == ["a"]


def test_a_late_fault_is_reported_of_what_was_done():
    directory = FaultyDirectory(MemoryDirectory(), fail_at=1, late=True)
    with pytest.raises(OSError, match="No space left"):
        directory.replace("a", b"done")
    assert directory.read("a") == b"done"


def test_after_a_crash_nothing_works_and_what_was_synced_is_left():
    directory = FaultyDirectory(MemoryDirectory(), crash_at=2)
    directory.replace("a", b"kept")
    output = directory.create  # the second operation
    with pytest.raises(Crash):
        output("b")
    for operation in (directory.names, directory.sync):
        with pytest.raises(Crash):
            operation()
    assert directory.after_crash().names() == ["a"]


def test_a_flipped_bit_is_one_bit():
    directory = FaultyDirectory(MemoryDirectory())
    directory.replace("a", b"\0\0")
    directory.flip("a", 9)
    assert directory.read("a") == b"\0\2"
