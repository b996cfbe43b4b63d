"""The column lists agree with real files and say clearly what they do not know."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from linernotes.domain.errors import Invalid
from linernotes.dumps.schema import columns, known_sequences, tables

DUMPS = [
    "mbdump-mini/mbdump.tar.bz2",
    "mbdump-mini/mbdump-derived.tar.bz2",
    "lidarr-edge/mbdump.tar.bz2",
    "lidarr-edge/mbdump-derived.tar.bz2",
    "lidarr-edge/mbdump-cover-art-archive.tar.bz2",
]


@pytest.mark.parametrize("dump", DUMPS)
def test_every_table_of_a_real_dump_has_as_many_columns_as_its_list(dump: str, shared_data: Path) -> None:
    with tarfile.open(shared_data / dump, "r:bz2") as archive:
        for member in archive:
            folder, _, table = member.name.rpartition("/")
            if folder == "mbdump":
                file = archive.extractfile(member)
                assert file is not None
                assert len(file.readline().split(b"\t")) == len(columns(31, table)), table


def test_a_list_is_in_the_order_of_the_table_definition() -> None:
    assert columns(31, "medium")[:4] == ("id", "release", "position", "format")
    assert columns(31, "medium")[-1] == "gid"
    assert columns(31, "isrc") == ("id", "recording", "isrc", "edits_pending", "created")


def test_sequence_30_still_had_the_source_of_an_isrc() -> None:
    assert columns(30, "isrc") == ("id", "recording", "isrc", "source", "edits_pending", "created")


def test_tables_of_other_schemas_keep_their_prefix() -> None:
    assert "cover_art_archive.cover_art" in tables(31)
    assert list(tables(31)) == sorted(tables(31))


def test_no_table_names_a_column_twice() -> None:
    for sequence in known_sequences():
        for table in tables(sequence):
            assert len(set(columns(sequence, table))) == len(columns(sequence, table)), table


def test_an_unknown_sequence_names_the_known_ones() -> None:
    with pytest.raises(Invalid, match="30, 31"):
        columns(99, "artist")


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(Invalid, match="no table gramophone"):
        columns(31, "gramophone")
