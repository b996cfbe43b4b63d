"""What every name search promises, over every searcher, on names that real artists bear."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameHit, NameRecord
from linernotes.ports.names import NameSearch
from linernotes.searchers.memory import MemoryNamesWriter
from linernotes.searchers.tantivy import TantivyNamesWriter, open_names
from linernotes.searchers.tantivy.settings import SearchSettings

BOTH = [Kind.ARTIST, Kind.RELEASE_GROUP]
SETTINGS = SearchSettings(heap_mb=32)


def mbid_of(*parts: str) -> MBID:
    return MBID(str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts))))


def artist(name, *names, sort="", used=5, note=""):
    mbid = mbid_of("artist", name, note)
    return NameRecord(Kind.ARTIST, mbid, name, sort or name, names, disambiguation=note, popularity=used)


def album(name, by, used=5):
    mbid = mbid_of("album", name, by)
    return NameRecord(Kind.RELEASE_GROUP, mbid, name, artist=by, artist_names=(by,), popularity=used)


RECORDS = [
    artist("AC/DC"),
    artist("P!nk", "Alecia Moore"),
    artist("!!!"),
    artist("+/-"),
    artist("Sigur Rós"),
    artist("Motörhead"),
    artist("Beyoncé"),
    artist("The The", sort="The, The"),
    artist("The Beatles", sort="Beatles, The", used=900),
    artist("Björk"),
    artist("µ-Ziq"),
    artist("周杰倫", "Jay Chou", sort="Chou, Jay"),
    artist("Мумий Тролль", sort="Mumiy Troll"),
    artist("Σωκράτης Μάλαμας"),
    artist("スピッツ"),
    artist("きゃりーぱみゅぱみゅ"),
    artist("방탄소년단", "BTS"),
    artist("Ｇａｃｋｔ"),
    artist("ﬁre"),
    artist("Großstadtgeflüster"),
    artist("Mø"),
    artist("Małgorzata Ostrowska"),
    artist("Simon & Garfunkel"),
    artist("Florence + the Machine"),
    artist("$uicideboy$"),
    artist("John Lennon", sort="Lennon, John"),
    artist("Nirvana", used=500),
    artist("Nirvana", used=3, note="60s band from the UK"),
    artist("Nirvana Tribute Band", used=1),
    artist("Prince", used=800),
    artist("Prince Buster", used=40),
    artist("The Artist", "Prince", used=700),
    album("Nevermind", "Nirvana", used=200),
    album("Nevermind", "Dennis Brown", used=2),
    album("Bleach", "Nirvana", used=90),
    album("Homogenic", "Björk", used=60),
    album("÷", "Ed Sheeran"),
    album("+", "Ed Sheeran"),
    album("-", "Ed Sheeran"),
    album("•", "Isbells"),
    album("Back in Black", "AC/DC", used=150),
    album("Blonde", "Cœur de pirate"),
    album("葉惠美", "周杰倫"),
    album("OK Computer", "Radiohead"),
    album("The Wall", "Pink Floyd", used=120),
]


def tantivy_search(path):
    writer = TantivyNamesWriter(path, settings=SETTINGS)
    writer.add(RECORDS[:20])
    assert writer.add(iter(RECORDS[20:])) == len(RECORDS) - 20
    writer.finish()
    return open_names(path, settings=SETTINGS)


def memory_search(path):
    writer = MemoryNamesWriter()
    writer.add(RECORDS[:20])
    assert writer.add(iter(RECORDS[20:])) == len(RECORDS) - 20
    writer.finish()
    return writer.names


SEARCHERS: dict[str, Callable] = {"memory": memory_search, "tantivy": tantivy_search}


@pytest.fixture(scope="module", params=SEARCHERS)
def names(request, tmp_path_factory) -> NameSearch:
    return SEARCHERS[request.param](tmp_path_factory.mktemp("names") / "index")


def found(hits: list[NameHit]) -> list[tuple[str, str]]:
    return [(hit.name, hit.artist) for hit in hits]


MUST_FIND = [
    ("AC/DC", "AC/DC"),
    ("ac dc", "AC/DC"),
    ("acdc", "AC/DC"),
    ("P!nk", "P!nk"),
    ("pink", "P!nk"),
    ("!!!", "!!!"),
    ("+/-", "+/-"),
    ("Sigur Ros", "Sigur Rós"),
    ("SIGUR RÓS", "Sigur Rós"),
    (unicodedata.normalize("NFD", "Sigur Rós"), "Sigur Rós"),
    ("Motorhead", "Motörhead"),
    ("beyonce", "Beyoncé"),
    ("the the", "The The"),
    ("beatles", "The Beatles"),
    ("Beatles, The", "The Beatles"),
    ("µ-Ziq", "µ-Ziq"),
    ("μ-ziq", "µ-Ziq"),
    ("mu-ziq", "µ-Ziq"),
    ("u-ziq", "µ-Ziq"),
    ("周杰倫", "周杰倫"),
    ("周杰伦", "周杰倫"),
    ("杰伦", "周杰倫"),
    ("chou jay", "周杰倫"),
    ("叶惠美", "葉惠美"),
    ("Мумий Тролль", "Мумий Тролль"),
    ("МУМИЙ ТРОЛЛЬ", "Мумий Тролль"),
    ("Mumiy Troll", "Мумий Тролль"),
    ("ΣΩΚΡΆΤΗΣ ΜΆΛΑΜΑΣ", "Σωκράτης Μάλαμας"),
    ("すぴっつ", "スピッツ"),
    ("ｽﾋﾟｯﾂ", "スピッツ"),
    ("キャリーパミュパミュ", "きゃりーぱみゅぱみゅ"),
    ("방탄소년단", "방탄소년단"),
    ("bts", "방탄소년단"),
    ("gackt", "Ｇａｃｋｔ"),
    ("FIRE", "ﬁre"),
    ("grossstadtgefluster", "Großstadtgeflüster"),
    ("MØ", "Mø"),
    ("mo", "Mø"),
    ("malgorzata ostrowska", "Małgorzata Ostrowska"),
    ("simon and garfunkel", "Simon & Garfunkel"),
    ("florence and the machine", "Florence + the Machine"),
    ("florence the machine", "Florence + the Machine"),
    ("suicideboys", "$uicideboy$"),
    ("lennon, john", "John Lennon"),
    ("nevermind", "Nevermind"),
    ("Nevermnd", "Nevermind"),
    ("nevremind", "Nevermind"),
    ("nirvana nevermind", "Nevermind"),
    ("nevermind nirvana", "Nevermind"),
    ("nirvna nevermnd", "Nevermind"),
    ("nirvana never", "Nevermind"),
    ("Bjork Homogenic", "Homogenic"),
    ("acdc back in black", "Back in Black"),
    ("coeur de pirate", "Blonde"),
    ("÷", "÷"),
    ("divide", "÷"),
    ("+", "+"),
    ("plus", "+"),
    ("-", "-"),
    ("•", "•"),
    ("the wall remastered edition pink floyd", "The Wall"),
]


@pytest.mark.parametrize(("text", "name"), MUST_FIND)
def test_the_name_that_is_meant_comes_first_of_its_kind(names, text, name):
    hits = names.search(text, BOTH, limit=10)
    assert name in {hit.name for hit in hits if hit.score == 100}


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\x00", "\u200b", "\u3000"])
def test_text_without_a_letter_digit_or_symbol_finds_nothing(names, text):
    assert names.search(text, BOTH, limit=10) == []
    assert names.search_album(text, "Nirvana", limit=10) == []


def test_the_exact_name_comes_before_a_longer_one_that_begins_with_it(names):
    hits = names.search("prince", [Kind.ARTIST], limit=10)
    assert [hit.name for hit in hits] == ["Prince", "The Artist", "Prince Buster"]
    assert hits[0].score > hits[1].score > hits[2].score


def test_a_beginning_comes_before_words_and_words_before_a_slip(names):
    hits = found(names.search("nirvana", BOTH, limit=10))
    assert hits == [
        ("Nirvana", ""),
        ("Nirvana", ""),
        ("Nirvana Tribute Band", ""),
        ("Nevermind", "Nirvana"),
        ("Bleach", "Nirvana"),
    ]


def test_of_two_with_the_same_name_the_more_used_comes_first(names):
    first, second, *_ = names.search("Nirvana", [Kind.ARTIST], limit=10)
    assert (first.disambiguation, second.disambiguation) == ("", "60s band from the UK")
    assert found(names.search("nevermind", [Kind.RELEASE_GROUP], limit=10)) == [
        ("Nevermind", "Nirvana"),
        ("Nevermind", "Dennis Brown"),
    ]


def test_hits_come_by_kind_in_the_order_asked_then_by_score(names):
    hits = names.search("nirvana", [Kind.RELEASE_GROUP, Kind.ARTIST], limit=10)
    assert [hit.kind for hit in hits] == [Kind.RELEASE_GROUP] * 2 + [Kind.ARTIST] * 3
    assert next(hit.score for hit in hits if hit.kind is Kind.ARTIST) == 100
    for kind in BOTH:
        scores = [hit.score for hit in hits if hit.kind is kind]
        assert scores == sorted(scores, reverse=True)


def test_the_limit_is_per_kind(names):
    hits = names.search("nirvana", BOTH, limit=1)
    assert found(hits) == [("Nirvana", ""), ("Nevermind", "Nirvana")]
    assert names.search("nirvana", BOTH, limit=0) == []


def test_only_the_kinds_asked_for_are_found(names):
    assert {hit.kind for hit in names.search("nirvana", [Kind.ARTIST], limit=10)} == {Kind.ARTIST}
    assert names.search("nirvana", [Kind.LABEL], limit=10) == []
    assert names.search("nirvana", [], limit=10) == []


def test_a_hit_shows_what_was_indexed(names):
    hit = names.search("homogenic", [Kind.RELEASE_GROUP], limit=1)[0]
    assert hit == NameHit(Kind.RELEASE_GROUP, mbid_of("album", "Homogenic", "Björk"), "Homogenic", 100, "Björk")


@pytest.mark.parametrize(
    ("title", "by", "expected"),
    [
        ("Nevermind", "Dennis Brown", [("Nevermind", "Dennis Brown")]),
        ("nevermind", "nirvana", [("Nevermind", "Nirvana")]),
        ("nevermnd", "nirvna", [("Nevermind", "Nirvana")]),
        ("never", "nirv", [("Nevermind", "Nirvana")]),
        ("homogenic", "bjork", [("Homogenic", "Björk")]),
        ("wall", "the pink floyd band", [("The Wall", "Pink Floyd")]),
        ("back in black", "acdc", [("Back in Black", "AC/DC")]),
        ("÷", "sheeran", [("÷", "Ed Sheeran")]),
        ("Nevermind", "Metallica", []),
        ("Metallica", "Nirvana", []),
    ],
)
def test_an_album_is_found_by_its_title_among_those_of_the_artist(names, title, by, expected):
    assert found(names.search_album(title, by, limit=10)) == expected


def test_an_album_search_without_artist_is_a_plain_one(names):
    assert names.search_album("nevermind", " ", limit=10) == names.search("nevermind", [Kind.RELEASE_GROUP], limit=10)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=40), by=st.text(max_size=20))
def test_any_text_has_an_answer_with_scores_that_fall_from_100(names, text, by):
    for hits in (names.search(text, BOTH, limit=5), names.search_album(text, by, limit=5)):
        for kind in BOTH:
            scores = [hit.score for hit in hits if hit.kind is kind]
            assert scores == sorted(scores, reverse=True)
            assert len(scores) <= 5
            assert all(0 < score <= 100 for score in scores)
            assert not scores or scores[0] == 100


@pytest.mark.parametrize(
    "text", ['"', "a AND b", "title:x", "(", "[a TO b]", "\\", "*", "nirvana~2", "?" * 500, "x " * 5000]
)
def test_no_sign_has_a_meaning_of_its_own(names, text):
    assert isinstance(names.search(text, BOTH, limit=5), list)


@given(record=st.sampled_from(RECORDS))
@settings(max_examples=60, deadline=None)
def test_every_name_is_found_by_itself_in_any_case_and_with_any_spaces(names, record):
    for text in (record.name, record.name.upper(), f"  {record.name.lower()} "):
        hits = names.search(text, [record.kind], limit=20)
        assert record.mbid in {hit.mbid for hit in hits}
