"""How parameters are read: which source counts, what a number is, and how batches are numbered."""

from __future__ import annotations

import pytest

from linernotes.facades.acoustid.errors import Refused
from linernotes.facades.acoustid.parameters import Parameters, uuid


def parameters(*sources: str) -> Parameters:
    return Parameters(*([tuple(pair.split("=")) for pair in source.split("&")] for source in sources))


def test_the_query_string_counts_before_the_form_and_the_first_value_before_others():
    given = parameters("a=1&a=2", "a=3&b=4")
    assert given.text("a") == "1"
    assert given.text("b") == "4"
    assert given.text("c", "none") == "none"
    assert given.texts("a") == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" 5 ", 5), ("+5", 5), ("-5", -5), ("1_000", 1000), ("٣", 3), ("05", 5), ("1.5", None), ("", None),
     ("0x10", None), ("1e3", None), ("9" * 5000, None), ("9" * 400, int("9" * 400))],
)  # fmt: skip
def test_a_number_is_what_python_takes_for_one(text, number):
    assert Parameters([("n", text)]).number("n") == number


def test_a_number_that_is_none_leaves_the_word_to_the_next_source():
    assert parameters("n=x&n=1", "n=7").number("n") == 7
    assert parameters("n=x", "n=7&n=8").numbers("n") == [7, 8]


def test_suffixes_are_sorted_by_number_and_those_with_zeros_before_them_do_not_count():
    given = parameters("f.10=a&f.2=a&f.00=a&f.01=a&f.x=a&f.-1=a&f.=a&ff=a&t.0=a&f=a&f.1.2=a&f.٣=a&f. 4=a", "f.9=a")
    assert given.suffixes("f", "t") == ["", ".0", ".2", ".9", ".10"]
    assert Parameters([("f." + "9" * 5000, "a")]).suffixes("f") == []


@pytest.mark.parametrize("text", ["EB31D1C3-950e-468b-9e36-e46fa75b1291", "eb31d1c3-950e-468b-9e36-e46fa75b1291\n"])
def test_a_uuid_may_be_upper_case_and_end_with_a_line_break(text):
    assert uuid(text, "mbid") == "eb31d1c3-950e-468b-9e36-e46fa75b1291"


@pytest.mark.parametrize(
    "text", ["", "abc", "eb31d1c3950e468b9e36e46fa75b1291", "{eb31d1c3-950e-468b-9e36-e46fa75b1291}",
             "eb31d1c3-950e-468b-9e36-e46fa75b129١", "eb31d1c3-950e-468b-9e36-e46fa75b1291 "],
)  # fmt: skip
def test_what_is_no_uuid_is_refused_by_name(text):
    with pytest.raises(Refused, match=r'parameter "mbid\.1" is not a valid UUID'):
        uuid(text, "mbid.1")


def test_the_right_secret_alone_is_the_secret():
    assert parameters("secret=s").holds("s")
    assert not parameters("secret=t").holds("s")
    assert not parameters("secret=").holds("")
    assert not parameters("a=b").holds("")
    assert not parameters("a=b").holds("s")
    assert not parameters("secret=é\ud800").holds("s")
    assert parameters("secret=é").holds("é")


@pytest.mark.parametrize("name", ["xls", "", "JSON", "json "])
def test_an_unknown_format_is_refused_with_the_words_that_everybody_knows(name):
    with pytest.raises(Refused, match='unknown format "json"'):
        Parameters([("format", name)]).form()


def test_white_space_and_nul_become_one_space_in_labels():
    assert Parameters([("v", " 1\0\t.0\r\n2 ")]).label("v") == "1 .0 2"
    assert len(Parameters([("v", "a" * 1000)]).label("v")) == 200
