"""Identifiers: every accepted spelling becomes one canonical form, and anything else is Invalid."""

from __future__ import annotations

import uuid
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.domain.ids import catalog_number_key, parse_barcode, parse_disc_id, parse_isrc, parse_mbid

SPELLINGS = (
    str,
    lambda one: str(one).upper(),
    lambda one: one.hex,
    lambda one: f"{{{one}}}",
    lambda one: f"urn:uuid:{one}",
    lambda one: f"{{{one.hex.upper()}}}",
)


@given(st.uuids(), st.sampled_from(SPELLINGS))
def test_every_spelling_that_python_reads_is_one_mbid(one, spelling):
    assert parse_mbid(spelling(one)) == str(one)


@given(st.text(max_size=80))
def test_what_is_no_uuid_is_invalid_and_what_is_agrees_with_python(text):
    try:
        found = parse_mbid(text)
    except Invalid:
        return
    assert str(uuid.UUID(text)) == found


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "g" * 32, "_" * 32, "+" + "0" * 31, "٠" * 32, "{" * 100])
def test_near_misses_are_invalid(text):
    with pytest.raises(Invalid):
        parse_mbid(text)


@pytest.mark.parametrize("text", ["GBAYE9200070", "gb-aye-92-00070", " GBAYE9200070 "])
def test_an_isrc_in_any_spelling(text):
    assert parse_isrc(text) == "GBAYE9200070"


@pytest.mark.parametrize("parse", [parse_isrc, parse_barcode, parse_disc_id, parse_mbid])
@given(text=st.text())
def test_no_text_raises_anything_but_invalid(parse, text):
    with suppress(Invalid):
        assert isinstance(parse(text), str)


@pytest.mark.parametrize(("text", "digits"), [("0 12345 67890 5", "12345678905"), ("5-011781", "5011781"), ("00", "0")])
def test_a_barcode_is_its_digits_without_leading_zeros(text, digits):
    assert parse_barcode(text) == digits


def test_catalogue_numbers_are_one_when_letters_and_digits_are():
    assert catalog_number_key("ABC 123-X") == catalog_number_key("abc-123/x") == "abc123x"
