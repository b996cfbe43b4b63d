"""What is special to the embedded index: its folder, its threads, and slips at a larger number of names."""

from __future__ import annotations

import random
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from linernotes.domain.errors import Conflict, Corrupt, Unavailable
from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord
from linernotes.searchers.memory import MemoryNames
from linernotes.searchers.tantivy import TantivyNamesWriter, open_names
from tests.searchers.indexes import SETTINGS, build, with_a_slip

BOTH = [Kind.ARTIST, Kind.RELEASE_GROUP]
SYLLABLES = ("ka", "ro", "mi", "ten", "lor", "va", "shi", "ne", "du", "bel", "far", "gri", "stan", "wo", "mer", "li")


def made_up(count: int, seed: int = 1) -> list[NameRecord]:
    """Artists with one to three words of two to four syllables, and an album of each."""
    chance = random.Random(seed)
    records = []
    for _ in range(count):
        words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(chance.randint(2, 5))]
        cut = chance.randint(1, len(words) - 1)
        name, title = " ".join(words[:cut]).title(), " ".join(words[cut:]).title()
        ids = [MBID(str(uuid.UUID(int=chance.getrandbits(128)))) for _ in range(2)]
        used = int(chance.paretovariate(1))
        records += [
            NameRecord(Kind.ARTIST, ids[0], name, name, popularity=used),
            NameRecord(Kind.RELEASE_GROUP, ids[1], title, artist=name, artist_names=(name,), popularity=used),
        ]
    return records


@pytest.fixture(scope="module")
def records():
    return made_up(1500)


@pytest.fixture(scope="module")
def names(records, tmp_path_factory):
    return build(tmp_path_factory.mktemp("made-up") / "names", records)


def test_an_open_index_outlives_its_folder(tmp_path, records):
    names = build(tmp_path / "names", records[:200])
    shutil.rmtree(tmp_path / "names")
    assert all(names.search(record.name, [record.kind], limit=50) for record in records[:200])


def test_threads_get_the_answers_that_one_alone_gets(names, records):
    texts = [record.name for record in records[:200]]
    alone = [names.search(text, BOTH, limit=10) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: names.search(text, BOTH, limit=10), texts * 3))
    assert together == alone * 3


def test_both_searchers_agree_on_what_comes_first(names, records):
    twin = MemoryNames(records)
    chance = random.Random(2)
    for record in chance.sample(records, 60):
        for text in (record.name, record.name[:-2], with_a_slip(record.name, chance), f"{record.artist} {record.name}"):
            assert names.search(text, [record.kind], limit=10)[:1] == twin.search(text, [record.kind], limit=10)[:1]


def test_of_names_with_one_slip_95_in_100_are_among_the_first_ten(names, records):
    chance = random.Random(3)
    tried = chance.sample(records, 600)
    found = 0
    for record in tried:
        hits = names.search(with_a_slip(record.name, chance), [record.kind], limit=10)
        found += record.mbid in {hit.mbid for hit in hits}
    assert found / len(tried) >= 0.95


def test_the_same_records_give_the_same_answers(tmp_path, records, names):
    again = build(tmp_path / "names", records)
    for record in records[:100]:
        assert again.search(record.name, BOTH, limit=10) == names.search(record.name, BOTH, limit=10)


def test_an_index_without_names_finds_nothing(tmp_path):
    assert build(tmp_path / "names", []).search("anything", BOTH, limit=10) == []


def test_there_is_no_index_in_an_empty_folder(tmp_path):
    with pytest.raises(Unavailable, match="no name index"):
        open_names(tmp_path, settings=SETTINGS)


def test_an_index_that_was_never_finished_is_none(tmp_path, records):
    TantivyNamesWriter(tmp_path, settings=SETTINGS).add(records[:10])
    with pytest.raises(Unavailable, match="no name index"):
        open_names(tmp_path, settings=SETTINGS)


@pytest.mark.parametrize("marker", [b"", b"[]", b'{"format": 99}', b"{}"])
def test_an_index_of_another_version_is_not_read(tmp_path, records, marker):
    build(tmp_path, records[:10])
    (tmp_path / "names.json").write_bytes(marker)
    with pytest.raises(Corrupt):
        open_names(tmp_path, settings=SETTINGS)


def test_a_damaged_index_is_corrupt(tmp_path, records):
    build(tmp_path, records[:10])
    (tmp_path / "meta.json").write_bytes(b"{")
    with pytest.raises(Corrupt):
        open_names(tmp_path, settings=SETTINGS)


def test_damage_that_only_a_search_meets_is_corrupt(tmp_path, records):
    build(tmp_path / "whole", records[:100])
    told = set()
    for kind in ("store", "fast"):
        [size] = [file.stat().st_size for file in (tmp_path / "whole").glob(f"*.{kind}")]
        for place in range(0, size - 150, max(1, size // 40)):
            damaged = tmp_path / f"{kind}{place}"
            shutil.copytree(tmp_path / "whole", damaged)
            [file] = damaged.glob(f"*.{kind}")
            content = bytearray(file.read_bytes())
            content[place] ^= 0xFF
            file.write_bytes(content)
            opened = open_names(damaged, settings=SETTINGS)
            try:
                for record in records[:10]:
                    opened.search(record.name, BOTH, limit=10)
            except Corrupt as exc:
                told.add(exc.hint)
    assert told == {"Run `linernotes import` again."}


def test_articles_do_not_count_for_half_of_the_words(tmp_path):
    album = NameRecord(Kind.RELEASE_GROUP, MBID(str(uuid.UUID(int=1))), "Goldfish Serenade", artist="Zorbo")
    found = build(tmp_path / "names", [album]).search("the the the a goldfish marmalade", BOTH, limit=5)
    assert [hit.mbid for hit in found] == [album.mbid]


def test_an_index_is_not_written_over(tmp_path, records):
    build(tmp_path, records[:10])
    with pytest.raises(Conflict):
        TantivyNamesWriter(tmp_path, settings=SETTINGS)


def test_a_path_that_cannot_be_a_folder_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        TantivyNamesWriter(tmp_path / "file" / "names", settings=SETTINGS)
