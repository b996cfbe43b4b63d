"""Named indexes come, go and come back in a new generation; a crash at any point leaves the old or the new state."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from linernotes.domain.errors import Conflict, Corrupt, Invalid, NotFound, Unavailable
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.indexes import Indexes, IndexExists, NewerIndexExists, OlderIndexExists, open_index
from linernotes.fingerprint.index.lineages import HIGHEST_GENERATION, Lineage, Lineages
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import make_update


def put(index: Index, text: str) -> None:
    """Keep a text in an index."""
    index.update(make_update([(1, [7, 8, 9])], metadata={"text": text}))


def text(index: Index) -> str | None:
    """The text that an index keeps."""
    return index.metadata.get("text")


def is_closed(index: Index) -> bool:
    try:
        index.searcher()
    except Unavailable:
        return True
    return False


def damage(folder: Path) -> None:
    """Flip a bit in the first of two commits of the index in a folder."""
    (log,) = folder.glob("log-*")
    data = bytearray(log.read_bytes())
    data[60] ^= 1
    log.write_bytes(data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def opened(folder: Path, request: pytest.FixtureRequest) -> Callable[..., Indexes]:
    def call(**options: object) -> Indexes:
        indexes = Indexes.open(folder, **options)
        request.addfinalizer(indexes.close)
        return indexes

    return call


def reopen(indexes: Indexes, opened: Callable[..., Indexes], **options: object) -> Indexes:
    indexes.close()
    return opened(**options)


def test_an_index_is_made_found_and_found_again(opened):
    indexes = opened()
    made = indexes.create("a")
    put(made, "kept")
    assert indexes.get("a") is made
    indexes.create("b")
    indexes = reopen(indexes, opened)
    assert is_closed(made)
    assert indexes.names() == ["a", "b"]
    assert text(indexes.get("a")) == "kept"
    assert (indexes.generation("a"), indexes.damaged()) == (1, {})


def test_making_an_index_again_gives_the_same(opened):
    indexes = opened()
    made = indexes.create("a", generation=4)
    assert indexes.create("a") is indexes.create("a", generation=4) is made
    with pytest.raises(IndexExists):
        indexes.create("a", expect_absent=True)
    with pytest.raises(OlderIndexExists):
        indexes.create("a", generation=3)
    with pytest.raises(NewerIndexExists):
        indexes.create("a", generation=5)


@pytest.mark.parametrize("restart", [False, True])
def test_generations_survive_a_deletion(opened, folder: Path, restart):
    indexes = opened()
    assert not indexes.delete("a")
    put(indexes.create("a", generation=7), "old")
    assert indexes.delete("a")
    assert not indexes.delete("a")
    if restart:
        indexes = reopen(indexes, opened)
    assert indexes.names() == []
    assert sorted(path.name for path in (folder / "a").iterdir()) == ["current"]
    for generation in (0, 7):
        with pytest.raises(OlderIndexExists):
            indexes.create("a", generation=generation)
    assert text(indexes.create("a", expect_absent=True)) is None
    assert indexes.generation("a") == 8


@pytest.mark.parametrize("generation", [0, 1, HIGHEST_GENERATION])
def test_the_first_generation_may_be_any(opened, generation: int):
    indexes = opened()
    indexes.create("a", generation=generation)
    indexes = reopen(indexes, opened)
    assert indexes.generation("a") == generation


def test_after_the_last_generation_comes_none(opened):
    indexes = opened()
    indexes.create("a", generation=HIGHEST_GENERATION)
    indexes.delete("a")
    with pytest.raises(OlderIndexExists, match="last"):
        indexes.create("a")
    for generation in (-1, HIGHEST_GENERATION + 1):
        with pytest.raises(Invalid):
            indexes.create("b", generation=generation)


@pytest.mark.parametrize("name", ["a", "_health", "-", "lock", "current", "1", "aZ_-09", "n" * 255])
def test_names_of_letters_digits_and_two_signs_are_fine(opened, name: str):
    indexes = opened()
    indexes.create(name)
    assert reopen(indexes, opened).names() == [name]


@pytest.mark.parametrize("name", ["", "n" * 256, ".", "..", "a/b", "a.b", "t%41", "é", "a\n", ".lock", "٣"])
def test_other_names_are_refused_and_found_nowhere(opened, folder: Path, name: str):
    indexes = opened()
    with pytest.raises(Invalid):
        indexes.create(name)
    for operation in (indexes.get, indexes.generation):
        with pytest.raises(NotFound):
            operation(name)
    assert not indexes.delete(name)
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_a_deleted_index_is_closed(opened):
    indexes = opened()
    made = indexes.create("a")
    indexes.delete("a")
    assert is_closed(made)
    with pytest.raises(NotFound):
        indexes.get("a")


def test_one_damaged_index_does_not_keep_the_others_shut(opened, folder: Path):
    indexes = opened()
    put(indexes.create("good"), "fine")
    for version in ("1", "2"):
        put(indexes.create("bad"), version)
    indexes.close()
    damage(folder / "bad" / "1")
    indexes = opened()
    assert indexes.names() == ["bad", "good"]
    assert list(indexes.damaged()) == ["bad"]
    assert text(indexes.get("good")) == "fine"
    assert indexes.generation("bad") == 1
    for _ in range(2):
        with pytest.raises(Corrupt, match="damaged"):
            indexes.get("bad")
        with pytest.raises(Corrupt, match="damaged"):
            indexes.create("bad")
    assert indexes.delete("bad")
    assert text(indexes.create("bad")) is None
    assert indexes.generation("bad") == 2


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda home: (home / "current").write_bytes(b"?"), "cut short"),
        (lambda home: (home / "current").write_bytes(bytes(100)), "another kind"),
        (lambda home: (home / "current").write_bytes((home / "current").read_bytes()[:-1] + b"?"), "checksum"),
        (lambda home: (home / "current").unlink(), "missing beside"),
        (lambda home: (home / "1").rename(home / "other"), "1 of an index is missing"),
        (lambda home: home.rename(home.parent / "b"), "holds the index a"),
    ],
    ids=["short", "zeros", "flipped", "no pointer", "no files", "another's folder"],
)
def test_a_lineage_that_cannot_be_known_is_damage(opened, folder: Path, damage, what: str):
    indexes = opened()
    indexes.create("a")
    indexes.create("good")
    indexes.close()
    damage(folder / "a")
    indexes = opened()
    (name,) = indexes.damaged()
    for operation in (indexes.get, indexes.generation, indexes.create, indexes.delete):
        with pytest.raises(Corrupt, match=what):
            operation(name)
    assert indexes.get("good").version == 0


def test_what_a_crash_left_of_a_creation_or_a_deletion_is_removed(opened, folder: Path):
    indexes = opened()
    indexes.create("a", generation=5)
    indexes.close()
    lineages = Lineages(folder)
    (folder / "mkdir only").mkdir()
    (folder / "made").mkdir()
    (lineages.make("started", 1) / "text").write_bytes(b"leftover")
    (lineages.make("a", 4) / "text").write_bytes(b"leftover")
    lineages.make("deleted", 3)
    lineages.write(Lineage("deleted", 3, deleted=True))
    lineages.close()
    indexes = opened()
    assert (indexes.names(), indexes.damaged()) == (["a"], {})
    assert sorted(str(path.relative_to(folder)) for path in folder.glob("*/*")) == [
        "a/5",
        "a/current",
        "deleted/current",
        "started/current",
    ]
    assert [indexes.create(name).version for name in ("made", "started", "deleted")] == [0, 0, 0]
    assert [indexes.generation(name) for name in ("made", "started", "deleted")] == [1, 1, 4]


def test_a_process_that_dies_leaves_no_lock_and_loses_nothing_it_made(folder: Path, opened):
    program = (
        "import os, sys, pathlib\n"
        "from linernotes.fingerprint.index.indexes import Indexes\n"
        "from linernotes.fingerprint.index.values import make_update\n"
        "indexes = Indexes.open(pathlib.Path(sys.argv[1]))\n"
        "indexes.create('kept').update(make_update([(1, [2, 3])]))\n"
        "indexes.create('gone'); indexes.delete('gone')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], check=False, timeout=60)
    assert ended.returncode == -9
    indexes = opened()
    assert indexes.names() == ["kept"]
    assert indexes.get("kept").stats().documents == 1
    assert indexes.create("gone") is indexes.get("gone")
    assert indexes.generation("gone") == 2


def test_only_one_may_write_and_readers_may_be_many(opened):
    indexes = opened()
    put(indexes.create("a"), "read")
    for read_only in (False, True):
        with pytest.raises(Conflict, match="Another process"):
            opened(read_only=read_only)
    indexes.close()
    readers = [opened(read_only=True), opened(read_only=True)]
    assert [text(reader.get("a")) for reader in readers] == ["read", "read"]
    with pytest.raises(Conflict, match="Another process"):
        opened()


def test_a_reader_changes_nothing(opened, folder: Path):
    indexes = opened()
    indexes.create("a")
    indexes.close()
    (folder / "a" / "9").mkdir()
    reader = opened(read_only=True)
    assert reader.create("a") is reader.get("a")
    for change in (lambda: reader.create("b"), lambda: reader.delete("a")):
        with pytest.raises(Conflict, match="reading only"):
            change()
    assert (folder / "a" / "9").is_dir()
    assert not reader.delete("b")


def test_a_missing_folder_is_made_for_a_writer_one_level_deep_only(tmp_path: Path):
    with pytest.raises(NotFound):
        Indexes.open(tmp_path / "a", read_only=True)
    Indexes.open(tmp_path / "a").close()
    with pytest.raises(Unavailable, match="No such file"):
        Indexes.open(tmp_path / "b" / "c")
    (tmp_path / "file").touch()
    with pytest.raises(Invalid, match="is a file"):
        Indexes.open(tmp_path / "file")


def test_a_folder_that_was_never_written_can_be_read(tmp_path: Path):
    with Indexes.open(tmp_path, read_only=True) as indexes:
        assert indexes.names() == []
    assert list(tmp_path.iterdir()) == []


def test_closed_indexes_are_unavailable_and_not_missing(opened):
    indexes = opened()
    indexes.create("a")
    indexes.close()
    indexes.close()
    for operation in (indexes.create, indexes.get, indexes.generation, indexes.delete):
        with pytest.raises(Unavailable, match="closed"):
            operation("a")


def test_an_index_that_cannot_be_opened_when_it_is_made_is_none(folder: Path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    faults: list[Exception] = [Unavailable("full")]

    def sometimes(directory: Directory, *, settings: IndexSettings | None, read_only: bool) -> Index:
        if faults:
            raise faults.pop() from full
        return open_index(directory, settings=settings, read_only=read_only)

    with Indexes.open(folder, opening=sometimes) as indexes:
        with pytest.raises(Unavailable, match="full"):
            indexes.create("a")
        assert indexes.names() == []
        indexes.create("a")
        assert indexes.generation("a") == 1


class FailingLineages(Lineages):
    """Writes as many lineages as it is told, then fails."""

    def __init__(self, folder: Path, *, writes: int) -> None:
        super().__init__(folder)
        self.writes = writes
        self.fails = 0

    def write(self, lineage: Lineage) -> None:
        if self.writes == 0 and self.fails:
            self.fails -= 1
            raise Unavailable("full")
        self.writes = max(0, self.writes - 1)
        super().write(lineage)


@pytest.mark.parametrize(("fails", "usable"), [(1, True), (2, False)])
def test_an_index_whose_deletion_failed_is_kept_or_takes_nothing_more(folder: Path, fails: int, usable):
    folder.mkdir()
    lineages = FailingLineages(folder, writes=2)
    with Indexes(lineages, opening=open_index, settings=None, read_only=False) as indexes:
        made = indexes.create("a")
        lineages.fails = fails
        with pytest.raises(Unavailable, match="full"):
            indexes.delete("a")
        assert is_closed(made) is not usable
        if usable:
            assert indexes.get("a") is made
        else:
            with pytest.raises(Unavailable, match="full"):
                indexes.get("a")
        assert indexes.delete("a")
        assert indexes.names() == []


def test_threads_that_make_the_same_index_get_the_same(opened):
    indexes = opened()
    found: list[Index] = []
    threads = [Thread(target=lambda: found.append(indexes.create("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_settings_reach_the_indexes(opened):
    index = opened(settings=IndexSettings(flush_postings=1)).create("a")
    put(index, "flushed")
    index.maintain()
    assert index.saved_version == 1


def test_an_empty_folder_needs_no_engine(folder: Path):
    program = (
        "import pathlib, sys\n"
        "from linernotes.fingerprint.index.indexes import Indexes\n"
        "Indexes.open(pathlib.Path(sys.argv[1])).close()\n"
        "sys.exit('numba' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(folder)], check=False, timeout=60).returncode == 0
