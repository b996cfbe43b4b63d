"""Slips in the names of real artists and albums, from a small real dump."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from linernotes.domain.catalogue import Layer
from linernotes.domain.ids import Kind
from linernotes.dumps.sources import find_sources
from linernotes.dumps.staged import StagedDump
from linernotes.dumps.staging import Stager
from linernotes.ports.progress import NoProgress
from tests.searchers.indexes import build, with_a_slip

BOTH = [Kind.ARTIST, Kind.RELEASE_GROUP]


@pytest.fixture(scope="module")
def records(shared_data: Path, tmp_path_factory: pytest.TempPathFactory):
    work = tmp_path_factory.mktemp("staging")
    layers = frozenset({Layer.CORE})
    sources = find_sources([shared_data / "mbdump-mini"], layers=layers, threads=2)
    staged = Stager(work, layers=layers, memory_mb=512, threads=2, progress=NoProgress()).stage(sources)
    dump = StagedDump(staged.file, memory_mb=512, threads=2)
    try:
        return list(dump.names())
    finally:
        dump.close()


@pytest.fixture(scope="module")
def names(records, tmp_path_factory):
    return build(tmp_path_factory.mktemp("real") / "names", records)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("bob dylan", Kind.ARTIST, "Bob Dylan"),
        ("dylan bob", Kind.ARTIST, "Bob Dylan"),
        ("Боб Дилан", Kind.ARTIST, "Bob Dylan"),
        ("beatels", Kind.ARTIST, "The Beatles"),
        ("chaikovsky", Kind.ARTIST, "Пётр Ильич Чайковский"),
        ("nashville skyline dylan", Kind.RELEASE_GROUP, "Nashville Skyline"),
    ],
)
def test_people_are_understood(names, text, kind, name):
    assert name in {hit.name for hit in names.search(text, [kind], limit=3)}


def test_every_name_finds_its_entity_or_ten_others_of_that_name(names, records):
    for record in records:
        hits = names.search(record.name, [record.kind], limit=10)
        assert record.mbid in {hit.mbid for hit in hits} or [hit.name for hit in hits] == [record.name] * 10


@pytest.mark.parametrize("kind", BOTH)
def test_of_real_names_with_one_slip_95_in_100_are_among_the_first_ten(names, records, kind):
    chance = random.Random(4)
    tried = chance.sample([record for record in records if record.kind is kind and len(record.name) > 3], 600)
    found = 0
    for record in tried:
        hits = names.search(with_a_slip(record.name, chance), [kind], limit=10)
        found += record.mbid in {hit.mbid for hit in hits}
    assert found / len(tried) >= 0.95


def test_an_album_and_its_artist_together_find_the_album(names, records):
    albums = [record for record in records if record.kind is Kind.RELEASE_GROUP]
    tried = random.Random(5).sample(albums, 600)
    found = 0
    for record in tried:
        hits = names.search(f"{record.artist} {record.name}", [Kind.RELEASE_GROUP], limit=10)
        found += record.mbid in {hit.mbid for hit in hits}
    assert found / len(tried) >= 0.99
