"""The three forms of an answer, byte for byte."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.facades.acoustid.serialise import CALLBACK, Form, callback_of, singular, to_json, to_xml

ARTISTS = {"status": "ok", "artists": [{"name": "Some Artist", "year": 1948, "cities": ["Paris", "Lyon"]}]}


def test_json_has_sorted_keys_and_python_s_own_spaces():
    reply = Form().reply(ARTISTS)
    assert reply.body == (
        b'{"artists": [{"cities": ["Paris", "Lyon"], "name": "Some Artist", "year": 1948}], "status": "ok"}'
    )
    assert reply.content_type == "application/json; charset=UTF-8"
    assert ("access-control-allow-origin", "*") in reply.headers


def test_json_is_ascii_and_its_numbers_are_as_short_as_can_be():
    assert to_json({"a": "é\U0001f3b5", "b": [1.0, 0.9290991, 180.123]}) == (
        r'{"a": "\u00e9\ud83c\udfb5", "b": [1.0, 0.9290991, 180.123]}'
    )


def test_jsonp_calls_the_function_and_ends_without_a_semicolon():
    reply = Form("jsonp", "getData").reply({"status": "ok"}, 400)
    assert (reply.status, reply.body) == (400, b'getData({"status": "ok"})')
    assert reply.content_type == "application/javascript; charset=UTF-8"


@pytest.mark.parametrize("name", ["$foo", "a.b_c", "A0", "_.$", "jsonAcoustidApi"])
def test_names_of_functions_are_taken(name):
    assert callback_of(name) == name


@pytest.mark.parametrize("name", ["///", "b$c", "", "1a", "a.", ".a", "a..b", "alert(1)", "a b", "é", "a\n"])
def test_what_is_no_name_of_a_function_becomes_the_usual_one(name):
    assert callback_of(name) == CALLBACK


def test_xml_has_sorted_elements_and_singular_items():
    assert Form("xml").reply(ARTISTS).body == (
        b"<?xml version='1.0' encoding='UTF-8'?>\n<response><artists><artist><cities><city>Paris</city>"
        b"<city>Lyon</city></cities><name>Some Artist</name><year>1948</year></artist></artists>"
        b"<status>ok</status></response>"
    )
    assert Form("xml").reply({}).content_type == "text/xml; charset=UTF-8"


def test_xml_writes_scalars_as_python_does():
    found = to_xml({"index": None, "on": True, "off": False, "score": 1.0, "hashes": [-1], "releaseevents": [{}]})
    assert found.partition("\n")[2] == (
        "<response><hashes><hashe>-1</hashe></hashes><index>None</index><off>False</off><on>True</on>"
        "<releaseevents><releaseevent /></releaseevents><score>1.0</score></response>"
    )


def test_xml_has_attributes_for_keys_that_begin_with_an_at_sign():
    assert to_xml({"@status": "ok"}).endswith('\n<response status="ok" />')
    assert to_xml({"@a": '<"&', "b": "<&>"}).endswith("<response a='&lt;\"&amp;'><b>&lt;&amp;&gt;</b></response>")


@pytest.mark.parametrize(
    ("plural", "one"), [("artists", "artist"), ("cities", "city"), ("hashes", "hashe"), ("isrcs", "isrc")]
)
def test_singulars(plural, one):
    assert singular(plural) == one


def test_a_word_that_is_no_plural_has_no_singular():
    with pytest.raises(ValueError, match="city"):
        singular("city")


@given(st.text())
def test_xml_is_well_formed_whatever_a_text_holds(text):
    root = ET.fromstring(to_xml({"title": text, "@a": text}).encode())
    assert root.find("title") is not None
