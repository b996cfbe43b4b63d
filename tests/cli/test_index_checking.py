"""A segment whose checksums are right is looked through all the same, and one that cannot be read is damaged."""

from __future__ import annotations

import errno
from pathlib import Path

import msgspec
import numpy as np
import pytest

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index.checking import check_index, open_sound
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.layout import Layout
from linernotes.fingerprint.index.manifest import SegmentEntry, load, save
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.mending import carry_out
from linernotes.fingerprint.index.repair import plan_repair
from linernotes.fingerprint.index.segment import SegmentWriter
from linernotes.fingerprint.index.values import make_update

NAME = "segment-00000001.seg"
LAYOUT = Layout(table_bits=2, low_bits=0, doc_bits=2)


def written(
    directory: MemoryDirectory,
    *,
    layout: Layout = LAYOUT,
    postings: tuple[int, ...] = (1, 6, 6, 2),
    table: tuple[int, ...] = (0, 3, 3, 4, 4),
    ids: tuple[int, ...] = (5, 6, 7),
    versions: tuple[int, ...] = (1, 1, 2),
    repeats: int = 2,
) -> SegmentEntry:
    with SegmentWriter(directory, NAME) as writer:
        writer.write_postings(np.array(postings, dtype=np.uint32))
        return writer.finish(
            layout=layout,
            table=np.array(table, dtype=np.uint32),
            ids=np.array(ids, dtype=np.uint32),
            versions=np.array(versions, dtype=np.int64),
            repeats=repeats,
        )


def test_a_segment_that_fits_together_is_sound() -> None:
    directory = MemoryDirectory()
    assert open_sound(directory, written(directory), version=2).documents == 3


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"postings": (6, 1, 6, 2)}, "not in order"),
        ({"postings": (1, 3, 6, 2)}, "documents that it does not have"),
        ({"postings": (6, 6, 6, 2)}, "more often in a document"),
        ({"table": (0, 3, 2, 4, 4)}, "offsets of its buckets"),
        ({"table": (1, 3, 3, 4, 4)}, "offsets of its buckets"),
        ({"ids": (5, 5, 7)}, "ids do not rise"),
        ({"ids": (0, 5, 7)}, "ids do not rise"),
        ({"versions": (1, 1, 3)}, "versions that there were not"),
        ({"versions": (0, 1, 1)}, "versions that there were not"),
        ({"table": (0, 3, 3, 4, 400)}, "footer makes no sense"),
        ({"layout": Layout(table_bits=20, low_bits=0, doc_bits=2)}, "footer makes no sense"),
        ({"layout": Layout(table_bits=-1, low_bits=0, doc_bits=2)}, "footer"),
        ({"layout": Layout(table_bits=2, low_bits=0, doc_bits=1)}, "no room"),
        ({"layout": Layout(table_bits=2, low_bits=31, doc_bits=2)}, "footer makes no sense"),
    ],
)
def test_what_cannot_be_is_damage_whatever_the_checksums_say(wrong: dict[str, object], what: str) -> None:
    directory = MemoryDirectory()
    with pytest.raises(Corrupt, match=what):
        open_sound(directory, written(directory, **wrong), version=2)  # type: ignore[arg-type]


def test_a_count_of_documents_that_is_wrong_is_found_and_mended(tmp_path: Path) -> None:
    directory = FolderDirectory(tmp_path)
    with Index.open(directory) as index:
        index.update(make_update([(1, [1]), (2, [2])]))
        index.flush()
    save(directory, msgspec.structs.replace(load(directory), documents=5))
    [damage] = check_index(directory)
    assert (damage.file, damage.what) == ("manifest", "It counts 5 documents, and the segments have 2.")
    plan = plan_repair(directory)
    assert plan is not None
    assert (plan.lost, plan.aside, plan.manifest.documents) == ((), (), 2)
    carry_out(plan, folder=tmp_path, aside=tmp_path)
    assert check_index(directory) == []


class BadDisk(FolderDirectory):
    """A folder on a disk that fails to read one file's first block."""

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        if name.endswith(".seg") and offset == 0:
            raise OSError(errno.EIO, "Input/output error", name)
        return super().read(name, offset, size)


def test_what_the_disk_cannot_read_is_damage(tmp_path: Path) -> None:
    with Index.open(FolderDirectory(tmp_path)) as index:
        index.update(make_update([(id_, list(range(100))) for id_ in range(1, 1000)]))
        index.flush()
    [damage] = check_index(BadDisk(tmp_path))
    assert "Input/output error" in damage.what
    plan = plan_repair(BadDisk(tmp_path))
    assert plan is not None
    assert plan.lost_ids.tolist() == list(range(1, 1000))
