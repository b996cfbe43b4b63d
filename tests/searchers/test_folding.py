"""What counts as the same name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord
from linernotes.searchers.folding import (
    chunks,
    compact,
    entry_keys,
    entry_words,
    fold,
    name_keys,
    needed,
    plain_words,
    query_keys,
    words,
)

ANY_MBID = MBID("89ad4ac3-39f7-470e-963a-56509c546377")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Sigur Rós", "sigur ros"),
        ("BEYONCÉ", "beyonce"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
        ("ﬁre ﬂy", "fire fly"),
        ("Straße", "strasse"),
        ("Bjørn Łódź Œuvre Æther Þór Ðe", "bjorn lodz oeuvre aether thor de"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Ёлка и Чай", "елка и чаи"),
        ("スピッツ", "すぴっつ"),
        ("ｶﾞﾝﾀﾞﾑ", "がんだむ"),
        ("ヴァン", "ゔぁん"),
        ("周杰倫", "周杰伦"),
        ("臺灣樂團", "台湾乐团"),
        ("방탄소년단", "방탄소년단"),
        ("Don’t “Stop” – Now…", 'don\'t "stop" - now...'),
        ("Zero\u200bWidth™", "zerowidth"),
        ("Ⅳ №½", "iv no1⁄2"),
        ("أحمد", "احمد"),
    ],
)
def test_folding_is_blind_to_case_accents_width_and_variants(text, folded):
    assert fold(text) == folded


def test_a_voiced_kana_stays_another_syllable():
    assert fold("が") != fold("か")
    assert fold(unicodedata.normalize("NFD", "が")) == fold("が")


@given(st.text())
def test_folding_what_is_folded_changes_nothing_more(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_takes_the_short_way_to_the_same_result(text):
    assert fold(text + "é") == fold(text) + "e"


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("AC/DC", ["acdc"]),
        ("P!nk", ["pnk", "pink"]),
        ("Ke$ha", ["keha", "kesha"]),
        ("Wham!", ["wham"]),
        ("!!!", ["!!!"]),
        ("+/-", ["+/-"]),
        ("+", ["+", "plus"]),
        ("The The", ["thethe", "the"]),
        ("The", ["the"]),
        ("Beatles, The", ["beatlesthe", "beatles"]),
        ("Bach, Johann Sebastian", ["bachjohannsebastian", "johannsebastianbach"]),
        ("µ-Ziq", ["μziq", "muziq", "uziq"]),
        ("Simon & Garfunkel", ["simonandgarfunkel"]),
        ("हिन्दी", ["हिनदी"]),
        (" ", []),
        ("x" * 300, ["x" * 100]),
    ],
)
def test_a_name_has_a_key_for_each_way_to_type_it(name, keys):
    assert name_keys(name) == keys


@given(st.text(min_size=1))
def test_a_name_is_found_by_typing_it(name):
    assert query_keys(fold(name))[:1] == name_keys(name)[:1]


@given(st.text())
def test_no_key_is_empty_or_has_a_space(name):
    assert not any(key == "" or " " in key for key in name_keys(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sigur ros", ["sigur", "ros"]),
        ("ac/dc live", ["ac", "dc", "acdc", "live"]),
        ("p!nk", ["p", "nk", "pnk", "pink"]),
        ("don't stop", ["dont", "stop"]),
        ("周杰伦 jay", ["周", "杰", "伦", "jay"]),
        ("simon & garfunkel", ["simon", "and", "garfunkel"]),
        ("+", ["+"]),
        ("!!! live", ["!!!", "live"]),
        ("", []),
    ],
)
def test_text_is_cut_into_words(text, expected):
    assert words(text) == expected


@given(st.text())
def test_words_are_the_words_of_the_chunks(text):
    folded = fold(text)
    cut = chunks(folded)
    assert words(folded) == [word for chunk in cut for word in (*chunk.parts, *chunk.wholes)]
    assert plain_words(folded) == [word for chunk in cut for word in (chunk.wholes[-1:] or chunk.parts)]


@given(st.text())
def test_text_with_a_key_has_a_chunk_that_is_needed(text):
    folded = fold(text)
    assert bool(compact(folded)) == bool(needed(chunks(folded)))


def test_signs_and_articles_are_needed_only_when_there_is_nothing_else():
    assert [chunk.parts for chunk in needed(chunks("the wall - live"))] == [("wall",), ("live",)]
    assert [chunk.parts for chunk in needed(chunks("the the"))] == [("the",), ("the",)]


def test_an_entry_has_the_keys_of_all_its_names_but_not_of_a_mere_reordering():
    record = NameRecord(Kind.ARTIST, ANY_MBID, "John Lennon", "Lennon, John", ("Dr. Winston O'Boogie",))
    assert entry_keys(record) == ["johnlennon", "drwinstonoboogie"]
    assert entry_words(record) == ["john", "lennon", "dr", "winston", "oboogie"]


def test_a_sort_name_in_another_script_is_a_name_of_its_own():
    record = NameRecord(Kind.ARTIST, ANY_MBID, "中島みゆき", "Nakajima, Miyuki")
    assert entry_keys(record) == ["中岛みゆき", "nakajimamiyuki", "miyukinakajima"]


def test_the_words_of_an_album_hold_its_artists_and_disambiguation():
    record = NameRecord(
        Kind.RELEASE_GROUP, ANY_MBID, "Live", artist="Him & Her", artist_names=("Him", "Her"), disambiguation="2001"
    )
    assert entry_words(record) == ["live", "him", "and", "her", "2001"]
