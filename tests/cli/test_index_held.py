"""Reading an index beside the one who writes it, and reading its documents back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from linernotes.domain.errors import NotFound
from linernotes.fingerprint.index.checking import check_index
from linernotes.fingerprint.index.forward import read_documents
from linernotes.fingerprint.index.held import HeldDirectory, SeenLineages, open_held
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import make_update

Documents = dict[int, list[int]]


def read(searcher: Searcher, *, at_once: int = 1 << 20) -> Documents:
    found: Documents = {}
    for group in read_documents(searcher, at_once=at_once):
        for id_, hashes in zip(group.ids.tolist(), np.split(group.hashes, group.ends[:-1]), strict=True):
            assert id_ > max(found, default=0)
            found[id_] = hashes.tolist()
    return found


def test_who_reads_sees_whole_commits_while_another_flushes_and_merges(tmp_path: Path) -> None:
    stop = threading.Event()

    def write(indexes: Indexes) -> None:
        index = indexes.get("main")
        for number in range(1, 100_000):
            index.update(make_update([(id_, [number] * id_) for id_ in range(1, 6)]))
            [index.flush, index.merge, lambda: None][number % 3]()
            if stop.is_set():
                break

    with Indexes.open(tmp_path / "x", settings=IndexSettings(flush_postings=100)) as indexes:
        indexes.create("main")
        writer = threading.Thread(target=write, args=(indexes,))
        writer.start()
        try:
            seen = [_numbers(tmp_path / "x") for _ in range(40)]
        finally:
            stop.set()
            writer.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 1


def _numbers(folder: Path) -> int:
    with open_held(folder, "main") as index:
        found = read(index.searcher())
    with HeldDirectory(SeenLineages(folder).live("main")) as directory:
        assert check_index(directory) == []
    number = found[1][0] if found else 0
    assert found == ({id_: [number] * id_ for id_ in range(1, 6)} if number else {})
    return number


def test_an_index_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound), open_held(tmp_path / "x", "main"):
        pass
    (tmp_path / "x").mkdir()
    with pytest.raises(NotFound), open_held(tmp_path / "x", "main"):
        pass
    with pytest.raises(NotFound):
        HeldDirectory(tmp_path / "y")


@pytest.mark.parametrize("change", [
    lambda directory: directory.create("x"),
    lambda directory: directory.append("manifest"),
    lambda directory: directory.replace("manifest", b""),
    lambda directory: directory.remove("manifest"),
])  # fmt: skip
def test_nothing_can_be_written_through_what_is_held(tmp_path: Path, change: Callable[[HeldDirectory], object]) -> None:
    (tmp_path / "manifest").write_bytes(b"x")
    with HeldDirectory(tmp_path) as directory, pytest.raises(OSError, match="open for reading only"):
        change(directory)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"x"]


@pytest.mark.parametrize("at_once", [1, 50, 1000, 1 << 20])
@pytest.mark.parametrize("bits", [28, 32, 3])
def test_documents_are_read_back_in_groups_of_any_size(at_once: int, bits: int) -> None:
    random = Random(bits)
    documents: Documents = {}
    with Index.open(MemoryDirectory(), settings=IndexSettings(flush_postings=2000)) as index:
        for round_ in range(12):
            changed = {
                random.choice([random.randrange(1, 200), random.randrange(1, 1 << 32)]): [
                    random.getrandbits(bits) << (32 - bits) for _ in range(random.randrange(30))
                ]
                for _ in range(40)
            }
            gone = random.sample(sorted(documents), min(5, len(documents)))
            index.update(make_update(changed.items(), gone))
            documents.update(changed)
            for id_ in gone:
                documents.pop(id_)
            if round_ % 4 == 1:
                index.flush()
        want = {id_: sorted(hashes) for id_, hashes in sorted(documents.items())}
        assert read(index.searcher(), at_once=at_once) == want


def test_a_view_is_read_back_as_it_was_whatever_came_after_it() -> None:
    with Index.open(MemoryDirectory()) as index:
        index.update(make_update([(1, [1]), (2, [2, 2])]))
        before = index.searcher()
        index.update(make_update([(1, [9]), (3, [3])], [2]))
        index.merge()
        assert read(before) == {1: [1], 2: [2, 2]}
        assert read(index.searcher()) == {1: [9], 3: [3]}


def test_an_empty_index_has_no_groups() -> None:
    with Index.open(MemoryDirectory()) as index:
        assert read(index.searcher()) == {}
