"""A manifest is read as it was written, or refused; it is never guessed."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.fingerprint.index.manifest import (
    NAME,
    Manifest,
    SegmentEntry,
    dead_name,
    decode,
    encode,
    load,
    log_name,
    log_versions,
    save,
    segment_name,
)
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.sealed import seal

KIND = b"LNmanif\n"

counts = st.integers(0, (1 << 63) - 1)
names = st.builds(segment_name, st.integers(0, (1 << 32) - 1))
entries = st.builds(
    SegmentEntry,
    name=names,
    documents=counts,
    postings=counts,
    size=counts,
    checksum=st.integers(0, (1 << 64) - 1),
    dead=st.none() | st.builds(dead_name, names, st.integers(0, (1 << 32) - 1)),
)
manifests = st.builds(
    Manifest,
    version=counts,
    documents=counts,
    next_file=counts,
    first_log=counts,
    metadata=st.dictionaries(st.text(), st.text(), max_size=3),
    segments=st.lists(entries, max_size=3),
)


def with_files(*names: str) -> MemoryDirectory:
    directory = MemoryDirectory()
    for name in names:
        directory.create(name).close()
    return directory


@given(manifests)
def test_what_is_saved_is_loaded(manifest: Manifest):
    directory = MemoryDirectory()
    save(directory, manifest)
    assert load(directory) == load(directory.crash()) == manifest


def test_a_manifest_never_outlives_the_names_of_the_files_it_needs():
    directory = with_files(segment_name(1))
    save(directory, Manifest())
    assert directory.crash().names() == [NAME, segment_name(1)]


@pytest.mark.parametrize(
    "files",
    [(), (log_name(1),), (log_name(1), log_name(7), segment_name(1)), ("something else",)],
    ids=["an empty folder", "the first log", "a flush that was not finished", "a stranger"],
)
def test_an_index_that_was_never_flushed_has_an_empty_manifest(files: tuple[str, ...]):
    assert load(with_files(*files)) == Manifest()


@pytest.mark.parametrize("files", [(segment_name(1),), (log_name(2),), (segment_name(3), log_name(9))])
def test_a_manifest_that_is_missing_beside_files_that_need_one_is_damage(files: tuple[str, ...]):
    with pytest.raises(Corrupt, match="missing") as raised:
        load(with_files(*files))
    assert "linernotes index repair" in raised.value.hint


@given(manifests, st.data())
def test_a_flipped_bit_is_noticed(manifest: Manifest, data: st.DataObject):
    damaged = bytearray(encode(manifest))
    bit = data.draw(st.integers(0, len(damaged) * 8 - 1))
    damaged[bit >> 3] ^= 1 << (bit & 7)
    with pytest.raises(Corrupt):
        decode(bytes(damaged))


@given(manifests, st.data())
def test_a_manifest_that_is_cut_short_is_noticed(manifest: Manifest, data: st.DataObject):
    whole = encode(manifest)
    with pytest.raises(Corrupt):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary())
def test_any_bytes_are_a_manifest_or_damage(content: bytes):
    for data in (content, seal(KIND, content)):
        with suppress(Corrupt):
            assert isinstance(decode(data), Manifest)


@pytest.mark.parametrize(
    "content",
    [
        b"\x91" * 100_000,
        b"\x81\xa1\xff\x01",
        msgspec.msgpack.encode({"format": 1, "version": -1}),
        msgspec.msgpack.encode({"format": 1, "segments": [{"name": "../../etc/passwd"}]}),
        msgspec.msgpack.encode({"format": "1"}),
        msgspec.msgpack.encode({}),
    ],
    ids=["too deep", "no text", "a negative version", "a name that leads elsewhere", "a wrong type", "no format"],
)
def test_a_manifest_that_makes_no_sense_is_damage(content: bytes):
    with pytest.raises(Corrupt):
        decode(seal(KIND, content))


def test_a_segment_entry_names_a_segment():
    entry = {"documents": 1, "postings": 1, "size": 1, "checksum": 1}
    for name in ("manifest", "segment-00000001.seg\n", "a/segment-00000001.seg", ""):
        with pytest.raises(Corrupt):
            decode(seal(KIND, msgspec.msgpack.encode({"format": 1, "segments": [{**entry, "name": name}]})))


def test_a_manifest_of_a_newer_version_says_so():
    with pytest.raises(Corrupt, match="newer version") as raised:
        decode(seal(KIND, msgspec.msgpack.encode({"format": 2, "segments": "in another form"})))
    assert "newer" in raised.value.hint


def test_a_manifest_has_a_largest_size_in_both_directions():
    directory = MemoryDirectory()
    with pytest.raises(Invalid):
        save(directory, Manifest(metadata={"key": "v" * (64 << 20)}))
    assert directory.names() == []
    directory.replace(NAME, bytes((64 << 20) + 1))
    with pytest.raises(Corrupt, match="larger"):
        load(directory)


def test_names_hold_their_numbers():
    assert segment_name(255) == "segment-000000ff.seg"
    assert dead_name(segment_name(1), 16) == "segment-00000001.dead-00000010"
    assert log_name(1) == "log-0000000000000001.log"
    assert log_versions([log_name(300), log_name(7), "log-1.log", segment_name(1)]) == [7, 300]
