"""Addresses and answers, whatever they are made of."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.indexes.remote.address import read_address
from linernotes.indexes.remote.reading import MOST_HEAD_BYTES, Answer, Garbage, Reader

PROPER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello",
    (
        b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX: y\r\n\r\n"
    ),
    b"HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello",
)
HELLO = Answer(200, "a/b", "", b"hello")


def read(raw: bytes, cuts: list[int]) -> Reader:
    reader = Reader(most_bytes=1000)
    ends = sorted({cut for cut in cuts if 0 < cut < len(raw)} | {len(raw)})
    for start, end in zip([0, *ends], ends, strict=False):
        reader.feed(raw[start:end])
    return reader


@given(raw=st.sampled_from(PROPER), cuts=st.lists(st.integers(0, 200)))
def test_an_answer_is_the_same_however_it_comes_in_pieces(raw, cuts):
    reader = read(raw, cuts)
    assert reader.answer() == HELLO
    assert reader.reusable


@given(raw=st.sampled_from(PROPER), excess=st.binary(min_size=1), cuts=st.lists(st.integers(0, 300)))
def test_what_comes_after_an_answer_does_not_change_it_and_ends_the_connection(raw, excess, cuts):
    reader = read(raw + excess, cuts)
    assert reader.answer() == HELLO
    # An empty line is allowed between answers.
    assert not reader.reusable or not excess.strip(b"\r\n")


@given(raw=st.sampled_from(PROPER), kept=st.integers(0, 200))
def test_an_answer_that_is_cut_off_is_not_taken_for_a_whole_one(raw, kept):
    reader = read(raw[: min(kept, len(raw) - 1)], []) if kept else Reader(most_bytes=1000)
    assert not reader.complete
    assert not reader.end()


def test_an_answer_without_a_length_ends_with_the_connection_which_is_not_used_again():
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nhello", [50])
    assert not reader.complete
    assert reader.end()
    assert reader.answer() == HELLO
    assert not reader.reusable


@given(
    st.binary()
    | st.builds(
        lambda raw, at, new: raw[:at] + new + raw[at + 1 :],
        st.sampled_from(PROPER),
        st.integers(0, 150),
        st.binary(max_size=3),
    )
)
def test_no_bytes_do_more_than_be_garbage(raw):
    try:
        reader = read(raw, [10, 50])
    except Garbage:
        return
    if reader.complete or reader.end():
        assert reader.answer().status >= 200


def test_an_answer_of_as_many_bytes_as_are_allowed_is_taken_and_not_a_much_larger_one():
    for length, allowed in [(1000, True), (1001 + MOST_HEAD_BYTES, False)]:
        reader = Reader(most_bytes=1000)
        reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
        if allowed:
            reader.feed(bytes(length))
            assert reader.complete
        else:
            with pytest.raises(Garbage):
                reader.feed(bytes(length - 1))


@pytest.mark.parametrize(
    ("url", "where", "prefix", "host"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", "", "127.0.0.1:8080"),
        ("http://index.example/", "index.example:80", "", "index.example"),
        ("HTTPS://Index.Example:443/a/b/", "index.example:443", "/a/b", "index.example"),
        ("https://index.example:80", "index.example:80", "", "index.example:80"),
        ("http://[::1]:6080/x", "[::1]:6080", "/x", "[::1]:6080"),
        ("http://fp_index:6080", "fp_index:6080", "", "fp_index:6080"),
        ("http://bücher.example", "xn--bcher-kva.example:80", "", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_read(url, where, prefix, host):
    address = read_address(url)
    assert (address.where, address.prefix) == (where, prefix)
    assert f"Host: {host}\r\n".encode() in address.headers
    assert address.tls == url.lower().startswith("https")


@pytest.mark.parametrize(
    "url",
    ["", "index", "index:6080", "//index", "ftp://index", "http://", "http://:80", "http://index:0", "http://index:99999",
     "http://index:port", "http://index?x=1", "http://index/#x", "http://index/a b", "http://index/\u00fc", "http://[::1",
     "http://a..b", "http://in dex", "http://index/a\r\nX: y", "http://me:se/cret@index", "http://me:\ud800@index"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Invalid) as caught:
        read_address(url)
    assert "cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.text())
def test_any_text_is_an_address_or_refused(text):
    for url in (text, f"http://{text}", f"http://index/{text}"):
        try:
            address = read_address(url)
        except Invalid:
            continue
        assert address.headers.count(b"\r\n") == 2 + (b"Authorization" in address.headers)
        assert address.prefix.isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_login_is_told(name, password):
    plain = read_address("http://index.example:6080/x")
    address = read_address(f"http://{quote(name, safe='')}:{quote(password, safe='')}@index.example:6080/x")
    assert repr(address) == str(address) == repr(plain) == "Address(index.example:6080)"
    assert b"\r\nAuthorization: Basic " in address.headers
