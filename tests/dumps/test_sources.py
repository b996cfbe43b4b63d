"""Archives and folders: whatever bytes they hold, the answer is tables or one of our errors."""

from __future__ import annotations

import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.catalogue import Layer
from linernotes.domain.errors import Corrupt, Invalid, LinernotesError
from linernotes.dumps.sources import find_sources
from linernotes.dumps.staging import common_facts
from tests.importing import tiny

EVERY_LAYER = frozenset(Layer)
KEEP = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path):
    """Return every table of a source, whole."""
    [source] = find_sources([path], layers=EVERY_LAYER, threads=2)
    found = {}
    for name, stream in source.tables(lambda _: None):
        found[name] = b"".join(iter(lambda stream=stream: stream(1000), b""))
    return found


@pytest.mark.parametrize("kind", ["mbdump.tar.bz2", "mbdump.tar"])
def test_an_archive_gives_its_tables_and_facts(tmp_path, kind):
    tiny.archive(tmp_path / "mbdump.tar.bz2", tiny.tables())
    path = tmp_path / kind
    if kind.endswith(".tar"):
        with tarfile.open(path, "w") as plain, tarfile.open(tmp_path / "mbdump.tar.bz2") as packed:
            for member in packed:
                plain.addfile(member, packed.extractfile(member))
    assert read(path) == tiny.tables()
    facts = common_facts(find_sources([path], layers=EVERY_LAYER, threads=2))
    assert (facts.schema_sequence, facts.replication_sequence) == (31, 190000)


def test_a_folder_and_its_mbdump_are_the_same_source(tmp_path):
    folder = tiny.folder(tmp_path / "dump", tiny.tables())
    assert read(folder) == read(folder / "mbdump") == tiny.tables()
    assert len(find_sources([folder, folder / "mbdump"], layers=EVERY_LAYER, threads=1)) == 1


def test_two_archives_of_one_name_are_refused_and_one_that_is_named_twice_is_read_once(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        tiny.archive(tmp_path / name / "mbdump.tar.bz2", tiny.tables())
    old, new = (tmp_path / name / "mbdump.tar.bz2" for name in ("old", "new"))
    with pytest.raises(Invalid, match=r"old.*new.*mbdump"):
        find_sources([old, new], layers=EVERY_LAYER, threads=1)
    again = tmp_path / "new" / ".." / "old" / "mbdump.tar.bz2"
    assert len(find_sources([old, again], layers=EVERY_LAYER, threads=1)) == 1


@KEEP
@given(data=st.data())
def test_damage_anywhere_in_an_archive_is_told_as_such(tmp_path, data):
    path = tmp_path / "mbdump.tar.bz2"
    content = bytearray(tiny.archive(path, tiny.tables()).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        facts = common_facts(find_sources([path], layers=EVERY_LAYER, threads=2))
        found = read(path)
    except LinernotesError as exc:
        told = exc
    else:
        told = None
        assert (facts.schema_sequence, found) == (31, tiny.tables())
    assert told is None or isinstance(told, (Corrupt, Invalid))


@KEEP
@given(data=st.data())
def test_damage_in_a_plain_tar_raises_nothing_but_our_errors(tmp_path, data):
    path = tmp_path / "mbdump.tar"
    with tarfile.open(path, "w") as tar:
        for name, text in tiny.FACTS.items():
            tiny.add(tar, name, text.encode())
        tiny.add(tar, "mbdump/artist", tiny.tables()["artist"])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, 3000))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        common_facts(find_sources([path], layers=EVERY_LAYER, threads=2))
        read(path)
    except LinernotesError as exc:
        assert isinstance(exc, (Corrupt, Invalid))  # noqa: PT017 - either is right
    finally:
        path.unlink()


@pytest.mark.parametrize("text", ["", "thirty-one", "31\n32", "-1", "9" * 40])
def test_a_schema_sequence_that_is_no_number_is_invalid(tmp_path, text):
    path = tiny.folder(tmp_path / "dump", {}, SCHEMA_SEQUENCE=text)
    with pytest.raises(Invalid, match="SCHEMA_SEQUENCE"):
        common_facts(find_sources([path], layers=EVERY_LAYER, threads=1))
